"""`?dry_run=1`: every write of the structure answers as in earnest, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from tests.conftest import Api
from tests.factories.media import PNG
from tests.factories.structure import NOW
from tests.structure.answers import assert_documented, assert_plain, violations


@pytest.fixture(autouse=True)
def nothing_is_left(tea: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """Compare every row of every table, and the files, before and after."""
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    operations.create_template("tea", code="tea_pages", labels={}, by=SYSTEM, now=NOW)
    operations.add_category_attribute(
        "tea", code="banner", type="image", scopable=False, localizable=False, labels={}, by=SYSTEM, now=NOW
    )
    before = everything()
    yield
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def everything() -> dict[str, str]:
    """Give every table with a digest of its rows."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{name}\" t")
            (found[name],) = cursor.fetchone()
    return found


NEW = {
    "/attributes": {"code": "aroma", "type": "pim_catalog_text", "group": "other"},
    "/attributes/origin/options": {"code": "ceylon"},
    "/attribute-groups": {"code": "legal", "attributes": ["organic"]},
    "/families": {"code": "teapot"},
    "/families/loose_tea/variants": {
        "code": "by_size",
        "variant_attribute_sets": [{"level": 1, "axes": ["pack_size"], "attributes": []}],
    },
    "/association-types": {"code": "pairs"},
    "/categories": {"code": "white_tea", "parent": "tea"},
    "/channels": {"code": "app", "category_tree": "tea", "locales": ["it_IT"], "currencies": ["EUR"]},
}
OLD = {
    "/attributes": "name",
    "/attributes/origin/options": "assam",
    "/attribute-groups": "brewing",
    "/families": "loose_tea",
    "/families/loose_tea/variants": "by_grade_size",
    "/association-types": "X_SELL",
    "/categories": "green_tea",
    "/channels": "print",
}
CHANGE = {"labels": {"en_US": "Changed"}}
DRY = "?dry_run=1"


def assert_dry(answer: Any, status: int) -> None:
    assert (answer.status_code, answer["Limen-Dry-Run"]) == (status, "true"), answer.content


@pytest.mark.parametrize("path", NEW)
class TestEveryResource:
    def test_create(self, api: Api, path: str) -> None:
        answer = api.post(f"{path}{DRY}", NEW[path])
        assert_dry(answer, 201)
        assert answer["Location"].endswith(f"{path}/{NEW[path]['code']}")
        assert_plain(api.get(f"{path}/{NEW[path]['code']}"), 404)

    def test_update_and_create_by_patch(self, api: Api, path: str) -> None:
        assert_dry(api.patch(f"{path}/{OLD[path]}?dry_run=true", CHANGE), 204)
        assert_dry(api.patch(f"{path}/{NEW[path]['code']}{DRY}", NEW[path]), 201)

    def test_bulk_lines_see_what_those_before_them_did(self, api: Api, path: str) -> None:
        answer = api.bulk(f"{path}{DRY}", [NEW[path], NEW[path], {"code": OLD[path], **CHANGE}, {"code": ""}])
        assert_dry(answer, 200)
        assert [line["status_code"] for line in answer.lines] == [201, 204, 204, 422]

    def test_a_refusal_is_the_same_as_in_earnest(self, api: Api, path: str) -> None:
        for body in ({"code": OLD[path]}, {"code": "a b"}, {"nonsense": 1}):
            dry, earnest = api.post(f"{path}{DRY}", body), api.post(path, body)
            assert (dry.status_code, dry.content) == (earnest.status_code, earnest.content)
            assert dry.status_code == 422

    def test_delete_tells_the_uses(self, api: Api, path: str) -> None:
        answer = api.delete(f"{path}/{OLD[path]}{DRY}")
        if answer.status_code == 422:
            assert_plain(answer, 422)
        else:
            assert_dry(answer, 200)
            assert answer.json()["code"] == OLD[path]
        assert api.get(f"{path}/{OLD[path]}").status_code == 200


def test_a_child_of_a_category_that_a_line_before_has_made(api: Api) -> None:
    lines = [{"code": "oolong", "parent": "tea"}, {"code": "tie_guan_yin", "parent": "oolong"}]
    answer = api.bulk(f"/categories{DRY}", lines)
    assert [line["status_code"] for line in answer.lines] == [201, 201]


def test_measurement_families(api: Api) -> None:
    unit = {"code": "PINCH", "labels": {}, "symbol": "", "convert_from_standard": [{"operator": "mul", "value": "1"}]}
    new = {"code": "Pinches", "labels": {}, "standard_unit_code": "PINCH", "units": {"PINCH": unit}}
    answer = api.patch(f"/measurement-families{DRY}", [new, {"code": "Duration", "labels": {"fr_FR": "Durée"}}, {}])
    assert_dry(answer, 200)
    assert [one["status_code"] for one in answer.json()] == [201, 204, 422]
    assert_dry(api.delete(f"/measurement-families/Brightness{DRY}"), 200)


def test_an_image_of_a_category(api: Api) -> None:
    for code, status in (("green_tea", 201), ("nope", 404)):
        target = {"code": code, "attribute_code": "banner", "channel": None, "locale": None}
        form = {"category": json.dumps(target), "file": SimpleUploadedFile("banner.png", PNG)}
        answer = api.client.post(f"/api/rest/v1/category-media-files{DRY}", form)
        assert answer.status_code == status


def test_a_dry_run_is_bound_to_a_tag_too(api: Api) -> None:
    assert_plain(api.patch(f"/categories/tea{DRY}", CHANGE, **{"if-match": '"x"'}), 412)


def test_the_snapshot_of_the_others_is_what_it_was(api: Api) -> None:
    before = queries.snapshot()
    api.patch(f"/channels/print{DRY}", {"locales": ["it_IT"]})
    assert queries.snapshot() is before


def test_shape_errors_name_the_operation_as_always(api: Api) -> None:
    assert_documented(api.post(f"/attributes{DRY}", {"labels": None}), "post_attributes")
    assert violations(api.post(f"/attributes{DRY}", {})) == ["type", "code", "group"]
