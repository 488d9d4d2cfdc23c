"""Taking out of a stored product or model what the structure has removed, and writing its values in another form.

What a variant has from its models is in its own document too, so each is cleaned by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, TypeVar

from limen.products.rules.deciding import Change
from limen.products.rules.kinds import fixed_text
from limen.products.rules.kinds.numbers import decimal_text
from limen.products.rules.links import Associations, without_empty
from limen.products.rules.rulebook import Entry, Rulebook, Values
from limen.products.rules.world import Item, Own
from limen.structure.rules import METRIC, NUMBER, PRICE

Kinds = TypeVar("Kinds")


def without(item: Item, resource: str, codes: Collection[str], attribute: str | None) -> list[Change]:
    """Take records of a kind out of a product or model, and tell what changed. Twice is as once.

    `codes` are those of the records; `attribute` is the one that removed options belonged to.
    """
    match resource:
        case "attribute":
            return _without_values(item, lambda code, entry: code in codes)
        case "channel":
            return _without_values(item, lambda code, entry: entry["scope"] in codes)
        case "attribute_option":
            return _without_options(item, attribute or "", codes)
        case "association_type":
            return _without_links(item, codes)
        case "category":
            return _without_categories(item, codes)
        case "group":
            return [*_without_groups(item, codes), *_without_group_links(item, codes)]
    return []


def _without_values(item: Item, goes: Any) -> list[Change]:
    changes: list[Change] = []
    kept: Values = {}
    for code, entries in item.values.items():
        for entry in entries:
            if goes(code, entry):
                changes.append(Change(_path(code, entry), entry["data"], None))
            else:
                kept.setdefault(code, []).append(entry)
    item.values = kept
    return changes


def _without_options(item: Item, attribute: str, codes: Collection[str]) -> list[Change]:
    changes: list[Change] = []
    kept: list[Entry] = []
    for entry in item.values.get(attribute, ()):
        before = entry["data"]
        if isinstance(before, list):
            after: Any = [code for code in before if code not in codes] or None
        else:
            after = None if before in codes else before
        if after != before:
            changes.append(Change(_path(attribute, entry), before, after))
        if after is not None:
            kept.append({**entry, "data": after})
    if changes:
        item.values = {**item.values, attribute: kept}
        if not kept:
            del item.values[attribute]
    return changes


def _without_links(item: Item, codes: Collection[str]) -> list[Change]:
    changes = [Change(f"associations.{code}", kinds, {}) for code, kinds in item.associations.items() if code in codes]
    before = item.quantified
    item.associations, item.quantified = _other_types(item.associations, codes), _other_types(before, codes)
    if item.quantified != before:
        changes.append(Change("quantified_associations", before, item.quantified))
    if item.own is not None:
        own = item.own
        item.own = Own(own.categories, _other_types(own.associations, codes), _other_types(own.quantified, codes))
    return changes


def _other_types(links: dict[str, Kinds], codes: Collection[str]) -> dict[str, Kinds]:
    return {code: kinds for code, kinds in links.items() if code not in codes}


def _without_categories(item: Item, codes: Collection[str]) -> list[Change]:
    before = item.categories
    item.categories = [code for code in before if code not in codes]
    if item.own is not None:
        own = item.own
        item.own = Own([code for code in own.categories if code not in codes], own.associations, own.quantified)
    return [] if item.categories == before else [Change("categories", before, item.categories)]


def _without_groups(item: Item, codes: Collection[str]) -> list[Change]:
    before = item.groups
    after = [code for code in before if code not in codes]
    if after == before:
        return []
    item.groups = after
    return [Change("groups", before, after)]


def _without_group_links(item: Item, codes: Collection[str]) -> list[Change]:
    before = item.associations
    item.associations = _without_ends(before, codes)
    if item.own is not None:
        own = item.own
        item.own = Own(own.categories, _without_ends(own.associations, codes), own.quantified)
    return [
        Change(f"associations.{code}", kinds, item.associations.get(code, {}))
        for code, kinds in before.items()
        if item.associations.get(code) != kinds
    ]


def _without_ends(associations: Associations, codes: Collection[str]) -> Associations:
    """Associations without groups of these codes."""
    return without_empty(
        {
            code: {kind: [one for one in ends if kind != "groups" or one not in codes] for kind, ends in kinds.items()}
            for code, kinds in associations.items()
        }
    )


def rewritten(item: Item, attributes: Collection[str], book: Rulebook) -> bool:
    """Write the values of some attributes as their attribute has them now, and tell whether any was not.

    An amount is never changed, only its form: one with decimals keeps them where the attribute has none any more.
    """
    changed = False
    values = dict(item.values)
    for code in attributes:
        if code in values and (field := book.field(code)) is not None:
            entries = [{**entry, "data": _in_form(entry["data"], field.attribute, book)} for entry in values[code]]
            changed = changed or entries != values[code]
            values[code] = entries
    item.values = values
    return changed


def _in_form(data: Any, attribute: Any, book: Rulebook) -> Any:
    with_decimals = bool(attribute.decimals_allowed)
    match attribute.type:
        case t if t == NUMBER:
            return _number(data, with_decimals, 4, exact=False)
        case t if t == PRICE:
            return [{**price, "amount": _number(price["amount"], with_decimals, 2, exact=True)} for price in data]
        case t if t == METRIC:
            family = book.structure.measurement_family(attribute.metric_family or "")
            unit = family.units.get(data["unit"]) if family else None
            amount = _number(data["amount"], with_decimals, 4, exact=True)
            return {**data, "amount": amount, "symbol": unit.symbol if unit else data.get("symbol", "")}
    return data


def _number(stored: Any, with_decimals: bool, places: int, *, exact: bool) -> Any:
    number = Decimal(str(stored))
    if not with_decimals:
        return int(number) if number == number.to_integral_value() else stored
    return fixed_text(number, places) if exact else decimal_text(number, places)


def _path(code: str, entry: Entry) -> str:
    return ".".join(part for part in ("values", code, entry["locale"], entry["scope"]) if part)
