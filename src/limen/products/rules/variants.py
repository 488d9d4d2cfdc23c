"""Where a patch puts a product or model in the tree of models, and what axes ask of it (api-products 4.2 to 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import orjson
from msgspec import UNSET

from limen.kit.errors import Misshaped, Refused, Unprocessable, Violation
from limen.kit.text import fold
from limen.products.rules.inheriting import adopted, detached, levels_of, own_attributes
from limen.products.rules.reading import PROPERTY, SHAPE, Flavour, Patch, Problem, Rejected
from limen.products.rules.rulebook import Rulebook, Slot, Values
from limen.products.rules.world import Item, Model, Product, World, stored_data
from limen.structure.rules import METRIC, REFERENCE_SIMPLE, SIMPLE_SELECT

NO_PARENT = 'The property "parent" expects a product model: the product model "{code}" does not exist.'
MOVED = "The property {property} cannot be modified: {reason}."


# Placing


def place_product(
    patch: Patch, product: Product, existing: Product | None, flavour: Flavour, world: World
) -> tuple[Product, list[Violation]]:
    """Give the product where the patch puts it, another object when that is another place, with what is wrong there.

    What is wrong with the parent as such is noted in the patch.
    """
    sent = patch.parent
    if sent is UNSET or (sent is None and product.parent_code is None):
        return product, _family_of_variant(patch, product, product)
    if sent is None:
        return detached(product), []
    parent = world.models.get(fold(sent))
    if parent is None:
        patch.problems.append(Problem(PROPERTY, _no_parent(sent, existing, flavour)))
        return product, []
    if parent.code == product.parent_code:
        return product, _family_of_variant(patch, product, product)
    if product.parent is not None and product.parent.variant != parent.variant:
        reason = f'"{parent.code}" is of another family variant than "{product.parent_code}"'
        patch.problems.append(Problem(PROPERTY, Misshaped(MOVED.format(property='"parent"', reason=reason))))
        return product, []
    placed = adopted(product, parent, world.book)
    violations = _family_of_variant(patch, placed, product)
    if parent.level + 1 != levels_of(parent.variant, world.book).last:
        message = f'The product model "{parent.code}" can only have other models as children.'
        violations.append(Violation("parent", "parent.level", message))
        violations.extend(_below(patch, product, parent, world.book))
    return placed, violations


def _below(patch: Patch, product: Product, parent: Model, book: Rulebook) -> list[Violation]:
    """Tell which values stand below the level that a product would have under a root which has sub models (4.2)."""
    lower = levels_of(parent.variant, book).below[parent.level + 1]
    held = dict.fromkeys(product.values)
    for slot, data in patch.values:
        held.pop(slot.code, None)
        if data is not None:
            held[slot.code] = None
    if patch.identifier is not UNSET:
        held.pop(book.main.code, None)
        if patch.identifier is not None:
            held = {book.main.code: None, **held}
    return [
        Violation("attribute", "attribute.level", f'The attribute "{code}" is not in the attribute set of this level.')
        for code in held
        if code in lower
    ]


def _no_parent(sent: str, existing: Product | None, flavour: Flavour) -> Refused:
    if existing is not None and existing.parent_code is not None and not sent.strip():
        reason = "send null to make the variant a product of its own"
        return Misshaped(MOVED.format(property='"parent"', reason=reason))
    message = NO_PARENT.format(code=sent)
    if existing is not None and existing.parent_code is None and flavour == "identifier":
        # The target answers the conversion of a product without the link to its documentation.
        return Unprocessable(message)
    return Misshaped(message)


def _family_of_variant(patch: Patch, placed: Product, before: Product) -> list[Violation]:
    """A variant has the family of its model: it may be left out, not removed, and not be another one."""
    if placed.parent is None:
        return []
    converts = before.parent_code is None and before.family is not None
    wanted = patch.family if patch.family is not UNSET else before.family if converts else placed.family
    if wanted is None:
        shown = patch.identifier if isinstance(patch.identifier, str) else placed.identifier or placed.uuid
        message = f'The family of the variant product "{shown}" cannot be empty.'
        return [Violation("family", "family.empty", message)]
    if wanted != placed.family:
        message = f'The family of a variant product must be the same as that of its parent: "{placed.family}".'
        return [Violation("family", "family.other", message)]
    return []


def place_model(patch: Patch, code: str, existing: Model | None, world: World) -> tuple[Model, list[Violation]]:
    """As place_product. A new model without family variant is given all the same, so that its other faults are told."""
    parent, violations = _parent_of_model(patch, existing, world)
    if existing is not None:
        _refuse_other_family(patch, existing)
        if parent is None or parent.code == existing.parent_code:
            return existing, violations
        return adopted(existing, parent, world.book), violations
    variant = parent.variant if parent is not None and patch.variant is UNSET else patch.variant
    if variant is UNSET:
        # Those of values may still be dropped with their values, which stand nowhere without a family.
        if not any(one.attribute is None for one in patch.problems):
            message = "The family variant of a product model without parent must be given."
            violations.append(Violation("family_variant", "family_variant.none", message))
        return Model(code, "", world.moment), violations
    model = Model(code, variant, world.moment)
    model.family = world.book.structure.family_variants[variant].family
    if patch.family is not UNSET and patch.family != model.family:
        message = (
            f'The family "{patch.family}" does not match the family "{model.family}" of the variant "{variant}".'
            if patch.family
            else 'The property "family" must not be empty.'
        )
        patch.problems.append(Problem(PROPERTY, Misshaped(message)))
    if parent is None:
        return model, violations
    if parent.variant != variant:
        message = f'The parent "{parent.code}" is not of the family variant "{variant}".'
        patch.problems.append(Problem(PROPERTY, Misshaped(message)))
    if levels_of(variant, world.book).last < 2:
        message = f'A product model of the family variant "{variant}" cannot have a parent.'
        violations.append(Violation("parent", "parent.level", message))
        return model, violations
    return adopted(model, parent, world.book), violations


def _parent_of_model(patch: Patch, existing: Model | None, world: World) -> tuple[Model | None, list[Violation]]:
    """Give the parent that is asked for or there already; what is wrong with it is noted in the patch."""
    sent = patch.parent
    kept = existing.parent if existing is not None else None
    if sent is UNSET or (sent is None and kept is None) or (sent == "" and existing is None):
        return kept, []
    parent = world.models.get(fold(sent)) if sent else None
    if existing is not None and (kept is None or not sent):
        reason = "a root model gets no parent, and a sub model keeps one"
        refusal = Misshaped(MOVED.format(property='"parent"', reason=reason))
    elif parent is None:
        refusal = Misshaped(
            f'The property "parent" expects a product model: the product model "{sent}" does not exist.'
        )
    elif parent.level > 0:
        refusal = Misshaped(f'The new parent must be a root product model, and "{parent.code}" has a parent itself.')
    elif kept is not None and kept.variant != parent.variant:
        reason = f'"{parent.code}" is of another family variant than "{kept.code}"'
        refusal = Misshaped(MOVED.format(property='"parent"', reason=reason))
    else:
        return parent, []
    patch.problems.append(Problem(PROPERTY, refusal))
    return kept, []


def _refuse_other_family(patch: Patch, existing: Model) -> None:
    if patch.family is not UNSET and patch.family != existing.family:
        reason = f'it is "{existing.family}"'
        patch.problems.append(Problem(PROPERTY, Misshaped(MOVED.format(property='"family"', reason=reason))))
    if patch.variant is not UNSET and patch.variant != existing.variant:
        reason = f'it is "{existing.variant}"'
        patch.problems.append(Problem(PROPERTY, Misshaped(MOVED.format(property='"family_variant"', reason=reason))))


def drop_foreign(patch: Patch, item: Item, book: Rulebook) -> None:
    """Take out of a patch the values that stand on another level or are not in the family, and what is wrong with
    them: so a body that was read can be sent back (api-products 2.6, 4.5)."""
    mine = own_attributes(item, book) if not isinstance(item, Model) or item.variant else frozenset()
    if mine is None:
        return
    # The shape of a body is looked at before anything is dropped; models have no such stage (2.1).
    shapes = isinstance(item, Product)
    patch.problems = [
        one
        for one in patch.problems
        if one.attribute in mine or one.attribute is None or (shapes and one.rank == SHAPE)
    ]
    kept: list[tuple[Slot, Any]] = []
    # Where each value and violation stands afterwards.
    places: dict[int, int] = {}
    for place, (slot, data) in enumerate(patch.values):
        places[place] = len(kept)
        if slot.code in mine:
            kept.append((slot, data))
    sent = [slot.code for slot, _ in patch.values]
    if len(kept) < len(sent):
        patch.ignored += len(sent) - len(kept)
        patch.pending = [places[place] for place in patch.pending if sent[place] in mine]
        patch.values = kept
    # A violation between two values stays before the one that follows. That of an identifier names no attribute.
    patch.violations = [
        (places.get(ceil(place), len(kept)) - (ceil(place) - place), one)
        for place, one in patch.violations
        if (sent[place] if isinstance(place, int) else one.extra.get("attribute", "")) in mine
    ]


# Axes


def axes_of(item: Item, book: Rulebook) -> list[Slot]:
    """Give the places of the axes that set a variant or sub model apart from its siblings; none for all others."""
    if isinstance(item, Model):
        variant, level = item.variant, item.level
    elif item.parent is not None:
        variant = item.parent.variant
        level = levels_of(variant, book).last
    else:
        return []
    fields = [book.field(code) for code in levels_of(variant, book).axes[level]] if variant else []
    slots = [field.at(None, None) for field in fields if field is not None]
    return [slot for slot in slots if slot is not None]


def axes_key(values: Values, axes: list[Slot], changed: Mapping[Slot, Any] | None = None) -> str | None:
    """Give the combination of axis values as it is compared, None when one is missing; `changed` counts before."""
    held = _axis_values(values, axes, changed or {})
    if not axes or any(data is None or isinstance(data, Rejected) for data in held):
        return None
    return orjson.dumps([_folded(slot, data) for slot, data in zip(axes, held, strict=True)]).decode()


def missing_axes(item: Item, axes: list[Slot], changed: Mapping[Slot, Any]) -> list[Violation]:
    """Tell which axes have no value. One violation each, though path and kind are the same.

    What stays where it is and has none already, because an option was removed, can be written all the same
    (api-products 2.7).
    """
    stored = item.stored
    stays = stored is not None and stored.parent_id is not None and stored.parent_id == item.parent_id
    return [
        Violation("attribute", "axis.empty", f'The attribute "{slot.code}" cannot be empty, as it is an axis.')
        for slot, data in zip(axes, _axis_values(item.values, axes, changed), strict=True)
        if data is None and (slot in changed or not stays)
    ]


def taken_axes(
    patch: Patch, item: Item, axes: list[Slot], changed: Mapping[Slot, Any], world: World
) -> list[Violation]:
    """Tell when a sibling has the same combination of axis values."""
    key = axes_key(item.values, axes, changed)
    sibling = world.siblings.get((item.parent_code or "", key)) if key is not None else None
    if sibling is None or sibling[:2] == (item.kind, item.name):
        return []
    held = _axis_values(item.values, axes, changed)
    values = ",".join(_shown(slot, data) for slot, data in zip(axes, held, strict=True))
    names = ",".join(slot.code for slot in axes)
    # A new product is known by the identifier that it is about to get.
    shown = patch.identifier if isinstance(patch.identifier, str) else _known_as(item)
    message = f'Cannot set the value "{values}" for the axis "{names}" on "{shown}", as "{sibling[2]}" already has it.'
    return [Violation("attribute", "axis.taken", message)]


def take_axes(item: Item, before: tuple[str, str | None] | None, world: World) -> None:
    """Note which combination a child has now; `before` are its parent's code and its combination until now."""
    if before is not None and before[1] is not None:
        holder = world.siblings.get((before[0], before[1]))
        if holder is not None and holder[:2] == (item.kind, item.name):
            del world.siblings[before[0], before[1]]
    key = axes_key(item.values, axes_of(item, world.book)) if item.parent_code is not None else None
    if key is not None and item.parent_code is not None:
        world.siblings[item.parent_code, key] = (item.kind, item.name, _known_as(item))


def _known_as(item: Item) -> str:
    return (item.identifier or item.uuid) if isinstance(item, Product) else item.name


def _axis_values(values: Values, axes: list[Slot], changed: Mapping[Slot, Any]) -> list[Any]:
    return [changed[slot] if slot in changed else stored_data(values, slot) for slot in axes]


def _folded(slot: Slot, data: Any) -> str:
    return fold(_shown(slot, data))


def _shown(slot: Slot, data: Any) -> str:
    if slot.field.type in (SIMPLE_SELECT, REFERENCE_SIMPLE):
        return str(data)
    if slot.field.type == METRIC:
        return f"{data['amount']} {data['unit']}"
    return "1" if data else "0"
