from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "limen.products"
    label = "products"
