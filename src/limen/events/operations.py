"""Recording. Called inside the transaction of the change; opens none itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection

from limen.events.models import Tally
from limen.kit import db

COLUMNS = {
    "kind": "text",
    "subject": "text",
    "author": "text",
    "author_kind": "text",
    "author_name": "text",
    "connection_id": "int8",
    "at": "timestamptz",
    "data": "text",
}

COUNTED = frozenset({"product.created", "product.updated"})


class Author(Protocol):
    """What recording asks of the caller; the room accounts' record has it."""

    @property
    def username(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def author_connection_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Happening:
    """`subject` is the identity the history of a thing is read by (a product's uuid, "connection:erp");
    `data` JSON text."""

    kind: str
    subject: str
    data: str = "{}"


def record(happening: Happening, *, by: Author, now: datetime) -> None:
    record_many([happening], by=by, now=now)


def record_many(happenings: Sequence[Happening], *, by: Author, now: datetime) -> None:
    """Append events and count those that Data flows shows.

    Cost: 1 statement, and 1 more when the author belongs to a connection and something is counted.
    Call it last in the transaction: the tally row stays locked until commit, and every writer of
    the same connection waits for it.
    """
    if not happenings:
        return
    rows = [
        (one.kind, one.subject, by.username, by.kind, by.name, by.author_connection_id, now, one.data)
        for one in happenings
    ]
    db.insert_rows("event", COLUMNS, rows)
    if by.author_connection_id is not None:
        tally(Counter(one.kind for one in happenings if one.kind in COUNTED), by.author_connection_id, now=now)


def tally(counts: Mapping[str, int], connection_id: int, *, now: datetime) -> None:
    """Add to the counts of the current hour (`{"product.read": 10}`). Cost: 1 statement, none when empty."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    # Sorted, so that two writers lock the rows of one hour in the same order.
    rows = [(connection_id, kind, hour, count) for kind, count in sorted(counts.items()) if count]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO event_tally (connection_id, kind, hour, count) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (connection_id, kind, hour) DO UPDATE SET count = event_tally.count + excluded.count",
            rows,
        )


def forget_audited(*, before: datetime) -> int:
    """Delete the audit entries of before a moment and tell how many there were; product history stays. 1 statement.

    The database does it, in the one function that its guard lets through, and raises IntegrityError when the
    moment is not 30 days past.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_forget_audited(%s)", [before])
        return int(cursor.fetchone()[0])


def forget_tallies(*, before: datetime, kinds: Sequence[str] | None = None) -> int:
    """Delete the counts of hours before a moment, of some kinds or all; tell how many rows there were. 1 statement."""
    found = Tally.objects.filter(hour__lt=before)
    deleted, _ = (found if kinds is None else found.filter(kind__in=kinds)).delete()
    return deleted
