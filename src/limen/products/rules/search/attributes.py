"""Criteria about values of attributes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from limen.kit.errors import Unprocessable
from limen.kit.text import fold
from limen.products.rules.rulebook import Field, Rulebook, Slot
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
from limen.structure import rules as structure_rules


def attribute(raw: Raw, field: Field, book: Rulebook, now: datetime) -> Criterion:
    read = _ATTRIBUTE_READERS.get(field.type)
    if read is None:
        raise unsupported(raw)
    slot = _slot(raw, field, book)
    if raw.operator in EMPTINESS:
        return Criterion("", raw.operator, slot=slot, field=field)
    return read(raw, field, slot, now)


def _slot(raw: Raw, field: Field, book: Rulebook) -> Slot | None:
    attribute = field.attribute
    locale = channel = None
    if attribute.localizable:
        if raw.locale is None:
            raise Unprocessable(f'The attribute "{field.code}" expects a locale, and none was given.')
        locale = active_locale(raw.locale, book.structure)
    elif raw.locale is not None:
        active_locale(raw.locale, book.structure)
    if attribute.scopable:
        if raw.scope is None:
            raise Unprocessable(f'The attribute "{field.code}" expects a scope, and none was given.')
        channel = known_channel(raw, book)
    return field.at(locale, channel)


def _text(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator in TEXT_OPERATORS:
        return Criterion("", raw.operator, fold(string_of(raw)), slot, field)
    if raw.operator in ("IN", "NOT IN"):
        # `NOT IN` needs a value here, unlike that of options.
        operator = "IN" if raw.operator == "IN" else "OTHER THAN"
        return Criterion("", operator, sorted({fold(one) for one in strings_of(raw)}), slot, field)
    raise unsupported(raw)


def _file(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator in TEXT_OPERATORS:
        return Criterion("", raw.operator, fold(string_of(raw)), slot, field)
    raise unsupported(raw)


def _options(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in ("IN", "NOT IN"):
        raise unsupported(raw)
    return Criterion("", raw.operator, sorted({fold(one) for one in strings_of(raw)}), slot, field)


_COMPARISONS = frozenset({"<", "<=", "=", "!=", ">=", ">"})


def _numeric(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in _COMPARISONS:
        raise unsupported(raw)
    return Criterion("", raw.operator, float(number_of(raw, raw.given.get("value"))), slot, field)


def _metric(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in _COMPARISONS:
        raise unsupported(raw)
    value = raw.given.get("value")
    if not isinstance(value, dict) or not isinstance(value.get("unit"), str):
        raise Unprocessable(f'The filter "{raw.name}" expects an object with "amount" and "unit" as value.')
    family = field.structure.measurement_family(field.attribute.metric_family or "")
    units = {fold(code): code for code in family.units} if family else {}
    unit = units.get(fold(value["unit"]))
    if family is None or unit is None:
        raise Unprocessable(f'The filter "{raw.name}" expects a unit of the attribute, and "{value["unit"]}" is none.')
    amount = family.to_standard(number_of(raw, value.get("amount")), unit)
    return Criterion("", raw.operator, float(amount), slot, field)


def _price(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator in ("EMPTY ON ALL CURRENCIES", "NOT EMPTY ON AT LEAST ONE CURRENCY"):
        operator = "EMPTY" if raw.operator.startswith("EMPTY") else "NOT EMPTY"
        return Criterion("", operator, slot=slot, field=field)
    value = raw.given.get("value")
    by_currency = raw.operator in ("EMPTY FOR CURRENCY", "NOT EMPTY FOR CURRENCY")
    if not by_currency and raw.operator not in _COMPARISONS:
        raise unsupported(raw)
    if not isinstance(value, dict) or not isinstance(value.get("currency"), str):
        raise Unprocessable(f'The filter "{raw.name}" expects an object with "amount" and "currency" as value.')
    currency = field.structure.currency(value["currency"])
    if currency is None or currency not in field.structure.active_currencies:
        raise Unprocessable(f'The filter "{raw.name}" expects an activated currency, not "{value["currency"]}".')
    if by_currency:
        operator = raw.operator.removesuffix(" FOR CURRENCY")
        return Criterion("", operator, slot=slot, field=field, currency=currency)
    amount = float(number_of(raw, value.get("amount")))
    return Criterion("", raw.operator, amount, slot, field, currency=currency)


def _flag(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    if raw.operator not in ("=", "!="):
        raise unsupported(raw)
    return Criterion("", raw.operator, float(boolean_of(raw)), slot, field)


_RELATIVE = re.compile(r"([+-])([0-9]{1,4}) (day|week|month|year)s?")


def _day(raw: Raw, value: Any, now: datetime | None) -> float:
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


def _date(raw: Raw, field: Field, slot: Slot | None, now: datetime) -> Criterion:
    value = raw.given.get("value")
    if raw.operator in ("=", "!=", "<", ">"):
        return Criterion("", raw.operator, _day(raw, value, now), slot, field)
    if raw.operator in ("BETWEEN", "NOT BETWEEN"):
        if not isinstance(value, list) or len(value) != 2:
            raise Unprocessable(f'The filter "{raw.name}" expects a list of two dates with this operator.')
        return Criterion("", raw.operator, [_day(raw, one, None) for one in value], slot, field)
    raise unsupported(raw)


_ATTRIBUTE_READERS: dict[str, Callable[[Raw, Field, Slot | None, datetime], Criterion]] = {
    structure_rules.IDENTIFIER: _text,
    structure_rules.TEXT: _text,
    structure_rules.TEXTAREA: _text,
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
