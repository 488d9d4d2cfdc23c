"""Channels: for whom and where products are published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from limen.kit.errors import Violation
from limen.structure.rules import draft as read
from limen.structure.rules.draft import Draft
from limen.structure.rules.nouns import (
    Change,
    Noun,
    code_is_free,
    code_is_well_formed,
    labels_are_valid,
    unchanged,
)
from limen.structure.rules.records import METRIC, Channel, Structure


def _read_conversion_units(name: str, value: object, draft: Draft, structure: Structure) -> None:
    merged = dict(draft[name])
    for key, unit in read.read_map(name, value).items():
        attribute = read.attribute_code(structure, key) or key
        if unit is None or unit == "":
            merged.pop(attribute, None)
        else:
            merged[attribute] = unit
    draft[name] = merged


def _draft_of(channel: Channel, structure: Structure) -> Draft:
    return {
        "code": channel.code,
        "currencies": list(channel.currencies),
        "locales": list(channel.locales),
        "category_tree": channel.category_tree,
        "conversion_units": dict(channel.conversion_units),
        "labels": dict(channel.labels),
    }


def _check(change: Change) -> Iterator[Violation]:
    draft, structure = change.draft, change.structure
    yield from code_is_free(change)
    yield from unchanged(change, "code")
    yield from _check_conversion_units(draft, structure)
    yield from code_is_well_formed(change)
    if isinstance(draft["code"], str) and draft["code"] and not re.search(r"[A-Za-z]", draft["code"]):
        yield Violation("code", "code.letter", "The code must contain at least one letter.")
    yield from _check_currencies(draft, structure)
    if not draft["locales"]:
        yield Violation("locales", "locales.count", "A channel needs at least one locale.")
    if draft["category_tree"] is None:
        yield Violation("category_tree", "category_tree.blank", "The category tree must not be blank.")
    elif structure.categories[draft["category_tree"]].parent is not None:
        message = f'The category "{draft["category_tree"]}" has to be a root category.'
        yield Violation("category_tree", "category_tree.root", message)
    yield from labels_are_valid(change)


def _check_currencies(draft: Draft, structure: Structure) -> Iterator[Violation]:
    if not draft["currencies"]:
        yield Violation("currencies", "currencies.count", "A channel needs at least one currency.")
    for currency in draft["currencies"]:
        if not structure.currencies[currency]:
            yield Violation("currencies", "currencies.enabled", f'The currency "{currency}" has to be activated.')


def _check_conversion_units(draft: Draft, structure: Structure) -> Iterator[Violation]:
    for code, unit in draft["conversion_units"].items():
        attribute = structure.attribute(code)
        if attribute is None:
            yield Violation("conversion_units", "conversion_units.unknown", f'There is no attribute "{code}".')
            return
        if attribute.type != METRIC:
            message = f'The attribute "{code}" is no measurement, so it has no unit.'
            yield Violation("conversion_units", "conversion_units.type", message)
            return
        family = structure.measurement_families[attribute.metric_family or ""]
        if unit not in family.units:
            message = f'The measurement family "{family.code}" of the attribute "{code}" has no unit "{unit}".'
            yield Violation("conversion_units", "conversion_units.unit", message)


CHANNEL = Noun(
    name="channel",
    readers={
        "code": read.code,
        "currencies": read.references("currency", read.currency_code),
        "locales": read.references("locale", read.locale_code),
        "category_tree": read.reference("category", read.category_code),
        "conversion_units": _read_conversion_units,
        "labels": read.merged_labels,
        "_links": read.ignored,
    },
    blank=lambda structure: {
        "code": None,
        "currencies": [],
        "locales": [],
        "category_tree": None,
        "conversion_units": {},
        "labels": {},
    },
    draft_of=_draft_of,
    steps=(_check,),
)
