"""Who leads to a product or model by an association, by its own or an inherited one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from limen.kit import db
from limen.products.queries.loading import with_documents
from limen.products.queries.trees import read_models
from limen.products.rules.links import Kind
from limen.products.rules.world import ModelRow, Row

PRODUCT_LINKS: Mapping[Kind, str] = {"products": "product_link", "product_models": "product_link_model"}
MODEL_LINKS: Mapping[Kind, str] = {"products": "product_model_link", "product_models": "product_model_link_model"}


class ProductOwners:
    """Products that lead to some products or models, given by id, and are not themselves among those: batch by batch,
    in id order, each locked and then read whole. 2 queries a batch, 1 for the last."""

    def __init__(self, kind: Kind, targets: Collection[int]) -> None:
        self.table = PRODUCT_LINKS[kind]
        self.targets = list(targets)
        self.spared = self.targets if kind == "products" else []
        self.after = 0

    def next(self, limit: int) -> list[Row]:
        locked = db.fetch(
            "SELECT id, uuid::text, identifier, parent_id FROM product WHERE id IN"  # noqa: S608  # own name
            f" (SELECT owner_id FROM {self.table} WHERE target_id = ANY(%b) AND owner_id > %b"
            " AND owner_id <> ALL(%b)) ORDER BY id LIMIT %b FOR NO KEY UPDATE",
            [self.targets, self.after, self.spared, limit],
        )
        if locked:
            self.after = locked[-1][0]
        return with_documents(locked)


class ModelOwners:
    """As ProductOwners, of models."""

    def __init__(self, kind: Kind, targets: Collection[int]) -> None:
        self.table = MODEL_LINKS[kind]
        self.targets = list(targets)
        self.spared = self.targets if kind == "product_models" else []
        self.after = 0

    def next(self, limit: int) -> list[ModelRow]:
        locked = db.fetch(
            "SELECT id FROM product_model WHERE id IN"  # noqa: S608  # own name
            f" (SELECT owner_id FROM {self.table} WHERE target_id = ANY(%b) AND owner_id > %b"
            " AND owner_id <> ALL(%b)) ORDER BY id LIMIT %b FOR NO KEY UPDATE",
            [self.targets, self.after, self.spared, limit],
        )
        if locked:
            self.after = locked[-1][0]
        return read_models([id for (id,) in locked])
