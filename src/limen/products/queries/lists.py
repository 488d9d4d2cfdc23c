"""Lists and single products as stored rows. Ids are chosen first, by a narrow index; documents are fetched for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.searching import TRUE, Where
from limen.products.rules.reading import UUID
from limen.products.rules.world import Row

Flavour = Literal["identifier", "uuid"]

# Products without identifier are not in the list by identifier.
_ORDER = {"identifier": "identifier_key", "uuid": "uuid"}
_ALWAYS = {"identifier": "p.identifier_key IS NOT NULL", "uuid": "true"}


def page(where: Where, *, flavour: Flavour, offset: int, limit: int) -> list[Row]:
    """Give one page by its offset, in the order of the list. 1 query; its cost grows with the offset."""
    condition = f"{_ALWAYS[flavour]} AND {where.sql}"
    if where != TRUE:
        return _rows(condition, [*where.params, offset], _ORDER[flavour], f"LIMIT {int(limit)} OFFSET %s")
    # Of the whole list the products before the page are skipped in the index alone: half the time at offset 3,000.
    key = _ORDER[flavour]
    start = f"SELECT {key} FROM product p WHERE {condition} ORDER BY {key} LIMIT 1 OFFSET %s"  # noqa: S608
    return _rows(f"{condition} AND p.{key} >= ({start})", [offset], key, f"LIMIT {int(limit)}")


def page_after(where: Where, *, flavour: Flavour, after: str | None, limit: int) -> list[Row]:
    """Give the page after a cursor, the uuid or identifier of the last product. 1 query, as cheap at any depth.

    A cursor of no product stands where it would sort.
    """
    condition, params = f"{_ALWAYS[flavour]} AND {where.sql}", [*where.params]
    if after is not None:
        beyond, place = _beyond(flavour, after)
        condition, params = f"{condition} AND {beyond}", [*params, place]
    return _rows(condition, params, _ORDER[flavour], f"LIMIT {int(limit)}")


def _beyond(flavour: Flavour, after: str) -> tuple[str, str]:
    if flavour == "identifier":
        return "p.identifier_key > %s", fold(after).replace("\0", "")
    if UUID.fullmatch(after.lower()):
        return "p.uuid > %s::uuid", after
    return "p.uuid::text > %s", after.lower().replace("\0", "")


def count(where: Where, *, flavour: Flavour) -> int:
    """Count all products of a list, exactly: up to 1.4 s for a million. 1 query."""
    statement = f"SELECT count(*) FROM product p WHERE {_ALWAYS[flavour]} AND {where.sql}"  # noqa: S608  # own parts
    return int(db.fetch(statement, where.params)[0][0])


def product(*, flavour: Flavour, key: str) -> Row | None:
    """Find one product by uuid or identifier, whatever the case. 1 query."""
    if flavour == "uuid":
        found = _rows("p.uuid = %s::uuid", [key], "id", "") if UUID.fullmatch(key.lower()) else []
    else:
        found = _rows("p.identifier_key = %s", [fold(key)], "id", "") if "\0" not in key else []
    return found[0] if found else None


def identifiers_of(uuids: Collection[str]) -> dict[str, str | None]:
    """Give the identifiers of products by uuid; products that do not exist are absent. 1 query, none for nothing."""
    if not uuids:
        return {}
    rows = db.fetch("SELECT uuid::text, identifier FROM product WHERE uuid = ANY(%s::uuid[])", [list(uuids)])
    return dict(rows)


def _rows(condition: str, params: Sequence[object], order: str, limit: str) -> list[Row]:
    # Two steps in one statement: the inner one touches no document (architecture: a plain join costs 50 times as much).
    statement = (
        "SELECT s.id, s.uuid::varchar, s.identifier::varchar, d.doc, d.associations, d.quantified"  # noqa: S608
        " FROM"
        f" (SELECT p.id, p.uuid, p.identifier, p.identifier_key FROM product p WHERE {condition}"
        f" ORDER BY p.{order} {limit}) s JOIN product_doc d ON d.product_id = s.id ORDER BY s.{order}"
    )
    return [Row(*row) for row in db.fetch(statement, params, encoded=True)]
