"""Measurement families: a body is merged into what is stored, then judged twice, for format and for rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal, localcontext
from typing import Any

from limen.kit.errors import Invalid, Violation
from limen.structure.errors import InvalidList
from limen.structure.rules.draft import Body, json_type
from limen.structure.rules.records import MeasurementFamily, Structure, Unit

MOST_FAMILIES = 300
MOST_UNITS = 50
MOST_OPERATIONS = 5
MOST_CHARACTERS = 100
SYMBOL_LENGTH = 255

_OPERATORS = ("mul", "div", "add", "sub")
# Digits that a conversion is computed with, and those that are shown of it.
_PRECISION = 60
_DIGITS = 15

_FORMAT = "The measurement family has an invalid format."
_RULES = "The measurement family has data that does not comply with the business rules."


def read_families(value: object) -> list[Body]:
    """Check that a body is a list of objects; InvalidList otherwise."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        message = "The body must be a list of measurement families, each an object."
        raise InvalidList([Violation("", "list.format", message)], "The list of measurement families is invalid.")
    return value


def read_code(body: Body) -> str:
    code = body.get("code")
    if not isinstance(code, str):
        raise Invalid([Violation("", "code.missing", "The property code is required and must be a string.")], _FORMAT)
    return code


def decide(body: Body, stored: MeasurementFamily | None, structure: Structure) -> MeasurementFamily:
    """Give the family as it will be (id 0 for a new one); equal to `stored` when nothing changes."""
    _refuse(_check_format(body), _FORMAT)
    merged = _merge(body, stored)
    _refuse(_check_complete(merged), _FORMAT)
    _refuse(_check_keys(merged), _RULES)
    family = MeasurementFamily(
        stored.id if stored else 0,
        merged["code"],
        merged["standard_unit_code"],
        {code: _unit(unit) for code, unit in merged["units"].items()},
        merged["labels"],
    )
    _refuse(_check_rules(family, stored, structure), _RULES)
    return family


def _refuse(violations: Iterator[Violation], message: str) -> None:
    found = list(violations)
    if found:
        raise Invalid(found, message)


# Format


def _check_format(body: Body) -> Iterator[Violation]:
    known: dict[str, Any] = {
        "code": str,
        "labels": dict,
        "standard_unit_code": str,
        "units": dict,
        # Printed by no list of ours, but sent back by some clients.
        "_links": object,
    }
    yield from _check_object("", body, known)
    yield from _check_labels("labels", body.get("labels"))
    units = body.get("units")
    if isinstance(units, dict):
        for key, unit in units.items():
            yield from _check_unit_format(f"units.{key}", unit)


def _check_unit_format(path: str, unit: object) -> Iterator[Violation]:
    if not isinstance(unit, dict):
        yield _wrong_type(path, "an object", unit)
        return
    known = {"code": str, "labels": dict, "symbol": str, "convert_from_standard": list}
    yield from _check_object(path, unit, known)
    yield from _check_labels(f"{path}.labels", unit.get("labels"))
    operations = unit.get("convert_from_standard")
    for place, operation in enumerate(operations if isinstance(operations, list) else ()):
        here = f"{path}.convert_from_standard[{place}]"
        if isinstance(operation, dict):
            yield from _check_object(here, operation, {"operator": str, "value": str})
            for name in ("operator", "value"):
                if name not in operation:
                    yield Violation(here, "property.missing", f"The property {name} is required.")
        else:
            yield _wrong_type(here, "an object", operation)


def _check_object(path: str, value: Body, known: Mapping[str, Any]) -> Iterator[Violation]:
    for name, one in value.items():
        here = f"{path}.{name}" if path else name
        if name not in known:
            yield Violation(path, "property.unknown", f"Additional properties are not allowed: {name}.")
        elif not isinstance(one, known[name]) and not (known[name] is dict and one == []):
            yield _wrong_type(here, {str: "a string", dict: "an object", list: "an array"}[known[name]], one)
        elif isinstance(one, str) and "\0" in one:
            yield Violation(here, "property.character", "The character U+0000 is not possible.")


def _check_labels(path: str, labels: object) -> Iterator[Violation]:
    if isinstance(labels, dict):
        for locale, text in labels.items():
            if not isinstance(text, str):
                yield _wrong_type(f"{path}.{locale}", "a string", text)
            elif "\0" in text or "\0" in locale:
                yield Violation(f"{path}.{locale}", "property.character", "The character U+0000 is not possible.")


def _wrong_type(path: str, expected: str, value: object) -> Violation:
    return Violation(path, "property.type", f"Expected {expected}, {json_type(value)} given.")


# Merging


def _merge(body: Body, stored: MeasurementFamily | None) -> dict[str, Any]:
    """Deep: units and labels that are not named stay, as does every property of a unit that is not named."""
    merged: dict[str, Any] = {"labels": {}, **_plain(stored)}
    for name in ("code", "standard_unit_code"):
        if name in body:
            merged[name] = body[name]
    if stored is not None:
        merged["code"] = stored.code
    merged["labels"] = {**merged["labels"], **_as_map(body.get("labels"))}
    if "units" in body:
        units = dict(merged.get("units", {}))
        for key, unit in _as_map(body["units"]).items():
            before = units.get(key, {"labels": {}, "symbol": ""})
            units[key] = {**before, **unit, "labels": {**before["labels"], **_as_map(unit.get("labels"))}}
        merged["units"] = units
    return merged


def _plain(stored: MeasurementFamily | None) -> dict[str, Any]:
    if stored is None:
        return {}
    return {
        "code": stored.code,
        "labels": stored.labels,
        "standard_unit_code": stored.standard_unit_code,
        "units": {
            code: {
                "code": unit.code,
                "labels": unit.labels,
                "symbol": unit.symbol,
                "convert_from_standard": [
                    {"operator": operator, "value": value} for operator, value in unit.convert_from_standard
                ],
            }
            for code, unit in stored.units.items()
        },
    }


def _as_map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _check_complete(merged: Mapping[str, Any]) -> Iterator[Violation]:
    for name in ("standard_unit_code", "units"):
        if name not in merged:
            yield Violation("", "property.missing", f"The property {name} is required.")
    for key, unit in merged.get("units", {}).items():
        for name in ("code", "convert_from_standard"):
            if name not in unit:
                yield Violation(f"units.{key}", "property.missing", f"The property {name} is required.")


def _check_keys(merged: Mapping[str, Any]) -> Iterator[Violation]:
    for key, unit in merged["units"].items():
        if unit["code"] != key:
            message = f'The unit "{unit["code"]}" is listed under another code, "{key}".'
            yield Violation(f"[units][{key}]", "unit.key", message)


def _unit(unit: Mapping[str, Any]) -> Unit:
    operations = tuple((one["operator"], one["value"]) for one in unit["convert_from_standard"])
    return Unit(unit["code"], unit["symbol"], operations, unit["labels"])


# Rules


def _check_rules(
    family: MeasurementFamily, stored: MeasurementFamily | None, structure: Structure
) -> Iterator[Violation]:
    if stored is None and len(structure.measurement_families) >= MOST_FAMILIES:
        yield Violation("", "family.limit", f"The limit of {MOST_FAMILIES} measurement families is reached.")
    if stored is not None:
        yield from _check_lock(family, stored, structure)
    yield from _check_code("code", family.code)
    yield from _check_label_rules("labels", family.labels)
    yield from _check_standard(family, stored)
    if not 1 <= len(family.units) <= MOST_UNITS:
        yield Violation("units", "units.count", f"A measurement family has 1 to {MOST_UNITS} units.")
    for place, unit in enumerate(family.units.values()):
        yield from _check_unit(f"units[{place}]", unit)


def _check_lock(family: MeasurementFamily, stored: MeasurementFamily, structure: Structure) -> Iterator[Violation]:
    changed = any(
        family.units[code].convert_from_standard != unit.convert_from_standard for code, unit in stored.units.items()
    )
    if changed and is_locked(stored, structure):
        message = "This family is linked to an attribute: of its units only labels and symbols can be changed."
        yield Violation("", "family.linked", message)


def _check_standard(family: MeasurementFamily, stored: MeasurementFamily | None) -> Iterator[Violation]:
    path, code = "standard_unit_code", family.standard_unit_code
    if stored is not None and code != stored.standard_unit_code:
        yield Violation(path, f"{path}.immutable", "The standard unit cannot be changed.")
    elif code not in family.units:
        yield Violation(path, f"{path}.unknown", f'The standard unit "{code}" is not one of the units.')
    elif family.units[code].convert_from_standard != (("mul", "1"),):
        message = f'The standard unit "{code}" must be converted by multiplying with 1.'
        yield Violation(path, f"{path}.conversion", message)


def _check_unit(path: str, unit: Unit) -> Iterator[Violation]:
    yield from _check_code(f"{path}[code]", unit.code)
    yield from _check_label_rules(f"{path}[labels]", unit.labels)
    if len(unit.symbol) > SYMBOL_LENGTH:
        yield Violation(f"{path}[symbol]", "symbol.length", f"At most {SYMBOL_LENGTH} characters are possible.")
    path = f"{path}[convert_from_standard]"
    if not 1 <= len(unit.convert_from_standard) <= MOST_OPERATIONS:
        yield Violation(path, "operations.count", f"A unit has 1 to {MOST_OPERATIONS} conversion operations.")
    for place, (operator, value) in enumerate(unit.convert_from_standard):
        if operator not in _OPERATORS:
            message = f'The operator "{operator}" does not exist; there are {", ".join(_OPERATORS)}.'
            yield Violation(f"{path}[{place}][operator]", "operator.choice", message)
        if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", value) or len(value) > MOST_CHARACTERS:
            message = "The value must be a number of digits with at most one point, without sign or exponent."
            yield Violation(f"{path}[{place}][value]", "value.format", message)
        elif operator == "div" and not value.strip("0."):
            yield Violation(f"{path}[{place}][value]", "value.zero", "Nothing can be divided by zero.")


def _check_code(path: str, code: str) -> Iterator[Violation]:
    if not code.strip():
        yield Violation(path, "code.blank", "The code must not be blank.")
    elif not re.fullmatch(r"[A-Za-z0-9_]+", code):
        yield Violation(path, "code.pattern", "The code may contain only letters, numbers and underscores.")
    elif len(code) > MOST_CHARACTERS:
        yield Violation(path, "code.length", f"The code is too long: at most {MOST_CHARACTERS} characters.")


def _check_label_rules(path: str, labels: Mapping[str, str]) -> Iterator[Violation]:
    for locale, text in labels.items():
        if not locale.strip():
            yield Violation(f"{path}[{locale}]", "labels.locale", "The locale of a label must not be blank.")
        if len(text) > MOST_CHARACTERS or len(locale) > MOST_CHARACTERS:
            message = f"The label is too long: at most {MOST_CHARACTERS} characters."
            yield Violation(f"{path}[{locale}]", "labels.length", message)


# What people see


def convert(family: MeasurementFamily, amount: Decimal, source: str, target: str) -> Decimal | None:
    """Convert an amount of one unit of a family into another, to 15 digits; None where that cannot be told, because a
    unit is made by multiplying with zero. KeyError for a unit it has not."""
    with localcontext(Context(prec=_PRECISION)):
        standard = family.to_standard(amount, source)
        found = _from_standard(standard, family.units[target])
        return None if found is None else Context(prec=_DIGITS).plus(found)


def _from_standard(amount: Decimal, unit: Unit) -> Decimal | None:
    for operator, text in reversed(unit.convert_from_standard):
        value = Decimal(text)
        if operator == "mul":
            if not value:
                return None
            amount /= value
        elif operator == "div":
            amount *= value
        elif operator == "add":
            amount -= value
        else:
            amount += value
    return amount


def is_locked(family: MeasurementFamily, structure: Structure) -> bool:
    """Whether an attribute has values in it, so that its conversions do not change any more."""
    return any(one.metric_family == family.code for one in structure.attributes.values())


def symbols_changed(before: MeasurementFamily, after: MeasurementFamily) -> bool:
    """Whether a unit that values may be in has another symbol now: values carry it."""
    return any(after.units[code].symbol != unit.symbol for code, unit in before.units.items() if code in after.units)


def differences(before: MeasurementFamily, after: MeasurementFamily) -> dict[str, tuple[Any, Any]]:
    """Property → (before, after); of the units those that differ, and nothing else of them."""
    found: dict[str, tuple[Any, Any]] = {}
    if before.labels != after.labels:
        found["labels"] = (dict(before.labels), dict(after.labels))
    units = [code for code, unit in after.units.items() if before.units.get(code) != unit]
    if units:
        found["units"] = _told(before, units), _told(after, units)
    return found


def _told(family: MeasurementFamily, codes: list[str]) -> dict[str, Any]:
    return {
        unit.code: {
            "symbol": unit.symbol,
            "labels": dict(unit.labels),
            "convert_from_standard": [f"{operator} {value}" for operator, value in unit.convert_from_standard],
        }
        for unit in family.units.values()
        if unit.code in codes
    }
