"""Enriched categories: what a tree's template asks for, and what its categories tell (api-conventions B7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import nh3

from limen.kit.errors import Invalid, Violation
from limen.kit.text import fold
from limen.structure.rules.draft import merged_labels
from limen.structure.rules.nouns import Change, code_is_well_formed, labels_are_valid
from limen.structure.rules.records import Structure

RICH_TEXT = "richtext"
PICTURE = "image"
TYPES = ("text", "textarea", RICH_TEXT, PICTURE)
MOST_ATTRIBUTES = 50

_MOST_CHARACTERS = {"text": 255, "textarea": 65_535, RICH_TEXT: 65_535}
_RICH_TAGS = {
    *("a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre"),
    *("s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
_RICH_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


def most_characters(type: str) -> int:
    """Give the length up to which a text of this type goes. KeyError for an image."""
    return _MOST_CHARACTERS[type]


def harmless(text: str) -> str:
    """Give rich text as it may be shown: without scripts, styles, forms and whatever else could do something."""
    return nh3.clean(text, tags=_RICH_TAGS, attributes=_RICH_ATTRIBUTES, url_schemes={"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class CategoryAttribute:
    """`uuid` tells it from another of the same code that was there before."""

    id: int
    uuid: str
    code: str
    type: str
    scopable: bool
    localizable: bool
    labels: Mapping[str, str] = field(compare=False)
    is_active: bool

    @property
    def key(self) -> str:
        """`headline|3f0e1a52-…`: the name that the wire gives it."""
        return f"{self.code}|{self.uuid}"


@dataclass(frozen=True, slots=True)
class CategoryTemplate:
    """`tree` is the code of its root; `attributes` are all of them, in their order."""

    id: int
    code: str
    tree: str
    labels: Mapping[str, str]
    is_active: bool
    attributes: tuple[CategoryAttribute, ...] = ()

    @property
    def shown(self) -> tuple[CategoryAttribute, ...]:
        """The attributes whose values are told."""
        return tuple(one for one in self.attributes if one.is_active) if self.is_active else ()

    def attribute(self, name: str) -> CategoryAttribute | None:
        """Find an attribute by its uuid, its code, or both as the wire joins them."""
        for one in self.attributes:
            if name in (one.uuid, one.key) or fold(name) == fold(one.code):
                return one
        return None


# A text, or the facts of an image's file.
Data = str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value stands. `channel` and `locale` are None where the attribute has none."""

    attribute: CategoryAttribute
    channel: str | None
    locale: str | None

    @property
    def key(self) -> str:
        return "|".join([self.attribute.key, *filter(None, (self.channel, self.locale))])

    def told(self) -> str:
        """`headline (ecommerce, en_US)`: the name that history gives it."""
        within = ", ".join(filter(None, (self.channel, self.locale)))
        return f"{self.attribute.code} ({within})" if within else self.attribute.code


Values = Mapping[Slot, Data]


@dataclass(frozen=True, slots=True)
class Written:
    """A value as it was sent: `attribute` as `CategoryTemplate.attribute` takes it; no `data` removes it."""

    attribute: str
    channel: str | None
    locale: str | None
    data: Data | None


def decide_values(template: CategoryTemplate, written: Iterable[Written], structure: Structure) -> dict[Slot, Data]:
    """Judge what was sent; an empty text stands for nothing to tell. Raises Invalid with all that is wrong.

    The path of a violation is the attribute's uuid, or the name it was sent under when there is no such attribute.
    """
    found: dict[Slot, Data] = {}
    violations: list[Violation] = []
    for one in written:
        attribute = template.attribute(one.attribute)
        if attribute is None or attribute not in template.shown:
            message = f'The categories of this tree have no attribute "{one.attribute}".'
            violations.append(Violation(one.attribute, "attribute.unknown", message))
            continue
        wrong = [*_misplaced(attribute, one, structure), *_misfit(attribute, one.data)]
        violations += [Violation(attribute.uuid, code, message) for code, message in wrong]
        if not wrong:
            channel = structure.channel(one.channel) if one.channel else None
            locale = structure.locale(one.locale) if one.locale else None
            found[Slot(attribute, channel.code if channel else None, locale)] = _tidy(one.data)
    if violations:
        raise Invalid(violations)
    return found


def changed_values(before: Values, sent: Values) -> dict[Slot, Data]:
    """Give those of the values sent that differ from what is there; an empty text is one to remove."""
    return {slot: data for slot, data in sent.items() if before.get(slot, "") != data}


def _tidy(data: Data | None) -> Data:
    return (data if data.strip() else "").replace("\r\n", "\n") if isinstance(data, str) else data or ""


def _misplaced(attribute: CategoryAttribute, one: Written, structure: Structure) -> Iterator[tuple[str, str]]:
    channel = structure.channel(one.channel) if one.channel else None
    locale = structure.locale(one.locale) if one.locale else None
    if attribute.scopable and channel is None:
        yield "value.channel", f'"{attribute.code}" has a value for each channel: name an existing one.'
    if not attribute.scopable and one.channel:
        yield "value.channel", f'"{attribute.code}" has one value for all channels.'
    if attribute.localizable and locale not in structure.active_locales:
        yield "value.locale", f'"{attribute.code}" has a value for each locale: name an activated one.'
    elif channel is not None and locale is not None and locale not in channel.locales:
        yield "value.locale", f'The channel "{channel.code}" does not have the locale "{locale}".'
    if not attribute.localizable and one.locale:
        yield "value.locale", f'"{attribute.code}" has one value for all locales.'


def _misfit(attribute: CategoryAttribute, data: Data | None) -> Iterator[tuple[str, str]]:
    if attribute.type == PICTURE:
        if isinstance(data, str) and data:
            yield "value.type", "An image is sent as a file."
        elif data and not str(data.get("mime_type", "")).startswith("image/"):
            yield "value.type", "This file is not an image. Choose a PNG, JPEG, GIF, WebP or SVG."
        return
    if not isinstance(data, str | None):
        yield "value.type", "This value must be a text."
        return
    most = _MOST_CHARACTERS[attribute.type]
    if data and len(data) > most:
        yield "value.length", f"This text is too long: at most {most} characters."
    if data and "\0" in data:
        yield "value.character", "This text cannot contain the character U+0000."
    if data and attribute.type == "text" and len(data.strip().splitlines()) > 1:
        yield "value.lines", "This text has one line."


# Templates and their attributes


def check_new_template(code: object, labels: Mapping[str, object], structure: Structure) -> dict[str, str]:
    """Give the labels of a new template as they are stored. Raises Invalid, Misshaped."""
    return _judged(code, labels, {}, structure)


def check_new_attribute(
    template: CategoryTemplate, code: str, type: str, labels: Mapping[str, object], structure: Structure
) -> dict[str, str]:
    """As `check_new_template`, for one more attribute."""
    violations: list[Violation] = []
    if any(fold(one.code) == fold(code) for one in template.attributes):
        violations.append(Violation("code", "code.taken", f'The code "{code}" is already used in this template.'))
    if type not in TYPES:
        violations.append(Violation("type", "type.unknown", f'The type "{type}" does not exist.'))
    violations += _room_for_one_more(template)
    if violations:
        raise Invalid(violations)
    return _judged(code, labels, {}, structure)


def check_activation(template: CategoryTemplate) -> None:
    """Raise Invalid when there is no room for one more active attribute."""
    violations = list(_room_for_one_more(template))
    if violations:
        raise Invalid(violations)


def check_labels(
    code: str, labels: Mapping[str, object], stored: Mapping[str, str], structure: Structure
) -> dict[str, str]:
    """Merge labels into those there are; null and "" remove. Raises Invalid, Misshaped."""
    return _judged(code, labels, stored, structure)


def in_order(template: CategoryTemplate, uuids: Sequence[str]) -> list[CategoryAttribute]:
    """Put the attributes into a new order; those left out keep theirs, behind."""
    places = {uuid: place for place, uuid in enumerate(uuids)}
    return sorted(template.attributes, key=lambda one: places.get(one.uuid, len(places)))


def _room_for_one_more(template: CategoryTemplate) -> Iterator[Violation]:
    if sum(one.is_active for one in template.attributes) >= MOST_ATTRIBUTES:
        yield Violation("", "attributes.limit", f"A template has at most {MOST_ATTRIBUTES} attributes.")


def _judged(
    code: object, labels: Mapping[str, object], stored: Mapping[str, str], structure: Structure
) -> dict[str, str]:
    draft: dict[str, Any] = {"code": code, "labels": dict(stored)}
    merged_labels("labels", dict(labels), draft, structure)
    change = Change(draft, None, structure)
    violations = [*code_is_well_formed(change), *labels_are_valid(change)]
    if violations:
        raise Invalid(violations)
    merged: dict[str, str] = draft["labels"]
    return merged
