"""Changing where everything leads that is linked with some products or models."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from limen.products.operations import store
from limen.products.queries import pointing
from limen.products.rules import links
from limen.products.rules.links import Associations, Kind, Quantified
from limen.products.rules.world import Model, Product

# Owners that are in memory at once.
BATCH = 500


def unlink(kind: Kind, gone: Mapping[int, str]) -> None:
    """Take products (id → uuid) or models (id → code) out of the documents that lead to them.

    The rows of the links go with what is deleted. Cost: as `relink`.
    """
    names = frozenset(gone.values())
    relink(
        kind,
        gone,
        lambda associations: links.without_targets(associations, kind, names),
        lambda quantified: links.without_links(quantified, kind, names),
    )


def relink(
    kind: Kind,
    ids: Collection[int],
    associations: Callable[[Associations], Associations],
    quantified: Callable[[Quantified], Quantified],
) -> None:
    """Change the links of everything that leads to some products or models; models come first.

    That is no change of theirs, so their `updated` stays. Cost: 2 queries for nothing, and for each 500 owners 4
    statements.
    """
    models = pointing.ModelOwners(kind, ids)
    while rows := models.next(BATCH):
        store.rewrite_documents([Model.of(row).relinked(associations, quantified) for row in rows])
    products = pointing.ProductOwners(kind, ids)
    while found := products.next(BATCH):
        store.rewrite_documents([Product.of(row).relinked(associations, quantified) for row in found])
