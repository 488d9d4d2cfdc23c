"""Permissions that came after the roles: those who had the whole of something keep the whole of it."""

from __future__ import annotations

from typing import Any

from django.db import migrations

MANAGE_CONNECTIONS = "akeneo_connectivity_connection_manage_settings"
OF_CONNECTIONS = {
    "limen_connection_view",
    "limen_connection_credentials",
    "limen_connection_rights",
    "limen_connection_monitoring",
}
OF_THE_ADMINISTRATOR = {
    "limen_audit_log",
    *(
        f"pim_user_{entity}_{action}"
        for entity in ("user", "role", "group")
        for action in ("index", "create", "edit", "remove")
    ),
}


def give(apps: Any, schema_editor: Any) -> None:
    for role in apps.get_model("accounts", "Role").objects.all():
        given = set(role.permissions)
        if MANAGE_CONNECTIONS in given:
            given |= OF_CONNECTIONS
        if role.code == "ROLE_ADMINISTRATOR":
            given |= OF_THE_ADMINISTRATOR
        role.permissions = sorted(given)
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users_roles_groups")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
