"""Documents of which only what is asked for is decoded: they must be what decoding them whole gives."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from limen.products.rules.rulebook import Rulebook
from limen.products.rules.undecoded import Undecoded, decode
from limen.products.rules.world import Product, Row, World
from tests.products.catalogue import lamps as lamps_structure


def entry(data: Any, locale: str | None = None) -> dict[str, Any]:
    return {"locale": locale, "scope": None, "data": data, "attribute_type": "pim_catalog_text"}


VALUES = {
    "title": [entry('Lámpara "Ω" \u2028 \\ 🜁', "es_ES"), entry("Lamp", "en_GB")],
    "weight": [entry({"amount": "12.5000", "unit": "KILOGRAM", "symbol": "kg"})],
    "size": [entry(18)],
    "is_new": [entry(False)],
}


def document() -> dict[str, Any]:
    plain = {"enabled": True, "family": None, "categories": ["a"], "groups": [], "parent": None, "values": VALUES}
    return {**plain, "created": "2026-01-01T00:00:00+00:00", "updated": "2026-01-02T00:00:00+00:00"}


@pytest.fixture
def text() -> bytes:
    return orjson.dumps(document())


@pytest.fixture
def values(text: bytes) -> Undecoded:
    found = decode(text)["values"]
    assert isinstance(found, Undecoded)
    return found


def taken_up(text: bytes, *, sparing: bool) -> Product:
    row = Row(1, "0b7ab3ca-6d26-4c6a-9a9b-4d2a2b3d7f01", "lamp", text, None, None)
    return Product.of(row, sparing=sparing)


class TestUndecoded:
    def test_it_is_what_decoding_at_once_gives(self, text: bytes, values: Undecoded) -> None:
        assert {**decode(text), "values": None} == {**document(), "values": None}
        assert list(values) == list(VALUES) and len(values) == 4 and "size" in values and "other" not in values
        assert values["title"] == VALUES["title"] and values.get("size") == VALUES["size"]
        assert values.get("other", ()) == () and values.get("other") is None
        with pytest.raises(KeyError):
            values["other"]
        assert dict(values.items()) == VALUES and {**values} == VALUES and values == VALUES

    def test_what_was_set_and_taken_away_before_all_is_walked_stays_so(self, values: Undecoded) -> None:
        values["size"] = [entry(19)]
        values["colour"] = [entry("red")]
        assert values.pop("is_new") == VALUES["is_new"] and values.pop("other", None) is None
        del values["weight"]
        expected = {"title": VALUES["title"], "size": [entry(19)], "colour": [entry("red")]}
        assert dict(values.items()) == expected
        values["colour"] = [entry("blue")]
        assert dict(values.items()) == {**expected, "colour": [entry("blue")]}

    def test_what_nobody_asks_for_is_written_back_byte_by_byte(self, text: bytes) -> None:
        spaced = text.replace(b'"data":18,', b'"data" : 18 ,')
        product = taken_up(spaced, sparing=True)
        assert product.encode().encode() == spaced
        product.values["is_new"] = [entry(True)]
        assert product.encode().encode() == spaced.replace(b'"data":false', b'"data":true')

    @pytest.mark.parametrize("asked", [[], ["title"], list(VALUES)])
    def test_both_ways_of_taking_up_a_product_write_the_same(self, text: bytes, asked: list[str]) -> None:
        written = []
        for sparing in (False, True):
            product = taken_up(text, sparing=sparing)
            for code in asked:
                product.values[code] = [*product.values[code], entry("ü", "de_DE")]
            product.values.pop("size")
            written.append(product.encode())
        assert written[0] == written[1]

    def test_a_copy_is_decoded_and_its_own(self, text: bytes) -> None:
        product = taken_up(text, sparing=True)
        copy = product.copy()
        copy.values["title"].append(entry("Lampe", "de_DE"))
        assert product.values == VALUES and len(copy.values["title"]) == 3


def test_what_was_asked_for_stays_the_same_list_when_all_is_walked(values: Undecoded) -> None:
    held = values["size"]
    assert list(values.items()) == list(VALUES.items())
    held.append(entry(19, "en_GB"))
    assert values["size"] is held and dict(values.items())["size"] == [entry(18), entry(19, "en_GB")]


def test_lines_take_up_simple_products_sparingly_and_variants_whole(text: bytes) -> None:
    structure = lamps_structure()
    world = World(Rulebook(structure), structure, "2026-01-03T00:00:00+00:00")
    world.load(Row(1, "0b7ab3ca-6d26-4c6a-9a9b-4d2a2b3d7f01", "lamp", text, None, None))
    world.load(Row(2, "0b7ab3ca-6d26-4c6a-9a9b-4d2a2b3d7f02", "bulb", text, None, None, None, 7))
    kinds = [isinstance(one.values, Undecoded) for one in world.products.values()]
    assert kinds == [True, False]
