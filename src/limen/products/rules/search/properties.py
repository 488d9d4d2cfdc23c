"""Criteria about properties of products: identity, family, categories, moments, completeness."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from limen.kit.errors import Malformed, Unprocessable
from limen.kit.text import fold
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.search.grammar import (
    EMPTINESS,
    TEXT_OPERATORS,
    Criterion,
    Raw,
    active_locale,
    boolean_of,
    known_channel,
    number_of,
    string_of,
    strings_of,
    unsupported,
)

MOST_IDENTIFIERS = 100
# With `Limen-Limits: extended` (ours).
MOST_IDENTIFIERS_EXTENDED = 1000

Reader = Callable[[Raw, Rulebook, datetime], Criterion]


def _uuid(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator not in ("IN", "NOT IN"):
        raise unsupported(raw)
    return Criterion("uuid", raw.operator, [one.lower() for one in strings_of(raw)])


def identifier(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator in EMPTINESS:
        return Criterion("identifier", raw.operator)
    if raw.operator in TEXT_OPERATORS:
        return Criterion("identifier", raw.operator, fold(string_of(raw)))
    if raw.operator not in ("IN", "NOT IN"):
        raise unsupported(raw)
    return Criterion("identifier", raw.operator, sorted({fold(one) for one in strings_of(raw)}))


def check_identifiers(raw: Raw, book: Rulebook, most: int) -> None:
    """Refuse more identifiers in one criterion than a list of products takes."""
    value = raw.given.get("value")
    named = raw.name == "identifier" or fold(raw.name) == fold(book.main.code)
    if not named or raw.operator != "IN" or not isinstance(value, list):
        return
    if len({fold(one) for one in value if isinstance(one, str)}) > most:
        raise Malformed(f'The filter "{raw.name}" takes at most {most} identifiers at once.')


def check_categories(raw: Raw, book: Rulebook) -> None:
    """Refuse categories that do not exist, before anything else of the criteria is looked at."""
    value = raw.given.get("value")
    if raw.operator in _CODE_OPERATORS["categories"] and isinstance(value, list):
        for code in value:
            if isinstance(code, str) and book.structure.category(code) is None:
                raise _unknown_code(raw, code)


def _unknown_code(raw: Raw, code: str) -> Unprocessable:
    return Unprocessable(f'The filter "{raw.name}" expects codes that exist: "{code}" does not.')


def codes(find: str, children: bool = False) -> Reader:
    """Make the reader of a property whose values are codes of the structure; the criterion holds ids."""

    def read(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
        if raw.operator in _CODELESS[raw.name]:
            return Criterion(raw.name, raw.operator)
        if raw.operator not in _CODE_OPERATORS[raw.name]:
            raise unsupported(raw)
        ids = set()
        for code in strings_of(raw):
            record = getattr(book.structure, find)(code)
            if record is None:
                raise _unknown_code(raw, code)
            ids.add(record.id)
            if children and "CHILDREN" in raw.operator:
                below = book.structure.descendants(record.code)
                ids.update(book.structure.categories[one].id for one in below)
        return Criterion(raw.name, raw.operator.replace(" CHILDREN", ""), sorted(ids))

    return read


_CODELESS = {
    "family": EMPTINESS,
    "groups": EMPTINESS,
    "categories": frozenset({"UNCLASSIFIED", "NOT EMPTY"}),
}
_CODE_OPERATORS = {
    "family": frozenset({"IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN"}),
    "groups": frozenset({"IN", "NOT IN"}),
    "categories": frozenset({"IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED"}),
}


def _enabled(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator not in ("=", "!="):
        raise unsupported(raw)
    return Criterion("enabled", "=", boolean_of(raw) == (raw.operator == "="))


def _parent(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    """`=` is for descendants of a model at any depth, `IN` for direct children of some; codes need not exist."""
    if raw.operator == "=":
        return Criterion("parent", raw.operator, [fold(string_of(raw))])
    if raw.operator == "IN":
        return Criterion("parent", raw.operator, sorted({fold(one) for one in strings_of(raw)}))
    if raw.operator not in EMPTINESS:
        raise unsupported(raw)
    return Criterion("parent", raw.operator)


LETTERS = {letter: number for number, letter in enumerate("ABCDE", start=1)}


def quality_score(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    """Letters, or their numbers from 1 for A; both channel and locale have to be named."""
    if raw.operator != "IN":
        raise unsupported(raw)
    value = raw.given.get("value")
    known = {**LETTERS, **{str(number): number for number in LETTERS.values()}}
    if not isinstance(value, list) or not value or not all(_letter(one) in known for one in value):
        raise Unprocessable(f'The filter "{raw.name}" expects a list of the letters A to E as value.')
    if raw.scope is None or raw.locale is None:
        raise Unprocessable(f'The filter "{raw.name}" expects a scope and a locale.')
    locale = active_locale(raw.locale, book.structure)
    numbers = sorted({float(known[_letter(one)]) for one in value})
    return Criterion(raw.name, raw.operator, numbers, channel=known_channel(raw, book), locales=(locale,))


def _letter(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def label(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator != "CONTAINS":
        raise unsupported(raw)
    locale = active_locale(raw.locale, book.structure) if raw.locale is not None else None
    channel = known_channel(raw, book) if raw.scope is not None else None
    return Criterion(raw.name, raw.operator, fold(string_of(raw)), channel=channel, locales=(locale,) if locale else ())


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def _moment(raw: Raw, value: Any, now: datetime) -> datetime:
    """Read a moment in the time zone of `now`, or ISO 8601 with an offset (ours)."""
    if isinstance(value, str):
        try:
            if _MOMENT.fullmatch(value):
                return datetime.fromisoformat(value).replace(tzinfo=now.tzinfo).astimezone(UTC)
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None and "T" in value:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Unprocessable(f'The filter "{raw.name}" expects the format yyyy-mm-dd hh:mm:ss.')


# The target's products also change by what they are linked to; here nothing is linked that changes on its own.
WITH_LINKED, LINKED_TYPE = "updated_including_linked_entities", "updated_including_linked_type"
_LINKED = frozenset({"asset", "reference_entity_record"})


def _linked_type(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator != "IN":
        raise unsupported(raw)
    if not strings_of(raw) or not _LINKED.issuperset(strings_of(raw)):
        raise Unprocessable(
            f'The filter "{raw.name}" expects a list of "asset" and "reference_entity_record" as value.'
        )
    return Criterion(raw.name, raw.operator)


def moments(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    value = raw.given.get("value")
    name = "updated" if raw.name == WITH_LINKED else raw.name
    if raw.operator in EMPTINESS:
        return Criterion(name, raw.operator)
    if raw.operator in ("=", "!=", "<", ">"):
        return Criterion(name, raw.operator, _moment(raw, value, now))
    if raw.operator in ("BETWEEN", "NOT BETWEEN"):
        if not isinstance(value, list) or len(value) != 2:
            raise Unprocessable(f'The filter "{raw.name}" expects a list of two dates with this operator.')
        return Criterion(name, raw.operator, [_moment(raw, one, now) for one in value])
    if raw.operator == "SINCE LAST N DAYS":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
            raise Unprocessable(f'The filter "{raw.name}" expects a number of days as integer.')
        return Criterion(name, raw.operator, now.astimezone(UTC) - timedelta(days=value))
    if raw.operator == "SINCE LAST JOB":
        raise Unprocessable(f'The job "{string_of(raw)}" does not exist.')
    raise unsupported(raw)


# Completeness

# They look at `locale`, or at all of the channel: `locales` are for the others alone.
_PLAIN = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ON_LOCALES = {
    "GREATER THAN": ">",
    "GREATER OR EQUALS THAN": ">=",
    "LOWER THAN": "<",
    "LOWER OR EQUALS THAN": "<=",
    "EQUALS": "=",
    "NOT EQUALS": "!=",
}


def _completeness(raw: Raw, book: Rulebook, now: datetime) -> Criterion:
    """`locales` of the criterion are those to look at; its operator says whether all or one of them must hold."""
    if raw.operator == "EMPTY":
        return Criterion(raw.name, raw.operator)
    comparison, quantifier = _completeness_operator(raw)
    if raw.scope is None:
        raise Unprocessable(f'The filter "{raw.name}" expects a valid scope.')
    channel = known_channel(raw, book)
    listed = listed_locales(raw)
    if quantifier == "ALL" and not listed:
        raise Unprocessable(f'The filter "{raw.name}" expects an array with the key "locales" for this operator.')
    if listed and raw.operator not in _PLAIN:
        locales = tuple(active_locale(one, book.structure) for one in listed)
    elif raw.locale is not None:
        locales = (active_locale(raw.locale, book.structure),)
    else:
        locales = book.structure.channels[channel].locales
    value = float(number_of(raw, raw.given.get("value")))
    return Criterion(raw.name, f"{comparison} {quantifier}", value, channel=channel, locales=locales)


def listed_locales(raw: Raw) -> list[str]:
    """Give the codes of `locales`, none when it is not sent."""
    listed = raw.given.get("locales")
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Unprocessable(f'The filter "{raw.name}" expects an array with the key "locales".')
    return listed


def _completeness_operator(raw: Raw) -> tuple[str, str]:
    if raw.operator in _PLAIN:
        return raw.operator, "ANY"
    for quantifier, ending in (("ALL", " ON ALL LOCALES"), ("ANY", " ON AT LEAST ONE LOCALE")):
        comparison = _ON_LOCALES.get(raw.operator.removesuffix(ending)) if raw.operator.endswith(ending) else None
        if comparison is not None and not (quantifier == "ALL" and comparison in ("=", "!=")):
            # On the listed locales "not equals" holds where one differs; the plain one needs all to exist.
            return ("<>" if comparison == "!=" else comparison), quantifier
    raise unsupported(raw)


PROPERTY_READERS: dict[str, Reader] = {
    "uuid": _uuid,
    "identifier": identifier,
    "family": codes("family"),
    "groups": codes("group"),
    "categories": codes("category", children=True),
    "enabled": _enabled,
    "parent": _parent,
    "created": moments,
    "updated": moments,
    WITH_LINKED: moments,
    LINKED_TYPE: _linked_type,
    "quality_score": quality_score,
    "completeness": _completeness,
    "label_or_identifier": label,
}
