from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "limen.media"
    label = "media"
