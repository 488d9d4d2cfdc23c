"""The road every resource of the structure takes: body → draft → rules in steps → decision.

A noun is a record of what is its own: its table of properties and its rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from limen.kit.errors import Invalid, Unprocessable, Violation
from limen.structure.rules.draft import Body, Draft, Reader, read_body
from limen.structure.rules.records import Attribute, Structure

CODE_LENGTH = 100
LABEL_LENGTH = 100

# The largest number of an ordinary integer column in the databases of those who read our exports.
MOST_INTEGER = 2_147_483_647

_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*")


@dataclass(frozen=True, slots=True)
class Change:
    """What rules judge. `stored` is None for a creation; `taken` says that a created code exists already;
    `parent` is the attribute of an option."""

    draft: Draft
    stored: Draft | None
    structure: Structure
    taken: bool = False
    parent: Attribute | None = None


Step = Callable[[Change], Iterable[Violation]]


@dataclass(frozen=True, slots=True)
class Noun:
    """`name` is the word of events ("attribute.created") and of messages, underscores read as spaces.

    `blank` gives the draft of a new one, `draft_of` that of a stored record. `complete` fills in what
    depends on other properties, once the body is read. `steps` are judged in order: a later one only
    when all before it passed. `finish` makes a judged draft canonical, so that it can be compared.
    """

    name: str
    readers: Mapping[str, Reader]
    blank: Callable[[Structure], Draft]
    draft_of: Callable[[Any, Structure], Draft]
    steps: Sequence[Step]
    complete: Callable[[Change, Body], None] = lambda change, body: None
    finish: Callable[[Draft], Draft] = lambda draft: draft
    null_code_is_none: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`before` is None for a creation. Draft and before are canonical, and equal when nothing changes."""

    draft: Draft
    before: Draft | None

    @property
    def changed(self) -> bool:
        return self.draft != self.before

    def differs(self, name: str) -> bool:
        return self.before is None or self.draft[name] != self.before[name]


def decide_creation(
    noun: Noun, body: Body, structure: Structure, *, exists: Callable[[str], bool], parent: Attribute | None = None
) -> Decision:
    """Judge the creation of a resource whose code is in the body."""
    draft = noun.blank(structure)
    read_body(body, noun.readers, draft, structure)
    code = draft["code"]
    taken = isinstance(code, str) and exists(code)
    return _judge(noun, body, Change(draft, None, structure, taken, parent))


def decide_upsert(
    noun: Noun, code: str, body: Body, stored: Any, structure: Structure, *, parent: Attribute | None = None
) -> Decision:
    """Judge an update of `stored`, or the creation under `code` when there is none."""
    if stored is not None:
        before = noun.draft_of(stored, structure)
        draft = dict(before)
        read_body(body, noun.readers, draft, structure)
        return _judge(noun, body, Change(draft, before, structure, parent=parent))
    _check_same_code(noun, code, body)
    draft = noun.blank(structure)
    draft["code"] = code
    rest = {name: value for name, value in body.items() if name != "code"}
    read_body(rest, noun.readers, draft, structure)
    return _judge(noun, body, Change(draft, None, structure, parent=parent))


def _check_same_code(noun: Noun, code: str, body: Body) -> None:
    given = body.get("code", code)
    if given is None and noun.null_code_is_none:
        return
    if given != code:
        raise Unprocessable(f'The code "{given}" in the body must match the code "{code}" in the URL.')


def _judge(noun: Noun, body: Body, change: Change) -> Decision:
    noun.complete(change, body)
    for step in noun.steps:
        # The same sentence about the same property is said once.
        violations = {(one.path, one.message): one for one in step(change)}
        if violations:
            raise Invalid(list(violations.values()))
    return Decision(noun.finish(change.draft), change.stored)


# Rules that resources share


def code_is_free(change: Change) -> Iterator[Violation]:
    if change.taken:
        yield Violation("code", "code.taken", f'The code "{change.draft["code"]}" is already used.')


def unchanged(change: Change, *names: str) -> Iterator[Violation]:
    """Properties that are set once."""
    if change.stored is None:
        return
    for name in names:
        before, after = change.stored[name], change.draft[name]
        if before is not None and (type(before) is not type(after) or before != after):
            yield Violation(name, f"{name}.immutable", "This property cannot be changed.")


def code_is_well_formed(change: Change) -> Iterator[Violation]:
    """Blank, type, length, characters: at most one of them."""
    code = change.draft["code"]
    if code is None or code == "":
        yield Violation("code", "code.blank", "The code must not be blank.")
    elif not isinstance(code, str):
        yield Violation("code", "code.type", "The code must be a string.")
    elif not re.fullmatch(r"[A-Za-z0-9_]+", code):
        yield Violation("code", "code.pattern", "The code may contain only letters, numbers and underscores.")
    if isinstance(code, str) and len(code) > CODE_LENGTH:
        yield Violation("code", "code.length", f"The code is too long: at most {CODE_LENGTH} characters.")


def labels_are_valid(change: Change, most: int = LABEL_LENGTH) -> Iterator[Violation]:
    for locale, text in change.draft["labels"].items():
        if change.structure.locale(locale) is None:
            yield Violation("labels", "labels.locale", f'The locale "{locale}" does not exist.')
        elif not isinstance(text, str):
            yield Violation("labels", "labels.type", f'The label for "{locale}" must be a string.')
        elif len(text) > most:
            yield Violation(
                "labels", "labels.length", f'The label for "{locale}" is too long: at most {most} characters.'
            )


def is_boolean(change: Change, name: str, *, nullable: bool = False) -> Iterator[Violation]:
    value = change.draft[name]
    if value is None and not nullable:
        yield Violation(name, f"{name}.null", "This property must not be null.")
    elif value is not None and not isinstance(value, bool):
        yield Violation(name, f"{name}.type", "This property must be of type bool.")


def is_whole(
    change: Change, name: str, *, most: int = MOST_INTEGER, least: int = 0, nullable: bool = False
) -> Iterator[Violation]:
    """A whole number from `least` to `most`; numeric texts count."""
    value = change.draft[name]
    if value is None:
        if not nullable:
            yield Violation(name, f"{name}.null", "This property must not be null.")
        return
    amount = number(value)
    if amount is None:
        yield Violation(name, f"{name}.type", "This property must be a number.")
    elif amount != amount.to_integral_value():
        yield Violation(name, f"{name}.fraction", "This property must be a whole number.")
    elif not least <= amount <= most:
        yield Violation(name, f"{name}.range", f"This property must be between {least} and {most}.")


def number(value: object) -> Decimal | None:
    """Read a JSON number or a numeric text; None when it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value.strip())
    return None


def whole(value: object) -> int | None:
    """Make a judged whole number canonical."""
    amount = number(value)
    return None if amount is None else int(amount)
