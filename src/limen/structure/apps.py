from django.apps import AppConfig


class StructureConfig(AppConfig):
    name = "limen.structure"
    label = "structure"
