"""Runs: work that takes longer than a request, as people follow it. The queue itself is the library's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


class Run(models.Model):
    """One piece of work, asked for in the transaction of the change that makes it necessary.

    `subject` is what changed, as events name it ("family:chairs"); `task` the queue's name for who does it. `total` is
    null until it has been counted. `position` and `data` (JSON text) belong to the kind: where to go on after a kill.
    `touched_at` is the last sign of life; while it is fresh, nobody else takes the run up.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=255)
    task = models.CharField(max_length=100)
    state = models.CharField(max_length=10, default=WAITING)
    total = models.BigIntegerField(null=True)
    done = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    data = models.TextField(default="{}")
    error = models.TextField(default="")
    asked_by = models.CharField(max_length=255)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job_run"
        constraints = [
            # What waits will see all that has changed before it begins: asking twice is asking once.
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(state="waiting"), name="job_run_waiting_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "-id"], name="job_run_subject"),
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "running"]), name="job_run_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
