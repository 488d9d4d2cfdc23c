"""Numbers, and what is made of them: metrics and prices."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from limen.kit.text import fold
from limen.products.rules.kinds.base import Broken, Data, Fault, Indexer, Reader, Shape, json_name
from limen.structure.rules import Attribute, MeasurementFamily, Structure

_NUMERIC = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# What is meant as a number, written as in some countries: "12,5", "1.000,50".
_WITH_COMMAS = re.compile(r"[+-]?[0-9.]*,[0-9.,]*")
# So much of what is no number is said back.
_SHOWN = 40
_DIGITS = Context(prec=200, rounding=ROUND_HALF_UP)
# The largest integer that JSON readers of all languages, and our own encoder, can hold.
MOST_INTEGER = 2**63 - 1
# Far beyond any catalogue, well within a double (which the index holds).
MOST_DIGITS = 64


def read_number(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code
    check = _number_check(attribute)
    with_decimals = bool(attribute.decimals_allowed)

    def read(data: Data) -> int | str:
        if data.__class__ not in (int, float, str):
            raise Shape(3, f'The attribute "{code}" expects a number, and found {json_name(data)}.')
        number = to_decimal(code, data)
        faults = check(number)
        if faults:
            raise Broken(faults)
        return decimal_text(number, 4) if with_decimals else int(number)

    return read


def to_decimal(code: str, data: float | str) -> Decimal:
    """Read a number as sent; a string may have blanks around it. Raises Broken."""
    if isinstance(data, int):
        return Decimal(data)
    text = data.strip() if isinstance(data, str) else repr(data)
    if not _NUMERIC.fullmatch(text):
        # "12 kg" and "on request" are no numbers with a space too many.
        if " " in text and not any(char.isalpha() for char in text):
            raise Broken([Fault("value.spaces", f'The attribute "{code}" must not contain spaces within the number.')])
        raise Broken([_no_number(code, text)])
    number = Decimal(text)
    digits = number.as_tuple()
    if len(digits.digits) > MOST_DIGITS or abs(int(digits.exponent)) > MOST_DIGITS:
        raise Broken([_too_many_digits(code)])
    return number


def _no_number(code: str, text: str) -> Fault:
    """Tell "12,5" how decimals are written, and "on request" that it is no number at all."""
    if _WITH_COMMAS.fullmatch(text):
        return Fault("value.no_number", f'The attribute "{code}" requires a number with a dot for decimals.')
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return Fault("value.no_number", f'The attribute "{code}" requires a number, and "{shown}" is none.')


def _too_many_digits(code: str) -> Fault:
    return Fault("value.too_many_digits", f'The number in the attribute "{code}" has too many digits.')


def decimal_text(number: Decimal, places: int) -> str:
    """Write a number with at least so many decimals; further digits are kept, zeros at their end are not."""
    if not number:
        return "0." + "0" * places
    whole, _, fraction = format(number, "f").partition(".")
    return f"{whole.removeprefix('+')}.{fraction.rstrip('0').ljust(places, '0')}"


def fixed_text(number: Decimal, places: int) -> str:
    """Write a number with exactly so many decimals, rounded half up."""
    rounded = number.quantize(Decimal(1).scaleb(-places), context=_DIGITS)
    return format(rounded if rounded else abs(rounded), "f")


def _number_check(attribute: Attribute) -> Callable[[Decimal], list[Fault]]:
    """Give the check of decimals and bounds that numbers, metrics and prices share."""
    code = attribute.code
    with_decimals = bool(attribute.decimals_allowed)
    least, most = attribute.number_min, attribute.number_max
    # Only `false` forbids: price attributes have no such property.
    if attribute.negative_allowed is False and (least is None or least < 0):
        least = Decimal(0)

    def check(number: Decimal) -> list[Fault]:
        faults = []
        if not with_decimals:
            if number != number.to_integral_value():
                faults.append(Fault("value.decimals", f'The attribute "{code}" does not allow decimals.'))
            elif abs(number) > MOST_INTEGER:
                faults.append(_too_many_digits(code))
        if least is not None and number < least:
            message = f'The attribute "{code}" must be equal to or greater than {least:f}.'
            faults.append(Fault("value.too_small", message))
        if most is not None and number > most:
            faults.append(Fault("value.too_great", f'The attribute "{code}" must be equal to or lesser than {most:f}.'))
        return faults

    return check


def read_metric(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code
    check = _number_check(attribute)
    with_decimals = bool(attribute.decimals_allowed)
    family = _measurement_family(attribute, structure)
    units = {fold(unit.code): unit for unit in family.units.values()} if family else {}

    def read(data: Data) -> dict[str, Any] | None:
        if data.__class__ is not dict:
            found = json_name(data)
            raise Shape(3, f'The attribute "{code}" expects an object with "amount" and "unit", and found {found}.')
        for key in ("amount", "unit"):
            if key not in data:
                raise Shape(3, f'The attribute "{code}" expects an object with the key "{key}".')
        amount, unit = data["amount"], data["unit"]
        if amount is None or amount == "":
            return None
        if not isinstance(unit, str):
            raise Shape(3, f'The attribute "{code}" expects a string as unit, and found {json_name(unit)}.')
        if amount.__class__ is str and re.fullmatch(r"[^eE]+[eE][+-]?[0-9]+", amount.strip()):
            raise Shape(3, f'The attribute "{code}" expects a decimal without exponent, and found "{amount}".')
        number, faults = _checked_amount(code, amount, check)
        known = units.get(fold(unit))
        if known is None:
            message = f'The attribute "{code}" requires a valid metric unit, and "{unit}" is none.'
            faults = [*faults, Fault("value.unit_unknown", message)]
        if faults or known is None:
            raise Broken(faults)
        shown = fixed_text(number, 4) if with_decimals else int(number)
        return {"amount": shown, "unit": known.code, "symbol": known.symbol}

    return read


def _checked_amount(code: str, amount: Data, check: Callable[[Decimal], list[Fault]]) -> tuple[Decimal, list[Fault]]:
    if amount.__class__ not in (int, float, str):
        fault = Fault("value.no_number", f'The attribute "{code}" requires a number, and found {json_name(amount)}.')
        return Decimal(0), [fault]
    try:
        number = to_decimal(code, amount)
    except Broken as broken:
        return Decimal(0), list(broken.faults)
    return number, check(number)


def _measurement_family(attribute: Attribute, structure: Structure) -> MeasurementFamily | None:
    return structure.measurement_family(attribute.metric_family or "")


def read_prices(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code
    check = _number_check(attribute)
    with_decimals = bool(attribute.decimals_allowed)

    def read(data: Data) -> list[dict[str, Any]] | None:
        if data.__class__ is not list or not all(map(_is_price, data)):
            raise Shape(
                2, f'The attribute "{code}" expects a list of prices, each with one "amount" and one "currency".'
            )
        faults: list[Fault] = []
        prices: dict[str, dict[str, Any]] = {}
        for price in data:
            amount, sent = price["amount"], price["currency"]
            if amount is None or amount == "":
                continue
            number, wrong = _checked_amount(code, amount, check)
            currency = structure.currency(sent)
            if currency is None or currency not in structure.active_currencies:
                message = f'The attribute "{code}" holds no price in "{sent}": the currency is not activated.'
                wrong = [*wrong, Fault("value.currency_unknown", message)]
            if wrong or currency is None:
                faults.extend(Fault(fault.code, fault.message, sent) for fault in wrong)
                continue
            shown = fixed_text(number, 2) if with_decimals else int(number)
            prices[currency] = {"amount": shown, "currency": currency}
        if faults:
            raise Broken(faults)
        return [prices[currency] for currency in sorted(prices)] or None

    return read


def _is_price(price: Data) -> bool:
    return (
        price.__class__ is dict
        and len(price) == 2
        and price.get("currency").__class__ is str
        and "amount" in price
        and price["amount"].__class__ in (str, int, float, type(None))
    )


def index_number(attribute: Attribute, structure: Structure) -> Indexer:
    return float


def index_metric(attribute: Attribute, structure: Structure) -> Indexer:
    """In the standard unit; an amount in a unit that is gone is not found."""
    family = _measurement_family(attribute, structure)

    def index(data: Data) -> float | None:
        if family is None or data["unit"] not in family.units:
            return None
        return float(family.to_standard(Decimal(data["amount"]), data["unit"]))

    return index
