"""Lists and single products as stored rows. Ids are chosen first, by a narrow index; documents are fetched for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.conditions import TRUE, Where, both
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.products.rules.reading import UUID
from limen.products.rules.search import Asked
from limen.products.rules.world import Row

# So many products are asked one by one before it is decided how to go on: some ten milliseconds.
WALK = 10_000
# So many more are asked where the first of them promise that this fills the page.
LONG_WALK = 40_000
# More than there are.
ALL = 2**62


@dataclass(frozen=True, slots=True)
class _List:
    """`order` is the column a list is sorted by, `always` what all in it fulfil, `shown` the columns that name a row:
    uuid and identifier; a model has its code for both."""

    store: Store
    order: str
    always: Where = TRUE
    shown: tuple[str, str] = ("uuid", "identifier")


_LISTS: dict[Asked, _List] = {
    # Products without identifier are not in the list by identifier.
    "identifier": _List(PRODUCTS, "identifier_key", Where("p.identifier_key IS NOT NULL")),
    "uuid": _List(PRODUCTS, "uuid"),
    "model": _List(MODELS, "code_key", shown=("code", "code")),
}


def page(where: Where, *, flavour: Asked, offset: int, limit: int) -> list[Row]:
    """Give one page by its offset, in the order of the list. 1 to 5 queries; its cost grows with the offset."""
    of = _LISTS[flavour]
    if where != TRUE:
        return _page(of, where, TRUE, int(offset), int(limit))
    # Of the whole list the products before the page are skipped in the index alone: half the time at offset 3,000.
    start = f"SELECT {of.order} FROM {of.store.table} p WHERE {of.always.sql} ORDER BY {of.order} LIMIT 1 OFFSET %s"  # noqa: S608
    return _rows(of, both([of.always, Where(f"p.{of.order} >= ({start})", (offset,))]), f"LIMIT {int(limit)}")


def page_after(where: Where, *, flavour: Asked, after: str | None, limit: int) -> list[Row]:
    """Give the page after a cursor, what the last row is named by, as cheap at any depth. 1 to 5 queries.

    A cursor of no row stands where it would sort.
    """
    of = _LISTS[flavour]
    beyond = _beyond(of, after) if after is not None else TRUE
    return _page(of, where, beyond, 0, int(limit))


def _page(of: _List, where: Where, beyond: Where, offset: int, limit: int) -> list[Row]:
    """Walk the list in its order as long as that may fill the page soon, else read from end to end what it takes.

    How many products fit, the planner cannot know from the values of one key; a walk over all of them takes seconds.
    """
    extent = f"LIMIT {limit} OFFSET {offset}"
    # The cursor changes nothing about the way, so a list without criteria is planned once.
    by_values = where.by_values
    if not where.probes:
        return _rows(of, both([of.always, where, beyond]), extent, by_values=by_values)
    listed = both([of.always, beyond])
    if where.narrow is not None:
        # They are put in order first: the rest is asked of those at the front, until the page is full.
        return _rows(of, where, extent, by_values=True, walked=(both([listed, where.narrow]), ALL))
    rows = _rows(of, where, extent, by_values=by_values, walked=(listed, WALK))
    behind = _behind_walk(of, listed, WALK) if len(rows) < limit else None
    if behind is not None and (reach := _way_to_go(len(rows), offset, limit)) is not None:
        # Something was found, so what the offset skips lies before.
        onward = both([listed, Where(f"p.{of.order} >= %s", (behind,))])
        rows += _rows(of, where, f"LIMIT {limit - len(rows)}", by_values=by_values, walked=(onward, reach))
        behind = _behind_walk(of, onward, reach) if len(rows) < limit else None
    if behind is None:
        return rows
    return _rows(of, both([listed, where]).joined, extent, by_values=True, of_all=True)


def _way_to_go(found: int, offset: int, limit: int) -> int | None:
    """Tell how many more to ask, by what the first walk has found; None where it is hopeless or too far."""
    if not found:
        return None
    # Twice what it takes on average: a walk ends with the page, and one that falls short was for nothing.
    reach = 2 * WALK * (limit - found) // (offset + found) + WALK // 10
    return reach if reach <= LONG_WALK else None


def _behind_walk(of: _List, listed: Where, reach: int) -> object:
    """Give the first place in the order behind a walk of so many; None when there are no more."""
    statement = (
        f"SELECT p.{of.order} FROM {of.store.table} p WHERE {listed.sql}"  # noqa: S608  # own parts
        f" ORDER BY p.{of.order} LIMIT 1 OFFSET {reach}"
    )
    found = db.fetch(statement, listed.params)
    return found[0][0] if found else None


def _beyond(of: _List, after: str) -> Where:
    if of.order != "uuid":
        return Where(f"p.{of.order} > %s", (fold(after).replace("\0", ""),))
    if UUID.fullmatch(after.lower()):
        return Where("p.uuid > %s::uuid", (after,))
    return Where("p.uuid::text > %s", (after.lower().replace("\0", ""),))


def count(where: Where, *, flavour: Asked) -> int:
    """Count all rows of a list, exactly: up to 1.4 s for a million. 1 query."""
    of = _LISTS[flavour]
    whole = both([of.always, where]).joined
    statement = f"SELECT count(*) FROM {of.store.table} p WHERE {whole.sql}"  # noqa: S608  # own parts
    return int(db.fetch(statement, whole.params, by_values=bool(whole.params))[0][0])


def product(*, flavour: Asked, key: str) -> Row | None:
    """Find one product by uuid or identifier, or one model by its code, whatever the case. 1 query."""
    of = _LISTS[flavour]
    if flavour == "uuid":
        found = _rows(of, Where("p.uuid = %s::uuid", (key,)), "") if UUID.fullmatch(key.lower()) else []
    else:
        found = _rows(of, Where(f"p.{of.order} = %s", (fold(key),)), "") if "\0" not in key else []
    return found[0] if found else None


def identifiers_of(uuids: Collection[str]) -> dict[str, str | None]:
    """Give the identifiers of products by uuid; products that do not exist are absent. 1 query, none for nothing."""
    if not uuids:
        return {}
    rows = db.fetch("SELECT uuid::text, identifier FROM product WHERE uuid = ANY(%s::uuid[])", [list(uuids)])
    return dict(rows)


def _rows(
    of: _List,
    where: Where,
    extent: str,
    *,
    by_values: bool = False,
    walked: tuple[Where, int] | None = None,
    of_all: bool = False,
) -> list[Row]:
    """Read rows with their documents. `walked` is the list that is walked in its order, and how far at most.

    `of_all` finds all that fit before the first is taken: a planner that sees the limit hopes to meet enough of them
    on a walk in order.
    """
    # Two steps in one statement: the inner one touches no document (architecture: a plain join costs 50 times as much).
    store, (first, second) = of.store, of.shown
    source, params = f"{store.table} p", where.params
    if walked is not None:
        listed, reach = walked
        # One statement for the walk and its end: asking where it ends took as long as filling the page.
        source = f"(SELECT * FROM {source} WHERE {listed.sql} ORDER BY p.{of.order} LIMIT {reach}) p"  # noqa: S608  # own parts
        params = (*listed.params, *params)
    chosen = (
        f"SELECT p.id, p.{first} AS first, p.{second} AS second, p.{of.order} AS place"  # noqa: S608  # own parts
        f" FROM {source} WHERE {where.sql}"
    )
    if of_all:
        chosen = f"WITH found AS MATERIALIZED ({chosen}) SELECT * FROM found"  # noqa: S608  # own parts
    statement = (
        "SELECT s.id, s.first::varchar, s.second::varchar, d.doc, d.associations, d.quantified"  # noqa: S608
        f" FROM ({chosen} ORDER BY place {extent}) s"
        f" JOIN {store.table}_doc d ON d.{store.owner} = s.id ORDER BY s.place"
    )
    return [Row(*row) for row in db.fetch(statement, params, encoded=True, by_values=by_values)]
