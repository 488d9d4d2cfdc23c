from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "limen.audit"
    label = "audit"
