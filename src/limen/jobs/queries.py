"""The health of the queue, whose tables are the library's, and the runs that people follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from limen.jobs.models import DONE, FAILED, RUNNING, WAITING, Run

# A worker reports every 10 s; three missed reports mean that it is gone.
SILENCE = timedelta(seconds=30)

STATES = (WAITING, RUNNING, DONE, FAILED)
# Rows of a page of their list, and at most on a page about something else.
PAGE, MOST_SHOWN = 50, 5


@dataclass(frozen=True, slots=True)
class Health:
    workers: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A run as people see it; see `models.Run`."""

    id: int
    kind: str
    subject: str
    state: str
    total: int | None
    done: int
    error: str
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """How far it is. What has nothing to do is done at once; counting is nought."""
        if self.state == DONE or self.total == 0:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def is_under_way(self) -> bool:
        return self.state in (WAITING, RUNNING)

    @property
    def has_failed(self) -> bool:
        return self.state == FAILED


def health(*, now: datetime) -> Health:
    """Count living workers, waiting jobs, and jobs that failed within a day. 3 queries."""
    return Health(
        workers=ProcrastinateWorker.objects.filter(last_heartbeat__gte=now - SILENCE).count(),
        waiting=ProcrastinateJob.objects.filter(status="todo").count(),
        failed=ProcrastinateEvent.objects.filter(type="failed", at__gte=now - timedelta(days=1)).count(),
    )


def unfinished(*subjects: str) -> list[Progress]:
    """Give the runs about some things that are under way, or have failed and were not followed by another. 1 query.

    A subject that ends with a colon stands for all that begin with it: "attribute_option:colour:".
    """
    wanted = Q()
    for one in subjects:
        wanted |= Q(subject__startswith=one) if one.endswith(":") else Q(subject=one)
    open_ones = Q(state__in=[WAITING, RUNNING])
    # With an equal run after it, a failure is of no interest any more.
    later = Run.objects.filter(kind=OuterRef("kind"), subject=OuterRef("subject"), id__gt=OuterRef("id"))
    failed = Q(state=FAILED) & ~Exists(later)
    found = Run.objects.filter(wanted, open_ones | failed).order_by("-id")[:MOST_SHOWN]
    return [Progress(*row) for row in found.values_list(*_FIELDS)]


def is_busy(kind: str, *, failed_after: datetime) -> bool:
    """Tell whether any run of a kind is not finished, or has failed since a moment. 1 query."""
    unfinished = Q(state__in=[WAITING, RUNNING]) | Q(state=FAILED, finished_at__gt=failed_after)
    return Run.objects.filter(unfinished, kind=kind).exists()


def runs(*, states: Collection[str] = (), search: str = "", before: int | None = None) -> list[Progress]:
    """Give a page of runs, newest first, and one more when there are older ones. 1 query.

    `search` is part of what changed; `before` the id of the last one already seen.
    """
    wanted = Q()
    if states:
        wanted &= Q(state__in=states)
    if search:
        wanted &= Q(subject__icontains=search)
    if before is not None:
        wanted &= Q(id__lt=before)
    return [Progress(*row) for row in Run.objects.filter(wanted).order_by("-id").values_list(*_FIELDS)[: PAGE + 1]]


_FIELDS = (
    "id",
    "kind",
    "subject",
    "state",
    "total",
    "done",
    "error",
    "asked_by",
    "asked_at",
    "started_at",
    "finished_at",
)
