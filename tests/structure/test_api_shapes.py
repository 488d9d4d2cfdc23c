"""Every wrong shape at once, and bodies sent back as they were read (api-conventions D5, D13)."""

from __future__ import annotations

import pytest

from tests.conftest import Api
from tests.structure.answers import assert_documented, violations

pytestmark = pytest.mark.usefixtures("tea")

WRONG = {"labels": None, "nonsense": 1, "group": "nope", "sort_order": 3}


class TestReport:
    def test_d13_without_a_word_the_first_shape_error_answers_alone(self, api: Api) -> None:
        assert_documented(api.patch("/attributes/name", WRONG), "patch_attributes__code_")

    def test_d13_report_all_tells_every_shape_error_beside_the_link(self, api: Api) -> None:
        answer = api.patch("/attributes/name?report=all", WRONG)
        body = answer.json()
        assert (answer.status_code, list(body)) == (422, ["code", "message", "_links", "errors"])
        assert [error["property"] for error in body["errors"]] == ["labels", "nonsense", "group"]
        assert body["message"] == body["errors"][0]["message"]
        assert body["_links"]["documentation"]["href"].endswith("#patch_attributes__code_")

    def test_d13_in_lines_too(self, api: Api) -> None:
        (line,) = api.bulk("/attributes?report=all", [{"code": "name", **WRONG}]).lines
        assert [error["property"] for error in line["errors"]] == ["labels", "nonsense", "group"]
        assert list(line) == ["line", "code", "status_code", "message", "_links", "errors"]

    def test_d13_broken_rules_are_told_all_the_same(self, api: Api) -> None:
        assert violations(api.post("/attributes?report=all", {})) == ["type", "code", "group"]


@pytest.mark.parametrize(
    "path",
    [
        "/attributes",
        "/attributes/origin/options",
        "/attribute-groups",
        "/families",
        "/families/loose_tea/variants",
        "/association-types",
        "/categories",
        "/channels",
    ],
)
class TestRoundTrip:
    def test_d5_every_item_of_a_list_is_accepted_and_changes_nothing(self, api: Api, path: str) -> None:
        options = {"with_position": "true", "with_enriched_attributes": "true"} if path == "/categories" else {}
        page = api.get(path, limit="100", **options)
        items = page.json()["_embedded"]["items"]
        answers = api.bulk(path, items).lines
        assert {line["status_code"] for line in answers} == {204}, answers
        assert api.get(path, limit="100", **options).content == page.content

    def test_d5_one_resource_is_accepted_and_changes_nothing(self, api: Api, path: str) -> None:
        for item in api.get(path).json()["_embedded"]["items"]:
            one = api.get(f"{path}/{item['code']}")
            assert api.patch(f"{path}/{item['code']}", one.json()).status_code == 204
            assert api.get(f"{path}/{item['code']}")["ETag"] == one["ETag"]


def test_d5_what_only_others_print_is_passed_over(api: Api) -> None:
    body = {"common_attributes": ["sku"]}
    assert api.patch("/families/loose_tea/variants/by_grade_size", body).status_code == 204


def test_d5_measurement_families_go_back_as_they_came(api: Api) -> None:
    printed = api.get("/measurement-families")
    answers = api.patch("/measurement-families", [{**one, "_links": {}} for one in printed.json()]).json()
    assert {one["status_code"] for one in answers} == {204}
    assert api.get("/measurement-families").content == printed.content


def test_d5_other_unknown_keys_still_fail(api: Api) -> None:
    for path in ("/attributes/name", "/categories/tea", "/channels/print", "/families/loose_tea"):
        assert api.patch(path, {"nonsense": 1}).status_code == 422
