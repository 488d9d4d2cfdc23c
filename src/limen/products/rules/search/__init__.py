"""The search language of product lists: from JSON to criteria, every value checked (api-products 6). Pure.

A criterion says what is asked in the terms of the store: properties by name, attributes by slot, values
folded, in the standard unit, as day numbers. What needs a look-up (options) is checked by the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from limen.kit.errors import NotFound, Unprocessable
from limen.products.rules.reading import Flavour
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.search import attributes, properties
from limen.products.rules.search.grammar import Criterion as Criterion
from limen.products.rules.search.grammar import Raw, active_locale, decode, raws_of, unsupported

PROPERTIES = frozenset(
    {
        "uuid",
        "identifier",
        "family",
        "categories",
        "completeness",
        "created",
        "updated",
        "enabled",
        "groups",
        "parent",
        "quality_score",
        "readiness",
        "readiness_by_channel",
        "updated_including_linked_entities",
        "updated_including_linked_type",
        # Ours: the target's screens have it, its API refuses it.
        "label_or_identifier",
    }
)


def read_search(
    text: str | None,
    *,
    flavour: Flavour,
    book: Rulebook,
    now: datetime,
    locale: str | None = None,
    scope: str | None = None,
) -> list[Criterion]:
    """Read `search`; `locale` and `scope` stand in where a criterion names none. All criteria must hold.

    Raises Malformed (no JSON), NotFound or Unprocessable.
    """
    search = decode(text)
    if locale is not None:
        active_locale(locale, book.structure)
    raws = [raw for name, criteria in search.items() for raw in raws_of(name, criteria, locale, scope)]
    for raw in raws:
        if raw.name not in PROPERTIES and book.field(raw.name) is None:
            missing = f'The filter "{raw.name}" does not exist, or you have no permission to use it.'
            raise NotFound(missing) if flavour == "identifier" else Unprocessable(missing)
    return [_criterion(raw, book, now) for raw in raws]


def _criterion(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    reader = properties.PROPERTY_READERS.get(raw.name)
    if reader is not None:
        return reader(raw, book, now)
    field = book.field(raw.name) if raw.name not in PROPERTIES else None
    if field is None:
        raise unsupported(raw)
    if field.attribute.is_main_identifier:
        return properties.identifier(Raw("identifier", raw.operator, raw.given, None, None), book, now)
    return attributes.attribute(raw, field, book, now)


# What a search in a body may hold (api-products 3.3).
MOST_ATTRIBUTES = 800
MOST_CRITERIA = 20
MOST_VALUES = 800


def check_body_limits(body: Mapping[str, Any]) -> None:
    """Refuse a search in a body that holds more than the contract has room for."""
    attributes = body.get("attributes")
    if isinstance(attributes, str) and attributes.count(",") >= MOST_ATTRIBUTES:
        raise Unprocessable(f'The property "attributes" holds at most {MOST_ATTRIBUTES} attributes.')
    search = body.get("search")
    criteria = search if isinstance(search, dict) else decode(search if isinstance(search, str) else None)
    listed = [one for some in criteria.values() if isinstance(some, list) for one in some]
    if len(listed) > MOST_CRITERIA:
        raise Unprocessable(f'The property "search" holds at most {MOST_CRITERIA} criteria.')
    for one in listed:
        if isinstance(one, dict) and isinstance(one.get("value"), list) and len(one["value"]) > MOST_VALUES:
            raise Unprocessable(f"A criterion holds at most {MOST_VALUES} values.")
