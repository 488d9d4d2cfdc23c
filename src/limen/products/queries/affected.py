"""Which products a change of the structure touches, portion by portion in the order of their ids.

Portions are chosen without a lock, by an index, and cost what they hold: see `Affected`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.search_keys import COMPLETENESS
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


def of_families(ids: Collection[int]) -> Affected:
    return Affected((("product", "id", "family_id = ANY(%b)", (list(ids),)),)) if ids else Affected(())


def of_attributes(ids: Collection[int]) -> Affected:
    """Products with a value of some attributes. 1 query for the keys of their places."""
    keys = [key for (key,) in _keys("attribute_id = ANY(%b)", list(ids))]
    return _indexed(keys)


def of_removal(one: Cleaning) -> Affected:
    """Products that name what is removed. 1 query for the keys of its places, where there are any."""
    ids, codes = list(one.ids), list(one.codes)
    match one.resource:
        case "category":
            return Affected((("product_category", "product_id", "category_id = ANY(%b)", (ids,)),))
        case "group":
            linked = ("product_doc", "product_id", "associations LIKE ANY(%b)", ([_in_json(code) for code in codes],))
            return Affected((("product_group", "product_id", "group_id = ANY(%b)", (ids,)), linked))
        case "association_type":
            linked = (
                "product_doc",
                "product_id",
                "coalesce(associations, '') || coalesce(quantified, '') LIKE ANY(%b)",
                ([_in_json(code) for code in codes],),
            )
            return Affected((linked,))
        case "attribute":
            keys = [key for (key,) in _keys("attribute_id = ANY(%b)", ids)]
            # Lists of reference data are in no index.
            return _indexed(keys) if keys else _naming(codes)
        case "channel":
            return _naming(codes)
        case "attribute_option":
            keys = [key for (key,) in _keys("attribute_id = %b", one.attribute_id)]
            condition = "key = ANY(%b) AND value = %b"
            return Affected((("product_idx_text", "product_id", condition, (keys, fold(one.code))),))
    return Affected(())


def keys_of_removal(one: Cleaning) -> list[int]:
    """Give the keys of the places that go with a removal. 1 query, or none."""
    if one.resource == "attribute":
        return [key for (key,) in _keys("attribute_id = ANY(%b)", list(one.ids))]
    if one.resource == "channel":
        return [key for (key,) in _keys(f"channel = ANY(%b) AND attribute_id <> {COMPLETENESS}", list(one.codes))]
    if one.resource == "attribute_option":
        return [key for (key,) in _keys("attribute_id = %b", one.attribute_id)]
    return []


def _indexed(keys: list[int]) -> Affected:
    if not keys:
        return Affected(())
    return Affected(tuple((t, "product_id", "key = ANY(%b)", (keys,)) for t in ("product_idx_text", "product_idx_num")))


def _naming(codes: list[str]) -> Affected:
    """Documents whose text has one of the codes as a JSON string: a walk through all of them."""
    return Affected((("product_doc", "product_id", "doc LIKE ANY(%b)", ([_in_json(code) for code in codes],)),))


def _in_json(code: str) -> str:
    return f'%"{db.like(code)}"%'


def _keys(condition: str, param: Any) -> list[tuple[Any, ...]]:
    return db.fetch(f"SELECT id FROM product_search_key WHERE {condition}", [param])  # noqa: S608  # own parts
