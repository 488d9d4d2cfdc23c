"""What a change of models means to everything below them: the same transaction, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from limen.kit.text import fold
from limen.media import queries as media
from limen.products.operations import store
from limen.products.queries import loading, trees
from limen.products.rules.inheriting import inherit
from limen.products.rules.links import linked_names
from limen.products.rules.world import Item, Model, World

# Children that are in memory at once.
BATCH = 500


def pass_on(world: World) -> None:
    """Bring what lines have changed in models to the loaded models and products below them."""
    changed = {fold(code) for code in (*world.changed_models, *world.touched_models)}
    if not changed:
        return
    for item in (*sorted(world.models.values(), key=lambda model: model.level), *world.products.values()):
        parent = fold(item.parent_code) if item.parent_code is not None else None
        if parent not in changed:
            continue
        item.parent = world.models[parent]
        inherit(item, world.book, leaves_old=True)
        world.touch(item)
        if isinstance(item, Model):
            changed.add(fold(item.code))


def pass_down(world: World, now: datetime) -> None:
    """Bring it to all others below: their documents, index, categories, links and completeness. `updated` stays, what
    searches see of it moves (api-products 4.6).

    Call it after the world is written. Cost: for each 500 children at most 20 statements, and flat memory.
    """
    models = {**world.touched_models, **world.changed_models}
    parents = {one.id: one for one in models.values() if one.stored is not None and one.id is not None}
    roots = {id: one for id, one in parents.items() if one.level == 0}
    after = 0
    while roots:
        rows = trees.next_sub_models(roots, after=after, limit=BATCH)
        if not rows:
            break
        after = rows[-1].id
        below = _world_like(world)
        for row in rows:
            # Those that lines were about have been written already.
            if fold(row.code) not in world.models:
                below.load_model(row)
        for model in below.models.values():
            model.parent = roots[model.parent_id or 0]
            inherit(model, below.book, leaves_old=True)
            below.touch(model)
        _write(below, now)
        _pass_to_variants(below.models_by_id, world, now)
    _pass_to_variants(parents, world, now)


def _pass_to_variants(parents: Mapping[int, Model], world: World, now: datetime) -> None:
    after = 0
    while parents:
        rows = trees.lock_variants(parents, after=after, limit=BATCH)
        if not rows:
            return
        after = rows[-1].id
        below = _world_like(world)
        for row in rows:
            if row.uuid not in world.products:
                below.load(row)
        for product in below.products.values():
            product.parent = parents[product.parent_id or 0]
            inherit(product, below.book, leaves_old=True)
            below.touch(product)
        _write(below, now)


def _world_like(world: World) -> World:
    """An empty world that knows what its parents do: files, and the ends of their associations."""
    other = World(world.book, world.structure, world.moment)
    other.media = world.media
    other.others = world.others
    other.other_models = dict(world.other_models)
    for model in world.models.values():
        if model.id is not None:
            other.other_models[fold(model.code)] = (model.code, model.id)
    for product in world.products.values():
        if product.id is not None:
            other.others[product.uuid] = product.id
    return other


def _write(world: World, now: datetime) -> None:
    complete(world)
    store.write(world, now)


def complete(world: World) -> None:
    """Load what writing needs and no line has named: files that are inherited, and the ends of associations that come
    and go. Cost: at most 3 queries; none where nothing is inherited and no association goes."""
    items: list[Item] = [
        *world.changed.values(),
        *world.touched.values(),
        *world.changed_models.values(),
        *world.touched_models.values(),
    ]
    _load_files(items, world)
    uuids: set[str] = set()
    codes: set[str] = set()
    for item in items:
        stored = item.stored
        associations, quantified = (stored.associations, stored.quantified) if stored is not None else ({}, {})
        if item.associations == associations and item.quantified == quantified:
            continue
        before, after = linked_names(associations, quantified), linked_names(item.associations, item.quantified)
        for _, kind, name in set(before) ^ set(after):
            if world.id_of(kind, name) is None:
                (uuids if kind == "products" else codes).add(name)
    # New products of this batch have no id yet, and need none.
    for one in loading.mentions(uuids=uuids - world.products.keys()):
        world.others[one.uuid] = one.id
    for id, code in trees.mentioned_models(codes):
        world.other_models.setdefault(fold(code), (code, id))


def _load_files(items: list[Item], world: World) -> None:
    files = {
        data
        for item in items
        if item.parent_id is not None or item.parent is not None
        for slot, data in item.after.items()
        if slot.field.needs == "media" and data is not None
    }
    missing = files - world.media.keys()
    if missing:
        world.media = {**world.media, **media.media_files(missing)}
