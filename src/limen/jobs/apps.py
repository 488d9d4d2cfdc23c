from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "limen.jobs"
    label = "jobs"
