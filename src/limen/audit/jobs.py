"""What the worker does by the clock."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from limen.events import operations as events
from limen.kit import clock

log = logging.getLogger(__name__)


@app.periodic(cron="23 3 * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="audit.forget_old_entries", queueing_lock="audit.forget_old_entries")  # type: ignore[untyped-decorator]
def forget_old_entries(timestamp: int) -> None:
    """Delete audit entries older than LIMEN_AUDIT_DAYS, once a night. `timestamp` is when it was due; safe to run
    twice."""
    if not settings.LIMEN_AUDIT_DAYS:
        return
    forgotten = events.forget_audited(before=clock.now() - timedelta(days=settings.LIMEN_AUDIT_DAYS))
    if forgotten:
        log.info("old audit entries forgotten", extra={"entries": forgotten})
