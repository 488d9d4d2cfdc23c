"""Categories: trees of them."""

from __future__ import annotations

from collections.abc import Iterator

from limen.kit.errors import Misshaped, Unprocessable, Violation
from limen.structure.rules import draft as read
from limen.structure.rules.draft import Body, Draft
from limen.structure.rules.nouns import (
    Change,
    Noun,
    code_is_free,
    code_is_well_formed,
    labels_are_valid,
    unchanged,
)
from limen.structure.rules.records import Category, Structure


def _read_values(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """Enriched content as GET prints it, a map, is passed over; there is no way to write it yet."""
    if not isinstance(value, dict) and value != []:
        raise Misshaped(f'Property "{name}" does not exist.')


def _draft_of(category: Category, structure: Structure) -> Draft:
    return {"code": category.code, "parent": category.parent, "labels": dict(category.labels)}


def _complete(change: Change, body: Body) -> None:
    """Refuse impossible moves, before any rule as the target does."""
    if change.stored is None or change.draft["parent"] == change.stored["parent"]:
        return
    code, structure = change.stored["code"], change.structure
    if any(channel.category_tree == code for channel in structure.channels.values()):
        raise Misshaped(f'The category "{code}" is the tree of a channel, so it must stay a root: no parent.')
    parent = structure.categories.get(change.draft["parent"])
    while parent is not None:
        if parent.code == code:
            raise Unprocessable(f'The category "{code}" cannot be its own ancestor.')
        parent = structure.categories.get(parent.parent) if parent.parent else None


def _check(change: Change) -> Iterator[Violation]:
    yield from code_is_free(change)
    yield from unchanged(change, "code")
    yield from code_is_well_formed(change)
    yield from labels_are_valid(change)


CATEGORY = Noun(
    name="category",
    readers={
        "code": read.code,
        "parent": read.reference("category", read.category_code, empty=(None, "")),
        "labels": read.merged_labels,
        "updated": read.ignored,
        "position": read.ignored,
        "values": _read_values,
        "_links": read.ignored,
    },
    blank=lambda structure: {"code": None, "parent": None, "labels": {}},
    draft_of=_draft_of,
    complete=_complete,
    steps=(_check,),
    null_code_is_none=True,
)
