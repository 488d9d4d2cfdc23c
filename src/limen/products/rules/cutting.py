"""Cutting stored documents to a view without decoding what is passed on (api-products 3.2).

A document is looked at attribute by attribute: values that a view shows whole are copied as text, values per locale or
channel are picked by how their text begins, and only what has to be decorated or looked into is decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from msgspec import Raw
from msgspec.json import Decoder

from limen.products.rules.rulebook import Field, Rulebook
from limen.products.rules.views import OptionLabels, View, is_wanted, shown_values
from limen.structure.rules import METRIC, MULTI_SELECT, PRICE, SIMPLE_SELECT

Cut = Callable[[bytes], bytes]
# The text of an attribute's values → that of those to show; None for none.
_Attribute = Callable[[Raw], "bytes | Raw | None"]

_members = Decoder(dict[str, Raw]).decode
_entries = Decoder(list[Raw]).decode
# Between where a value stands and what it is; both before it are strings or null, so it is found nowhere earlier.
_DATA = b',"data":'


def narrowing(view: View, book: Rulebook, labels: OptionLabels, *, hides: bool) -> Cut:
    """Give what cuts documents to a view. `hides` tells whether the structure hides any stored value at all."""
    attributes = _Attributes(view, book, labels, hides)

    def narrow(doc: bytes) -> bytes:
        parts: list[bytes | Raw] = []
        for name, text in _members(doc).items():
            if view.fields is not None and name not in view.fields:
                continue
            parts += (b',"', name.encode(), b'":')
            if name == "values":
                attributes.add_to(parts, text)
            else:
                parts.append(text)
        parts[:1] = [b'{"' if parts else b"{"]
        parts.append(b"}")
        return b"".join(parts)

    return narrow


class _Attributes:
    """How the values of each attribute are cut, found out where it is first met."""

    def __init__(self, view: View, book: Rulebook, labels: OptionLabels, hides: bool) -> None:
        self.view = view
        self.book = book
        self.labels = labels
        self.hides = hides
        self.known: dict[str, tuple[bytes, _Attribute | None]] = {}

    def add_to(self, parts: list[bytes | Raw], values: Raw) -> None:
        parts.append(b"{")
        first, known = True, self.known
        for code, text in _members(values).items():
            cut = known.get(code)
            if cut is None:
                cut = known[code] = (b'"%b":' % code.encode(), self._cut_of(code))
            name, act = cut
            shown = act(text) if act is not None else None
            if shown is not None:
                parts += (name, shown) if first else (b",", name, shown)
                first = False
        parts.append(b"}")

    def _cut_of(self, code: str) -> _Attribute | None:
        field, view = self.book.field(code), self.view
        if field is None or (view.attributes is not None and field.code not in view.attributes):
            return None
        if self._is_looked_into(field):
            return lambda text: self._decoded(code, text)
        narrowed = self.hides or view.locales is not None or view.channel is not None
        if narrowed and (field.attribute.localizable or field.attribute.scopable):
            return self._picking(field)
        return _whole

    def _is_looked_into(self, field: Field) -> bool:
        return (
            (self.view.with_options and field.type in (SIMPLE_SELECT, MULTI_SELECT))
            or (self.view.convert and field.type == METRIC)
            or (self.hides and field.type == PRICE)
        )

    def _decoded(self, code: str, text: Raw) -> bytes | None:
        shown = shown_values({code: orjson.loads(bytes(text))}, self.view, self.book, self.labels)
        return orjson.dumps(shown[code]) if code in shown else None

    def _picking(self, field: Field) -> _Attribute:
        heads: dict[bytes, bool] = {}

        def pick(text: Raw) -> bytes | None:
            picked = []
            for raw in _entries(text):
                entry = bytes(raw)
                head = entry[: entry.index(_DATA)]
                wanted = heads.get(head)
                if wanted is None:
                    wanted = heads[head] = self._is_shown(field, orjson.loads(head + b"}"))
                if wanted:
                    picked.append(entry)
            return b"[%b]" % b",".join(picked) if picked else None

        return pick

    def _is_shown(self, field: Field, place: dict[str, Any]) -> bool:
        slot = field.at(place["locale"], place["scope"])
        return slot is not None and is_wanted(slot, self.view)


def _whole(text: Raw) -> Raw:
    return text
