"""Counting changes: the numbers by which snapshots know that they are old."""

from __future__ import annotations

from django.db import connection


def new_version() -> int:
    """Draw the version of the change being made, in its transaction and under its lock. 1 statement.

    Rows written by the change carry it as their `revision`.
    """
    return _draw(
        "UPDATE structure_version SET version = nextval('structure_version_sequence'),"
        # A process that has missed more changes than the trail is long reads everything anew.
        " trail = (version || trail)[1:200] WHERE id = 1 RETURNING version"
    )


def new_options_version() -> int:
    """As `new_version`, for a change of attribute options alone."""
    return _draw(
        "UPDATE structure_version SET options_version = nextval('structure_version_sequence')"
        " WHERE id = 1 RETURNING options_version"
    )


def _draw(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        (number,) = cursor.fetchone()
    return int(number)
