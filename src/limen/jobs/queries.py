"""The health of the queue. Its tables are the library's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

# A worker reports every 10 s; three missed reports mean that it is gone.
SILENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Health:
    workers: int
    waiting: int
    failed: int


def health(*, now: datetime) -> Health:
    """Count living workers, waiting jobs, and jobs that failed within a day. 3 queries."""
    return Health(
        workers=ProcrastinateWorker.objects.filter(last_heartbeat__gte=now - SILENCE).count(),
        waiting=ProcrastinateJob.objects.filter(status="todo").count(),
        failed=ProcrastinateEvent.objects.filter(type="failed", at__gte=now - timedelta(days=1)).count(),
    )
