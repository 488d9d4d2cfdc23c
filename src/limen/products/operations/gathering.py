"""Everything the lines of a batch need from the database, set by set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from limen.kit.text import fold
from limen.media import queries as media
from limen.products.queries import loading, trees
from limen.products.queries.trees import Wanted
from limen.products.rules import links
from limen.products.rules.lines import Line, wanted_code
from limen.products.rules.links import Kind, Target
from limen.products.rules.reading import Naming, Patch
from limen.products.rules.rulebook import unique_key
from limen.products.rules.variants import axes_of
from limen.products.rules.world import Item, World, stored_data
from limen.structure import queries as structure_queries


@dataclass(frozen=True, slots=True)
class Task:
    """A line that can be judged: its patch and the identifier or uuid of its product (None: a new one by uuid)."""

    line: Line
    patch: Patch
    key: str | None


def gather(tasks: Sequence[Task], flavour: Naming, world: World) -> None:
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
        # Whether the code that a model is to have is free.
        wanted.pointed.update(fold(code) for task in tasks if (code := wanted_code(task.line)) is not None)
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
        item = item_of(task, flavour, world)
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
    """Products and models that may lose it: known only now that the lines' own products are loaded. What moves below
    another parent, or away from all, has other links of its own, and so all its ends may change."""
    types = world.structure.association_types
    linked: set[tuple[Kind, str]] = set()
    for task in tasks:
        if not task.patch.associations and task.patch.parent is UNSET:
            continue
        item = item_of(task, flavour, world)
        if item is not None:
            codes = types if _moves(task.patch, item) else task.patch.associations
            ends = links.ends_of(item.associations, [types[code] for code in codes if types[code].is_two_way])
            linked.update((kind, name) for _, kind, name in ends)
    return {(kind, name) for kind, name in linked if world.item(kind, name) is None}


def _moves(patch: Patch, item: Item) -> bool:
    return patch.parent is not UNSET and fold(patch.parent or "") != fold(item.parent_code or "")


def item_of(task: Task, flavour: Naming, world: World) -> Item | None:
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
    item = item_of(task, flavour, world)
    if item is not None:
        code = stored_data(item.values, task.patch.values[place][0])
        if code is not None:
            yield code
