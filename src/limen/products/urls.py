"""The screens of products."""

from __future__ import annotations

from django.urls import path

from limen.products import views

app_name = "products"
urlpatterns = [
    path("products", views.product_grid, name="grid"),
    path("products/<uuid:uuid>", views.product_attributes, name="product"),
    path("products/<uuid:uuid>/categories", views.product_categories, name="product-categories"),
    path("products/<uuid:uuid>/associations", views.product_associations, name="product-associations"),
    path("products/<uuid:uuid>/history", views.product_history, name="product-history"),
    path("product-models", views.model_grid, name="models"),
    # A code may hold slashes.
    path("product-models/<path:code>", views.product_model, name="model"),
    path("media/<path:code>", views.media_file, name="media"),
]
