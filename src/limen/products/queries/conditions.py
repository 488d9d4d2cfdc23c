"""Conditions on `p`, a product or a model, as pieces of SQL that are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from limen.kit import db
from limen.products.queries.stores import Store

# No key has this number: what has none is nowhere.
NOWHERE = -1
# So many products are put into a condition by their ids.
FEW = 5_000


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on `p`; `params` in the order of its holes."""

    sql: str
    params: tuple[Any, ...] = ()


TRUE = Where("true")
FALSE = Where("false")


def both(conditions: Iterable[Where]) -> Where:
    return _joined(conditions, " AND ", TRUE)


def either(conditions: Iterable[Where]) -> Where:
    return _joined(conditions, " OR ", FALSE)


def _joined(conditions: Iterable[Where], word: str, none: Where) -> Where:
    found = list(conditions)
    if not found:
        return none
    params = tuple(param for one in found for param in one.params)
    return Where("(" + word.join(one.sql for one in found) + ")", params)


def negated(condition: Where) -> Where:
    return Where(f"NOT {condition.sql}", condition.params)


def among(store: Store, table: str, *branches: Where) -> Where:
    """Whoever has a row in a narrow table, `x` in the branches, that fits one of them.

    Branches are read one after the other, each along its own range of the index.
    """
    ids, probes = [], []
    for one in branches:
        source = f"{table} x WHERE {one.sql}"
        ids.append(Where(f"SELECT x.{store.owner} FROM {source}", one.params))  # noqa: S608  # own parts
        # OFFSET 0 keeps the planner from joining: it would read all rows of the key before the first page.
        probe = f"EXISTS (SELECT 1 FROM {source} AND x.{store.owner} = p.id OFFSET 0)"  # noqa: S608  # own parts
        probes.append(Where(probe, one.params))
    found = few(*ids)
    return either(probes) if found is None else Where("p.id = ANY(%s::bigint[])", (sorted(set(found)),))


def few(*statements: Where) -> list[Any] | None:
    """Give what statements find in their one column when that is little, None when it is much.

    With a limit the planner likes to walk the list in its order and to ask every product, which takes seconds
    when hardly one fits: it cannot know how few have one value of one key. Many are found soon by walking.
    Cost: 1 query of some milliseconds, or of the whole range that the statements have to look through.
    """
    sql = " UNION ALL ".join(f"({one.sql} LIMIT {FEW + 1})" for one in statements)
    rows = db.fetch(sql, [param for one in statements for param in one.params])
    return [one for (one,) in rows] if len(rows) <= FEW else None
