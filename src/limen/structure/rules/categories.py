"""Categories: trees of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
from limen.structure.rules.placing import siblings_of
from limen.structure.rules.records import Category, Structure


def _read_values(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """Enriched content as GET prints it, a map, is passed over; there is no way to write it yet."""
    if not isinstance(value, dict) and value != []:
        raise Misshaped(f'Property "{name}" does not exist.')


def _draft_of(category: Category, structure: Structure) -> Draft:
    return {"code": category.code, "parent": category.parent, "labels": dict(category.labels), "position": None}


def asks_for_place(body: Body) -> bool:
    """Tell whether a body is there to place a category: nothing in it but `position`, or `parent` too (D8)."""
    return "position" in body and body.keys() <= {"code", "parent", "position"}


def without_place(body: Body) -> Mapping[str, object]:
    return {name: value for name, value in body.items() if name != "position"}


def _complete(change: Change, body: Body) -> None:
    """Refuse impossible moves, before any rule as the target does."""
    if change.stored is not None and change.draft["parent"] != change.stored["parent"]:
        _refuse_impossible_move(change, change.stored)
    _find_place(change)


def _refuse_impossible_move(change: Change, stored: Draft) -> None:
    code, structure = stored["code"], change.structure
    if any(channel.category_tree == code for channel in structure.channels.values()):
        raise Misshaped(f'The category "{code}" is the tree of a channel, so it must stay a root: no parent.')
    parent = structure.categories.get(change.draft["parent"])
    while parent is not None:
        if parent.code == code:
            raise Unprocessable(f'The category "{code}" cannot be its own ancestor.')
        parent = structure.categories.get(parent.parent) if parent.parent else None


def _find_place(change: Change) -> None:
    """Make the place asked for one that there is; when it is the one held already, nothing was asked for.

    Without a place the draft says None, and a category that moves becomes the last. What was before says the rank
    of then, for history.
    """
    asked, stored = change.draft["position"], change.stored
    if asked is None:
        return
    code = change.draft["code"]
    siblings = siblings_of(code, change.structure.category_section.children.get(change.draft["parent"], ()))
    change.draft["position"] = min(max(asked, 1), len(siblings) + 1)
    if stored is None:
        return
    held = [one.code for one in change.structure.category_section.children[stored["parent"]]].index(code) + 1
    if (stored["parent"], held) == (change.draft["parent"], change.draft["position"]):
        change.draft["position"] = None
    else:
        stored["position"] = held


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
        # Only where a place is asked for: see `asks_for_place`.
        "position": read.strict_integer_or_unchanged,
        "values": _read_values,
        "_links": read.ignored,
    },
    blank=lambda structure: {"code": None, "parent": None, "labels": {}, "position": None},
    draft_of=_draft_of,
    complete=_complete,
    steps=(_check,),
    null_code_is_none=True,
)
