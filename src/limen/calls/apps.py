from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "limen.calls"
    label = "calls"
