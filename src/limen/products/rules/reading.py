"""From a body to a patch: what the caller wants, checked as far as that goes without the database.

Problems are collected, not raised: the earliest stage answers, and what is found later (unknown
options, files, targets) may belong to an earlier one. Stages and their bodies: api-products 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, UnsetType

from limen.kit.errors import Misshaped, Refused, Violation, Watched
from limen.products.rules import links
from limen.products.rules.kinds import Broken, Fault, Shape, json_name
from limen.products.rules.rulebook import Field, Rulebook, Slot

# By what products are named, in addresses and by each other.
Flavour = Literal["identifier", "uuid"]
# The same for models too, which are named by code.
Naming = Literal["identifier", "uuid", "code"]
JsonObject = Mapping[str, Any]

# Ranks of problems: the smallest answers, the first of its rank.
SHAPE, TWICE, PROPERTY, VALUE = 2, 3, 4, 5
# What they count as for Error monitoring (api-products 8.2); the shape of a body does not count.
_CODES = {SHAPE: "body.shape", TWICE: "value.twice", PROPERTY: "property.invalid", VALUE: "value.type"}
_NAMED = re.compile(r'[Tt]he property "([^"]+)"')
_WATCHED: Mapping[int, Watched] = {TWICE: "technical", PROPERTY: "technical", VALUE: "business"}

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Printed by a GET, so a body that was read can be sent back (api-products 1.1).
IGNORED = frozenset(
    {
        "_links",
        "completenesses",
        "created",
        "identifier",
        "metadata",
        "parent_associations",
        "quality_scores",
        "root_parent",
        "updated",
        "uuid",
        "values",
        "workflow_execution_statuses",
    }
)
# Of models: they have no uuid and no completeness (api-products 1.3).
_IGNORED_OF_MODELS = IGNORED - {"completenesses", "uuid"}


class Problem(NamedTuple):
    """Why a body cannot be read; `attribute` where it is about a value of one that exists.

    `path` is the property it is about; of one about a value, `value` is the place: attribute, locale and scope as sent.
    """

    rank: int
    refusal: Refused
    attribute: str | None = None
    path: str | None = None
    value: Mapping[str, Any] | None = None

    def as_violation(self) -> Violation:
        """Tell it among the broken rules. Without a path its property is the one that the message names."""
        named = _NAMED.search(self.refusal.message)
        path = self.path or (named[1] if named and self.value is None else "values")
        code = next((f"{name.removesuffix('_code')}.unknown" for name in self.refusal.named), _CODES[self.rank])
        return Violation(path, code, self.refusal.message, dict(self.value or {}))


def place_of_value(code: str, locale: object = None, scope: object = None) -> Mapping[str, Any]:
    """Say which value a problem is about, as errors do (api-products 9.3)."""
    places = {"locale": locale, "scope": scope}
    return {"attribute": code, **{name: one if isinstance(one, str) else None for name, one in places.items()}}


class Patch:
    """What one body asks for; UNSET means "leave". Codes are canonical, values as they will be stored.

    `values` holds (slot, data) with data None to erase; `pending` the places in it that wait for a look-up.
    `violations` carry the place of their value, so that they are reported in the order of the body.
    `parent` and `variant` are codes as sent. `ignored` counts values that stand on another level and were dropped.
    """

    __slots__ = (
        "add_categories",
        "associations",
        "categories",
        "code_faults",
        "enabled",
        "family",
        "groups",
        "identifier",
        "identifier_faults",
        "ignored",
        "parent",
        "pending",
        "problems",
        "quantified",
        "remove_categories",
        "values",
        "variant",
        "violations",
    )

    def __init__(self) -> None:
        self.identifier: str | UnsetType | None = UNSET
        self.identifier_faults: list[Violation] = []
        self.enabled: bool | UnsetType = UNSET
        self.family: str | UnsetType | None = UNSET
        self.categories: list[str] | UnsetType = UNSET
        self.add_categories: list[str] = []
        self.remove_categories: list[str] = []
        self.groups: list[str] | UnsetType = UNSET
        self.values: list[tuple[Slot, Any]] = []
        self.pending: list[int] = []
        self.associations: links.AssociationPatch = {}
        self.quantified: links.QuantifiedPatch = {}
        self.parent: str | UnsetType | None = UNSET
        self.variant: str | UnsetType = UNSET
        self.code_faults: list[Violation] = []
        self.ignored = 0
        self.problems: list[Problem] = []
        self.violations: list[tuple[float, Violation]] = []

    def refuse_problem(self) -> None:
        if self.problems:
            first = min(self.problems, key=lambda problem: problem.rank)
            refusal, rank = first.refusal, first.rank
            raise refusal if refusal.watched or rank == SHAPE else refusal.watched_as(_WATCHED[rank])


def read_patch(body: JsonObject, flavour: Naming, book: Rulebook) -> Patch:
    """Read a body. `uuid` and `identifier` at its top are the edge's and `deciding`'s business."""
    patch = Patch()
    properties, ignored = (_MODEL_PROPERTIES, _IGNORED_OF_MODELS) if flavour == "code" else (_PROPERTIES, IGNORED)
    for name, value in body.items():
        handler = properties.get(name)
        try:
            if handler is not None:
                handler(patch, value, flavour, book)
            elif name not in ignored:
                raise Misshaped(f'The property "{name}" does not exist.')
        except Misshaped as problem:
            patch.problems.append(Problem(PROPERTY, problem, path=name))
    if "categories" in body and ("add_categories" in body or "remove_categories" in body):
        message = 'The property "categories" cannot be combined with "add_categories" or "remove_categories".'
        patch.problems.append(Problem(PROPERTY, Misshaped(message), path="categories"))
    if "values" in body:
        _read_values(patch, body["values"], flavour, book)
    return patch


# Values


def _read_values(patch: Patch, values: Any, flavour: Naming, book: Rulebook) -> None:
    if values.__class__ is not dict:
        # Clients in PHP write an empty map as an empty list.
        if values != []:
            message = f'The property "values" expects an object, and found {json_name(values)}.'
            patch.problems.append(Problem(SHAPE, Misshaped(message)))
        return
    main = book.main.code
    for code, entries in values.items():
        field = book.fields.get(code) or book.field(code)
        if entries.__class__ is not list:
            misshaped = Misshaped(f'The values of "{code}" must be a list of objects.')
            patch.problems.append(Problem(SHAPE, misshaped, value=place_of_value(code)))
        elif field is None:
            _check_entries(patch, code, entries)
            unknown = Misshaped(f'The attribute "{code}" does not exist.').watched_as("business", attribute_code=code)
            patch.problems.append(Problem(VALUE, unknown, value=_place_of(code, entries[0] if entries else None)))
        elif field.code == main:
            _read_identifier_value(patch, field, entries, flavour)
        else:
            _read_entries(patch, field, code, entries)
    _refuse_twice(patch)


def _read_entries(patch: Patch, field: Field, code: str, entries: list[Any]) -> None:
    """Read the values of one attribute. This loop is the hottest of all: 35 rounds a product."""
    slots, read, out = field.slots, field.read, patch.values
    for entry in entries:
        try:
            locale, scope, data = entry["locale"], entry["scope"], entry["data"]
            slot = slots.get((locale, scope))
        except (KeyError, TypeError, IndexError):
            patch.problems.append(Problem(SHAPE, _misshaped_entry(code, entry), value=_place_of(field.code, entry)))
            continue
        if slot is None:
            slot = _find_slot(patch, field, locale, scope, data)
            if slot is None:
                continue
        if data is None or ((kind := data.__class__) is str and not data.strip()) or (kind in _BOXES and not data):
            out.append((slot, None))
            continue
        try:
            data = read(data)
        except Shape as shape:
            rank = SHAPE if shape.stage == 2 else VALUE
            place = place_of_value(field.code, locale, scope)
            patch.problems.append(Problem(rank, Misshaped(shape.message), field.code, value=place))
            continue
        except Broken as broken:
            patch.violations.extend((len(out), slot.violation(fault)) for fault in broken.faults)
            # It keeps its place, so that sending it twice is still seen.
            out.append((slot, Rejected(data)))
            continue
        if field.needs is not None and data is not None:
            patch.pending.append(len(out))
        out.append((slot, data))


_BOXES = (list, dict)


class Rejected:
    """Stands for data that breaks rules of its attribute. `data` is as it was sent."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data


def _check_entries(patch: Patch, code: str, entries: list[Any]) -> None:
    for entry in entries:
        if not (entry.__class__ is dict and "locale" in entry and "scope" in entry and "data" in entry):
            patch.problems.append(Problem(SHAPE, _misshaped_entry(code, entry), value=_place_of(code, entry)))


def _place_of(code: str, entry: Any) -> Mapping[str, Any]:
    return (
        place_of_value(code, entry.get("locale"), entry.get("scope"))
        if isinstance(entry, dict)
        else place_of_value(code)
    )


def _misshaped_entry(code: str, entry: Any) -> Misshaped:
    if entry.__class__ is not dict:
        return Misshaped(f'One of the values of "{code}" is no object.')
    for key in ("locale", "scope", "data"):
        if key not in entry:
            return Misshaped(f'The attribute "{code}" expects the key "{key}" in each of its values.')
    bad = "locale" if entry["locale"].__class__ in _BOXES else "scope"
    return Misshaped(f'The attribute "{code}" expects the {bad} as a string, and found {json_name(entry[bad])}.')


def _find_slot(patch: Patch, field: Field, locale: Any, scope: Any, data: Any) -> Slot | None:
    """Look up a place that is not known yet; note why there is none. Erasing where nothing can be is no problem."""
    try:
        found = field.slot(locale, scope)
    except Shape as shape:
        place = place_of_value(field.code, locale, scope)
        if shape.stage == 2:
            patch.problems.append(Problem(SHAPE, Misshaped(shape.message), value=place))
        elif not _is_empty(data):
            patch.problems.append(Problem(VALUE, Misshaped(shape.message), field.code, value=place))
        return None
    if isinstance(found, Slot):
        return found
    if not _is_empty(data):
        # Between two values: it has no place of its own.
        between = len(patch.values) - 0.5
        patch.violations.extend((between, field.violation(fault, locale, scope)) for fault in found)
    return None


def _is_empty(data: Any) -> bool:
    return data is None or (data.__class__ is str and not data.strip()) or (data.__class__ in _BOXES and not data)


def _read_identifier_value(patch: Patch, field: Field, entries: list[Any], flavour: Naming) -> None:
    """By uuid the identifier is changed through its value; by identifier that value does not count (3.4, 3.6)."""
    if flavour != "uuid":
        _check_entries(patch, field.code, entries)
        # A model has no identifier: its attribute stands on the level of products.
        patch.ignored += len(entries) if flavour == "code" else 0
        return
    aside = Patch()
    _read_entries(aside, field, field.code, entries)
    patch.problems.extend(aside.problems)
    if sum(data is not None for _, data in aside.values) > 1:
        patch.problems.append(Problem(TWICE, _twice(field.code), value=place_of_value(field.code)))
    for _, data in aside.values:
        patch.identifier = data
    patch.identifier_faults.extend(violation for _, violation in aside.violations)


def read_identifier(patch: Patch, identifier: str, book: Rulebook) -> None:
    """Take the identifier of the URL, the line or the body's property; what it breaks is reported at `identifier`."""
    field = book.identifier_slot.field
    patch.identifier = identifier
    try:
        field.read(identifier)
    except Broken as broken:
        patch.identifier_faults.extend(field.violation(fault, None, None) for fault in broken.faults)
    if not identifier.strip():
        fault = Fault("identifier.blank", "The identifier must not be blank.")
        patch.identifier_faults.append(field.violation(fault, None, None))


def _refuse_twice(patch: Patch) -> None:
    given = [slot for slot, data in patch.values if data is not None]
    if len(set(given)) == len(given):
        return
    seen: set[Slot] = set()
    for slot in given:
        if slot in seen:
            place = place_of_value(slot.code, slot.locale, slot.scope)
            patch.problems.append(Problem(TWICE, _twice(slot.code), value=place))
            return
        seen.add(slot)


def _twice(code: str) -> Misshaped:
    return Misshaped(f'You cannot update the same value of "{code}" twice, with the same locale and scope.')


# Properties


def _read_enabled(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    if value.__class__ is bool:
        patch.enabled = value
    elif value.__class__ in (int, str) and value in (0, 1, "0", "1"):
        patch.enabled = value in (1, "1")
    else:
        raise Misshaped(f'The property "enabled" expects a boolean, and found {json_name(value)}.')


def _read_family(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    if value is None or value == "":
        patch.family = None
        return
    if value.__class__ in _BOXES:
        raise Misshaped(f'The property "family" expects a scalar, and found {json_name(value)}.')
    if value.__class__ is not str:
        raise Misshaped(f'The property "family" expects a string, and found {json_name(value)}.')
    family = book.structure.family(value)
    if family is None:
        message = f'The property "family" expects a family code: the family "{value}" does not exist.'
        raise Misshaped(message).watched_as("business", family_code=value)
    patch.family = family.code


def _read_parent(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    if value is not None and value.__class__ is not str:
        raise Misshaped(f'The property "parent" expects a scalar, and found {json_name(value)}.')
    patch.parent = value


def _read_categories(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    patch.categories = _codes("categories", "category", value, book.structure.category)


def _read_add_categories(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    patch.add_categories = _codes("add_categories", "category", value, book.structure.category)


def _read_remove_categories(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    patch.remove_categories = _codes("remove_categories", "category", value, book.structure.category)


def _read_groups(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    patch.groups = _codes("groups", "group", value, book.structure.group)


def _codes(name: str, entity: str, value: Any, find: Callable[[str], Any]) -> list[str]:
    """Read a list of codes: canonical, each once, sorted."""
    if value.__class__ is not list and value != {}:
        raise Misshaped(f'The property "{name}" expects an array, and found {json_name(value)}.')
    codes = set()
    for code in value:
        if code.__class__ is not str:
            raise Misshaped(f'The property "{name}" expects an array of strings, and one of them is {json_name(code)}.')
        known = find(code)
        if known is None:
            message = f'The property "{name}" expects codes that exist: the {entity} "{code}" does not exist.'
            raise Misshaped(message).watched_as(
                "business" if entity == "category" else "technical", **{f"{entity}_code": code}
            )
        codes.add(known.code)
    return sorted(codes)


def _read_identifier_property(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    if flavour == "uuid" and value is not None:
        raise Misshaped(
            f'The property "identifier" does not exist here. Send the identifier as value of "{book.main.code}".'
        )


def _read_associations(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    patch.associations = links.read_associations(value, flavour, book.structure)


def _read_quantified(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    patch.quantified = links.read_quantified(value)


def _read_variant_group(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    raise Misshaped(
        'The property "variant_group" no longer exists. Variants are products with a parent now.',
        help="products-with-variants.html",
    )


# Of product models


def _read_code(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    if value is not None and value.__class__ is not str:
        raise Misshaped(f'The property "code" expects a string, and found {json_name(value)}.')


def _read_model_family(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    """A code as sent: it is only compared, with its case."""
    if value.__class__ in _BOXES:
        raise Misshaped(f'The property "family" expects a scalar, and found {json_name(value)}.')
    patch.family = value if value.__class__ is str else None


def _read_variant(patch: Patch, value: Any, flavour: Naming, book: Rulebook) -> None:
    if value is None or value == "":
        raise Misshaped('The property "family_variant" must not be empty.')
    if value.__class__ is not str:
        raise Misshaped(f'The property "family_variant" expects a string, and found {json_name(value)}.')
    variant = book.structure.family_variant(value)
    if variant is None:
        raise Misshaped(f'The property "family_variant" expects a code that exists: "{value}" does not.')
    patch.variant = variant.code


_PROPERTIES: dict[str, Callable[[Patch, Any, Naming, Rulebook], None]] = {
    "add_categories": _read_add_categories,
    "associations": _read_associations,
    "categories": _read_categories,
    "enabled": _read_enabled,
    "family": _read_family,
    "groups": _read_groups,
    "identifier": _read_identifier_property,
    "parent": _read_parent,
    "quantified_associations": _read_quantified,
    "remove_categories": _read_remove_categories,
    "variant_group": _read_variant_group,
}
_MODEL_PROPERTIES: dict[str, Callable[[Patch, Any, Naming, Rulebook], None]] = {
    "add_categories": _read_add_categories,
    "associations": _read_associations,
    "categories": _read_categories,
    "code": _read_code,
    "family": _read_model_family,
    "family_variant": _read_variant,
    "parent": _read_parent,
    "quantified_associations": _read_quantified,
    "remove_categories": _read_remove_categories,
}
