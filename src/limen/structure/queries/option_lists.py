"""Lists of an attribute's options for people: searched and paged in the database, as there may be 100,000 of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from django.db import connection

from limen.kit.db import like
from limen.kit.text import fold
from limen.structure.rules.options import Option
from limen.structure.rules.records import Attribute

By = Literal["order", "code"]

# Counting ends here: nobody reads further, and it keeps a search that finds everything quick.
MOST_COUNTED = 1000

# How a place in the list is written, for `after` and `before`.
_KEYS: dict[By, str] = {"order": "(o.sort_order, o.folded)", "code": "o.folded"}
_ONE = "SELECT 1 FROM structure_option o"
_COLUMNS = "SELECT o.id, o.code, o.sort_order, o.labels FROM structure_option o"


@dataclass(frozen=True, slots=True)
class OptionPage:
    """`next` and `previous` are what `after` and `before` take, None at the ends."""

    rows: list[Option]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """`more` says that counting ended at `count`."""

    count: int
    more: bool


def search_options(
    attribute: Attribute, search: str = "", *, by: By = "order", after: str = "", before: str = "", limit: int = 50
) -> OptionPage:
    """Give one page of the options in whose code or labels every word of the search is found. 1 query.

    A place that cannot be read is the start. A page costs the same however far it is; a search reads on until it
    has filled one, which at 100,000 options and few finds takes some 100 ms.
    """
    where, values = _matching(attribute, search)
    place = _place(by, after or before)
    backwards = bool(before) and not after and place is not None
    if place is not None:
        where += f" AND {_KEYS[by]} {'<' if backwards else '>'} ({', '.join(['%s'] * len(place))})"
    down = " DESC" if backwards else ""
    order = f"o.sort_order{down}, o.folded{down}" if by == "order" else f"o.folded{down}"
    rows = _fetch(f"{_COLUMNS} WHERE {where} ORDER BY {order} LIMIT %s", [*values, *(place or ()), limit + 1])
    has_more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    options = [_option(attribute, row) for row in rows]
    goes_on, came_from = (place is not None, has_more) if backwards else (has_more, place is not None)
    return OptionPage(
        options,
        next=place_of_option(by, options[-1]) if options and goes_on else None,
        previous=place_of_option(by, options[0]) if options and came_from else None,
    )


def options_of(attribute: Attribute, *, by: By = "code", offset: int = 0, after: str = "", limit: int) -> list[Option]:
    """Give one page of an attribute's options, `offset` behind the place `after`, or behind the start. 1 query."""
    where, values = _matching(attribute, "")
    place = _place(by, after)
    if place is not None:
        where += f" AND {_KEYS[by]} > ({', '.join(['%s'] * len(place))})"
    order = "o.sort_order, o.folded" if by == "order" else "o.folded"
    rows = _fetch(
        f"{_COLUMNS} WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s", [*values, *(place or ()), limit, offset]
    )
    return [_option(attribute, row) for row in rows]


def count_matching_options(attribute: Attribute, search: str = "") -> Counted:
    """Count the options that `search_options` would list, up to MOST_COUNTED. 1 query."""
    where, values = _matching(attribute, search)
    # Up to 1,001 rows of nothing: no dearer than a number.
    found = _fetch(f"{_ONE} WHERE {where} LIMIT %s", [*values, MOST_COUNTED + 1])
    count = len(found)
    return Counted(min(count, MOST_COUNTED), count > MOST_COUNTED)


def neighbour_of(attribute: Attribute, option: Option, *, up: bool) -> Option | None:
    """Give the option that stands before (`up`) or after another in the order, None at the end. 1 query."""
    place = place_of_option("order", option)
    page = search_options(attribute, before=place if up else "", after="" if up else place, limit=1)
    return page.rows[0] if page.rows else None


def options_by_code(attribute: Attribute, codes: Collection[str]) -> dict[str, Option]:
    """Find options whatever the case: folded code → option. 1 query."""
    rows = _fetch(
        f"{_COLUMNS} WHERE o.attribute_id = %s AND o.removed_at IS NULL AND o.folded = ANY(%s)",
        [attribute.id, sorted({fold(code) for code in codes if "\0" not in code})],
    )
    return {fold(row[1]): _option(attribute, row) for row in rows}


def option_codes_being_removed(attribute: Attribute, codes: Collection[str]) -> frozenset[str]:
    """Give those of the codes, folded, that products are still being cleaned of. 1 query."""
    rows = _fetch(
        "SELECT folded FROM structure_option WHERE attribute_id = %s AND removed_at IS NOT NULL AND folded = ANY(%s)",
        [attribute.id, sorted({fold(code) for code in codes if "\0" not in code})],
    )
    return frozenset(folded for (folded,) in rows)


def _matching(attribute: Attribute, search: str) -> tuple[str, list[Any]]:
    where = "o.attribute_id = %s AND o.removed_at IS NULL"
    values: list[Any] = [attribute.id]
    for word in search.replace("\0", " ").split():
        # The text of all labels is looked at first: to take the labels out of it is twenty times dearer.
        where += (
            " AND (o.folded LIKE %s OR (o.labels ILIKE %s AND EXISTS"
            " (SELECT 1 FROM json_each_text(o.labels::json) label WHERE label.value ILIKE %s)))"
        )
        as_json = orjson.dumps(word).decode()[1:-1]
        values += [f"%{like(fold(word))}%", f"%{like(as_json)}%", f"%{like(word)}%"]
    return where, values


def _place(by: By, text: str) -> tuple[int | str, ...] | None:
    if not text or "\0" in text:
        return None
    if by == "code":
        return (text,)
    order, _, folded = text.partition(":")
    # Longer numbers than the column's are no place in it.
    return (int(order), folded) if order.removeprefix("-").isdecimal() and len(order) < 19 else None


def place_of_option(by: By, option: Option) -> str:
    folded = fold(option.code)
    return folded if by == "code" else f"{option.sort_order}:{folded}"


def _fetch(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _option(attribute: Attribute, row: tuple[int, str, int, str]) -> Option:
    id, code, sort_order, labels = row
    return Option(id, code, attribute.code, sort_order, orjson.loads(labels))
