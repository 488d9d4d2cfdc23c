"""Decide what a line does to a product: create, update, nothing, or why not. Pure; `World` is plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import UNSET

from limen.kit.errors import Invalid, Misshaped, Unprocessable, Violation
from limen.kit.text import fold
from limen.media import rules as media_rules
from limen.media.rules import MediaRow
from limen.products.rules import links
from limen.products.rules.inheriting import beyond, overridden, overriding, united
from limen.products.rules.kinds import Fault
from limen.products.rules.lines import Line
from limen.products.rules.reading import PROPERTY, VALUE, Naming, Patch, Problem, Rejected, read_identifier
from limen.products.rules.rulebook import Entry, Slot, unique_key
from limen.products.rules.unchanged import is_stored_as_sent
from limen.products.rules.variants import (
    axes_key,
    axes_of,
    drop_foreign,
    missing_axes,
    place_model,
    place_product,
    take_axes,
    taken_axes,
)
from limen.products.rules.views import active_currencies
from limen.products.rules.world import Item, Own, Product, World, stored_data
from limen.structure.rules import IDENTIFIER, METRIC, PRICE, Attribute


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
    became a variant.
    """

    item: Item
    created: bool
    changes: list[Change] = field(default_factory=list)
    also: list[tuple[Item, Change]] = field(default_factory=list)
    converted: bool = False


def decide(
    line: Line, patch: Patch, key: str | None, flavour: Naming, world: World, new_uuid: Callable[[], str]
) -> Decision:
    """Judge one line against the world and, when it is good, carry it out there. Raises Refused.

    A refused line leaves the world as it was.
    """
    if flavour == "code":
        return _decide_model(line, patch, key, world)
    uuid = key if flavour == "uuid" else world.identifiers.get(fold(key or ""))
    existing = world.products.get(uuid) if uuid is not None else None
    creates = line.new or existing is None
    if flavour == "identifier" and creates and not line.new:
        _require_same_identifier(line, patch, key, world)
    if creates:
        before = Product((uuid if flavour == "uuid" else None) or new_uuid(), world.moment)
    else:
        assert existing is not None  # what `creates` says
        before = existing
    product, violations = place_product(patch, before, None if creates else existing, flavour, world)
    if product.parent is not None:
        drop_foreign(patch, product, world.book)
    _look_up(patch, world)
    if not line.full:
        patch.refuse_problem()
    if not creates and patch.violations:
        _let_stand(patch, product)
    decision = Decision(product, creates, converted=before.parent_code is None is not product.parent_code)
    if creates and flavour == "uuid":
        violations = [*_uuid_violations(product.uuid, existing), *violations]
    merged = _judged(patch, product, violations, line, world)
    _carry_out(patch, decision, before, merged, world)
    return decision


def _require_same_identifier(line: Line, patch: Patch, key: str | None, world: World) -> None:
    sent = line.body.get("identifier")
    if isinstance(sent, str) and sent and sent != key:
        raise Unprocessable(f'The identifier "{sent}" of the body must match the identifier "{key}" of the address.')
    if patch.identifier is UNSET and key is not None:
        read_identifier(patch, key, world.book)


def _decide_model(line: Line, patch: Patch, key: str | None, world: World) -> Decision:
    existing = world.models.get(fold(key)) if key is not None else None
    creates = line.new or existing is None
    sent = line.body.get("code")
    renames = isinstance(sent, str) and sent and key is not None and fold(sent) != fold(key)
    if creates and renames and not line.new:
        raise Unprocessable(f'The code "{sent}" of the body must match the code "{key}" of the address.')
    model, violations = place_model(patch, key or "", None if creates else existing, world)
    drop_foreign(patch, model, world.book)
    _look_up(patch, world)
    if not line.full:
        patch.refuse_problem()
    if not creates and patch.violations:
        _let_stand(patch, model)
    if creates:
        of_code = list(patch.code_faults)
        if existing is not None:
            message = f'The code "{key}" is already used by another product model.'
            of_code.append(Violation("code", "code.taken", message))
        violations = [*of_code, *violations]
    elif renames:
        message = f'The code of the product model "{model.code}" cannot be changed.'
        violations.append(Violation("code", "code.immutable", message))
    # The family is that of the family variant; it has been compared.
    patch.family = UNSET
    decision = Decision(model, creates)
    merged = _judged(patch, model, violations, line, world)
    _carry_out(patch, decision, existing if existing is not None and not creates else model, merged, world)
    return decision


# Look-ups: options and files, for the values that wait for them


def _look_up(patch: Patch, world: World) -> None:
    for place in patch.pending:
        slot, data = patch.values[place]
        if slot.field.needs == "media":
            file = world.media.get(data)
            if file is None:
                message = f'The attribute "{slot.field.code}" expects the code of a media file, and "{data}" is none.'
                patch.problems.append(Problem(VALUE, Misshaped(message), slot.field.code))
            else:
                faults = _file_faults(slot.field.attribute, file)
                patch.violations.extend((place, slot.violation(fault)) for fault in faults)
        elif slot.field.needs == "option":
            code = world.options.get((slot.field.code, fold(data)))
            if code is None:
                message = f'The value "{data}" is not in the option list of the attribute "{slot.field.code}".'
                patch.violations.append((place, slot.violation(Fault("value.option_unknown", message))))
            else:
                patch.values[place] = (slot, code)
        else:
            patch.values[place] = (slot, _known_options(patch, place, slot, data, world))


def _known_options(patch: Patch, place: int, slot: Slot, data: list[str], world: World) -> list[str]:
    code = slot.field.code
    found = [world.options.get((code, fold(one))) for one in data]
    if None in found:
        unknown = '", "'.join(one for one, known in zip(data, found, strict=True) if known is None)
        message = f'The values "{unknown}" are not in the option list of the attribute "{code}".'
        patch.violations.append((place, slot.violation(Fault("value.option_unknown", message))))
        return data
    return sorted(one for one in found if one is not None)


def _file_faults(attribute: Attribute, file: MediaRow) -> list[Fault]:
    code, faults = attribute.code, []
    allowed = [extension.lower() for extension in attribute.allowed_extensions]
    extension = file.extension.lower()
    if allowed and extension not in allowed:
        message = f'The attribute "{code}" does not take "{extension}" files. Possible are: {", ".join(allowed)}.'
        faults.append(Fault("value.extension", message))
    elif not media_rules.type_fits_extension(file.mime_type, extension):
        message = (
            f'The file for the attribute "{code}" is of type {file.mime_type}, which is not what "{extension}" says.'
        )
        faults.append(Fault("value.mime_type", message))
    if attribute.max_file_size is not None and file.size > attribute.max_file_size * 1_000_000:
        size, most = file.size / 1_000_000, attribute.max_file_size
        message = f'The file for the attribute "{code}" has {size:.2f} MB; at most {most} MB are possible.'
        faults.append(Fault("value.too_big", message))
    return faults


def _let_stand(patch: Patch, item: Item) -> None:
    """What is stored is not judged again when it is sent as it is (api-products 2.7): rules may have changed since."""
    standing = set[float]()
    for place in {place for place, _ in patch.violations}:
        if not isinstance(place, int):
            continue
        slot, data = patch.values[place]
        sent = data.data if isinstance(data, Rejected) else data
        held = stored_data(item.values, slot)
        if held is not None and is_stored_as_sent(sent, held, slot.field):
            patch.values[place] = (slot, held)
            standing.add(place)
    patch.violations = [one for one in patch.violations if one[0] not in standing]


# Judging


@dataclass(frozen=True, slots=True)
class _Merged:
    """What will be the item's own, as far as it is not in the patch itself."""

    values: list[tuple[Slot, Any, Any]]
    categories: list[str]
    associations: links.Associations
    quantified: links.Quantified


# Without knowing where it stands, what is judged of a product or model would be made up.
_PLACING = frozenset({"parent", "family_variant"})


def _judged(patch: Patch, item: Item, violations: list[Violation], line: Line, world: World) -> _Merged:
    """As _judge; of a line that asks for everything, all that is wrong with it, whatever its stage."""
    if not line.full:
        return _judge(patch, item, violations, line, world)
    found = [one.as_violation() for one in sorted(patch.problems, key=lambda one: one.rank)]
    of_values = [violation for _, violation in sorted(patch.violations, key=lambda one: one[0])]
    if any(one.path in _PLACING for one in found):
        raise Invalid([*found, *_once([*violations, *of_values])])
    try:
        merged = _judge(patch, item, violations, line, world)
    except Invalid as refusal:
        raise Invalid([*found, *refusal.violations]) from None
    except Misshaped as refusal:
        of_links = Problem(PROPERTY, refusal).as_violation()
        raise Invalid([*found, of_links, *_once([*violations, *of_values])]) from None
    if found:
        raise Invalid(found)
    return merged


def _judge(patch: Patch, item: Item, violations: list[Violation], line: Line, world: World) -> _Merged:
    structure = world.structure
    associations, quantified, broken_links = item.own_associations, item.own_quantified, list[Violation]()
    if patch.associations:
        associations = links.merge_associations(
            associations, patch.associations, (item.kind, item.name), world.resolve, structure
        )
    if patch.quantified:
        quantified, broken_links = links.merge_quantified(quantified, patch.quantified, world.resolve, structure)
    values = _changed_values(patch, item, world)
    of_values, of_identifiers = _violations(patch, item, broken_links)
    violations = [*violations, *of_values]
    for slot, _, data in values if world.book.has_uniques else ():
        if slot.field.unique and data is not None:
            taken = _taken(slot, data, item, world)
            if taken is not None:
                (of_identifiers if slot.field.type == IDENTIFIER else violations).append(taken)
    axes = axes_of(item, world.book) if item.parent_code is not None else []
    changed = {slot: data for slot, _, data in values if slot in axes} if axes else {}
    missing = missing_axes(item, axes, changed)
    if violations or missing:
        identifiers = _of_identifier(patch, item, of_identifiers, world) if line.full else []
        raise Invalid([*_once(violations), *missing, *identifiers])
    broken = _of_identifier(patch, item, of_identifiers, world)
    if broken:
        raise Invalid(broken)
    taken_by = taken_axes(item, axes, changed, world) if axes else []
    if taken_by:
        raise Invalid(taken_by)
    categories = _merged_categories(patch, item)
    if item.parent is not None:
        categories = [code for code in categories if code not in item.parent.categories]
        associations = beyond(associations, item.parent.associations) if patch.associations else associations
        quantified = overriding(quantified, item.parent.quantified) if patch.quantified else quantified
    return _Merged(values, categories, associations, quantified)


def _violations(patch: Patch, item: Item, broken_links: list[Violation]) -> tuple[list[Violation], list[Violation]]:
    """Those of values in the order of the body, and apart those of identifiers, which come only when all else holds."""
    ordered = [violation for _, violation in sorted(patch.violations, key=lambda one: one[0])]
    kept = not isinstance(item, Product) or patch.identifier == item.identifier
    of_identifiers = [*(() if kept else patch.identifier_faults), *(one for one in ordered if one.path == "identifier")]
    return [*(one for one in ordered if one.path != "identifier"), *broken_links], of_identifiers


def _uuid_violations(uuid: str, existing: Product | None) -> list[Violation]:
    if existing is not None:
        return [Violation("uuid", "uuid.taken", f'The uuid "{uuid}" is already used by another product.')]
    if UUID(uuid).version != 4:
        return [Violation("uuid", "uuid.version", f'The uuid "{uuid}" is not of version 4.')]
    return []


def _taken(slot: Slot, data: Any, item: Item, world: World) -> Violation | None:
    holder = world.holders.get((slot.field.attribute.id, unique_key(data)))
    if holder is None or holder == item.name:
        return None
    message = f'The value "{data}" of the attribute "{slot.field.code}" is already used by another product.'
    return slot.violation(Fault("value.taken", message))


def _of_identifier(patch: Patch, item: Item, violations: list[Violation], world: World) -> list[Violation]:
    if isinstance(patch.identifier, str):
        holder = world.identifiers.get(fold(patch.identifier))
        if holder is not None and holder != item.name:
            message = f'The identifier "{patch.identifier}" is already used by another product.'
            violations = [*violations, Violation("identifier", "identifier.taken", message)]
    return _once(violations)


def _once(violations: list[Violation]) -> list[Violation]:
    """Report what has the same path and the same kind of message once (api-products 9.3)."""
    return list({(one.path, one.code, *one.extra.values()): one for one in reversed(violations)}.values())[::-1]


def _merged_categories(patch: Patch, item: Item) -> list[str]:
    if patch.categories is not UNSET:
        return patch.categories
    if not patch.add_categories and not patch.remove_categories:
        return item.own_categories
    return sorted({*item.own_categories, *patch.add_categories} - set(patch.remove_categories))


def _changed_values(patch: Patch, item: Item, world: World) -> list[tuple[Slot, Any, Any]]:
    """Give (slot, before, after) for the values that are different, None for no value."""
    # The last one of a slot counts: a value may be erased and set by the same body.
    wanted = dict(patch.values)
    if not item.values:
        return [(slot, None, data) for slot, data in wanted.items() if data is not None]
    changed = []
    for slot, data in wanted.items():
        before = stored_data(item.values, slot)
        if slot.field.type == PRICE and before and data.__class__ is list:
            data = _with_hidden_prices(slot, before, data, world)
        if before == data or (before is not None and data is not None and _same(slot, before, data, world)):
            continue
        changed.append((slot, before, data))
    return changed


def _with_hidden_prices(
    slot: Slot, before: list[dict[str, Any]], after: list[dict[str, Any]], world: World
) -> list[dict[str, Any]]:
    """Prices whose currency is not activated are not shown, and so not left out on purpose: they stay (1.4)."""
    active = active_currencies(slot, world.structure)
    hidden = [price for price in before if price["currency"] not in active]
    return sorted([*after, *hidden], key=lambda price: str(price["currency"])) if hidden else after


def _same(slot: Slot, before: Any, after: Any, world: World) -> bool:
    """Some data is the same although it is written differently."""
    if slot.field.needs == "media":
        # A file with the same content keeps its old code.
        files = world.media.get(before), world.media.get(after)
        return files[0] is not None and files[1] is not None and files[0].hash == files[1].hash
    if slot.field.type == METRIC and after.__class__ is dict:
        # The symbol follows the unit and may have been renamed.
        return bool(before["amount"] == after["amount"] and before["unit"] == after["unit"])
    return False


# Carrying out


def _carry_out(patch: Patch, decision: Decision, before: Item, merged: _Merged, world: World) -> None:
    """Bring the item to where the patch wants it; `before` is how it was, another object where it has moved."""
    item = decision.item
    # What a new product has is no change of it.
    changes: list[Change] | None = None if decision.created else decision.changes
    axes = (before.parent_code, axes_key(before.values, axes_of(before, world.book))) if before.parent_code else None
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
    item: Item, before: Item, merged: _Merged, changes: list[Change] | None, decision: Decision, world: World
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
