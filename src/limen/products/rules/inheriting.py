"""What variants and sub models have from their models: whose values are whose, and merging them (api-products 4, 5.3).

An own value stands on the level of its product or model in the family variant; what stands on another level comes from
the parent. Of categories and associations both can have the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from limen.products.rules.links import (
    NAMED_BY,
    QUANTIFIED_KINDS,
    Associations,
    Quantified,
    only_links,
    without_empty,
)
from limen.products.rules.rulebook import Entry, Rulebook
from limen.products.rules.world import Item, Model, Own

Placed = TypeVar("Placed", bound=Item)


@dataclass(frozen=True, slots=True)
class Levels:
    """A family variant, compiled: by level from 0, the root, the codes of its attributes, of its axes, and of all
    attributes on the levels below it; `every` are those of all levels."""

    attributes: tuple[frozenset[str], ...]
    axes: tuple[tuple[str, ...], ...]
    below: tuple[frozenset[str], ...]
    every: frozenset[str]

    @property
    def last(self) -> int:
        """The level of products."""
        return len(self.attributes) - 1


def levels_of(variant: str, book: Rulebook) -> Levels:
    """Give the levels of a family variant, compiled once per rulebook."""
    found: Levels | None = book.levels.get(variant)
    if found is None:
        known = book.structure.family_variants[variant]
        below = [frozenset(level.attributes) for level in known.levels]
        common = book.structure.families[known.family].attributes.difference(*below)
        # A product's identifier is its own, wherever the structure has it.
        below[-1] |= {book.main.code}
        attributes = (common, *below)
        found = Levels(
            attributes,
            ((), *(level.axes for level in known.levels)),
            tuple(frozenset[str]().union(*attributes[level + 1 :]) for level in range(len(attributes))),
            frozenset[str]().union(*attributes),
        )
        book.levels[variant] = found
    return found


def own_attributes(item: Item, book: Rulebook) -> frozenset[str] | None:
    """Give the codes of the attributes that stand on the level of a model or variant; None for a simple product."""
    if isinstance(item, Model):
        return levels_of(item.variant, book).attributes[item.level]
    if item.parent is None:
        return None
    levels = levels_of(item.parent.variant, book)
    return levels.attributes[levels.last]


def inherit(item: Item, book: Rulebook, *, only_members: bool = False, leaves_old: bool = False) -> bool:
    """Merge anew what a variant or sub model has from its parent with what is its own; tell whether anything is
    different. The values that are different are noted for the index.

    Values of attributes that the family has no more stay, for when it has them again, but with `only_members`. With
    `leaves_old` what was its own before its attribute moved to another level stays, too, unless the parent has just
    got or lost a value there: it is for the run after the move to say that it goes.
    """
    parent, own = item.parent, item.own
    mine = own_attributes(item, book)
    if parent is None or own is None or mine is None:
        raise LookupError("Only what has a parent inherits.")
    different = _inherit_values(item, parent, mine, book, _stays(parent, book, only_members, leaves_old))
    for name, value in (
        ("family", parent.family),
        ("categories", sorted({*parent.categories, *own.categories})),
        ("associations", united(parent.associations, own.associations)),
        ("quantified", overridden(parent.quantified, own.quantified)),
    ):
        if getattr(item, name) != value:
            setattr(item, name, value)
            different = True
    return different


def _stays(parent: Model, book: Rulebook, only_members: bool, leaves_old: bool) -> Callable[[str], bool]:
    """Tell of attributes of another level, without a value there, whether the value that is stored stays: see
    inherit."""
    members = levels_of(parent.variant, book).every
    if only_members:
        return lambda code: False
    if not leaves_old:
        return lambda code: code not in members
    changed = {slot.field.code for slot in parent.before}
    return lambda code: code not in members or code not in changed


def _inherit_values(
    item: Item, parent: Model, mine: frozenset[str], book: Rulebook, stays: Callable[[str], bool]
) -> bool:
    before = item.values
    # Until it is settled, a parent still has what has been moved below it.
    lower = levels_of(parent.variant, book).below[parent.level]
    inherited = {code: entries for code, entries in parent.values.items() if code not in lower}
    kept = {
        code: entries for code, entries in before.items() if code in mine or (code not in inherited and stays(code))
    }
    other = [code for code, entries in before.items() if code not in kept and inherited.get(code) != entries]
    other += [code for code in inherited if code not in before]
    if not other:
        return False
    for code in other:
        _note(item, code, before.get(code, ()), inherited.get(code, ()), book)
    main = book.main.code
    # The identifier stays first.
    item.values = {**({main: kept[main]} if main in kept else {}), **inherited, **kept}
    return True


def settle(item: Item, book: Rulebook) -> bool:
    """Bring values to the levels where their attributes stand now; tell whether anything is different, and note it
    for the index.

    A model loses what stands below it: there everybody has had it from the model, and keeps it. What stands above a
    variant or sub model is its parent's from now on, and where that has nothing, it is gone.
    """
    if item.parent is not None:
        return inherit(item, book)
    lower = levels_of(item.variant, book).below[0] if isinstance(item, Model) else frozenset[str]()
    gone = [code for code in item.values if code in lower]
    for code in gone:
        _note(item, code, item.values[code], (), book)
    item.values = {code: entries for code, entries in item.values.items() if code not in gone}
    return bool(gone)


def _note(item: Item, code: str, before: Sequence[Entry], after: Sequence[Entry], book: Rulebook) -> None:
    old = {slot: entry["data"] for slot, entry in book.placed({code: list(before)})}
    new = {slot: entry["data"] for slot, entry in book.placed({code: list(after)})}
    for slot in {**old, **new}:
        if old.get(slot) != new.get(slot):
            item.before.setdefault(slot, old.get(slot))
            item.after[slot] = new.get(slot)


def adopted(item: Placed, parent: Model, book: Rulebook) -> Placed:
    """Give a product or sub model as it is below another parent, or below its first: then of its values only those
    of its level stay its own, and what the parent has of categories and associations is no longer its own."""
    new = item.copy()
    new.parent, new.parent_id, new.parent_code = parent, parent.id, parent.code
    joins = new.own is None
    if joins:
        new.own = Own(
            [code for code in item.categories if code not in parent.categories],
            beyond(item.associations, parent.associations),
            overriding(item.quantified, parent.quantified),
        )
    inherit(new, book, only_members=joins)
    return new


def detached(item: Placed) -> Placed:
    """Give a variant as the simple product it becomes: all that it had from its models is its own."""
    new = item.copy()
    new.parent = new.parent_id = new.parent_code = new.own = None
    return new


def united(inherited: Associations, own: Associations) -> Associations:
    """Give what is inherited and what is own together, each target once."""
    if not own or not inherited:
        return own or inherited
    return {
        code: {
            kind: sorted({*inherited.get(code, {}).get(kind, ()), *own.get(code, {}).get(kind, ())})
            for kind in sorted({*inherited.get(code, {}), *own.get(code, {})})
        }
        for code in sorted({*inherited, *own})
    }


def beyond(own: Associations, inherited: Associations) -> Associations:
    """Give what of the own ones is not inherited: such a target is not stored again."""
    if not inherited:
        return own
    return without_empty(
        {
            code: {
                kind: [one for one in targets if one not in inherited.get(code, {}).get(kind, ())]
                for kind, targets in kinds.items()
            }
            for code, kinds in own.items()
        }
    )


def overridden(inherited: Quantified, own: Quantified) -> Quantified:
    """Give what is inherited and what is own together; of links to one target the own one counts."""
    if not own or not inherited:
        return own or inherited
    return {
        code: {
            kind: list(
                {
                    link[NAMED_BY[kind]]: link
                    for link in (*inherited.get(code, {}).get(kind, ()), *own.get(code, {}).get(kind, ()))
                }.values()
            )
            for kind in QUANTIFIED_KINDS
            if kind in inherited.get(code, {}) or kind in own.get(code, {})
        }
        for code in sorted({*inherited, *own})
    }


def overriding(own: Quantified, inherited: Quantified) -> Quantified:
    """Give what of the own links is not inherited just so: such a link is not stored again."""
    if not inherited:
        return own
    return only_links(
        {
            code: {
                kind: [link for link in links if link not in inherited.get(code, {}).get(kind, ())]
                for kind, links in kinds.items()
            }
            for code, kinds in own.items()
        }
    )
