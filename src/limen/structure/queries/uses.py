"""Who uses a part of the structure: the structure itself, and the rooms above through the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from limen.kit.errors import NotFound
from limen.structure.queries.option_lists import Counted
from limen.structure.queries.options import option_of
from limen.structure.queries.snapshot import snapshot
from limen.structure.rules import REMOVABLES, Attribute, Option, Structure, Subject, Use
from limen.structure.rules.removal import subject_of

# Given a subject, tell its uses in a constant number of queries; counting stops where it would be dear (`Use.more`).
AskedRoom = Callable[[Subject], tuple[Use, ...]]


def uses_of(resource: str, code: str) -> tuple[Use, ...]:
    """Tell who uses a record; `resource` is a key of REMOVABLES. Raises NotFound.

    Cost: that of `snapshot` and of the rooms asked: products make 1 query.
    """
    structure = snapshot()
    return uses_in(structure, resource, removable(structure, resource, code))


def uses_of_option(attribute: str, code: str) -> tuple[Use, ...]:
    """As `uses_of`, for an option of an attribute. 1 query more."""
    parent, one = removable_option(snapshot(), attribute, code)
    return uses_of_found_option(parent, one)


def uses_in(structure: Structure, resource: str, one: Any) -> tuple[Use, ...]:
    """As `uses_of`, for a record at hand."""
    subject = subject_of(resource, one, structure)
    return (*REMOVABLES[resource].uses(one, structure), *_uses_above(subject))


def uses_of_found_option(parent: Attribute, one: Option) -> tuple[Use, ...]:
    return _uses_above(Subject("attribute_option", (one.code,), (one.id,), parent))


def removable(structure: Structure, resource: str, code: str) -> Any:
    """Find a record to remove. Raises NotFound."""
    kind = REMOVABLES[resource]
    found = kind.find(structure, code)
    if found is None:
        raise NotFound(f'The {kind.name} "{code}" does not exist.')
    return found


def removable_option(structure: Structure, attribute: str, code: str) -> tuple[Attribute, Option]:
    """Find an option to remove, and its attribute. Raises NotFound. 1 query."""
    parent = structure.attribute(attribute)
    if parent is None:
        raise NotFound(f'The attribute "{attribute}" does not exist.')
    found = option_of(parent, code)
    if found is None:
        raise NotFound(f'"{code}" does not exist, or is not an option of the attribute "{parent.code}".')
    return parent, found


def _uses_above(subject: Subject) -> tuple[Use, ...]:
    return tuple(use for ask in _rooms(tuple(settings.LIMEN_STRUCTURE_USES)) for use in ask(subject))


def families_with_products() -> frozenset[int]:
    """Give the ids of the families that have products. 1 query."""
    found: frozenset[int] = import_string(settings.LIMEN_FAMILIES_WITH_PRODUCTS)()
    return found


def products_in(groups: Sequence[Collection[int]]) -> list[Counted]:
    """Count the products in at least one category of each group, given as ids. 1 query."""
    found: list[Counted] = import_string(settings.LIMEN_PRODUCTS_IN_CATEGORIES)(groups)
    return found


@cache
def _rooms(names: tuple[str, ...]) -> tuple[AskedRoom, ...]:
    """The functions that the settings name, because the structure knows no room above it."""
    return tuple(import_string(name) for name in names)
