"""What follows from changes of the structure, as runs that people can watch.

A run goes over the products it touches in the order of their ids, a portion in each transaction, which also notes how
far it has come. So a killed one goes on where it stopped, and doing a portion twice is as doing it once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import OperationalError, transaction
from django.db.models import Model as TableOfDjango

from limen.accounts.rules import SYSTEM
from limen.events import operations as events
from limen.jobs import operations as jobs
from limen.jobs import queries as job_queries
from limen.jobs.operations import Running
from limen.kit import clock as clocks
from limen.kit import db
from limen.kit.text import fold
from limen.products import models
from limen.products.operations import filled, index, refresh, store, tables
from limen.products.operations.descending import complete
from limen.products.operations.upsert import updated
from limen.products.queries import affected, loading, trees
from limen.products.queries.affected import Affected
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.products.queries.uses import families_in_use
from limen.products.rules import cleaning
from limen.products.rules.deciding import Change
from limen.products.rules.inheriting import settle
from limen.products.rules.rulebook import rulebook
from limen.products.rules.world import Item, Model, Product, World
from limen.structure import operations as structure_operations
from limen.structure import queries as structure_queries
from limen.structure.queries import Cleaning
from limen.structure.rules import Structure
from limen.structure.rules.consequences import CLEANING, COMPLETENESS, REWRITING, SETTLING

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


Items = Sequence[Item]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run does: `of` says which products or models of a store it touches, `on` writes a portion of them, which
    are locked, and `end` what is true after the last one."""

    of: Callable[[Store], Affected]
    on: Callable[[Items, Structure, datetime], None]
    end: Callable[[], None] = lambda: None


def follow_structure(*, run: int, clock: Clock) -> None:
    """Go on with a run for SLICE seconds, and come back for the rest. Nothing when somebody else is at it.

    Memory is that of one portion. Cost: 6 to 20 statements a portion, 30 to 100 µs a product;
    values that move to another level are written whole.
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
        used = families_in_use()
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
    """Go over one store after the other. `data` keeps what the kind decided at the beginning, and in which store it
    is; `position` the last id there."""
    data = orjson.loads(run.data)
    work = _WORKS[run.kind](run.subject, data, structure)
    if run.total is None:
        run.total = sum(work.of(store).count() for store in _STORES)
    until = time.monotonic() + SLICE
    for place in range(data.setdefault("store", 0), len(_STORES)):
        store = _STORES[place]
        affected = work.of(store)
        while ids := affected.after(run.position, PORTION):
            with transaction.atomic():
                structure = structure_queries.locked_snapshot()
                items = _locked(ids, store)
                if items:
                    work.on(items, structure, clock())
                run.done, run.position, run.data = run.done + len(ids), ids[-1], orjson.dumps(data).decode()
                jobs.note(run, now=clock())
            if time.monotonic() > until:
                jobs.rest(run)
                return
        data["store"], run.position = place + 1, 0
    work.end()
    # Fewer than were counted, when some of them were deleted meanwhile.
    run.total = run.done
    jobs.finish(run, now=clock())


def _locked(ids: Sequence[int], store: Store) -> list[Item]:
    if store is MODELS:
        return [Model.of(row) for row in trees.lock_models_by_id(ids)]
    return [Product.of(row) for row in loading.lock_products_by_id(ids)]


def _completeness(subject: str, data: dict[str, Any], structure: Structure) -> Work:
    """Products of the families that require something else than before. Which ones is decided when the run begins: a
    later change of the structure has a run of its own."""
    if "marks" not in data:
        marks = refresh.outdated_families(structure)
        kind, code = subject.split(":", 1)
        family = structure.family(code) if kind == "family" else None
        if family is not None:
            marks = {id: mark for id, mark in marks.items() if id == family.id}
        data["marks"] = {str(id): mark for id, mark in marks.items()}
    marks = {int(id): mark for id, mark in data["marks"].items()}

    def on(items: Items, structure: Structure, now: datetime) -> None:
        refresh.refresh([one for one in items if isinstance(one, Product)], structure)
        # Models have no completeness, and a quality.
        found = [one for one in items if isinstance(one, Model)]
        index.rewrite_model_scores(found, rulebook(structure))

    return Work(lambda store: affected.of_families(marks, store), on, lambda: refresh.mark_families(marks))


def _cleaning(subject: str, data: dict[str, Any], structure: Structure) -> Work:
    removal = structure_queries.removal_under_way(subject)
    if removal is None:
        return Work(lambda store: Affected(()), lambda items, structure, now: None)
    keys = affected.keys_of_removal(removal)
    codes = frozenset(removal.codes)

    def on(items: Items, structure: Structure, now: datetime) -> None:
        moment = clocks.iso(now)
        changed, happenings = [], []
        for item in items:
            changes = cleaning.without(item, removal.resource, codes, removal.attribute)
            if changes:
                item.updated = moment
                changed.append(item)
                happenings.append(updated(item, changes))
        _move(changed, now)
        store.rewrite_documents(changed)
        _erase_traces(items, removal, keys)
        if removal.resource == "attribute_option":
            refresh.refresh([one for one in changed if isinstance(one, Product)], structure)
            _free_axes(changed, removal, structure)
        events.record_many(happenings, by=AUTHOR, now=now)

    return Work(
        lambda store: affected.of_removal(removal, store),
        on,
        lambda: structure_operations.finish_cleaning([removal.id]),
    )


def _free_axes(changed: Items, removal: Cleaning, structure: Structure) -> None:
    """Let others have the axes of those that have lost the value of one. At most 2 statements."""
    code = removal.attribute or ""
    for places, kind, level in ((tables.PRODUCTS, Product, -1), (tables.MODELS, Model, 0)):
        variants = [one.id for one in structure.variants_by_axis.get(code, ()) if code in one.levels[level].axes]
        store.free_axes(places, [one.id for one in changed if isinstance(one, kind) and one.id is not None], variants)


def _move(changed: Items, now: datetime) -> None:
    """Note when they changed; of those below models also for searches by that. At most 4 statements."""
    for table, kind in (("product", Product), ("product_model", Model)):
        ours = [one for one in changed if isinstance(one, kind)]
        db.update_rows(table, "id", _MOVED, [(one.id, now) for one in ours])
        db.update_rows(table, "id", store.TOUCHED, [(one.id, now) for one in ours if one.parent_id is not None])


_MOVED = {"id": "int8", "updated": "timestamptz"}


def _erase_traces(items: Items, removal: Cleaning, keys: Sequence[int]) -> None:
    """Delete what other tables say of products or models and something removed. 1 to 7 statements."""
    tables = _TRACES["product_models" if isinstance(items[0], Model) else "products"]
    ids = [one.id for one in items if one.id is not None]
    owner, gone = {f"{tables.owner}__in": ids}, list(removal.ids)
    match removal.resource:
        case "attribute" | "channel":
            with _filled(items, keys):
                for table in tables.values:
                    table._default_manager.filter(**owner, key__in=keys).delete()
            if removal.resource == "attribute" and tables is _TRACES["products"]:
                models.UniqueValue.objects.filter(product_id__in=ids, attribute_id__in=gone).delete()
        case "attribute_option":
            values = [fold(code) for code in removal.codes]
            with _filled(items, keys):
                tables.values[0]._default_manager.filter(**owner, key__in=keys, value__in=values).delete()
        case "association_type":
            for table in tables.links:
                table._default_manager.filter(owner_id__in=ids, type_id__in=gone).delete()
        case "category":
            tables.categories._default_manager.filter(**owner, category_id__in=gone).delete()
        case "group":
            # Models are in no group.
            if tables is _TRACES["products"]:
                models.ProductGroup.objects.filter(product_id__in=ids, group_id__in=gone).delete()


def _filled(items: Items, keys: Sequence[int]) -> AbstractContextManager[None]:
    """Keep up which products have a value while index rows are deleted. At most 3 statements, none for models."""
    ids = [one.id for one in items if isinstance(one, Product) and one.id is not None]
    return filled.followed(ids, frozenset(keys)) if ids else nullcontext()


@dataclass(frozen=True, slots=True)
class _Tables:
    """Where products or models leave traces beside their documents; of `values` the first has the texts."""

    owner: str
    values: tuple[type[TableOfDjango], ...]
    links: tuple[type[TableOfDjango], ...]
    categories: type[TableOfDjango]


_TRACES: Mapping[str, _Tables] = {
    "products": _Tables(
        "product_id",
        (models.TextIndex, models.LongText, models.NumberIndex),
        (models.ProductLink, models.LinkToModel),
        models.ProductCategory,
    ),
    "product_models": _Tables(
        "model_id",
        (models.ModelTextIndex, models.ModelLongText, models.ModelNumberIndex),
        (models.ModelLink, models.ModelLinkToModel),
        models.ModelCategory,
    ),
}


def _rewriting(subject: str, data: dict[str, Any], structure: Structure) -> Work:
    """Values in the form their attribute has now: no change of the product, so neither history nor `updated`."""
    resource, code = subject.split(":", 1)

    def written(structure: Structure) -> list[str]:
        if resource == "measurement_family":
            return [one.code for one in structure.attributes.values() if one.metric_family == code]
        one = structure.attribute(code)
        return [one.code] if one else []

    def on(items: Items, structure: Structure, now: datetime) -> None:
        codes, book = written(structure), rulebook(structure)
        store.rewrite_documents([item for item in items if cleaning.rewritten(item, codes, book)])

    ids = [structure.attributes[one].id for one in written(structure)]
    return Work(lambda store: affected.of_attributes(ids, store) if ids else Affected(()), on)


def _settling(subject: str, data: dict[str, Any], structure: Structure) -> Work:
    """Values on the levels where their attributes stand now. Models come first: so what a variant has from its model
    is what that one keeps."""
    variant = structure.family_variant(subject.split(":", 1)[1])

    def on(items: Items, structure: Structure, now: datetime) -> None:
        book = rulebook(structure)
        world = World(book, structure, clocks.iso(now))
        # Whoever changes a parent at this moment waits for the children, and merges them anew.
        parents = trees.read_models({item.parent_id for item in items if item.parent_id is not None})
        models = {row.id: Model.of(row) for row in parents}
        happenings = []
        for item in items:
            item.parent = models.get(item.parent_id or 0)
            if settle(item, book):
                world.change(item)
                changes = [Change(slot.path, item.before[slot], after) for slot, after in item.after.items()]
                happenings.append(updated(item, changes))
        complete(world)
        store.write(world, now)
        # The level of an attribute also says whether it counts for the quality of a model.
        index.rewrite_model_scores([one for one in items if isinstance(one, Model)], book)
        events.record_many(happenings, by=AUTHOR, now=now)

    return Work(lambda store: affected.of_variant(variant.id, store) if variant else Affected(()), on)


_WORKS: Mapping[str, Callable[[str, dict[str, Any], Structure], Work]] = {
    COMPLETENESS: _completeness,
    CLEANING: _cleaning,
    REWRITING: _rewriting,
    SETTLING: _settling,
}
# Models first, as every writer locks them.
_STORES = (MODELS, PRODUCTS)
