"""What a batch of lines needs from the database, set by set: never a query per line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from limen.kit import db
from limen.products.rules.world import Row


class Mention(NamedTuple):
    """A product that a line points at."""

    id: int
    uuid: str
    identifier: str | None


def lock_products(*, uuids: Collection[str] = (), identifiers: Collection[str] = ()) -> list[Row]:
    """Lock products by uuid or folded identifier, in id order, and read them whole. 2 queries, 1 when none exists.

    Documents are read after the lock is held, by a statement of its own: one statement would lock the
    newest row and read the document of the old one when somebody else was writing it.
    """
    if not uuids and not identifiers:
        return []
    return _locked(*_named(uuids, identifiers))


def lock_products_by_id(ids: Collection[int]) -> list[Row]:
    """As `lock_products`, by id. 2 queries, 1 when none exists any more."""
    return _locked("id = ANY(%s)", [list(ids)])


def _locked(condition: str, params: Sequence[Any]) -> list[Row]:
    locked = db.fetch(
        f"SELECT id, uuid::text, identifier, parent_id FROM product WHERE {condition}"  # noqa: S608
        " ORDER BY id FOR NO KEY UPDATE",
        params,
    )
    return with_documents(locked)


def with_documents(locked: Sequence[tuple[Any, ...]]) -> list[Row]:
    """Read the documents of products, given (id, uuid, identifier, parent id). 1 query, none for nothing."""
    if not locked:
        return []
    documents = db.fetch(
        "SELECT product_id, doc, associations, quantified, own FROM product_doc WHERE product_id = ANY(%b)",
        [[row[0] for row in locked]],
        encoded=True,
    )
    texts = {id: found for id, *found in documents}
    rows = []
    for id, uuid, identifier, parent_id in locked:
        doc, associations, quantified, own = texts[id]
        rows.append(Row(id, uuid, identifier, doc, associations, quantified, own, parent_id))
    return rows


class Stored(NamedTuple):
    """What `read_products` gives; `doc` is JSON in UTF-8."""

    uuid: str
    identifier: str | None
    doc: bytes


def read_products(*, uuids: Collection[str] = (), identifiers: Collection[str] = ()) -> list[Stored]:
    """Read products by uuid or folded identifier without locking them. 1 query, none for nothing."""
    if not uuids and not identifiers:
        return []
    condition, params = _named(uuids, identifiers)
    rows = db.fetch(
        "SELECT p.uuid::varchar, p.identifier::varchar, d.doc"  # noqa: S608  # own parts
        f" FROM product p JOIN product_doc d ON d.product_id = p.id WHERE {condition}",
        params,
        encoded=True,
    )
    return [Stored(*row) for row in rows]


def score_rows(ids: Collection[int]) -> set[tuple[int, int, float]]:
    """Give (product id, key, value) of all completenesses and qualities that are stored for some products. 1 query."""
    rows = db.fetch(
        "SELECT product_id, key, value FROM product_idx_num WHERE product_id = ANY(%b)"
        " AND key IN (SELECT id FROM product_search_key WHERE attribute_id <= 0)",
        [list(ids)],
    )
    return {(id, key, value) for id, key, value in rows}


def mentions(*, uuids: Collection[str] = (), identifiers: Collection[str] = ()) -> list[Mention]:
    """Find products by uuid or folded identifier, without locking them. 1 query, none for nothing."""
    if not uuids and not identifiers:
        return []
    condition, params = _named(uuids, identifiers)
    return [
        Mention(*row)
        for row in db.fetch(f"SELECT id, uuid::text, identifier FROM product WHERE {condition}", params)  # noqa: S608
    ]


def unique_holders(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Tell which product has which unique value: (attribute id, value key) → uuid. 1 query, none for nothing."""
    possible = [one for one in wanted if "\0" not in one[1]]
    if not possible:
        return {}
    rows = db.fetch(
        "SELECT u.attribute_id, u.value_key, p.uuid::text FROM product_unique u"
        " JOIN unnest(%b::int8[], %b::text[]) AS asked (attribute_id, value_key) USING (attribute_id, value_key)"
        " JOIN product p ON p.id = u.product_id",
        [[attribute_id for attribute_id, _ in possible], [key for _, key in possible]],
    )
    return {(attribute_id, key): uuid for attribute_id, key, uuid in rows}


def _named(uuids: Iterable[str], identifiers: Iterable[str]) -> tuple[str, list[list[str]]]:
    """Give the condition for some products; two indexes are read when both ways of naming occur."""
    conditions, params = [], []
    for column, type, names in (("uuid", "uuid", uuids), ("identifier_key", "text", identifiers)):
        # The server's text cannot hold U+0000, so nothing has such a name.
        possible = [name for name in names if "\0" not in name]
        if possible:
            conditions.append(f"{column} = ANY(%s::{type}[])")
            params.append(possible)
    return " OR ".join(conditions) or "false", params
