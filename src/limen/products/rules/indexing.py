"""The rows of the value index: what each value of a product is found by, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limen.kit.text import fold
from limen.media.rules import MediaRow
from limen.products.rules.kinds import HEAD, head_of, searchable_text
from limen.products.rules.rulebook import Slot
from limen.structure.rules import MULTI_SELECT, PRICE, TEXTAREA

# A slot, or for prices a slot with its currency.
Spot = Slot | tuple[Slot, str]
# Where, what, and the product's id.
IndexRow = tuple[Spot, Any, int]


def add_rows(values: Mapping[Slot, Any], id: int, media: Mapping[str, MediaRow], rows: Rows) -> None:
    """Add the rows of a product's values (slot → data, None for none)."""
    texts, numbers = rows.texts, rows.numbers
    for slot, data in values.items():
        if data is None:
            continue
        field = slot.field
        if field.index is not None:
            found = field.index(data)
            if found is not None:
                (texts if field.table == "text" else numbers).append((slot, found, id))
        elif field.type == TEXTAREA:
            text = searchable_text(data)
            texts.append((slot, head_of(text), id))
            if len(text) > HEAD:
                rows.longs.append((slot, text, id))
        elif field.type == PRICE:
            numbers.extend(((slot, price["currency"]), float(price["amount"]), id) for price in data)
        elif field.type == MULTI_SELECT:
            texts.extend((slot, found, id) for found in {fold(code) for code in data})
        elif field.needs == "media" and data in media:
            texts.append((slot, fold(media[data].original_filename), id))


def spots_of(slot: Slot, data: Any) -> list[Spot]:
    """Where a value that was stored has its rows."""
    if data is None:
        return []
    return [(slot, price["currency"]) for price in data] if slot.field.type == PRICE else [slot]


def is_long(slot: Slot, data: Any) -> bool:
    """Tell whether a value that was stored goes on in the table of long texts."""
    return slot.field.type == TEXTAREA and data is not None and len(searchable_text(data)) > HEAD


def place_of(spot: Spot) -> tuple[int, str, str, str]:
    """Give what the search key of a spot is found by: attribute id, channel, locale, currency."""
    if isinstance(spot, tuple):
        return (*spot[0].place[:3], spot[1])
    return spot.place


class Rows:
    """Rows to write, by table."""

    __slots__ = ("longs", "numbers", "texts")

    def __init__(self) -> None:
        self.longs: list[IndexRow] = []
        self.texts: list[IndexRow] = []
        self.numbers: list[IndexRow] = []
