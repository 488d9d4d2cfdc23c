"""Switching currencies on and off."""

from __future__ import annotations

from datetime import datetime

from limen.events import operations as events
from limen.kit.errors import NotFound, Unprocessable
from limen.structure import models
from limen.structure.operations.changes import new_version, one_change, updated
from limen.structure.operations.resources import Outcome
from limen.structure.queries import snapshot_for_change
from limen.structure.rules.currencies import why_it_stays_enabled


def switch_currency(code: str, *, enabled: bool, by: events.Author, now: datetime) -> Outcome:
    """Enable a currency, or disable one that no channel has. Raises NotFound, Unprocessable.

    Cost: 4 queries (lock, number of the change, row, event), 1 when it is so already.
    """
    with one_change():
        structure = snapshot_for_change()
        currency = structure.currency_section.find(code)
        if currency is None:
            raise NotFound(f'The currency "{code}" does not exist.')
        if currency.enabled == enabled:
            return Outcome(currency.code, created=False, changed=False)
        reason = None if enabled else why_it_stays_enabled(currency, structure)
        if reason is not None:
            raise Unprocessable(reason)
        models.Currency.objects.filter(code=currency.code).update(enabled=enabled, revision=new_version())
        happening = updated("currency", currency.code, {"enabled": (currency.enabled, enabled)})
        events.record(happening, by=by, now=now)
    return Outcome(currency.code, created=False, changed=True)
