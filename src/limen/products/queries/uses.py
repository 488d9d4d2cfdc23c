"""Which products use a part of the structure; asked by `structure.queries.uses_of` through the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.pointing import MODEL_LINKS, PRODUCT_LINKS
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.structure.queries import Counted
from limen.structure.rules import Subject, Use
from limen.structure.rules.removal import MOST_EXAMPLES

# Rows that are looked at: beyond, a count says "more than".
MOST_COUNTED = 20_000

_KEYS = "key IN (SELECT id FROM product_search_key WHERE attribute_id = %b)"
_CHANNEL_KEYS = "key IN (SELECT id FROM product_search_key WHERE channel = ANY(%b) AND attribute_id <> 0)"


@dataclass(frozen=True, slots=True)
class _Users:
    """Products or models, and by what a person knows one of them; `links` are the tables of their associations."""

    what: str
    store: Store
    named: str
    links: tuple[str, ...]


_USERS = (
    _Users("products", PRODUCTS, "coalesce(p.identifier, p.uuid::text)", tuple(PRODUCT_LINKS.values())),
    _Users("product models", MODELS, "p.code", tuple(MODEL_LINKS.values())),
)
# What cannot be removed while it is used: nobody could tell what the users are then.
_BLOCKED = frozenset({"family", "family_variant"})


def uses_of_structure(subject: Subject) -> tuple[Use, ...]:
    """Tell how many products and models use a part of the structure, up to MOST_COUNTED rows of each. 2 queries, or
    none."""
    return tuple(use for users in _USERS for use in _uses(subject, users))


def _uses(subject: Subject, users: _Users) -> Iterator[Use]:
    found = _where(subject, users)
    if found is None:
        return
    rows, params = found
    counted = db.fetch(
        f"WITH seen AS ({rows} LIMIT {MOST_COUNTED + 1}), used AS (SELECT DISTINCT id FROM seen)"  # noqa: S608
        " SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM used),"
        f" (SELECT array_agg({users.named} ORDER BY p.id) FROM {users.store.table} p"
        f" WHERE p.id IN (SELECT id FROM used ORDER BY id LIMIT {MOST_EXAMPLES}))",
        params,
    )
    seen, number, examples = counted[0]
    if number:
        yield Use(users.what, number, tuple(examples or ()), subject.resource in _BLOCKED, seen > MOST_COUNTED)


def _where(subject: Subject, users: _Users) -> tuple[str, list[Any]] | None:
    """Give the rows, product or model id as `id`, that say that one uses the subject; None where they cannot."""
    store, ids = users.store, list(subject.ids)
    match subject.resource:
        case "family":
            return f"SELECT id FROM {store.table} WHERE family_id = ANY(%b)", [ids]  # noqa: S608  # own names
        case "family_variant" if store is MODELS:
            return "SELECT id FROM product_model WHERE family_variant_id = ANY(%b)", [ids]
        case "category":
            return f"SELECT {store.owner} AS id FROM {store.categories} WHERE category_id = ANY(%b)", [ids]  # noqa: S608
        case "group" if store is PRODUCTS:
            return "SELECT product_id AS id FROM product_group WHERE group_id = ANY(%b)", [ids]
        case "association_type":
            parts = [f"SELECT owner_id AS id FROM {table} WHERE type_id = ANY(%b)" for table in users.links]  # noqa: S608
            return " UNION ALL ".join(parts), [ids] * len(parts)
        case "attribute":
            (id,) = ids
            return _in_both(store, _KEYS), [id, id]
        case "channel":
            return _in_both(store, _CHANNEL_KEYS), [list(subject.codes), list(subject.codes)]
        case "attribute_option":
            assert subject.attribute is not None
            rows = f"SELECT {store.owner} AS id FROM {store.texts} WHERE {_KEYS} AND value = %b"  # noqa: S608
            return rows, [subject.attribute.id, fold(subject.codes[0])]
    return None


def _in_both(store: Store, condition: str) -> str:
    return (
        f"SELECT {store.owner} AS id FROM {store.texts} WHERE {condition}"  # noqa: S608  # own names and conditions
        f" UNION ALL SELECT {store.owner} FROM {store.numbers} WHERE {condition}"
    )


def families_with_products() -> frozenset[int]:
    """Give the ids of the families that have products; a model is none. 1 query: a look into an index for each such
    family."""
    return _families_of(PRODUCTS)


def families_in_use() -> frozenset[int]:
    """Give the ids of the families that have products or product models. 2 queries."""
    return _families_of(PRODUCTS) | _families_of(MODELS)


def _families_of(store: Store) -> frozenset[int]:
    rows = db.fetch(
        f"WITH RECURSIVE used AS (SELECT min(family_id) AS id FROM {store.table} UNION ALL"  # noqa: S608  # own names
        f" SELECT (SELECT min(family_id) FROM {store.table} WHERE family_id > used.id) FROM used"
        " WHERE used.id IS NOT NULL) SELECT id FROM used WHERE id IS NOT NULL"
    )
    return frozenset(id for (id,) in rows)


def count_in_categories(groups: Sequence[Collection[int]]) -> list[Counted]:
    """Count the products that are in at least one category of each group, given as ids. 1 query, none for no groups.

    Of each group up to MOST_COUNTED rows are looked at.
    """
    if not groups:
        return []
    pairs = [(place, id) for place, ids in enumerate(groups) for id in ids]
    rows = db.fetch(
        "SELECT wanted.place, counted.seen, counted.number FROM (SELECT place, array_agg(id) AS ids"  # noqa: S608
        " FROM unnest(%b::int8[], %b::int8[]) AS pair(place, id) GROUP BY place) wanted,"
        " LATERAL (SELECT count(*) AS seen, count(DISTINCT product_id) AS number FROM (SELECT product_id"
        f" FROM product_category WHERE category_id = ANY(wanted.ids) LIMIT {MOST_COUNTED + 1}) looked) counted",
        [[place for place, _id in pairs], [id for _place, id in pairs]],
    )
    found = {place: Counted(min(number, MOST_COUNTED), seen > MOST_COUNTED) for place, seen, number in rows}
    return [found.get(place, Counted(0, False)) for place in range(len(groups))]
