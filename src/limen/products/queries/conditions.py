"""Conditions on `p`, a product or a model, as pieces of SQL that are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from limen.kit import db
from limen.products.queries.stores import Store

# No key has this number: what has none is nowhere.
NOWHERE = -1
# So many products are put into a condition by their ids.
FEW = 5_000


# At the end of a question about one product: it keeps the planner from answering it for all of them beforehand.
_PROBE = " OFFSET 0"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on `p`; `params` in the order of its holes. `few`: it names those that fulfil it, and they are few.
    `settled`: the best way to answer it does not depend on its values, so it need not be planned for each of them.

    Where it has to look into narrow tables it asks product by product, which is right as long as a page is soon full;
    `joined` leaves the planner free to read those tables from end to end instead.
    """

    sql: str
    params: tuple[Any, ...] = ()
    few: bool = False
    settled: bool = False

    @property
    def by_values(self) -> bool:
        """Whether it is to be planned for the values it has."""
        return bool(self.params) and not self.settled

    @property
    def probes(self) -> bool:
        return _PROBE in self.sql

    @property
    def joined(self) -> Where:
        return replace(self, sql=self.sql.replace(_PROBE, ""))


TRUE = Where("true")
FALSE = Where("false", few=True)


def both(conditions: Iterable[Where]) -> Where:
    found = [one for one in conditions if one is not TRUE]
    return _joined(found, " AND ", TRUE, few=any(one.few for one in found))


def either(conditions: Iterable[Where]) -> Where:
    found = list(conditions)
    return _joined(found, " OR ", FALSE, few=all(one.few for one in found))


def _joined(found: list[Where], word: str, none: Where, *, few: bool) -> Where:
    if len(found) < 2:
        return found[0] if found else none
    params = tuple(param for one in found for param in one.params)
    settled = not any(one.by_values for one in found)
    return Where("(" + word.join(one.sql for one in found) + ")", params, few, settled)


def negated(condition: Where) -> Where:
    return Where(f"NOT ({condition.sql})", condition.params)


def exists(source: str, *params: Any) -> Where:
    """There is a row in a source, which says what it has to do with `p`."""
    return Where(f"EXISTS (SELECT 1 FROM {source}{_PROBE})", params)  # noqa: S608  # own parts


def among(store: Store, table: str, *branches: Where) -> Where:
    """Whoever has a row in a narrow table, `x` in the branches, that fits one of them.

    Branches are read one after the other, each along its own range of the index.
    """
    ids, probes = [], []
    for one in branches:
        source = f"{table} x WHERE {one.sql}"
        ids.append(Where(f"SELECT x.{store.owner} FROM {source}", one.params))  # noqa: S608  # own parts
        probes.append(exists(f"{source} AND x.{store.owner} = p.id", *one.params))
    found = few(*ids)
    return either(probes) if found is None else named("id", "bigint", found)


def named(column: str, type: str, found: Iterable[Any]) -> Where:
    """Those that a column of `p` names; they are few."""
    return Where(f"p.{column} = ANY(%s::{type}[])", (sorted(set(found)),), few=True)


def few(*statements: Where) -> list[Any] | None:
    """Give what statements find in their one column when that is little, None when it is much.

    With a limit the planner likes to walk the list in its order and to ask every product, which takes seconds
    when hardly one fits: it cannot know how few have one value of one key. Many are found soon by walking.
    Cost: 1 query of some milliseconds, or of the whole range that the statements have to look through.
    """
    sql = " UNION ALL ".join(f"({one.sql} LIMIT {FEW + 1})" for one in statements)
    rows = db.fetch(sql, [param for one in statements for param in one.params], by_values=True)
    return [one for (one,) in rows] if len(rows) <= FEW else None
