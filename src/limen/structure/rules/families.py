"""Families: which attributes a product has, and which of them a channel requires."""

from __future__ import annotations

from collections.abc import Iterator

from limen.kit.errors import Violation
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
from limen.structure.rules.records import IDENTIFIER, IMAGE, TEXT, Attribute, Family, Structure


def can_be_label(attribute: Attribute) -> bool:
    return attribute.type in (TEXT, IDENTIFIER)


def can_be_image(attribute: Attribute) -> bool:
    return attribute.type == IMAGE and not attribute.localizable and not attribute.scopable


def _read_attributes(name: str, value: object, draft: Draft, structure: Structure) -> None:
    read.references("attribute", read.attribute_code)(name, value, draft, structure)
    draft[name] = sorted(draft[name])


def _read_requirements(name: str, value: object, draft: Draft, structure: Structure) -> None:
    """Channel → attributes; a channel's list is replaced as a whole, other channels are left alone."""
    merged = dict(draft[name])
    for key, codes in read.read_any_map(name, value).items():
        channel = read.check_known(name, "channel", key, read.channel_code, structure)
        found = [
            read.check_known(name, "attribute", one, read.attribute_code, structure)
            for one in read.read_list(name, codes)
        ]
        merged[channel] = sorted(set(found))
    draft[name] = merged


def _blank(structure: Structure) -> Draft:
    identifier = structure.main_identifier.code
    return {
        "code": None,
        "attributes": [identifier],
        "attribute_as_label": identifier,
        "attribute_as_image": None,
        "attribute_requirements": {channel: [identifier] for channel in structure.channels},
        "labels": {},
    }


def _draft_of(family: Family, structure: Structure) -> Draft:
    return {
        "code": family.code,
        "attributes": sorted(family.attributes),
        "attribute_as_label": family.attribute_as_label,
        "attribute_as_image": family.attribute_as_image,
        "attribute_requirements": {channel: sorted(codes) for channel, codes in family.requirements.items()},
        "labels": dict(family.labels),
    }


def _complete(change: Change, body: Body) -> None:
    """A family always has the main identifier; at creation every channel requires it.

    The target lets an update drop it, which nobody ever wants: it comes back without a word.
    """
    draft, identifier = change.draft, change.structure.main_identifier.code
    if identifier not in draft["attributes"]:
        draft["attributes"] = sorted([*draft["attributes"], identifier])
    if change.stored is None:
        draft["attribute_requirements"] = {
            channel: sorted({*codes, identifier}) for channel, codes in draft["attribute_requirements"].items()
        }


def _check(change: Change) -> Iterator[Violation]:
    yield from code_is_free(change)
    yield from unchanged(change, "code")
    yield from _check_requirements(change.draft)
    yield from _check_label(change.draft, change.structure)
    yield from _check_image(change.draft, change.structure)
    yield from _check_axes(change)
    yield from code_is_well_formed(change)
    yield from labels_are_valid(change)


def _check_requirements(draft: Draft) -> Iterator[Violation]:
    attributes = set(draft["attributes"])
    for channel, codes in draft["attribute_requirements"].items():
        for code in codes:
            if code not in attributes:
                message = f'The attribute "{code}", required for the channel "{channel}", is not in the family.'
                yield Violation("attribute_requirements", "attribute_requirements.member", message)


def _check_label(draft: Draft, structure: Structure) -> Iterator[Violation]:
    name, code = "attribute_as_label", draft["attribute_as_label"]
    if code not in draft["attributes"]:
        yield Violation(name, f"{name}.member", f'The attribute "{code}" is not in the family.')
    if not can_be_label(structure.attributes[code]):
        yield Violation(name, f"{name}.type", f'The attribute "{code}" is neither a text nor an identifier.')


def _check_image(draft: Draft, structure: Structure) -> Iterator[Violation]:
    name, code = "attribute_as_image", draft["attribute_as_image"]
    if code is None:
        return
    attribute = structure.attributes[code]
    if code not in draft["attributes"]:
        yield Violation(name, f"{name}.member", f'The attribute "{code}" is not in the family.')
    if attribute.type != IMAGE:
        yield Violation(name, f"{name}.type", f'The attribute "{code}" is no image.')
    if attribute.localizable:
        yield Violation(name, f"{name}.localizable", f'The attribute "{code}" is localizable.')
    if attribute.scopable:
        yield Violation(name, f"{name}.scopable", f'The attribute "{code}" is scopable.')


def _check_axes(change: Change) -> Iterator[Violation]:
    """What variants vary along stays."""
    if change.stored is None:
        return
    members = set(change.draft["attributes"])
    for variant in change.structure.variants_by_family.get(change.stored["code"], ()):
        for code in variant.axes:
            if code not in members:
                message = f'The attribute "{code}" is an axis of the family variant "{variant.code}".'
                yield Violation("attributes", "attributes.axis", message)


def _finish(draft: Draft) -> Draft:
    required = {channel: codes for channel, codes in draft["attribute_requirements"].items() if codes}
    return {**draft, "attribute_requirements": required}


FAMILY = Noun(
    name="family",
    readers={
        "code": read.code,
        "attributes": _read_attributes,
        "attribute_as_label": read.reference("attribute", read.attribute_code),
        "attribute_as_image": read.reference("attribute", read.attribute_code, empty=(None, "")),
        "attribute_requirements": _read_requirements,
        "labels": read.merged_labels,
        "_links": read.ignored,
    },
    blank=_blank,
    draft_of=_draft_of,
    complete=_complete,
    steps=(_check,),
    finish=_finish,
)
