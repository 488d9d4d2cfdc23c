"""What of a product a caller wants to see, and cutting stored values to it (api-products 1.4, 3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from limen.kit.errors import Unprocessable
from limen.products.rules.kinds import fixed_text
from limen.products.rules.rulebook import Entry, Rulebook, Slot, Values
from limen.structure.rules import METRIC, MULTI_SELECT, PRICE, SIMPLE_SELECT, Structure

# (attribute code, option code) → labels.
OptionLabels = Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class View:
    """`locales` None means all; with a channel its own unless the caller named some. `fields` are the members to
    show, None means all. `extras` are members that are always the same in this version."""

    attributes: frozenset[str] | None = None
    locales: frozenset[str] | None = None
    channel: str | None = None
    with_options: bool = False
    with_completenesses: bool = False
    with_missing: bool = False
    with_quality: bool = False
    convert: bool = False
    fields: frozenset[str] | None = None
    extras: tuple[tuple[str, Any], ...] = ()


_EXTRAS: tuple[tuple[str, str, Any], ...] = (
    ("with_root_parent", "root_parent", None),
    ("with_workflow_execution_statuses", "workflow_execution_statuses", []),
)


# What a product or a model may consist of, and what some ask for besides.
_FIELDS = frozenset(
    {
        "uuid",
        "identifier",
        "code",
        "enabled",
        "family",
        "family_variant",
        "categories",
        "groups",
        "parent",
        "values",
        "created",
        "updated",
        "associations",
        "quantified_associations",
        "quality_scores",
        "completenesses",
        "root_parent",
        "workflow_execution_statuses",
    }
)


def read_view(params: Mapping[str, str], structure: Structure) -> View:
    """Read the view of a list. Every refusal is a plain 422, in the order attributes, scope, locales."""
    attributes = _read_attributes(params.get("attributes"), structure)
    channel = _read_scope(params.get("scope"), structure)
    locales = _read_locales(params.get("locales"), channel, structure)
    convert = params.get("convert_measurements") == "true"
    if convert and channel is None:
        raise Unprocessable('The parameter "scope" is mandatory when measurements are converted.')
    if channel is not None and locales is None:
        locales = frozenset(structure.channels[channel].locales)
    single = read_single_view(params)
    return replace(single, attributes=attributes, locales=locales, channel=channel, convert=convert)


def read_single_view(params: Mapping[str, str]) -> View:
    """Read the view of one product: no values are left out there. Anything but `true` is false, beside `detail`."""
    completenesses = params.get("with_completenesses")
    return View(
        with_options=params.get("with_attribute_options") == "true",
        with_completenesses=completenesses in ("true", "detail"),
        with_missing=completenesses == "detail",
        with_quality=params.get("with_quality_scores") == "true",
        fields=_read_fields(params.get("fields")),
        extras=tuple((member, value) for name, member, value in _EXTRAS if params.get(name) == "true"),
    )


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def _read_fields(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    fields = frozenset(_items(text))
    unknown = min(fields - _FIELDS, default=None)
    if unknown is not None:
        raise Unprocessable(f'The parameter "fields" expects names of properties, and "{unknown}" is none.')
    return fields


def _read_attributes(text: str | None, structure: Structure) -> frozenset[str] | None:
    if text is None:
        return None
    codes = set()
    for item in _items(text):
        attribute = structure.attribute(item)
        if attribute is None:
            raise Unprocessable(f'The attribute "{item}" does not exist.')
        codes.add(attribute.code)
    return frozenset(codes)


def _read_scope(text: str | None, structure: Structure) -> str | None:
    if text is None:
        return None
    channel = structure.channel(text)
    if channel is None:
        raise Unprocessable(f'The scope "{text}" does not exist.')
    return channel.code


def _read_locales(text: str | None, channel: str | None, structure: Structure) -> frozenset[str] | None:
    if text is None:
        return None
    codes = set()
    for item in _items(text):
        locale = structure.locale(item)
        if locale is None or locale not in structure.active_locales:
            raise Unprocessable(f'The locale "{item}" does not exist or is not activated.')
        if channel is not None and locale not in structure.channels[channel].locales:
            raise Unprocessable(f'The locale "{item}" is not activated for the scope "{channel}".')
        codes.add(locale)
    return frozenset(codes)


# Cutting


def shown_values(values: Values, view: View, book: Rulebook, labels: OptionLabels) -> Values:
    """Give the values a view shows, decorated as it asks. What the structure no longer knows is hidden."""
    shown: Values = {}
    for slot, entry in book.placed(values):
        if not is_wanted(slot, view):
            continue
        visible = _with_active_prices(slot, entry, book.structure)
        if visible is None:
            continue
        if view.convert:
            visible = _converted(slot, visible, view, book.structure)
        if view.with_options:
            visible = _with_labels(slot, visible, labels)
        shown.setdefault(slot.field.code, []).append(visible)
    return shown


def is_wanted(slot: Slot, view: View) -> bool:
    return (
        (view.attributes is None or slot.field.code in view.attributes)
        and (view.locales is None or slot.locale is None or slot.locale in view.locales)
        and (view.channel is None or slot.scope is None or slot.scope == view.channel)
    )


def _with_active_prices(slot: Slot, entry: Entry, structure: Structure) -> Entry | None:
    """Hide prices whose currency is not activated (any more) for the channel; None when none is left."""
    if slot.field.type != PRICE:
        return entry
    active = active_currencies(slot, structure)
    prices = [price for price in entry["data"] if price["currency"] in active]
    if len(prices) == len(entry["data"]):
        return entry
    return {**entry, "data": prices} if prices else None


def active_currencies(slot: Slot, structure: Structure) -> Collection[str]:
    return structure.active_currencies if slot.scope is None else structure.channels[slot.scope].currencies


def is_visible(place: tuple[int, str, str, str], book: Rulebook) -> bool:
    """Tell whether values at a place of the index (attribute id, channel, locale, currency) are shown at all."""
    attribute_id, channel, locale, currency = place
    code = book.codes_by_id.get(attribute_id)
    field = book.field(code) if code is not None else None
    slot = field.at(locale or None, channel or None) if field is not None else None
    if slot is None:
        return False
    return not currency or currency in active_currencies(slot, book.structure)


def option_pairs(values: Values, book: Rulebook) -> Iterator[tuple[str, str]]:
    """Walk the (attribute code, option code) pairs whose labels a view with options needs."""
    for slot, entry in book.placed(values):
        if slot.field.type == SIMPLE_SELECT:
            yield slot.field.code, entry["data"]
        elif slot.field.type == MULTI_SELECT:
            for code in entry["data"]:
                yield slot.field.code, code


def _with_labels(slot: Slot, entry: Entry, labels: OptionLabels) -> Entry:
    if slot.field.type == SIMPLE_SELECT:
        return {**entry, "linked_data": _option(slot.field.code, entry["data"], labels)}
    if slot.field.type == MULTI_SELECT:
        linked = {code: _option(slot.field.code, code, labels) for code in entry["data"]}
        return {**entry, "linked_data": linked}
    return entry


def _option(attribute: str, code: str, labels: OptionLabels) -> dict[str, Any]:
    texts = {locale: text for locale, text in labels.get((attribute, code), {}).items() if text}
    return {"attribute": attribute, "code": code, "labels": texts}


def _converted(slot: Slot, entry: Entry, view: View, structure: Structure) -> Entry:
    """Convert a metric into the unit that the channel wants for its attribute (api-products 1.8)."""
    if slot.field.type != METRIC or view.channel is None:
        return entry
    attribute = slot.field.attribute
    family = structure.measurement_family(attribute.metric_family or "")
    wanted = structure.channels[view.channel].conversion_units.get(attribute.code)
    data = entry["data"]
    if family is None or wanted is None or wanted not in family.units or data["unit"] not in family.units:
        return entry
    amount = family.to_standard(Decimal(data["amount"]), data["unit"])
    for operator, text in reversed(family.units[wanted].convert_from_standard):
        amount = _inverse(operator, amount, Decimal(text))
    shown: Any = fixed_text(amount, 4)
    if not attribute.decimals_allowed and amount == amount.to_integral_value():
        shown = int(amount)
    return {**entry, "data": {"amount": shown, "unit": wanted, "symbol": family.units[wanted].symbol}}


def _inverse(operator: str, amount: Decimal, value: Decimal) -> Decimal:
    if operator == "mul":
        return amount / value
    if operator == "div":
        return amount * value
    return amount - value if operator == "add" else amount + value
