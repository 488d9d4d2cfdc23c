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

# Models or variants that are deleted at once.
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

    Each of them has its event. Cost: some 20 statements, 15 for each 500 sub models, 18 for each 500 variants; memory
    is that of 500; one transaction.
    """

    def work(structure: Structure) -> bool:
        ids = trees.lock_tree(code)
        if not ids:
            return False
        root, below = ids[:1], ids[1:]
        conditions.check(lambda: tag_of_row(trees.read_models(root)[0]))
        if dry_run:
            return True
        while rows := trees.lock_variants(ids, after=0, limit=BATCH):
            _delete_products(rows, by, now)
        for start in range(0, len(below), BATCH):
            _delete_models(below[start : start + BATCH], by, now)
        _delete_models(root, by, now)
        return True

    return side_by_side(work)


def _delete_models(ids: Sequence[int], by: Caller, now: datetime) -> None:
    rows = trees.read_models(ids)
    unlink("product_models", {row.id: row.code for row in rows})
    store.erase_models(ids)
    events.record_many([_model_deleted(row) for row in rows], by=by, now=now)


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
