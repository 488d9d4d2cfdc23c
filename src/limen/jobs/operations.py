"""Asking for runs, and leading them. Who does the work is another room's business: it is named by its task."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection, transaction
from django.db.models import Q
from procrastinate import exceptions
from procrastinate.contrib.django import app

from limen.jobs.models import DONE, FAILED, RUNNING, WAITING, Run

# A run without a sign of life for so long was killed with its worker.
SILENCE = timedelta(seconds=60)
KEPT = timedelta(days=90)


class Author(Protocol):
    """What asking wants to know of the caller."""

    @property
    def name(self) -> str: ...


class Running(Protocol):
    """A run that is taken up, for who does the work: see `models.Run`."""

    id: int
    kind: str
    subject: str
    task: str
    total: int | None
    done: int
    position: int
    data: str


def ask(kind: str, subjects: Iterable[str], *, task: str, by: Author, now: datetime) -> None:
    """Ask for a run of each subject, in the transaction of the change. Cost: 1 query, 1 more for each that is new.

    A run that waits already is not asked for twice. The run that waits must not begin while the change is under way:
    whoever takes it up holds a lock first that the change holds alone (see `take_up`).
    """
    rows = [(kind, subject[:255], task, by.name, now) for subject in subjects]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO job_run (kind, subject, task, state, done, position, data, error, asked_by, asked_at)"
            " SELECT kind, subject, task, 'waiting', 0, 0, '{}', '', asked_by, %s::timestamptz"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS asked (kind, subject, task, asked_by)"
            " ON CONFLICT (kind, subject) WHERE state = 'waiting' DO NOTHING RETURNING id",
            [now, *([row[place] for row in rows] for place in range(4))],
        )
        ids = [id for (id,) in cursor.fetchall()]
    for id in ids:
        _defer(id, task)


def take_up(id: int, *, now: datetime) -> Running | None:
    """Begin a run, or go on with it; None when somebody else is at it or it is finished. 2 queries.

    Call it in a transaction that keeps the changes out which ask for such runs, or one that is just being committed
    would find its run waiting, and the run would not find the change.
    """
    free = Q(touched_at=None) | Q(touched_at__lt=now - SILENCE)
    if not Run.objects.filter(free, id=id, state__in=[WAITING, RUNNING]).update(state=RUNNING, touched_at=now):
        return None
    run = Run.objects.get(id=id)
    if run.started_at is None:
        run.started_at = now
        run.save(update_fields=["started_at"])
    return run


def note(run: Running, *, now: datetime) -> None:
    """Keep how far a run is, in the transaction of the portion that came so far. 1 query."""
    _save(run, touched_at=now)


def rest(run: Running) -> None:
    """Let other jobs of the queue have their turn, and go on after them. 2 queries."""
    with transaction.atomic():
        Run.objects.filter(id=run.id, state=RUNNING).update(touched_at=None)
        _enqueue(run.id, run.task)


def finish(run: Running, *, now: datetime) -> None:
    _save(run, state=DONE, finished_at=now, touched_at=now)


def fail(run: Running, error: str, *, now: datetime) -> None:
    """End a run that cannot go on, with a sentence for people. It stays where it is until it is asked for again."""
    Run.objects.filter(id=run.id).update(state=FAILED, error=error, finished_at=now, touched_at=now)


def try_again(id: int) -> bool:
    """Let a failed run go on where it stopped; False when it is none. 3 queries."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(id=id, state=FAILED).first()
        if run is None:
            return False
        run.state, run.error, run.finished_at, run.touched_at = RUNNING, "", None, None
        run.save(update_fields=["state", "error", "finished_at", "touched_at"])
        _enqueue(run.id, run.task)
    return True


def wake(*, now: datetime) -> int:
    """Enqueue again the runs whose worker was killed; give their number. 1 query, and 2 for each.

    One that only waits for its turn is enqueued already; the queue's lock tells.
    """
    found = Run.objects.filter(state__in=[WAITING, RUNNING]).exclude(touched_at__gte=now - SILENCE)
    return sum(_enqueue(id, task) for id, task in found.order_by("id").values_list("id", "task"))


def forget(*, before: datetime) -> int:
    """Delete what ended before a moment. 1 query."""
    deleted, _ = Run.objects.filter(finished_at__lt=before).delete()
    return deleted


def _save(run: Running, **fields: object) -> None:
    Run.objects.filter(id=run.id).update(total=run.total, done=run.done, position=run.position, data=run.data, **fields)


def _enqueue(id: int, task: str) -> bool:
    try:
        with transaction.atomic():
            _defer(id, task)
    except exceptions.AlreadyEnqueued:
        return False
    return True


def _defer(id: int, task: str) -> None:
    app.configure_task(task, queueing_lock=f"run:{id}").defer(run=id)
