"""What is cut out of the text of a document must be, byte for byte, what decoding, cutting and encoding it gives."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.products.rules.cutting import decoding, narrowing
from limen.products.rules.excerpts import excerpting
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.views import View
from limen.structure.rules import NOTHING_REMAINS, Structure
from tests.products.catalogue import lamps

BOOK = Rulebook(lamps())
LOCALES = ["en_GB", "de_DE"]
CHANNELS = ["webshop", "print"]

# Texts that look like what the pattern goes by.
ENTRY = '{"locale":"de_DE","scope":null,"data":"x","attribute_type":"pim_catalog_text"}'
TRICKY = ['"', "\\", '\\"', '",', '"}],"title":[', ENTRY, f"[{ENTRY},{ENTRY}]", orjson.dumps(ENTRY).decode()]
TRICKY += [
    '{"locale":"de_DE"',
    '"attribute_type":"pim_catalog_text"}',
    "attribute_type",
    ',"attribute_type":"x"}',
    "\0",
]
TRICKY += ["],", ",]", "[]", "}", "locale", '"_links":{"download":{"href":"~/', "Ω🜁\u2028", ""]
texts = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(TRICKY), max_size=4).map("".join))
data = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.lists(texts, max_size=3),
    st.fixed_dictionaries({"amount": texts, "unit": texts, "symbol": texts}),
    st.lists(st.fixed_dictionaries({"amount": texts, "currency": st.sampled_from(["EUR", "USD"])}), max_size=3),
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    """Give values of attributes of every kind of place, in any order, as `Slot.entry` writes them."""
    found = {}
    for code in draw(st.permutations(["title", "tagline", "blurb", "launch_on", "hero_image", "gtin", "list_price"])):
        field = BOOK.field(code)
        assert field is not None
        locales = LOCALES if field.attribute.localizable else [None]
        places = [(locale, scope) for locale in locales for scope in (CHANNELS if field.attribute.scopable else [None])]
        slots = [slot for slot in (field.at(*place) for place in places) if slot is not None]
        chosen = draw(st.lists(st.sampled_from(slots), unique=True, max_size=len(slots)))
        if chosen:
            given = texts if field.needs == "media" else data
            found[code] = [slot.entry(draw(given)) for slot in chosen]
    return found


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    moment = "2026-01-01T00:00:00+00:00"
    start: dict[str, Any] = {"enabled": True, "family": None, "categories": draw(st.lists(texts, max_size=2))}
    if draw(st.booleans()):
        start = {"family": "luminaires", "family_variant": draw(texts), "parent": None, "categories": []}
    return orjson.dumps({**start, "values": draw(values()), "created": moment, "updated": moment})


def some(of: list[str], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of), min_size=least)


@st.composite
def views(draw: st.DrawFn) -> View:
    channel = draw(st.none() | st.sampled_from(CHANNELS))
    locales = draw(some(LOCALES, 1) | (st.none() if channel is None else st.just(frozenset(LOCALES))))
    attributes = draw(st.none() | some(["title", "blurb", "launch_on", "gtin", "finish"]))
    fields = draw(st.none() | some(["uuid", "values", "enabled", "family_variant", "updated", "associations"]))
    return View(attributes=attributes, locales=locales, channel=channel, fields=fields)


@given(documents(), views())
def test_it_is_what_decoding_gives(document: bytes, view: View) -> None:
    cut = excerpting(view, BOOK)
    decoded = decoding(view, BOOK, {}, hides=False, gone=NOTHING_REMAINS)
    assert (cut(document) if cut is not None else document) == decoded(document)


def document(**entries: list[Any]) -> bytes:
    return orjson.dumps({"enabled": True, "values": entries, "updated": "2026"})


def entry(data: Any, locale: str | None = None, scope: str | None = None) -> dict[str, Any]:
    return {"locale": locale, "scope": scope, "data": data, "attribute_type": "pim_catalog_text"}


class TestAnAttributeWithoutEntriesGoes:
    @pytest.mark.parametrize(
        "codes", [["a"], ["a", "b"], ["a", "b", "c"], ["a", "kept"], ["kept", "a", "b"], ["a", "kept", "b", "c"]]
    )
    def test_wherever_it_stands(self, codes: list[str]) -> None:
        gone = [entry(ENTRY, "de_DE"), entry(ENTRY, "de_DE")]
        whole = document(**{code: [entry("x")] if code == "kept" else gone for code in codes})
        cut = excerpting(View(locales=frozenset({"en_GB"})), BOOK)
        assert cut is not None
        assert cut(whole) == document(**{code: [entry("x")] for code in codes if code == "kept"})


class TestNothingIsLookedInto:
    def test_where_the_view_shows_all_that_may_be_stored(self) -> None:
        assert excerpting(View(locales=frozenset(LOCALES)), BOOK) is None
        assert excerpting(View(), BOOK) is None
        one_channel = Structure.of(
            attributes=BOOK.structure.attributes.values(), channels=[BOOK.structure.channels["webshop"]], version=1
        )
        shown = View(locales=frozenset(LOCALES), channel="webshop")
        assert narrowing(shown, Rulebook(one_channel), {}, hides=False, gone=NOTHING_REMAINS) is None
        assert excerpting(shown, BOOK) is not None

    def test_but_a_structure_that_hides_values_needs_it(self) -> None:
        cut = narrowing(View(), BOOK, {}, hides=True, gone=NOTHING_REMAINS)
        assert cut is not None
        assert cut(document(title=[entry("x", "fr_FR"), entry("y", "de_DE")])) == document(title=[entry("y", "de_DE")])
