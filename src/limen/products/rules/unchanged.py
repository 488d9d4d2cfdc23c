"""Whether a line asks for anything that is not so already: a look at the stored document, before any lock.

What is stored was judged when it was written, and "is it different?" comes before every rule (api-products 2.7): a
value that is sent as it is stored is neither read nor judged. The answer is yes only for what is certain;
everything unusual is left to `deciding`, which gives the same answer more slowly, or the refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from limen.products.rules.kinds import Broken, Shape
from limen.products.rules.reading import IGNORED, Flavour, JsonObject
from limen.products.rules.rulebook import Entry, Field, Rulebook, Slot
from limen.structure.rules import DATE, METRIC, PRICE

# Compared as they are; lists of codes are stored sorted.
_PLAIN = frozenset({"categories", "enabled", "family", "groups", "parent"})
_ABSENT = object()


def asks_for_nothing(
    body: JsonObject, uuid: str, identifier: str | None, doc: bytes, flavour: Flavour, book: Rulebook
) -> bool:
    """Tell whether a body leaves a stored product as it is. 13 µs for its document and 0.3 µs a value."""
    document = orjson.loads(doc)
    if document["parent"] is not None:
        # What of it is inherited is not the body's to change.
        return False
    for name, value in body.items():
        if name == "values":
            if value.__class__ is not dict or not _are_there(value, document["values"], book):
                return False
        elif name in _PLAIN:
            held = document[name]
            if value.__class__ is not held.__class__ or value != held:
                return False
        elif name == "uuid":
            if flavour == "uuid" and not (value.__class__ is str and value.lower() == uuid):
                return False
        elif name == "identifier":
            if value != (identifier if flavour == "identifier" else None):
                return False
        elif name not in IGNORED:
            return False
    return True


def _are_there(values: Mapping[str, Any], stored: Mapping[str, list[Entry]], book: Rulebook) -> bool:
    fields, seen = book.fields, set[Slot]()
    for code, entries in values.items():
        field = fields.get(code)
        if field is None or entries.__class__ is not list:
            return False
        held, slots = stored.get(code, ()), field.slots
        for entry in entries:
            try:
                locale, scope, data = entry["locale"], entry["scope"], entry["data"]
                slot = slots.get((locale, scope))
            except (KeyError, TypeError, IndexError):
                return False
            # An unknown place may be none; the same one twice may be refused.
            if slot is None or slot in seen:
                return False
            seen.add(slot)
            for one in held:
                if one["locale"] == locale and one["scope"] == scope:
                    known = one["data"]
                    break
            else:
                known = _ABSENT
            if known is _ABSENT:
                if data is not None:
                    return False
            elif not (is_stored_as_sent(data, known, field) or _reads_as(data, known, field)):
                return False
    return True


def is_stored_as_sent(data: Any, known: Any, field: Field) -> bool:
    """Tell whether data is stored as it is written; False when it takes the reader to tell."""
    if data.__class__ is not known.__class__:
        return False
    kind = field.type
    if kind in (METRIC, PRICE):
        if not field.attribute.decimals_allowed:
            # Stored are integers, and to Python 1 equals true.
            return False
        if kind == METRIC:
            # The symbol follows from the unit.
            return bool(data.get("amount") == known["amount"] and data.get("unit") == known["unit"])
    elif kind == DATE and data == known[:10]:
        return True
    return bool(data == known)


def _reads_as(data: Any, known: Any, field: Field) -> bool:
    if field.needs is not None or data is None:
        return False
    try:
        return bool(field.read(data) == known)
    except (Shape, Broken):
        return False
