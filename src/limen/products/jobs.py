"""What the worker does: by the clock, and when the structure has changed."""

from __future__ import annotations

from procrastinate.contrib.django import app

from limen.kit import clock
from limen.products import operations
from limen.structure.operations import TASK


@app.task(name=TASK)  # type: ignore[untyped-decorator]  # procrastinate brings no types here
def follow_structure(run: int) -> None:
    """Go on with a run that a change of the structure asked for. Safe to run twice."""
    operations.follow_structure(run=run, clock=clock.now)


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]  # as above
@app.task(name="products.look_for_late", queueing_lock="products.look_for_late")  # type: ignore[untyped-decorator]
def look_for_late(timestamp: int) -> None:
    """Ask for what should follow from the structure and was not asked for, once a minute. Safe to run twice."""
    operations.look_for_late(now=clock.now())


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]  # as above
@app.task(name="products.sum_filled", queueing_lock="products.sum_filled")  # type: ignore[untyped-decorator]
def sum_filled(timestamp: int) -> None:
    """Sum what writes have noted of values that came and went, once a minute. Safe to run twice."""
    operations.sum_filled()
