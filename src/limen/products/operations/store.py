"""Writing planned products and models: rows, documents, links and index, each table in one statement per kind of
change. Models lie in tables of the same shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from limen.kit import db
from limen.kit.text import fold
from limen.media.rules import MediaRow
from limen.products.queries.pointing import MODEL_LINKS, PRODUCT_LINKS
from limen.products.queries.search_keys import COMPLETENESS, QUALITY, Place, make_search_keys, search_keys
from limen.products.rules import links
from limen.products.rules.completeness import Plan, filling, held_by, plan_of
from limen.products.rules.indexing import Rows, add_rows, is_long, place_of, spots_of
from limen.products.rules.inheriting import levels_of
from limen.products.rules.links import Kind
from limen.products.rules.rulebook import Rulebook, unique_key
from limen.products.rules.variants import axes_key, axes_of
from limen.products.rules.world import Item, Model, Product, World
from limen.structure.rules import Category, Group, Structure

PRODUCT = {
    "id": "int8",
    "uuid": "uuid",
    "identifier": "text",
    "identifier_key": "text",
    "enabled": "bool",
    "family_id": "int8",
    "parent_id": "int8",
    "created": "timestamptz",
    "updated": "timestamptz",
    "updated_with_parents": "timestamptz",
}
CHANGED_PRODUCT = {name: PRODUCT[name] for name in PRODUCT if name not in ("uuid", "created")}
MODEL = {
    "id": "int8",
    "code": "text",
    "code_key": "text",
    "family_variant_id": "int8",
    "family_id": "int8",
    "parent_id": "int8",
    "created": "timestamptz",
    "updated": "timestamptz",
    "updated_with_parents": "timestamptz",
}
CHANGED_MODEL = {name: MODEL[name] for name in ("id", "parent_id", "updated", "updated_with_parents")}
TOUCHED = {"id": "int8", "updated_with_parents": "timestamptz"}
GROUP = {"group_id": "int8", "product_id": "int8"}
LINK = {"owner_id": "int8", "type_id": "int8", "target_id": "int8"}
UNIQUE = {"attribute_id": "int8", "value_key": "text", "product_id": "int8"}
UNIQUE_OF = {"attribute_id": "int8", "product_id": "int8"}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that products and models both have, with their columns; `links` by the kind of the target."""

    item: str
    sequence: str
    key: str
    links: Mapping[Kind, str]
    document: db.Columns
    category: db.Columns
    axes: db.Columns
    text: db.Columns
    number: db.Columns
    index_of: db.Columns

    def named(self, name: str) -> str:
        return f"{self.item}_{name}"

    @classmethod
    def of(cls, item: str, key: str, links: Mapping[Kind, str]) -> Tables:
        own = {key: "int8"}
        return cls(
            item,
            f"{item}_id_seq",
            key,
            links,
            document={**own, "doc": "text", "associations": "text", "quantified": "text", "own": "text"},
            category={"category_id": "int8", **own},
            axes={"parent_id": "int8", "axes_key": "text", **own},
            text={"key": "int4", "value": "text", **own},
            number={"key": "int4", "value": "float8", **own},
            index_of={**own, "key": "int4"},
        )


PRODUCTS = Tables.of("product", "product_id", PRODUCT_LINKS)
MODELS = Tables.of("product_model", "model_id", MODEL_LINKS)
INDEX_OF, NUMBER = PRODUCTS.index_of, PRODUCTS.number

# One without its id is new.
Items = Sequence[Item]


def write(world: World, now: datetime) -> None:
    """Write every changed product and model of a world, and those that inherit something else. A constant number of
    statements, whatever their number.

    Changed rows go before new ones, and deletions before insertions: a batch may hand an identifier or a
    unique value on from one product to another.
    """
    structure = world.structure
    products = list(world.changed.values())
    touched = [one for one in world.touched.values() if one.uuid not in world.changed]
    new = [product for product in products if product.id is None]
    old = [product for product in products if product.id is not None]
    _give_ids(new, PRODUCTS)
    # Models may point at new products, and products at new models.
    if world.changed_models or world.touched_models:
        _write_models(world, now)
    # Always in the same order, so that two writers of the same new products wait instead of deadlocking.
    new.sort(key=lambda product: (product.identifier is not None, fold(product.identifier or product.uuid)))
    db.update_rows("product", "id", CHANGED_PRODUCT, [_changed_row(one, structure, now) for one in old])
    db.update_rows("product", "id", TOUCHED, [(one.id, now) for one in touched])
    db.insert_rows("product", PRODUCT, [_new_row(one, structure, now) for one in new])
    every: list[Item] = [*products, *touched]
    _write_shared(PRODUCTS, every, [*old, *touched], new, world)
    _write_memberships("product_group", GROUP, "groups", every, structure.groups)
    if world.book.has_uniques:
        _write_uniques(products)


def _write_models(world: World, now: datetime) -> None:
    models = sorted(world.changed_models.values(), key=lambda one: (one.level, fold(one.code)))
    touched = [one for key, one in world.touched_models.items() if key not in world.changed_models]
    new = [one for one in models if one.id is None]
    old = [one for one in models if one.id is not None]
    _give_ids(new, MODELS)
    db.update_rows("product_model", "id", CHANGED_MODEL, [_changed_model(one, now) for one in old])
    db.update_rows("product_model", "id", TOUCHED, [(one.id, now) for one in touched])
    db.insert_rows("product_model", MODEL, [_new_model(one, world.structure, now) for one in new])
    _write_shared(MODELS, [*models, *touched], [*old, *touched], new, world)


def _give_ids(new: Items, tables: Tables) -> None:
    for item, id in zip(new, db.next_ids(tables.sequence, len(new)), strict=True):
        item.id = id


def _write_shared(tables: Tables, items: Items, old: Items, new: Items, world: World) -> None:
    """Write what products and models both have."""
    db.update_rows(tables.named("doc"), tables.key, tables.document, [_document(one) for one in old])
    db.insert_rows(tables.named("doc"), tables.document, [_document(one) for one in new])
    _write_memberships(tables.named("category"), tables.category, "categories", items, world.structure.categories)
    _write_links(tables, items, world)
    _write_axes(tables, items, world.book)
    _write_index(tables, items, world.book, world.media)


def rewrite_documents(items: Items) -> None:
    """Write only the documents: for what changes in a product or model without being a change of it."""
    for tables, kind in ((PRODUCTS, Product), (MODELS, Model)):
        rows = [_document(one) for one in items if isinstance(one, kind)]
        db.update_rows(tables.named("doc"), tables.key, tables.document, rows)


def free_axes(tables: Tables, ids: Sequence[int], variants: Sequence[int]) -> None:
    """Forget the combinations of products or models of some family variants: one of their axes has lost its value.
    1 statement, none for nothing."""
    if not ids or not variants:
        return
    # Whose children they are says of which family variant they are.
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {tables.named('axes')} a USING product_model m WHERE m.id = a.parent_id"  # noqa: S608
            f" AND m.family_variant_id = ANY(%s) AND a.{tables.key} = ANY(%s)",
            [list(variants), list(ids)],
        )


def rewrite_model_scores(models: Sequence[Model], book: Rulebook) -> None:
    """Write the quality of models anew: for what the structure changes in it. 2 to 4 statements, none for nothing."""
    if not models:
        return
    places = [place for place in score_places(book) if place[0] == QUALITY]
    scores = [(place, value, _id(model)) for model in models for place, value in _model_scores(model, book)[1]]
    keys = make_search_keys({*places, *(place for place, _, _ in scores)})
    gone = sorted((_id(model), keys[place]) for model in models for place in places)
    db.delete_rows(MODELS.named("idx_num"), MODELS.index_of, gone)
    db.insert_rows(MODELS.named("idx_num"), MODELS.number, [(keys[place], value, id) for place, value, id in scores])


def erase(ids: Sequence[int]) -> None:
    """Delete products from every table, with all that points at them. 13 statements."""
    _erase(ids, PRODUCTS, ("group", "unique"), MODEL_LINKS["products"])


def erase_models(ids: Sequence[int]) -> None:
    """Delete models from every table, with all that points at them; their children must be gone. 10 statements."""
    _erase(ids, MODELS, (), PRODUCT_LINKS["product_models"])


def _erase(ids: Sequence[int], tables: Tables, more: Sequence[str], pointing: str) -> None:
    """`pointing` is the table of links from the other kind."""
    places = [
        (tables.named(name), tables.key)
        for name in ("category", "axes", "idx_text", "long_text", "idx_num", "doc", *more)
    ]
    places += [(table, "owner_id") for table in tables.links.values()]
    itself = tables.links["products" if tables is PRODUCTS else "product_models"]
    places += [(itself, "target_id"), (pointing, "target_id"), (tables.item, "id")]
    for table, column in places:
        db.delete_rows(table, {column: "int8"}, [(id,) for id in ids])


def _new_row(product: Product, structure: Structure, now: datetime) -> tuple[Any, ...]:
    identifier = product.identifier
    key = fold(identifier) if identifier is not None else None
    family = structure.families[product.family].id if product.family is not None else None
    merged = now if product.parent_id is not None else None
    uuid = UUID(product.uuid)
    return (product.id, uuid, identifier, key, product.enabled, family, product.parent_id, now, now, merged)


def _changed_row(product: Product, structure: Structure, now: datetime) -> tuple[Any, ...]:
    row = _new_row(product, structure, now)
    return (row[0], *row[2:7], *row[8:])


def _new_model(model: Model, structure: Structure, now: datetime) -> tuple[Any, ...]:
    variant = structure.family_variants[model.variant]
    family = structure.families[variant.family]
    if model.parent is not None:
        # It may have got its id just now.
        model.parent_id = model.parent.id
    merged = now if model.parent_id is not None else None
    return (model.id, model.code, fold(model.code), variant.id, family.id, model.parent_id, now, now, merged)


def _changed_model(model: Model, now: datetime) -> tuple[Any, ...]:
    if model.parent is not None:
        model.parent_id = model.parent.id
    return (model.id, model.parent_id, now, now if model.parent_id is not None else None)


def _document(item: Item) -> tuple[Any, ...]:
    own = item.own.encode() if item.own is not None else None
    return (item.id, item.encode(), _json(item.associations), _json(item.quantified), own)


def _json(value: Mapping[str, Any]) -> str | None:
    return orjson.dumps(value).decode() if value else None


def _write_memberships(
    table: str, columns: db.Columns, name: str, items: Items, records: Mapping[str, Category] | Mapping[str, Group]
) -> None:
    """Categories or groups, by difference."""
    gone: list[tuple[Any, ...]] = []
    come: list[tuple[Any, ...]] = []
    for item in items:
        before = set(getattr(item.stored, name)) if item.stored else set()
        after = set(getattr(item, name))
        # A code that the structure no longer has has lost its rows already.
        gone.extend((records[code].id, item.id) for code in before - after if code in records)
        come.extend((records[code].id, item.id) for code in after - before if code in records)
    db.delete_rows(table, columns, sorted(gone))
    db.insert_rows(table, columns, sorted(come))


def _write_links(tables: Tables, items: Items, world: World) -> None:
    gone: dict[Kind, set[tuple[Any, ...]]] = {kind: set() for kind in tables.links}
    come: dict[Kind, set[tuple[Any, ...]]] = {kind: set() for kind in tables.links}
    for item in items:
        stored = item.stored
        if not (item.associations or item.quantified or (stored and (stored.associations or stored.quantified))):
            continue
        for kind in tables.links:
            before = _links(item.id, kind, stored.associations, stored.quantified, world) if stored else set()
            after = _links(item.id, kind, item.associations, item.quantified, world)
            gone[kind] |= before - after
            come[kind] |= after - before
    for kind, table in tables.links.items():
        db.delete_rows(table, LINK, sorted(gone[kind]))
        db.insert_rows(table, LINK, sorted(come[kind]))


def _links(
    owner: int | None, kind: Kind, associations: links.Associations, quantified: links.Quantified, world: World
) -> set[tuple[Any, ...]]:
    if not associations and not quantified:
        return set()
    types = world.structure.association_types
    return {
        (owner, types[code].id, target)
        for code, found, name in links.linked_names(associations, quantified)
        if found == kind and code in types and (target := world.id_of(kind, name)) is not None
    }


def _write_axes(tables: Tables, items: Items, book: Rulebook) -> None:
    """What sets children of one model apart, by difference: a batch may swap the axes of two of them."""
    gone: list[tuple[Any, ...]] = []
    come: list[tuple[Any, ...]] = []
    for item in items:
        before = item.stored.parent_id if item.stored is not None else None
        if before is None and item.parent_id is None:
            continue
        axes = axes_of(item, book)
        if before == item.parent_id and not any(slot in item.after for slot in axes):
            continue
        if before is not None:
            gone.append((item.id,))
        key = axes_key(item.values, axes)
        if key is not None:
            come.append((item.parent_id, key, item.id))
    db.delete_rows(tables.named("axes"), {tables.key: "int8"}, sorted(gone))
    db.insert_rows(tables.named("axes"), tables.axes, sorted(come))


def _write_uniques(products: Sequence[Product]) -> None:
    """Values that only one product may have, by difference."""
    gone: list[tuple[Any, ...]] = []
    come: list[tuple[Any, ...]] = []
    for product in products:
        for slot, data in product.after.items():
            attribute = slot.field.attribute
            if not slot.field.unique or attribute.is_main_identifier:
                continue
            if product.before.get(slot) is not None:
                gone.append((attribute.id, product.id))
            if data is not None:
                come.append((attribute.id, unique_key(data), product.id))
    db.delete_rows("product_unique", UNIQUE_OF, sorted(gone))
    db.insert_rows("product_unique", UNIQUE, sorted(come))


# The index of values


def _write_index(tables: Tables, items: Items, book: Rulebook, media: Mapping[str, MediaRow]) -> None:
    """Index rows of values that changed, of completeness and quality; what was there is first taken away by its key."""
    come, scores = Rows(), list[Score]()
    stale_texts: list[tuple[int, Place]] = []
    stale_longs: list[tuple[int, Place]] = []
    stale_numbers: list[tuple[int, Place]] = []
    for item in items:
        id = _id(item)
        add_rows(item.after, id, media, come)
        for slot, before in item.before.items():
            stale = stale_texts if slot.field.table == "text" else stale_numbers
            stale.extend((id, place_of(spot)) for spot in spots_of(slot, before))
            if is_long(slot, before):
                stale_longs.append((id, slot.place))
        gone, changed = _scores(item, book) if isinstance(item, Product) else _model_scores(item, book)
        stale_numbers.extend((id, place) for place in gone)
        scores.extend((place, value, id) for place, value in changed)
    known = search_keys({place for _, place in stale_texts} | {place for _, place in stale_numbers})
    db.delete_rows(tables.named("idx_text"), tables.index_of, _by_key(stale_texts, known))
    db.delete_rows(tables.named("long_text"), tables.index_of, _by_key(stale_longs, known))
    db.delete_rows(tables.named("idx_num"), tables.index_of, _by_key(stale_numbers, known))
    spots = {spot: place_of(spot) for spot in {row[0] for row in come.texts} | {row[0] for row in come.numbers}}
    keys = make_search_keys({*spots.values(), *(place for place, _, _ in scores)})
    at = {spot: keys[place] for spot, place in spots.items()}
    db.insert_rows(tables.named("idx_text"), tables.text, [(at[spot], value, id) for spot, value, id in come.texts])
    db.insert_rows(tables.named("long_text"), tables.text, [(at[spot], value, id) for spot, value, id in come.longs])
    numbers = [(at[spot], value, id) for spot, value, id in come.numbers]
    numbers += [(keys[place], value, id) for place, value, id in scores]
    db.insert_rows(tables.named("idx_num"), tables.number, numbers)


def _id(item: Item) -> int:
    if item.id is None:
        raise LookupError("A product gets its id before anything of it is written.")
    return item.id


def _by_key(stale: Iterable[tuple[int, Place]], keys: Mapping[Place, int]) -> list[tuple[int, int]]:
    return sorted((id, keys[place]) for id, place in stale if place in keys)


# Completeness and quality: where, how much, and the product's id.
Score = tuple[Place, float, int]


def _scores(product: Product, book: Rulebook) -> tuple[Iterable[Place], Iterable[tuple[Place, float]]]:
    """Give the places whose completeness or quality goes, and what comes: only where it is another than before.

    They move only with the family, or where something is filled that was not, or no longer.
    """
    stored = product.stored
    if stored is None or stored.family != product.family:
        gone = score_places(book) if stored is not None and stored.family is not None else []
        return gone, _all_scores(product, book)
    plan = plan_of(product.family, book) if product.family is not None else None
    if plan is None or not any(
        filling(slot, product.before.get(slot)) != filling(slot, data)
        for slot, data in product.after.items()
        if slot in plan.bits or slot in plan.prices
    ):
        return [], []
    after = plan.filled(held_by(product.values, book))
    before = after & ~plan.touched(product.after) | plan.filled(product.before.items())
    was, now = dict(scores_of(plan, before)), dict(scores_of(plan, after))
    changed = [(place, value) for place, value in now.items() if was.get(place) != value]
    return [place for place, value in was.items() if now.get(place) != value], changed


def _all_scores(product: Product, book: Rulebook) -> Iterable[tuple[Place, float]]:
    if product.family is None:
        return []
    plan = plan_of(product.family, book)
    # All values of a new product are new.
    held = held_by(product.values, book) if product.stored is not None else product.after.items()
    return scores_of(plan, plan.filled(held))


def _model_scores(item: Item, book: Rulebook) -> tuple[Iterable[Place], Iterable[tuple[Place, float]]]:
    """As _scores, of a model, which has a quality and no completeness: by the attributes of its level and above."""
    if not isinstance(item, Model) or item.family is None:
        return [], []
    below = levels_of(item.variant, book).attributes[item.level + 1 :]
    plan = plan_of(item.family, book, frozenset().union(*below))
    found = scores_of(plan, plan.filled(held_by(item.values, book)))
    gone = [place for place in score_places(book) if place[0] == QUALITY] if item.stored is not None else []
    return gone, [(place, value) for place, value in found if place[0] == QUALITY]


def scores_of(plan: Plan, filled: int) -> Iterable[tuple[Place, float]]:
    """Walk the completeness and the quality of every channel and locale, with the place each is found by."""
    for one in plan.requirements:
        yield (COMPLETENESS, one.channel, one.locale, ""), float(one.ratio(filled))
        quality = one.quality(filled)
        if quality is not None:
            yield (QUALITY, one.channel, one.locale, ""), float(quality)


def score_places(book: Rulebook) -> list[Place]:
    return [
        (kind, channel.code, locale, "")
        for channel in book.structure.channels.values()
        for locale in channel.locales
        for kind in (COMPLETENESS, QUALITY)
    ]
