from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "limen.kit"
    label = "kit"
