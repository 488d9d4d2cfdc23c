"""Family variants over the API. Numbers are those of the acceptance cases of the conventions."""

from __future__ import annotations

from typing import Any

import pytest

from limen.accounts.rules import SYSTEM
from limen.kit.errors import Unprocessable
from limen.structure import models, operations, queries
from tests.conftest import Api
from tests.factories.structure import NOW, make_attribute, make_family, make_family_variant
from tests.structure.answers import assert_documented, assert_plain, violations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tea")]

SETS = "variant_attribute_sets"
VARIANTS = "/families/loose_tea/variants"
BY_GRADE_SIZE = f"{VARIANTS}/by_grade_size"
POST = "post_families__family_code__variants"
PATCH = "patch_families__family_code__variants__code__"


def level(number: int, *axes: str, attributes: list[str] | None = None) -> dict[str, Any]:
    rest = {} if attributes is None else {"attributes": attributes}
    return {"level": number, "axes": list(axes), **rest}


def post(api: Api, *sets: Any, code: Any = "fresh", **more: Any) -> Any:
    return api.post(VARIANTS, {"code": code, SETS: list(sets), **more})


def patch(api: Api, *sets: Any) -> Any:
    return api.patch(BY_GRADE_SIZE, {SETS: list(sets)})


def printed(api: Api, code: str = "by_grade_size") -> list[dict[str, Any]]:
    answer = api.get(f"{VARIANTS}/{code}")
    assert answer.status_code == 200, answer.content
    sets: list[dict[str, Any]] = answer.json()[SETS]
    return sets


class TestCreation:
    def test_case_119_what_each_product_has_of_its_own_goes_to_the_last_level(self, api) -> None:
        answer = post(api, level(1, "leaf_grade"), level(2, "pack_size"), labels={"en_us": "By grade"})
        assert (answer.status_code, answer.content) == (201, b"")
        assert answer["Location"].endswith("/api/rest/v1/families/loose_tea/variants/fresh")
        assert api.get(f"{VARIANTS}/FRESH").json() == {
            "code": "fresh",
            "labels": {"en_US": "By grade"},
            SETS: [
                {"level": 1, "axes": ["leaf_grade"], "attributes": ["leaf_grade"]},
                {"level": 2, "axes": ["pack_size"], "attributes": ["pack_size", "ean", "sku"]},
            ],
        }

    def test_case_120_the_family_is_that_of_the_address(self, api) -> None:
        assert_documented(post(api, level(1, "organic"), family="loose_tea"), POST)

    @pytest.mark.parametrize(
        "sets",
        [
            pytest.param([level(2, "pack_size")], id="case_121"),
            pytest.param([], id="no_level"),
            pytest.param([level(1, "organic"), level(2, "pack_size"), level(3, "origin")], id="three_levels"),
            pytest.param([level(1, "organic"), level(3, "pack_size")], id="a_level_is_left_out"),
            pytest.param([level(1)], id="no_axis"),
            pytest.param([level(1, "name")], id="case_124"),
            pytest.param([level(1, "ean")], id="unique_text_as_axis"),
            pytest.param([level(1, "steeping_time")], id="axis_not_in_family"),
            pytest.param([level(1, "organic"), level(2, "organic")], id="axis_on_both_levels"),
            pytest.param([level(1, "organic", attributes=["origin"]), level(2, "origin")], id="axis_elsewhere"),
            pytest.param(
                [level(1, "organic", attributes=["name"]), level(2, "origin", attributes=["name"])],
                id="attribute_twice",
            ),
            pytest.param([level(1, "organic", attributes=["net_weight"])], id="attribute_not_in_family"),
            pytest.param([level(1, "organic", attributes=["ean"]), level(2, "origin")], id="unique_above"),
        ],
    )
    def test_rules_about_the_levels(self, api, sets: list[Any]) -> None:
        assert set(violations(post(api, *sets))) == {SETS}

    def test_case_123_a_level_has_at_most_five_axes(self, api) -> None:
        axes = [f"axis_{number}" for number in range(6)]
        for code in axes:
            make_attribute(code, "pim_catalog_boolean")
        make_family("wide", axes)
        body = {"code": "too_many", SETS: [level(1, *axes)]}
        assert violations(api.post("/families/wide/variants", body)) == [SETS]
        assert api.post("/families/wide/variants", {**body, SETS: [level(1, *axes[:5])]}).status_code == 201

    @pytest.mark.parametrize(
        ("type", "more"),
        [
            ("pim_catalog_boolean", {"localizable": True}),
            ("pim_catalog_boolean", {"scopable": True}),
            ("pim_catalog_boolean", {"available_locales": ["en_US"]}),
            ("pim_catalog_multiselect", {}),
            ("pim_catalog_date", {}),
        ],
    )
    def test_what_cannot_be_an_axis(self, api, type: str, more: dict[str, Any]) -> None:
        make_attribute("axis", type, **more)
        make_family("odd", ["axis"])
        body = {"code": "by_axis", SETS: [level(1, "axis")]}
        assert violations(api.post("/families/odd/variants", body)) == [SETS]

    def test_every_broken_rule_is_told_in_order(self, api) -> None:
        answer = post(api, level(1), level(2, "name", attributes=["net_weight"]), code="a b", labels={"xx": "x"})
        assert violations(answer) == [SETS, SETS, SETS, "code", "labels"]
        messages = [error["message"] for error in answer.json()["errors"]]
        assert ["Level 1" in messages[0], '"name"' in messages[1], '"net_weight"' in messages[2]] == [True] * 3

    @pytest.mark.parametrize(
        "sets",
        [
            pytest.param(["x"], id="case_122"),
            pytest.param("x", id="text"),
            pytest.param(None, id="null"),
            pytest.param([[1]], id="list_in_list"),
            pytest.param([[]], id="empty_object_without_level"),
            pytest.param([{"axes": ["organic"]}], id="level_missing"),
            pytest.param([{"level": "1", "axes": ["organic"]}], id="level_as_text"),
            pytest.param([{"level": True, "axes": ["organic"]}], id="level_as_boolean"),
            pytest.param([{"level": 1.0, "axes": ["organic"]}], id="level_as_decimal"),
            pytest.param([{"level": 1, "axes": "organic"}], id="axes_as_text"),
            pytest.param([{"level": 1, "axes": None}], id="axes_null"),
            pytest.param([{"level": 1, "axes": ["nope"]}], id="axis_unknown"),
            pytest.param([{"level": 1, "attributes": [["organic"]]}], id="attributes_nested"),
            pytest.param([{"level": 1, "axes": ["organic"], "order": 1}], id="unknown_key"),
        ],
    )
    def test_shapes_of_the_levels(self, api, sets: Any) -> None:
        assert_documented(api.post(VARIANTS, {"code": "fresh", SETS: sets}), POST)

    def test_an_unknown_attribute_is_named_with_its_level(self, api) -> None:
        answer = post(api, level(1, "organic"), level(2, "nope"))
        assert '"attribute_set_2"' in answer.json()["message"]

    @pytest.mark.parametrize("code", [12, 1.5, True, []])
    def test_the_code_is_a_text_and_nothing_else(self, api, code: Any) -> None:
        assert_documented(post(api, level(1, "organic"), code=code), POST)

    @pytest.mark.parametrize("code", [None, "", "a b", "x" * 101])
    def test_the_code_is_judged_like_others(self, api, code: Any) -> None:
        assert "code" in violations(post(api, level(1, "organic"), code=code))

    def test_codes_are_unique_across_families(self, api) -> None:
        make_family("teapot", ["organic"])
        body = {"code": "BY_GRADE_SIZE", SETS: [level(1, "organic")]}
        assert violations(api.post("/families/teapot/variants", body)) == ["code"]

    def test_case_130_an_unknown_family_is_no_404(self, api) -> None:
        assert_documented(api.post("/families/nope/variants", {"code": "x", SETS: [level(1, "organic")]}), POST)
        assert_documented(api.patch("/families/nope/variants/x", {SETS: [level(1, "organic")]}), PATCH)

    def test_objects_and_lists_are_the_same_where_a_list_is_meant(self, api) -> None:
        body = {"code": "fresh", SETS: {"first": {"level": 1, "axes": {"x": "organic"}}}}
        assert api.post(VARIANTS, body).status_code == 201

    def test_attributes_keep_the_order_they_were_sent_in(self, api) -> None:
        assert post(api, level(1, "organic", attributes=["pack_shot", "name"])).status_code == 201
        assert printed(api, "fresh")[0]["attributes"] == ["pack_shot", "name", "organic", "ean", "sku"]


class TestUpdate:
    def test_case_125_the_number_of_levels_is_fixed(self, api) -> None:
        assert_documented(patch(api, level(1, "leaf_grade")), PATCH)
        assert_documented(patch(api, level(1), level(2), level(3)), PATCH)
        make_family_variant("loose_tea", "by_grade", (["leaf_grade"], []))
        assert_documented(api.patch(f"{VARIANTS}/by_grade", {SETS: [{"level": 2, "axes": ["organic"]}]}), PATCH)

    def test_case_126_axes_are_fixed(self, api) -> None:
        assert violations(patch(api, level(1, "organic"), {"level": 2})) == [f"{SETS}[0].axes"]
        assert violations(patch(api, {"level": 1}, level(2, "pack_size", "organic"))) == [f"{SETS}[1].axes"]
        assert printed(api)[0]["axes"] == ["leaf_grade"]

    def test_case_127_a_level_keeps_what_is_not_said_and_its_axes(self, api) -> None:
        assert patch(api, {"level": 1, "attributes": ["name"]}, {"level": 2}).status_code == 204
        assert printed(api) == [
            {"level": 1, "axes": ["leaf_grade"], "attributes": ["name", "leaf_grade"]},
            {"level": 2, "axes": ["pack_size"], "attributes": ["pack_size", "ean", "sku"]},
        ]

    def test_axes_in_another_order_are_the_same(self, api) -> None:
        make_family_variant("loose_tea", "both", (["leaf_grade", "pack_size"], []))
        answer = api.patch(f"{VARIANTS}/both", {SETS: [level(1, "pack_size", "leaf_grade")]})
        assert answer.status_code == 204
        assert printed(api, "both")[0]["axes"] == ["leaf_grade", "pack_size"]

    def test_attributes_move_between_levels(self, api) -> None:
        sets = ({"level": 1, "attributes": []}, {"level": 2, "attributes": ["origin"]})
        assert patch(api, *sets).status_code == 204
        assert [one["attributes"] for one in printed(api)] == [
            ["leaf_grade"],
            ["origin", "pack_size", "ean", "sku"],
        ]

    def test_what_was_printed_can_be_sent_back(self, api) -> None:
        (item,) = api.get(VARIANTS).json()["_embedded"]["items"]
        version = models.Version.objects.get().version
        assert api.patch(BY_GRADE_SIZE, item).status_code == 204
        assert models.Version.objects.get().version == version

    def test_another_family_is_refused_at_the_family(self, api) -> None:
        make_family("teapot")
        assert violations(api.patch("/families/teapot/variants/by_grade_size", {})) == ["family"]

    def test_an_unknown_code_is_created_when_it_is_whole(self, api) -> None:
        assert violations(api.patch(f"{VARIANTS}/fresh", {})) == [SETS]
        answer = api.patch(f"{VARIANTS}/fresh", {SETS: [level(1, "organic")]})
        assert (answer.status_code, answer.content) == (201, b"")
        assert_plain(api.patch(f"{VARIANTS}/fresher", {"code": "other", SETS: [level(1, "organic")]}), 422)
        assert violations(api.patch(f"{VARIANTS}/fresh", {"code": "other"})) == ["code"]

    def test_a_bulk_goes_line_by_line(self, api) -> None:
        lines = [
            {"code": "by_grade_size", "labels": {"en_US": "By grade and size"}},
            {"code": "fresh", SETS: [level(1, "organic")]},
            {"code": "bad", SETS: [level(1, "nope")]},
            {"code": "worse", SETS: []},
        ]
        answer = api.bulk(VARIANTS, lines)
        assert [line["status_code"] for line in answer.lines] == [204, 201, 422, 422]
        assert answer.lines[2]["_links"]["documentation"]["href"].endswith(f"#{PATCH}")
        assert [error["property"] for error in answer.lines[3]["errors"]] == [SETS]


class TestReading:
    def test_case_128_codes_are_found_whatever_their_case(self, api) -> None:
        assert api.get("/families/LOOSE_TEA/variants/by_grade_size").status_code == 200

    def test_case_129_a_variant_of_another_family_is_unknown(self, api) -> None:
        make_family("teapot")
        for path in ("/families/teapot/variants/by_grade_size", f"{VARIANTS}/nope", "/families/nope/variants"):
            assert_plain(api.get(path), 404)
        assert_plain(api.delete("/families/teapot/variants/by_grade_size"), 404)

    def test_the_list_is_by_code_and_of_one_family(self, api) -> None:
        make_family("teapot", ["organic"])
        make_family_variant("teapot", "organic_pot", (["organic"], []))
        make_family_variant("loose_tea", "A_first", (["organic"], []))
        page = api.get(VARIANTS, with_count="true").json()
        assert page["items_count"] == 2
        items = page["_embedded"]["items"]
        assert [item["code"] for item in items] == ["A_first", "by_grade_size"]
        assert list(items[0]) == ["_links", "code", "labels", SETS]
        assert items[0]["_links"]["self"]["href"].endswith("/families/loose_tea/variants/A_first")
        assert [one["code"] for one in api.get(VARIANTS, limit="1", page="2").json()["_embedded"]["items"]] == [
            "by_grade_size"
        ]

    def test_the_list_costs_the_same_whatever_its_length(self, api_of, count_queries: Any) -> None:
        api = api_of()
        for number in range(20):
            make_family_variant("loose_tea", f"v{number}", (["organic"], []))
        queries.snapshot()
        with count_queries(1):
            assert len(api.get(VARIANTS, limit="100").json()["_embedded"]["items"]) == 21

    def test_the_root_document_names_the_routes(self, api) -> None:
        routes = api.get("").json()["routes"]
        assert routes["pim_api_family_variant_get"]["route"] == "/api/rest/v1/families/{familyCode}/variants/{code}"
        actions = ("list", "create", "partial_update_list", "partial_update", "delete")
        assert {f"pim_api_family_variant_{action}" for action in actions} <= routes.keys()

    def test_reading_and_writing_are_permissions_of_their_own(self, api_of) -> None:
        reader, writer = api_of("pim_api_family_variant_list"), api_of("pim_api_family_variant_edit")
        assert (reader.get(VARIANTS).status_code, reader.patch(BY_GRADE_SIZE, {}).status_code) == (200, 403)
        assert (writer.get(VARIANTS).status_code, writer.patch(BY_GRADE_SIZE, {}).status_code) == (403, 204)
        assert writer.delete(BY_GRADE_SIZE).status_code == 403


class TestAcrossResources:
    def test_case_68_an_axis_is_for_all_locales(self, api) -> None:
        assert violations(api.patch("/attributes/leaf_grade", {"available_locales": ["en_US"]})) == [
            "available_locales"
        ]
        assert api.patch("/attributes/origin", {"available_locales": ["en_US"]}).status_code == 204

    def test_an_attribute_that_leaves_the_family_leaves_its_variants(self, api) -> None:
        kept = ["name", "leaf_grade", "pack_size", "pack_shot", "organic", "ean"]
        assert api.patch("/families/loose_tea", {"attributes": kept}).status_code == 204
        assert printed(api)[0]["attributes"] == ["leaf_grade"]
        assert api.patch("/families/loose_tea", {"attributes": [*kept, "origin"]}).status_code == 204
        assert printed(api)[0]["attributes"] == ["leaf_grade"]

    def test_an_attribute_with_unique_values_joins_the_last_level_of_every_variant(self, api) -> None:
        make_attribute("serial", unique=True)
        make_family_variant("loose_tea", "by_grade", (["leaf_grade"], []))
        members = api.get("/families/loose_tea").json()["attributes"]
        assert api.patch("/families/loose_tea", {"attributes": [*members, "serial"]}).status_code == 204
        assert printed(api)[1]["attributes"][-1] == "serial"
        assert printed(api, "by_grade")[0]["attributes"][-1] == "serial"

    def test_a_family_change_costs_one_statement_for_all_its_variants(self, count_queries: Any) -> None:
        for number in range(5):
            make_family_variant("loose_tea", f"v{number}", (["leaf_grade"], ["origin"]))
        members = set(queries.snapshot().families["loose_tea"].attributes) - {"origin"}
        # savepoint, lock, number, row, link rows, variants, event, run, job, release
        with count_queries(10):
            operations.upsert("family", "loose_tea", {"attributes": sorted(members)}, by=SYSTEM, now=NOW)
        variants = queries.snapshot().variants_by_family["loose_tea"]
        assert not any("origin" in level.attributes for one in variants for level in one.levels)

    def test_an_axis_cannot_be_removed_and_a_family_not_before_its_variants(self) -> None:
        for resource, code, named in (
            ("attribute", "leaf_grade", "1 family variants as an axis (by_grade_size)"),
            ("family", "loose_tea", "1 family variants (by_grade_size)"),
        ):
            with pytest.raises(Unprocessable) as refusal:
                operations.remove(resource, code, by=SYSTEM, now=NOW)
            assert named in refusal.value.message

    def test_an_attribute_that_is_removed_leaves_the_variants(self, api) -> None:
        operations.remove("attribute", "origin", by=SYSTEM, now=NOW)
        assert printed(api)[0]["attributes"] == ["leaf_grade"]

    def test_a_variant_can_be_removed_and_then_its_family(self, api) -> None:
        assert api.client.delete(f"/api/rest/v1{BY_GRADE_SIZE}?dry_run=1").json()["code"] == "by_grade_size"
        assert api.delete(BY_GRADE_SIZE).status_code == 204
        assert_plain(api.get(BY_GRADE_SIZE), 404)
        assert api.delete("/families/loose_tea").status_code == 204
