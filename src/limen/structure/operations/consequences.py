"""What a change of the structure means for products: asked for here, done by the room that has the products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from limen.events.operations import Author
from limen.jobs import operations as jobs
from limen.structure.rules.consequences import CLEANING, COMPLETENESS, REWRITING, SETTLING
from limen.structure.rules.family_variants import moved
from limen.structure.rules.measurement import symbols_changed
from limen.structure.rules.nouns import Decision
from limen.structure.rules.records import MeasurementFamily, Structure

# The queue's name for what follows changes of the structure; the room of the products has it in its `jobs`.
TASK = "structure.follow"

# Resource → properties whose change moves the completeness of products, or the way their values are written.
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "family": ("attributes", "attribute_requirements"),
    "channel": ("locales", "currencies"),
    "attribute": ("available_locales",),
    "attribute_group": ("counts_for_quality",),
}
# What counts as well where some group does not count for quality.
_GROUPED: Mapping[str, tuple[str, ...]] = {"attribute": ("group",), "attribute_group": ("attributes",)}
_WRITTEN = {"attribute": ("decimals_allowed",)}


def follow_decision(
    resource: str, code: str, decision: Decision, structure: Structure, *, by: Author, now: datetime
) -> None:
    """Ask for what follows from a decision that is being written; `structure` is as it was. No query where nothing
    does, else 2 for each."""
    if any(decision.differs(name) for name in _counted(resource, structure)) and _is_felt(
        resource, decision, structure
    ):
        _ask(COMPLETENESS, [f"{resource}:{code}"], by, now)
    if decision.before is not None and any(decision.differs(name) for name in _WRITTEN.get(resource, ())):
        _ask(REWRITING, [f"{resource}:{code}"], by, now)
    _ask(SETTLING, [f"family_variant:{one}" for one in _unsettled(resource, code, decision, structure)], by, now)


def _counted(resource: str, structure: Structure) -> tuple[str, ...]:
    counted = _COUNTED.get(resource, ())
    return counted + _GROUPED[resource] if resource in _GROUPED and _some_do_not_count(structure) else counted


def _is_felt(resource: str, decision: Decision, structure: Structure) -> bool:
    """What is new has no products, but for a channel, which every family requires something for, and a group that
    attributes come into."""
    if decision.before is not None or resource == "channel":
        return True
    draft = decision.draft
    return resource == "attribute_group" and bool(
        draft["attributes"] and (not draft["counts_for_quality"] or _some_do_not_count(structure))
    )


def _some_do_not_count(structure: Structure) -> bool:
    return not all(one.counts_for_quality for one in structure.attribute_groups.values())


def _unsettled(resource: str, code: str, decision: Decision, structure: Structure) -> list[str]:
    """Give the family variants where an attribute stands on another level from now on."""
    if decision.before is None:
        return []
    if resource == "family_variant":
        return [code] if moved(decision.before, decision.draft) else []
    # What comes into a family is common to all; variants may have values of it from when it was theirs.
    if resource == "family" and not set(decision.draft["attributes"]) <= set(decision.before["attributes"]):
        return [one.code for one in structure.variants_by_family.get(code, ())]
    return []


def follow_units(before: MeasurementFamily, after: MeasurementFamily, *, by: Author, now: datetime) -> None:
    """Ask for values to be written with the new symbols of their units. 2 queries, or none."""
    if symbols_changed(before, after):
        _ask(REWRITING, [f"measurement_family:{after.code}"], by, now)


def follow_removal(subject: str, *, by: Author, now: datetime) -> None:
    """Ask for products to be cleaned of what is removed, and for the completeness that this moves. 2 to 4 queries."""
    _ask(CLEANING, [subject], by, now)
    if subject.startswith(("attribute:", "channel:")):
        _ask(COMPLETENESS, [subject], by, now)


def follow_late(*, families: bool, removals: Iterable[str], by: Author, now: datetime) -> None:
    """Ask for what nobody asked for when it happened: by an earlier version of Limen, or around its operations.

    `families`: whether the completeness of any is of before; `removals` are subjects. 2 queries for each.
    """
    if families:
        _ask(COMPLETENESS, ["structure:families"], by, now)
    _ask(CLEANING, removals, by, now)


def _ask(kind: str, subjects: Iterable[str], by: Author, now: datetime) -> None:
    jobs.ask(kind, subjects, task=TASK, by=by, now=now)
