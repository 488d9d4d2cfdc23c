"""Removals that products are still to be cleaned of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from limen.kit.text import fold
from limen.structure import models


@dataclass(frozen=True, slots=True)
class Cleaning:
    """A removal under way: see `models.Removal`. `attribute` and `attribute_id` are those of an option."""

    id: int
    resource: str
    codes: tuple[str, ...]
    ids: tuple[int, ...]
    attribute: str | None
    attribute_id: int | None
    asked_at: datetime
    total: int | None
    done: int
    position: int

    @property
    def code(self) -> str:
        """The code that was removed; with all below it, for a category."""
        return self.codes[0]


def removals_under_way() -> tuple[Cleaning, ...]:
    """Give the removals that are not clean yet, in the order in which they were asked for. 1 query."""
    rows = models.Removal.objects.order_by("id").values_list(
        "id", "resource", "codes", "ids", "attribute__code", "attribute_id", "asked_at", "total", "done", "position"
    )
    return tuple(
        Cleaning(id, resource, tuple(codes), tuple(ids), attribute, attribute_id, asked_at, total, done, position)
        for id, resource, codes, ids, attribute, attribute_id, asked_at, total, done, position in rows
    )


def is_being_removed(resource: str, code: str) -> bool:
    """Tell whether a code is taken by a removal that is not clean yet. 1 query."""
    model = TABLES.get(resource)
    return model is not None and model._default_manager.filter(code__iexact=code, removed_at__isnull=False).exists()


def is_option_being_removed(attribute: str, code: str) -> bool:
    """As `is_being_removed`, for an option. 1 query."""
    found = models.Option.objects.filter(attribute__code__iexact=attribute, folded=fold(code))
    return found.filter(removed_at__isnull=False).exists()


# Where the rows are that stay until products are clean.
TABLES: dict[str, type[models.Removable]] = {
    "attribute": models.Attribute,
    "category": models.Category,
    "channel": models.Channel,
    "association_type": models.AssociationType,
    "group": models.Group,
}
