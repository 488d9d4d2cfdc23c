"""Cutting stored documents to a view (api-products 3.2).

Most views only leave something out; then it is cut out of the text (`excerpts`). Where values are looked into, the
document is decoded, and what is to be done with the values of an attribute found out where it is first met.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import orjson

from limen.products.rules.excerpts import Cut, excerpting
from limen.products.rules.rulebook import Entry, Field, Place, Rulebook
from limen.products.rules.views import OptionLabels, View, is_wanted, shown_values
from limen.structure.rules import METRIC, MULTI_SELECT, NOTHING_REMAINS, PRICE, SIMPLE_SELECT, Remains

# The values of an attribute → those to show.
_Attribute = Callable[[list[Entry]], list[Entry]]


def narrowing(view: View, book: Rulebook, labels: OptionLabels, *, hides: bool, gone: Remains) -> Cut | None:
    """Give what cuts documents to a view, None when nothing is to be cut.

    `hides` tells whether the structure hides any stored value at all, `gone` what is removed while products may
    still hold it.
    """
    if hides or gone or view.with_options or view.convert:
        return decoding(view, book, labels, hides=hides, gone=gone)
    cut, hide = excerpting(view, book), _hiding_prices(book)
    if cut is None or hide is None:
        return cut or hide
    return lambda doc: hide(cut(doc))


def decoding(view: View, book: Rulebook, labels: OptionLabels, *, hides: bool, gone: Remains) -> Cut:
    """Give what cuts documents by decoding them: any view, and three times the work."""
    memberships = [(name, codes) for name, codes in (("categories", gone.categories), ("groups", gone.groups)) if codes]
    attributes = _Attributes(view, book, labels, hides, gone)
    fields = view.fields

    def narrow(doc: bytes) -> bytes:
        document = orjson.loads(doc)
        same = fields is None
        if fields is not None:
            document = {name: one for name, one in document.items() if name in fields}
        for name, removed in memberships:
            held = document.get(name)
            if held and not removed.isdisjoint(held):
                document[name] = [code for code in held if code not in removed]
                same = False
        values = document.get("values", {})
        for code in list(values):
            cut = attributes[code]
            if cut is None:
                continue
            entries = values[code]
            kept = cut(entries)
            if kept is entries:
                continue
            same = False
            if kept:
                values[code] = kept
            else:
                del values[code]
        # Encoding is spared where nothing was to be cut: a third of the work.
        return doc if same else orjson.dumps(document)

    return narrow


def without_types(cut: Cut | None) -> Cut:
    """Give what leaves out, after `cut`, what only newer versions of the reference print with values (10.1)."""

    def plain(doc: bytes) -> bytes:
        document = orjson.loads(cut(doc) if cut is not None else doc)
        for entries in document.get("values", {}).values():
            for entry in entries:
                entry.pop("attribute_type", None)
                if entry["data"].__class__ is dict:
                    entry["data"].pop("symbol", None)
        return orjson.dumps(document)

    return plain


def _hiding_prices(book: Rulebook) -> Cut | None:
    """Give what hides prices that a channel does not show, and nothing else; None where there can be none.

    Documents without a price of a channel are passed on as they are.
    """
    if not book.channel_prices:
        return None
    marks = [orjson.dumps(code) + b":" for code in book.channel_prices]
    cut = decoding(View(), book, {}, hides=False, gone=NOTHING_REMAINS)
    return lambda doc: cut(doc) if any(mark in doc for mark in marks) else doc


class _Attributes(dict[str, "_Attribute | None"]):
    """How the values of each attribute are cut; None for not at all."""

    def __init__(self, view: View, book: Rulebook, labels: OptionLabels, hides: bool, gone: Remains) -> None:
        super().__init__()
        self.view = view
        self.book = book
        self.labels = labels
        self.hides = hides
        self.gone = gone

    def __missing__(self, code: str) -> _Attribute | None:
        cut, gone = self._cut_of(code), self.gone.options.get(code)
        if gone is not None:
            cut = _without_options(gone, cut)
        self[code] = cut
        return cut

    def _cut_of(self, code: str) -> _Attribute | None:
        field, view = self.book.field(code), self.view
        if field is None or (view.attributes is not None and field.code not in view.attributes):
            return _nothing
        if self._is_decorated(field):
            return lambda entries: shown_values({code: entries}, view, self.book, self.labels).get(code, [])
        narrowed = self.hides or view.locales is not None or view.channel is not None
        if narrowed and (field.attribute.localizable or field.attribute.scopable):
            places = _Places(field, view)
            return places.kept
        return None

    def _is_decorated(self, field: Field) -> bool:
        """Whether values have to be looked into, because something is added to them or hidden within."""
        return (
            (self.view.with_options and field.type in (SIMPLE_SELECT, MULTI_SELECT))
            or (self.view.convert and field.type == METRIC)
            or (self.hides and field.type == PRICE)
            or field.code in self.book.channel_prices
        )


class _Places(dict[Place, bool]):
    """Whether an attribute's values in a locale and channel are shown."""

    def __init__(self, field: Field, view: View) -> None:
        super().__init__()
        self.field = field
        self.view = view

    def kept(self, entries: list[Entry]) -> list[Entry]:
        """Give those that are shown; the very same list when all are."""
        shown = [one for one in entries if self[one["locale"], one["scope"]]]
        return entries if len(shown) == len(entries) else shown

    def __missing__(self, place: Place) -> bool:
        slot = self.field.at(*place)
        found = self[place] = slot is not None and is_wanted(slot, self.view)
        return found


def _without_options(gone: Collection[str], cut: _Attribute | None) -> _Attribute:
    """Give what takes options out of values before they are cut; nothing is left of a value that has no other."""

    def without(entries: list[Entry]) -> list[Entry]:
        left = [one for one in (_left_of(entry, gone) for entry in entries) if one is not None]
        same = len(left) == len(entries) and all(one is entry for one, entry in zip(left, entries, strict=True))
        kept = entries if same else left
        return kept if cut is None else cut(kept)

    return without


def _left_of(entry: Entry, gone: Collection[str]) -> Entry | None:
    data = entry["data"]
    if data.__class__ is not list:
        return None if data in gone else entry
    left = [code for code in data if code not in gone]
    if len(left) == len(data):
        return entry
    return {**entry, "data": left} if left else None


def _nothing(entries: list[Entry]) -> list[Entry]:
    return []
