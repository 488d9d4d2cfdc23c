"""What the worker does by the clock for the runs of all rooms."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from limen.jobs import operations
from limen.kit import clock

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="jobs.wake", queueing_lock="jobs.wake")  # type: ignore[untyped-decorator]
def wake(timestamp: int) -> None:
    """Go on with runs whose worker was killed, once a minute. `timestamp` is when it was due; safe to run twice."""
    woken = operations.wake(now=clock.now())
    if woken:
        log.info("runs taken up again", extra={"runs": woken})


@app.periodic(cron="51 3 * * *")  # type: ignore[untyped-decorator]  # as above
@app.task(name="jobs.forget", queueing_lock="jobs.forget")  # type: ignore[untyped-decorator]
def forget(timestamp: int) -> None:
    """Delete runs that ended long ago, once a night. Safe to run twice."""
    operations.forget(before=clock.now() - operations.KEPT)
