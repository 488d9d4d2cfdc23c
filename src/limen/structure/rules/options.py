"""Attribute options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from limen.kit.errors import Unprocessable, Violation
from limen.kit.text import fold
from limen.structure.rules import draft as read
from limen.structure.rules.attribute_types import has_options
from limen.structure.rules.draft import Body, Draft
from limen.structure.rules.nouns import (
    MOST_INTEGER,
    Change,
    Noun,
    code_is_free,
    code_is_well_formed,
    labels_are_valid,
    unchanged,
)
from limen.structure.rules.records import Attribute, Structure

LABEL_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Option:
    id: int
    code: str
    attribute: str
    sort_order: int
    labels: Mapping[str, str] = field(default_factory=dict)


def check_same_attribute(attribute: Attribute, body: Body) -> None:
    """At creation the body may name no other attribute than the URL."""
    given = body.get("attribute", attribute.code)
    if given != attribute.code:
        raise Unprocessable(
            f'The attribute "{given}" in the body must match the attribute "{attribute.code}" in the URL.'
        )


def no_options_message(attribute: Attribute) -> str:
    return f'The attribute "{attribute.code}" does not support options. Only simple and multi selects have them.'


def _read_code(name: str, value: object, draft: Draft, structure: Structure) -> None:
    before = draft[name]
    read.code(name, value, draft, structure)
    if isinstance(before, str) and isinstance(draft[name], str) and fold(before) == fold(draft[name]):
        # Another case of the same code is no change.
        draft[name] = before


def _draft_of(option: Option, structure: Structure) -> Draft:
    return {
        "code": option.code,
        "attribute": option.attribute,
        "sort_order": option.sort_order,
        "labels": dict(option.labels),
    }


def _complete(change: Change, body: Body) -> None:
    if change.stored is None and change.parent is not None:
        change.draft["attribute"] = change.parent.code


def _check(change: Change) -> Iterator[Violation]:
    draft = change.draft
    yield from code_is_free(change)
    if change.parent is not None and not has_options(change.parent.type):
        yield Violation("attribute", "attribute.options", no_options_message(change.parent))
    yield from unchanged(change, "code", "attribute")
    yield from code_is_well_formed(change)
    order = draft["sort_order"]
    if order is not None and not -MOST_INTEGER <= order <= MOST_INTEGER:
        message = f"This property must be between {-MOST_INTEGER} and {MOST_INTEGER}."
        yield Violation("sort_order", "sort_order.range", message)
    yield from labels_are_valid(change, LABEL_LENGTH)


OPTION = Noun(
    name="attribute_option",
    readers={
        "code": _read_code,
        "attribute": read.reference("attribute", read.attribute_code),
        "sort_order": read.strict_integer_or_unchanged,
        "labels": read.merged_labels,
        "_links": read.ignored,
    },
    # A new option without sort order goes behind all others of its attribute.
    blank=lambda structure: {"code": None, "attribute": None, "sort_order": None, "labels": {}},
    draft_of=_draft_of,
    complete=_complete,
    steps=(_check,),
)
