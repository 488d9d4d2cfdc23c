"""Association types and groups of products: little more than a code and labels."""

from __future__ import annotations

from collections.abc import Iterator

from limen.kit.errors import Violation
from limen.structure.rules import draft as read
from limen.structure.rules.draft import Draft
from limen.structure.rules.nouns import (
    Change,
    Noun,
    code_is_free,
    code_is_well_formed,
    is_boolean,
    labels_are_valid,
    unchanged,
)
from limen.structure.rules.records import AssociationType, Group, Structure


def _type_draft(one: AssociationType, structure: Structure) -> Draft:
    return {
        "code": one.code,
        "labels": dict(one.labels),
        "is_two_way": one.is_two_way,
        "is_quantified": one.is_quantified,
    }


def _check_type(change: Change) -> Iterator[Violation]:
    yield from code_is_free(change)
    yield from unchanged(change, "code", "is_two_way", "is_quantified")
    if change.draft["is_two_way"] is True and change.draft["is_quantified"] is True:
        yield Violation("", "association_type.both", "An association type cannot be both two-way and quantified.")
    yield from code_is_well_formed(change)
    yield from labels_are_valid(change)
    yield from is_boolean(change, "is_two_way")
    yield from is_boolean(change, "is_quantified")


ASSOCIATION_TYPE = Noun(
    name="association_type",
    readers={
        "code": read.code,
        "labels": read.merged_labels,
        "is_two_way": read.strict_boolean,
        "is_quantified": read.strict_boolean,
        "_links": read.ignored,
    },
    blank=lambda structure: {"code": None, "labels": {}, "is_two_way": False, "is_quantified": False},
    draft_of=_type_draft,
    steps=(_check_type,),
)


def _group_draft(one: Group, structure: Structure) -> Draft:
    return {"code": one.code, "labels": dict(one.labels)}


def _check_group(change: Change) -> Iterator[Violation]:
    yield from code_is_free(change)
    yield from unchanged(change, "code")
    yield from code_is_well_formed(change)
    yield from labels_are_valid(change)


GROUP = Noun(
    name="group",
    readers={"code": read.code, "labels": read.merged_labels, "_links": read.ignored},
    blank=lambda structure: {"code": None, "labels": {}},
    draft_of=_group_draft,
    steps=(_check_group,),
)
