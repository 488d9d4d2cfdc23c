"""What the console reads. Bodies are read for one call only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote_plus
from zlib import crc32

from django.db.models import Count, Q, Sum

from limen.calls import rules
from limen.calls.models import ApiCall, MissedCalls
from limen.calls.rules import Filters, Recorded
from limen.kit.errors import NotFound

PAGE = 50

# How far back failed calls are counted: what is wrong now, and what was wrong lately.
DAY, WEEK = timedelta(days=1), timedelta(days=7)

# Long enough to hold against "why is it not here?", short enough not to speak of an old trouble.
MISSED_SHOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ListedCall:
    id: int
    at: datetime
    method: str
    path: str
    query: str
    status: int
    milliseconds: float
    request_size: int
    answer_size: int
    lines: int | None
    refused: int | None
    user_agent: str
    address: str

    @property
    def shown_query(self) -> str:
        return unquote_plus(self.query)


@dataclass(frozen=True, slots=True)
class CallsPage:
    """`next` is the id after which the older ones go on, None where there are none."""

    calls: list[ListedCall]
    next: int | None

    @property
    def state(self) -> str:
        """What tells two pages apart that are not the same; a call may come late between two others."""
        return f"{crc32(repr([call.id for call in self.calls]).encode()):x}"


def calls_page(*, connection_id: int, filters: Filters, after: int | None = None, limit: int = PAGE) -> CallsPage:
    """Give the newest calls of a connection, or those older than the call `after`. 1 query."""
    found = ApiCall.objects.filter(_condition(filters), connection_id=connection_id)
    if after is not None:
        found = found.filter(id__lt=after)
    names = list(ListedCall.__slots__)
    rows = [ListedCall(*row) for row in found.order_by("-id").values_list(*names)[: limit + 1]]
    return CallsPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def any_calls(*, connection_id: int) -> bool:
    """Tell whether anything is kept of a connection. 1 query."""
    return ApiCall.objects.filter(connection_id=connection_id).exists()


def call(*, connection_id: int, id: int) -> Recorded:
    """Give one call with its bodies; NotFound when it is another connection's, or no longer kept. 1 query."""
    names = list(Recorded.__slots__)
    row = ApiCall.objects.filter(connection_id=connection_id, id=id).values(*names).first()
    if row is None:
        raise NotFound("This call is no longer kept. Only the last calls of a connection are.")
    for name in ("request", "answer"):
        row[name] = None if row[name] is None else bytes(row[name])
    row["request_lines"] = None if row["request_lines"] is None else tuple(row["request_lines"])
    return Recorded(**row)


@dataclass(frozen=True, slots=True)
class Failures:
    """How many of a connection's calls, of those that are kept, were answered with 400 or more."""

    last_day: int
    last_week: int


def failures(*, now: datetime) -> dict[int, Failures]:
    """Count the failed calls of each connection, by its id; those without any are left out. 1 query."""
    found = ApiCall.objects.filter(status__gte=400, at__gte=now - WEEK).values("connection_id")
    counted = found.annotate(day=Count("id", filter=Q(at__gte=now - DAY)), week=Count("id"))
    return {row["connection_id"]: Failures(row["day"], row["week"]) for row in counted.order_by()}


def missed(*, connection_id: int, now: datetime) -> int:
    """Count the calls of the last day that were not recorded. 1 query."""
    found = MissedCalls.objects.filter(connection_id=connection_id, at__gte=now - MISSED_SHOWN)
    return int(found.aggregate(all=Sum("count"))["all"] or 0)


def _condition(filters: Filters) -> Q:
    wanted = Q()
    if filters.status:
        first, beyond = rules.STATUS_CLASSES[filters.status]
        wanted &= Q(status__gte=first, status__lt=beyond)
    if filters.method:
        wanted &= Q(method=filters.method)
    if filters.path:
        wanted &= Q(path__icontains=filters.path) | Q(query__icontains=filters.path)
    if filters.slow is not None:
        wanted &= Q(milliseconds__gte=filters.slow)
    if filters.errors:
        wanted &= Q(status__gte=400) | Q(refused__gt=0)
    if filters.refused:
        wanted &= Q(refused__gt=0)
    return wanted
