"""The `search` parameter of structure lists: which filters there are, and how their criteria are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from limen.kit.errors import Malformed, Refused


@dataclass(frozen=True, slots=True)
class Filter:
    """`expects` names the type of the value: codes, code, moment or flag."""

    operator: str
    expects: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """`value` is canonical: a frozenset of str for codes, an aware datetime for a moment."""

    property: str
    value: frozenset[str] | str | datetime | bool


CODES = Filter("IN", "codes")
UPDATED = Filter(">", "moment")
FLAG = Filter("=", "flag")

Filters = Mapping[str, Filter]

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})")


def read_search(text: str, filters: Filters, *, refusal: type[Refused] = Malformed) -> list[Criterion]:
    """Read a search. What is no JSON is Malformed; any other refusal is a `refusal`, with all reasons joined.

    No criteria, and an empty list of them, mean no filter.
    """
    if not text:
        return []
    try:
        search = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed('The "search" parameter must be valid JSON.') from None
    if search == []:
        return []
    if not isinstance(search, dict):
        raise refusal('The "search" parameter must be a JSON object: property → list of criteria.')
    reasons: list[str] = []
    criteria = [
        found
        for name, ones in search.items()
        for one in _criteria(name, ones, filters, reasons)
        if (found := _criterion(name, one, filters[name], reasons)) is not None
    ]
    if reasons:
        raise refusal(" ".join(dict.fromkeys(reasons)))
    return criteria


def _criteria(name: str, ones: object, filters: Filters, reasons: list[str]) -> Sequence[object]:
    if name not in filters:
        available = ", ".join(f'"{one}"' for one in filters)
        reasons.append(f'There is no filter on "{name}". Available are: {available}.')
        return []
    if not isinstance(ones, list):
        reasons.append(f'The filter on "{name}" must be a list of criteria.')
        return []
    return ones


def _criterion(name: str, one: object, filter: Filter, reasons: list[str]) -> Criterion | None:
    if not isinstance(one, dict) or set(one) != {"operator", "value"}:
        reasons.append(f'A criterion on "{name}" must have exactly an "operator" and a "value".')
        return None
    if one["operator"] != filter.operator:
        reasons.append(f'The operator of the filter on "{name}" must be "{filter.operator}".')
        return None
    value = _value(one["value"], filter.expects)
    if value is None:
        reasons.append(f'The value of the filter on "{name}" must be {_EXPECTED[filter.expects]}.')
        return None
    return Criterion(name, value)


_EXPECTED = {
    "codes": "an array of strings",
    "code": "a string",
    "moment": 'a date and time as "YYYY-MM-DDThh:mm:ssZ"',
    "flag": "a boolean",
}


def _value(value: object, expects: str) -> frozenset[str] | str | datetime | bool | None:
    if expects == "codes" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    if expects == "code" and isinstance(value, str):
        return value
    if expects == "flag" and isinstance(value, bool):
        return value
    if expects == "moment" and isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return None
