"""Writing planned products and models: rows, documents, links and index, each table in one statement per kind of
change. Models lie in tables of the same shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from limen.kit import db
from limen.kit.text import fold
from limen.products.operations.filled import followed
from limen.products.operations.index import write_index
from limen.products.operations.tables import MODELS, PRODUCTS, Tables
from limen.products.queries.pointing import MODEL_LINKS, PRODUCT_LINKS
from limen.products.rules import links
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
    write_index(tables, items, world.book, world.media)


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


def erase(ids: Sequence[int]) -> None:
    """Delete products from every table, with all that points at them. 16 statements."""
    with followed(ids):
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
