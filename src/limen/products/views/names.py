"""How the catalogue's things are called on the screen, in the locale that is read.

A module of its own because the grid, the product's page and its history all say the same names.
"""

from __future__ import annotations

from collections.abc import Mapping

from limen.kit.text import label_of
from limen.kit.web.language import locale_name
from limen.products.forms import Context
from limen.structure.rules import Channel, Structure


def channel_name(channel: Channel, locale: str) -> str:
    return label_of(dict(channel.labels), locale, channel.code)


def family_name(structure: Structure, code: str, locale: str) -> str:
    family = structure.family(code)
    return label_of(dict(family.labels) if family else {}, locale, code)


def attribute_name(structure: Structure, code: str, locale: str) -> str:
    attribute = structure.attribute(code)
    return label_of(dict(attribute.labels) if attribute else {}, locale, code)


def variant_name(structure: Structure, code: str, context: Context) -> str:
    variant = structure.family_variant(code)
    return labels_in(variant.labels if variant else {}, context, code)


def category_name(structure: Structure, code: str, context: Context) -> str:
    category = structure.category(code)
    return labels_in(category.labels if category else {}, context, code)


def group_name(structure: Structure, code: str, context: Context) -> str:
    group = structure.group(code)
    return labels_in(group.labels if group else {}, context, code)


def scope_name(structure: Structure, *, channel: str | None, locale: str | None, context: Context) -> str:
    """Name where a value stands: "E-commerce · English (US)"; empty for a value that is the same everywhere."""
    found = structure.channel(channel) if channel else None
    names = [channel_name(found, context.locale) if found else channel, locale_name(locale) if locale else None]
    return " · ".join(name for name in names if name)


def labels_in(labels: Mapping[str, str], context: Context, code: str) -> str:
    return label_of(dict(labels), context.locale, code)
