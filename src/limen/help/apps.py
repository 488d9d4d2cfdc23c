from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "limen.help"
    label = "help"
