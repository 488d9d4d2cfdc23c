"""Product models and variants over the API: acceptance cases 155 to 187 (api-products 11.7) and around them."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from limen.events import queries as events
from limen.kit.http.endpoint import COLLECTION
from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.answers import errors, fragment, is_plain
from tests.products.trees import make_model, make_tree, make_variants


@pytest.fixture
def u2(lamps: None) -> str:
    """The tree of the acceptance cases; the uuid of `orbit-brass-s`."""
    make_variants()
    return make_tree()


def get(pim: Api, path: str, **params: str) -> dict[str, Any]:
    answer = pim.get(path, **params)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def data(body: dict[str, Any], attribute: str) -> Any:
    return body["values"][attribute][0]["data"]


@pytest.mark.usefixtures("u2")
class TestVariants:
    def test_case_155_a_variant_shows_what_its_models_have(self, pim: Api) -> None:
        body = {"identifier": "ob-m", "parent": "orbit_brass", "values": {"bulb_size": value("m")}}
        assert pim.post("/products", body).status_code == 201
        made = get(pim, "/products/ob-m")
        assert (made["family"], made["parent"], made["categories"]) == ("luminaires", "orbit_brass", ["lamps"])
        assert (data(made, "finish"), data(made, "title"), data(made, "bulb_size")) == ("Brass", "Orbit lamp", "m")

    def test_case_156_an_axis_must_have_a_value(self, pim: Api) -> None:
        answer = pim.post("/products", {"identifier": "ob-m", "parent": "orbit_brass"})
        assert errors(answer) == [{"property": "attribute"}]

    def test_case_157_two_siblings_cannot_have_the_same_axes(self, pim: Api) -> None:
        body = {"identifier": "ob-m", "parent": "orbit_brass", "values": {"bulb_size": value("S")}}
        answer = pim.post("/products", body)
        assert errors(answer) == [{"property": "attribute"}]
        message = answer.json()["errors"][0]["message"]
        assert '"orbit-brass-s" already has it' in message and 'on "ob-m"' in message

    def test_case_158_a_root_of_two_levels_has_no_products(self, pim: Api) -> None:
        # 4.2: the parent, and each value that stands below the level it would have there.
        body = {
            "identifier": "ob-m",
            "parent": "orbit",
            "values": {"bulb_size": value("m"), "title": value("x", "en_GB")},
        }
        answer = pim.post("/products", body)
        assert errors(answer) == [{"property": "parent"}, {"property": "attribute"}, {"property": "attribute"}]
        assert [name in answer.json()["errors"][place]["message"] for place, name in ((1, "sku"), (2, "bulb_size"))]
        moved = pim.patch("/products/orbit-brass-s", {"parent": "orbit"})
        assert errors(moved) == [{"property": "parent"}, {"property": "attribute"}, {"property": "attribute"}]
        nameless = pim.post("/products-uuid", {"parent": "orbit", "values": {"bulb_size": value("m")}})
        assert errors(nameless) == [{"property": "parent"}, {"property": "attribute"}]

    def test_case_159_the_parent_must_exist(self, pim: Api) -> None:
        assert fragment(pim.post("/products", {"identifier": "ob-m", "parent": "nope"})) == "api.html#post_products"

    def test_case_160_a_variant_cannot_lose_its_family(self, pim: Api) -> None:
        size = {"bulb_size": value("m")}
        for body in (
            {"identifier": "ob-m", "family": None, "parent": "orbit_brass", "values": size},
            {"identifier": "ob-m", "parent": "orbit_brass", "family": None, "values": size},
        ):
            assert errors(pim.post("/products", body)) == [{"property": "family"}]
        assert errors(pim.patch("/products/orbit-brass-s", {"family": None})) == [{"property": "family"}]

    def test_case_161_a_variant_has_the_family_of_its_model(self, pim: Api) -> None:
        body = {"identifier": "ob-m", "family": "shoes", "parent": "orbit_brass", "values": {"bulb_size": value("m")}}
        assert errors(pim.post("/products", body)) == [{"property": "family"}]

    def test_case_162_values_of_other_levels_are_ignored(self, pim: Api, u2: str) -> None:
        answer = pim.patch(f"/products-uuid/{u2}", {"values": {"finish": value("white"), "materials": value(["oak"])}})
        assert (answer.status_code, answer["Limen-Ignored-Values"]) == (204, "2")
        assert data(get(pim, f"/products-uuid/{u2}"), "finish") == "Brass"
        # They are not even judged.
        for wrong in ({"finish": value("gold")}, {"finish": value(["Brass"])}, {"title": value("x")}):
            assert pim.patch("/products/orbit-brass-s", {"values": wrong}).status_code == 204
        # 2.1: but the shape of a body is looked at before anything is dropped; models have no such stage.
        misshaped = {"values": {"dimmable": value("true")}}
        assert "dimmable" in pim.patch("/products/orbit-brass-s", misshaped).json()["message"]
        assert pim.patch("/product-models/orbit_brass", misshaped).status_code == 204

    def test_10_2_what_lines_drop_is_counted_together(self, pim: Api) -> None:
        lines = [
            {"identifier": "orbit-brass-s", "values": {"finish": value("white"), "lumens": value(1)}},
            {"identifier": "orbit-brass-s", "values": {"title": value("x", "en_GB"), "beam_angle": value(3)}},
        ]
        answer = pim.bulk("/products", lines)
        assert ([one["status_code"] for one in answer.lines], answer["Limen-Ignored-Values"]) == ([204, 204], "3")
        assert "Limen-Ignored-Values" not in pim.bulk("/products", [{"identifier": "orbit-brass-s"}])

    def test_case_163_an_axis_cannot_be_erased(self, pim: Api, u2: str) -> None:
        answer = pim.patch(f"/products-uuid/{u2}", {"values": {"bulb_size": value(None)}})
        assert errors(answer) == [{"property": "attribute"}]

    def test_case_164_a_variant_moves_to_another_model(self, pim: Api, u2: str) -> None:
        make_model("orbit_white", {"finish": "white"}, parent="orbit")
        assert pim.patch(f"/products-uuid/{u2}", {"parent": "orbit_white"}).status_code == 204
        moved = get(pim, f"/products-uuid/{u2}")
        assert (moved["parent"], data(moved, "finish")) == ("orbit_white", "white")
        # The place it left is free, the one it has taken is not.
        make_product("other", "luminaires", {"bulb_size": "s"}, parent="orbit_brass")
        body = {"identifier": "third", "parent": "orbit_white", "values": {"bulb_size": value("s")}}
        assert errors(pim.post("/products", body)) == [{"property": "attribute"}]

    def test_case_165_and_not_to_one_of_another_family_variant(self, pim: Api, u2: str) -> None:
        assert fragment(pim.patch(f"/products-uuid/{u2}", {"parent": "beam"})).startswith("api.html#patch_products")

    def test_case_166_a_variant_becomes_a_product_of_its_own(self, pim: Api, u2: str) -> None:
        make_model("orbit", associations={"UPSELL": {"product_models": ["beam"]}})
        before = get(pim, f"/products-uuid/{u2}")
        assert pim.patch(f"/products-uuid/{u2}", {"parent": None}).status_code == 204
        after = get(pim, f"/products-uuid/{u2}")
        assert after["parent"] is None
        for name in ("values", "categories", "associations", "family"):
            assert after[name] == before[name]
        assert pim.patch(f"/products-uuid/{u2}", {"categories": [], "values": {"finish": value(None)}})
        changed = get(pim, f"/products-uuid/{u2}")
        assert changed["categories"] == [] and "finish" not in changed["values"]

    def test_case_167_no_parent_is_null(self, pim: Api, u2: str) -> None:
        assert fragment(pim.patch(f"/products-uuid/{u2}", {"parent": ""})).startswith("api.html#")

    def test_case_168_a_product_becomes_a_variant(self, pim: Api) -> None:
        make_product("simple", "luminaires", {"bulb_size": "m", "finish": "white", "beam_angle": "3", "lumens": 4})
        answer = pim.patch("/products/simple", {"parent": "orbit_brass"})
        assert answer.status_code == 201
        made = get(pim, "/products/simple")
        assert "beam_angle" not in made["values"]
        assert (data(made, "finish"), data(made, "lumens")) == ("Brass", 4)

    def test_case_169_by_uuid_that_answers_204(self, pim: Api) -> None:
        uuid = make_product("simple", None, {"bulb_size": "m", "finish": "white"})
        assert pim.patch(f"/products-uuid/{uuid}", {"parent": "orbit_brass"}).status_code == 204
        assert get(pim, f"/products-uuid/{uuid}")["family"] == "luminaires"

    def test_case_170_an_unknown_parent_of_a_conversion(self, pim: Api) -> None:
        make_product("simple")
        answer = pim.patch("/products/simple", {"parent": "mayo"})
        assert answer.status_code == 422 and is_plain(answer)

    def test_case_187_categories_of_models_stay(self, pim: Api, u2: str) -> None:
        path = f"/products-uuid/{u2}"
        assert get(pim, path)["categories"] == ["lamps"]
        assert pim.patch(path, {"categories": ["desk_lamps", "lamps"]}).status_code == 204
        assert pim.patch(path, {"categories": []}).status_code == 204
        assert get(pim, path)["categories"] == ["lamps"]
        pim.patch(path, {"categories": ["desk_lamps", "lamps"]})
        # What was inherited when it was sent has not become its own.
        make_model("orbit", categories=[])
        assert get(pim, path)["categories"] == ["desk_lamps"]

    def test_what_was_read_can_be_sent_back(self, pim: Api, u2: str) -> None:
        pim.patch(f"/products-uuid/{u2}", {"values": {"lumens": value(7)}})
        path = f"/products-uuid/{u2}"
        body = get(pim, path)
        assert pim.patch(path, body).status_code == 204
        assert get(pim, path) == body
        model = get(pim, "/product-models/orbit_brass")
        assert pim.patch("/product-models/orbit_brass", model).status_code == 204
        assert get(pim, "/product-models/orbit_brass") == model
        assert [one.kind for one in events.history(f"product:{u2}", limit=9)] == ["product.updated", "product.created"]

    def test_root_parent_where_it_is_asked_for(self, pim: Api, u2: str) -> None:
        make_product("simple")
        assert get(pim, f"/products-uuid/{u2}", with_root_parent="true")["root_parent"] == "orbit"
        assert get(pim, "/products/simple", with_root_parent="true")["root_parent"] is None

    def test_axes_may_be_swapped_in_one_batch(self, pim: Api) -> None:
        make_product("ob-m", "luminaires", {"bulb_size": "m"}, parent="orbit_brass")
        lines = [
            {"identifier": "orbit-brass-s", "parent": None},
            {"identifier": "ob-m", "values": {"bulb_size": value("s")}},
            {"identifier": "orbit-brass-s", "parent": "orbit_brass", "values": {"bulb_size": value("m")}},
        ]
        assert [line["status_code"] for line in pim.bulk("/products", lines).lines] == [204, 204, 201]
        body = {"identifier": "third", "parent": "orbit_brass", "values": {"bulb_size": value("s")}}
        assert errors(pim.post("/products", body)) == [{"property": "attribute"}]


@pytest.mark.usefixtures("u2")
class TestModels:
    def test_case_171_a_root_model(self, pim: Api) -> None:
        answer = pim.post("/product-models", {"code": "arc", "family_variant": "lum_size"})
        assert (answer.status_code, answer.content) == (201, b"")
        assert answer["Location"].endswith("/api/rest/v1/product-models/arc")
        made = get(pim, "/product-models/arc")
        assert list(made) == [
            "code",
            "family",
            "family_variant",
            "parent",
            "categories",
            "values",
            "created",
            "updated",
            "associations",
            "quantified_associations",
        ]
        assert (made["family"], made["parent"], made["values"]) == ("luminaires", None, {})

    def test_case_172_a_root_needs_its_family_variant(self, pim: Api) -> None:
        assert errors(pim.post("/product-models", {"code": "arc"})) == [{"property": "family_variant"}]

    @pytest.mark.parametrize("more", ["", "?validation=full"])
    def test_case_172_also_when_its_values_cannot_be_read(self, pim: Api, more: str) -> None:
        values = {"launch_on": value("0000-00-00", None, "webshop"), "finish": value(["Brass"])}
        answer = pim.patch(f"/product-models/arc{more}", {"values": values})
        assert errors(answer) == [{"property": "family_variant"}]

    def test_case_173_a_model_needs_its_code(self, pim: Api) -> None:
        for code in ({}, {"code": ""}, {"code": "a,b"}, {"code": " a"}, {"code": "x" * 256}, {"code": "ORBIT"}):
            answer = pim.post("/product-models", {"family_variant": "lum_size", **code})
            assert errors(answer) == [{"property": "code"}]

    def test_case_174_its_code_is_a_string(self, pim: Api) -> None:
        answer = pim.post("/product-models", {"code": 12, "family_variant": "lum_size"})
        assert fragment(answer) == "api.html#post_product_models"

    def test_case_175_a_sub_model_has_the_family_variant_of_its_root(self, pim: Api) -> None:
        body = {"code": "orbit_white", "parent": "orbit", "values": {"finish": value("white")}}
        assert pim.post("/product-models", body).status_code == 201
        made = get(pim, "/product-models/orbit_white")
        assert (made["family_variant"], data(made, "title")) == ("lum_finish_size", "Orbit lamp")

    def test_case_176_two_sub_models_cannot_have_the_same_axes(self, pim: Api) -> None:
        body = {"code": "orbit_2", "parent": "orbit", "values": {"finish": value("brass")}}
        assert errors(pim.post("/product-models", body)) == [{"property": "attribute"}]
        assert errors(pim.post("/product-models", {"code": "o", "parent": "orbit"})) == [{"property": "attribute"}]

    def test_case_177_a_parent_is_a_root(self, pim: Api) -> None:
        body = {"code": "deep", "parent": "orbit_brass", "values": {"finish": value("white")}}
        assert fragment(pim.post("/product-models", body)) == "api.html#post_product_models"

    def test_case_178_one_level_has_no_sub_models(self, pim: Api) -> None:
        assert errors(pim.post("/product-models", {"code": "sub", "parent": "beam"})) == [{"property": "parent"}]

    @pytest.mark.parametrize(
        ("case", "code", "body"),
        [
            (179, "orbit", {"parent": "beam"}),
            (180, "orbit_brass", {"parent": None}),
            (182, "orbit", {"family_variant": "lum_size"}),
            (183, "orbit", {"family": "shoes"}),
            (183, "orbit", {"family": None}),
            (0, "orbit", {"family_variant": None}),
            (0, "orbit", {"enabled": True}),
            (0, "orbit", {"groups": []}),
            (0, "orbit", {"uuid": "7d3f1c0a-4b0e-4c39-9a5f-0c2f6f1d2b11"}),
            (0, "orbit", {"completenesses": []}),
            (0, "orbit", {"values": {"ghost": value("x")}}),
            (0, "new", {"family_variant": "lum_size", "family": "shoes"}),
            (0, "new", {"family_variant": "nope"}),
            (0, "new", {"parent": "orbit", "family_variant": "lum_size", "values": {"finish": value("white")}}),
        ],
    )
    def test_cases_179_to_183_what_cannot_be_modified(
        self, pim: Api, case: int, code: str, body: dict[str, Any]
    ) -> None:
        assert fragment(pim.patch(f"/product-models/{code}", body)) == "api.html#patch_product_models__code_", case

    def test_case_181_the_same_family_variant_in_another_case(self, pim: Api) -> None:
        before = get(pim, "/product-models/orbit")
        assert pim.patch("/product-models/orbit", {"family_variant": "LUM_FINISH_SIZE"}).status_code == 204
        assert pim.patch("/product-models/ORBIT", {"code": "Orbit", "parent": None}).status_code == 204
        assert get(pim, "/product-models/orbit") == before

    def test_case_184_the_code_of_a_new_model_is_that_of_the_address(self, pim: Api) -> None:
        answer = pim.patch("/product-models/new1", {"code": "new2", "family_variant": "lum_size"})
        assert answer.status_code == 422 and is_plain(answer)

    def test_3_9_another_code_in_the_body_renames(self, pim: Api, u2: str) -> None:
        make_model("orbit_white", {"finish": "white"}, parent="orbit")
        make_product("desk", associations={"UPSELL": {"product_models": ["beam", "orbit"]}})
        body = {"UPSELL": {"product_models": ["orbit"]}, "COMPATIBLE": {"product_models": ["beam"]}}
        bundle = {"BUNDLE": {"product_models": [{"identifier": "orbit", "quantity": 2}]}}
        make_model("orbit", associations=body)
        make_model("beam", quantified_associations=bundle)
        make_product("lamp", quantified_associations=bundle)
        before = {
            path: get(pim, path) for path in ("/products/desk", "/products/orbit-brass-s", "/product-models/beam")
        }
        answer = pim.patch("/product-models/ORBIT", {"code": "helios", "categories": ["desk_lamps"]})
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Location"].endswith("/api/rest/v1/product-models/helios")
        assert pim.get("/product-models/orbit").status_code == 404
        renamed = get(pim, "/product-models/helios")
        assert (renamed["code"], renamed["categories"], data(renamed, "title")) == (
            "helios",
            ["desk_lamps"],
            "Orbit lamp",
        )
        # Everything that names it names it so.
        assert renamed["associations"]["UPSELL"]["product_models"] == ["helios"]
        for code in ("orbit_brass", "orbit_white"):
            sub = get(pim, f"/product-models/{code}")
            assert (sub["parent"], sub["associations"]["UPSELL"]["product_models"]) == ("helios", ["helios"])
        variant = get(pim, f"/products-uuid/{u2}", with_root_parent="true")
        assert (variant["root_parent"], variant["parent"]) == ("helios", "orbit_brass")
        assert variant["associations"]["UPSELL"]["product_models"] == ["helios"]
        assert get(pim, "/products/desk")["associations"]["UPSELL"]["product_models"] == ["beam", "helios"]
        beam = get(pim, "/product-models/beam")
        assert beam["associations"]["COMPATIBLE"]["product_models"] == ["helios"]
        for one in (beam, get(pim, "/products/lamp")):
            links = one["quantified_associations"]["BUNDLE"]["product_models"]
            assert links == [{"identifier": "helios", "quantity": 2}]
        for path, was in before.items():
            assert get(pim, path)["updated"] == was["updated"]
        (event,) = events.history("product_model:helios", limit=9)
        known = orjson.loads(event.data)
        assert (event.kind, known["code"]) == ("product_model.updated", "helios")
        assert known["changes"][0] == {"path": "code", "before": "orbit", "after": "helios"}

    def test_3_9_a_renamed_model_is_one_like_any_other(self, pim: Api, u2: str) -> None:
        assert pim.patch("/product-models/orbit_brass", {"code": "brass"}).status_code == 204
        variant = get(pim, f"/products-uuid/{u2}")
        assert variant["parent"] == "brass"
        assert pim.patch(f"/products-uuid/{u2}", variant).status_code == 204
        search = '{"parent":[{"operator":"=","value":"brass"}]}'
        found = get(pim, "/products-uuid", search=search)["_embedded"]["items"]
        assert [one["uuid"] for one in found] == [u2]
        assert pim.patch("/product-models/brass", {"values": {"tagline": value("new")}}).status_code == 204
        assert data(get(pim, f"/products-uuid/{u2}"), "tagline") == "new"
        body = {"identifier": "twin", "parent": "brass", "values": {"bulb_size": value("s")}}
        assert errors(pim.post("/products", body)) == [{"property": "attribute"}]
        # The old code is free, and the new one is taken.
        make_model("orbit_brass", {"finish": "white"}, parent="orbit")
        assert errors(pim.post("/product-models", {"code": "BRASS", "family_variant": "lum_size"})) == [
            {"property": "code"}
        ]
        assert pim.delete("/product-models/brass").status_code == 204
        assert pim.get(f"/products-uuid/{u2}").status_code == 404

    def test_3_9_codes_that_a_model_cannot_have(self, pim: Api) -> None:
        before = get(pim, "/product-models/orbit")
        for code in ("beam", "BEAM", "orbit_brass", "a,b", " a", "x" * 256, "", " ", None, "a\0b"):
            assert errors(pim.patch("/product-models/orbit", {"code": code})) == [{"property": "code"}], code
        assert fragment(pim.patch("/product-models/orbit", {"code": 12})) == "api.html#patch_product_models__code_"
        assert pim.patch("/product-models/orbit?dry_run=true", {"code": "helios"}).status_code == 204
        assert get(pim, "/product-models/orbit") == before

    def test_case_185_a_model_is_deleted_with_all_below_it(self, pim: Api, u2: str) -> None:
        make_product(
            "desk", associations={"UPSELL": {"products": ["orbit-brass-s"], "product_models": ["orbit_brass"]}}
        )
        make_model("beam", associations={"UPSELL": {"products": ["orbit-brass-s"], "product_models": ["orbit"]}})
        assert pim.delete("/product-models/orbit?dry_run=true").status_code == 204
        assert pim.get("/product-models/orbit").status_code == 200
        assert pim.delete("/product-models/ORBIT").status_code == 204
        for path in ("/product-models/orbit", "/product-models/orbit_brass", f"/products-uuid/{u2}"):
            assert pim.get(path).status_code == 404
        assert pim.delete("/product-models/orbit").status_code == 404
        for path in ("/products/desk", "/product-models/beam"):
            assert get(pim, path)["associations"]["UPSELL"] == {"products": [], "product_models": [], "groups": []}
        (last, *_) = events.history(f"product:{u2}", limit=1)
        known = orjson.loads(last.data)
        assert (last.kind, known["identifier"], known["family"]) == ("product.deleted", "orbit-brass-s", "luminaires")
        (last, *_) = events.history("product_model:orbit_brass", limit=1)
        assert (last.kind, orjson.loads(last.data)["code"]) == ("product_model.deleted", "orbit_brass")
        # Its axes and codes are free again.
        make_tree()

    def test_case_186_values_of_other_levels_are_ignored_on_models(self, pim: Api) -> None:
        answer = pim.patch("/product-models/orbit", {"values": {"finish": value("white"), "sku": value("x")}})
        assert (answer.status_code, answer["Limen-Ignored-Values"]) == (204, "2")
        assert "finish" not in get(pim, "/product-models/orbit")["values"]

    def test_1_3_a_code_has_up_to_255_characters(self, pim: Api) -> None:
        code = "é" * 255
        assert pim.post("/product-models", {"code": code, "family_variant": "lum_size"}).status_code == 201
        assert pim.patch(f"/product-models/{code}", {"values": {"tagline": value("x")}}).status_code == 204
        assert [one.kind for one in events.history(f"product_model:{code}", limit=9)] == [
            "product_model.updated",
            "product_model.created",
        ]
        assert pim.delete(f"/product-models/{code}").status_code == 204

    def test_codes_hold_slashes(self, pim: Api) -> None:
        assert pim.post("/product-models", {"code": "a/b c", "family_variant": "lum_size"}).status_code == 201
        assert get(pim, "/product-models/a/b c")["code"] == "a/b c"
        assert pim.patch("/product-models/a/b%20c", {"categories": ["lamps"]}).status_code == 204
        assert pim.delete("/product-models/a/b%20c").status_code == 204

    def test_a_sub_model_moves_with_its_variants(self, pim: Api, u2: str) -> None:
        make_model("orbit2", {"title": value("Second", "en_GB")}, family_variant="lum_finish_size", categories=["shop"])
        assert pim.patch("/product-models/orbit_brass", {"parent": "orbit2"}).status_code == 204
        variant = get(pim, f"/products-uuid/{u2}")
        assert (data(variant, "title"), variant["categories"]) == ("Second", ["shop"])
        assert get(pim, f"/products-uuid/{u2}", with_root_parent="true")["root_parent"] == "orbit2"


@pytest.mark.usefixtures("u2")
class TestHandingDown:
    def test_a_change_of_a_root_reaches_sub_models_and_variants(self, pim: Api, u2: str) -> None:
        before = get(pim, f"/products-uuid/{u2}")
        body = {
            "values": {"title": [*value("Sun", "en_GB"), *value("Sonne", "de_DE")], "dimmable": value(True)},
            "categories": ["desk_lamps"],
            "associations": {"UPSELL": {"groups": ["clearance"]}},
            "quantified_associations": {"BUNDLE": {"product_models": [{"identifier": "beam", "quantity": 3}]}},
        }
        assert pim.patch("/product-models/orbit", body).status_code == 204
        for path in ("/product-models/orbit_brass", f"/products-uuid/{u2}"):
            found = get(pim, path)
            assert [one["data"] for one in found["values"]["title"]] == ["Sun", "Sonne"]
            assert data(found, "dimmable") is True
            assert found["categories"] == ["desk_lamps"]
            assert found["associations"]["UPSELL"]["groups"] == ["clearance"]
            assert found["quantified_associations"]["BUNDLE"]["product_models"][0]["quantity"] == 3
        # Its own `updated` stays, and its history shows its own changes.
        assert get(pim, f"/products-uuid/{u2}")["updated"] == before["updated"]
        assert len(events.history(f"product:{u2}", limit=9)) == 1
        assert events.history("product_model:orbit", limit=1)[0].kind == "product_model.updated"

    def test_inherited_values_are_found_at_once(self, pim: Api, u2: str) -> None:
        def found(**criteria: Any) -> list[str]:
            search = orjson.dumps({name: [one] for name, one in criteria.items()}).decode()
            return [one["uuid"] for one in get(pim, "/products-uuid", search=search)["_embedded"]["items"]]

        sun = {"operator": "=", "value": "Sun", "locale": "en_GB"}
        assert found(title=sun) == []
        pim.patch("/product-models/orbit", {"values": {"title": value("Sun", "en_GB")}, "categories": ["desk_lamps"]})
        assert found(title=sun) == [u2]
        assert found(title={**sun, "value": "Orbit lamp"}) == []
        assert found(categories={"operator": "IN", "value": ["desk_lamps"]}) == [u2]
        assert found(categories={"operator": "IN", "value": ["lamps"]}) == []
        assert found(finish={"operator": "IN", "value": ["brass"]}) == [u2]
        assert found(parent={"operator": "=", "value": "orbit"}) == [u2]

    def test_completeness_counts_what_is_inherited(self, pim: Api, u2: str) -> None:
        def ratio() -> int:
            shown = get(pim, f"/products-uuid/{u2}", with_completenesses="true")["completenesses"]
            return next(int(one["data"]) for one in shown if (one["scope"], one["locale"]) == ("webshop", "en_GB"))

        assert ratio() == 50
        make_model("orbit", {"title": value(None, "en_GB")})
        assert ratio() == 25

    def test_case_247_the_date_of_a_model_counts_into_what_is_searched(self, pim: Api, u2: str) -> None:
        pim.patch("/product-models/orbit", {"values": {"dimmable": value(True)}})
        search = {"updated": [{"operator": ">", "value": "2026-03-03 00:00:00"}]}
        items = get(pim, "/products-uuid", search=orjson.dumps(search).decode())["_embedded"]["items"]
        assert [one["uuid"] for one in items] == [u2]
        assert items[0]["updated"] == "2026-03-02T10:00:00+00:00"

    def test_a_batch_of_a_root_and_its_sub_model(self, pim: Api, u2: str) -> None:
        lines = [
            {"code": "orbit", "values": {"title": value("One", "en_GB")}},
            {"code": "orbit_brass", "values": {"tagline": value("two")}},
            {"code": "nova", "family_variant": "lum_finish_size", "categories": ["lamps"]},
            {"code": "nova_white", "parent": "nova", "values": {"finish": value("white")}},
            {"code": "bad", "parent": "nope"},
        ]
        answer = pim.bulk("/product-models", lines)
        assert [line["status_code"] for line in answer.lines] == [204, 204, 201, 201, 422]
        assert answer.lines[0] == {"line": 1, "code": "orbit", "status_code": 204}
        variant = get(pim, f"/products-uuid/{u2}")
        assert (data(variant, "title"), data(variant, "tagline")) == ("One", "two")
        assert get(pim, "/product-models/nova_white")["categories"] == ["lamps"]

    def test_a_variant_in_the_same_batch_as_its_new_sibling(self, pim: Api) -> None:
        lines = [
            {"identifier": name, "parent": "orbit_brass", "values": {"bulb_size": value("m")}} for name in ("a", "b")
        ]
        assert [line["status_code"] for line in pim.bulk("/products", lines).lines] == [201, 422]

    def test_dry_run_and_atomic(self, pim: Api) -> None:
        body = {"code": "arc", "family_variant": "lum_size"}
        answer = pim.post("/product-models?dry_run=true", body)
        assert (answer.status_code, answer["Limen-Dry-Run"]) == (201, "true")
        assert pim.get("/product-models/arc").status_code == 404
        answer = pim.bulk("/product-models?atomic=true", [body, {"code": "bad", "parent": "nope"}])
        assert [line["status_code"] for line in answer.lines] == [424, 422]
        assert pim.get("/product-models/arc").status_code == 404


@pytest.mark.usefixtures("u2")
class TestAssociations:
    def test_case_188_to_193_models_have_associations_as_products_do(self, pim: Api) -> None:
        make_product("desk-one")
        path = "/product-models/beam"
        both = {"associations": {"UPSELL": {"products": ["DESK-ONE"], "groups": ["clearance"]}}}
        assert pim.patch(path, both).status_code == 204
        assert pim.patch(path, {"associations": {"UPSELL": {"groups": []}}}).status_code == 204
        assert get(pim, path)["associations"]["UPSELL"]["products"] == ["desk-one"]
        for wrong in (
            {"UPSELL": {}},
            {"NOPE": {"products": []}},
            {"BUNDLE": {"products": []}},
            {"UPSELL": {"products": ["ghost"]}},
            {"UPSELL": {"product_models": ["ghost"]}},
        ):
            assert fragment(pim.patch(path, {"associations": wrong})) == "api.html#patch_product_models__code_"

    def test_a_product_of_a_model_may_be_named_by_uuid(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        body = {"associations": {"UPSELL": {"products": [uuid.upper()]}}}
        assert pim.patch("/product-models/beam", body).status_code == 204
        assert get(pim, "/product-models/beam")["associations"]["UPSELL"]["products"] == ["desk-one"]

    def test_case_194_two_way_associations_between_products_and_models(self, pim: Api, u2: str) -> None:
        make_product("desk-one")
        both = {"associations": {"COMPATIBLE": {"products": ["desk-one"], "product_models": ["beam"]}}}
        assert pim.patch("/product-models/orbit", both).status_code == 204
        for path in ("/products/desk-one", "/product-models/beam"):
            assert get(pim, path)["associations"]["COMPATIBLE"]["product_models"] == ["orbit"]
        assert get(pim, f"/products-uuid/{u2}")["associations"]["COMPATIBLE"]["products"]
        none = {"associations": {"COMPATIBLE": {"product_models": []}}}
        assert pim.patch("/products/desk-one", none).status_code == 204
        assert get(pim, "/product-models/orbit")["associations"]["COMPATIBLE"]["products"] == []
        # What the model has lost its variants have lost too.
        assert get(pim, f"/products-uuid/{u2}")["associations"]["COMPATIBLE"]["products"] == []

    def test_case_195_not_with_itself(self, pim: Api) -> None:
        body = {"associations": {"COMPATIBLE": {"product_models": ["BEAM"]}}}
        assert pim.patch("/product-models/beam", body).status_code == 422
        assert (
            pim.patch("/product-models/beam", {"associations": {"UPSELL": {"product_models": ["beam"]}}}).status_code
            == 204
        )

    @pytest.mark.parametrize("more", ["", "?validation=full"])
    def test_a_second_identifier_of_another_level_is_dropped_with_its_faults(
        self, pim: Api, u2: str, more: str
    ) -> None:
        path = f"/products-uuid/{u2}{more}"
        answer = pim.patch(path, {"values": {"gtin": value("a\0b"), "lumens": value(800)}})
        assert (answer.status_code, answer["Limen-Ignored-Values"]) == (204, "1")
        values = get(pim, f"/products-uuid/{u2}")["values"]
        assert ("gtin" in values, values["lumens"][0]["data"]) == (False, 800)
        assert pim.patch("/product-models/beam", {"values": {"gtin": value("a\0b")}}).status_code == 204

    @pytest.mark.parametrize("flavour", ["uuid", "identifier"])
    def test_case_195_but_a_variant_that_its_model_is_linked_with_can_be_sent_back(
        self, pim: Api, u2: str, flavour: str
    ) -> None:
        make_model("orbit", associations={"COMPATIBLE": {"products": ["orbit-brass-s"]}})
        path = f"/products-uuid/{u2}" if flavour == "uuid" else "/products/orbit-brass-s"
        before = get(pim, path)
        links = before["associations"]["COMPATIBLE"]
        assert (links["products"], links["product_models"]) == (
            [u2 if flavour == "uuid" else "orbit-brass-s"],
            ["orbit"],
        )
        assert pim.patch(path, before).status_code == 204
        assert get(pim, path) == before
        assert pim.patch("/product-models/orbit", get(pim, "/product-models/orbit")).status_code == 204
        make_model("orbit", associations={"COMPATIBLE": {"products": []}})
        assert get(pim, path)["associations"]["COMPATIBLE"]["products"] == []
        assert pim.patch(path, before).status_code == 422

    def test_case_196_inherited_associations_cannot_be_removed(self, pim: Api, u2: str) -> None:
        make_model("orbit", associations={"UPSELL": {"product_models": ["beam"]}})
        path = f"/products-uuid/{u2}"
        for models in (["beam"], []):
            assert pim.patch(path, {"associations": {"UPSELL": {"product_models": models}}}).status_code == 204
            assert get(pim, path)["associations"]["UPSELL"]["product_models"] == ["beam"]
        # It was never stored as the variant's own.
        make_model("orbit", associations={"UPSELL": {"product_models": []}})
        assert get(pim, path)["associations"]["UPSELL"]["product_models"] == []

    def test_5_1_what_is_inherited_from_now_on_has_no_other_end_of_its_own(self, pim: Api, u2: str) -> None:
        """A product that comes below a model with the same two-way link no longer stores it, and nor does its end."""
        make_product("c"), make_product("d")
        linked = {"associations": {"COMPATIBLE": {"products": ["c", "d"]}}}
        make_product("a", "luminaires", **linked)
        make_model("orbit", associations={"COMPATIBLE": {"products": ["c"]}})

        def compatible(path: str) -> Any:
            return get(pim, path)["associations"]["COMPATIBLE"]

        moved = {"parent": "orbit_brass", "values": {"bulb_size": value("m")}}
        assert pim.patch("/products/a", moved).status_code == 201
        assert compatible("/products/a")["products"] == ["c", "d"]
        assert compatible("/products/c") == {"products": [], "product_models": ["orbit"], "groups": []}
        assert compatible("/products/d")["products"] == ["a"]
        make_model("orbit", associations={"COMPATIBLE": {"products": []}})
        assert compatible("/products/a")["products"] == ["d"]
        assert compatible("/products/c")["product_models"] == []

    def test_cases_197_to_203_quantified_links_of_models(self, pim: Api) -> None:
        make_product("desk-one")
        path = "/product-models/beam"

        def patch(code: str, **links: Any) -> Any:
            return pim.patch(path, {"quantified_associations": {code: links}})

        one = {"identifier": "desk-one", "quantity": 1}
        assert patch("BUNDLE", products=[one], product_models=[{"code": "orbit", "quantity": 2}]).status_code == 204
        assert patch("BUNDLE2", products=[one]).status_code == 204
        assert patch("BUNDLE", products=[]).status_code == 204
        assert get(pim, path)["quantified_associations"] == {
            "BUNDLE": {"products": [], "product_models": [{"identifier": "orbit", "quantity": 2}]},
            "BUNDLE2": {"products": [one], "product_models": []},
        }
        place = "quantifiedAssociations.BUNDLE"
        assert errors(patch("BUNDLE", product_models=[{"identifier": "orbit", "quantity": 0}])) == [
            {"property": f"{place}.product_models[0].quantity"}
        ]
        assert fragment(patch("BUNDLE", products=[{**one, "quantity": "2"}]))
        assert errors(patch("BUNDLEX", products=[])) == [{"property": "quantifiedAssociations.BUNDLEX"}]
        unknown = patch("BUNDLE", product_models=[{"identifier": "ghost", "quantity": 1}])
        assert errors(unknown) == [{"property": f"{place}.product_models"}]
        assert errors(patch("BUNDLE", groups=[one])) == [{"property": place}]

    def test_case_201_at_most_100_links_of_a_model(self, pim: Api) -> None:
        codes = [f"p{number}" for number in range(101)]
        pim.bulk("/products", [{"identifier": code} for code in codes[:100]])
        make_product(codes[100])
        links = [{"identifier": code, "quantity": 1} for code in codes]

        def patch(products: list[Any], models: list[Any]) -> Any:
            sent = {"BUNDLE": {"products": products, "product_models": models}}
            return pim.patch("/product-models/beam", {"quantified_associations": sent})

        place = [{"property": "quantifiedAssociations.BUNDLE"}]
        assert errors(patch(links, [])) == place
        # Links to models count with those to products.
        assert errors(patch(links[:100], [{"identifier": "orbit", "quantity": 1}])) == place
        assert patch(links[:99], [{"identifier": "orbit", "quantity": 1}]).status_code == 204

    def test_case_204_a_quantity_is_overridden(self, pim: Api, u2: str) -> None:
        make_product("a")

        def times(quantity: int) -> dict[str, Any]:
            link = {"identifier": "a", "quantity": quantity}
            return {"quantified_associations": {"BUNDLE": {"products": [link]}}}

        make_model("orbit", **times(2))
        path = "/products/orbit-brass-s"

        def shown() -> Any:
            return get(pim, path)["quantified_associations"]["BUNDLE"]["products"]

        assert shown() == [{"identifier": "a", "quantity": 2}]
        assert pim.patch(path, times(3)).status_code == 204
        assert shown() == [{"identifier": "a", "quantity": 3}]
        assert pim.patch(path, times(2)).status_code == 204
        make_model("orbit", **times(5))
        assert shown() == [{"identifier": "a", "quantity": 5}]

    def test_what_is_deleted_is_taken_out_of_variants_too(self, pim: Api, u2: str) -> None:
        make_product("a")
        make_model("orbit", associations={"UPSELL": {"products": ["a"], "product_models": ["beam"]}})
        pim.patch(f"/products-uuid/{u2}", {"associations": {"SUBSTITUTION": {"products": []}}})
        assert pim.delete("/products/a").status_code == 204
        assert pim.delete("/product-models/beam").status_code == 204
        for path in (f"/products-uuid/{u2}", "/product-models/orbit", "/product-models/orbit_brass"):
            assert get(pim, path)["associations"]["UPSELL"] == {"products": [], "product_models": [], "groups": []}


@pytest.mark.usefixtures("u2")
class TestLists:
    def test_models_are_listed_by_code(self, pim: Api) -> None:
        page = get(pim, "/product-models", limit="2", with_count="true")
        assert [one["code"] for one in page["_embedded"]["items"]] == ["beam", "orbit"]
        assert page["items_count"] == 3 and "next" in page["_links"]
        assert page["_embedded"]["items"][0]["_links"]["self"]["href"].endswith("/product-models/beam")

    def test_they_are_paged_by_cursor(self, pim: Api) -> None:
        page = get(pim, "/product-models", limit="2", pagination_type="search_after")
        assert "search_after=orbit" in page["_links"]["next"]["href"]
        page = get(pim, "/product-models", pagination_type="search_after", search_after="ORBIT")
        assert [one["code"] for one in page["_embedded"]["items"]] == ["orbit_brass"]

    def test_their_values_are_narrowed(self, pim: Api) -> None:
        make_model("orbit", {"dimmable": True})
        page = get(pim, "/product-models", attributes="dimmable", search_after="beam", pagination_type="search_after")
        assert list(page["_embedded"]["items"][0]["values"]) == ["dimmable"]

    def test_they_are_searched(self, pim: Api) -> None:
        search = '{"parent":[{"operator":"IN","value":["orbit"]}]}'
        page = get(pim, "/product-models", search=search)
        assert [one["code"] for one in page["_embedded"]["items"]] == ["orbit_brass"]
        assert pim.get("/product-models", search="abc").status_code == 422

    def test_their_quality_is_shown_where_it_is_asked_for(self, pim: Api) -> None:
        shown = get(pim, "/product-models/orbit", with_quality_scores="true")["quality_scores"]
        assert {one["scope"] for one in shown} >= {"webshop"}

    def test_a_deep_page_is_refused(self, pim: Api) -> None:
        answer = pim.get("/product-models", page="101", limit="100")
        assert fragment(answer) == "pagination.html#the-search-after-method"

    def test_bulk_has_its_own_type(self, pim: Api) -> None:
        assert pim.patch("/product-models", {}, content_type="application/json").status_code == 415
        assert COLLECTION in pim.bulk("/product-models", [{"code": "beam"}])["Content-Type"]

    def test_lines_need_their_code(self, pim: Api) -> None:
        lines = pim.bulk("/product-models", [{"family_variant": "lum_size"}, {"code": 12}]).lines
        assert [list(line) for line in lines] == [["line", "status_code", "message"]] * 2


@pytest.mark.usefixtures("u2")
class TestFiles:
    def upload(self, pim: Api, part: dict[str, Any], kind: str = "product_model") -> Any:
        picture = io.BytesIO()
        Image.new("RGB", (3, 3), "red").save(picture, "PNG")
        file = SimpleUploadedFile("orbit.png", picture.getvalue(), content_type="image/png")
        body = {kind: orjson.dumps(part).decode(), "file": file}
        return pim.client.post("/api/rest/v1/media-files", body)

    def part(self, code: str, attribute: str = "hero_image") -> dict[str, Any]:
        return {"code": code, "attribute": attribute, "locale": None, "scope": None}

    def test_a_file_of_a_model_is_handed_down(self, pim: Api, u2: str) -> None:
        answer = self.upload(pim, self.part("orbit_brass"))
        assert answer.status_code == 201, answer.content
        code = answer["Location"].split("/media-files/")[1]
        for path in ("/product-models/orbit_brass", f"/products-uuid/{u2}"):
            assert data(get(pim, path), "hero_image") == code

    def test_case_263_an_attribute_of_another_level(self, pim: Api) -> None:
        for target in (self.part("orbit"), self.part("orbit", "datasheet")):
            assert errors(self.upload(pim, target)) == [{"property": "attribute"}]
        variant = {"identifier": "orbit-brass-s", "attribute": "hero_image", "locale": None, "scope": None}
        assert errors(self.upload(pim, variant, "product")) == [{"property": "attribute"}]
        assert get(pim, "/media-files")["_embedded"]["items"] == []

    def test_an_unknown_model(self, pim: Api) -> None:
        answer = self.upload(pim, self.part("ghost"))
        assert answer.status_code == 422 and is_plain(answer)


def test_permissions_say_products(api_of: Any, u2: str) -> None:
    assert api_of("pim_api_product_list").get("/product-models/orbit").status_code == 200
    assert api_of("pim_api_product_list").delete("/product-models/orbit").status_code == 403
    assert api_of("pim_api_product_list").patch("/product-models/orbit", {}).status_code == 403
    assert api_of("pim_api_product_edit").get("/product-models").status_code == 403
    assert api_of("pim_api_product_remove").delete("/product-models/beam").status_code == 204
