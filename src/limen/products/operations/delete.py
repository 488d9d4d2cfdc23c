"""Deleting a product or a model with everything below it, and every link to what is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.conditions import UNCONDITIONAL, Conditions
from limen.kit.text import fold
from limen.products.operations import store
from limen.products.operations.sharing import side_by_side
from limen.products.operations.unlinking import unlink
from limen.products.queries import loading, trees
from limen.products.rules.reading import UUID, Flavour
from limen.products.rules.tags import tag_of_row
from limen.products.rules.world import ModelRow, Row
from limen.structure.rules import Structure

# Variants that are deleted at once.
BATCH = 500


def delete_product(
    *,
    flavour: Flavour,
    key: str,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
    conditions: Conditions = UNCONDITIONAL,
) -> bool:
    """Delete a product by its uuid or identifier; False when there is none. Its media files stay.

    What led to it loses the link; that is no change of it, so its `updated` stays.
    Cost: 20 statements, and 4 more for each 500 that led to it; one transaction.
    """

    def work(structure: Structure) -> bool:
        uuids = [key.lower()] if flavour == "uuid" and UUID.fullmatch(key.lower()) else []
        rows = loading.lock_products(uuids=uuids, identifiers=[fold(key)] if flavour == "identifier" else [])
        if not rows:
            return False
        conditions.check(lambda: tag_of_row(rows[0]))
        if not dry_run:
            _delete_products(rows, by, now)
        return True

    return side_by_side(work)


def delete_model(
    *, code: str, by: Caller, now: datetime, dry_run: bool = False, conditions: Conditions = UNCONDITIONAL
) -> bool:
    """Delete a model with its sub models and variants, and every link to them; False when there is none.

    Each of them has its event. Cost: 17 statements and for each 500 variants 19, flat memory; one transaction.
    """

    def work(structure: Structure) -> bool:
        tree = trees.lock_tree(code)
        if not tree:
            return False
        conditions.check(lambda: next(tag_of_row(row) for row in tree if fold(row.code) == fold(code)))
        if dry_run:
            return True
        ids = [row.id for row in tree]
        while rows := trees.lock_variants(ids, after=0, limit=BATCH):
            _delete_products(rows, by, now)
        unlink("product_models", {row.id: row.code for row in tree})
        # Children before their root.
        store.erase_models([row.id for row in tree if row.parent_id is not None])
        store.erase_models([row.id for row in tree if row.parent_id is None])
        events.record_many([_model_deleted(row) for row in tree], by=by, now=now)
        return True

    return side_by_side(work)


def _delete_products(rows: Sequence[Row], by: Caller, now: datetime) -> None:
    unlink("products", {row.id: row.uuid for row in rows})
    store.erase([row.id for row in rows])
    events.record_many([_deleted(row) for row in rows], by=by, now=now)


def _deleted(row: Row) -> Happening:
    return Happening("product.deleted", f"product:{row.uuid}", _last_known({"identifier": row.identifier}, row))


def _model_deleted(row: ModelRow) -> Happening:
    return Happening("product_model.deleted", f"product_model:{row.code}", _last_known({"code": row.code}, row))


def _last_known(named: dict[str, str | None], row: Row | ModelRow) -> str:
    """Write all of it down: for those who follow changes, and so that it can be made again."""
    document = orjson.loads(row.doc)
    data = {
        **named,
        "family": document["family"],
        "categories": document["categories"],
        "document": orjson.Fragment(row.doc),
        "associations": orjson.Fragment(row.associations or b"{}"),
        "quantified_associations": orjson.Fragment(row.quantified or b"{}"),
    }
    return orjson.dumps(data).decode()
