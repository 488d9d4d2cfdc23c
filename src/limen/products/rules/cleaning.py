"""Taking out of a stored product what the structure has removed, and writing its values in another form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from limen.products.rules.deciding import Change
from limen.products.rules.kinds import fixed_text
from limen.products.rules.kinds.numbers import decimal_text
from limen.products.rules.rulebook import Entry, Rulebook, Values
from limen.products.rules.world import Product
from limen.structure.rules import METRIC, NUMBER, PRICE


def without(product: Product, resource: str, codes: Collection[str], attribute: str | None) -> list[Change]:
    """Take records of a kind out of a product, and tell what changed. Twice is as once.

    `codes` are those of the records; `attribute` is the one that removed options belonged to.
    """
    match resource:
        case "attribute":
            return _without_values(product, lambda code, entry: code in codes)
        case "channel":
            return _without_values(product, lambda code, entry: entry["scope"] in codes)
        case "attribute_option":
            return _without_options(product, attribute or "", codes)
        case "association_type":
            return _without_links(product, codes)
        case "category":
            return _without_members(product, "categories", codes)
        case "group":
            return [*_without_members(product, "groups", codes), *_without_group_links(product, codes)]
    return []


def _without_values(product: Product, goes: Any) -> list[Change]:
    changes: list[Change] = []
    kept: Values = {}
    for code, entries in product.values.items():
        for entry in entries:
            if goes(code, entry):
                changes.append(Change(_path(code, entry), entry["data"], None))
            else:
                kept.setdefault(code, []).append(entry)
    product.values = kept
    return changes


def _without_options(product: Product, attribute: str, codes: Collection[str]) -> list[Change]:
    changes: list[Change] = []
    kept: list[Entry] = []
    for entry in product.values.get(attribute, ()):
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
        product.values = {**product.values, attribute: kept}
        if not kept:
            del product.values[attribute]
    return changes


def _without_links(product: Product, codes: Collection[str]) -> list[Change]:
    changes = [
        Change(f"associations.{code}", kinds, {}) for code, kinds in product.associations.items() if code in codes
    ]
    product.associations = {code: kinds for code, kinds in product.associations.items() if code not in codes}
    before = product.quantified
    product.quantified = {code: kinds for code, kinds in before.items() if code not in codes}
    if product.quantified != before:
        changes.append(Change("quantified_associations", before, product.quantified))
    return changes


def _without_members(product: Product, name: str, codes: Collection[str]) -> list[Change]:
    before: list[str] = getattr(product, name)
    after = [code for code in before if code not in codes]
    if after == before:
        return []
    setattr(product, name, after)
    return [Change(name, before, after)]


def _without_group_links(product: Product, codes: Collection[str]) -> list[Change]:
    changes = []
    kept = {}
    for code, before in product.associations.items():
        after = {
            kind: targets
            for kind, ends in before.items()
            if (targets := [one for one in ends if kind != "groups" or one not in codes])
        }
        if after != before:
            changes.append(Change(f"associations.{code}", before, after))
        if after:
            kept[code] = after
    product.associations = kept
    return changes


def rewritten(product: Product, attributes: Collection[str], book: Rulebook) -> bool:
    """Write the values of some attributes as their attribute has them now, and tell whether any was not.

    An amount is never changed, only its form: one with decimals keeps them where the attribute has none any more.
    """
    changed = False
    values = dict(product.values)
    for code in attributes:
        if code in values and (field := book.field(code)) is not None:
            entries = [{**entry, "data": _in_form(entry["data"], field.attribute, book)} for entry in values[code]]
            changed = changed or entries != values[code]
            values[code] = entries
    product.values = values
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


def told(changes: Collection[Change]) -> Iterator[Mapping[str, Any]]:
    """Give changes as history keeps them."""
    for one in changes:
        yield {"path": one.path, "before": one.before, "after": one.after}


def _path(code: str, entry: Entry) -> str:
    return ".".join(part for part in ("values", code, entry["locale"], entry["scope"]) if part)
