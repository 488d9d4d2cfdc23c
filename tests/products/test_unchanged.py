"""Lines that ask for nothing new: seen before any lock, and only when that is certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.products import operations
from limen.products.operations import Line
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.unchanged import asks_for_nothing
from tests.conftest import Api
from tests.factories.products import NOW, make_product, value
from tests.products.catalogue import lamps as pure_lamps

UUID = "7d3f1c0a-4b0e-4c39-9a5f-0c2f6f1d2b11"
STORED: dict[str, Any] = {
    "title": value("Lamp", "en_GB"),
    "tagline": value("a b"),
    "lumens": value(1),
    "beam_angle": value("36.5000"),
    "net_weight": value({"amount": "1.0000", "unit": "KILOGRAM", "symbol": "kg"}),
    "cable_length": value({"amount": 1, "unit": "METER", "symbol": "m"}),
    "list_price": value([{"amount": "9.00", "currency": "EUR"}]),
    "launch_on": value("2025-09-01T00:00:00+00:00", None, "webshop"),
    "dimmable": value(True),
    "finish": value("Brass"),
    "materials": value(["glass", "steel"]),
    "hero_image": value("1/2/3/4/x.png"),
    "sku": value("desk-one"),
}
DOCUMENT = {
    "enabled": True,
    "family": "luminaires",
    "categories": ["desk_lamps", "lamps"],
    "groups": [],
    "parent": None,
    "values": STORED,
    "created": "2025-02-03T08:15:00+00:00",
    "updated": "2025-02-03T08:15:00+00:00",
}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    book = Rulebook(pure_lamps())
    # As any write has met them before.
    for code, entries in STORED.items():
        field = book.field(code)
        assert field is not None and all(field.at(one["locale"], one["scope"]) for one in entries)
    return book


def says(book: Rulebook, body: dict[str, Any], flavour: Any = "uuid", **document: Any) -> bool:
    return asks_for_nothing(body, UUID, "desk-one", orjson.dumps({**DOCUMENT, **document}), flavour, book)


SAME: list[dict[str, Any]] = [
    {},
    {"uuid": UUID.upper()},
    {"identifier": None},
    {"enabled": True, "family": "luminaires", "categories": ["desk_lamps", "lamps"], "groups": [], "parent": None},
    {"values": {}},
    {"values": {"title": []}},
    {"values": STORED},
    {"values": {"sku": value("desk-one")}},
    {"values": {"lumens": value("1")}},
    {"values": {"lumens": value(1.0)}},
    {"values": {"beam_angle": value(36.5)}},
    {"values": {"net_weight": value({"amount": "1.0000", "unit": "KILOGRAM"})}},
    {"values": {"net_weight": value({"amount": 1, "unit": "kilogram"})}},
    {"values": {"cable_length": value({"amount": 1, "unit": "METER"})}},
    {"values": {"list_price": value([{"amount": 9, "currency": "EUR"}])}},
    {"values": {"launch_on": value("2025-09-01", None, "webshop")}},
    {"values": {"launch_on": value("2025-09-01T22:00:00-05:00", None, "webshop")}},
    {"values": {"tagline": value("a\nb")}},
    {"created": "2001", "updated": 1, "metadata": {}, "quality_scores": [], "_links": {}},
]

NOT_CERTAIN: list[dict[str, Any]] = [
    {"uuid": "0c9f4f7e-31d5-4c9b-8a55-6d1d7f1d4b2e"},
    {"uuid": 1},
    {"identifier": "desk-one"},
    {"enabled": 1},
    {"enabled": "1"},
    {"family": None},
    {"categories": ["lamps", "desk_lamps"]},
    {"groups": {}},
    {"parent": ""},
    {"associations": {}},
    {"extra": 1},
    {"variant_group": None},
    {"add_categories": []},
    {"values": None},
    {"values": []},
    {"values": {"ghost": []}},
    {"values": {"TITLE": value("Lamp", "en_GB")}},
    {"values": {"title": value("Light", "en_GB")}},
    {"values": {"title": value("Lamp", "de_DE")}},
    {"values": {"title": value("Lamp", "it_IT")}},
    {"values": {"title": value(None, "en_GB")}},
    {"values": {"title": [*value("Lamp", "en_GB"), *value("Lamp", "en_GB")]}},
    {"values": {"title": ["x"]}},
    {"values": {"title": [{"locale": ["en_GB"], "scope": None, "data": "Lamp"}]}},
    {"values": {"title": [{"locale": "en_GB", "data": "Lamp"}]}},
    {"values": {"title": "x"}},
    {"values": {"lumens": value(True)}},
    {"values": {"lumens": value("one")}},
    {"values": {"dimmable": value(1)}},
    {"values": {"cable_length": value({"amount": True, "unit": "METER"})}},
    {"values": {"net_weight": value({"amount": "1.0000"})}},
    {"values": {"list_price": value([])}},
    {"values": {"finish": value("brass")}},
    {"values": {"materials": value(["steel", "glass"])}},
    {"values": {"hero_image": value("1/2/3/4/y.png")}},
]


@pytest.mark.parametrize("body", SAME, ids=str)
def test_what_is_so_already(book: Rulebook, body: dict[str, Any]) -> None:
    assert says(book, body)


@pytest.mark.parametrize("body", NOT_CERTAIN, ids=str)
def test_what_is_left_to_be_judged(book: Rulebook, body: dict[str, Any]) -> None:
    assert not says(book, body)


def test_by_identifier_only_the_very_same_spelling(book: Rulebook) -> None:
    assert says(book, {"identifier": "desk-one", "uuid": "anything"}, "identifier")
    assert not says(book, {"identifier": "DESK-ONE"}, "identifier")


def test_variants_are_always_judged(book: Rulebook) -> None:
    assert not says(book, {}, parent="orbit")


def kinds(uuid: str) -> list[str]:
    return [event.kind for event in reversed(events.history(f"product:{uuid}", limit=100))]


class TestBatches:
    def lines(self) -> Iterator[dict[str, Any]]:
        for number in range(8):
            yield {"identifier": f"p{number}", "values": {"lumens": value(number), "tagline": value("x")}}

    def test_only_what_changes_is_written(self, pim: Api) -> None:
        lines = list(self.lines())
        pim.bulk("/products", lines)
        before = {number: pim.get(f"/products/p{number}").content for number in range(8)}
        lines[3]["values"]["lumens"] = value(33)
        lines[5]["values"]["lumens"] = value(-1)
        results = pim.bulk("/products", [*lines, {"identifier": "new"}]).lines
        assert [(one["line"], one["status_code"]) for one in results] == [
            *((number, 422 if number == 6 else 204) for number in range(1, 9)),
            (9, 201),
        ]
        assert [one.get("identifier") for one in results] == [*(f"p{number}" for number in range(8)), "new"]
        changed = {number for number in range(8) if pim.get(f"/products/p{number}").content != before[number]}
        assert changed == {3}
        assert kinds(pim.get("/products/p2").json()["uuid"]) == ["product.created"]

    def test_two_lines_about_one_product_are_taken_in_their_order(self, pim: Api) -> None:
        make_product("a", values={"lumens": 1})
        make_product("b")
        lines = [{"identifier": code, "values": {"lumens": value(number)}} for code, number in (("A", 2), ("a", 1))]
        results = pim.bulk("/products", [{"identifier": "b"}, *lines]).lines
        assert [one["status_code"] for one in results] == [204, 204, 204]
        product = pim.get("/products/a").json()
        assert product["values"]["lumens"][0]["data"] == 1
        assert kinds(product["uuid"]) == ["product.created", "product.updated", "product.updated"]

    def test_a_link_set_by_an_earlier_line_is_seen(self, pim: Api) -> None:
        make_product("a"), make_product("b"), make_product("c")
        lines = [
            {"identifier": "c"},
            {"identifier": "a", "associations": {"COMPATIBLE": {"products": ["b"]}}},
            {"identifier": "b", "associations": {"COMPATIBLE": {"products": []}}},
        ]
        pim.bulk("/products", lines)
        assert pim.get("/products/a").json()["associations"]["COMPATIBLE"]["products"] == []

    def test_all_or_nothing_holds_for_what_asks_for_nothing_too(self, pim: Api) -> None:
        make_product("a")
        answer = pim.bulk("/products?atomic=true", [{"identifier": "a"}, {"identifier": "b", "family": "nope"}])
        assert [one["status_code"] for one in answer.lines] == [424, 422]

    def test_a_name_with_u0000_is_nobody(self, lamps: None) -> None:
        lines = [Line({}, "a\0"), Line({}, UUID)]
        results = operations.upsert_products(lines[:1], flavour="identifier", by=SYSTEM, now=NOW)
        assert not isinstance(results[0].outcome, int)
        assert operations.upsert_products(lines[1:], flavour="uuid", by=SYSTEM, now=NOW)[0].outcome == 201
