"""Groups, families, association types, categories, channels, locales, currencies over the API.

Numbers are those of the acceptance cases of the conventions.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.factories.structure import (
    change_channel,
    make_attribute,
    make_attribute_group,
    make_category,
    make_channel,
    make_family,
)
from tests.structure.answers import assert_documented, assert_plain, violations

pytestmark = pytest.mark.django_db


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["code"] for item in answer.json()["_embedded"]["items"]]


def search(**criteria: Any) -> str:
    """`search(code=("IN", ["a"]))` as the query parameter."""
    return orjson.dumps(
        {name: [{"operator": operator, "value": value}] for name, (operator, value) in criteria.items()}
    ).decode()


class TestConventions:
    """What every resource has in common, shown on one of them."""

    @pytest.fixture(autouse=True)
    def tree(self, installed: None) -> None:
        make_category("tea", None)

    def test_case_6_a_method_that_a_path_has_not(self, api) -> None:
        answer = api.delete("/locales/en_US")
        assert_plain(answer, 405)
        assert "GET" in answer["Allow"]

    @pytest.mark.parametrize(
        ("accept", "status"),
        [("application/xml", 406), ("text/html, */*;q=0.1", 200), ("application/json", 200), ("", 200)],
        ids=["case_11", "case_12", "json", "case_13"],
    )
    def test_what_a_client_accepts(self, api, accept: str, status: int) -> None:
        answer = api.get("/categories/tea", headers={"accept": accept} if accept else {})
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        ("type", "status"),
        [("application/xml", 415), ("application/json; charset=utf-8", 201), ("application/json", 201)],
        ids=["case_14", "case_16", "json"],
    )
    def test_what_a_client_sends(self, api, type: str, status: int) -> None:
        assert api.post("/categories", {"code": "x"}, content_type=type).status_code == status

    def test_case_17_18_collections_have_their_own_type(self, api) -> None:
        assert_plain(api.patch("/categories", {"code": "x"}), 415)
        collection = "application/vnd.akeneo.collection+json"
        assert_plain(api.patch("/measurement-families", [], content_type=collection), 415)

    def test_case_19_bracket_parameters_are_refused(self, api) -> None:
        assert_plain(api.client.get("/api/rest/v1/categories?foo[]=1"), 400)

    @pytest.mark.parametrize("path", ["attribute-groups", "families", "association-types", "categories"])
    def test_an_empty_change_of_an_unknown_code_creates_it(self, api, path: str) -> None:
        assert api.patch(f"/{path}/brand_new", {}).status_code == 201
        assert api.patch(f"/{path}/brand_new", {}).status_code == 204
        assert api.get(f"/{path}/BRAND_NEW").json()["code"] == "brand_new"

    @pytest.mark.parametrize("path", ["attribute-groups", "families", "association-types", "categories"])
    def test_what_was_printed_can_be_sent_back(self, api, path: str) -> None:
        api.patch(f"/{path}/brand_new", {"labels": {"en_US": "New"}})
        (item,) = (
            item
            for item in api.get(f"/{path}", limit="100").json()["_embedded"]["items"]
            if item["code"] == "brand_new"
        )
        assert api.patch(f"/{path}/brand_new", item).status_code == 204

    @pytest.mark.parametrize("path", ["attribute-groups", "families", "association-types", "categories", "channels"])
    def test_codes_and_labels_are_judged_alike(self, api, path: str) -> None:
        anchor = f"post_{path.replace('-', '_')}"
        for code in ("a b", "é", "x" * 101, "", "a\n", None):
            assert "code" in violations(api.post(f"/{path}", {"code": code}))
        assert "labels" in violations(api.post(f"/{path}", {"code": "x", "labels": {"xx": "x"}}))
        assert "labels" in violations(api.post(f"/{path}", {"code": "x", "labels": {"en_US": "x" * 101}}))
        assert_documented(api.post(f"/{path}", {"code": []}), anchor)
        assert_documented(api.post(f"/{path}", {"nonsense": 1}), anchor)
        assert_documented(api.post(f"/{path}", {"labels": None}), anchor)
        assert_plain(api.patch(f"/{path}/one", {"code": "two"}), 422)
        assert_plain(api.get(f"/{path}/nope"), 404)

    @pytest.mark.parametrize("path", ["attribute-groups", "families", "association-types", "categories"])
    def test_a_code_is_unique_and_fixed(self, api, path: str) -> None:
        assert api.post(f"/{path}", {"code": 2026}).status_code == 201
        assert violations(api.post(f"/{path}", {"code": "2026"})) == ["code"]
        assert api.post(f"/{path}", {"code": "abc"}).status_code == 201
        assert violations(api.post(f"/{path}", {"code": "ABC"})) == ["code"]
        assert violations(api.patch(f"/{path}/abc", {"code": "abd"})) == ["code"]
        assert violations(api.patch(f"/{path}/abc", {"code": "ABC"})) == ["code"]


class TestAttributeGroups:
    @pytest.fixture(autouse=True)
    def organic(self, installed: None) -> None:
        make_attribute("organic", "pim_catalog_boolean")

    def test_case_105_listing_an_attribute_moves_it(self, api) -> None:
        assert api.post("/attribute-groups", {"code": "legal", "attributes": ["organic"]}).status_code == 201
        assert api.get("/attributes/organic").json()["group"] == "legal"
        assert api.get("/attribute-groups/other").json()["attributes"] == ["sku"]

    def test_case_106_an_attribute_left_out_goes_to_other(self, api) -> None:
        api.post("/attribute-groups", {"code": "legal", "attributes": ["organic"]})
        assert api.patch("/attribute-groups/legal", {"attributes": []}).status_code == 204
        assert api.get("/attributes/organic").json()["group"] == "other"

    def test_case_107_attributes_sent_for_other_are_not_looked_at(self, api) -> None:
        api.post("/attribute-groups", {"code": "legal", "attributes": ["organic"]})
        assert api.patch("/attribute-groups/other", {"attributes": ["organic"]}).status_code == 204
        assert api.get("/attributes/organic").json()["group"] == "legal"

    @pytest.mark.parametrize("order", [-1, "foo", 1.5, None, True])
    def test_case_108_the_sort_order_is_a_whole_number(self, api, order: object) -> None:
        assert violations(api.patch("/attribute-groups/other", {"sort_order": order})) == ["sort_order"]

    def test_case_109_there_are_at_most_1000_groups(self, api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("limen.structure.rules.attribute_groups.MOST_GROUPS", 2)
        assert api.post("/attribute-groups", {"code": "legal"}).status_code == 201
        assert violations(api.post("/attribute-groups", {"code": "more"})) == [""]

    def test_attributes_are_printed_by_their_sort_order(self, api) -> None:
        make_attribute("late", sort_order=2)
        make_attribute("early", sort_order=1)
        assert api.get("/attribute-groups/other").json() == {
            "code": "other",
            "sort_order": 100,
            "attributes": ["organic", "sku", "early", "late"],
            "labels": {"en_US": "Other"},
        }

    def test_products_7_2_a_group_that_does_not_count_for_quality_says_so(self, api: Any) -> None:
        assert api.patch("/attribute-groups/legal", {"counts_for_quality": False}).status_code == 201
        assert api.get("/attribute-groups/legal").json()["counts_for_quality"] is False
        assert violations(api.patch("/attribute-groups/legal", {"counts_for_quality": "no"})) == ["counts_for_quality"]
        assert violations(api.patch("/attribute-groups/legal", {"counts_for_quality": None})) == ["counts_for_quality"]
        assert api.patch("/attribute-groups/legal", {"counts_for_quality": True}).status_code == 204
        assert list(api.get("/attribute-groups/legal").json()) == ["code", "sort_order", "attributes", "labels"]

    def test_an_unknown_attribute_has_the_wrong_shape(self, api) -> None:
        body = {"code": "legal", "attributes": ["nope"]}
        assert_documented(api.post("/attribute-groups", body), "post_attribute_groups")

    def test_the_list_can_be_searched(self, api) -> None:
        make_attribute_group("legal")
        assert codes(api.get("/attribute-groups", search=search(code=("IN", ["legal"])))) == ["legal"]
        newer = search(updated=(">", "2026-02-11T09:14:02Z"))
        assert "legal" in codes(api.get("/attribute-groups", search=newer))
        newest = search(updated=(">", "2096-02-11T09:14:03Z"))
        assert codes(api.get("/attribute-groups", search=newest)) == []


@pytest.mark.usefixtures("tea")
class TestFamilies:
    def test_case_110_a_new_family_has_and_requires_the_identifier(self, api) -> None:
        assert api.post("/families", {"code": "teapot"}).status_code == 201
        assert api.get("/families/teapot").json() == {
            "code": "teapot",
            "attributes": ["sku"],
            "attribute_as_label": "sku",
            "attribute_as_image": None,
            "attribute_requirements": {"ecommerce": ["sku"], "print": ["sku"]},
            "labels": {},
        }

    def test_case_111_lists_are_sorted_and_without_duplicates(self, api) -> None:
        body = {
            "code": "teapot",
            "attributes": ["origin", "name", "name"],
            "attribute_requirements": {"ecommerce": ["name", "name"]},
        }
        assert api.post("/families", body).status_code == 201
        printed = api.get("/families/teapot").json()
        assert printed["attributes"] == ["name", "origin", "sku"]
        assert printed["attribute_requirements"] == {"ecommerce": ["name", "sku"], "print": ["sku"]}

    def test_case_112_violations_come_in_order(self, api) -> None:
        body = {
            "code": "",
            "attribute_as_label": "net_weight",
            "attribute_requirements": {"ecommerce": ["name"]},
        }
        assert violations(api.post("/families", body)) == [
            "attribute_requirements",
            "attribute_as_label",
            "attribute_as_label",
            "code",
        ]

    def test_case_113_requirements_are_replaced_by_channel(self, api) -> None:
        assert api.patch("/families/loose_tea", {"attribute_requirements": {"print": []}}).status_code == 204
        assert api.get("/families/loose_tea").json()["attribute_requirements"] == {"ecommerce": ["sku"]}

    def test_case_114_what_variants_vary_along_stays(self, api) -> None:
        answer = api.patch("/families/loose_tea", {"attributes": ["name", "pack_size"]})
        assert violations(answer) == ["attributes"]
        assert "by_grade_size" in answer.json()["errors"][0]["message"]
        assert "leaf_grade" in answer.json()["errors"][0]["message"]
        assert violations(api.patch("/families/loose_tea", {"attributes": ["name"]})) == ["attributes", "attributes"]

    @pytest.mark.parametrize(
        ("change", "paths"),
        [
            pytest.param({"attribute_as_image": "name"}, ["attribute_as_image"], id="case_115"),
            pytest.param({"attribute_as_label": "organic"}, ["attribute_as_label"], id="label_type"),
            pytest.param(
                {"attributes": ["name"], "attribute_requirements": {"ecommerce": ["ean"], "print": ["ean"]}},
                ["attribute_requirements", "attribute_requirements", "attributes", "attributes"],
                id="requirement_left_out",
            ),
        ],
    )
    def test_rules(self, api, change: dict[str, Any], paths: list[str]) -> None:
        assert violations(api.patch("/families/loose_tea", change)) == paths

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"attribute_as_label": None}, id="case_116"),
            pytest.param({"attribute_requirements": {"nope": []}}, id="case_117"),
            pytest.param({"attribute_requirements": {"print": ["nope"]}}, id="required_unknown"),
            pytest.param({"attribute_requirements": {"print": None}}, id="requirements_null"),
            pytest.param({"attribute_requirements": None}, id="map_null"),
            pytest.param({"attributes": ["nope"]}, id="attribute_unknown"),
            pytest.param({"attributes": None}, id="attributes_null"),
            pytest.param({"attributes": [None]}, id="attribute_null"),
            pytest.param({"attribute_as_image": "nope"}, id="image_unknown"),
            pytest.param({"parent": None}, id="saas_parent"),
        ],
    )
    def test_shapes(self, api, change: dict[str, Any]) -> None:
        assert_documented(api.patch("/families/loose_tea", change), "patch_families__code_")

    def test_an_image_must_be_the_same_everywhere(self, api) -> None:
        make_attribute("banner", "pim_catalog_image", localizable=True, scopable=True)
        axes = ["leaf_grade", "pack_size"]
        change = {"attributes": ["banner", *axes], "attribute_as_label": "sku", "attribute_as_image": "banner"}
        assert violations(api.patch("/families/loose_tea", change)) == ["attribute_as_image", "attribute_as_image"]

    def test_the_image_can_be_set_and_taken_away(self, api) -> None:
        for image, printed in (("pack_shot", "pack_shot"), ("", None), ("pack_shot", "pack_shot"), (None, None)):
            assert api.patch("/families/loose_tea", {"attribute_as_image": image}).status_code == 204
            assert api.get("/families/loose_tea").json()["attribute_as_image"] == printed

    def test_the_identifier_comes_back_when_it_is_left_out(self, api) -> None:
        axes = ["leaf_grade", "pack_size"]
        change = {"attributes": ["name", *axes], "attribute_requirements": {"print": ["name"]}}
        assert api.patch("/families/loose_tea", change).status_code == 204
        printed = api.get("/families/loose_tea").json()
        assert printed["attributes"] == ["leaf_grade", "name", "pack_size", "sku"]
        assert printed["attribute_requirements"] == {"ecommerce": ["sku"], "print": ["name"]}

    def test_case_155_a_new_channel_requires_the_identifier_of_every_family(self, api) -> None:
        make_channel("mobile", category_tree="tea")
        assert api.get("/families/loose_tea").json()["attribute_requirements"]["mobile"] == ["sku"]

    def test_what_was_printed_can_be_sent_back(self, api) -> None:
        (item,) = api.get("/families").json()["_embedded"]["items"]
        assert api.patch("/families/loose_tea", item).status_code == 204

    def test_the_list_can_be_searched(self, api) -> None:
        make_family("teapot")
        assert codes(api.get("/families", search=search(code=("IN", ["TEAPOT"])))) == ["teapot"]


class TestAssociationTypes:
    def test_case_131_both_flags_start_false(self, api) -> None:
        assert api.post("/association-types", {"code": "pairs"}).status_code == 201
        assert api.get("/association-types/pairs").json() == {
            "code": "pairs",
            "labels": {},
            "is_two_way": False,
            "is_quantified": False,
        }

    def test_case_132_the_flags_are_set_once(self, api) -> None:
        assert violations(api.patch("/association-types/PACK", {"is_two_way": True})) == ["is_two_way"]

    def test_case_133_both_at_once_is_impossible(self, api) -> None:
        body = {"code": "pairs", "is_two_way": True, "is_quantified": True}
        assert violations(api.post("/association-types", body)) == [""]

    def test_case_134_the_flags_are_booleans(self, api) -> None:
        body = {"code": "pairs", "is_quantified": "yes"}
        assert_documented(api.post("/association-types", body), "post_association_types")
        assert violations(api.post("/association-types", {"code": "pairs", "is_two_way": None})) == ["is_two_way"]

    def test_the_list_ignores_a_search_and_keeps_it_in_links(self, api) -> None:
        answer = api.get("/association-types", search="{bad")
        assert codes(answer) == ["PACK", "SUBSTITUTION", "UPSELL", "X_SELL"]
        assert answer.json()["_links"]["self"]["href"].endswith("&search=%7Bbad")


class TestCategories:
    @pytest.fixture(autouse=True)
    def tree(self, installed: None) -> None:
        make_category("tea", None)
        make_category("green_tea", "tea")
        make_category("black_tea", "tea")
        make_category("earl_grey", "black_tea")
        change_channel("ecommerce", category_tree="tea")

    def test_case_135_the_list_is_in_tree_order(self, api) -> None:
        answer = api.get("/categories")
        assert codes(answer) == ["master", "tea", "green_tea", "black_tea", "earl_grey"]
        assert list(answer.json()["_embedded"]["items"][1]) == ["_links", "code", "parent", "updated", "labels"]
        assert answer.json()["_embedded"]["items"][1]["updated"] == "2026-02-11T09:14:03+00:00"

    def test_case_136_positions_are_those_among_siblings(self, api) -> None:
        items = api.get("/categories", with_position="true").json()["_embedded"]["items"]
        positions = {item["code"]: item["position"] for item in items}
        assert positions == {"master": 1, "tea": 1, "green_tea": 1, "black_tea": 2, "earl_grey": 1}
        assert api.get("/categories/black_tea", with_position="1").json()["position"] == 2

    def test_case_137_enriched_content_is_an_empty_map(self, api) -> None:
        items = api.get("/categories", with_enriched_attributes="true").json()["_embedded"]["items"]
        assert [item["values"] for item in items] == [{}] * 5

    def test_case_138_the_parent_filter_gives_everything_below(self, api) -> None:
        below = ["green_tea", "black_tea", "earl_grey"]
        assert codes(api.get("/categories", search=search(parent=("=", "tea")))) == below

    def test_case_139_the_parent_filter_needs_a_category(self, api) -> None:
        assert_plain(api.get("/categories", search=search(parent=("=", "nope"))), 400)

    def test_case_140_roots_can_be_counted(self, api) -> None:
        answer = api.get("/categories", search=search(is_root=("=", True)), with_count="true")
        assert answer.json()["items_count"] == 2
        assert codes(api.get("/categories", search=search(is_root=("=", False)))) == codes(
            api.get("/categories", search=search(parent=("=", "tea")))
        )

    def test_case_141_nothing_found_is_counted_too(self, api) -> None:
        answer = api.get("/categories", search=search(code=("IN", ["nope"])), with_count="true")
        assert (codes(answer), answer.json()["items_count"]) == ([], 0)

    def test_case_142_a_category_is_not_below_itself(self, api) -> None:
        assert_plain(api.patch("/categories/black_tea", {"parent": "earl_grey"}), 422)
        assert_plain(api.patch("/categories/black_tea", {"parent": "black_tea"}), 422)

    def test_case_143_the_tree_of_a_channel_stays_a_root(self, api) -> None:
        assert_documented(api.patch("/categories/tea", {"parent": "green_tea"}), "patch_categories__code_")
        assert_documented(api.patch("/categories/tea", {"parent": "master"}), "patch_categories__code_")

    def test_case_144_a_new_category_is_the_last_of_its_siblings(self, api) -> None:
        assert api.patch("/categories/oolong", {"parent": "tea"}).status_code == 201
        assert codes(api.get("/categories", search=search(parent=("=", "tea"))))[-1] == "oolong"

    def test_a_moved_category_is_the_last_of_its_new_siblings(self, api) -> None:
        assert api.patch("/categories/black_tea", {"parent": "master"}).status_code == 204
        assert codes(api.get("/categories")) == ["master", "black_tea", "earl_grey", "tea", "green_tea"]
        assert api.patch("/categories/black_tea", {"parent": ""}).status_code == 204
        assert codes(api.get("/categories")) == ["master", "tea", "green_tea", "black_tea", "earl_grey"]
        assert api.get("/categories/black_tea").json()["parent"] is None

    def test_case_145_what_was_printed_can_be_sent_back(self, api) -> None:
        params = {"with_position": "true", "with_enriched_attributes": "true"}
        for item in api.get("/categories", **params).json()["_embedded"]["items"]:
            assert api.patch(f"/categories/{item['code']}", item).status_code == 204

    def test_an_unknown_parent_has_the_wrong_shape(self, api) -> None:
        assert_documented(api.post("/categories", {"code": "x", "parent": "nope"}), "post_categories")

    def test_content_cannot_be_written(self, api) -> None:
        assert_documented(api.post("/categories", {"code": "x", "values": [{"data": 1}]}), "post_categories")

    def test_a_null_code_is_tolerated_when_it_is_in_the_url(self, api) -> None:
        assert api.patch("/categories/oolong", {"code": None}).status_code == 201

    def test_labels_of_any_locale_are_printed(self, api) -> None:
        api.patch("/categories/tea", {"labels": {"af_ZA": "Tee"}})
        assert api.get("/categories/tea").json()["labels"] == {"af_ZA": "Tee"}


class TestChannels:
    @pytest.fixture(autouse=True)
    def net_weight(self, installed: None) -> None:
        make_attribute("net_weight", "pim_catalog_metric", default_metric_unit="GRAM")
        make_attribute("name")
        make_category("green_tea")

    BODY: dict[str, Any] = {
        "code": "print",
        "category_tree": "master",
        "locales": ["de_DE", "en_US"],
        "currencies": ["USD", "EUR"],
    }

    def test_a_channel_prints_its_lists_in_stored_order(self, api) -> None:
        assert api.post("/channels", self.BODY).status_code == 201
        assert api.get("/channels/print").json() == {
            "code": "print",
            "currencies": ["USD", "EUR"],
            "locales": ["de_DE", "en_US"],
            "category_tree": "master",
            "conversion_units": {},
            "labels": {},
        }
        assert api.patch("/channels/print", {"locales": ["en_US", "de_DE"]}).status_code == 204
        assert api.get("/channels/print").json()["locales"] == ["en_US", "de_DE"]

    @pytest.mark.parametrize(
        ("change", "paths"),
        [
            pytest.param({"category_tree": "green_tea"}, ["category_tree"], id="case_147"),
            pytest.param({"locales": {}}, ["locales"], id="case_148"),
            pytest.param({"currencies": ["ADP"]}, ["currencies"], id="case_149"),
            pytest.param({"currencies": []}, ["currencies"], id="no_currency"),
            pytest.param({"conversion_units": {"name": "KILOGRAM"}}, ["conversion_units"], id="case_152"),
            pytest.param({"conversion_units": {"nope": "KILOGRAM"}}, ["conversion_units"], id="conversion_unknown"),
            pytest.param({"conversion_units": {"net_weight": "METER"}}, ["conversion_units"], id="conversion_unit"),
            pytest.param({"code": "2026"}, ["code"], id="case_153"),
        ],
    )
    def test_rules(self, api, change: dict[str, Any], paths: list[str]) -> None:
        assert violations(api.post("/channels", self.BODY | change)) == paths

    def test_case_146_the_tree_is_needed(self, api) -> None:
        body = {name: value for name, value in self.BODY.items() if name != "category_tree"}
        assert violations(api.post("/channels", body)) == ["category_tree"]
        assert violations(api.patch("/channels/print", {})) == ["currencies", "locales", "category_tree"]

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"currencies": ["XXZ"]}, id="case_150"),
            pytest.param({"locales": ["xx_XX"]}, id="locale_unknown"),
            pytest.param({"category_tree": None}, id="tree_null"),
            pytest.param({"category_tree": "nope"}, id="tree_unknown"),
            pytest.param({"conversion_units": None}, id="conversion_null"),
            pytest.param({"conversion_units": {"net_weight": ["GRAM"]}}, id="conversion_nested"),
        ],
    )
    def test_shapes(self, api, change: dict[str, Any]) -> None:
        assert_documented(api.patch("/channels/ecommerce", change), "patch_channels__code_")

    def test_case_151_conversion_units_are_merged_and_removed(self, api) -> None:
        assert api.patch("/channels/ecommerce", {"conversion_units": {"net_weight": "KILOGRAM"}}).status_code == 204
        assert api.get("/channels/ecommerce").json()["conversion_units"] == {"net_weight": "KILOGRAM"}
        assert api.patch("/channels/ecommerce", {"conversion_units": {"net_weight": None}}).status_code == 204
        assert api.get("/channels/ecommerce").json()["conversion_units"] == {}

    def test_case_156_locales_follow_the_channels(self, api) -> None:
        api.post("/channels", self.BODY)
        enabled = search(enabled=("=", True))
        assert codes(api.get("/locales", search=enabled)) == ["de_DE", "en_US"]
        api.patch("/channels/print", {"locales": ["af_ZA"]})
        assert codes(api.get("/locales", search=enabled)) == ["af_ZA", "en_US"]


class TestLocalesAndCurrencies:
    def test_case_159_a_locale_says_whether_it_is_active(self, api) -> None:
        assert api.get("/locales/af_ZA").content == b'{"code":"af_ZA","enabled":false}'
        assert_plain(api.get("/locales/xx_XX"), 404)

    def test_all_locales_are_listed_by_code(self, api) -> None:
        page = api.get("/locales", with_count="true", limit="100").json()
        assert page["items_count"] > 200
        found = [item["code"] for item in page["_embedded"]["items"]]
        assert found == sorted(found, key=str.lower)

    @pytest.mark.parametrize(
        "wrong",
        [
            '{"enabled":{"operator":"=","value":true}}',
            '{"enabled":[{"value":true}]}',
            '{"enabled":[{"operator":"=","value":"yes"}]}',
            '{"code":[{"operator":"=","value":true}]}',
            '{"enabled":[{"operator":1,"value":true}]}',
        ],
    )
    @pytest.mark.parametrize("path", ["/locales", "/currencies"])
    def test_case_157_an_impossible_search_is_unprocessable(self, api, path: str, wrong: str) -> None:
        assert_plain(api.get(path, search=wrong), 422)

    def test_case_158_a_search_that_is_no_json_is_malformed(self, api) -> None:
        assert_plain(api.get("/locales", search='{"enabled":['), 400)

    def test_case_160_161_currencies_can_only_be_read(self, api) -> None:
        assert api.get("/currencies/EUR").content == b'{"code":"EUR","enabled":true}'
        assert api.get("/currencies/dem").json() == {"code": "DEM", "enabled": False}
        assert_plain(api.post("/currencies", {"code": "TEA"}), 405)
        assert codes(api.get("/currencies", search=search(enabled=("=", True)))) == ["EUR", "USD"]
        assert codes(api.get("/currencies"))[0] == "ADP"


class TestSystemInformation:
    def test_case_174_connectors_branch_on_version_and_edition(self, api) -> None:
        printed = api.get("/system-information").json()
        assert list(printed) == ["version", "edition"]
        assert printed["version"].startswith("7.0.")
        assert printed["edition"] == "CE"

    def test_our_own_version_is_told_on_demand(self, api) -> None:
        assert list(api.get("/system-information", details="true").json()) == ["version", "edition", "limen"]

    def test_overall_access_is_enough(self, api_of) -> None:
        assert api_of("pim_api_overall_access").get("/system-information").status_code == 200


class TestRoot:
    def test_case_2_the_routes_have_the_names_of_the_reference(self, api) -> None:
        routes = api.client.get("/api/rest/v1").json()["routes"]
        assert routes["pim_api_attribute_list"] == {"route": "/api/rest/v1/attributes", "methods": ["GET"]}
        assert routes["pim_api_attribute_option_partial_update"] == {
            "route": "/api/rest/v1/attributes/{attributeCode}/options/{code}",
            "methods": ["PATCH"],
        }
        expected = {
            f"pim_api_{noun}_{verb}"
            for noun in (
                "attribute",
                "attribute_option",
                "attribute_group",
                "family",
                "association_type",
                "category",
                "channel",
            )
            for verb in ("list", "create", "partial_update_list", "get", "partial_update")
        }
        expected |= {
            "pim_api_locale_list",
            "pim_api_locale_get",
            "pim_api_currency_list",
            "pim_api_currency_get",
            "legacy_pim_api_measure_family_list",
            "legacy_pim_api_measure_family_get",
            "pim_api_measurement_family_get",
            "pim_api_measurement_family_create_or_update",
            "pim_analytics_external_api_system_info_get",
        }
        assert expected <= set(routes)
