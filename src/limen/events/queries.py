"""Reading what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, StrIndex, Substr

from limen.events.models import AUDITED, Event, Tally, area, is_audited
from limen.kit import db


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


def later(subject: str, than: int, *, portion: int = 1000) -> Iterator[Event]:
    """Go through all events of one subject after an id, newest first, holding one portion. 1 query a portion."""
    found = Event.objects.filter(subject=subject, id__gt=than).order_by("-id")
    before: int | None = None
    while True:
        rows = list((found if before is None else found.filter(id__lt=before))[:portion])
        yield from rows
        if len(rows) < portion:
            return
        before = rows[-1].id


def connections_that_changed(path: str, *, kind: str, among: int) -> dict[int, int]:
    """Tell which connections changed a property lately: id → how often.

    `path` is that of the changes, or what it begins with before a point; `kind` the kind of the events. Looked at are
    the newest `among` events of all kinds. 1 query, which reads them one by one: 20,000 take some 50 ms.
    """
    newest = Event.objects.order_by("-id").values("id")[among : among + 1]
    whole, below = f'"path":"{path}"', f'"path":"{path}.'
    rows = (
        Event.objects.filter(kind=kind, connection_id__isnull=False)
        .exclude(id__lte=Coalesce(Subquery(newest), 0))
        .filter(Q(data__contains=whole) | Q(data__contains=below))
        .values_list("connection_id")
        .annotate(Count("id"))
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Settled:
    """`last` is the id up to which no transaction can add an event any more; `drawn` the last one ever given out."""

    drawn: int
    last: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Events, oldest first. `last` is the id to go on after; `drawn` as in Settled."""

    events: list[Event]
    last: int
    has_more: bool
    drawn: int


def settled() -> Settled:
    """Tell how far the feed of changes can be read. 1 query; on the primary alone, a replica knows no locks."""
    ((drawn, last),) = db.fetch("SELECT drawn, settled FROM event_settled()")
    return Settled(drawn, last)


def last_before(moment: datetime) -> int:
    """Give the id of the last event of before a moment, 0 when there is none. 1 query."""
    ((last,),) = db.fetch("SELECT event_last_before(%s::timestamptz)", [moment])
    return int(last)


# Each area by the index, as far as one page may need it; then the rows themselves. The areas are written out, so that
# the planner knows each: for one that is a column or a parameter it guesses, and may read the whole table.
_OF_AREA = """(
    SELECT id FROM event WHERE split_part(subject, ':', 1) = '{}' AND id > %s::int8 AND id <= %s::int8
    ORDER BY split_part(subject, ':', 1), id LIMIT %s::int4
)"""
_CHANGES = """
SELECT id, kind, subject, author, at, data FROM event
WHERE id = ANY (ARRAY(SELECT id FROM ({}) AS found ORDER BY id LIMIT %s::int4)) ORDER BY id
"""


def changes(areas: Sequence[str], *, after: int, limit: int) -> Changes:
    """Give the changes of some areas after an id, in an order that every reader sees the same. 2 queries.

    The areas are those of `rules.RESOURCES`, never a caller's text.
    Nothing is ever added before what has been read: an event that a running transaction has written is left for
    later, with all that came after that transaction had begun to write.
    """
    end = settled()
    of_each = " UNION ALL ".join(_OF_AREA.format(area) for area in areas)
    found = db.fetch(_CHANGES.format(of_each), [*[after, end.last, limit + 1] * len(areas), limit + 1])
    columns = ("id", "kind", "subject", "author", "at", "data")
    events = [Event(**dict(zip(columns, row, strict=True))) for row in found[:limit]]
    has_more = len(found) > limit
    # A transaction may announce itself late with an id that was passed long ago: a reader never goes back.
    return Changes(events, events[-1].id if has_more else max(after, end.last), has_more, end.drawn)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What of the audit log is asked for; empty means all.

    `author` is a part of the user's name or username. `area` is one of `models.AUDITED`, `kind` a whole kind.
    `subject` is a whole subject ("connection:erp"), or a part of the name in it ("erp"). `start` <= at < `end`.
    """

    author: str = ""
    area: str = ""
    kind: str = ""
    subject: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events, newest first. `next` is the id to go on after, `previous` the one to go back before."""

    events: list[Event]
    next: int | None
    previous: int | None


def audit(wanted: AuditFilter, *, after: int | None = None, before: int | None = None, limit: int = 50) -> AuditPage:
    """Give a page of what was done to connections, roles, users and user groups. 1 query.

    `after` is the id of the last event already shown, `before` that of the first one, to go back; not both.
    """
    found = _audited(wanted)
    if before is not None:
        rows = list(found.filter(id__gt=before).order_by("id")[: limit + 1])
        events = rows[:limit][::-1]
        return AuditPage(
            events,
            next=events[-1].id if events else None,
            previous=events[0].id if len(rows) > limit else None,
        )
    if after is not None:
        found = found.filter(id__lt=after)
    rows = list(found.order_by("-id")[: limit + 1])
    events = rows[:limit]
    return AuditPage(
        events,
        next=events[-1].id if len(rows) > limit else None,
        previous=events[0].id if events and after is not None else None,
    )


def audit_all(wanted: AuditFilter, *, portion: int = 1000) -> Iterator[Event]:
    """Go through all of the audit log that is asked for, newest first, holding one portion. 1 query a portion.

    What is recorded meanwhile is newer than where this began, and left out.
    """
    after: int | None = None
    while True:
        page = audit(wanted, after=after, limit=portion)
        yield from page.events
        if page.next is None:
            return
        after = page.next


def _audited(wanted: AuditFilter) -> QuerySet[Event]:
    found = Event.objects.filter(is_audited())
    if wanted.author:
        found = found.filter(Q(author__icontains=wanted.author) | Q(author_name__icontains=wanted.author))
    if wanted.area:
        found = found.alias(area=area()).filter(area=wanted.area)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.subject.startswith(tuple(f"{area}:" for area in AUDITED)):
        found = found.filter(subject=wanted.subject)
    elif wanted.subject:
        name = Substr(F("subject"), StrIndex(F("subject"), Value(":")) + 1, output_field=TextField())
        found = found.alias(name=name).filter(name__icontains=wanted.subject)
    if wanted.start:
        found = found.filter(at__gte=wanted.start)
    if wanted.end:
        found = found.filter(at__lt=wanted.end)
    return found


def hour_counts(
    kind: str | Sequence[str], connection_ids: Iterable[int], *, start: datetime, end: datetime
) -> list[HourCount]:
    """Give the tallies of some connections, `start` <= hour < `end`, oldest first; of several kinds apart. 1 query."""
    kinds = [kind] if isinstance(kind, str) else list(kind)
    rows = (
        Tally.objects.filter(kind__in=kinds, connection_id__in=list(connection_ids), hour__gte=start, hour__lt=end)
        .order_by("hour", "connection_id")
        .values_list("connection_id", "hour", "count")
    )
    return [HourCount(*row) for row in rows]
