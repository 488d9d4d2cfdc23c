"""The one way in for product writes: single and bulk, by identifier and by uuid, from API, import or screen."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import IntegrityError, OperationalError, transaction

from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit import clock
from limen.kit.errors import Conflict, Refused
from limen.kit.text import fold
from limen.media import queries as media
from limen.products.operations import store
from limen.products.operations.descending import complete, pass_down, pass_on
from limen.products.queries import loading, trees
from limen.products.queries.trees import Wanted
from limen.products.rules import links
from limen.products.rules.deciding import Change, Decision, decide
from limen.products.rules.lines import Line, LineResult, read_line
from limen.products.rules.links import Kind, Target
from limen.products.rules.reading import UUID as UUID_TEXT
from limen.products.rules.reading import Flavour, Naming, Patch
from limen.products.rules.rulebook import Rulebook, rulebook, unique_key
from limen.products.rules.unchanged import asks_for_nothing
from limen.products.rules.variants import axes_of
from limen.products.rules.world import Item, Product, World, stored_data
from limen.structure import queries as structure_queries

log = logging.getLogger(__name__)

# SQLSTATE of a transaction that was ended to break a deadlock.
DEADLOCK = "40P01"


@dataclass(frozen=True, slots=True)
class Task:
    """A line that can be judged: its patch and the identifier or uuid of its product (None: a new one by uuid)."""

    line: Line
    patch: Patch
    key: str | None


def upsert_products(
    lines: Sequence[Line | Refused],
    *,
    flavour: Flavour,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> list[LineResult]:
    """Create and update products, line by line in order; line n+1 sees what line n did. One transaction.

    A line that could not even be read is handed in as its refusal, so that results and lines stay side by side.
    A refused line harms only itself, or with `all_or_nothing` all the others: then nothing is written, and those
    that were good answer 424. Every result is what happened, or with `dry_run` what would happen.
    Cost: 12 to 20 statements whatever the number of lines (tests hold it); 60–200 µs a line of Python. Lines that
    ask for nothing new cost a read, and no transaction when they all do. Variants cost 2 to 4 statements more.
    Writers go side by side. One that another came before with the same new product or unique value is done again
    on its own: it waits for those at work, and holds up the others for the length of its transaction.
    Raises Conflict when even that meets a deadlock, which takes a transaction around this call.
    """
    settled = {} if all_or_nothing else _settled(lines, flavour, by)
    left = [line for place, line in enumerate(lines) if place not in settled] if settled else lines
    results = iter(_write(left, flavour, by, now, dry_run, all_or_nothing) if left else ())
    return [settled[place] if place in settled else next(results) for place in range(len(lines))]


def upsert_models(
    lines: Sequence[Line | Refused],
    *,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> list[LineResult]:
    """As upsert_products, for product models; what they hand down is written in the same transaction.

    Cost: as upsert_products, and that of `descending.pass_down` for everything below the models that change.
    """
    return _write(lines, "code", by, now, dry_run, all_or_nothing)


def _write(
    lines: Sequence[Line | Refused],
    flavour: Naming,
    by: Caller,
    now: datetime,
    dry_run: bool,
    all_or_nothing: bool,
) -> list[LineResult]:
    for alone in (False, True):
        try:
            with transaction.atomic():
                return _upsert(lines, flavour, by, now, dry_run, all_or_nothing, alone)
        except IntegrityError:
            # Another writer has committed the same identifier, uuid or unique value since we looked.
            if alone:
                raise
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
                raise
    log.error("a batch met a deadlock though it was alone", extra={"lines": len(lines)})
    raise Conflict("Others are writing the same products at this moment. Send the request again.")


def _upsert(
    lines: Sequence[Line | Refused],
    flavour: Naming,
    by: Caller,
    now: datetime,
    dry_run: bool,
    all_or_nothing: bool,
    alone: bool,
) -> list[LineResult]:
    structure = structure_queries.snapshot_for_change() if alone else structure_queries.locked_snapshot()
    book = rulebook(structure)
    tasks = [_task(line, flavour, book) for line in lines]
    world = World(book, structure, clock.iso(now))
    _gather([task for task in tasks if isinstance(task, Task)], flavour, world)
    results: list[LineResult] = []
    happenings: list[Happening] = []
    for task in tasks:
        if isinstance(task, Refused):
            results.append(LineResult(task))
            continue
        try:
            decision = decide(task.line, task.patch, task.key, flavour, world, _new_uuid)
        except Refused as refusal:
            results.append(LineResult(refusal))
            continue
        results.append(_result(decision, task.patch, flavour))
        happenings.extend(_happenings(decision))
    if all_or_nothing and any(isinstance(one.outcome, Refused) for one in results):
        return [one if isinstance(one.outcome, Refused) else LineResult(424) for one in results]
    if not dry_run and (world.changed or world.changed_models):
        pass_on(world)
        complete(world)
        store.write(world, now)
        pass_down(world, now)
        events.record_many(happenings, by=by, now=now)
    return results


def _result(decision: Decision, patch: Patch, flavour: Naming) -> LineResult:
    item = decision.item
    # By identifier the target answers the conversion of a product into a variant like a creation.
    status = 201 if decision.created or (decision.converted and flavour == "identifier") else 204
    if isinstance(item, Product):
        return LineResult(status, item.uuid, item.identifier, ignored=patch.ignored)
    return LineResult(status, code=item.name, ignored=patch.ignored)


def _task(line: Line | Refused, flavour: Naming, book: Rulebook) -> Task | Refused:
    if isinstance(line, Refused):
        return line
    try:
        patch, key = read_line(line, flavour, book)
    except Refused as refusal:
        return refusal
    return Task(line, patch, key)


def _new_uuid() -> str:
    return str(UUID(bytes=os.urandom(16), version=4))


# A look before any lock: a catalogue that is sent again every night changes little


def _settled(lines: Sequence[Line | Refused], flavour: Flavour, by: Caller) -> dict[int, LineResult]:
    """Find the lines that ask for nothing that is not so already: (place of the line) → its result.

    A line is looked at only when no other one is about its product and it mentions no associations: those of another
    line may change them. Nothing is locked: the product was as the line has it when it was read, and whoever
    changes it at this moment comes after. Cost: 1 query, and 1 more when one of the sample asks for nothing.
    """
    known = _distinct(lines, flavour)
    if not known:
        return {}
    book = rulebook(structure_queries.snapshot(by.structure_versions))
    keys = list(known)
    # When each of three asks for something, the others are taken to do so too.
    sample = {keys[0], keys[len(keys) // 2], keys[-1]}
    settled = _unchanged(sample, known, flavour, book)
    if settled and len(keys) > len(sample):
        settled |= _unchanged(known.keys() - sample, known, flavour, book)
    return settled


def _distinct(lines: Sequence[Line | Refused], flavour: Flavour) -> dict[str, tuple[int, Line]]:
    """Give (place, line) by the key of the product, of lines whose product no other line is about."""
    found: dict[str, tuple[int, Line]] = {}
    several: set[str] = set()
    for place, line in enumerate(lines):
        if isinstance(line, Refused) or line.key is None:
            continue
        key = line.key.lower() if flavour == "uuid" else fold(line.key)
        if key in found:
            several.add(key)
        found[key] = (place, line)
    return {
        key: (place, line)
        for key, (place, line) in found.items()
        if key not in several
        and not line.new
        and _LINKS.isdisjoint(line.body)
        and (flavour == "identifier" or UUID_TEXT.fullmatch(key))
    }


_LINKS = frozenset({"associations", "quantified_associations"})


def _unchanged(
    keys: Collection[str], known: Mapping[str, tuple[int, Line]], flavour: Flavour, book: Rulebook
) -> dict[int, LineResult]:
    names = {"uuids": keys} if flavour == "uuid" else {"identifiers": keys}
    found: dict[int, LineResult] = {}
    for uuid, identifier, doc in loading.read_products(**names):
        place, line = known[uuid if flavour == "uuid" else fold(identifier or "")]
        if asks_for_nothing(line.body, uuid, identifier, doc, flavour, book):
            found[place] = LineResult(204, uuid, identifier)
    return found


# Gathering: everything the lines need, set by set


def _gather(tasks: Sequence[Task], flavour: Naming, world: World) -> None:
    """Load products, models, the ends of associations, options, files and holders of unique values into the world.

    Models are locked before products, by every writer.
    """
    # Holders before products: the other way round a value could be found with a product that was not there yet
    # when products were looked for, and its own line would be refused for it.
    if world.book.has_uniques:
        world.holders = loading.unique_holders(_uniques(tasks))
    uuids, identifiers = _own_keys(tasks, flavour)
    targets = {target for task in tasks for target in links.targets_of(task.patch.associations, task.patch.quantified)}
    wanted = {fold(task.patch.identifier) for task in tasks if isinstance(task.patch.identifier, str)}
    mentioned = loading.mentions(
        uuids={target.name.lower() for target in targets if target.by in ("uuid", "either")} - uuids,
        identifiers=({fold(target.name) for target in targets if target.by in ("identifier", "either")} | wanted)
        - identifiers,
    )
    for one in mentioned:
        world.mention(one.id, one.uuid, one.identifier)
    _gather_models(_wanted_models(tasks, targets, flavour, world), world)
    other_ends = _new_other_ends(tasks, world)
    for row in loading.lock_products(uuids=uuids | other_ends, identifiers=identifiers):
        world.load(row)
    old_ends = _old_other_ends(tasks, flavour, world)
    _gather_models(Wanted(changed={fold(name) for kind, name in old_ends if kind == "product_models"}), world)
    for row in loading.lock_products(uuids={name for kind, name in old_ends if kind == "products"}):
        world.load(row)
    _gather_parents(world)
    _gather_siblings(tasks, flavour, world)
    _gather_facts(tasks, flavour, world)


def _own_keys(tasks: Sequence[Task], flavour: Naming) -> tuple[set[str], set[str]]:
    if flavour == "code":
        return set(), set()
    keys = {task.key for task in tasks if task.key is not None}
    return (keys, set()) if flavour == "uuid" else (set(), {fold(key) for key in keys})


def _wanted_models(tasks: Sequence[Task], targets: Iterable[Target], flavour: Naming, world: World) -> Wanted:
    wanted = Wanted(pointed={fold(target.name) for target in targets if target.by == "code"})
    if flavour == "code":
        wanted.changed.update(fold(task.key) for task in tasks if task.key is not None)
    wanted.parents.update(fold(task.patch.parent) for task in tasks if isinstance(task.patch.parent, str))
    wanted.changed.update(fold(target.name) for target in _two_way_targets(tasks, world) if target.by == "code")
    return wanted


def _gather_models(wanted: Wanted, world: World) -> None:
    if not wanted:
        return
    rows, pointed = trees.lock_models(wanted)
    for row in rows:
        if fold(row.code) not in world.models:
            world.load_model(row)
    for id, code in pointed:
        world.other_models[fold(code)] = (code, id)


def _gather_parents(world: World) -> None:
    """Read the models above what is loaded. Whoever changes them comes to their children after us, or came before."""
    while True:
        items = (*world.products.values(), *world.models.values())
        missing = {item.parent_id for item in items if item.parent_id is not None} - world.models_by_id.keys()
        if not missing:
            break
        for row in trees.read_models({id for id in missing if id is not None}):
            world.load_model(row)
    if world.models:
        world.find_parents()


def _gather_siblings(tasks: Sequence[Task], flavour: Naming, world: World) -> None:
    """Load the axes below every model where a line may come to stand, or change an axis."""
    if not world.models:
        return
    parents: set[str] = {fold(task.patch.parent) for task in tasks if isinstance(task.patch.parent, str)}
    for task in tasks:
        item = _item_of(task, flavour, world)
        if item is not None and item.parent_code is not None:
            axes = axes_of(item, world.book)
            if any(slot in axes for slot, _ in task.patch.values):
                parents.add(fold(item.parent_code))
    models = [world.models[code] for code in parents if code in world.models]
    world.siblings = trees.siblings([(one.id, one.code) for one in models if one.id is not None])


def _two_way_targets(tasks: Sequence[Task], world: World) -> Iterator[Target]:
    types = world.structure.association_types
    for task in tasks:
        for code, lists in task.patch.associations.items():
            if types[code].is_two_way:
                for kind in links.QUANTIFIED_KINDS:
                    yield from lists.get(kind, ())


def _new_other_ends(tasks: Sequence[Task], world: World) -> set[str]:
    """Products that get the other end of a two-way association; those are locked and written too."""
    named = (target for target in _two_way_targets(tasks, world) if target.by != "code")
    return {uuid for target in named if (uuid := world.resolve(target)) is not None}


def _old_other_ends(tasks: Sequence[Task], flavour: Naming, world: World) -> set[tuple[Kind, str]]:
    """Products and models that may lose it: known only now that the lines' own products are loaded. What a variant
    had from its models becomes its own when it leaves them, and then it has other ends."""
    types = world.structure.association_types
    linked: set[tuple[Kind, str]] = set()
    for task in tasks:
        leaves = task.patch.parent is None
        codes = [code for code in (types if leaves else task.patch.associations) if types[code].is_two_way]
        item = _item_of(task, flavour, world) if codes else None
        if item is not None and (task.patch.associations or item.parent_code is not None):
            ends = links.ends_of(item.associations, [types[code] for code in codes])
            linked.update((kind, name) for _, kind, name in ends)
    return {(kind, name) for kind, name in linked if world.item(kind, name) is None}


def _item_of(task: Task, flavour: Naming, world: World) -> Item | None:
    if flavour == "code":
        return world.models.get(fold(task.key or ""))
    uuid = task.key if flavour == "uuid" else world.identifiers.get(fold(task.key or ""))
    return world.products.get(uuid or "")


def _gather_facts(tasks: Sequence[Task], flavour: Naming, world: World) -> None:
    options: set[tuple[str, str]] = set()
    files: set[str] = set()
    for task in tasks:
        for place in task.patch.pending:
            slot, data = task.patch.values[place]
            if slot.field.needs == "media":
                files.add(data)
                files.update(_stored_file(task, place, flavour, world))
            else:
                codes = [data] if slot.field.needs == "option" else data
                options.update((slot.field.code, fold(code)) for code in codes if "\0" not in code)
    if options:
        world.options = structure_queries.options(options, world.structure)
    if files:
        world.media = media.media_files(files)


def _uniques(tasks: Sequence[Task]) -> set[tuple[int, str]]:
    return {
        (slot.field.attribute.id, unique_key(data))
        for task in tasks
        for slot, data in task.patch.values
        if slot.field.unique and data is not None
    }


def _stored_file(task: Task, place: int, flavour: Naming, world: World) -> Iterator[str]:
    """The file that a value has now: whether the new one has the same content is asked later."""
    item = _item_of(task, flavour, world)
    if item is not None:
        code = stored_data(item.values, task.patch.values[place][0])
        if code is not None:
            yield code


# Events


def _happenings(decision: Decision) -> Iterator[Happening]:
    item = decision.item
    if decision.created:
        kind, subject = _subject(item)
        yield Happening(f"{kind}.created", subject, orjson.dumps(_named(item)).decode())
    elif decision.changes:
        yield updated(item, decision.changes)
    for other, change in decision.also:
        yield updated(other, [change])


def updated(item: Item, changes: Sequence[Change]) -> Happening:
    """Say what changed of a product or model."""
    kind, subject = _subject(item)
    shown = [{"path": one.path, "before": one.before, "after": one.after} for one in changes]
    data = orjson.dumps({**_named(item), "changes": shown}).decode()
    return Happening(f"{kind}.updated", subject, data)


def _subject(item: Item) -> tuple[str, str]:
    kind = "product" if isinstance(item, Product) else "product_model"
    return kind, f"{kind}:{item.name}"


def _named(item: Item) -> dict[str, str | None]:
    return {"identifier": item.identifier} if isinstance(item, Product) else {"code": item.name}
