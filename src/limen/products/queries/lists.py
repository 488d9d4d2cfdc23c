"""Lists and single products as stored rows. Ids are chosen first, by a narrow index; documents are fetched for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.conditions import TRUE, Where
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.products.rules.reading import UUID
from limen.products.rules.search import Asked
from limen.products.rules.world import Row


@dataclass(frozen=True, slots=True)
class _List:
    """`order` is the column a list is sorted by, `always` what all in it fulfil, `shown` the columns that name a row:
    uuid and identifier; a model has its code for both."""

    store: Store
    order: str
    always: str = "true"
    shown: tuple[str, str] = ("uuid", "identifier")


_LISTS: dict[Asked, _List] = {
    # Products without identifier are not in the list by identifier.
    "identifier": _List(PRODUCTS, "identifier_key", "p.identifier_key IS NOT NULL"),
    "uuid": _List(PRODUCTS, "uuid"),
    "model": _List(MODELS, "code_key", shown=("code", "code")),
}


def page(where: Where, *, flavour: Asked, offset: int, limit: int) -> list[Row]:
    """Give one page by its offset, in the order of the list. 1 query; its cost grows with the offset."""
    of = _LISTS[flavour]
    condition, key = f"{of.always} AND {where.sql}", of.order
    if where != TRUE:
        return _rows(of, condition, [*where.params, offset], f"LIMIT {int(limit)} OFFSET %s")
    # Of the whole list the products before the page are skipped in the index alone: half the time at offset 3,000.
    start = f"SELECT {key} FROM {of.store.table} p WHERE {condition} ORDER BY {key} LIMIT 1 OFFSET %s"  # noqa: S608
    return _rows(of, f"{condition} AND p.{key} >= ({start})", [offset], f"LIMIT {int(limit)}")


def page_after(where: Where, *, flavour: Asked, after: str | None, limit: int) -> list[Row]:
    """Give the page after a cursor, what the last row is named by. 1 query, as cheap at any depth.

    A cursor of no row stands where it would sort.
    """
    of = _LISTS[flavour]
    condition, params = f"{of.always} AND {where.sql}", [*where.params]
    if after is not None:
        beyond, place = _beyond(of, after)
        condition, params = f"{condition} AND {beyond}", [*params, place]
    return _rows(of, condition, params, f"LIMIT {int(limit)}")


def _beyond(of: _List, after: str) -> tuple[str, str]:
    if of.order != "uuid":
        return f"p.{of.order} > %s", fold(after).replace("\0", "")
    if UUID.fullmatch(after.lower()):
        return "p.uuid > %s::uuid", after
    return "p.uuid::text > %s", after.lower().replace("\0", "")


def count(where: Where, *, flavour: Asked) -> int:
    """Count all rows of a list, exactly: up to 1.4 s for a million. 1 query."""
    of = _LISTS[flavour]
    statement = f"SELECT count(*) FROM {of.store.table} p WHERE {of.always} AND {where.sql}"  # noqa: S608  # own parts
    return int(db.fetch(statement, where.params)[0][0])


def product(*, flavour: Asked, key: str) -> Row | None:
    """Find one product by uuid or identifier, or one model by its code, whatever the case. 1 query."""
    of = _LISTS[flavour]
    if flavour == "uuid":
        found = _rows(of, "p.uuid = %s::uuid", [key], "") if UUID.fullmatch(key.lower()) else []
    else:
        found = _rows(of, f"p.{of.order} = %s", [fold(key)], "") if "\0" not in key else []
    return found[0] if found else None


def identifiers_of(uuids: Collection[str]) -> dict[str, str | None]:
    """Give the identifiers of products by uuid; products that do not exist are absent. 1 query, none for nothing."""
    if not uuids:
        return {}
    rows = db.fetch("SELECT uuid::text, identifier FROM product WHERE uuid = ANY(%s::uuid[])", [list(uuids)])
    return dict(rows)


def _rows(of: _List, condition: str, params: Sequence[object], limit: str) -> list[Row]:
    # Two steps in one statement: the inner one touches no document (architecture: a plain join costs 50 times as much).
    store, (first, second) = of.store, of.shown
    statement = (
        "SELECT s.id, s.first::varchar, s.second::varchar, d.doc, d.associations, d.quantified"  # noqa: S608
        f" FROM (SELECT p.id, p.{first} AS first, p.{second} AS second, p.{of.order} AS place"
        f" FROM {store.table} p WHERE {condition}"
        f" ORDER BY p.{of.order} {limit}) s JOIN {store.table}_doc d ON d.{store.owner} = s.id ORDER BY s.place"
    )
    return [Row(*row) for row in db.fetch(statement, params, encoded=True)]
