"""Where a category stands among its siblings.

Siblings are ordered by `position`, a number with room before and behind it: one that moves between two others
needs no change of theirs, until the room there is used up.
"""

from __future__ import annotations

from collections.abc import Sequence

from limen.structure.rules.records import Category

GAP = 1024


def siblings_of(code: str, children: Sequence[Category]) -> list[Category]:
    """Give the children of a parent without the one that moves."""
    return [one for one in children if one.code != code]


def rank_beside(siblings: Sequence[Category], *, before: str | None = None, after: str | None = None) -> int | None:
    """Give the rank, from 1, in front of or behind a sibling; None when it is none."""
    wanted = before or after
    for rank, one in enumerate(siblings, 1):
        if one.code == wanted:
            return rank if before else rank + 1
    return None


def position_at(rank: int, siblings: Sequence[Category]) -> int | None:
    """Give the position that puts a category at a rank among its siblings; None when there is no room between two."""
    if not siblings:
        return 1
    if rank <= 1:
        return siblings[0].position - GAP
    if rank > len(siblings):
        return siblings[-1].position + 1
    low, high = siblings[rank - 2].position, siblings[rank - 1].position
    return (low + high) // 2 if high - low > 1 else None
