"""The products' part of the API, below /api/rest/v1/."""

from __future__ import annotations

from django.urls import path, register_converter

from limen.kit.http.endpoint import methods
from limen.media import api as media_api
from limen.products.api import product_models as models_api
from limen.products.api import products as api


class UuidText:
    """A uuid in any case, kept as text; a path with anything else there is no route."""

    regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> str:
        return value.lower()

    def to_url(self, value: str) -> str:
        return value


register_converter(UuidText, "uuidtext")

urlpatterns = [
    # Reading files is the room media's part; uploading one sets the value of a product.
    path("media-files", methods(GET=media_api.list_media_files, POST=api.create_media_file)),
    path(
        "products",
        methods(GET=api.list_products, POST=api.create_product, PATCH=api.upsert_products),
    ),
    # An identifier may hold slashes and whatever else.
    path(
        "products/<path:code>",
        methods(GET=api.get_product, PATCH=api.patch_product, DELETE=api.delete_product),
    ),
    path(
        "products-uuid",
        methods(GET=api.list_products_by_uuid, POST=api.create_product_by_uuid, PATCH=api.upsert_products_by_uuid),
    ),
    path("products-uuid/search", methods(POST=api.search_products_by_uuid)),
    path(
        "products-uuid/<uuidtext:uuid>",
        methods(GET=api.get_product_by_uuid, PATCH=api.patch_product_by_uuid, DELETE=api.delete_product_by_uuid),
    ),
    path(
        "product-models",
        methods(GET=models_api.list_models, POST=models_api.create_model, PATCH=models_api.upsert_models),
    ),
    path(
        "product-models/<path:code>",
        methods(GET=models_api.get_model, PATCH=models_api.patch_model, DELETE=models_api.delete_model),
    ),
]
