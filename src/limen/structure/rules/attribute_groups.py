"""Attribute groups. An attribute belongs to exactly one; listing it in a group moves it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from limen.kit.errors import Violation
from limen.kit.text import fold
from limen.structure.rules import draft as read
from limen.structure.rules.draft import Draft
from limen.structure.rules.nouns import (
    Change,
    Noun,
    code_is_free,
    code_is_well_formed,
    is_boolean,
    is_whole,
    labels_are_valid,
    unchanged,
    whole,
)
from limen.structure.rules.records import AttributeGroup, Structure

# The group of attributes that belong nowhere else; it always exists.
OTHER = "other"
MOST_GROUPS = 1000


def _read_attributes(name: str, value: object, draft: Draft, structure: Structure) -> None:
    if isinstance(draft["code"], str) and fold(draft["code"]) == OTHER:
        # Its members are what no other group has: as in the target, a list sent for it is not looked at.
        read.read_list(name, value)
        return
    read.references("attribute", read.attribute_code)(name, value, draft, structure)
    draft[name] = sorted(draft[name])


def _draft_of(group: AttributeGroup, structure: Structure) -> Draft:
    return {
        "code": group.code,
        "sort_order": group.sort_order,
        "attributes": sorted(one.code for one in structure.attributes_by_group.get(group.code, ())),
        "labels": dict(group.labels),
        "counts_for_quality": group.counts_for_quality,
    }


def _check(change: Change) -> Iterator[Violation]:
    if change.stored is None and len(change.structure.attribute_groups) >= MOST_GROUPS:
        yield Violation("", "attribute_group.limit", f"The limit of {MOST_GROUPS} attribute groups is reached.")
    yield from code_is_free(change)
    yield from unchanged(change, "code")
    yield from code_is_well_formed(change)
    yield from is_whole(change, "sort_order")
    yield from labels_are_valid(change)
    yield from is_boolean(change, "counts_for_quality")


ATTRIBUTE_GROUP = Noun(
    name="attribute_group",
    readers={
        "code": read.code,
        "sort_order": read.scalar,
        "attributes": _read_attributes,
        "labels": read.merged_labels,
        # Ours.
        "counts_for_quality": read.scalar,
        "_links": read.ignored,
    },
    blank=lambda structure: {
        "code": None,
        "sort_order": 0,
        "attributes": [],
        "labels": {},
        "counts_for_quality": True,
    },
    draft_of=_draft_of,
    steps=(_check,),
    finish=lambda draft: {**draft, "sort_order": whole(draft["sort_order"])},
)


def in_order(structure: Structure) -> list[AttributeGroup]:
    """All groups as people see them: by sort order, then by code."""
    return sorted(structure.attribute_group_section.in_order, key=lambda one: one.sort_order)


def renumbered(groups: Sequence[AttributeGroup]) -> Mapping[str, int]:
    """Give the sort orders that put groups into this order: code → number, of those alone that change.

    The numbers there are stay in use, so that one move changes no more than the groups between; where two groups
    share a number, all are counted anew.
    """
    numbers = sorted(one.sort_order for one in groups)
    if len(set(numbers)) < len(numbers):
        numbers = list(range(1, len(groups) + 1))
    return {one.code: number for one, number in zip(groups, numbers, strict=True) if one.sort_order != number}
