"""How the values of a product are shown: one function per attribute type, and the page's attribute groups.

A module of its own beside the views: pure, tested without a request, and used by page and history alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from limen.kit.web import language
from limen.media.rules import MediaRow
from limen.products.forms import Context
from limen.products.queries import Completeness, ModelView, ProductView
from limen.products.views import markup, names
from limen.structure import rules as structure_rules
from limen.structure.rules import Attribute, Structure

# One entry of a product's values as stored: {"locale", "scope", "data", …}.
Entry = Mapping[str, Any]
Pair = tuple[str, str]

OPTION_TYPES = frozenset((structure_rules.SIMPLE_SELECT, structure_rules.MULTI_SELECT))
MEDIA_TYPES = frozenset((structure_rules.IMAGE, structure_rules.FILE))


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up for showing values: the structure, labels of options by (attribute, option), files by code,
    and names of products by uuid."""

    structure: Structure
    context: Context
    options: Mapping[Pair, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, MediaRow] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what it counts: a price with its currency, a measure with its unit."""

    text: str
    unit: str = ""
    unit_label: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One value, ready to be drawn by `products/values/_<kind>.html`; `text` says it all in one line."""

    kind: str
    text: str
    words: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    url: str = ""
    detail: str = ""

    @property
    def template(self) -> str:
        return f"products/values/_{self.kind}.html"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another channel or locale in which an attribute has a value."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class AttributeView:
    """One attribute on the page. `missing`: required here and empty; `optional`: not of the family;
    `unused`: locale specific, and not for this locale; `inherited`: the model that has the value, for all below it."""

    code: str
    label: str
    hint: str
    scope: str
    shown: Shown | None
    required: bool
    missing: bool
    optional: bool
    unused: bool
    elsewhere: tuple[Elsewhere, ...]
    inherited: Elsewhere | None = None

    @property
    def anchor(self) -> str:
        return anchor_of(self.code)


@dataclass(frozen=True, slots=True)
class GroupView:
    code: str
    label: str
    attributes: tuple[AttributeView, ...]

    @property
    def missing(self) -> int:
        return sum(attribute.missing for attribute in self.attributes)


def anchor_of(attribute_code: str) -> str:
    return f"attribute-{attribute_code}"


def attribute_groups(product: ProductView | ModelView, looked: Looked, url: str) -> list[GroupView]:
    """Give the attributes of the family and those with values besides, by group, both in their sort order.

    `url` is the product's page, for the links into other channels and locales.
    """
    structure = looked.structure
    family = structure.family(product.family) if product.family else None
    own = product.attributes if isinstance(product, ModelView) else family.attributes if family else frozenset()
    members = own | product.values.keys()
    found = []
    for group in sorted(structure.attribute_groups.values(), key=lambda one: (one.sort_order, one.code)):
        attributes = [one for one in structure.attributes_by_group.get(group.code, ()) if one.code in members]
        if attributes:
            label = names.labels_in(group.labels, looked.context, group.code)
            views = tuple(_attribute_view(one, product, looked, url) for one in attributes)
            found.append(GroupView(group.code, label, views))
    return found


def pairs_and_codes(structure: Structure, values: Iterable[tuple[str, object]]) -> tuple[set[Pair], set[str]]:
    """Collect what must be looked up to show some (attribute code, data): options and media codes."""
    pairs: set[Pair] = set()
    codes: set[str] = set()
    for attribute_code, data in values:
        attribute = structure.attribute(attribute_code)
        if attribute is None or not data:
            continue
        if attribute.type in OPTION_TYPES:
            pairs.update((attribute.code, str(one)) for one in (data if isinstance(data, list) else [data]))
        elif attribute.type in MEDIA_TYPES:
            codes.add(str(data))
    return pairs, codes


def value_in(entries: Iterable[Entry], attribute: Attribute, context: Context) -> object:
    """Give the data that holds for a channel and locale; None when there is none."""
    scope = context.channel.code if attribute.scopable else None
    locale = context.locale if attribute.localizable else None
    for entry in entries:
        if entry["locale"] == locale and entry["scope"] == scope:
            data: object = entry["data"]
            return data
    return None


def show(attribute: Attribute, data: object, looked: Looked, scope: str | None = None) -> Shown | None:
    """Show data of an attribute; None for what is no longer there (a deleted option, a lost file).

    Data that does not have the shape of its type, as an old event may hold it, is shown as it is.
    """
    if data is None or data == "" or data == []:
        return None
    shower = SHOWERS.get(attribute.type, _plain)
    try:
        return shower(attribute, data, looked, scope)
    except (AttributeError, KeyError, TypeError):
        return Shown("text", str(data))


def _attribute_view(attribute: Attribute, product: ProductView | ModelView, looked: Looked, url: str) -> AttributeView:
    structure, context = looked.structure, looked.context
    family = structure.family(product.family) if product.family else None
    entries = product.values.get(attribute.code, [])
    scope = context.channel.code if attribute.scopable else None
    locale = context.locale if attribute.localizable else None
    unused = bool(attribute.available_locales) and context.locale not in attribute.available_locales
    shown = None if unused else show(attribute, value_in(entries, attribute, context), looked, scope)
    return AttributeView(
        code=attribute.code,
        label=names.labels_in(attribute.labels, context, attribute.code),
        hint=attribute.guidelines.get(context.locale, ""),
        scope=names.scope_name(structure, channel=scope, locale=locale, context=context),
        shown=shown,
        required=family is not None and attribute.code in family.requirements.get(context.channel.code, ()),
        missing=attribute.code in _missing_here(product.completenesses, context),
        optional=family is None or attribute.code not in family.attributes,
        unused=unused,
        elsewhere=() if shown else tuple(_elsewhere(attribute, entries, looked, url)),
        inherited=_inherited(attribute, product, context),
    )


def _inherited(attribute: Attribute, product: ProductView | ModelView, context: Context) -> Elsewhere | None:
    model = product.inherited.get(attribute.code)
    if model is None:
        return None
    query = urlencode({"channel": context.channel.code, "locale": context.locale})
    return Elsewhere(model, f"{reverse('products:model', args=[model])}?{query}#{anchor_of(attribute.code)}")


def _missing_here(completenesses: Iterable[Completeness], context: Context) -> list[str]:
    for one in completenesses:
        if one.channel == context.channel.code and one.locale == context.locale:
            return one.missing
    return []


def _elsewhere(attribute: Attribute, entries: Iterable[Entry], looked: Looked, url: str) -> Iterable[Elsewhere]:
    structure, here = looked.structure, looked.context
    for entry in entries:
        channel = structure.channels.get(entry["scope"]) if entry["scope"] else here.channel
        locale = entry["locale"] or here.locale
        if channel is None:
            continue
        if locale not in channel.locales:
            # The value of a locale this channel does not have: look for a channel that shows it.
            having = [one for one in structure.channels.values() if locale in one.locales]
            if attribute.scopable or not having:
                continue
            channel = having[0]
        name = names.scope_name(structure, channel=entry["scope"], locale=entry["locale"], context=here)
        query = urlencode({"channel": channel.code, "locale": locale})
        yield Elsewhere(name, f"{url}?{query}#{anchor_of(attribute.code)}")


def _plain(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    if isinstance(data, list):
        return _words(tuple(str(one) for one in data))
    return Shown("text", str(data))


def _text(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    # The API gives line breaks within a text as spaces; so does the page.
    text = " ".join(str(data).splitlines())
    if attribute.validation_rule == "url" and text.startswith(("https://", "http://")):
        return Shown("link", text, url=text)
    if attribute.validation_rule == "email":
        return Shown("link", text, url=f"mailto:{text}")
    return Shown("text", text)


def _long_text(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    source = str(data)
    read = markup.as_text(source) if attribute.wysiwyg_enabled else source
    return Shown("long", read or source, detail=source if read not in ("", source) else "")


def _identifier(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    return Shown("code", str(data))


def _number(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    text = language.number(data)
    return Shown("amounts", text, amounts=(Amount(text),))


def _metric(attribute: Attribute, data: Any, looked: Looked, scope: str | None) -> Shown | None:
    if data["amount"] is None:
        return None
    family = looked.structure.measurement_family(attribute.metric_family or "")
    unit = family.units.get(data["unit"]) if family else None
    symbol = unit.symbol or unit.code if unit else data["unit"]
    label = names.labels_in(unit.labels, looked.context, unit.code) if unit else ""
    text = language.number(data["amount"])
    return Shown("amounts", f"{text} {symbol}", amounts=(Amount(text, symbol, label),))


def _prices(attribute: Attribute, data: Any, looked: Looked, scope: str | None) -> Shown | None:
    channel = looked.structure.channels.get(scope) if scope else None
    currencies = channel.currencies if channel else looked.structure.active_currencies
    amounts = tuple(
        Amount(language.money(price["amount"], price["currency"]), price["currency"])
        for price in data
        if price["currency"] in currencies and price["amount"] is not None
    )
    return Shown("prices", ", ".join(one.text for one in amounts), amounts=amounts) if amounts else None


def _boolean(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    return Shown("yes", _("Yes")) if data else Shown("no", _("No"))


def _date(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown:
    return Shown("text", language.day(data))


def _options(attribute: Attribute, data: Any, looked: Looked, scope: str | None) -> Shown | None:
    codes = data if isinstance(data, list) else [data]
    # A deleted option has no labels at all, not even none.
    existing = [
        (code, looked.options[attribute.code, code]) for code in codes if (attribute.code, code) in looked.options
    ]
    if not existing:
        return None
    return _words(tuple(names.labels_in(labels, looked.context, code) for code, labels in existing))


def _picture(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown | None:
    file = looked.files.get(str(data))
    return _file_as("picture", file) if file else None


def _file(attribute: Attribute, data: object, looked: Looked, scope: str | None) -> Shown | None:
    file = looked.files.get(str(data))
    return _file_as("file", file) if file else None


def _file_as(kind: str, file: MediaRow) -> Shown:
    url = reverse("products:media", args=[file.code])
    return Shown(kind, file.original_filename, url=url, detail=language.size(file.size))


def _words(words: tuple[str, ...]) -> Shown:
    return Shown("words", ", ".join(words), words=words)


SHOWERS: Mapping[str, Callable[[Attribute, Any, Looked, str | None], Shown | None]] = {
    structure_rules.IDENTIFIER: _identifier,
    structure_rules.TEXT: _text,
    structure_rules.TEXTAREA: _long_text,
    structure_rules.NUMBER: _number,
    structure_rules.METRIC: _metric,
    structure_rules.PRICE: _prices,
    structure_rules.BOOLEAN: _boolean,
    structure_rules.DATE: _date,
    structure_rules.SIMPLE_SELECT: _options,
    structure_rules.MULTI_SELECT: _options,
    structure_rules.IMAGE: _picture,
    structure_rules.FILE: _file,
}
