"""Changing, deleting and bulk writing over the API: acceptance cases 125–154."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.products.queries import product as stored
from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.answers import errors, fragment, is_plain


def path_of(uuid: str) -> str:
    return f"/products-uuid/{uuid}"


def kinds(uuid: str) -> list[str]:
    """What history has of a product, oldest first."""
    return [event.kind for event in reversed(events.history(f"product:{uuid}", limit=100))]


class TestOneProduct:
    def test_case_125_a_product_is_made_at_its_address(self, pim: Api) -> None:
        uuid = str(uuid4())
        answer = pim.patch(path_of(uuid), {})
        assert (answer.status_code, answer.content) == (201, b"")
        assert answer["Location"].endswith(path_of(uuid))

    def test_case_126_nothing_asked_changes_nothing(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        before = pim.get(path_of(uuid)).content
        answer = pim.patch(path_of(uuid), {})
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Location"].endswith(path_of(uuid))
        assert pim.get(path_of(uuid)).content == before
        assert kinds(uuid) == ["product.created"]

    def test_case_127_another_uuid_in_the_body(self, pim: Api) -> None:
        answer = pim.patch(path_of(make_product("desk-one")), {"uuid": str(uuid4())})
        assert answer.status_code == 422 and is_plain(answer)

    def test_the_same_uuid_in_upper_case_is_fine(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        assert pim.patch(path_of(uuid.upper()), {"uuid": uuid.upper()}).status_code == 204

    def test_a_new_product_needs_a_uuid_of_version_4(self, pim: Api) -> None:
        answer = pim.patch(path_of("7d3f1c0a-4b0e-1c39-9a5f-0c2f6f1d2b11"), {})
        assert errors(answer) == [{"property": "uuid"}]

    def test_case_128_another_identifier_in_the_body_of_a_new_product(self, pim: Api) -> None:
        answer = pim.patch("/products/foo", {"identifier": "bar"})
        assert answer.status_code == 422 and is_plain(answer)

    def test_case_129_another_identifier_renames(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        answer = pim.patch("/products/desk-one", {"identifier": "desk-1"})
        assert answer.status_code == 204
        assert answer["Location"].endswith("/products/desk-1")
        assert pim.get("/products/desk-one").status_code == 404
        product = pim.get("/products/desk-1").json()
        assert (product["uuid"], product["values"]["sku"][0]["data"]) == (uuid, "desk-1")

    def test_case_130_to_an_identifier_that_is_taken(self, pim: Api) -> None:
        make_product("desk-one"), make_product("stool")
        answer = pim.patch("/products/desk-one", {"identifier": "STOOL"})
        assert errors(answer) == [{"property": "identifier"}]

    @pytest.mark.parametrize("identifier", [None, ""])
    def test_case_131_the_identifier_cannot_be_emptied_by_identifier(self, pim: Api, identifier: str | None) -> None:
        make_product("desk-one")
        answer = pim.patch("/products/desk-one", {"identifier": identifier})
        assert fragment(answer) == "api.html#patch_products_uuid__uuid_"

    def test_case_132_a_product_may_lose_its_identifier(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        assert pim.patch(path_of(uuid), {"values": {"sku": value(None)}}).status_code == 204
        assert pim.get("/products").json()["_embedded"]["items"] == []
        assert [one["uuid"] for one in pim.get("/products-uuid").json()["_embedded"]["items"]] == [uuid]
        assert make_product("desk-one") != uuid

    def test_case_133_other_values_are_kept(self, pim: Api) -> None:
        title = [*value("Lamp", "en_GB"), *value("Leuchte", "de_DE")]
        uuid = make_product("desk-one", values={"title": title, "tagline": "x"})
        pim.patch(path_of(uuid), {"values": {"title": value("Lampe", "de_DE")}})
        values = pim.get(path_of(uuid)).json()["values"]
        assert {one["locale"]: one["data"] for one in values["title"]} == {"en_GB": "Lamp", "de_DE": "Lampe"}
        assert values["tagline"][0]["data"] == "x"

    def test_case_134_the_last_value_erased_takes_its_attribute_along(self, pim: Api) -> None:
        uuid = make_product("desk-one", values={"title": value("Lamp", "en_GB")})
        pim.patch(path_of(uuid), {"values": {"title": value(None, "en_GB")}})
        assert "title" not in pim.get(path_of(uuid)).json()["values"]

    def test_cases_135_and_136_categories_are_replaced(self, pim: Api) -> None:
        uuid = make_product("desk-one", categories=["lamps", "desk_lamps"])
        for codes in (["floor_lamps"], []):
            assert pim.patch(path_of(uuid), {"categories": codes}).status_code == 204
            assert pim.get(path_of(uuid)).json()["categories"] == codes

    def test_case_137_without_family_values_stay(self, pim: Api) -> None:
        uuid = make_product("desk-one", "luminaires", {"tagline": "x"})
        assert pim.patch(path_of(uuid), {"family": None}).status_code == 204
        product = pim.get(path_of(uuid), with_completenesses="true").json()
        assert (product["family"], product["completenesses"]) == (None, [])
        assert product["values"]["tagline"][0]["data"] == "x"

    @pytest.mark.parametrize("flavour", ["products", "products-uuid"])
    def test_case_138_what_was_read_can_be_sent_back(self, pim: Api, flavour: str) -> None:
        other = make_product("stool")
        uuid = make_product(
            "desk-one",
            "luminaires",
            {"tagline": "x", "list_price": [{"amount": 1, "currency": "EUR"}], "lumens": 5},
            categories=["lamps"],
            associations={"UPSELL": {"products": ["stool"], "groups": ["clearance"]}},
            quantified_associations={"BUNDLE": {"products": [{"uuid": other, "quantity": 2}]}},
        )
        path = f"/{flavour}/{uuid if flavour == 'products-uuid' else 'desk-one'}"
        before = pim.get(path, with_completenesses="true", with_quality_scores="true")
        assert pim.patch(path, before.json()).status_code == 204
        assert pim.get(path, with_completenesses="true", with_quality_scores="true").content == before.content
        assert kinds(uuid) == ["product.created"]

    def test_case_139_the_same_number_written_differently(self, pim: Api) -> None:
        uuid = make_product("desk-one", values={"lumens": 1200, "beam_angle": "36.50"})
        pim.patch(path_of(uuid), {"values": {"lumens": value("1200"), "beam_angle": value(36.5)}})
        assert kinds(uuid) == ["product.created"]

    def test_case_140_deleting_twice(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        answer = pim.delete(path_of(uuid))
        assert (answer.status_code, answer.content, answer.has_header("Location")) == (204, b"", False)
        assert pim.delete(path_of(uuid)).status_code == 404
        assert pim.delete("/products/desk-one").status_code == 404
        assert kinds(uuid) == ["product.created", "product.deleted"]

    def test_case_141_a_deleted_product_is_in_no_association(self, pim: Api) -> None:
        a = make_product("a")
        b = make_product(
            "b",
            associations={"UPSELL": {"products": ["a"]}, "COMPATIBLE": {"products": ["a"]}},
            quantified_associations={"BUNDLE": {"products": [{"identifier": "a", "quantity": 1}]}},
        )
        assert pim.delete("/products/A").status_code == 204
        row = stored(flavour="uuid", key=b)
        assert row is not None and (row.associations, row.quantified) == (None, None)
        assert stored(flavour="uuid", key=a) is None
        product = pim.get("/products/b").json()
        assert product["associations"]["UPSELL"]["products"] == product["associations"]["COMPATIBLE"]["products"] == []
        assert product["quantified_associations"] == {}

    def test_history_tells_what_changed(self, pim: Api) -> None:
        uuid = make_product("desk-one", values={"title": value("Lamp", "en_GB")})
        pim.patch(
            path_of(uuid), {"family": "luminaires", "values": {"title": value("Light", "en_GB"), "lumens": value(5)}}
        )
        newest = events.history(f"product:{uuid}")[0]
        assert orjson.loads(newest.data) == {
            "identifier": "desk-one",
            "changes": [
                {"path": "family", "before": None, "after": "luminaires"},
                {"path": "values.title.en_GB", "before": "Lamp", "after": "Light"},
                {"path": "values.lumens", "before": None, "after": 5},
            ],
        }

    def test_an_identifier_may_hold_slashes_and_blanks(self, pim: Api) -> None:
        answer = pim.patch("/products/a/b%20c", {})
        assert answer.status_code == 201
        assert answer["Location"].endswith("/products/a/b%20c")
        assert pim.get("/products/a/b%20c").json()["identifier"] == "a/b c"


class TestLines:
    def test_case_142_existing_and_new(self, pim: Api) -> None:
        make_product("desk-one")
        answer = pim.bulk("/products", [{"identifier": "desk-one", "family": "luminaires"}, {"identifier": "stool"}])
        assert answer["Content-Type"] == "application/vnd.akeneo.collection+json"
        assert answer.content == (
            b'{"line":1,"identifier":"desk-one","status_code":204}\n{"line":2,"identifier":"stool","status_code":201}'
        )

    def test_case_143_the_same_product_in_two_lines(self, pim: Api) -> None:
        lines = [
            {"identifier": "stool", "values": {"tagline": value("one")}},
            {"identifier": "STOOL", "values": {"lumens": value(2)}},
            {"identifier": "STOOL", "values": {"tagline": value("three")}},
        ]
        assert [one["status_code"] for one in pim.bulk("/products", lines).lines] == [201, 204, 204]
        product = pim.get("/products/stool").json()
        assert product["identifier"] == "STOOL"
        assert {code: entries[0]["data"] for code, entries in product["values"].items()} == {
            "sku": "STOOL",
            "tagline": "three",
            "lumens": 2,
        }
        assert kinds(product["uuid"]) == ["product.created", "product.updated", "product.updated"]

    def test_case_144_lines_that_cannot_be_read(self, pim: Api) -> None:
        answer = pim.bulk("/products", b'{bad\n\nnull\n{"identifier":"stool"}\n')
        assert [(one["line"], one["status_code"], "identifier" in one) for one in answer.lines] == [
            (1, 400, False),
            (2, 400, False),
            (3, 400, False),
            (4, 201, True),
        ]

    @pytest.mark.parametrize(
        ("flavour", "line", "word"),
        [
            ("products-uuid", {"family": "luminaires"}, "missing"),
            ("products-uuid", {"uuid": None}, "missing"),
            ("products", {"identifier": " "}, "missing"),
            ("products", {"identifier": 12}, "type string"),
            ("products", [], "missing"),
        ],
        ids=["case 145", "null", "blank", "case 146", "a list"],
    )
    def test_lines_without_their_key(self, pim: Api, flavour: str, line: Any, word: str) -> None:
        (result,) = pim.bulk(f"/{flavour}", [line]).lines
        assert list(result) == ["line", "status_code", "message"]
        assert result["status_code"] == 422 and word in result["message"]

    def test_case_147_a_line_with_no_uuid(self, pim: Api) -> None:
        (result,) = pim.bulk("/products-uuid", [{"uuid": "12"}]).lines
        assert list(result) == ["line", "uuid", "status_code", "message", "_links"]
        assert result["_links"]["documentation"]["href"].endswith("#patch_products_uuid__uuid_")

    def test_case_148_too_many_lines(self, pim: Api) -> None:
        answer = pim.bulk("/products", [{"identifier": f"p{number}"} for number in range(101)])
        assert answer.status_code == 413 and is_plain(answer)
        assert pim.get("/products").json()["_embedded"]["items"] == []

    def test_case_149_a_line_that_is_too_long(self, pim: Api) -> None:
        long = b'{"identifier":"long","x":"' + b"x" * 999_974 + b'"}'
        answer = pim.bulk("/products", b'{"identifier":"a"}\n' + long + b"x\n" + b'{"identifier":"b"}')
        assert [one["status_code"] for one in answer.lines] == [201, 413, 201]

    def test_case_150_another_content_type(self, pim: Api) -> None:
        assert pim.patch("/products", {"identifier": "a"}).status_code == 415

    def test_case_151_a_bad_line_harms_only_itself(self, pim: Api) -> None:
        lines = [
            {"identifier": "a"},
            {"identifier": "b", "values": {"finish": value("gold")}},
            {"identifier": "c", "family": "nope"},
            {"identifier": "d"},
        ]
        results = pim.bulk("/products", lines).lines
        assert [one["status_code"] for one in results] == [201, 422, 422, 201]
        assert results[1]["errors"][0]["attribute"] == "finish"
        assert results[2]["_links"]["documentation"]["href"].endswith("#patch_products__code_")
        assert pim.get("/products/b").status_code == 404

    def test_case_152_the_same_new_unique_value_in_two_lines(self, pim: Api) -> None:
        lines = [{"identifier": code, "values": {"batch_code": value("B-1")}} for code in ("a", "b")]
        assert [one["status_code"] for one in pim.bulk("/products", lines).lines] == [201, 422]

    def test_a_unique_value_may_be_handed_on_within_a_batch(self, pim: Api) -> None:
        make_product("a", values={"batch_code": "B-1"})
        lines = [
            {"identifier": "a", "values": {"batch_code": value("B-2")}},
            {"identifier": "b", "values": {"batch_code": value("B-1")}},
        ]
        assert [one["status_code"] for one in pim.bulk("/products", lines).lines] == [204, 201]

    def test_an_identifier_may_be_handed_on_within_a_batch(self, pim: Api) -> None:
        one, two = make_product("one"), make_product("two")
        lines = [
            {"uuid": two, "values": {"sku": value("three")}},
            {"uuid": one, "values": {"sku": value("two")}},
            {"uuid": str(uuid4()), "values": {"sku": value("one")}},
        ]
        assert [result["status_code"] for result in pim.bulk("/products-uuid", lines).lines] == [204, 204, 201]
        assert pim.get("/products/two").json()["uuid"] == one

    def test_a_refused_line_does_not_hold_its_identifier(self, pim: Api) -> None:
        lines = [
            {"uuid": str(uuid4()), "values": {"sku": value("a"), "lumens": value(-1)}},
            {"uuid": str(uuid4()), "values": {"sku": value("a")}},
            {"uuid": str(uuid4()), "values": {"sku": value("a")}},
        ]
        assert [result["status_code"] for result in pim.bulk("/products-uuid", lines).lines] == [422, 201, 422]

    def test_case_153_categories_are_added_and_removed(self, pim: Api) -> None:
        make_product("desk-one", categories=["lamps"])
        line = {"identifier": "desk-one", "add_categories": ["floor_lamps"], "remove_categories": ["lamps"]}
        assert [one["status_code"] for one in pim.bulk("/products", [line]).lines] == [204]
        assert pim.get("/products/desk-one").json()["categories"] == ["floor_lamps"]

    def test_case_154_all_or_nothing(self, pim: Api) -> None:
        lines = [{"identifier": "a"}, {"identifier": "b", "family": "nope"}, {"identifier": "c"}]
        answer = pim.bulk("/products?atomic=true", lines)
        assert [one["status_code"] for one in answer.lines] == [424, 422, 424]
        unreadable = pim.bulk("/products?atomic=1", b'{"identifier":"a"}\n{bad')
        assert unreadable.lines[0] == {"line": 1, "identifier": "a", "status_code": 424}
        assert pim.get("/products").json()["_embedded"]["items"] == []
        assert [one["status_code"] for one in pim.bulk("/products?atomic=1", lines[::2]).lines] == [201, 201]

    def test_uuids_are_echoed_in_lower_case(self, pim: Api) -> None:
        uuid = str(uuid4())
        assert pim.bulk("/products-uuid", [{"uuid": uuid.upper()}]).lines == [
            {"line": 1, "uuid": uuid, "status_code": 201}
        ]

    def test_no_lines(self, pim: Api) -> None:
        answer = pim.bulk("/products", b"", **{"content-type": "application/vnd.akeneo.collection+json"})
        assert (answer.status_code, answer.content) == (200, b"")


def test_9_4_errors_link_to_the_documentation_that_is_set(pim: Api, settings: Any) -> None:
    settings.LIMEN_API_DOC_BASE_URL = "https://docs.example.com/pim"
    make_product("desk-one")
    for path, page in (
        ("/products/desk-one", "patch_products__code_"),
        ("/product-models/orbit", "patch_product_models__code_"),
    ):
        href = pim.patch(path, {"ghost": 1}).json()["_links"]["documentation"]["href"]
        assert href == f"https://docs.example.com/pim/api.html#{page}"
    deep = pim.get("/products", page="101", limit="100").json()["_links"]["documentation"]["href"]
    assert deep == "https://docs.example.com/pim/pagination.html#the-search-after-method"


class TestDryRun:
    @pytest.mark.parametrize("switch", ["True", "yes", "2"])
    def test_10_3_what_is_neither_on_nor_off_is_refused(self, pim: Api, switch: str) -> None:
        for answer in (
            pim.post(f"/products?dry_run={switch}", {"identifier": "stool"}),
            pim.bulk(f"/products?dry_run={switch}", [{"identifier": "stool"}]),
            pim.post(f"/products?dry_run={switch}", b"{"),
        ):
            assert answer.status_code in (400, 422) and is_plain(answer)
            assert "Limen-Dry-Run" not in answer
        assert pim.get("/products/stool").status_code == 404

    @pytest.mark.parametrize("switch", ["1", "true"])
    def test_case_276_nothing_is_stored(self, pim: Api, switch: str) -> None:
        uuid = make_product("desk-one", by=SYSTEM)
        before = pim.get(path_of(uuid)).content
        answer = pim.patch(f"{path_of(uuid)}?dry_run={switch}", {"family": "luminaires"})
        assert (answer.status_code, answer["Limen-Dry-Run"]) == (204, "true")
        assert pim.patch(f"/products/stool?dry_run={switch}", {}).status_code == 201
        refused = pim.post(f"/products?dry_run={switch}", {"identifier": "desk-one"})
        assert (refused.status_code, refused["Limen-Dry-Run"]) == (422, "true")
        assert pim.delete(f"{path_of(uuid)}?dry_run={switch}").status_code == 204
        assert pim.get(path_of(uuid)).content == before
        assert pim.get("/products/stool").status_code == 404
        assert kinds(uuid) == ["product.created"]

    @pytest.mark.parametrize("switch", ["True", "yes", "2", "on "])
    def test_a_switch_that_is_neither_on_nor_off_saves_nothing(self, pim: Api, switch: str) -> None:
        uuid = make_product("desk-one")
        for name in ("dry_run", "atomic"):
            answer = pim.bulk(f"/products?{name}={switch}", [{"identifier": "desk-one", "enabled": False}])
            assert answer.status_code == 422 and is_plain(answer)
        for answer in (
            pim.patch(f"{path_of(uuid)}?dry_run={switch}", {"enabled": False}),
            pim.post(f"/products?dry_run={switch}", {"identifier": "stool"}),
            pim.delete(f"{path_of(uuid)}?dry_run={switch}"),
            pim.delete(f"/product-models/orbit?dry_run={switch}"),
        ):
            assert answer.status_code == 422 and is_plain(answer)
        (item,) = pim.get("/products").json()["_embedded"]["items"]
        assert item["enabled"] is True

    def test_lines_see_what_the_ones_before_would_do(self, pim: Api) -> None:
        answer = pim.bulk("/products?dry_run=1", [{"identifier": "a"}, {"identifier": "a"}])
        assert [one["status_code"] for one in answer.lines] == [201, 204]
        assert answer["Limen-Dry-Run"] == "true"
        assert pim.get("/products/a").status_code == 404


class TestExtendedLimits:
    def test_a_thousand_lines_are_taken_when_they_are_asked_for(self, pim: Api) -> None:
        lines = [{"identifier": f"p{number}"} for number in range(1000)]
        assert pim.bulk("/products", lines).status_code == 413
        taken = pim.bulk("/products", lines, **{"Limen-Limits": "extended"})
        assert {line["status_code"] for line in taken.lines} == {201} and len(taken.lines) == 1000
        assert pim.bulk("/products", [*lines, {}], **{"Limen-Limits": "extended"}).status_code == 413
