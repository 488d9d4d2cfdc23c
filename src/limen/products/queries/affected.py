"""Which products and models a change of the structure touches, portion by portion in the order of their ids.

Portions are chosen without a lock, by an index, and cost what they hold: see `Affected`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.stores import PRODUCTS, Store
from limen.structure.queries import Cleaning


@dataclass(frozen=True, slots=True)
class Affected:
    """Products by conditions on tables that name them: (table, column of the product's id, condition, parameters).

    A product that several of them name is met once.
    """

    sources: tuple[tuple[str, str, str, tuple[Any, ...]], ...]

    def count(self) -> int:
        """Count them, exactly. 1 query, none for no source."""
        if not self.sources:
            return 0
        union, params = self._union("true", [])
        return int(db.fetch(f"SELECT count(*) FROM ({union}) found", params)[0][0])  # noqa: S608  # own parts

    def after(self, position: int, limit: int) -> list[int]:
        """Give the ids of the next products after an id. 1 query, none for no source."""
        if not self.sources:
            return []
        parts, params = [], []
        for table, column, condition, own in self.sources:
            parts.append(
                f"(SELECT DISTINCT {column} AS id FROM {table} WHERE {condition} AND {column} > %b"  # noqa: S608
                f" ORDER BY {column} LIMIT {int(limit)})"
            )
            params += [*own, position]
        union = " UNION ".join(parts)
        return [id for (id,) in db.fetch(f"SELECT id FROM ({union}) found ORDER BY id LIMIT {int(limit)}", params)]  # noqa: S608

    def _union(self, beyond: str, extra: list[Any]) -> tuple[str, list[Any]]:
        parts, params = [], []
        for table, column, condition, own in self.sources:
            parts.append(f"SELECT {column} AS id FROM {table} WHERE {condition} AND {beyond}")  # noqa: S608  # own parts
            params += [*own, *extra]
        return " UNION ".join(parts), params


def of_families(ids: Collection[int], store: Store = PRODUCTS) -> Affected:
    return Affected(((store.table, "id", "family_id = ANY(%b)", (list(ids),)),)) if ids else Affected(())


def of_variant(id: int, store: Store) -> Affected:
    """Models of a family variant, and the products below them."""
    if store is PRODUCTS:
        condition = "parent_id IN (SELECT id FROM product_model WHERE family_variant_id = %b)"
        return Affected((("product", "id", condition, (id,)),))
    return Affected((("product_model", "id", "family_variant_id = %b", (id,)),))


def of_attributes(ids: Collection[int], store: Store) -> Affected:
    """Products or models with a value of some attributes. 1 query for the keys of their places."""
    return _indexed(_keys("attribute_id = ANY(%b)", list(ids)), store)


def of_removal(one: Cleaning, store: Store) -> Affected:
    """Products or models that name what is removed. 1 query for the keys of its places, where there are any."""
    ids, codes, document = list(one.ids), list(one.codes), f"{store.table}_doc"
    quoted = [f'%"{db.like(code)}"%' for code in codes]
    # Documents whose text has one of the codes as a JSON string: a walk through all of them.
    naming = (document, store.owner, "doc LIKE ANY(%b)", (quoted,))
    match one.resource:
        case "category":
            return Affected(((store.categories, store.owner, "category_id = ANY(%b)", (ids,)),))
        case "group":
            linked = (document, store.owner, "associations LIKE ANY(%b)", (quoted,))
            members = ("product_group", "product_id", "group_id = ANY(%b)", (ids,))
            return Affected((members, linked) if store is PRODUCTS else (linked,))
        case "association_type":
            condition = "coalesce(associations, '') || coalesce(quantified, '') LIKE ANY(%b)"
            return Affected(((document, store.owner, condition, (quoted,)),))
        case "attribute":
            keys = keys_of_removal(one)
            # Lists of reference data are in no index.
            return _indexed(keys, store) if keys else Affected((naming,))
        case "channel":
            return Affected((naming,))
        case "attribute_option":
            params = (keys_of_removal(one), fold(one.code))
            return Affected(((store.texts, store.owner, "key = ANY(%b) AND value = %b", params),))
    return Affected(())


def keys_of_removal(one: Cleaning) -> list[int]:
    """Give the keys of the places that go with a removal. 1 query, or none."""
    match one.resource:
        case "attribute":
            return _keys("attribute_id = ANY(%b)", list(one.ids))
        case "channel":
            return _keys("channel = ANY(%b) AND attribute_id > 0", list(one.codes))
        case "attribute_option":
            return _keys("attribute_id = %b", one.attribute_id)
    return []


def _indexed(keys: list[int], store: Store) -> Affected:
    tables = (store.texts, store.numbers) if keys else ()
    return Affected(tuple((table, store.owner, "key = ANY(%b)", (keys,)) for table in tables))


def _keys(condition: str, param: Any) -> list[int]:
    rows = db.fetch(f"SELECT id FROM product_search_key WHERE {condition}", [param])  # noqa: S608  # own parts
    return [key for (key,) in rows]
