"""Currencies: which of all there are, may be used here."""

from __future__ import annotations

from limen.structure.rules.records import Currency, Structure


def why_it_stays_enabled(currency: Currency, structure: Structure) -> str | None:
    """The sentence that refuses to disable a currency, None when it can be disabled."""
    channels = sorted(one.code for one in structure.channels.values() if currency.code in one.currencies)
    if not channels:
        return None
    return f"The currency {currency.code} stays enabled while a channel has it: {', '.join(channels)}."
