"""One product as its pages see it: what stands around every tab. Pure, but for what was looked up before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from limen.kit.web import language
from limen.products.forms import Context
from limen.products.queries import Completeness, ProductView
from limen.products.views import names, values
from limen.products.views.values import Looked
from limen.structure.rules import Category, Structure


@dataclass(frozen=True, slots=True)
class Seen:
    """A product that was found, and through which channel and locale it is looked at."""

    product: ProductView
    structure: Structure
    context: Context

    @property
    def url(self) -> str:
        return reverse("products:product", args=[self.product.uuid])

    @property
    def associations(self) -> dict[str, dict[str, list[Any]]]:
        return self.product.associations

    @property
    def quantified(self) -> dict[str, dict[str, list[Any]]]:
        return self.product.quantified_associations

    @property
    def query(self) -> str:
        """Carry the context on a link to another page."""
        return urlencode({"channel": self.context.channel.code, "locale": self.context.locale})


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A required attribute without a value, and the way to it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class LocaleProgress:
    """`chosen`: the one that the page shows."""

    name: str
    ratio: int
    missing: tuple[Missing, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """How complete a product is for one channel."""

    name: str
    locales: tuple[LocaleProgress, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A category tree, and the ways to the product's categories in it, each from below the root."""

    name: str
    ways: tuple[tuple[str, ...], ...]


def head_values(seen: Seen) -> list[tuple[str, object]]:
    """Give (attribute code, data) of the label and of the picture, the two attributes that the family names."""
    return [
        found for found in (_of_family(seen, "attribute_as_label"), _of_family(seen, "attribute_as_image")) if found
    ]


def name_of(seen: Seen) -> str:
    """Give the label; without one, in brackets, what the product is known by."""
    label = _of_family(seen, "attribute_as_label")
    if label and label[1]:
        return str(label[1])
    return f"[{seen.product.identifier or seen.product.uuid}]"


def picture_of(seen: Seen, looked: Looked) -> str:
    """Give the address of the picture, empty when there is none."""
    found = _of_family(seen, "attribute_as_image")
    if found is None:
        return ""
    shown = values.show(seen.structure.attributes[found[0]], found[1], looked)
    return shown.url if shown else ""


def family_of(seen: Seen) -> str:
    code = seen.product.family
    return names.family_name(seen.structure, code, seen.context.locale) if code else ""


def tabs(seen: Seen, current: str, *, with_history: bool) -> list[Tab]:
    """Give the pages of the product; `current` is the name of one's template."""
    product = seen.product
    associated: int = sum(
        len(targets)
        for by_type in (seen.associations, seen.quantified)
        for by_kind in by_type.values()
        for targets in by_kind.values()
    )
    found = [
        ("attributes", "product", _("Attributes"), None),
        ("categories", "product-categories", _("Categories and groups"), len(product.categories) + len(product.groups)),
        ("associations", "product-associations", _("Associations"), associated),
        *([("history", "product-history", _("History"), None)] if with_history else []),
    ]
    return [
        Tab(name, f"{reverse(f'products:{route}', args=[product.uuid])}?{seen.query}", count, template == current)
        for template, route, name, count in found
    ]


def progress(seen: Seen) -> list[ChannelProgress]:
    """Give completeness per channel and locale, the chosen channel first."""
    by_channel: dict[str, list[Completeness]] = {}
    for one in seen.product.completenesses:
        by_channel.setdefault(one.channel, []).append(one)
    here = seen.context.channel.code
    return [
        ChannelProgress(names.channel_name(channel, seen.context.locale), tuple(_locale_progress(found, seen)))
        for code, found in sorted(by_channel.items(), key=lambda item: (item[0] != here, item[0]))
        if (channel := seen.structure.channel(code)) is not None
    ]


def trees(seen: Seen) -> list[Tree]:
    """Give the product's categories by tree, as ways that a person can follow."""
    ways: dict[str, list[tuple[str, ...]]] = {}
    for code in seen.product.categories:
        category = seen.structure.category(code)
        if category is not None:
            way = _way_to(category, seen)
            ways.setdefault(category.root, []).append(way[1:] or way)
    found = (
        Tree(names.category_name(seen.structure, root, seen.context), tuple(sorted(below)))
        for root, below in ways.items()
    )
    return sorted(found, key=lambda tree: tree.name.casefold())


def groups(seen: Seen) -> list[str]:
    return sorted(names.group_name(seen.structure, code, seen.context) for code in seen.product.groups)


def _of_family(seen: Seen, role: str) -> tuple[str, object] | None:
    family = seen.structure.family(seen.product.family) if seen.product.family else None
    code = getattr(family, role, None)
    attribute = seen.structure.attribute(code) if code else None
    if attribute is None:
        return None
    entries = seen.product.values.get(attribute.code, [])
    return attribute.code, values.value_in(entries, attribute, seen.context)


def _locale_progress(found: Iterable[Completeness], seen: Seen) -> Iterable[LocaleProgress]:
    for one in found:
        query = urlencode({"channel": one.channel, "locale": one.locale})
        missing = (
            Missing(
                names.attribute_name(seen.structure, code, seen.context.locale),
                f"{seen.url}?{query}#{values.anchor_of(code)}",
            )
            for code in one.missing
        )
        chosen = (one.channel, one.locale) == (seen.context.channel.code, seen.context.locale)
        yield LocaleProgress(language.locale_name(one.locale), one.ratio, tuple(missing), chosen)


def _way_to(category: Category, seen: Seen) -> tuple[str, ...]:
    steps: list[str] = []
    step: Category | None = category
    while step is not None:
        steps.append(names.labels_in(step.labels, seen.context, step.code))
        step = seen.structure.category(step.parent) if step.parent else None
    return tuple(reversed(steps))
