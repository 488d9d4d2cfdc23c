"""Making the structure what a document says: a plan, or the plan carried out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from limen.events import operations as events
from limen.kit.errors import Invalid, Refused, Violation
from limen.structure.operations.measurement import upsert_measurement_family
from limen.structure.operations.removal import remove, remove_option
from limen.structure.operations.resources import upsert, upsert_option
from limen.structure.queries import document, snapshot_for_change, uses_of
from limen.structure.rules import REMOVABLES
from limen.structure.rules.document import KINDS, Difference, Entry, Flat, Place, body_of, differences, flatten
from limen.structure.rules.removal import Use

_NOUNS = {kind.section: kind.noun.name for kind in KINDS} | {"measurement_families": "measurement_family"}

# What says something about a record and touches no product.
_SAID_ONLY = frozenset({"labels", "guidelines", "sort_order", "place"})


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `uses`: what loses something that goes, or the products of something that changes in more than
    its labels and its place."""

    difference: Difference
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What changes, and what stays though the document does not have it, because deleting was not asked for."""

    steps: tuple[Step, ...]
    kept: tuple[Place, ...]


def apply_document(wanted: object, *, delete: bool, dry_run: bool, by: events.Author, now: datetime) -> Plan:
    """Make the structure what a document says, all of it or nothing; with `dry_run` only tell what would change.

    A section that the document has not is left alone; in one that it has, an entry that it has not is deleted
    with `delete`, and kept without. The plan is no guess: everything is done in one transaction and compared, and a
    dry run turns back. Until then nobody else writes. Raises Invalid with everything that is refused, each at its
    place ("attributes.color.labels").
    Cost: for each entry that differs what `upsert` costs, and reading everything twice.
    """
    given, wrong = flatten(wanted)
    if wrong or not isinstance(wanted, dict):
        raise Invalid(wrong)
    with transaction.atomic():
        snapshot_for_change()
        before = _as_it_is()
        gone = [place for place in before if place not in given and place[0] in wanted]
        refused: list[Violation] = []
        uses: dict[Place, tuple[Use, ...]] = {}
        for place, entry in given.items():
            if entry != before.get(place):
                with _noting(refused, place):
                    _put(place, entry, before.get(place), by=by, now=now)
        for place in _outermost(gone, before) if delete else ():
            with _noting(refused, place):
                uses[place] = _remove(place, by=by, now=now)
        if refused:
            raise Invalid(refused)
        steps = tuple(
            Step(one, uses.get(one.place, ()) or _products_of(one)) for one in differences(before, _as_it_is())
        )
        if dry_run:
            transaction.set_rollback(True)
    return Plan(steps, () if delete else tuple(gone))


def _products_of(one: Difference) -> tuple[Use, ...]:
    resource = _NOUNS.get(one.place[0], "")
    if one.verb != "change" or len(one.place) != 2 or resource not in REMOVABLES:
        return ()
    if all(name.partition(".")[0] in _SAID_ONLY for name, _, _ in one.properties()):
        return ()
    return tuple(use for use in uses_of(resource, one.place[1]) if use.what == "products")


def _as_it_is() -> Flat:
    return flatten(document())[0]


@contextmanager
def _noting(refused: list[Violation], place: Place) -> Iterator[None]:
    """Go on after a refusal, so that all of them are told at once."""
    where = ".".join(place)
    try:
        with transaction.atomic():
            yield
    except Invalid as refusal:
        for one in refusal.violations:
            refused.append(Violation(f"{where}.{one.path}" if one.path else where, one.code, one.message))
    except Refused as refusal:
        refused.append(Violation(where, "entry.refused", refusal.message))


def _put(place: Place, entry: Entry, stored: Entry | None, *, by: events.Author, now: datetime) -> None:
    body = body_of(place, entry, stored, snapshot_for_change())
    if len(place) == 4:
        upsert_option(place[1], place[3], body, by=by, now=now)
    elif place[0] == "measurement_families":
        upsert_measurement_family(body, by=by, now=now)
    else:
        upsert(_NOUNS[place[0]], place[1], body, by=by, now=now)


def _outermost(gone: Sequence[Place], before: Flat) -> Iterator[Place]:
    """What goes, last first, without what goes along with something else."""
    going = set(gone)
    for place in reversed(gone):
        parent = before[place].get("parent") if place[0] == "categories" else None
        if place[:2] not in going - {place} and (place[0], parent) not in going:
            yield place


def _remove(place: Place, *, by: events.Author, now: datetime) -> tuple[Use, ...]:
    if len(place) == 4:
        return remove_option(place[1], place[3], by=by, now=now).uses
    return remove(_NOUNS[place[0]], place[1], by=by, now=now).uses
