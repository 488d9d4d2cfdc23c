"""Attribute options over the API; numbers are those of the acceptance cases of the conventions."""

from __future__ import annotations

from typing import Any

import pytest

from limen.structure import operations
from tests.factories.structure import make_attribute, make_option
from tests.structure.answers import assert_documented, assert_plain, violations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("origin")]

POST = "post_attributes__attribute_code__options"
PATCH = "patch_attributes__attribute_code__options__code_"


@pytest.fixture
def origin(installed: None) -> None:
    """Two selects, the first with two options."""
    make_attribute("origin", "pim_catalog_simpleselect")
    make_attribute("leaf_grade", "pim_catalog_multiselect")
    make_option("origin", "darjeeling", sort_order=20, labels={"en_US": "Darjeeling", "fr_FR": "Darjiling"})
    make_option("origin", "assam", sort_order=10)


class TestCreate:
    def test_case_94_a_new_option_goes_behind_the_others(self, api) -> None:
        answer = api.post("/attributes/origin/options", {"code": "ceylon"})
        assert (answer.status_code, answer.content) == (201, b"")
        assert answer["Location"] == "http://testserver/api/rest/v1/attributes/origin/options/ceylon"
        assert api.get("/attributes/origin/options/ceylon").json() == {
            "code": "ceylon",
            "attribute": "origin",
            "sort_order": 21,
            "labels": {},
        }

    def test_the_first_option_has_sort_order_one(self, api) -> None:
        api.post("/attributes/leaf_grade/options", {"code": "ftgfop", "sort_order": None})
        assert api.get("/attributes/leaf_grade/options/ftgfop").json()["sort_order"] == 1

    def test_case_95_an_empty_body_lacks_the_code(self, api) -> None:
        assert violations(api.post("/attributes/origin/options", {})) == ["code"]

    @pytest.mark.parametrize("order", ["12", 1.5, True, []])
    def test_case_96_the_sort_order_is_an_integer(self, api, order: object) -> None:
        assert_documented(api.post("/attributes/origin/options", {"code": "x", "sort_order": order}), POST)

    def test_the_sort_order_has_an_end(self, api) -> None:
        assert violations(api.post("/attributes/origin/options", {"code": "x", "sort_order": 2**40})) == ["sort_order"]

    def test_case_97_the_body_names_the_attribute_of_the_url(self, api) -> None:
        assert_plain(api.post("/attributes/origin/options", {"code": "x", "attribute": "leaf_grade"}), 422)
        assert api.post("/attributes/origin/options", {"code": "x", "attribute": "origin"}).status_code == 201

    def test_case_99_other_attributes_have_no_options(self, api) -> None:
        assert violations(api.post("/attributes/sku/options", {"code": "x"})) == ["attribute"]
        assert violations(api.patch("/attributes/sku/options/x", {})) == ["attribute"]

    def test_case_100_the_attribute_must_exist(self, api) -> None:
        assert_plain(api.post("/attributes/nope/options", {"code": "x"}), 404)
        assert_plain(api.patch("/attributes/nope/options/x", {}), 404)

    def test_case_103_a_label_has_at_most_255_characters(self, api) -> None:
        long = {"code": "x", "labels": {"en_US": "x" * 256}}
        assert violations(api.post("/attributes/origin/options", long)) == ["labels"]
        assert api.post("/attributes/origin/options", {"code": "x", "labels": {"en_US": "x" * 255}}).status_code == 201

    def test_a_code_is_used_once_within_its_attribute_whatever_its_case(self, api) -> None:
        assert violations(api.post("/attributes/origin/options", {"code": "ASSAM"})) == ["code"]
        assert api.post("/attributes/leaf_grade/options", {"code": "assam"}).status_code == 201

    @pytest.mark.parametrize("code", ["a b", "é", "x" * 101, "a\n"])
    def test_the_code_is_well_formed(self, api, code: str) -> None:
        assert violations(api.post("/attributes/origin/options", {"code": code})) == ["code"]

    def test_a_number_as_code_is_its_text(self, api) -> None:
        assert api.post("/attributes/origin/options", {"code": 42}).status_code == 201
        assert api.get("/attributes/origin/options/42").json()["code"] == "42"


class TestUpdate:
    def test_labels_are_merged(self, api) -> None:
        body = {"labels": {"fr_FR": None, "en_US": "Assam"}}
        assert api.patch("/attributes/origin/options/assam", body).status_code == 204
        assert api.get("/attributes/origin/options/assam").json()["labels"] == {"en_US": "Assam"}

    def test_only_labels_of_activated_locales_are_printed(self, api) -> None:
        assert api.get("/attributes/origin/options/darjeeling").json()["labels"] == {"en_US": "Darjeeling"}

    def test_case_101_another_case_of_the_code_changes_nothing(self, api) -> None:
        assert api.patch("/attributes/origin/options/assam", {"code": "ASSAM"}).status_code == 204
        assert api.get("/attributes/origin/options/ASSAM").json()["code"] == "assam"

    def test_case_102_code_and_attribute_cannot_be_changed(self, api) -> None:
        answer = api.patch("/attributes/origin/options/assam", {"code": "x", "attribute": "leaf_grade"})
        assert violations(answer) == ["code", "attribute"]

    def test_an_unknown_attribute_in_the_body_has_the_wrong_shape(self, api) -> None:
        assert_documented(api.patch("/attributes/origin/options/assam", {"attribute": "nope"}), PATCH)

    def test_an_unknown_option_is_created(self, api) -> None:
        assert api.patch("/attributes/origin/options/ceylon", {}).status_code == 201
        assert api.patch("/attributes/origin/options/ceylon", {}).status_code == 204
        assert_plain(api.patch("/attributes/origin/options/new", {"code": "other"}), 422)

    def test_unknown_properties_have_the_wrong_shape(self, api) -> None:
        assert_documented(api.patch("/attributes/origin/options/assam", {"label": "x"}), PATCH)

    def test_a_bulk_may_leave_the_attribute_out(self, api) -> None:
        lines: list[dict[str, Any]] = [{"code": "assam", "sort_order": 1}, {"code": "ceylon", "attribute": "origin"}]
        assert [line["status_code"] for line in api.bulk("/attributes/origin/options", lines).lines] == [204, 201]
        assert [line["status_code"] for line in api.bulk("/attributes/nope/options", lines).lines] == [404, 404]


class TestBulk:
    LINES: list[Any] = [
        {"code": "new"},
        {"code": "assam", "sort_order": 30},
        {"code": "newer"},
        {"code": "a b"},
        {"code": "bad", "sort_order": "12"},
        {"code": "other", "attribute": "leaf_grade"},
        {"code": "DARJEELING", "labels": {"en_US": None}},
        {"code": "darjeeling_2", "labels": {"xx": "x"}},
        [],
        {"code": "last", "sort_order": 5},
    ]

    def test_lines_at_once_are_answered_and_stored_as_those_one_by_one(self, api) -> None:
        expected = []
        for line in self.LINES:
            # The same code twice, so each goes alone.
            (first, _) = api.bulk("/attributes/origin/options?dry_run=1", [line, line]).lines
            expected.append({**first, "line": len(expected) + 1})
        assert api.bulk("/attributes/origin/options", self.LINES).lines == expected
        assert [one["status_code"] for one in expected] == [201, 204, 201, 422, 422, 422, 204, 422, 422, 201]
        orders = {one["code"]: one["sort_order"] for one in self.listed(api)}
        assert orders == {"new": 21, "assam": 30, "newer": 31, "darjeeling": 20, "last": 5}

    def listed(self, api: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = api.get("/attributes/origin/options", limit="100").json()["_embedded"]["items"]
        return items

    def test_a_code_that_comes_twice_is_changed_in_order(self, api) -> None:
        lines = [{"code": "new", "sort_order": 1}, {"code": "NEW", "sort_order": 2}]
        assert [one["status_code"] for one in api.bulk("/attributes/origin/options", lines).lines] == [201, 204]
        assert api.get("/attributes/origin/options/new").json()["sort_order"] == 2

    def test_a_code_that_is_still_being_removed_is_refused(self, api) -> None:
        assert api.delete("/attributes/origin/options/assam").status_code == 204
        one, two = api.bulk("/attributes/origin/options", [{"code": "ASSAM"}, {"code": "new"}]).lines
        assert (one["status_code"], [error["property"] for error in one["errors"]]) == (422, ["code"])
        assert two["status_code"] == 201

    def test_a_hundred_lines_cost_what_one_costs(self, api_of, count_queries: Any) -> None:
        api = api_of()
        for verb in ("One", "Two"):
            lines = [{"code": f"o{number}", "labels": {"en_US": verb}} for number in range(100)]
            # savepoint, lock, those there are, those being removed, number, (last place,) rows, event, release
            with count_queries(9 if verb == "One" else 8):
                api.bulk("/attributes/origin/options", lines)

    def test_a_bug_in_one_line_harms_only_itself(self, api, monkeypatch: pytest.MonkeyPatch) -> None:
        alone = operations.upsert_option

        def fails(attribute: str, code: str, *args: Any, **kwargs: Any) -> Any:
            if code == "bad":
                raise ZeroDivisionError
            return alone(attribute, code, *args, **kwargs)

        def fails_together(*args: Any, **kwargs: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(operations, "upsert_option", fails)
        monkeypatch.setattr(operations, "upsert_option_lines", fails_together)
        lines = [{"code": "bad"}, {"code": "new"}]
        assert [one["status_code"] for one in api.bulk("/attributes/origin/options", lines).lines] == [500, 201]


class TestRead:
    def test_case_98_an_attribute_without_options_is_not_found(self, api) -> None:
        assert_plain(api.get("/attributes/sku/options"), 404)
        assert_plain(api.get("/attributes/sku/options/x"), 404)
        assert_plain(api.get("/attributes/nope/options"), 404)
        assert_plain(api.get("/attributes/origin/options/nope"), 404)

    def test_case_104_the_list_is_sorted_by_code(self, api) -> None:
        page = api.get("/attributes/origin/options", with_count="true").json()
        items = page["_embedded"]["items"]
        assert [item["code"] for item in items] == ["assam", "darjeeling"]
        assert page["items_count"] == 2
        href = items[0]["_links"]["self"]["href"]
        assert href == "http://testserver/api/rest/v1/attributes/origin/options/assam"
        assert api.client.get(href).status_code == 200

    def test_pages_cut_the_list(self, api) -> None:
        page = api.get("/attributes/origin/options", limit="1", page="2").json()
        assert [item["code"] for item in page["_embedded"]["items"]] == ["darjeeling"]


class TestRights:
    def test_reading_and_writing_are_separate_rights(self, api_of) -> None:
        reader, writer = api_of("pim_api_attribute_option_list"), api_of("pim_api_attribute_option_edit")
        assert reader.get("/attributes/origin/options").status_code == 200
        assert_plain(reader.patch("/attributes/origin/options/assam", {}), 403)
        assert writer.patch("/attributes/origin/options/assam", {}).status_code == 204
        assert_plain(writer.get("/attributes/origin/options/assam"), 403)
