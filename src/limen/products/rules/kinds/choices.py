"""Booleans, dates, options and files.

What exists elsewhere (options, files) is looked up later, for the whole batch at once.
"""

from __future__ import annotations

import re
from datetime import date

from limen.kit.text import fold
from limen.products.rules.kinds.base import Broken, Data, Fault, Indexer, Reader, Shape, json_name
from limen.structure.rules import Attribute, Structure


def read_boolean(attribute: Attribute, structure: Structure) -> Reader:
    code = attribute.code

    def read(data: Data) -> bool:
        if data is True or data is False:
            return bool(data)
        raise Shape(2, f'The attribute "{code}" requires a boolean, and found {json_name(data)}.')

    return read


_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    # A time and a zone must be some, though they do not count.
    r"(?:[T ](?:[01][0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
    r"(?: ?(?:Z|[+-][0-9]{2}(?::?[0-5][0-9])?))?)?\s*"
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
                raise Shape(3, f'The attribute "{code}" requires option codes that are strings and not empty.')
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


def index_date(attribute: Attribute, structure: Structure) -> Indexer:
    return lambda data: float(date.fromisoformat(data[:10]).toordinal())
