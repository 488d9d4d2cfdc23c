"""The search language of product lists: from JSON to criteria, every value checked (api-products 6). Pure.

A criterion says what is asked in the terms of the store: properties by name, attributes by slot, values
folded, in the standard unit, as day numbers. What needs a look-up (options) is checked by the query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from limen.kit.errors import Malformed, NotFound, Unprocessable
from limen.kit.text import fold
from limen.products.rules.kinds import Broken, json_name, to_decimal
from limen.products.rules.reading import Flavour
from limen.products.rules.rulebook import Field, Rulebook, Slot
from limen.structure import rules as structure_rules
from limen.structure.rules import Structure

MOST_IDENTIFIERS = 100

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


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. `name` is a property, or "" for an attribute; then `slot` is where the value stands, None where
    nothing can match (a locale that the attribute does not have). `value` has the form its operator works with."""

    name: str
    operator: str
    value: Any = None
    slot: Slot | None = None
    field: Field | None = None
    channel: str | None = None
    locales: tuple[str, ...] | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class _Raw:
    name: str
    operator: str
    given: Mapping[str, Any]
    locale: str | None
    scope: str | None


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
    search = _decode(text)
    if locale is not None:
        _active_locale(locale, book.structure)
    raws = [raw for name, criteria in search.items() for raw in _raws(name, criteria, locale, scope)]
    for raw in raws:
        if raw.name not in PROPERTIES and book.field(raw.name) is None:
            missing = f'The filter "{raw.name}" does not exist, or you have no permission to use it.'
            raise NotFound(missing) if flavour == "identifier" else Unprocessable(missing)
    return [_criterion(raw, book, now) for raw in raws]


def _decode(text: str | None) -> dict[str, Any]:
    if text is None or text == "":
        return {}
    try:
        search = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed('The parameter "search" must be valid JSON.') from None
    if search == []:
        # Clients in PHP write an empty map as an empty list.
        return {}
    if not isinstance(search, dict):
        raise Malformed('The parameter "search" must be a JSON object.')
    return search


def _raws(name: str, criteria: Any, locale: str | None, scope: str | None) -> list[_Raw]:
    if not isinstance(criteria, list) or not criteria or not all(isinstance(one, dict) for one in criteria):
        message = f'The structure of the filter "{name}" should be {{"{name}":[{{"operator": …, "value": …}}]}}.'
        raise Unprocessable(message)
    return [_raw(name, one, locale, scope) for one in criteria]


def _raw(name: str, given: Mapping[str, Any], locale: str | None, scope: str | None) -> _Raw:
    if "operator" not in given:
        raise Unprocessable(f'The operator is missing for the filter "{name}".')
    operator = given["operator"]
    if not isinstance(operator, str):
        raise Unprocessable(f'The operator of the filter "{name}" has to be a string, and is {json_name(operator)}.')
    own_locale, own_scope = given.get("locale"), given.get("scope")
    if own_locale is not None and not isinstance(own_locale, str):
        raise Unprocessable(f'The filter "{name}" expects a string with the key "locale".')
    if own_scope is not None and not isinstance(own_scope, str):
        raise Unprocessable(f'The filter "{name}" expects a string with the key "scope".')
    if "locales" in given and name != "completeness":
        raise Unprocessable(f'The filter "{name}" expects the key "locale", not "locales".')
    return _Raw(name, operator, given, own_locale or locale, own_scope or scope)


def _criterion(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    reader = _PROPERTY_READERS.get(raw.name)
    if reader is not None:
        return reader(raw, book, now)
    field = book.field(raw.name) if raw.name not in PROPERTIES else None
    if field is None:
        raise _unsupported(raw)
    if field.attribute.is_main_identifier:
        return _identifier(_Raw("identifier", raw.operator, raw.given, None, None), book, now)
    return _attribute(raw, field, book, now)


def _unsupported(raw: _Raw) -> Unprocessable:
    return Unprocessable(f'The filter on "{raw.name}" is not supported or does not support the operator "{raw.operator}".')


def _active_locale(code: str, structure: Structure) -> str:
    locale = structure.locale(code)
    if locale is None or locale not in structure.active_locales:
        raise Unprocessable(f'The locale "{code}" does not exist or is not activated.')
    return locale


# Values of criteria


def _string(raw: _Raw) -> str:
    value = raw.given.get("value")
    if not isinstance(value, str):
        raise Unprocessable(f'The filter "{raw.name}" expects a string as value.')
    return value


def _strings(raw: _Raw) -> list[str]:
    value = raw.given.get("value")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unprocessable(f'The filter "{raw.name}" expects a list of strings as value.')
    return value


def _boolean(raw: _Raw) -> bool:
    value = raw.given.get("value")
    if not isinstance(value, bool):
        raise Unprocessable(f'The filter "{raw.name}" expects a boolean as value.')
    return value


def _number(raw: _Raw, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unprocessable(f'The filter "{raw.name}" expects a number as value.')
    try:
        return to_decimal(raw.name, value)
    except Broken:
        raise Unprocessable(f'The filter "{raw.name}" expects a number as value.') from None


# Properties

_TEXT_OPERATORS = frozenset({"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!="})
_EMPTINESS = frozenset({"EMPTY", "NOT EMPTY"})


def _uuid(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator not in ("IN", "NOT IN"):
        raise _unsupported(raw)
    return Criterion("uuid", raw.operator, [one.lower() for one in _strings(raw)])


def _identifier(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator in _EMPTINESS:
        return Criterion("identifier", raw.operator)
    if raw.operator in _TEXT_OPERATORS:
        return Criterion("identifier", raw.operator, fold(_string(raw)))
    if raw.operator not in ("IN", "NOT IN"):
        raise _unsupported(raw)
    names = {fold(one) for one in _strings(raw)}
    if raw.operator == "IN" and len(names) > MOST_IDENTIFIERS:
        raise Malformed(f'The filter "identifier" takes at most {MOST_IDENTIFIERS} identifiers at once.')
    return Criterion("identifier", raw.operator, sorted(names))


def _codes(find: str, children: bool = False) -> Callable[[_Raw, Rulebook, datetime], Criterion]:
    """Make the reader of a property whose values are codes of the structure; the criterion holds ids."""

    def read(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
        if raw.operator in _CODELESS[raw.name]:
            return Criterion(raw.name, raw.operator)
        if raw.operator not in _CODE_OPERATORS[raw.name]:
            raise _unsupported(raw)
        ids = set()
        for code in _strings(raw):
            record = getattr(book.structure, find)(code)
            if record is None:
                raise Unprocessable(f'The filter "{raw.name}" expects codes that exist: "{code}" does not.')
            ids.add(record.id)
            if children and "CHILDREN" in raw.operator:
                below = book.structure.descendants(record.code)
                ids.update(book.structure.categories[one].id for one in below)
        return Criterion(raw.name, raw.operator.replace(" CHILDREN", ""), sorted(ids))

    return read


_CODELESS = {
    "family": _EMPTINESS,
    "groups": _EMPTINESS,
    "categories": frozenset({"UNCLASSIFIED", "NOT EMPTY"}),
}
_CODE_OPERATORS = {
    "family": frozenset({"IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN"}),
    "groups": frozenset({"IN", "NOT IN"}),
    "categories": frozenset({"IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED"}),
}


def _enabled(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator not in ("=", "!="):
        raise _unsupported(raw)
    return Criterion("enabled", "=", _boolean(raw) == (raw.operator == "="))


def _parent(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    """Product models are still to come: every product is a simple one."""
    if raw.operator == "=":
        _string(raw)
    elif raw.operator == "IN":
        _strings(raw)
    elif raw.operator not in _EMPTINESS:
        raise _unsupported(raw)
    return Criterion("parent", raw.operator)


def _label(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    if raw.operator != "CONTAINS":
        raise _unsupported(raw)
    locale = _active_locale(raw.locale, book.structure) if raw.locale is not None else None
    channel = _known_channel(raw, book) if raw.scope is not None else None
    return Criterion(raw.name, raw.operator, fold(_string(raw)), channel=channel, locales=(locale,) if locale else ())


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def _moment(raw: _Raw, value: Any) -> datetime:
    """Read a moment: UTC, or ISO 8601 with an offset (ours)."""
    if isinstance(value, str):
        try:
            if _MOMENT.fullmatch(value):
                return datetime.fromisoformat(value).replace(tzinfo=UTC)
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None and "T" in value:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Unprocessable(f'The filter "{raw.name}" expects the format yyyy-mm-dd hh:mm:ss.')


def _moments(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    value = raw.given.get("value")
    if raw.operator in _EMPTINESS:
        return Criterion(raw.name, raw.operator)
    if raw.operator in ("=", "!=", "<", ">"):
        return Criterion(raw.name, raw.operator, _moment(raw, value))
    if raw.operator in ("BETWEEN", "NOT BETWEEN"):
        if not isinstance(value, list) or len(value) != 2:
            raise Unprocessable(f'The filter "{raw.name}" expects a list of two dates with this operator.')
        return Criterion(raw.name, raw.operator, [_moment(raw, one) for one in value])
    if raw.operator == "SINCE LAST N DAYS":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
            raise Unprocessable(f'The filter "{raw.name}" expects a number of days as integer.')
        return Criterion(raw.name, raw.operator, now - timedelta(days=value))
    if raw.operator == "SINCE LAST JOB":
        raise Unprocessable(f'The job "{_string(raw)}" does not exist.')
    raise _unsupported(raw)


# Completeness

_ON_LOCALES = {
    "GREATER THAN": ">",
    "GREATER OR EQUALS THAN": ">=",
    "LOWER THAN": "<",
    "LOWER OR EQUALS THAN": "<=",
    "EQUALS": "=",
    "NOT EQUALS": "!=",
}


def _completeness(raw: _Raw, book: Rulebook, now: datetime) -> Criterion:
    """`locales` of the criterion are those to look at; its operator says whether all or one of them must hold."""
    if raw.operator == "EMPTY":
        return Criterion(raw.name, raw.operator)
    comparison, quantifier = _completeness_operator(raw)
    if raw.scope is None:
        raise Unprocessable(f'The filter "{raw.name}" expects a valid scope.')
    channel = _known_channel(raw, book)
    listed = raw.given.get("locales")
    if listed is not None and (not isinstance(listed, list) or not all(isinstance(one, str) for one in listed)):
        raise Unprocessable(f'The filter "{raw.name}" expects an array with the key "locales".')
    if quantifier == "ALL" and not listed:
        raise Unprocessable(f'The filter "{raw.name}" expects an array with the key "locales" for this operator.')
    if listed:
        locales = tuple(_active_locale(one, book.structure) for one in listed)
    elif raw.locale is not None:
        locales = (_active_locale(raw.locale, book.structure),)
    else:
        locales = book.structure.channels[channel].locales
    value = float(_number(raw, raw.given.get("value")))
    return Criterion(raw.name, f"{comparison} {quantifier}", value, channel=channel, locales=locales)


def _completeness_operator(raw: _Raw) -> tuple[str, str]:
    if raw.operator in ("=", "!=", "<", "<=", ">", ">="):
        return raw.operator, "ANY"
    for quantifier, ending in (("ALL", " ON ALL LOCALES"), ("ANY", " ON AT LEAST ONE LOCALE")):
        comparison = _ON_LOCALES.get(raw.operator.removesuffix(ending)) if raw.operator.endswith(ending) else None
        if comparison is not None and not (quantifier == "ALL" and comparison in ("=", "!=")):
            # On the listed locales "not equals" holds where one differs; the plain one needs all to exist.
            return ("<>" if comparison == "!=" else comparison), quantifier
    raise _unsupported(raw)


def _known_channel(raw: _Raw, book: Rulebook) -> str:
    channel = book.structure.channel(raw.scope or "")
    if channel is None:
        raise Unprocessable(f'The filter "{raw.name}" expects an existing scope: the channel "{raw.scope}" does not exist.')
    return channel.code


_PROPERTY_READERS: dict[str, Callable[[_Raw, Rulebook, datetime], Criterion]] = {
    "uuid": _uuid,
    "identifier": _identifier,
    "family": _codes("family"),
    "groups": _codes("group"),
    "categories": _codes("category", children=True),
    "enabled": _enabled,
    "parent": _parent,
    "created": _moments,
    "updated": _moments,
    "completeness": _completeness,
    "label_or_identifier": _label,
}


# Attributes


def _attribute(raw: _Raw, field: Field, book: Rulebook, now: datetime) -> Criterion:
    read = _ATTRIBUTE_READERS.get(field.type)
    if read is None:
        raise _unsupported(raw)
    slot = _slot(raw, field, book)
    if raw.operator in _EMPTINESS:
        return Criterion("", raw.operator, slot=slot, field=field)
    return read(raw, field, slot, now)


def _slot(raw: _Raw, field: Field, book: Rulebook) -> Slot | None:
    attribute = field.attribute
    locale = channel = None
    if attribute.localizable:
        if raw.locale is None:
            raise Unprocessable(f'The attribute "{field.code}" expects a locale, and none was given.')
        locale = _active_locale(raw.locale, book.structure)
    elif raw.locale is not None:
        _active_locale(raw.locale, book.structure)
    if attribute.scopable:
        if raw.scope is None:
            raise Unprocessable(f'The attribute "{field.code}" expects a scope, and none was given.')
        channel = _known_channel(raw, book)
    return field.at(locale, channel)


def _text(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator in _TEXT_OPERATORS:
        return Criterion("", raw.operator, fold(_string(raw)), slot, field)
    if raw.operator in ("IN", "NOT IN"):
        # `NOT IN` needs a value here, unlike that of options.
        operator = "IN" if raw.operator == "IN" else "OTHER THAN"
        return Criterion("", operator, sorted({fold(one) for one in _strings(raw)}), slot, field)
    raise _unsupported(raw)


def _file(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator in _TEXT_OPERATORS:
        return Criterion("", raw.operator, fold(_string(raw)), slot, field)
    raise _unsupported(raw)


def _long_text(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    """Long texts are only marked as present in the index."""
    raise _unsupported(raw)


def _options(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in ("IN", "NOT IN"):
        raise _unsupported(raw)
    return Criterion("", raw.operator, sorted({fold(one) for one in _strings(raw)}), slot, field)


_COMPARISONS = frozenset({"<", "<=", "=", "!=", ">=", ">"})


def _numeric(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in _COMPARISONS:
        raise _unsupported(raw)
    return Criterion("", raw.operator, float(_number(raw, raw.given.get("value"))), slot, field)


def _metric(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in _COMPARISONS:
        raise _unsupported(raw)
    value = raw.given.get("value")
    if not isinstance(value, dict) or not isinstance(value.get("unit"), str):
        raise Unprocessable(f'The filter "{raw.name}" expects an object with "amount" and "unit" as value.')
    family = field.structure.measurement_family(field.attribute.metric_family or "")
    units = {fold(code): code for code in family.units} if family else {}
    unit = units.get(fold(value["unit"]))
    if family is None or unit is None:
        raise Unprocessable(f'The filter "{raw.name}" expects a unit of the attribute, and "{value["unit"]}" is none.')
    amount = family.to_standard(_number(raw, value.get("amount")), unit)
    return Criterion("", raw.operator, float(amount), slot, field)


def _price(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator in ("EMPTY ON ALL CURRENCIES", "NOT EMPTY ON AT LEAST ONE CURRENCY"):
        operator = "EMPTY" if raw.operator.startswith("EMPTY") else "NOT EMPTY"
        return Criterion("", operator, slot=slot, field=field)
    value = raw.given.get("value")
    by_currency = raw.operator in ("EMPTY FOR CURRENCY", "NOT EMPTY FOR CURRENCY")
    if not by_currency and raw.operator not in _COMPARISONS:
        raise _unsupported(raw)
    if not isinstance(value, dict) or not isinstance(value.get("currency"), str):
        raise Unprocessable(f'The filter "{raw.name}" expects an object with "amount" and "currency" as value.')
    currency = field.structure.currency(value["currency"])
    if currency is None or currency not in field.structure.active_currencies:
        raise Unprocessable(f'The filter "{raw.name}" expects an activated currency, not "{value["currency"]}".')
    if by_currency:
        operator = raw.operator.removesuffix(" FOR CURRENCY")
        return Criterion("", operator, slot=slot, field=field, currency=currency)
    amount = float(_number(raw, value.get("amount")))
    return Criterion("", raw.operator, amount, slot, field, currency=currency)


def _flag(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in ("=", "!="):
        raise _unsupported(raw)
    return Criterion("", raw.operator, float(_boolean(raw)), slot, field)


_RELATIVE = re.compile(r"([+-])([0-9]{1,4}) (day|week|month|year)s?")


def _day(raw: _Raw, value: Any, now: datetime | None) -> float:
    """Read a day as its number; with `now` also relative ones."""
    if isinstance(value, str):
        relative = _RELATIVE.fullmatch(value)
        if now is not None and value == "now":
            return float(now.toordinal())
        if now is not None and relative is not None:
            return float(_moved(now.date(), int(relative[1] + relative[2]), relative[3]).toordinal())
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|T)", value):
            try:
                return float(date.fromisoformat(value[:10]).toordinal())
            except ValueError:
                pass
    raise Unprocessable(f'The filter "{raw.name}" expects a date in the format yyyy-mm-dd.')


def _moved(day: date, number: int, unit: str) -> date:
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=number * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
        # The day of the month moves on into the next one where it does not exist, as in the target.
        first = date(months // 12, months % 12 + 1, 1)
        return first + timedelta(days=day.day - 1)
    except (OverflowError, ValueError):
        return date.max if number > 0 else date.min


def _date(raw: _Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    value = raw.given.get("value")
    if raw.operator in ("=", "!=", "<", ">"):
        return Criterion("", raw.operator, _day(raw, value, now), slot, field)
    if raw.operator in ("BETWEEN", "NOT BETWEEN"):
        if not isinstance(value, list) or len(value) != 2:
            raise Unprocessable(f'The filter "{raw.name}" expects a list of two dates with this operator.')
        return Criterion("", raw.operator, [_day(raw, one, None) for one in value], slot, field)
    raise _unsupported(raw)


_ATTRIBUTE_READERS: dict[str, Callable[[_Raw, Field, Slot | None, datetime], Criterion]] = {
    structure_rules.IDENTIFIER: _text,
    structure_rules.TEXT: _text,
    structure_rules.TEXTAREA: _long_text,
    structure_rules.NUMBER: _numeric,
    structure_rules.METRIC: _metric,
    structure_rules.PRICE: _price,
    structure_rules.BOOLEAN: _flag,
    structure_rules.DATE: _date,
    structure_rules.SIMPLE_SELECT: _options,
    structure_rules.MULTI_SELECT: _options,
    structure_rules.IMAGE: _file,
    structure_rules.FILE: _file,
}
