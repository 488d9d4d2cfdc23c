"""Removing parts of the structure came after the roles: administrators get it, and can give it to others."""

from __future__ import annotations

from typing import Any

from django.db import migrations

ENTITIES = (
    "association_type",
    "attribute",
    "attribute_group",
    "attribute_option",
    "category",
    "channel",
    "family",
    "family_variant",
    "measurement_family",
)


def give(apps: Any, schema_editor: Any) -> None:
    for role in apps.get_model("accounts", "Role").objects.filter(code="ROLE_ADMINISTRATOR"):
        role.permissions = sorted({*role.permissions, *(f"pim_api_{entity}_remove" for entity in ENTITIES)})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_permissions")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
