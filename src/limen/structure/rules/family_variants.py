"""Family variants: along which axes the products of a family vary, and which attributes belong to which level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from limen.kit.errors import Misshaped, Violation
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
from limen.structure.rules.records import (
    BOOLEAN,
    METRIC,
    REFERENCE_SIMPLE,
    SIMPLE_SELECT,
    Attribute,
    Family,
    FamilyVariant,
    Structure,
    VariantLevel,
)

MOST_LEVELS = 2
MOST_AXES = 5

_AXIS_TYPES = frozenset({BOOLEAN, SIMPLE_SELECT, METRIC, REFERENCE_SIMPLE})
_SETS = "variant_attribute_sets"


def why_no_axis(attribute: Attribute) -> Iterator[tuple[str, str]]:
    """What keeps an attribute from being an axis, each as a stable word and a sentence; nothing when it can be one."""
    if attribute.type not in _AXIS_TYPES:
        yield "type", f'The axis "{attribute.code}" must be a yes/no, a simple select or a measurement.'
    if attribute.localizable or attribute.scopable or attribute.available_locales:
        yield "same", f'The axis "{attribute.code}" cannot differ by locale or channel, nor be for some locales only.'
    if attribute.unique:
        yield "unique", f'The axis "{attribute.code}" cannot have unique values.'


def level_of(variant: FamilyVariant, attribute: str) -> int:
    """Give the level that an attribute stands on, from 1; 0 where it is common to all."""
    return next((number for number, one in enumerate(variant.levels, 1) if attribute in one.attributes), 0)


def is_fixed(variant: FamilyVariant, attribute: Attribute) -> bool:
    """Whether an attribute stays on its level: axes do, and what each product has of its own."""
    return attribute.unique or attribute.code in variant.axes


def refitted(variant: FamilyVariant, members: Collection[str], structure: Structure) -> tuple[VariantLevel, ...]:
    """Give the levels of a variant as they are when its family has these attributes. Axes are among them."""
    levels = [
        replace(level, attributes=tuple(code for code in level.attributes if code in members))
        for level in variant.levels
    ]
    placed = {code for level in levels for code in level.attributes}
    last = levels[-1]
    levels[-1] = replace(last, attributes=(*last.attributes, *_unplaced(placed, members, structure)))
    return tuple(levels)


def _unplaced(placed: Collection[str], members: Iterable[str], structure: Structure) -> list[str]:
    """Attributes with unique values that stand nowhere yet: each product has its own."""
    return sorted(code for code in members if structure.attributes[code].unique and code not in placed)


# Reading


def _read_code(name: str, value: object, draft: Draft, structure: Structure) -> None:
    if value is not None and not isinstance(value, str):
        raise Misshaped(f'Property "{name}" expects a string, "{read.json_type(value)}" given.')
    read.scalar(name, value, draft, structure)


def _read_sets(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """One object per level; a stored variant keeps its levels, and what an object does not say stays."""
    before = draft[name]
    sets = {one["level"]: one for one in before}
    entries = _objects(name, value)
    same_number = Misshaped("The number of levels of a family variant cannot be changed.")
    if before and len(entries) != len(before):
        raise same_number
    for entry in entries:
        level = _level(entry)
        if before and level not in sets:
            raise same_number
        sets[level] = _merged(sets.get(level, {"level": level, "axes": [], "attributes": []}), entry, structure)
    draft[name] = [sets[level] for level in sorted(sets)]


def _objects(name: str, value: object) -> list[dict[str, Any]]:
    if not isinstance(value, dict | list):
        raise Misshaped(f'Property "{name}" expects an array of objects, "{read.json_type(value)}" given.')
    found = list(value.values()) if isinstance(value, dict) else value
    for one in found:
        # An empty list is what some languages make of an empty object.
        if not isinstance(one, dict) and one != []:
            raise Misshaped(f'Property "{name}" expects an array of objects: one of its elements is none.')
    return [dict(one) for one in found]


def _level(entry: Body) -> int:
    if "level" not in entry:
        raise Misshaped(f'Property "{_SETS}": "level" is mandatory in each of its objects.')
    level = entry["level"]
    if isinstance(level, bool) or not isinstance(level, int):
        raise Misshaped(f'Property "level" expects an integer, "{read.json_type(level)}" given.')
    return level


def _merged(one: Draft, entry: Body, structure: Structure) -> Draft:
    axes, attributes = one["axes"], one["attributes"]
    for name, value in entry.items():
        if name == "axes":
            found = _attribute_codes(one["level"], value, structure)
            # The order of axes says nothing: in another one they are the same.
            if set(found) != set(axes):
                attributes = [code for code in attributes if code not in axes]
                axes = found
        elif name == "attributes":
            attributes = _attribute_codes(one["level"], value, structure)
        elif name != "level":
            raise Misshaped(f'Property "{name}" does not exist in "{_SETS}".')
    return {
        "level": one["level"],
        "axes": axes,
        "attributes": [*attributes, *(code for code in axes if code not in attributes)],
    }


def _attribute_codes(level: int, value: object, structure: Structure) -> list[str]:
    draft: Draft = {}
    name = f"attribute_set_{level}"
    read.references("attribute", read.attribute_code)(name, value, draft, structure)
    return list(draft[name])


def sets_of(levels: Iterable[VariantLevel]) -> list[dict[str, Any]]:
    """Levels as the wire has them."""
    return [
        {"level": number, "axes": list(level.axes), "attributes": list(level.attributes)}
        for number, level in enumerate(levels, 1)
    ]


def levels_of(sets: Iterable[Draft]) -> tuple[VariantLevel, ...]:
    return tuple(VariantLevel(tuple(one["axes"]), tuple(one["attributes"])) for one in sets)


def moved(before: Draft, after: Draft) -> bool:
    """Whether any attribute stands on another level than before."""
    return _places_in(before) != _places_in(after)


def _places_in(draft: Draft) -> dict[str, int]:
    return {code: one["level"] for one in draft[_SETS] for code in one["attributes"]}


def _draft_of(variant: FamilyVariant, structure: Structure) -> Draft:
    return {
        "code": variant.code,
        "family": variant.family,
        "labels": dict(variant.labels),
        _SETS: sets_of(variant.levels),
    }


# Judging


def _own_family(change: Change) -> Family:
    """The variant's, also where it was asked for under another one."""
    return change.structure.families[(change.stored or change.draft)["family"]]


def _complete(change: Change, family: Family) -> None:
    """The family is that of the address. What no level has and each product has its own of, is on the last one."""
    draft = change.draft
    draft["family"] = family.code
    if draft[_SETS]:
        *others, last = draft[_SETS]
        placed = {code for one in draft[_SETS] for code in one["attributes"]}
        more = _unplaced(placed, _own_family(change).attributes, change.structure)
        draft[_SETS] = [*others, {**last, "attributes": [*last["attributes"], *more]}]


def _check(change: Change) -> Iterator[Violation]:
    yield from code_is_free(change)
    yield from unchanged(change, "code", "family")
    yield from _check_same_axes(change)
    yield from _check_sets(change)
    yield from code_is_well_formed(change)
    yield from labels_are_valid(change)


def _check_same_axes(change: Change) -> Iterator[Violation]:
    if change.stored is None:
        return
    for place, (before, after) in enumerate(zip(change.stored[_SETS], change.draft[_SETS], strict=True)):
        if set(before["axes"]) != set(after["axes"]):
            message = f"The axes of level {after['level']} cannot be changed."
            yield Violation(f"{_SETS}[{place}].axes", f"{_SETS}.axes_immutable", message)


def _check_sets(change: Change) -> Iterator[Violation]:
    sets = change.draft[_SETS]
    if not sets:
        yield _broken("none", "A family variant needs at least one level.")
    elif len(sets) > MOST_LEVELS:
        yield _broken("count", f"A family variant can have at most {MOST_LEVELS} levels.")
    else:
        yield from _check_levels(sets)
        for one in sets:
            for code in one["axes"]:
                for word, message in why_no_axis(change.structure.attributes[code]):
                    yield _broken(f"axis_{word}", message)
        yield from _check_places(sets)
        yield from _check_members(sets, change)


def _check_levels(sets: list[Draft]) -> Iterator[Violation]:
    by_level = {one["level"]: one for one in sets}
    for level in range(1, len(sets) + 1):
        if level not in by_level:
            yield _broken("level", f"There is no attribute set for level {level}.")
    for level, one in by_level.items():
        if not one["axes"]:
            yield _broken("axes_none", f"Level {level} needs at least one axis.")
    for level, one in by_level.items():
        if len(one["axes"]) > MOST_AXES:
            yield _broken("axes_count", f"Level {level} can have at most {MOST_AXES} axes.")


def _check_places(sets: list[Draft]) -> Iterator[Violation]:
    """Each axis and each attribute stands on one level."""
    axes = Counter(code for one in sets for code in one["axes"])
    for code, times in axes.items():
        if times > 1:
            yield _broken("axis_twice", f'The axis "{code}" stands on two levels.')
    for one in sets:
        for code in one["attributes"]:
            if axes[code] == 1 and code not in one["axes"]:
                message = f'The attribute "{code}" must be on the level that it is an axis of.'
                yield _broken("axis_elsewhere", message)
    for code, times in Counter(code for one in sets for code in one["attributes"]).items():
        if times > 1 and code not in axes:
            yield _broken("attribute_twice", f'The attribute "{code}" stands on two levels.')


def _check_members(sets: list[Draft], change: Change) -> Iterator[Violation]:
    family = _own_family(change)
    for one in sets:
        for code in one["attributes"]:
            if code not in family.attributes:
                yield _broken("member", f'The attribute "{code}" is not in the family "{family.code}".')
    for one in sets[:-1]:
        for code in one["attributes"]:
            if change.structure.attributes[code].unique and code not in one["axes"]:
                message = f'The attribute "{code}" has unique values, so it must be on the last level.'
                yield _broken("unique", message)


def _broken(word: str, message: str) -> Violation:
    return Violation(_SETS, f"{_SETS}.{word}", message)


FAMILY_VARIANT = Noun(
    name="family_variant",
    readers={
        "code": _read_code,
        "labels": read.merged_labels,
        _SETS: _read_sets,
        "common_attributes": read.ignored,
        "_links": read.ignored,
    },
    blank=lambda structure: {"code": None, "family": None, "labels": {}, _SETS: []},
    draft_of=_draft_of,
    steps=(_check,),
)


def family_variant(family: Family) -> Noun:
    """The noun of the variants of a family: which one it is says the address, never the body."""
    return replace(FAMILY_VARIANT, complete=lambda change, body: _complete(change, family))
