"""Attribute groups: their order, and which attributes are in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from limen.events import operations as events
from limen.kit import db
from limen.kit.errors import NotFound, Unprocessable
from limen.kit.text import fold
from limen.structure import models
from limen.structure.operations.changes import new_version, one_change, updated
from limen.structure.operations.resources import Outcome, upsert
from limen.structure.queries import snapshot_for_change
from limen.structure.rules import OTHER, AttributeGroup, Structure
from limen.structure.rules.attribute_groups import in_order, renumbered


def move_attribute_group(code: str, *, before: str | None, by: events.Author, now: datetime) -> Outcome:
    """Put a group in front of another, or (None) behind all. Raises NotFound.

    Cost: 4 queries (lock, number of the change, rows, events), 1 when it is there already.
    """
    with one_change():
        structure = snapshot_for_change()
        group = _found(structure, code)
        target = None if before is None else _found(structure, before)
        if target is group:
            return Outcome(group.code, created=False, changed=False)
        others = [one for one in in_order(structure) if one is not group]
        place = len(others) if target is None else others.index(target)
        numbers = renumbered([*others[:place], group, *others[place:]])
        if not numbers:
            return Outcome(group.code, created=False, changed=False)
        groups, revision = structure.attribute_groups, new_version()
        db.update_rows(
            models.AttributeGroup._meta.db_table,
            "id",
            {"id": "int8", "sort_order": "int8", "revision": "int8", "updated_at": "timestamptz"},
            [(groups[moved].id, number, revision, now) for moved, number in numbers.items()],
        )
        happenings = [
            updated("attribute_group", moved, {"sort_order": (groups[moved].sort_order, number)})
            for moved, number in numbers.items()
        ]
        events.record_many(happenings, by=by, now=now)
    return Outcome(group.code, created=False, changed=True)


def move_attributes(
    group: str, *, into: Collection[str] = (), out: Collection[str] = (), by: events.Author, now: datetime
) -> Outcome:
    """Move attributes into a group, or out of it to `other`; what is there already, or not in it, stays.

    Raises NotFound; Unprocessable for `other`, whose attributes are those no other group has; Misshaped for an
    attribute that does not exist. Cost: that of `upsert` and 1 query.
    """
    with one_change():
        structure = snapshot_for_change()
        code = _found(structure, group).code
        if fold(code) == OTHER:
            raise Unprocessable("Move the attributes in the groups where they should be, or are now.")
        has = {one.code for one in structure.attributes_by_group.get(code, ())}
        return upsert("attribute_group", code, {"attributes": sorted((has | set(into)) - set(out))}, by=by, now=now)


def _found(structure: Structure, code: str) -> AttributeGroup:
    group = structure.attribute_group(code)
    if group is None:
        raise NotFound(f'The attribute group "{code}" does not exist.')
    return group
