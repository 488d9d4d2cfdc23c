from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "limen.events"
    label = "events"
