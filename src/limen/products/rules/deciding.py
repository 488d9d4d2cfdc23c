"""Decide what a line does to a product: create, update, nothing, or why not. Pure; `World` is plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from msgspec import UNSET

from limen.kit.errors import Invalid, Misshaped, Unprocessable, Violation
from limen.kit.text import fold
from limen.media import rules as media_rules
from limen.media.rules import MediaRow
from limen.products.rules import links
from limen.products.rules.carrying import Change as Change
from limen.products.rules.carrying import Decision as Decision
from limen.products.rules.carrying import Merged, carry_out
from limen.products.rules.inheriting import beyond, overriding
from limen.products.rules.kinds import Fault
from limen.products.rules.lines import Line, wanted_code
from limen.products.rules.links import Target
from limen.products.rules.reading import (
    PROPERTY,
    VALUE,
    Naming,
    Patch,
    Problem,
    Rejected,
    place_of_value,
    read_identifier,
)
from limen.products.rules.rulebook import Slot, unique_key
from limen.products.rules.unchanged import is_stored_as_sent
from limen.products.rules.variants import (
    axes_of,
    drop_foreign,
    missing_axes,
    place_model,
    place_product,
    taken_axes,
)
from limen.products.rules.views import active_currencies
from limen.products.rules.world import Item, Product, World, stored_data
from limen.structure.rules import IDENTIFIER, METRIC, PRICE, Attribute, Structure


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
    carry_out(patch, decision, before, merged, world)
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
    sent = wanted_code(line)
    if creates and sent is not None and not line.new:
        raise Unprocessable(f'The code "{sent}" of the body must match the code "{key}" of the address.')
    model, violations = place_model(patch, key or "", None if creates else existing, world)
    drop_foreign(patch, model, world.book)
    _look_up(patch, world)
    if not line.full:
        patch.refuse_problem()
    if not creates and patch.violations:
        _let_stand(patch, model)
    of_code = list(patch.code_faults)
    taken = key if creates and existing is not None else sent
    if taken is not None and world.resolve(Target("code", taken)) is not None:
        message = f'The code "{taken}" is already used by another product model.'
        of_code.append(Violation("code", "code.taken", message))
    violations = [*of_code, *violations]
    # The family is that of the family variant; it has been compared.
    patch.family = UNSET
    decision = Decision(model, creates, renamed=sent)
    merged = _judged(patch, model, violations, line, world)
    carry_out(patch, decision, existing if existing is not None and not creates else model, merged, world)
    return decision


# Look-ups: options and files, for the values that wait for them


def _look_up(patch: Patch, world: World) -> None:
    for place in patch.pending:
        slot, data = patch.values[place]
        if slot.field.needs == "media":
            file = world.media.get(data)
            if file is None:
                message = f'The attribute "{slot.field.code}" expects the code of a media file, and "{data}" is none.'
                told = place_of_value(slot.code, slot.locale, slot.scope)
                patch.problems.append(Problem(VALUE, Misshaped(message), slot.code, value=told))
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


# Without knowing where it stands, what is judged of a product or model would be made up.
_PLACING = frozenset({"parent", "family_variant"})


def _judged(patch: Patch, item: Item, violations: list[Violation], line: Line, world: World) -> Merged:
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
        of_links = Problem(PROPERTY, refusal, path="associations").as_violation()
        raise Invalid([*found, of_links, *_once([*violations, *of_values])]) from None
    if found:
        raise Invalid(found)
    return merged


def _judge(patch: Patch, item: Item, violations: list[Violation], line: Line, world: World) -> Merged:
    structure = world.structure
    associations, quantified, broken_links = item.own_associations, item.own_quantified, list[Violation]()
    if patch.associations:
        inherited = item.parent.associations if item.parent is not None else {}
        associations = links.merge_associations(
            associations, patch.associations, (item.kind, item.name), world.resolve, structure, inherited
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
    taken_by = taken_axes(patch, item, axes, changed, world) if axes else []
    if taken_by:
        raise Invalid(taken_by)
    categories = _merged_categories(patch, item, structure)
    if item.parent is not None:
        categories = [code for code in categories if code not in item.parent.categories]
        associations = beyond(associations, item.parent.associations) if patch.associations else associations
        quantified = overriding(quantified, item.parent.quantified) if patch.quantified else quantified
    return Merged(values, categories, associations, quantified)


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
    """Report what has the same path and the same kind of message once (api-products 9.3), but every attribute (4.2)."""

    def what(one: Violation) -> tuple[object, ...]:
        return one.path, one.code, *one.extra.values(), one.message if one.path == "attribute" else ""

    return list({what(one): one for one in reversed(violations)}.values())[::-1]


def _merged_categories(patch: Patch, item: Item, structure: Structure) -> list[str]:
    if patch.categories is not UNSET:
        # One that was removed is not shown, and so not left out on purpose: it goes by itself.
        shown = [code for code in item.own_categories if code in structure.categories]
        return item.own_categories if patch.categories == shown else patch.categories
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
    """Prices whose currency is not activated are not shown, and so not left out on purpose: they stay (1.4).

    One that is sent all the same counts: for a value of a channel any active currency is taken, and not each is shown.
    """
    active = {*active_currencies(slot, world.structure), *(price["currency"] for price in after)}
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
