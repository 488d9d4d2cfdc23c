from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "limen.connections"
    label = "connections"
