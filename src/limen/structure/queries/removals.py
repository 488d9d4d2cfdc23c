"""Removals that products are still to be cleaned of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from limen.kit.text import fold
from limen.structure import models
from limen.structure.rules import NOTHING_REMAINS, Remains, Structure


@dataclass(frozen=True, slots=True)
class Cleaning:
    """A removal under way: see `models.Removal`. `attribute` and `attribute_id` are those of an option."""

    id: int
    resource: str
    codes: tuple[str, ...]
    ids: tuple[int, ...]
    attribute: str | None
    attribute_id: int | None

    @property
    def subject(self) -> str:
        """How events name it."""
        middle = f"{self.attribute}:" if self.attribute else ""
        return f"{self.resource}:{middle}{self.code}"

    @property
    def code(self) -> str:
        """The code that was removed; with all below it, for a category."""
        return self.codes[0]


def removals_under_way() -> tuple[Cleaning, ...]:
    """Give the removals that are not clean yet, in the order in which they were asked for. 1 query."""
    return tuple(_cleanings(models.Removal.objects.order_by("id")))


def removal_under_way(subject: str) -> Cleaning | None:
    """Give the removal that a subject of events names ("attribute:name"), None when it is clean. 1 query."""
    resource, *codes = subject.split(":")
    found = models.Removal.objects.filter(resource=resource, codes__0=codes[-1])
    if resource == "attribute_option":
        found = found.filter(attribute__code=codes[0])
    return next(_cleanings(found.order_by("id")[:1]), None)


def _cleanings(rows: QuerySet[models.Removal]) -> Iterator[Cleaning]:
    for id, resource, codes, ids, attribute, attribute_id in rows.values_list(
        "id", "resource", "codes", "ids", "attribute__code", "attribute_id"
    ):
        yield Cleaning(id, resource, tuple(codes), tuple(ids), attribute, attribute_id)


def is_being_removed(resource: str, code: str) -> bool:
    """Tell whether a code is taken by a removal that is not clean yet. 1 query."""
    model = TABLES.get(resource)
    return model is not None and model._default_manager.filter(code__iexact=code, removed_at__isnull=False).exists()


def is_option_being_removed(attribute: str, code: str) -> bool:
    """As `is_being_removed`, for an option. 1 query."""
    found = models.Option.objects.filter(attribute__code__iexact=attribute, folded=fold(code))
    return found.filter(removed_at__isnull=False).exists()


# Of the versions of the structure and of its options.
_remains: tuple[tuple[int, int], Remains] = ((0, 0), NOTHING_REMAINS)


def remains(structure: Structure) -> Remains:
    """Give the options, categories and groups that products may still hold though they are removed.

    Cost: 1 query for each version of the structure and its options, and process.
    """
    global _remains
    versions = structure.version, structure.options_version
    if _remains[0] != versions or not structure.version:
        options: dict[str, frozenset[str]] = {}
        codes: dict[str, frozenset[str]] = {"category": frozenset(), "group": frozenset()}
        for one in _cleanings(models.Removal.objects.filter(resource__in=["attribute_option", *codes])):
            if one.resource in codes:
                codes[one.resource] |= set(one.codes)
            elif one.attribute is not None:
                options[one.attribute] = options.get(one.attribute, frozenset()) | set(one.codes)
        _remains = (versions, Remains(options, codes["category"], codes["group"]))
    return _remains[1]


# Where the rows are that stay until products are clean.
TABLES: dict[str, type[models.Removable]] = {
    "attribute": models.Attribute,
    "category": models.Category,
    "channel": models.Channel,
    "association_type": models.AssociationType,
    "group": models.Group,
}
