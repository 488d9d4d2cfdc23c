"""The tables that products and models both have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limen.kit import db
from limen.products.queries.pointing import MODEL_LINKS, PRODUCT_LINKS
from limen.products.rules.links import Kind


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that products and models both have, with their columns; `links` by the kind of the target."""

    item: str
    sequence: str
    key: str
    links: Mapping[Kind, str]
    document: db.Columns
    category: db.Columns
    axes: db.Columns
    text: db.Columns
    number: db.Columns
    index_of: db.Columns

    def named(self, name: str) -> str:
        return f"{self.item}_{name}"

    @classmethod
    def of(cls, item: str, key: str, links: Mapping[Kind, str]) -> Tables:
        own = {key: "int8"}
        return cls(
            item,
            f"{item}_id_seq",
            key,
            links,
            document={**own, "doc": "text", "associations": "text", "quantified": "text", "own": "text"},
            category={"category_id": "int8", **own},
            axes={"parent_id": "int8", "axes_key": "text", **own},
            text={"key": "int4", "value": "text", **own},
            number={"key": "int4", "value": "float8", **own},
            index_of={**own, "key": "int4"},
        )


PRODUCTS = Tables.of("product", "product_id", PRODUCT_LINKS)
MODELS = Tables.of("product_model", "model_id", MODEL_LINKS)
INDEX_OF, NUMBER = PRODUCTS.index_of, PRODUCTS.number
