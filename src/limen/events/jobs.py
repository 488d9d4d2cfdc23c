"""What the worker does by the clock."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from limen.events import operations
from limen.kit import clock

log = logging.getLogger(__name__)


@app.periodic(cron="7 4 * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="events.forget_answers", queueing_lock="events.forget_answers")  # type: ignore[untyped-decorator]
def forget_answers(timestamp: int) -> None:
    """Delete answers that are not given again any more, once a night. Safe to run twice."""
    forgotten = operations.forget_answers(now=clock.now())
    if forgotten:
        log.info("old answers forgotten", extra={"answers": forgotten})
