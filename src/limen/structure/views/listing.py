"""Lists of the structure's records: searched and paged in the snapshot, without a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from limen.kit.text import fold
from limen.structure.views.names import Labelled

ROWS = 50

R = TypeVar("R", bound=Labelled)


@dataclass(frozen=True, slots=True)
class Listed(Generic[R]):
    """One page of a list. `next` and `previous` are codes for `?after=` and `?before=`; `count` is of all pages."""

    rows: Sequence[R]
    count: int
    next: str | None
    previous: str | None


def matching(records: Sequence[R], search: str) -> list[R]:
    """Give the records in whose code or label, in whatever locale, every word of the search is found."""
    words = fold(search).split()
    if not words:
        return list(records)
    return [one for one in records if _has(one, words)]


def page_of(records: Sequence[R], *, after: str = "", before: str = "", limit: int = ROWS) -> Listed[R]:
    """Cut a page out of records: behind the code `after`, or in front of `before`; a code that is gone is the start."""
    places = {one.code: place for place, one in enumerate(records)}
    start = 0
    if after in places:
        start = places[after] + 1
    elif before in places:
        start = max(0, places[before] - limit)
    rows = records[start : start + limit]
    end = start + len(rows)
    return Listed(
        rows,
        len(records),
        next=rows[-1].code if rows and end < len(records) else None,
        previous=rows[0].code if rows and start else None,
    )


def _has(one: Labelled, words: Sequence[str]) -> bool:
    text = fold(" ".join((one.code, *map(str, one.labels.values()))))
    return all(word in text for word in words)
