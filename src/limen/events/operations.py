"""Recording. Called inside the transaction of the change; opens none itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection

from limen.events.models import KeptAnswer, Tally
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


# Answers that are given again

ANSWERS_KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer without a body; `body` is a digest of what was sent, `location` without the host."""

    body: bytes
    status: int
    location: str


def recall_answer(key: bytes, *, now: datetime) -> Kept | None:
    """Give the answer that is kept under a key, and hold the key until the transaction ends. 2 statements.

    Whoever comes with the same key meanwhile waits here.
    """
    with connection.cursor() as cursor:
        # Two keys that share these bits wait for each other without need.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)])
    # In a statement of its own: it sees what the one that was waited for has committed.
    found = KeptAnswer.objects.filter(key=key, at__gt=now - ANSWERS_KEPT).values_list("body", "status", "location")
    row = found.first()
    return Kept(bytes(row[0]), row[1], row[2]) if row is not None else None


def keep_answer(key: bytes, answer: Kept, *, now: datetime) -> None:
    """Keep an answer, in place of one that has run out. 1 statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kept_answer (key, body, status, location, at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (key) DO UPDATE SET body = excluded.body, status = excluded.status,"
            " location = excluded.location, at = excluded.at",
            [key, answer.body, answer.status, answer.location, now],
        )


def forget_answers(*, now: datetime) -> int:
    """Delete answers that are not given again any more, and tell how many there were. 1 statement."""
    deleted, _ = KeptAnswer.objects.filter(at__lte=now - ANSWERS_KEPT).delete()
    return deleted
