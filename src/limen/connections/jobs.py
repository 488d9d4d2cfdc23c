"""What the worker does by the clock."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from limen.connections import operations
from limen.kit import clock

log = logging.getLogger(__name__)


@app.periodic(cron="17 * * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="connections.purge_expired_tokens", queueing_lock="connections.purge_expired_tokens")  # type: ignore[untyped-decorator]
def purge_expired_tokens(timestamp: int) -> None:
    """Delete the tokens that have expired, once an hour. `timestamp` is when it was due; safe to run twice."""
    purged = operations.purge_expired_tokens(now=clock.now())
    if purged:
        log.info("expired tokens purged", extra={"tokens": purged})
