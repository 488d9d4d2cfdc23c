"""The two stores that lists and searches read: products and product models, in tables of the same shapes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Store:
    """`code` is the column of the folded code or identifier; `owner` what the narrow tables call the id."""

    table: str
    code: str
    owner: str
    texts: str
    longs: str
    numbers: str
    categories: str


PRODUCTS = Store(
    table="product",
    code="identifier_key",
    owner="product_id",
    texts="product_idx_text",
    longs="product_long_text",
    numbers="product_idx_num",
    categories="product_category",
)
MODELS = Store(
    table="product_model",
    code="code_key",
    owner="model_id",
    texts="product_model_idx_text",
    longs="product_model_long_text",
    numbers="product_model_idx_num",
    categories="product_model_category",
)
