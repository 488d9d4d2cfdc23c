"""Reading what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from limen.events.models import Event, Tally


@dataclass(frozen=True, slots=True)
class HourCount:
    connection_id: int
    hour: datetime
    count: int


def history(subject: str, *, before: int | None = None, limit: int = 25) -> Sequence[Event]:
    """Give the newest events of one subject; `before` is the id of the last one already shown. 1 query."""
    found = Event.objects.filter(subject=subject)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def hour_counts(kind: str, connection_ids: Iterable[int], *, start: datetime, end: datetime) -> list[HourCount]:
    """Give the tallies of one kind for some connections, `start` <= hour < `end`, oldest first. 1 query."""
    rows = (
        Tally.objects.filter(kind=kind, connection_id__in=list(connection_ids), hour__gte=start, hour__lt=end)
        .order_by("hour", "connection_id")
        .values_list("connection_id", "hour", "count")
    )
    return [HourCount(*row) for row in rows]
