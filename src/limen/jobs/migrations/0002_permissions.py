"""Seeing the jobs came after the roles: administrators get it, and can give it to others."""

from __future__ import annotations

from typing import Any

from django.db import migrations

NEW = {"pim_enrich_job_tracker_index", "pim_enrich_job_tracker_edit"}


def give(apps: Any, schema_editor: Any) -> None:
    for role in apps.get_model("accounts", "Role").objects.filter(code="ROLE_ADMINISTRATOR"):
        role.permissions = sorted({*role.permissions, *NEW})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_runs"), ("accounts", "0003_structure_removal")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
