"""Taking what is deleted out of the associations of everything that leads to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from limen.products.operations import store
from limen.products.queries import pointing
from limen.products.rules import links
from limen.products.rules.links import Kind
from limen.products.rules.world import Item, Model, Own, Product

# Owners that are in memory at once.
BATCH = 500


def unlink(kind: Kind, gone: Mapping[int, str]) -> None:
    """Take products (id → uuid) or models (id → code) out of the documents that lead to them; models come first.

    That is no change of theirs, so their `updated` stays. The rows of the links go with what is deleted.
    Cost: 2 queries for nothing, and for each 500 owners 4 statements.
    """
    names = frozenset(gone.values())
    models = pointing.ModelOwners(kind, gone)
    while rows := models.next(BATCH):
        store.rewrite_documents([unlinked(Model.of(row), kind, names) for row in rows])
    products = pointing.ProductOwners(kind, gone)
    while found := products.next(BATCH):
        store.rewrite_documents([unlinked(Product.of(row), kind, names) for row in found])


def unlinked(owner: Item, kind: Kind, names: Collection[str]) -> Item:
    owner.associations = links.without_targets(owner.associations, kind, names)
    owner.quantified = links.without_links(owner.quantified, kind, names)
    if owner.own is not None:
        owner.own = Own(
            owner.own.categories,
            links.without_targets(owner.own.associations, kind, names),
            links.without_links(owner.own.quantified, kind, names),
        )
    return owner
