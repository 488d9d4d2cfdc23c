"""What the worker does by the clock."""

from __future__ import annotations

import logging
from datetime import timedelta

from procrastinate.contrib.django import app

from limen.connections import operations
from limen.events import operations as events
from limen.kit import clock

# Data flows shows a week; a year and a month lets a later chart look back.
TALLIES_KEPT = timedelta(days=400)

log = logging.getLogger(__name__)


@app.periodic(cron="17 * * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="connections.purge_expired_tokens", queueing_lock="connections.purge_expired_tokens")  # type: ignore[untyped-decorator]
def purge_expired_tokens(timestamp: int) -> None:
    """Delete the tokens, old secrets and pauses that have ended, once an hour.

    `timestamp` is when it was due; safe to run twice.
    """
    purged = operations.purge_expired_tokens(now=clock.now())
    operations.purge_limits(now=clock.now())
    if purged:
        log.info("expired tokens purged", extra={"tokens": purged})


@app.task(name="connections.check")  # type: ignore[untyped-decorator]  # as above
def check(check: int) -> None:
    """Test a connection that somebody asked to have tested. Safe to run twice: what is finished stays."""
    operations.run_check(check=check, clock=clock.now)


@app.periodic(cron="23 5 * * *")  # type: ignore[untyped-decorator]  # as above
@app.task(name="connections.remind_of_ends", queueing_lock="connections.remind_of_ends")  # type: ignore[untyped-decorator]
def remind_of_ends(timestamp: int) -> None:
    """Record which connections end soon, once a day. Safe to run twice: each step is recorded once."""
    reminded = operations.remind_of_ends(now=clock.now())
    if reminded:
        log.info("connections end soon", extra={"connections": reminded})


@app.periodic(cron="41 3 * * *")  # type: ignore[untyped-decorator]  # as above
@app.task(name="connections.forget_old_tallies", queueing_lock="connections.forget_old_tallies")  # type: ignore[untyped-decorator]
def forget_old_tallies(timestamp: int) -> None:
    """Delete counts older than TALLIES_KEPT, once a night. Safe to run twice."""
    forgotten = events.forget_tallies(before=clock.now() - TALLIES_KEPT)
    if forgotten:
        log.info("old tallies forgotten", extra={"tallies": forgotten})


@app.periodic(cron="29 * * * *")  # type: ignore[untyped-decorator]  # as above
@app.task(name="connections.purge_errors", queueing_lock="connections.purge_errors")  # type: ignore[untyped-decorator]
def purge_errors(timestamp: int) -> None:
    """Forget errors that are not shown any more, once an hour. Safe to run twice."""
    forgotten = operations.purge_errors(now=clock.now())
    if forgotten:
        log.info("old errors forgotten", extra={"errors": forgotten})
