"""Every route of the structure, called as a connector calls it: request → status, headers, keys of the answer."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db

ROOT = "http://testserver/api/rest/v1"

BODIES: dict[str, dict[str, Any]] = {
    "attributes": {"code": "aroma", "type": "pim_catalog_text", "group": "other"},
    "attribute-groups": {"code": "brewing"},
    "families": {"code": "loose_tea"},
    "association-types": {"code": "served_with"},
    "categories": {"code": "tea"},
    "channels": {"code": "print", "category_tree": "master", "locales": ["en_US"], "currencies": ["EUR"]},
}

KEYS = {
    "attributes": [
        *("code", "type", "group", "unique", "useable_as_grid_filter", "allowed_extensions", "metric_family"),
        *("default_metric_unit", "reference_data_name", "available_locales", "max_characters", "validation_rule"),
        *("validation_regexp", "wysiwyg_enabled", "number_min", "number_max", "decimals_allowed", "negative_allowed"),
        *("date_min", "date_max", "max_file_size", "minimum_input_length", "sort_order", "localizable", "scopable"),
        *("labels", "guidelines", "auto_option_sorting", "default_value", "group_labels"),
    ],
    "attribute-groups": ["code", "sort_order", "attributes", "labels"],
    "families": [
        *("code", "attributes", "attribute_as_label", "attribute_as_image", "attribute_requirements", "labels"),
    ],
    "association-types": ["code", "labels", "is_two_way", "is_quantified"],
    "categories": ["code", "parent", "updated", "labels"],
    "channels": ["code", "currencies", "locales", "category_tree", "conversion_units", "labels"],
}


@pytest.mark.parametrize("path", BODIES)
class TestResources:
    def test_created_read_changed_and_listed(self, api: Any, path: str) -> None:
        body = BODIES[path]
        here = f"{ROOT}/{path}/{body['code']}"
        answer = api.post(f"/{path}", body)
        assert (answer.status_code, answer.content, answer["Location"]) == (201, b"", here)
        answer = api.get(f"/{path}/{body['code']}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert list(answer.json()) == KEYS[path]
        answer = api.patch(f"/{path}/{body['code']}", {"labels": {"en_US": "A label"}})
        assert (answer.status_code, answer.content, answer["Location"]) == (204, b"", here)
        page = api.get(f"/{path}", limit="100").json()
        assert list(page) == ["_links", "current_page", "_embedded"]
        (item,) = (item for item in page["_embedded"]["items"] if item["code"] == body["code"])
        assert list(item) == ["_links", *KEYS[path]]
        assert item["_links"] == {"self": {"href": here}}
        assert item["labels"] == {"en_US": "A label"}

    def test_a_bulk_creates_and_changes(self, api: Any, path: str) -> None:
        body = BODIES[path]
        answer = api.bulk(f"/{path}", [body, body, {"code": ""}])
        assert answer["Content-Type"] == "application/vnd.akeneo.collection+json"
        assert not answer.content.endswith(b"\n")
        assert answer.lines[0] == {"line": 1, "code": body["code"], "status_code": 201}
        assert answer.lines[1] == {"line": 2, "code": body["code"], "status_code": 204}
        assert list(answer.lines[2]) == ["line", "status_code", "message"]

    def test_a_second_creation_is_refused(self, api: Any, path: str) -> None:
        api.post(f"/{path}", BODIES[path])
        answer = api.post(f"/{path}", BODIES[path])
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/json")
        assert list(answer.json()) == ["code", "message", "errors"]
        assert [error["property"] for error in answer.json()["errors"]] == ["code"]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/locales/en_US", ["code", "enabled"]),
        ("/currencies/EUR", ["code", "enabled"]),
        ("/measure-families/Weight", ["code", "standard", "units"]),
        ("/system-information", ["version", "edition"]),
    ],
)
def test_what_can_only_be_read(api: Any, path: str, keys: list[str]) -> None:
    answer = api.get(path)
    assert (answer.status_code, list(answer.json())) == (200, keys)


@pytest.mark.parametrize("path", ["/locales", "/currencies", "/measure-families"])
def test_lists_that_can_only_be_read(api: Any, path: str) -> None:
    page = api.get(path, limit="1", with_count="true").json()
    assert list(page) == ["_links", "current_page", "items_count", "_embedded"]
    assert list(page["_links"]) == ["self", "first", "next"]
    assert api.post(path, {}).status_code == 405


def test_options(api: Any) -> None:
    api.post("/attributes", {"code": "origin", "type": "pim_catalog_simpleselect", "group": "other"})
    here = f"{ROOT}/attributes/origin/options/assam"
    answer = api.post("/attributes/origin/options", {"code": "assam"})
    assert (answer.status_code, answer.content, answer["Location"]) == (201, b"", here)
    assert list(api.get("/attributes/origin/options/assam").json()) == ["code", "attribute", "sort_order", "labels"]
    answer = api.patch("/attributes/origin/options/assam", {"sort_order": 3})
    assert (answer.status_code, answer["Location"]) == (204, here)
    (item,) = api.get("/attributes/origin/options").json()["_embedded"]["items"]
    assert list(item) == ["_links", "code", "attribute", "sort_order", "labels"]
    assert api.bulk("/attributes/origin/options", [{"code": "assam"}, {"code": "ceylon"}]).lines == [
        {"line": 1, "code": "assam", "status_code": 204},
        {"line": 2, "code": "ceylon", "status_code": 201},
    ]


def test_family_variants(api: Any) -> None:
    api.post("/attributes", {"code": "origin", "type": "pim_catalog_simpleselect", "group": "other"})
    api.post("/families", {"code": "tea", "attributes": ["origin"]})
    here = f"{ROOT}/families/tea/variants/by_origin"
    sets = [{"level": 1, "axes": ["origin"], "attributes": []}]
    answer = api.post("/families/tea/variants", {"code": "by_origin", "variant_attribute_sets": sets})
    assert (answer.status_code, answer.content, answer["Location"]) == (201, b"", here)
    printed = api.get("/families/tea/variants/by_origin").json()
    assert list(printed) == ["code", "labels", "variant_attribute_sets"]
    assert list(printed["variant_attribute_sets"][0]) == ["level", "axes", "attributes"]
    answer = api.patch("/families/tea/variants/by_origin", {"labels": {"en_US": "By origin"}})
    assert (answer.status_code, answer["Location"]) == (204, here)
    (item,) = api.get("/families/tea/variants").json()["_embedded"]["items"]
    assert list(item) == ["_links", "code", "labels", "variant_attribute_sets"]
    lines = [{"code": "by_origin"}, {"code": "again", "variant_attribute_sets": sets}]
    assert api.bulk("/families/tea/variants", lines).lines == [
        {"line": 1, "code": "by_origin", "status_code": 204},
        {"line": 2, "code": "again", "status_code": 201},
    ]


def test_measurement_families(api: Any) -> None:
    families = api.get("/measurement-families").json()
    assert list(families[0]) == ["code", "labels", "standard_unit_code", "units"]
    unit = next(iter(families[0]["units"].values()))
    assert list(unit) == ["code", "labels", "convert_from_standard", "symbol"]
    answer = api.patch("/measurement-families", [{"code": "Weight", "labels": {"fr_FR": "Poids"}}])
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == [{"code": "Weight", "status_code": 204}]
