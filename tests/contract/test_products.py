"""Products, answer by answer: whole bodies as the contract has them (api-products 1.1, 1.2, 3.2, 3.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.factories.structure import make_association_type, make_attribute, make_category, make_family, make_option

UUID = "7d3f1c0a-4b0e-4c39-9a5f-0c2f6f1d2b11"
MADE = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NO_LINKS: dict[str, list[str]] = {"products": [], "product_models": [], "groups": []}


def shown(type: str, data: Any, locale: str | None = None, scope: str | None = None) -> list[dict[str, Any]]:
    return [{"locale": locale, "scope": scope, "data": data, "attribute_type": f"pim_catalog_{type}"}]


@pytest.fixture
def chair(api: Api) -> Api:
    make_attribute("name", localizable=True)
    make_attribute("seats", "pim_catalog_number", decimals_allowed=False)
    make_attribute("depth", "pim_catalog_number")
    make_attribute("weight", "pim_catalog_metric")
    make_attribute("price", "pim_catalog_price_collection", scopable=True)
    make_attribute("colour", "pim_catalog_simpleselect")
    make_attribute("tags", "pim_catalog_multiselect")
    make_attribute("foldable", "pim_catalog_boolean")
    make_attribute("since", "pim_catalog_date")
    for attribute in ("colour", "tags"):
        make_option(attribute, "Red"), make_option(attribute, "blue")
    make_category("seating")
    make_family("chairs", ["name", "seats"], attribute_as_label="name", requirements={"ecommerce": ["sku", "name"]})
    make_association_type("SET", is_quantified=True)
    make_product("stool", now=MADE)
    make_product(
        "chair/1",
        "chairs",
        {
            "name": value('Chair "Åse"', "en_US"),
            "seats": "1.0",
            "depth": "40.5",
            "weight": {"amount": 4.5, "unit": "kilogram"},
            "price": value(
                [{"amount": "79.9", "currency": "USD"}, {"amount": 69, "currency": "EUR"}], None, "ecommerce"
            ),
            "colour": "red",
            "tags": ["Red", "BLUE"],
            "foldable": False,
            "since": "2025-09-01",
        },
        categories=["seating", "master"],
        associations={"UPSELL": {"products": ["stool"]}},
        quantified_associations={"SET": {"products": [{"identifier": "stool", "quantity": 4}]}},
        now=MADE,
    )
    return api


def product(uuid: str, stool: str) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "enabled": True,
        "family": "chairs",
        "categories": ["master", "seating"],
        "groups": [],
        "parent": None,
        "values": {
            "sku": shown("identifier", "chair/1"),
            "name": shown("text", 'Chair "Åse"', "en_US"),
            "seats": shown("number", 1),
            "depth": shown("number", "40.5000"),
            "weight": shown("metric", {"amount": "4.5000", "unit": "KILOGRAM", "symbol": "kg"}),
            "price": shown(
                "price_collection",
                [{"amount": "69.00", "currency": "EUR"}, {"amount": "79.90", "currency": "USD"}],
                None,
                "ecommerce",
            ),
            "colour": shown("simpleselect", "Red"),
            "tags": shown("multiselect", ["Red", "blue"]),
            "foldable": shown("boolean", False),
            "since": shown("date", "2025-09-01T00:00:00+00:00"),
        },
        "created": "2026-03-02T10:00:00+00:00",
        "updated": "2026-03-02T10:00:00+00:00",
        "associations": {
            "PACK": NO_LINKS,
            "SUBSTITUTION": NO_LINKS,
            "UPSELL": {**NO_LINKS, "products": [stool]},
            "X_SELL": NO_LINKS,
        },
        "quantified_associations": {
            "SET": {"products": [{"uuid": stool, "quantity": 4}], "product_models": []},
        },
    }


def by_identifier(body: dict[str, Any]) -> dict[str, Any]:
    """The same product as the other endpoints print it."""
    links = {**body["associations"], "UPSELL": {**NO_LINKS, "products": ["stool"]}}
    quantified = {"SET": {"products": [{"identifier": "stool", "quantity": 4}], "product_models": []}}
    named = {"uuid": body["uuid"], "identifier": "chair/1", **body}
    return {**named, "associations": links, "quantified_associations": quantified}


def test_one_product(chair: Api) -> None:
    answer = chair.get("/products/chair/1")
    uuid, stool = answer.json()["uuid"], chair.get("/products/stool").json()["uuid"]
    expected = product(uuid, stool)
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == by_identifier(expected)
    assert list(answer.json()) == list(by_identifier(expected))
    answer = chair.get(f"/products-uuid/{uuid}", with_completenesses="true")
    completenesses = [{"scope": "ecommerce", "locale": "en_US", "data": 100}]
    assert answer.json() == {**expected, "completenesses": completenesses}


def test_a_page_of_products(chair: Api) -> None:
    answer = chair.get("/products", limit="1", with_count="true", pagination_type="page")
    uuid, stool = answer.json()["_embedded"]["items"][0]["uuid"], chair.get("/products/stool").json()["uuid"]
    url = "http://testserver/api/rest/v1/products"

    def link(page: int) -> dict[str, str]:
        return {"href": f"{url}?page={page}&with_count=true&pagination_type=page&limit=1"}

    item = {"_links": {"self": {"href": f"{url}/chair/1"}}, **by_identifier(product(uuid, stool))}
    assert answer.json() == {
        "_links": {"self": link(1), "first": link(1), "next": link(2)},
        "current_page": 1,
        "items_count": 2,
        "_embedded": {"items": [item]},
    }


def test_lines(chair: Api) -> None:
    lines = [
        {"identifier": "chair/1", "enabled": False},
        {"identifier": "new", "values": {"colour": value("green"), "ghost": []}},
        {"identifier": "new", "values": {"colour": value("green"), "price": value([], "en_US")}},
        {"uuid": UUID},
        {"identifier": "new"},
    ]
    assert chair.bulk("/products", lines).lines == [
        {"line": 1, "identifier": "chair/1", "status_code": 204},
        {
            "line": 2,
            "identifier": "new",
            "status_code": 422,
            "message": 'The attribute "ghost" does not exist.',
            "_links": {"documentation": {"href": "http://testserver/help/api.html#patch_products__code_"}},
        },
        {
            "line": 3,
            "identifier": "new",
            "status_code": 422,
            "message": "Validation failed.",
            "errors": [
                {
                    "property": "values",
                    "message": 'The value "green" is not in the option list of the attribute "colour".',
                    "attribute": "colour",
                    "locale": None,
                    "scope": None,
                    "limen_code": "value.option_unknown",
                }
            ],
        },
        {"line": 4, "status_code": 422, "message": "Identifier is missing."},
        {"line": 5, "identifier": "new", "status_code": 201},
    ]


def test_the_root_document_lists_the_routes(api: Api) -> None:
    routes = api.client.get("/api/rest/v1").json()["routes"]
    listed = {name: (route["route"], route["methods"]) for name, route in routes.items() if "product" in name}
    base = "/api/rest/v1/products"
    for name, path, key in (("product", base, "code"), ("product_uuid", f"{base}-uuid", "uuid")):
        assert listed[f"pim_api_{name}_list"] == (path, ["GET"])
        assert listed[f"pim_api_{name}_create"] == (path, ["POST"])
        assert listed[f"pim_api_{name}_partial_update_list"] == (path, ["PATCH"])
        assert listed[f"pim_api_{name}_get"] == (f"{path}/{{{key}}}", ["GET"])
        assert listed[f"pim_api_{name}_partial_update"] == (f"{path}/{{{key}}}", ["PATCH"])
        assert listed[f"pim_api_{name}_delete"] == (f"{path}/{{{key}}}", ["DELETE"])
    assert listed["pim_api_product_uuid_search"] == (f"{base}-uuid/search", ["POST"])
