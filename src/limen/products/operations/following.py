"""What follows from changes of the structure, as runs that people can watch.

A run goes over the products it touches in the order of their ids, a portion in each transaction, which also notes how
far it has come. So a killed one goes on where it stopped, and doing a portion twice is as doing it once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson
from django.db import OperationalError, transaction

from limen.accounts.rules import SYSTEM
from limen.events import operations as events
from limen.events.operations import Happening
from limen.jobs import operations as jobs
from limen.jobs import queries as job_queries
from limen.jobs.operations import Running
from limen.kit import clock as clocks
from limen.kit import db
from limen.kit.text import fold
from limen.products import models
from limen.products.operations import refresh, store
from limen.products.queries import affected, loading
from limen.products.queries.affected import Affected
from limen.products.queries.uses import families_with_products
from limen.products.rules import cleaning
from limen.products.rules.rulebook import rulebook
from limen.products.rules.world import Product
from limen.structure import operations as structure_operations
from limen.structure import queries as structure_queries
from limen.structure.queries import Cleaning
from limen.structure.rules import Structure
from limen.structure.rules.consequences import CLEANING, COMPLETENESS, REWRITING

log = logging.getLogger(__name__)

# Products per transaction: who writes one of them, or the structure, waits for one portion at most (some 50 ms).
PORTION = 500
# Seconds after which the other jobs of the queue have their turn.
SLICE = 2.0
# What has failed is not asked for by the clock again for so long; a person can at any time.
PAUSE = timedelta(hours=1)

# What history names as the author of a change that a job has made.
AUTHOR = replace(SYSTEM, username="job")

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run does. `on` writes a portion of locked products; `end` what is true after the last one."""

    affected: Affected
    on: Callable[[Sequence[Product], Structure, datetime], None]
    end: Callable[[], None] = lambda: None


def follow_structure(*, run: int, clock: Clock) -> None:
    """Go on with a run for SLICE seconds, and come back for the rest. Nothing when somebody else is at it.

    Memory is that of one portion. Cost: 6 to 14 statements a portion, 30 to 100 µs a product.
    """
    with transaction.atomic():
        # A change of the structure that asks for this run is committed, or asks for another one (`jobs.take_up`).
        structure = structure_queries.locked_snapshot()
        taken = jobs.take_up(run, now=clock())
    if taken is None:
        return
    try:
        _work(taken, structure, clock)
    except OperationalError:
        # The database went away or broke a deadlock: the run is taken up again when it has been silent for a while.
        raise
    except Exception:
        log.exception("a run failed", extra={"run": run, "kind": taken.kind, "subject": taken.subject})
        jobs.fail(taken, "Limen met an error that it cannot mend; its log names it.", now=clock())


def look_for_late(*, now: datetime) -> None:
    """Ask for what nobody has asked for: completeness that is of before, removals that an earlier version began.

    Cost: 3 queries when there is nothing, as is the rule.
    """
    structure = structure_queries.snapshot()
    outdated = refresh.outdated_families(structure)
    if outdated and not job_queries.is_busy(COMPLETENESS, failed_after=now - PAUSE):
        used = families_with_products()
        refresh.mark_families({id: mark for id, mark in outdated.items() if id not in used})
        outdated = {id: mark for id, mark in outdated.items() if id in used}
    else:
        outdated = {}
    removals = [one.subject for one in structure_queries.removals_under_way()]
    if removals and job_queries.is_busy(CLEANING, failed_after=now - PAUSE):
        removals = []
    if outdated or removals:
        with transaction.atomic():
            structure_operations.follow_late(families=bool(outdated), removals=removals, by=AUTHOR, now=now)


def _work(run: Running, structure: Structure, clock: Clock) -> None:
    work = _WORKS[run.kind](run, structure)
    if run.total is None:
        run.total = work.affected.count()
    until = time.monotonic() + SLICE
    while ids := work.affected.after(run.position, PORTION):
        with transaction.atomic():
            structure = structure_queries.locked_snapshot()
            products = [Product.of(row) for row in loading.lock_products_by_id(ids)]
            if products:
                work.on(products, structure, clock())
            run.done, run.position = run.done + len(ids), ids[-1]
            jobs.note(run, now=clock())
        if time.monotonic() > until:
            jobs.rest(run)
            return
    work.end()
    # Fewer than were counted, when some of them were deleted meanwhile.
    run.total = run.done
    jobs.finish(run, now=clock())


def _completeness(run: Running, structure: Structure) -> Work:
    """Products of the families that require something else than before. Which ones is decided when the run begins: a
    later change of the structure has a run of its own."""
    data = orjson.loads(run.data)
    if "marks" not in data:
        marks = refresh.outdated_families(structure)
        kind, code = run.subject.split(":", 1)
        family = structure.family(code) if kind == "family" else None
        if family is not None:
            marks = {id: mark for id, mark in marks.items() if id == family.id}
        data = {"marks": {str(id): mark for id, mark in marks.items()}}
        run.data = orjson.dumps(data).decode()
    marks = {int(id): mark for id, mark in data["marks"].items()}

    def on(products: Sequence[Product], structure: Structure, now: datetime) -> None:
        refresh.refresh(products, structure)

    return Work(affected.of_families(marks), on, lambda: refresh.mark_families(marks))


def _cleaning(run: Running, structure: Structure) -> Work:
    removal = structure_queries.removal_under_way(run.subject)
    if removal is None:
        return Work(Affected(()), lambda products, structure, now: None)
    keys = affected.keys_of_removal(removal)
    codes = frozenset(removal.codes)

    def on(products: Sequence[Product], structure: Structure, now: datetime) -> None:
        moment = clocks.iso(now)
        changed, happenings = [], []
        for product in products:
            changes = cleaning.without(product, removal.resource, codes, removal.attribute)
            if changes:
                product.updated = moment
                changed.append(product)
                data = orjson.dumps({"changes": list(cleaning.told(changes))}).decode()
                happenings.append(Happening("product.updated", f"product:{product.uuid}", data))
        db.update_rows("product", "id", _MOVED, [(product.id, now) for product in changed])
        store.rewrite_documents(changed)
        _erase_traces([product.id for product in products if product.id is not None], removal, keys)
        if removal.resource == "attribute_option":
            refresh.refresh(changed, structure)
        events.record_many(happenings, by=AUTHOR, now=now)

    return Work(affected.of_removal(removal), on, lambda: structure_operations.finish_cleaning([removal.id]))


_MOVED = {"id": "int8", "updated": "timestamptz"}


def _erase_traces(ids: Sequence[int], removal: Cleaning, keys: Sequence[int]) -> None:
    """Delete what other tables say of products and something removed. 1 to 3 statements."""
    gone = list(removal.ids)
    match removal.resource:
        case "attribute" | "channel":
            models.TextIndex.objects.filter(product_id__in=ids, key__in=keys).delete()
            models.NumberIndex.objects.filter(product_id__in=ids, key__in=keys).delete()
            if removal.resource == "attribute":
                models.UniqueValue.objects.filter(product_id__in=ids, attribute_id__in=gone).delete()
        case "attribute_option":
            values = [fold(code) for code in removal.codes]
            models.TextIndex.objects.filter(product_id__in=ids, key__in=keys, value__in=values).delete()
        case "association_type":
            models.ProductLink.objects.filter(owner_id__in=ids, type_id__in=gone).delete()
        case "category":
            models.ProductCategory.objects.filter(product_id__in=ids, category_id__in=gone).delete()
        case "group":
            models.ProductGroup.objects.filter(product_id__in=ids, group_id__in=gone).delete()


def _rewriting(run: Running, structure: Structure) -> Work:
    """Values in the form their attribute has now: no change of the product, so neither history nor `updated`."""
    resource, code = run.subject.split(":", 1)

    def written(structure: Structure) -> list[str]:
        if resource == "measurement_family":
            return [one.code for one in structure.attributes.values() if one.metric_family == code]
        one = structure.attribute(code)
        return [one.code] if one else []

    def on(products: Sequence[Product], structure: Structure, now: datetime) -> None:
        codes, book = written(structure), rulebook(structure)
        store.rewrite_documents([product for product in products if cleaning.rewritten(product, codes, book)])

    ids = [structure.attributes[one].id for one in written(structure)]
    return Work(affected.of_attributes(ids) if ids else Affected(()), on)


_WORKS: Mapping[str, Callable[[Running, Structure], Work]] = {
    COMPLETENESS: _completeness,
    CLEANING: _cleaning,
    REWRITING: _rewriting,
}
