"""Deleting a product, and every link to it."""

from __future__ import annotations

from datetime import datetime

import orjson
from django.db import transaction

from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.products.operations import store
from limen.products.queries import loading
from limen.products.queries.lists import product as find_product
from limen.products.rules import links
from limen.products.rules.reading import Flavour
from limen.products.rules.world import Product, Row
from limen.structure import queries as structure_queries


def delete_product(*, flavour: Flavour, key: str, by: Caller, now: datetime, dry_run: bool = False) -> bool:
    """Delete a product by its uuid or identifier; False when there is none. Its media files stay.

    Products that pointed at it lose the link; that is no change of theirs, so their `updated` stays.
    Cost: 16 statements, one transaction.
    """
    with transaction.atomic():
        structure_queries.locked_snapshot()
        found = find_product(flavour=flavour, key=key)
        if found is None:
            return False
        if dry_run:
            return True
        owners = set(loading.owners_of_links_to(found.id)) - {found.uuid}
        # All rows in one order, as every writer of products locks them.
        rows = loading.lock_products(uuids={found.uuid} | owners)
        gone = next((row for row in rows if row.id == found.id), None)
        if gone is None:
            return False
        store.rewrite_documents([_unlinked(Product.of(row), found.uuid) for row in rows if row.id != found.id])
        store.erase(found.id)
        events.record(Happening("product.deleted", f"product:{found.uuid}", _last_known(gone)), by=by, now=now)
        return True


def _last_known(row: Row) -> str:
    """Write down the whole product: for those who follow changes, and so that it can be made again."""
    product = Product.of(row)
    data = {
        "identifier": product.identifier,
        "family": product.family,
        "categories": product.categories,
        "document": orjson.Fragment(row.doc),
        "associations": product.associations,
        "quantified_associations": product.quantified,
    }
    return orjson.dumps(data).decode()


def _unlinked(owner: Product, uuid: str) -> Product:
    for code in list(owner.associations):
        owner.associations = links.with_product(owner.associations, code, uuid, linked=False)
    owner.quantified = links.without_product(owner.quantified, uuid)
    return owner
