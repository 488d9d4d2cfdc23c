"""Attributes over the API; numbers are those of the acceptance cases of the conventions."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from limen.structure import operations
from tests.factories.structure import make_attribute
from tests.structure.answers import assert_documented, assert_plain, violations

pytestmark = pytest.mark.django_db

TEXT = {"code": "aroma", "type": "pim_catalog_text", "group": "other"}
NUMBER = {
    "code": "size",
    "type": "pim_catalog_number",
    "group": "other",
    "decimals_allowed": True,
    "negative_allowed": False,
}
PRICE = {"code": "cost", "type": "pim_catalog_price_collection", "group": "other", "decimals_allowed": True}
METRIC = {
    "code": "heft",
    "type": "pim_catalog_metric",
    "group": "other",
    "decimals_allowed": True,
    "negative_allowed": False,
    "metric_family": "Weight",
    "default_metric_unit": "GRAM",
}


@pytest.fixture
def name_and_origin(installed: None) -> None:
    make_attribute("name")
    make_attribute("origin", "pim_catalog_simpleselect")


class TestCreate:
    def test_case_20_to_22_a_body_that_is_no_json_object_is_malformed(self, api) -> None:
        for body in (b"", b"{", b'"x"', b"null", b"[1]"):
            # Named twice: the test client leaves the type out when there is no body.
            assert_plain(api.post("/attributes", body, **{"content-type": "application/json"}), 400)

    def test_case_23_24_a_text_attribute_starts_with_defaults(self, api) -> None:
        answer = api.post("/attributes", TEXT)
        assert (answer.status_code, answer.content) == (201, b"")
        assert answer["Location"] == "http://testserver/api/rest/v1/attributes/aroma"
        printed = api.get("/attributes/aroma").json()
        assert printed == {
            "code": "aroma",
            "type": "pim_catalog_text",
            "group": "other",
            "unique": False,
            "useable_as_grid_filter": False,
            "allowed_extensions": [],
            "metric_family": None,
            "default_metric_unit": None,
            "reference_data_name": None,
            "available_locales": [],
            "max_characters": None,
            "validation_rule": None,
            "validation_regexp": None,
            "wysiwyg_enabled": None,
            "number_min": None,
            "number_max": None,
            "decimals_allowed": None,
            "negative_allowed": None,
            "date_min": None,
            "date_max": None,
            "max_file_size": None,
            "minimum_input_length": None,
            "sort_order": 0,
            "localizable": False,
            "scopable": False,
            "labels": {},
            "guidelines": {},
            "auto_option_sorting": None,
            "default_value": None,
            "group_labels": {"en_US": "Other"},
        }

    def test_the_keys_come_in_the_order_of_the_reference(self, api) -> None:
        keys = list(api.get("/attributes/sku").json())
        assert keys[:6] == ["code", "type", "group", "unique", "useable_as_grid_filter", "allowed_extensions"]
        assert keys[-1] == "is_main_identifier"

    @pytest.mark.usefixtures("name_and_origin")
    def test_case_27_28_a_code_is_used_once_whatever_its_case(self, api) -> None:
        for code in ("name", "NAME"):
            assert violations(api.post("/attributes", TEXT | {"code": code})) == ["code"]

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"code": []}, id="case_29"),
            pytest.param({"type": "pim_catalog_matrix"}, id="case_30"),
            pytest.param({"type": None}, id="case_31"),
            pytest.param({"type": ""}, id="type_empty"),
            pytest.param({"type": []}, id="type_array"),
            pytest.param({"group": "nope"}, id="case_32"),
            pytest.param({"group": None}, id="group_null"),
            pytest.param({"extra_property": 1}, id="case_33"),
            pytest.param({"Labels": {}}, id="property_names_have_a_case"),
            pytest.param({"labels": None}, id="case_34"),
            pytest.param({"labels": "x"}, id="labels_scalar"),
            pytest.param({"labels": {"en_US": ["x"]}}, id="labels_nested"),
            pytest.param({"guidelines": None}, id="guidelines_null"),
            pytest.param({"allowed_extensions": None}, id="case_35"),
            pytest.param({"available_locales": ["xx_XX"]}, id="case_36"),
            pytest.param({"available_locales": {"en_US": []}}, id="case_37"),
            pytest.param({"available_locales": [None]}, id="null_in_a_list"),
            pytest.param({"type": "pim_catalog_date", "date_min": "a date"}, id="case_38"),
            pytest.param({"type": "pim_catalog_date", "date_min": "2026-02-30"}, id="no_such_day"),
            pytest.param({"type": "pim_catalog_date", "date_max": 20260201}, id="date_number"),
            pytest.param({"table_configuration": []}, id="no_table_attributes"),
            pytest.param({"decimal_places": 2}, id="saas_only"),
            pytest.param({"labels": {"en_US": "a\x00b"}}, id="zero_character"),
            pytest.param({"sort_order": {}}, id="scalar_expected"),
        ],
    )
    def test_a_body_of_the_wrong_shape_is_refused_with_a_link(self, api, wrong: dict[str, Any]) -> None:
        assert_documented(api.post("/attributes", TEXT | wrong), "post_attributes")

    def test_the_first_wrong_property_in_the_order_of_the_body_answers(self, api) -> None:
        answer = api.post("/attributes", {"nonsense": 1, "labels": None})
        assert "nonsense" in answer.json()["message"]

    def test_case_39_40_labels_need_a_known_locale(self, api) -> None:
        for locale in ("foo", ""):
            assert violations(api.post("/attributes", TEXT | {"labels": {locale: "x"}})) == ["labels"]

    def test_case_41_empty_labels_are_no_labels(self, api) -> None:
        body = TEXT | {"labels": {"en_US": None, "fr_FR": "", "xx_XX": None}}
        assert api.post("/attributes", body).status_code == 201
        assert api.get("/attributes/aroma").json()["labels"] == {}

    def test_case_42_an_empty_array_is_an_empty_map(self, api) -> None:
        assert api.post("/attributes", TEXT | {"labels": []}).status_code == 201

    def test_locales_of_labels_are_known_whatever_their_case(self, api) -> None:
        api.post("/attributes", TEXT | {"labels": {"en_us": "Aroma"}})
        assert api.get("/attributes/aroma").json()["labels"] == {"en_US": "Aroma"}

    def test_an_empty_body_lacks_type_code_and_group(self, api) -> None:
        assert violations(api.post("/attributes", {})) == ["type", "code", "group"]

    @pytest.mark.parametrize(
        ("body", "paths"),
        [
            pytest.param(
                {"code": "gtin", "type": "pim_catalog_identifier", "group": "other"},
                ["useable_as_grid_filter"],
                id="case_52",
            ),
            pytest.param(
                {"code": "size", "type": "pim_catalog_number", "group": "other"},
                ["decimals_allowed", "negative_allowed"],
                id="case_53",
            ),
            pytest.param(TEXT | {"wysiwyg_enabled": False}, ["wysiwyg_enabled"], id="case_54"),
            pytest.param(PRICE | {"negative_allowed": False}, ["negative_allowed"], id="case_55"),
            pytest.param(METRIC | {"default_metric_unit": "MINUTE"}, ["default_metric_unit"], id="case_56"),
            pytest.param(METRIC | {"metric_family": "Weigt"}, ["metric_family"], id="unknown_metric_family"),
            pytest.param(NUMBER | {"number_min": "10", "number_max": "5"}, ["number_max"], id="case_57"),
            pytest.param(NUMBER | {"number_min": 10, "number_max": 10}, ["number_max"], id="equal_bounds"),
            pytest.param(NUMBER | {"number_min": "ten"}, ["number_min"], id="bound_no_number"),
            pytest.param(NUMBER | {"number_max": 2**63}, ["number_max"], id="bound_too_large"),
            pytest.param(NUMBER | {"number_max": 1e300}, ["number_max"], id="bound_far_too_large"),
            pytest.param(NUMBER | {"number_min": -1}, ["number_min"], id="bound_negative"),
            pytest.param(
                NUMBER | {"decimals_allowed": False, "number_max": "1.5"}, ["number_max"], id="bound_with_decimals"
            ),
            pytest.param(
                {"code": "x", "type": "pim_catalog_simpleselect", "group": "other", "unique": True},
                ["unique"],
                id="case_62",
            ),
            pytest.param(TEXT | {"unique": True, "localizable": True}, ["localizable"], id="case_63"),
            pytest.param(TEXT | {"auto_option_sorting": True}, ["auto_option_sorting"], id="case_64"),
            pytest.param(TEXT | {"code": "family"}, ["code"], id="case_66_reserved"),
            pytest.param(TEXT | {"code": "my_groups"}, ["code"], id="case_66_ending"),
            pytest.param(TEXT | {"code": "treeID"}, ["code"], id="reserved_whatever_the_case"),
            pytest.param(
                TEXT | {"validation_rule": "regexp", "validation_regexp": "["}, ["validation_regexp"], id="case_67"
            ),
            pytest.param(TEXT | {"validation_rule": "phone"}, ["validation_rule"], id="unknown_rule"),
            pytest.param(TEXT | {"validation_regexp": "/" + "a" * 499 + "/"}, ["validation_regexp"], id="long_regexp"),
            pytest.param(TEXT | {"code": 12}, ["code"], id="code_number"),
            pytest.param(TEXT | {"code": "a b"}, ["code"], id="code_pattern"),
            pytest.param(TEXT | {"code": "a\n"}, ["code"], id="code_line_feed"),
            pytest.param(TEXT | {"code": "é"}, ["code"], id="code_not_ascii"),
            pytest.param(TEXT | {"code": "a" * 101}, ["code"], id="code_too_long"),
            pytest.param(TEXT | {"localizable": "true"}, ["localizable"], id="boolean_text"),
            pytest.param(TEXT | {"scopable": 1}, ["scopable"], id="boolean_number"),
            pytest.param(TEXT | {"useable_as_grid_filter": None}, ["useable_as_grid_filter"], id="boolean_null"),
            pytest.param(TEXT | {"sort_order": -1}, ["sort_order"], id="sort_order_negative"),
            pytest.param(TEXT | {"sort_order": 1.5}, ["sort_order"], id="sort_order_fraction"),
            pytest.param(TEXT | {"sort_order": None}, ["sort_order"], id="sort_order_null"),
            pytest.param(TEXT | {"sort_order": 2**40}, ["sort_order"], id="sort_order_too_large"),
            pytest.param(TEXT | {"max_characters": 256}, ["max_characters"], id="max_characters_text"),
            pytest.param(TEXT | {"labels": {"en_US": "x" * 101}}, ["labels"], id="label_too_long"),
            pytest.param(TEXT | {"guidelines": {"en_US": "x" * 501}}, ["guidelines[en_US]"], id="guideline_too_long"),
            pytest.param(TEXT | {"guidelines": {"xx": "x"}}, ["guidelines"], id="guideline_locale"),
            pytest.param(TEXT | {"required": True}, ["required"], id="required"),
            pytest.param(TEXT | {"reference_data_name": "colors"}, ["reference_data_name"], id="no_reference_data"),
            pytest.param(
                {"code": "x", "type": "pim_reference_data_simpleselect", "group": "other"},
                ["reference_data_name"],
                id="reference_data_unnamed",
            ),
            pytest.param(
                {
                    "code": "x",
                    "type": "pim_reference_data_multiselect",
                    "group": "other",
                    "reference_data_name": "colors",
                },
                ["reference_data_name"],
                id="reference_data_unknown",
            ),
            pytest.param(
                {
                    "code": "x",
                    "type": "pim_catalog_date",
                    "group": "other",
                    "date_min": "2026-01-01",
                    "date_max": "2026-01-01",
                },
                ["date_max"],
                id="dates_equal",
            ),
            pytest.param(
                {
                    "code": "gtin",
                    "type": "pim_catalog_identifier",
                    "group": "other",
                    "useable_as_grid_filter": True,
                    "available_locales": ["en_US"],
                },
                ["available_locales"],
                id="identifier_locales",
            ),
            pytest.param(
                {
                    "code": "gtin",
                    "type": "pim_catalog_identifier",
                    "group": "other",
                    "useable_as_grid_filter": True,
                    "unique": False,
                },
                ["unique"],
                id="identifier_not_unique",
            ),
            pytest.param(TEXT | {"code": "a b", "wysiwyg_enabled": True}, ["code"], id="a_later_step_waits"),
        ],
    )
    def test_broken_rules_are_all_named_at_their_property(self, api, body: dict[str, Any], paths: list[str]) -> None:
        assert violations(api.post("/attributes", body)) == paths

    def test_case_51_there_are_at_most_ten_identifiers(self, api) -> None:
        for number in range(9):
            make_attribute(f"id_{number}", "pim_catalog_identifier")
        body = {"code": "eleventh", "type": "pim_catalog_identifier", "group": "other", "useable_as_grid_filter": True}
        assert violations(api.post("/attributes", body)) == [""]

    def test_a_further_identifier_is_never_the_main_one(self, api) -> None:
        body = {
            "code": "gtin",
            "type": "pim_catalog_identifier",
            "group": "other",
            "useable_as_grid_filter": True,
            "is_main_identifier": True,
        }
        assert api.post("/attributes", body).status_code == 201
        printed = api.get("/attributes/gtin").json()
        assert (printed["is_main_identifier"], printed["unique"]) == (False, True)

    def test_case_58_bounds_are_printed_with_four_decimals(self, api) -> None:
        assert api.post("/attributes", NUMBER | {"number_min": "10", "number_max": 15}).status_code == 201
        printed = api.get("/attributes/size").json()
        assert (printed["number_min"], printed["number_max"]) == ("10.0000", "15.0000")

    def test_a_bound_of_zero_is_not_compared(self, api) -> None:
        body = NUMBER | {"negative_allowed": True, "number_min": 0, "number_max": "-1"}
        assert api.post("/attributes", body).status_code == 201

    def test_case_65_a_boolean_may_have_a_default(self, api) -> None:
        body = {"code": "vegan", "type": "pim_catalog_boolean", "group": "other", "default_value": False}
        assert api.post("/attributes", body).status_code == 201
        assert api.get("/attributes/vegan").json()["default_value"] is False

    def test_dates_are_printed_as_midnight(self, api) -> None:
        body = {"code": "harvest", "type": "pim_catalog_date", "group": "other", "date_min": "2026-01-01"}
        assert api.post("/attributes", body).status_code == 201
        printed = api.get("/attributes/harvest").json()
        assert printed["date_min"] == "2026-01-01T00:00:00+00:00"
        assert api.patch("/attributes/harvest", printed).status_code == 204

    def test_numeric_texts_count_as_numbers(self, api) -> None:
        assert api.post("/attributes", TEXT | {"max_characters": "50", "sort_order": "3"}).status_code == 201
        printed = api.get("/attributes/aroma").json()
        assert (printed["max_characters"], printed["sort_order"]) == (50, 3)

    def test_case_176_any_label_comes_back_as_it_was(self, api) -> None:
        label = 'é "<>/ 茶'
        api.post("/attributes", TEXT | {"labels": {"en_US": label}})
        assert api.get("/attributes/aroma").json()["labels"]["en_US"] == label


@pytest.mark.usefixtures("tea")
class TestUpdate:
    def test_case_43_an_unknown_code_is_created_and_lacks_type_and_group(self, api) -> None:
        assert violations(api.patch("/attributes/new_one", {})) == ["type", "group"]

    def test_case_44_the_codes_of_body_and_url_must_be_the_same(self, api) -> None:
        for code in ("other_one", "NEW_ONE", None, []):
            assert_plain(api.patch("/attributes/new_one", {"code": code}), 422)

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            pytest.param({"code": "title"}, "code", id="case_45"),
            pytest.param({"code": "NAME"}, "code", id="code_in_another_case"),
            pytest.param({"type": "pim_catalog_textarea"}, "type", id="case_46"),
            pytest.param({"localizable": True}, "localizable", id="case_47"),
            pytest.param({"scopable": True}, "scopable", id="scopable"),
            pytest.param({"unique": True}, "unique", id="unique"),
        ],
    )
    def test_some_properties_are_set_once(self, api, change: dict[str, Any], path: str) -> None:
        before = api.get("/attributes/name").json()
        assert violations(api.patch("/attributes/name", change)) == [path]
        assert api.get("/attributes/name").json() == before

    def test_the_metric_family_is_set_once(self, api) -> None:
        assert violations(api.patch("/attributes/net_weight", {"metric_family": "Length"})) == ["metric_family"]

    def test_case_48_an_empty_change_is_fine(self, api) -> None:
        answer = api.patch("/attributes/name", {})
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Location"] == "http://testserver/api/rest/v1/attributes/name"

    def test_case_49_labels_are_merged_and_removed_one_by_one(self, api) -> None:
        api.patch("/attributes/name", {"labels": {"en_US": "Name", "fr_FR": "Nom", "de_DE": "Name"}})
        assert api.patch("/attributes/name", {"labels": {"en_US": None, "fr_FR": ""}}).status_code == 204
        assert api.get("/attributes/name").json()["labels"] == {"de_DE": "Name"}

    def test_case_50_the_main_identifier_stays_it(self, api) -> None:
        body = {"is_main_identifier": False, "guidelines": {"en_US": "x"}}
        assert api.patch("/attributes/sku", body).status_code == 204
        printed = api.get("/attributes/sku").json()
        assert printed["is_main_identifier"] is True
        assert printed["guidelines"] == {"en_US": "x"}

    def test_case_59_the_file_size_is_printed_with_two_decimals(self, api) -> None:
        assert api.patch("/attributes/pack_shot", {"max_file_size": 800}).status_code == 204
        assert api.get("/attributes/pack_shot").json()["max_file_size"] == "800.00"

    def test_case_60_extensions_are_tidied(self, api) -> None:
        assert api.patch("/attributes/pack_shot", {"allowed_extensions": ["JPG", " png", "jpg"]}).status_code == 204
        assert api.get("/attributes/pack_shot").json()["allowed_extensions"] == ["jpg", "png"]

    def test_case_61_extensions_belong_to_the_type(self, api) -> None:
        assert violations(api.patch("/attributes/pack_shot", {"allowed_extensions": ["exe"]})) == ["allowed_extensions"]

    def test_what_was_printed_can_be_sent_back(self, api) -> None:
        for one in api.get("/attributes", limit="100").json()["_embedded"]["items"]:
            assert api.patch(f"/attributes/{one['code']}", one).status_code == 204

    def test_codes_in_the_url_have_no_case(self, api) -> None:
        assert api.get("/attributes/NAME").json()["code"] == "name"
        answer = api.patch("/attributes/NAME", {"sort_order": 4})
        assert answer["Location"].endswith("/attributes/name")
        assert api.get("/attributes/name").json()["sort_order"] == 4

    def test_case_154_labels_of_a_locale_that_no_channel_has_vanish_but_are_kept(self, api) -> None:
        assert api.patch("/channels/print", {"locales": ["af_ZA"]}).status_code == 204
        assert api.get("/locales/af_ZA").json() == {"code": "af_ZA", "enabled": True}
        assert api.get("/locales/de_DE").json() == {"code": "de_DE", "enabled": False}
        assert api.get("/attributes/name").json()["labels"] == {"en_US": "Name"}
        assert api.get("/categories/tea").json()["labels"] == {"en_US": "Tea", "de_DE": "Tee"}
        api.patch("/channels/print", {"locales": ["de_DE"]})
        assert api.get("/attributes/name").json()["labels"] == {"en_US": "Name", "de_DE": "Name"}


@pytest.mark.usefixtures("tea")
class TestRead:
    def test_case_25_the_identifier_says_that_it_is_the_main_one(self, api) -> None:
        printed = api.get("/attributes/sku").json()
        assert (printed["is_main_identifier"], printed["unique"]) == (True, True)

    def test_case_26_an_unknown_code_is_not_found(self, api) -> None:
        assert_plain(api.get("/attributes/nope"), 404)

    def test_case_69_links_carry_page_limit_and_count_in_this_order(self, api) -> None:
        page = api.get("/attributes", limit="5", page="2", with_count="true").json()
        assert list(page) == ["_links", "current_page", "items_count", "_embedded"]
        assert list(page["_links"]) == ["self", "first", "previous", "next"]
        assert page["_links"]["self"]["href"].endswith("/attributes?page=2&limit=5&with_count=true")
        assert page["current_page"] == 2
        assert page["items_count"] == 10
        codes = [item["code"] for item in page["_embedded"]["items"]]
        assert codes == ["origin", "pack_shot", "pack_size", "sku", "steeping_time"]

    def test_case_70_the_plain_list_counts_nothing(self, api) -> None:
        page = api.get("/attributes").json()
        assert page["_links"]["self"]["href"].endswith("?page=1&limit=10&with_count=false")
        assert "items_count" not in page
        assert "previous" not in page["_links"]

    def test_case_71_a_full_last_page_leads_to_an_empty_one(self, api) -> None:
        page = api.get("/attributes", limit="5", page="2").json()
        after = api.client.get(page["_links"].get("next", page["_links"]["self"])["href"]).json()
        assert "next" in page["_links"]
        assert after["_embedded"]["items"] == []
        assert "next" not in after["_links"]
        assert "previous" in after["_links"]

    def test_case_72_to_74_page_parameters_are_checked(self, api) -> None:
        wrong = [
            {"limit": "101"},
            {"limit": "0"},
            {"page": "0"},
            {"page": "a"},
            {"with_count": "1"},
            {"pagination_type": "unknown"},
        ]
        for params in wrong:
            assert_plain(api.get("/attributes", **params), 422)

    @pytest.mark.parametrize(
        ("search", "codes"),
        [
            pytest.param({"code": [{"operator": "IN", "value": ["sku", "name", "no"]}]}, ["name", "sku"], id="case_75"),
            pytest.param({"code": [{"operator": "IN", "value": []}]}, [], id="in_nothing"),
            pytest.param({"type": [{"operator": "IN", "value": ["pim_catalog_image"]}]}, ["pack_shot"], id="case_76"),
            pytest.param({"is_main_identifier": [{"operator": "=", "value": True}]}, ["sku"], id="case_77"),
            pytest.param({"updated": [{"operator": ">", "value": "2027-01-01T00:00:00+02:00"}]}, [], id="updated"),
            pytest.param(
                {
                    "type": [{"operator": "IN", "value": ["pim_catalog_text"]}],
                    "code": [{"operator": "IN", "value": ["ean", "sku"]}],
                },
                ["ean"],
                id="and",
            ),
        ],
    )
    def test_the_list_can_be_searched(self, api, search: dict[str, Any], codes: list[str]) -> None:
        page = api.get("/attributes", search=orjson.dumps(search).decode()).json()
        assert [item["code"] for item in page["_embedded"]["items"]] == codes
        assert "&search=%7B%22" in page["_links"]["self"]["href"]

    def test_no_criteria_are_no_filter(self, api) -> None:
        for search in ('{"code":[]}', "{}", "[]"):
            assert len(api.get("/attributes", search=search).json()["_embedded"]["items"]) == 10

    @pytest.mark.parametrize(
        "search",
        [
            pytest.param('{"code":[{"operator":"=","value":"sku"}]}', id="case_78"),
            pytest.param('{"code":[{"operator":"IN","value":"sku"}]}', id="case_79"),
            pytest.param('{"foo":[{"operator":"IN","value":[]}]}', id="case_80"),
            pytest.param("{bad", id="case_81"),
            pytest.param('{"updated":[{"operator":">","value":"2026-01-01"}]}', id="case_82"),
            pytest.param('{"updated":[{"operator":">","value":"2026-13-01T00:00:00Z"}]}', id="no_such_month"),
            pytest.param('{"code":[{"operator":"IN","value":[],"x":1}]}', id="extra_key"),
            pytest.param('{"code":{"operator":"IN","value":[]}}', id="no_list"),
            pytest.param("3", id="scalar"),
        ],
    )
    def test_an_impossible_search_is_malformed(self, api, search: str) -> None:
        assert_plain(api.get("/attributes", search=search), 400)

    def test_case_80_the_filters_that_there_are_are_named_and_all_reasons_told(self, api) -> None:
        search = '{"foo":[{"operator":"IN","value":[]}],"code":[{"operator":"=","value":"sku"}]}'
        message = api.get("/attributes", search=search).json()["message"]
        for name in ("foo", "code", "type", "updated", "is_main_identifier"):
            assert f'"{name}"' in message
        assert 'must be "IN"' in message


@pytest.mark.usefixtures("name_and_origin")
class TestBulk:
    def test_case_83_lines_are_answered_in_order(self, api) -> None:
        answer = api.bulk("/attributes", [{"code": "origin", "useable_as_grid_filter": True}, TEXT])
        assert answer["Content-Type"] == "application/vnd.akeneo.collection+json"
        assert answer.content == (
            b'{"line":1,"code":"origin","status_code":204}\n{"line":2,"code":"aroma","status_code":201}'
        )

    def test_case_84_a_code_may_come_twice(self, api) -> None:
        assert [line["status_code"] for line in api.bulk("/attributes", [TEXT, TEXT]).lines] == [201, 204]

    def test_case_86_too_many_lines_are_refused_as_a_whole(self, api) -> None:
        answer = api.bulk("/attributes", [TEXT | {"code": f"a{number}"} for number in range(101)])
        assert_plain(answer, 413)
        assert api.get("/attributes/a0").status_code == 404

    def test_case_87_88_an_empty_line_keeps_its_number(self, api) -> None:
        lines = api.bulk("/attributes", orjson.dumps(TEXT) + b"\n\n" + b'{"code":"name"}\n').lines
        assert [line["status_code"] for line in lines] == [201, 400, 204]
        assert "code" not in lines[1]

    def test_case_89_a_line_that_is_too_long_harms_only_itself(self, api) -> None:
        long = b'{"code":"x","labels":"' + b"x" * 999_979 + b'"}'
        body = b"\n".join([orjson.dumps(TEXT), long[:-2] + b'x"}', b'{"code":"name"}'])
        assert [line["status_code"] for line in api.bulk("/attributes", body).lines] == [201, 413, 204]

    def test_case_90_91_a_line_without_a_code_has_none_in_its_answer(self, api) -> None:
        wrong = [{}, {"code": None}, {"code": " "}, {"identifier": "x"}, {"code": 12}]
        for line in api.bulk("/attributes", wrong).lines:
            assert line["status_code"] == 422
            assert "code" not in line

    def test_case_51_in_a_bulk_the_first_identifiers_that_fit_are_made(self, api) -> None:
        identifier = {"type": "pim_catalog_identifier", "group": "other", "useable_as_grid_filter": True}
        lines = api.bulk("/attributes", [{"code": f"id_{number}", **identifier} for number in range(11)]).lines
        assert [line["status_code"] for line in lines] == [201] * 9 + [422] * 2
        assert [error["property"] for error in lines[-1]["errors"]] == [""]

    def test_case_92_a_line_of_the_wrong_shape_links_to_the_single_change(self, api) -> None:
        (line,) = api.bulk("/attributes", [TEXT | {"type": "pim_catalog_matrix"}]).lines
        assert list(line) == ["line", "code", "status_code", "message", "_links"]
        assert line["_links"]["documentation"]["href"].endswith("#patch_attributes__code_")

    def test_case_93_the_code_is_echoed_as_it_was_sent(self, api) -> None:
        (line,) = api.bulk("/attributes", [TEXT | {"code": "foo,"}]).lines
        assert list(line) == ["line", "code", "status_code", "message", "errors"]
        assert line["code"] == "foo,"
        assert [error["property"] for error in line["errors"]] == ["code"]

    def test_a_bug_in_one_line_does_not_stop_the_others(self, api, monkeypatch: pytest.MonkeyPatch) -> None:
        upsert = operations.upsert

        def fails_once(resource: str, code: str, *args: Any, **kwargs: Any) -> Any:
            if code == "bad":
                raise ZeroDivisionError
            return upsert(resource, code, *args, **kwargs)

        monkeypatch.setattr(operations, "upsert", fails_once)
        lines = api.bulk("/attributes", [{"code": "bad"}, {"code": "name"}]).lines
        assert [line["status_code"] for line in lines] == [500, 204]


@pytest.mark.usefixtures("name_and_origin")
class TestRights:
    def test_case_3_without_a_token_nothing_is_said(self, api) -> None:
        answer = api.client.get("/api/rest/v1/attributes", headers={"authorization": ""})
        assert_plain(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_case_8_reading_needs_the_list_right(self, api_of) -> None:
        stranger = api_of("pim_api_attribute_edit")
        assert_plain(stranger.get("/attributes"), 403)
        assert_plain(stranger.get("/attributes/name"), 403)

    def test_case_9_writing_does_not_need_the_list_right(self, api_of) -> None:
        assert api_of("pim_api_attribute_edit").patch("/attributes/name", {}).status_code == 204

    def test_case_10_a_bulk_without_the_right_changes_nothing(self, api_of) -> None:
        stranger = api_of("pim_api_family_list")
        assert_plain(stranger.bulk("/families", [{"code": "teapot"}]), 403)
        assert stranger.get("/families/teapot").status_code == 404
