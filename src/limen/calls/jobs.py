"""What the worker does by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from limen.calls import operations
from limen.kit import clock


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="calls.purge_calls", queueing_lock="calls.purge_calls")  # type: ignore[untyped-decorator]
def purge_calls(timestamp: int) -> None:
    """Turn the rings of calls, once a minute. `timestamp` is when it was due; safe to run twice."""
    operations.purge_calls(now=clock.now())
