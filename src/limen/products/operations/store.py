"""Writing the planned products: rows, documents, links and index, each table in one statement per kind of change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from limen.kit import db
from limen.kit.text import fold
from limen.media.rules import MediaRow
from limen.products.queries import loading
from limen.products.queries.search_keys import COMPLETENESS, QUALITY, Place, make_search_keys, search_keys
from limen.products.rules import links
from limen.products.rules.completeness import Plan, filling, held_by, plan_of
from limen.products.rules.indexing import Rows, add_rows, is_long, place_of, spots_of
from limen.products.rules.rulebook import Rulebook, unique_key
from limen.products.rules.world import Product, World
from limen.structure.rules import Structure

PRODUCT = {
    "id": "int8",
    "uuid": "uuid",
    "identifier": "text",
    "identifier_key": "text",
    "enabled": "bool",
    "family_id": "int8",
    "created": "timestamptz",
    "updated": "timestamptz",
}
CHANGED_PRODUCT = {name: PRODUCT[name] for name in PRODUCT if name not in ("uuid", "created")}
DOCUMENT = {"product_id": "int8", "doc": "text", "associations": "text", "quantified": "text"}
CATEGORY = {"category_id": "int8", "product_id": "int8"}
GROUP = {"group_id": "int8", "product_id": "int8"}
LINK = {"owner_id": "int8", "type_id": "int8", "target_id": "int8"}
UNIQUE = {"attribute_id": "int8", "value_key": "text", "product_id": "int8"}
UNIQUE_OF = {"attribute_id": "int8", "product_id": "int8"}
TEXT = {"key": "int4", "value": "text", "product_id": "int8"}
NUMBER = {"key": "int4", "value": "float8", "product_id": "int8"}
INDEX_OF = {"product_id": "int8", "key": "int4"}

# A product without its id is a new one.
Products = Sequence[Product]


def write(world: World, now: datetime) -> None:
    """Write every changed product of a world. A constant number of statements, whatever the number of products.

    Changed rows go before new ones, and deletions before insertions: a batch may hand an identifier or a
    unique value on from one product to another.
    """
    products = list(world.changed.values())
    new = [product for product in products if product.id is None]
    old = [product for product in products if product.id is not None]
    for product, id in zip(new, db.next_ids("product_id_seq", len(new)), strict=True):
        product.id = id
    # Always in the same order, so that two writers of the same new products wait instead of deadlocking.
    new.sort(key=lambda product: (product.identifier is not None, fold(product.identifier or product.uuid)))
    structure = world.structure
    db.update_rows("product", "id", CHANGED_PRODUCT, [_changed_row(one, structure, now) for one in old])
    db.insert_rows("product", PRODUCT, [_new_row(one, structure, now) for one in new])
    db.update_rows("product_doc", "product_id", DOCUMENT, [_document(one) for one in old])
    db.insert_rows("product_doc", DOCUMENT, [_document(one) for one in new])
    _write_memberships(products, structure)
    _write_links(products, world)
    if world.book.has_uniques:
        _write_uniques(products)
    _write_index(products, world.book, world.media)


def rewrite_documents(products: Products) -> None:
    """Write only the documents: for what changes in a product without being a change of it."""
    db.update_rows("product_doc", "product_id", DOCUMENT, [_document(one) for one in products])


def erase(product_id: int) -> None:
    """Delete a product from every table, with all that points at it."""
    for table, column in (
        ("product_category", "product_id"),
        ("product_group", "product_id"),
        ("product_link", "owner_id"),
        ("product_link", "target_id"),
        ("product_unique", "product_id"),
        ("product_idx_text", "product_id"),
        ("product_long_text", "product_id"),
        ("product_idx_num", "product_id"),
        ("product_doc", "product_id"),
        ("product", "id"),
    ):
        db.delete_rows(table, {column: "int8"}, [(product_id,)])


def _new_row(product: Product, structure: Structure, now: datetime) -> tuple[Any, ...]:
    identifier = product.identifier
    key = fold(identifier) if identifier is not None else None
    family = structure.families[product.family].id if product.family is not None else None
    return (product.id, UUID(product.uuid), identifier, key, product.enabled, family, now, now)


def _changed_row(product: Product, structure: Structure, now: datetime) -> tuple[Any, ...]:
    row = _new_row(product, structure, now)
    return (row[0], *row[2:6], now)


def _document(product: Product) -> tuple[Any, ...]:
    return (product.id, product.encode(), _json(product.associations), _json(product.quantified))


def _json(value: Mapping[str, Any]) -> str | None:
    return orjson.dumps(value).decode() if value else None


def _write_memberships(products: Products, structure: Structure) -> None:
    """Categories and groups, by difference."""
    for table, columns, name, records in (
        ("product_category", CATEGORY, "categories", structure.categories),
        ("product_group", GROUP, "groups", structure.groups),
    ):
        gone: list[tuple[Any, ...]] = []
        come: list[tuple[Any, ...]] = []
        for product in products:
            before = set(getattr(product.stored, name)) if product.stored else set()
            after = set(getattr(product, name))
            # A code that the structure no longer has has lost its rows already.
            gone.extend((records[code].id, product.id) for code in before - after if code in records)
            come.extend((records[code].id, product.id) for code in after - before if code in records)
        db.delete_rows(table, columns, sorted(gone))
        db.insert_rows(table, columns, sorted(come))


def _write_links(products: Products, world: World) -> None:
    gone: set[tuple[int, int, str]] = set()
    come: set[tuple[int, int, str]] = set()
    for product in products:
        stored = product.stored
        before = _links(_id(product), stored.associations, stored.quantified, world) if stored else set()
        after = _links(_id(product), product.associations, product.quantified, world)
        gone |= before - after
        come |= after - before
    # No line speaks of a target that merely goes.
    unknown = {target for _, _, target in gone | come if world.id_of(target) is None}
    if unknown:
        for one in loading.mentions(uuids=unknown, identifiers=set()):
            world.mention(one.id, one.uuid, one.identifier)
    db.delete_rows("product_link", LINK, _by_id(gone, world))
    db.insert_rows("product_link", LINK, _by_id(come, world))


def _links(
    owner: int, associations: links.Associations, quantified: links.Quantified, world: World
) -> set[tuple[int, int, str]]:
    if not associations and not quantified:
        return set()
    types = world.structure.association_types
    named = [(code, uuid) for code, kinds in associations.items() for uuid in kinds.get("products", ())]
    named += [(code, link["uuid"]) for code, kinds in quantified.items() for link in kinds.get("products", ())]
    return {(owner, types[code].id, uuid) for code, uuid in named if code in types}


def _by_id(rows: Iterable[tuple[int, int, str]], world: World) -> list[tuple[int, int, int]]:
    """Give the rows in order; a target that is deleted has lost its rows already."""
    found = ((owner, type, world.id_of(uuid)) for owner, type, uuid in rows)
    return sorted((owner, type, target) for owner, type, target in found if target is not None)


def _write_uniques(products: Products) -> None:
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


def _write_index(products: Products, book: Rulebook, media: Mapping[str, MediaRow]) -> None:
    """Index rows of values that changed, of completeness and quality; what was there is first taken away by its key."""
    come, scores = Rows(), list[Score]()
    stale_texts: list[tuple[int, Place]] = []
    stale_longs: list[tuple[int, Place]] = []
    stale_numbers: list[tuple[int, Place]] = []
    for product in products:
        id = _id(product)
        add_rows(product.after, id, media, come)
        for slot, before in product.before.items():
            stale = stale_texts if slot.field.table == "text" else stale_numbers
            stale.extend((id, place_of(spot)) for spot in spots_of(slot, before))
            if is_long(slot, before):
                stale_longs.append((id, slot.place))
        gone, changed = _scores(product, book)
        stale_numbers.extend((id, place) for place in gone)
        scores.extend((place, value, id) for place, value in changed)
    known = search_keys({place for _, place in stale_texts} | {place for _, place in stale_numbers})
    db.delete_rows("product_idx_text", INDEX_OF, _by_key(stale_texts, known))
    db.delete_rows("product_long_text", INDEX_OF, _by_key(stale_longs, known))
    db.delete_rows("product_idx_num", INDEX_OF, _by_key(stale_numbers, known))
    spots = {spot: place_of(spot) for spot in {row[0] for row in come.texts} | {row[0] for row in come.numbers}}
    keys = make_search_keys({*spots.values(), *(place for place, _, _ in scores)})
    at = {spot: keys[place] for spot, place in spots.items()}
    db.insert_rows("product_idx_text", TEXT, [(at[spot], value, id) for spot, value, id in come.texts])
    db.insert_rows("product_long_text", TEXT, [(at[spot], value, id) for spot, value, id in come.longs])
    numbers = [(at[spot], value, id) for spot, value, id in come.numbers]
    numbers += [(keys[place], value, id) for place, value, id in scores]
    db.insert_rows("product_idx_num", NUMBER, numbers)


def _id(product: Product) -> int:
    if product.id is None:
        raise LookupError("A product gets its id before anything of it is written.")
    return product.id


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
