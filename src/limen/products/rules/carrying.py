"""Carrying out what was decided: a product or model as a line leaves it, and what of it is history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec import UNSET

from limen.products.rules import links
from limen.products.rules.inheriting import overridden, united
from limen.products.rules.reading import Patch
from limen.products.rules.rulebook import Entry, Slot, unique_key
from limen.products.rules.variants import axes_key, axes_of, take_axes
from limen.products.rules.world import Item, Own, Product, World, stored_data


class Change(NamedTuple):
    """One thing that is different now; `path` as history shows it ("values.name.en_US", "family")."""

    path: str
    before: Any
    after: Any


@dataclass(slots=True)
class Decision:
    """What a line does: `changes` is empty for a new product or model and when nothing is different. Of a variant
    they are those of its own things.

    `also` are the other ends of two-way associations, which change with it. `converted` says that a simple product
    became a variant. `renamed` is the code that a model is to have; until it is written it has its old one.
    """

    item: Item
    created: bool
    changes: list[Change] = field(default_factory=list)
    also: list[tuple[Item, Change]] = field(default_factory=list)
    converted: bool = False
    renamed: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What will be the item's own, as far as it is not in the patch itself."""

    values: list[tuple[Slot, Any, Any]]
    categories: list[str]
    associations: links.Associations
    quantified: links.Quantified


def carry_out(patch: Patch, decision: Decision, before: Item, merged: Merged, world: World) -> None:
    """Bring the item to where the patch wants it; `before` is how it was, another object where it has moved."""
    item = decision.item
    # What a new product has is no change of it.
    changes: list[Change] | None = None if decision.created else decision.changes
    axes = (before.parent_code, axes_key(before.values, axes_of(before, world.book))) if before.parent_code else None
    if decision.renamed is not None:
        _note(changes, "code", item.name, decision.renamed)
    if item is not before and changes is not None:
        changes.extend(_moves(before, item))
    if isinstance(item, Product):
        _set_properties(patch, item, changes, world)
    _set_categories(item, merged.categories, changes)
    if changes is None:
        _fill(item, merged.values, world)
    else:
        for slot, old, new in merged.values:
            changes.append(Change(slot.path, old, new))
            _set_value(item, slot, old, new, world)
    if patch.associations or patch.quantified or item is not before:
        _set_links(item, before, merged, changes, decision, world)
    if decision.created or changes:
        world.change(item)
        if item.parent_code is not None or axes is not None:
            take_axes(item, axes, world)


def _moves(before: Item, item: Item) -> Iterator[Change]:
    """What another parent changes; of values only what a product loses that had none: the others are not its own."""
    yield Change("parent", before.parent_code, item.parent_code)
    if before.family != item.family:
        yield Change("family", before.family, item.family)
    if before.parent_code is None:
        for slot, new in item.after.items():
            old = stored_data(before.values, slot)
            if old is not None and old != new:
                yield Change(slot.path, old, new)


def _note(changes: list[Change] | None, path: str, before: Any, after: Any) -> None:
    if changes is not None:
        changes.append(Change(path, before, after))


def _set_properties(patch: Patch, product: Product, changes: list[Change] | None, world: World) -> None:
    _set_identifier(patch, product, changes, world)
    for name, value in (("enabled", patch.enabled), ("family", patch.family), ("groups", patch.groups)):
        if value is not UNSET and value != getattr(product, name):
            _note(changes, name, getattr(product, name), value)
            setattr(product, name, value)


def _set_categories(item: Item, categories: list[str], changes: list[Change] | None) -> None:
    if categories == item.own_categories:
        return
    _note(changes, "categories", item.own_categories, categories)
    if item.own is None or item.parent is None:
        item.categories = categories
        return
    item.own = Own(categories, item.own.associations, item.own.quantified)
    item.categories = sorted({*item.parent.categories, *categories})


def _set_identifier(patch: Patch, product: Product, changes: list[Change] | None, world: World) -> None:
    if patch.identifier is UNSET or patch.identifier == product.identifier:
        return
    _note(changes, "identifier", product.identifier, patch.identifier)
    world.rename(product, patch.identifier)
    # It stands among the values too, as that of the main identifier attribute; there it is the first.
    slot = world.book.identifier_slot
    values = {code: entries for code, entries in product.values.items() if code != slot.code}
    product.values = values if patch.identifier is None else {slot.code: [slot.entry(patch.identifier)], **values}
    product.before.setdefault(slot, None)
    product.after[slot] = patch.identifier


def _fill(item: Item, values: list[tuple[Slot, Any, Any]], world: World) -> None:
    """Put the values of a new product in place."""
    stored, after = item.values, item.after
    for slot, _, data in values:
        after[slot] = data
        entries = stored.get(slot.code)
        if entries is None:
            stored[slot.code] = [slot.entry(data)]
        else:
            entries.append(slot.entry(data))
        if slot.field.unique:
            world.holders[slot.field.attribute.id, unique_key(data)] = item.name


def _set_value(item: Item, slot: Slot, before: Any, after: Any, world: World) -> None:
    """Lists of entries are made anew: those of a model are shared with its variants."""
    item.before.setdefault(slot, before)
    item.after[slot] = after
    if slot.field.unique:
        _move_unique(item, slot, before, after, world)
    held = item.values.get(slot.code, ())
    if before is not None and after is not None:
        # A changed value keeps its place among those of its attribute.
        item.values[slot.code] = [slot.entry(after) if _is_at(entry, slot) else entry for entry in held]
        return
    entries = [one for one in held if not _is_at(one, slot)]
    if after is not None:
        item.values[slot.code] = [*entries, slot.entry(after)]
    elif entries:
        item.values[slot.code] = entries
    else:
        item.values.pop(slot.code, None)


def _is_at(entry: Entry, slot: Slot) -> bool:
    return bool(entry["scope"] == slot.scope and entry["locale"] == slot.locale)


def _move_unique(item: Item, slot: Slot, before: Any, after: Any, world: World) -> None:
    if before is not None:
        world.holders.pop((slot.field.attribute.id, unique_key(before)), None)
    if after is not None:
        world.holders[slot.field.attribute.id, unique_key(after)] = item.name


def _set_links(
    item: Item, before: Item, merged: Merged, changes: list[Change] | None, decision: Decision, world: World
) -> None:
    """Set the own associations. Those of `before` may be others than the item starts with, when it has moved."""
    old_quantified, old = before.own_quantified, before.own_associations
    _put_links(item, merged.associations, merged.quantified)
    if merged.quantified != old_quantified:
        _note(changes, "quantified_associations", old_quantified, merged.quantified)
    if merged.associations == old:
        return
    for code in sorted({*old, *merged.associations}):
        if old.get(code) != merged.associations.get(code):
            _note(changes, f"associations.{code}", old.get(code, {}), merged.associations.get(code, {}))
    two_way = [one for one in world.structure.association_types.values() if one.is_two_way]
    gone, come = links.ends_of(old, two_way), links.ends_of(merged.associations, two_way)
    for code, kind, name in sorted(gone ^ come):
        other = world.item(kind, name)
        if other is not None:
            _set_other_end(other, code, item, (code, kind, name) in come, decision, world)


def _put_links(item: Item, associations: links.Associations, quantified: links.Quantified) -> None:
    if item.own is None or item.parent is None:
        item.associations, item.quantified = associations, quantified
        return
    item.own = Own(item.own.categories, associations, quantified)
    item.associations = united(item.parent.associations, associations)
    item.quantified = overridden(item.parent.quantified, quantified)


def _set_other_end(other: Item, code: str, item: Item, linked: bool, decision: Decision, world: World) -> None:
    own = other.own_associations
    after = links.with_target(own, code, item.kind, item.name, linked=linked)
    if after == own:
        return
    _put_links(other, after, other.own_quantified)
    world.change(other)
    decision.also.append((other, Change(f"associations.{code}", own.get(code, {}), after.get(code, {}))))
