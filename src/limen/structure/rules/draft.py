"""Drafts: a resource as its table of properties, and how a body is read into one, property by property.

A reader puts one property of a body into the draft, in the order of the body's keys; what has the wrong
shape ends the reading with Misshaped (api-conventions A7). What only breaks a rule goes into the draft as
it came and is judged afterwards, so that all broken rules are reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from limen.kit.errors import Misshaped, Violation
from limen.structure.rules.records import Structure

# Keys are the wire's property names. Values are the canonical Python ones once the draft is judged.
Draft = dict[str, Any]
Body = Mapping[str, object]
Reader = Callable[[str, object, Draft, Structure], None]


def read_body(body: Body, readers: Mapping[str, Reader], draft: Draft, structure: Structure) -> None:
    """Read a body into a draft. Containers of the draft are replaced, never changed in place.

    Raises Misshaped for the first property that has the wrong shape, with those of all properties.
    """
    wrong: list[Violation] = []
    for name, value in body.items():
        try:
            readers.get(name, _unknown)(name, value, draft, structure)
        except Misshaped as refusal:
            wrong.append(Violation(name, "shape", refusal.message))
    if wrong:
        raise Misshaped(wrong[0].message, all=wrong)


def _unknown(name: str, value: object, draft: Draft, structure: Structure) -> None:
    raise Misshaped(f'Property "{name}" does not exist.')


def json_type(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "double"
    return "string" if isinstance(value, str) else "array"


# Readers


def ignored(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """For what GET prints and nobody may write: a body may be sent back as it was read."""


def scalar(name: str, value: object, draft: Draft, structure: Structure) -> None:
    draft[name] = check_scalar(name, value)


def code(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """A code; a JSON number counts as its decimal text."""
    check_scalar(name, value)
    draft[name] = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def strict_boolean(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """Null passes: it is a broken rule, not a wrong shape."""
    if value is not None and not isinstance(value, bool):
        raise Misshaped(_expects(name, "a boolean", value))
    draft[name] = value


def strict_integer_or_unchanged(name: str, value: object, draft: Draft, structure: Structure) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misshaped(_expects(name, "an integer", value))
    draft[name] = value


def day(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """A date that may carry a time behind it, as GET prints it."""
    check_scalar(name, value)
    if value is None:
        draft[name] = None
        return
    text = str(value)
    try:
        if len(text) > 10 and text[10] not in "T ":
            raise ValueError
        draft[name] = date.fromisoformat(text[:10]) if len(text) >= 10 else _raise()
    except ValueError:
        raise Misshaped(f'Property "{name}" expects a date as "yyyy-mm-dd", "{text}" given.') from None


def merged_labels(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """Locale → text, merged into what is there; null and "" remove. Unknown locales are judged later."""
    merged = dict(draft[name])
    for key, text in read_map(name, value).items():
        locale = structure.locale(key) or key
        if text is None or text == "":
            merged.pop(locale, None)
        else:
            merged[locale] = str(text) if isinstance(text, int | float) and not isinstance(text, bool) else text
    draft[name] = merged


def references(kind: str, find: Callable[[Structure, str], str | None]) -> Reader:
    """A list of codes of something that must exist; written as stored, duplicates dropped, order kept."""

    def read(name: str, value: object, draft: Draft, structure: Structure) -> None:
        found = [check_known(name, kind, one, find, structure) for one in read_list(name, value)]
        draft[name] = list(dict.fromkeys(found))

    return read


def reference(kind: str, find: Callable[[Structure, str], str | None], *, empty: Sequence[object] = ()) -> Reader:
    """One code of something that must exist; the values in `empty` stand for none."""

    def read(name: str, value: object, draft: Draft, structure: Structure) -> None:
        if any(value is one or (value == one and isinstance(value, str)) for one in empty):
            draft[name] = None
        else:
            check_scalar(name, value)
            draft[name] = check_known(name, kind, value, find, structure)

    return read


# Parts of readers


def check_scalar(name: str, value: object) -> object:
    if isinstance(value, dict | list):
        raise Misshaped(_expects(name, "a scalar", value))
    if isinstance(value, str) and "\0" in value:
        # PostgreSQL's text cannot hold it, and no catalogue means it.
        raise Misshaped(f'Property "{name}" cannot contain the character U+0000.')
    return value


def read_list(name: str, value: object) -> list[object]:
    """A list of scalars; an object counts as the list of its values, as it does for PHP clients."""
    if not isinstance(value, dict | list):
        raise Misshaped(_expects(name, "an array", value))
    found = list(value.values()) if isinstance(value, dict) else value
    for one in found:
        _check_element(name, one)
    return found


def read_map(name: str, value: object) -> dict[str, object]:
    """A map of scalars; a list counts as a map of its places, so that `[]` is the empty map."""
    found = read_any_map(name, value)
    for key, one in found.items():
        check_scalar(name, key)
        _check_element(name, one)
    return found


def read_any_map(name: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict | list):
        raise Misshaped(_expects(name, "an array", value))
    return value if isinstance(value, dict) else {str(place): one for place, one in enumerate(value)}


def check_known(
    name: str, kind: str, value: object, find: Callable[[Structure, str], str | None], structure: Structure
) -> str:
    """Give the code as stored; Misshaped when there is no such thing."""
    text = "" if value is None else str(value)
    found = find(structure, text) if text and not isinstance(value, bool) else None
    if found is None:
        raise Misshaped(f'Property "{name}" expects the code of an existing {kind}, "{text}" given.')
    return found


def _check_element(name: str, value: object) -> None:
    if isinstance(value, dict | list):
        raise Misshaped(f'Property "{name}" expects an array of scalars: one of its elements is an array.')
    check_scalar(name, value)


def _expects(name: str, what: str, value: object) -> str:
    return f'Property "{name}" expects {what}, "{json_type(value)}" given.'


def _raise() -> date:
    raise ValueError


# What the find functions of references are made of


def attribute_code(structure: Structure, code: str) -> str | None:
    found = structure.attribute(code)
    return found.code if found else None


def attribute_group_code(structure: Structure, code: str) -> str | None:
    found = structure.attribute_group(code)
    return found.code if found else None


def category_code(structure: Structure, code: str) -> str | None:
    found = structure.category(code)
    return found.code if found else None


def channel_code(structure: Structure, code: str) -> str | None:
    found = structure.channel(code)
    return found.code if found else None


def locale_code(structure: Structure, code: str) -> str | None:
    return structure.locale(code)


def currency_code(structure: Structure, code: str) -> str | None:
    return structure.currency(code)
