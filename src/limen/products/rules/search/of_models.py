"""Criteria about properties of product models (api-products 6.6)."""

from __future__ import annotations

from datetime import datetime

from limen.kit.errors import Unprocessable
from limen.kit.text import fold
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.search import properties
from limen.products.rules.search.grammar import (
    EMPTINESS,
    Criterion,
    Raw,
    active_locale,
    known_channel,
    string_of,
    strings_of,
    unsupported,
)

_families = properties.codes("family")


def _family(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    """Models are not asked by families above theirs."""
    if "CHILDREN" in raw.operator:
        raise unsupported(raw)
    return _families(raw, book, now)


COMPLETENESS_OPERATORS = frozenset({"AT LEAST COMPLETE", "AT LEAST INCOMPLETE", "ALL COMPLETE", "ALL INCOMPLETE"})


def _parent(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    """Models have no more than one level above them, so `=` is `IN` with one code."""
    if raw.operator == "=":
        return Criterion("parent", "IN", [fold(string_of(raw))])
    if raw.operator == "IN":
        return Criterion("parent", "IN", sorted({fold(one) for one in strings_of(raw)}))
    if raw.operator not in EMPTINESS:
        raise unsupported(raw)
    return Criterion("parent", raw.operator)


def _completeness(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    """Models have no completeness of their own: this asks about the products below them, and takes no value."""
    if raw.operator not in COMPLETENESS_OPERATORS:
        raise unsupported(raw)
    if raw.scope is None:
        raise Unprocessable(f'The filter "{raw.name}" expects a valid scope.')
    channel = known_channel(raw, book)
    listed = properties.listed_locales(raw) or ([raw.locale] if raw.locale is not None else [])
    if not listed:
        raise Unprocessable(f'The filter "{raw.name}" expects the key "locale" or "locales".')
    locales = tuple(active_locale(one, book.structure) for one in listed)
    return Criterion("variants_completeness", raw.operator, channel=channel, locales=locales)


READERS: dict[str, properties.Reader] = {
    "identifier": properties.identifier,
    "code": properties.identifier,
    "family": _family,
    "categories": properties.codes("category", children=True),
    "parent": _parent,
    "created": properties.moments,
    "updated": properties.moments,
    "completeness": _completeness,
    "quality_score": properties.quality_score,
    "label_or_identifier": properties.label,
}
