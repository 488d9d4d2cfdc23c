"""The grammar of a search: from JSON to raw criteria, and reading their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import orjson

from limen.kit.errors import Malformed, Unprocessable
from limen.products.rules.kinds import Broken, json_name, to_decimal
from limen.products.rules.rulebook import Field, Rulebook, Slot
from limen.structure.rules import Structure

EMPTINESS = frozenset({"EMPTY", "NOT EMPTY"})
TEXT_OPERATORS = frozenset({"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!="})

# What a list is asked for: products by identifier or by uuid, or product models.
Asked = Literal["identifier", "uuid", "model"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. `name` is a property, or "" for an attribute; then `slot` is where the value stands, None where
    nothing can match (a locale that the attribute does not have). `value` has the form its operator works with.

    Of the name ANY it is a list of lists of criteria: all of at least one list must hold.
    """

    name: str
    operator: str
    value: Any = None
    slot: Slot | None = None
    field: Field | None = None
    channel: str | None = None
    locales: tuple[str, ...] | None = None
    currency: str | None = None


# Of a criterion that stands for several searches, one of which must hold. No property has such a name.
ANY = "(any)"


@dataclass(frozen=True, slots=True)
class Raw:
    name: str
    operator: str
    given: Mapping[str, Any]
    locale: str | None
    scope: str | None


def decode(text: str | None, asked: Asked = "uuid") -> dict[str, Any]:
    if text is None or text == "":
        return {}
    # Product models answer 422 where products answer 400 (api-products 6.1).
    wrong = Unprocessable if asked == "model" else Malformed
    try:
        search = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise wrong('The parameter "search" must be valid JSON.') from None
    if search == []:
        # Clients in PHP write an empty map as an empty list.
        return {}
    if not isinstance(search, dict):
        raise wrong('The parameter "search" must be a JSON object.')
    return search


def raws_of(name: str, criteria: Any, locale: str | None, scope: str | None) -> list[Raw]:
    if not isinstance(criteria, list) or not criteria or not all(isinstance(one, dict) for one in criteria):
        message = f'The structure of the filter "{name}" should be {{"{name}":[{{"operator": …, "value": …}}]}}.'
        raise Unprocessable(message)
    return [_raw(name, one, locale, scope) for one in criteria]


def _raw(name: str, given: Mapping[str, Any], locale: str | None, scope: str | None) -> Raw:
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
    return Raw(name, operator, given, own_locale or locale, own_scope or scope)


def unsupported(raw: Raw) -> Unprocessable:
    return Unprocessable(
        f'The filter "{raw.name}" is not supported, or does not support the operator "{raw.operator}".'
    )


def active_locale(code: str, structure: Structure) -> str:
    locale = structure.locale(code)
    if locale is None or locale not in structure.active_locales:
        raise Unprocessable(f'The locale "{code}" does not exist or is not activated.')
    return locale


def known_channel(raw: Raw, book: Rulebook) -> str:
    channel = book.structure.channel(raw.scope or "")
    if channel is None:
        raise Unprocessable(f'The filter "{raw.name}" expects an existing scope: there is no channel "{raw.scope}".')
    return channel.code


def string_of(raw: Raw) -> str:
    value = raw.given.get("value")
    if not isinstance(value, str):
        raise Unprocessable(f'The filter "{raw.name}" expects a string as value.')
    return value


def strings_of(raw: Raw) -> list[str]:
    value = raw.given.get("value")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unprocessable(f'The filter "{raw.name}" expects a list of strings as value.')
    return value


def boolean_of(raw: Raw) -> bool:
    value = raw.given.get("value")
    if not isinstance(value, bool):
        raise Unprocessable(f'The filter "{raw.name}" expects a boolean as value.')
    return value


def number_of(raw: Raw, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unprocessable(f'The filter "{raw.name}" expects a number as value.')
    try:
        return to_decimal(raw.name, value)
    except Broken:
        raise Unprocessable(f'The filter "{raw.name}" expects a number as value.') from None
