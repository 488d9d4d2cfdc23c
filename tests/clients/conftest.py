"""What every client finds: a family with a name in two languages, a price and a weight."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Live

COLLECTION = "application/vnd.akeneo.collection+json"


@pytest.fixture
def http(live: Live) -> Iterator[httpx.Client]:
    """A plain HTTP client with a token: what the clients under test are compared with."""
    body = {"grant_type": "password", "username": live.username, "password": live.password}
    with httpx.Client(base_url=f"{live.url}/api/rest/v1", timeout=30) as client:
        token = client.post(f"{live.url}/api/oauth/v1/token", json=body, auth=(live.client_id, live.secret))
        client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield client


@pytest.fixture
def catalogue(http: httpx.Client) -> httpx.Client:
    assert http.patch("/channels/ecommerce", json={"locales": ["en_US", "de_DE"]}).status_code == 204
    decimals = {"decimals_allowed": True}
    metric = {"negative_allowed": False, "metric_family": "Weight", "default_metric_unit": "KILOGRAM"}
    _bulk(
        http,
        "attributes",
        {"code": "name", "type": "pim_catalog_text", "group": "other", "localizable": True},
        {"code": "price", "type": "pim_catalog_price_collection", "group": "other", **decimals},
        {"code": "weight", "type": "pim_catalog_metric", "group": "other", **decimals, **metric},
    )
    _bulk(http, "families", {"code": "lamps", "attributes": ["sku", "name", "price", "weight"]})
    return http


@pytest.fixture
def pictured(catalogue: httpx.Client) -> httpx.Client:
    """With an attribute for pictures, and a product to have one."""
    _bulk(catalogue, "attributes", {"code": "photo", "type": "pim_catalog_image", "group": "other"})
    _bulk(catalogue, "products", lamp("lamp-1"))
    return catalogue


# What the part `product` of an upload says.
PHOTO_OF_LAMP = json.dumps({"identifier": "lamp-1", "attribute": "photo", "scope": None, "locale": None})


@pytest.fixture
def coloured(catalogue: httpx.Client) -> httpx.Client:
    """The family as one that varies by colour."""
    _bulk(catalogue, "attributes", {"code": "colour", "type": "pim_catalog_simpleselect", "group": "other"})
    answer = catalogue.patch("/families/lamps", json={"attributes": ["sku", "name", "price", "weight", "colour"]})
    assert answer.status_code == 204
    return catalogue


@pytest.fixture
def varied(coloured: httpx.Client) -> httpx.Client:
    """The family variant by colour, with the colours to vary by."""
    _bulk(coloured, "attributes/colour/options", {"code": "red"}, {"code": "blue"})
    _bulk(coloured, "families/lamps/variants", by_colour())
    return coloured


def model(code: str = "orbit") -> dict[str, Any]:
    """A root model; what it has is common to all colours."""
    return {
        "code": code,
        "family_variant": "lamps_by_colour",
        "values": {name: values()[name] for name in ("name", "weight")},
    }


def variant(identifier: str, colour: str, parent: str = "orbit") -> dict[str, Any]:
    one = [{"locale": None, "scope": None, "data": colour}]
    return {"identifier": identifier, "parent": parent, "values": {"colour": one, "price": values()["price"]}}


def by_colour(code: str = "lamps_by_colour") -> dict[str, Any]:
    return {"code": code, "variant_attribute_sets": [{"level": 1, "axes": ["colour"], "attributes": ["price"]}]}


def _bulk(http: httpx.Client, path: str, *lines: dict[str, Any]) -> None:
    body = "\n".join(json.dumps(line) for line in lines)
    answer = http.patch(f"/{path}", content=body, headers={"Content-Type": COLLECTION})
    assert all('"status_code":201' in line for line in answer.text.split("\n")), answer.text


def lamp(identifier: str, name: str = "Lamp", **more: Any) -> dict[str, Any]:
    """A product as every one of these clients would send it, identifier flavour."""
    return {"identifier": identifier, "family": "lamps", "values": values(name), **more}


def values(name: str = "Lamp") -> dict[str, Any]:
    return {
        "name": [
            {"locale": "en_US", "scope": None, "data": name},
            {"locale": "de_DE", "scope": None, "data": f"{name} für draußen"},
        ],
        "price": [{"locale": None, "scope": None, "data": [{"amount": "19.90", "currency": "EUR"}]}],
        "weight": [{"locale": None, "scope": None, "data": {"amount": "1.25", "unit": "KILOGRAM"}}],
    }


def name_of(product: dict[str, Any], locale: str = "en_US") -> str:
    return next(str(value["data"]) for value in product["values"]["name"] if value["locale"] == locale)


# Each resource of the structure → what creates one, what changes it, and a second for a bulk.
STRUCTURE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "attributes": (
        {"code": "note", "type": "pim_catalog_text", "group": "other"},
        {"sort_order": 7},
        {"code": "memo", "type": "pim_catalog_textarea", "group": "other"},
    ),
    "attribute_options": ({"code": "red"}, {"sort_order": 7}, {"code": "blue"}),
    "attribute_groups": ({"code": "marketing"}, {"sort_order": 7}, {"code": "legal"}),
    "families": ({"code": "chairs", "attributes": ["sku"]}, {"attributes": ["sku", "name"]}, {"code": "tables"}),
    "association_types": ({"code": "served_with"}, {"labels": {"en_US": "Served with"}}, {"code": "replaces"}),
    "categories": ({"code": "garden", "parent": "master"}, {"labels": {"en_US": "Garden"}}, {"code": "house"}),
    "channels": (
        {"code": "paper", "locales": ["de_DE"], "currencies": ["EUR"], "category_tree": "master"},
        {"locales": ["de_DE", "en_US"]},
        {"code": "app", "locales": ["en_US"], "currencies": ["USD"], "category_tree": "master"},
    ),
}


def assert_changed(printed: dict[str, Any], change: dict[str, Any]) -> None:
    """What was sent is what is read, the order of attributes aside: they are printed by code."""
    for name, value in change.items():
        shown = printed[name]
        assert sorted(shown) == sorted(value) if isinstance(value, list) else shown == value
