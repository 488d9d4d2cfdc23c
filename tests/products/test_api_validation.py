"""`?validation=full`: everything that is wrong with a body, whatever its stage (api-products 10.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.answers import is_plain
from tests.products.trees import make_variants

FULL = "?validation=full"
WRONG = {
    "colour": "red",
    "family": "nope",
    "categories": ["nope"],
    "values": {
        "ghost": value(1),
        "phantom": value(2),
        "materials": value("steel"),
        "tagline": [{"scope": None, "data": "x"}],
        "finish": value("gold"),
        "lumens": value(-1),
        "launch_on": value("soon", None, "print"),
    },
}


def told(errors: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    return sorted((one["property"], one.get("attribute"), one["limen_code"]) for one in errors)


class TestFull:
    def test_all_stages_are_told_at_once(self, pim: Api) -> None:
        answer = pim.post(f"/products{FULL}", {"identifier": "chair", **WRONG})
        assert (answer.status_code, list(answer.json())) == (422, ["code", "message", "errors"])
        found = [(one["property"], one.get("attribute")) for one in answer.json()["errors"]]
        for expected in (("colour", None), ("family", None), ("categories", None), ("values", "materials")):
            assert expected in found
        assert {("values", "finish"), ("values", "lumens"), ("values", "launch_on")} <= set(found)
        messages = " ".join(one["message"] for one in answer.json()["errors"])
        for named in ("ghost", "phantom", "tagline"):
            assert f'"{named}"' in messages
        assert pim.get("/products/chair").status_code == 404

    def test_without_it_the_first_stage_answers(self, pim: Api) -> None:
        answer = pim.post("/products", {"identifier": "chair", **WRONG})
        assert list(answer.json()) == ["code", "message", "_links"]

    def test_what_is_taken_is_among_them(self, pim: Api) -> None:
        make_product("stool", values={"batch_code": "B-1"})
        body = {"identifier": "stool", "values": {"batch_code": value("B-1"), "ghost": value("x")}}
        errors = pim.post(f"/products{FULL}", body).json()["errors"]
        assert {("values", "attribute.unknown"), ("identifier", "identifier.taken")} <= {
            (one["property"], one["limen_code"]) for one in errors
        }
        assert "batch_code" in [one.get("attribute") for one in errors]

    def test_9_3_each_is_at_its_property_and_values_tell_their_place(self, pim: Api) -> None:
        make_product("chair")
        body = {
            "family": 5,
            "associations": {"NOPE": {"products": []}},
            "quantified_associations": {"BUNDLE": {"products": [{"quantity": 1}]}},
            "values": {
                "ghost": [{"locale": "en_GB", "scope": None, "data": 1}],
                "title": [*value(5, "en_GB"), {"scope": None, "data": "x"}],
                "lumens": value("x", "en_GB"),
                "tagline": [*value("a"), *value("b")],
            },
        }
        found = pim.patch(f"/products/chair{FULL}", body).json()["errors"]
        of_values = [
            (one["attribute"], one["locale"], one["scope"], one["limen_code"]) for one in found if "attribute" in one
        ]
        assert sorted(of_values, key=str) == [
            ("ghost", "en_GB", None, "attribute.unknown"),
            ("lumens", "en_GB", None, "value.type"),
            ("tagline", None, None, "value.twice"),
            ("title", "en_GB", None, "value.no_string"),
            ("title", None, None, "body.shape"),
        ]
        assert {one["property"] for one in found if "attribute" in one} == {"values"}
        others = sorted(one["property"] for one in found if "attribute" not in one)
        assert others == ["associations", "family", "quantified_associations"]
        merged = pim.patch(f"/products/chair{FULL}", {"associations": {"UPSELL": {"products": ["ghost"]}}}).json()
        assert [one["property"] for one in merged["errors"]] == ["associations"]

    def test_links_are_among_them(self, pim: Api) -> None:
        body = {"associations": {"UPSELL": {"products": ["ghost"]}}, "values": {"lumens": value(-1)}}
        errors = pim.patch(f"/products/chair{FULL}", body).json()["errors"]
        assert "ghost" in errors[0]["message"] and errors[1]["attribute"] == "lumens"

    def test_a_good_body_is_written(self, pim: Api) -> None:
        assert pim.post(f"/products{FULL}", {"identifier": "chair", "values": {"lumens": value(5)}}).status_code == 201
        assert pim.patch(f"/products/chair{FULL}", {"values": {"lumens": value(6)}}).status_code == 204
        assert pim.patch(f"/products/chair{FULL}", {"values": {"lumens": value(6)}}).status_code == 204

    def test_each_line_of_a_bulk(self, pim: Api) -> None:
        lines = [{"identifier": "a", **WRONG}, {"identifier": "b"}, {"identifier": 12}]
        first, second, third = pim.bulk(f"/products{FULL}", lines).lines
        assert (first["status_code"], len(first["errors"]) > 8) == (422, True)
        assert second == {"line": 2, "identifier": "b", "status_code": 201}
        assert third["status_code"] == 422

    @pytest.mark.parametrize("body", [{"parent": "nope"}, {"parent": 12}, {"parent": []}])
    def test_a_parent_that_is_none(self, pim: Api, body: Any) -> None:
        errors = pim.post(f"/products{FULL}", {"identifier": "chair", **body, "values": {"lumens": value(-1)}})
        assert {"parent"} <= {one["property"] for one in errors.json()["errors"]}

    def test_models_too(self, pim: Api) -> None:
        make_variants()
        body = {"code": "orbit", "family_variant": "lum_size", "colour": "red", "values": {"lumens": value(-1)}}
        errors = pim.post(f"/product-models{FULL}", body).json()["errors"]
        assert ("colour", None, "property.invalid") in told(errors)
        assert pim.post(f"/product-models{FULL}", {"code": "x", "family_variant": "nope", "n": 1}).status_code == 422
        assert pim.get("/product-models/orbit").status_code == 404

    def test_what_is_no_matter_of_the_body_is_as_before(self, pim: Api) -> None:
        assert is_plain(pim.patch(f"/products/foo{FULL}", {"identifier": "bar"}))
        assert pim.post(f"/products{FULL}", b"{").status_code == 400
