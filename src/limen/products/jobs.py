"""What the worker does by the clock."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from limen.products import operations

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]  # procrastinate brings no types here
@app.task(name="products.refresh_completeness", queueing_lock="products.refresh_completeness")  # type: ignore[untyped-decorator]
def refresh_completeness(timestamp: int) -> None:
    """Follow changes of families, channels and attributes, once a minute. `timestamp` is when it was due."""
    refreshed = operations.refresh_completeness()
    if refreshed:
        log.info("completeness refreshed", extra={"products": refreshed})
