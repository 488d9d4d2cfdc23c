"""Removing parts of the structure.

What products name is marked: from the commit on nobody knows it any more, and its code stays taken. The products
are cleaned of it aside (`products.operations.cleaning`); then the row goes. Everything else goes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.conditions import UNCONDITIONAL, Conditions
from limen.kit.errors import Unprocessable
from limen.structure import models, rules, wire
from limen.structure.operations import consequences
from limen.structure.operations.changes import new_options_version, new_version, one_change
from limen.structure.operations.resources import tag_of_record
from limen.structure.operations.saves import refit_variants
from limen.structure.queries import snapshot_for_change
from limen.structure.queries.removals import TABLES
from limen.structure.queries.uses import removable, removable_option, uses_in, uses_of_found_option
from limen.structure.rules import REMOVABLES, Removal, Structure, Subject
from limen.structure.rules.removal import refusal, subject_of

# What is deleted at once, because no product names it.
_DELETED: Mapping[str, Callable[[int], Any]] = {
    "attribute_group": lambda id: models.AttributeGroup.objects.filter(id=id).delete(),
    "family": lambda id: models.Family.objects.filter(id=id).delete(),
    "family_variant": lambda id: models.FamilyVariant.objects.filter(id=id).delete(),
    "measurement_family": lambda id: models.MeasurementFamily.objects.filter(id=id).delete(),
}


def remove(
    resource: str,
    code: str,
    *,
    by: events.Author,
    now: datetime,
    dry_run: bool = False,
    conditions: Conditions = UNCONDITIONAL,
) -> Removal:
    """Remove a record, a category with all below it; `resource` is a key of REMOVABLES.

    Raises NotFound, PreconditionFailed; Unprocessable when something stands in the way, with the uses in its message.
    Cost: 6 to 14 queries, those of the uses and of the jobs that follow among them.
    """
    with one_change():
        structure = snapshot_for_change()
        one = removable(structure, resource, code)
        conditions.check(lambda: tag_of_record(resource, one, structure))
        kind = REMOVABLES[resource]
        uses = uses_in(structure, resource, one)
        reason = refusal(kind.name, one.code, uses, kind.why_it_stays(one, structure))
        if reason is not None:
            raise Unprocessable(reason)
        if not dry_run:
            if kind.cleaned:
                _mark(subject_of(resource, one, structure), one, structure, now)
            else:
                new_version(forget=True)
                _DELETED[resource](one.id)
            events.record(Happening(f"{resource}.deleted", f"{resource}:{one.code}"), by=by, now=now)
            if kind.cleaned:
                consequences.follow_removal(f"{resource}:{one.code}", by=by, now=now)
    return Removal(one.code, uses)


def remove_option(
    attribute: str,
    code: str,
    *,
    by: events.Author,
    now: datetime,
    dry_run: bool = False,
    conditions: Conditions = UNCONDITIONAL,
) -> Removal:
    """Remove an option of an attribute. Raises NotFound, PreconditionFailed, Unprocessable. Cost: 9 queries."""
    with one_change():
        structure = snapshot_for_change()
        parent, one = removable_option(structure, attribute, code)
        conditions.check(lambda: wire.tag(wire.option(one, structure)))
        uses = uses_of_found_option(parent, one)
        reason = refusal("option", one.code, uses)
        if reason is not None:
            raise Unprocessable(reason)
        if not dry_run:
            new_options_version()
            models.Option.objects.filter(id=one.id).update(removed_at=now)
            _ask_for_cleaning(Subject("attribute_option", (one.code,), (one.id,), parent), now)
            subject = f"attribute_option:{parent.code}:{one.code}"
            events.record(Happening("attribute_option.deleted", subject), by=by, now=now)
            consequences.follow_removal(subject, by=by, now=now)
    return Removal(one.code, uses)


def finish_cleaning(ids: Collection[int]) -> None:
    """Delete what products are clean of: the rows, and the note that there was something to do.

    Cost: 3 queries for each removal and 1, and what Django makes of rows that go with them.
    """
    with one_change():
        snapshot_for_change()
        done = list(models.Removal.objects.filter(id__in=ids).order_by("id"))
        if not done:
            return
        # A snapshot of before the removal has not heard of it, and now there is no row left to tell it.
        new_version(forget=True)
        for removal in done:
            _delete(removal)
        models.Removal.objects.filter(id__in=[removal.id for removal in done]).delete()


def _mark(subject: Subject, one: Any, structure: Structure, now: datetime) -> None:
    revision = new_version()
    if subject.resource in _TAKEN_ALONG:
        _TAKEN_ALONG[subject.resource](one, structure, revision)
    rows = TABLES[subject.resource]._default_manager
    rows.filter(id__in=subject.ids).update(removed_at=now, revision=revision)
    _ask_for_cleaning(subject, now)


def _ask_for_cleaning(subject: Subject, now: datetime) -> None:
    models.Removal.objects.create(
        resource=subject.resource,
        codes=list(subject.codes),
        ids=list(subject.ids),
        attribute_id=subject.attribute.id if subject.attribute else None,
        asked_at=now,
    )


def _out_of_families(one: rules.Attribute, structure: Structure, revision: int) -> None:
    """Families lose the attribute, also as their image; its group may go before the attribute's row does."""
    models.Family.objects.filter(familyattribute__attribute_id=one.id).update(revision=revision)
    models.Family.objects.filter(attribute_as_image_id=one.id).update(attribute_as_image=None, revision=revision)
    models.FamilyRequirement.objects.filter(attribute_id=one.id).delete()
    models.FamilyAttribute.objects.filter(attribute_id=one.id).delete()
    families = structure.families.values()
    left = {family.code: family.attributes - {one.code} for family in families if one.code in family.attributes}
    refit_variants(left, structure, revision=revision)
    other = structure.attribute_groups[rules.OTHER]
    models.Attribute.objects.filter(id=one.id).update(group_id=other.id)


def _out_of_requirements(one: rules.Channel, structure: Structure, revision: int) -> None:
    models.Family.objects.filter(familyrequirement__channel_id=one.id).update(revision=revision)
    models.FamilyRequirement.objects.filter(channel_id=one.id).delete()


# What of the structure itself goes with a record that is marked.
_TAKEN_ALONG: Mapping[str, Callable[[Any, Structure, int], None]] = {
    "attribute": _out_of_families,
    "channel": _out_of_requirements,
}


def _delete(removal: models.Removal) -> None:
    if removal.resource == "attribute_option":
        models.Option.objects.filter(id__in=removal.ids).delete()
        return
    if removal.resource == "category":
        # All at once, and yet each is the parent of another: without their links they go in any order.
        models.Category.objects.filter(id__in=removal.ids).update(parent=None, root=None)
    TABLES[removal.resource]._default_manager.filter(id__in=removal.ids).delete()
