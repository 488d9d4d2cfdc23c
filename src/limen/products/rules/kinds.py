"""What the data of each attribute type may be, how it is written down, and what a search finds it by.

A reader turns data as sent into data as the API prints it (api-products 1.5, 2.5, 2.7). Readers are made
once per attribute and structure version. Good data passes without an exception; otherwise `Shape` is
raised for data of the wrong form (documented 422) or `Broken` for broken rules (an entry in `errors`).
Readers need no database: what must exist elsewhere (options, files) is checked in `rules.resolving`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Literal

from limen.kit.text import fold
from limen.structure import rules as structure_rules
from limen.structure.rules import Attribute, MeasurementFamily, Structure

Data = Any
Reader = Callable[[Data], Data]
# The currency ("" but for prices) and what is searched for.
Found = tuple[str, Any]
Indexer = Callable[[Data], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule; `currency` names the price it stands at."""

    code: str
    message: str
    currency: str | None = None


class Shape(Exception):
    """Data of the wrong form. Stage 2 is found before anything else of the body is looked at, stage 3 later."""

    def __init__(self, stage: Literal[2, 3], message: str) -> None:
        super().__init__(message)
        self.stage = stage
        self.message = message


class Broken(Exception):
    """Data of the right form that breaks rules of its attribute."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs` names what the reader leaves to be looked up; `index` is None for what no index holds."""

    reader: Callable[[Attribute, Structure], Reader]
    index: Callable[[Attribute, Structure], Indexer] | None
    table: Literal["text", "number"] = "text"
    needs: Literal["option", "options", "media"] | None = None


JSON_NAMES: dict[type, str] = {
    type(None): "NULL",
    bool: "boolean",
    int: "integer",
    float: "double",
    str: "string",
    list: "array",
    dict: "array",
}


def json_name(value: Data) -> str:
    """Name a JSON type as the contract prints it."""
    return JSON_NAMES[value.__class__]


# Texts

MOST_TEXT = 255
MOST_TEXTAREA = 65_535
_LINE_BREAK = re.compile("\r\n|\n|\r")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_URL = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?", re.IGNORECASE)


def read_text(attribute: Attribute, structure: Structure) -> Reader:
    code, most = attribute.code, min(MOST_TEXT, attribute.max_characters or MOST_TEXT)
    breaks_rule = _text_rule(attribute)

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise _no_text(code, data)
        if len(data) > most or "\0" in data or (breaks_rule is not None and breaks_rule(data)):
            raise Broken([*_text_faults(code, data, most), *(breaks_rule(data) if breaks_rule else ())])
        return _LINE_BREAK.sub(" ", data) if "\n" in data or "\r" in data else data

    return read


def read_textarea(attribute: Attribute, structure: Structure) -> Reader:
    code, most = attribute.code, min(MOST_TEXTAREA, attribute.max_characters or MOST_TEXTAREA)

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise _no_text(code, data)
        if len(data) > most or "\0" in data:
            raise Broken(_text_faults(code, data, most))
        return data

    return read


def _no_text(code: str, data: Data) -> Shape | Broken:
    message = f'The attribute "{code}" requires a string, and found {json_name(data)}.'
    if data.__class__ in (list, dict):
        return Shape(3, message)
    return Broken([Fault("value.no_string", message)])


def _text_faults(code: str, data: str, most: int) -> list[Fault]:
    faults = []
    if len(data) > most:
        faults.append(Fault("value.too_long", f'The attribute "{code}" holds at most {most} characters.'))
    if "\0" in data:
        # PostgreSQL's text cannot hold U+0000.
        faults.append(Fault("value.nul", f'The attribute "{code}" must not contain the character U+0000.'))
    return faults


def _text_rule(attribute: Attribute) -> Callable[[str], list[Fault]] | None:
    """Give the check of `validation_rule`; it returns the faults, none for a good text."""
    code = attribute.code
    if attribute.validation_rule == "email":
        return _must(_EMAIL.fullmatch, Fault("value.no_email", f'The attribute "{code}" requires an e-mail address.'))
    if attribute.validation_rule == "url":
        fault = Fault("value.no_url", f'The attribute "{code}" requires a URL that starts with http:// or https://.')
        return _must(_URL.fullmatch, fault)
    if attribute.validation_rule == "regexp" and attribute.validation_regexp:
        shown = attribute.validation_regexp
        pattern = structure_rules.compile_pattern(shown)
        if pattern is not None:
            fault = Fault("value.no_match", f'The attribute "{code}" must match {shown}.')
            return _must(lambda text: structure_rules.matches(pattern, text), fault)
    return None


def _must(holds: Callable[[str], object], fault: Fault) -> Callable[[str], list[Fault]]:
    return lambda text: [] if holds(text) else [fault]


# Identifiers


def read_identifier(attribute: Attribute, structure: Structure) -> Reader:
    code, most = attribute.code, min(MOST_TEXT, attribute.max_characters or MOST_TEXT)
    breaks_rule = _text_rule(attribute)

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise Shape(3, f'The attribute "{code}" requires a string, and found {json_name(data)}.')
        faults = _identifier_faults(code, data, most)
        if breaks_rule is not None:
            faults += breaks_rule(data)
        if faults:
            raise Broken(faults)
        return str(data)

    return read


def _identifier_faults(code: str, data: str, most: int) -> list[Fault]:
    if len(data) <= most and data.strip() == data and not _NOT_IN_IDENTIFIER.search(data):
        return []
    faults = _text_faults(code, data, most)
    if re.search("[,;]", data):
        faults.append(Fault("identifier.separator", f'The attribute "{code}" must not contain commas or semicolons.'))
    if data.strip() != data:
        faults.append(Fault("identifier.blanks", f'The attribute "{code}" must not start or end with a blank.'))
    if re.search("[\r\n]", data):
        faults.append(Fault("identifier.line_break", f'The attribute "{code}" must not contain line breaks.'))
    return faults


_NOT_IN_IDENTIFIER = re.compile("[,;\r\n\0]")


# Numbers

_NUMERIC = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
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
        if " " in text:
            raise Broken([Fault("value.spaces", f'The attribute "{code}" must not contain spaces within the number.')])
        raise Broken([Fault("value.no_number", f'The attribute "{code}" requires a number with a dot for decimals.')])
    number = Decimal(text)
    digits = number.as_tuple()
    if len(digits.digits) > MOST_DIGITS or abs(int(digits.exponent)) > MOST_DIGITS:
        raise Broken([_too_many_digits(code)])
    return number


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
    return format(abs(rounded) if not rounded else rounded, "f")


def _number_check(attribute: Attribute) -> Callable[[Decimal], list[Fault]]:
    """Give the check of decimals and bounds that numbers, metrics and prices share."""
    code = attribute.code
    with_decimals = bool(attribute.decimals_allowed)
    least, most = attribute.number_min, attribute.number_max
    # Only `false` forbids: price attributes have no such property.
    if attribute.negative_allowed is False and (least is None or least < 0):
        least = Decimal(0)

    def check(number: Decimal) -> list[Fault]:
        if with_decimals or number == number.to_integral_value():
            if (least is None or number >= least) and (most is None or number <= most):
                if with_decimals or abs(number) <= MOST_INTEGER:
                    return []
                return [_too_many_digits(code)]
        faults = []
        if not with_decimals and number != number.to_integral_value():
            faults.append(Fault("value.decimals", f'The attribute "{code}" does not allow decimals.'))
        if least is not None and number < least:
            faults.append(Fault("value.too_small", f'The attribute "{code}" must be equal to or greater than {least:f}.'))
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
            raise Shape(3, f'The attribute "{code}" expects an object with "amount" and "unit", and found {json_name(data)}.')
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
        fault = Fault("value.no_number", f'The attribute "{code}" requires a number with a dot for decimals.')
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
            message = (
                f'The attribute "{code}" expects a list of prices, each with one "amount" (a number) and one "currency".'
            )
            raise Shape(2, message)
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


# Booleans and dates


def read_boolean(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code

    def read(data: Data) -> bool:
        if data is True or data is False:
            return bool(data)
        raise Shape(2, f'The attribute "{code}" requires a boolean, and found {json_name(data)}.')

    return read


_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
)


def read_date(attribute: Attribute, structure: Structure) -> Reader:
    code, least, most = attribute.code, attribute.date_min, attribute.date_max

    def read(data: Data) -> str:
        day = _day(data)
        if day is None:
            shown = f'"{data}"' if isinstance(data, str) else json_name(data)
            raise Shape(3, f'The attribute "{code}" requires a valid date in the format yyyy-mm-dd, and found {shown}.')
        if least is not None and day < least:
            raise Broken([Fault("value.too_early", f'The attribute "{code}" requires the date {least} or after.')])
        if most is not None and day > most:
            raise Broken([Fault("value.too_late", f'The attribute "{code}" requires the date {most} or before.')])
        return f"{day.isoformat()}T00:00:00+00:00"

    return read


def _day(data: Data) -> date | None:
    """Cut a date out of a date or date-time; time and zone do not count. 31 February is no date."""
    found = _DATE.fullmatch(data) if isinstance(data, str) else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


# Choices and files: what exists is looked up later, for the whole batch at once


def read_option(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise Shape(3, f'The attribute "{code}" requires a string, and found {json_name(data)}.')
        return str(data)

    return read


def read_options(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code

    def read(data: Data) -> list[str]:
        if data.__class__ is not list:
            raise Shape(3, f'The attribute "{code}" requires a list of option codes, and found {json_name(data)}.')
        for one in data:
            if one.__class__ is not str or not one.strip():
                raise Shape(3, f'The attribute "{code}" requires a list of option codes that are strings and not empty.')
        if len({fold(one) for one in data}) != len(data):
            raise Broken([Fault("value.option_twice", f'The attribute "{code}" has the same option several times.')])
        return list(data)

    return read


def read_media(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise Shape(3, f'The attribute "{code}" expects the code of a media file, and found {json_name(data)}.')
        return str(data)

    return read


def read_reference(attribute: Attribute, structure: Structure) -> Reader:
    """No reference data is configured in this version: nothing can be chosen."""
    code = attribute.code

    def read(data: Data) -> Data:
        raise Broken([Fault("value.reference_unknown", f'There is no reference data for the attribute "{code}".')])

    return read


# What is found by search


def index_text(attribute: Attribute, structure: Structure) -> Indexer:
    return lambda data: (("", fold(data)),)


def index_presence(attribute: Attribute, structure: Structure) -> Indexer:
    """A long text is only marked as present: its words are not in the narrow index."""
    return lambda data: (("", ""),)


def index_texts(attribute: Attribute, structure: Structure) -> Indexer:
    return lambda data: [("", fold(one)) for one in data]


def index_number(attribute: Attribute, structure: Structure) -> Indexer:
    return lambda data: (("", float(data)),)


def index_date(attribute: Attribute, structure: Structure) -> Indexer:
    return lambda data: (("", float(date.fromisoformat(data[:10]).toordinal())),)


def index_prices(attribute: Attribute, structure: Structure) -> Indexer:
    return lambda data: [(one["currency"], float(one["amount"])) for one in data]


def index_metric(attribute: Attribute, structure: Structure) -> Indexer:
    """In the standard unit; an amount in a unit that is gone is not found."""
    family = _measurement_family(attribute, structure)

    def index(data: Data) -> Iterable[Found]:
        if family is None or data["unit"] not in family.units:
            return ()
        return (("", float(family.to_standard(Decimal(data["amount"]), data["unit"]))),)

    return index


KINDS: dict[str, Kind] = {
    structure_rules.IDENTIFIER: Kind(read_identifier, index_text),
    structure_rules.TEXT: Kind(read_text, index_text),
    structure_rules.TEXTAREA: Kind(read_textarea, index_presence),
    structure_rules.NUMBER: Kind(read_number, index_number, "number"),
    structure_rules.METRIC: Kind(read_metric, index_metric, "number"),
    structure_rules.PRICE: Kind(read_prices, index_prices, "number"),
    structure_rules.BOOLEAN: Kind(read_boolean, index_number, "number"),
    structure_rules.DATE: Kind(read_date, index_date, "number"),
    structure_rules.SIMPLE_SELECT: Kind(read_option, index_text, needs="option"),
    structure_rules.MULTI_SELECT: Kind(read_options, index_texts, needs="options"),
    # A file is found by its name, which the store knows: see `operations.store`.
    structure_rules.IMAGE: Kind(read_media, None, needs="media"),
    structure_rules.FILE: Kind(read_media, None, needs="media"),
    structure_rules.REFERENCE_SIMPLE: Kind(read_reference, index_text),
    structure_rules.REFERENCE_MULTI: Kind(read_reference, index_texts),
}
