"""What a command does before its own work: settings, database, Django."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from limen.config.embedded import start_embedded
from limen.config.env import read_settings

P = ParamSpec("P")
T = TypeVar("T")


def set_up(*, database: bool = True) -> dict[str, Any]:
    """Read the settings, start or join the embedded server when it is used, and load Django."""
    values = read_settings(os.environ)
    if database and not values["LIMEN_DATABASE_URL"]:
        start_embedded(values["LIMEN_DATA_DIR"])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings")
    import django

    django.setup()
    return values


def with_database(command: Callable[P, T]) -> Callable[P, T]:
    """Decorate a command that works on a migrated database."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        set_up()
        refuse_unmigrated()
        return command(*args, **kwargs)

    return run


def refuse_unmigrated() -> None:
    from click import ClickException

    if pending_migrations():
        raise ClickException("The database is older than this version of Limen. Run `limen migrate` first.")


def pending_migrations() -> list[str]:
    """Give the names of migrations that have not run ("products.0001_store")."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
