"""The search language of product lists: from JSON to criteria, every value checked (api-products 6). Pure.

A criterion says what is asked in the terms of the store: properties by name, attributes by slot, values
folded, in the standard unit, as day numbers. What needs a look-up (options) is checked by the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from limen.kit.errors import NotFound, Unprocessable
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.search import attributes, of_models, properties
from limen.products.rules.search.grammar import ANY as ANY
from limen.products.rules.search.grammar import Asked as Asked
from limen.products.rules.search.grammar import Criterion as Criterion
from limen.products.rules.search.grammar import Raw, active_locale, decode, raws_of, unsupported
from limen.products.rules.search.properties import MOST_IDENTIFIERS as MOST_IDENTIFIERS
from limen.products.rules.search.properties import MOST_IDENTIFIERS_EXTENDED as MOST_IDENTIFIERS_EXTENDED

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


# Of models alone: the name of what is searched as `identifier` (ours).
MODEL_PROPERTIES = PROPERTIES | {"code"}


def read_search(
    search: str | Mapping[str, Any] | None,
    *,
    flavour: Asked,
    book: Rulebook,
    now: datetime,
    locale: str | None = None,
    scope: str | None = None,
    most_identifiers: int = MOST_IDENTIFIERS,
) -> list[Criterion]:
    """Read `search`; `locale` and `scope` stand in where a criterion names none. All criteria must hold.
    The time zone of `now` is that of moments without one.

    A search that is an object already, from a body, may say `any`: a list of searches of which one must hold.
    What is wrong is told in the order of the contract: structure, categories, names, number of identifiers,
    locales, then each criterion. Raises Malformed (no JSON), NotFound or Unprocessable.
    """
    reading = _Reading(flavour, book, now, locale, scope)
    groups = [] if search is None or isinstance(search, str) else _alternatives(search)
    plain = decode(search, flavour) if search is None or isinstance(search, str) else _without_any(search, groups)
    raws = reading.raws(plain)
    grouped = [reading.raws(one) for one in groups]
    reading.check([*raws, *(raw for some in grouped for raw in some)], most_identifiers)
    criteria = [reading.criterion(raw) for raw in raws]
    if groups:
        criteria.append(Criterion(ANY, "", [[reading.criterion(raw) for raw in some] for some in grouped]))
    return criteria


def _alternatives(search: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the searches below `any`; none when that is something else, such as an attribute's criteria."""
    listed = search.get("any")
    if not isinstance(listed, list) or not all(isinstance(one, dict) and "operator" not in one for one in listed):
        return []
    return listed


def _without_any(search: Mapping[str, Any], groups: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {name: one for name, one in search.items() if name != "any"} if groups else search


class _Reading:
    """One search being read."""

    def __init__(self, asked: Asked, book: Rulebook, now: datetime, locale: str | None, scope: str | None) -> None:
        self.asked = asked
        self.book = book
        self.now = now
        self.locale = locale
        self.scope = scope
        self.readers = of_models.READERS if asked == "model" else properties.PROPERTY_READERS
        self.names = MODEL_PROPERTIES if asked == "model" else PROPERTIES

    def raws(self, search: Mapping[str, Any]) -> list[Raw]:
        return [raw for name, some in search.items() for raw in raws_of(name, some, self.locale, self.scope)]

    def check(self, raws: list[Raw], most_identifiers: int) -> None:
        """Refuse what the contract refuses before it looks at any criterion as a whole (api-products 3.2)."""
        for raw in raws:
            if raw.name == "categories":
                properties.check_categories(raw, self.book)
        for raw in raws:
            self._check_name(raw.name)
        if self.asked != "model":
            for raw in raws:
                properties.check_identifiers(raw, self.book, most_identifiers)
        if self.locale is not None:
            active_locale(self.locale, self.book.structure)
        for raw in raws:
            for locale in (raw.locale, *_listed_locales(raw)):
                if locale is not None:
                    active_locale(locale, self.book.structure)
        with_linked = {raw.name for raw in raws}
        if properties.LINKED_TYPE in with_linked and properties.WITH_LINKED not in with_linked:
            message = f'The filter "{properties.LINKED_TYPE}" needs the filter "{properties.WITH_LINKED}" beside it.'
            raise Unprocessable(message)

    def _check_name(self, name: str) -> None:
        if name not in self.names and self.book.field(name) is None:
            missing = f'The filter "{name}" does not exist, or you have no permission to use it.'
            raise Unprocessable(missing) if self.asked == "uuid" else NotFound(missing)

    def criterion(self, raw: Raw) -> Criterion:
        reader = self.readers.get(raw.name)
        if reader is not None:
            return reader(raw, self.book, self.now)
        field = self.book.field(raw.name) if raw.name not in self.names else None
        if field is None:
            raise unsupported(raw)
        if field.attribute.is_main_identifier and self.asked != "model":
            return properties.identifier(raw, self.book, self.now)
        return attributes.attribute(raw, field, self.book, self.now)


def _listed_locales(raw: Raw) -> list[str]:
    listed = raw.given.get("locales")
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


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
    whole = search if isinstance(search, dict) else decode(search if isinstance(search, str) else None)
    groups = _alternatives(whole)
    searches = [_without_any(whole, groups), *groups]
    listed = [one for some in searches for each in some.values() if isinstance(each, list) for one in each]
    if len(listed) > MOST_CRITERIA:
        raise Unprocessable(f'The property "search" holds at most {MOST_CRITERIA} criteria.')
    for one in listed:
        if isinstance(one, dict) and isinstance(one.get("value"), list) and len(one["value"]) > MOST_VALUES:
            raise Unprocessable(f"A criterion holds at most {MOST_VALUES} values.")
