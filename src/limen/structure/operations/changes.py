"""What every change of the structure has in common: its transaction and its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from limen.events.operations import Happening
from limen.kit.errors import Invalid, Violation
from limen.structure.queries import snapshot_kept


def being_removed() -> Invalid:
    message = "This code is still being removed from products. Try again when that is done."
    return Invalid([Violation("code", "code.being_removed", message)])


@contextmanager
def one_change(is_being_removed: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """One transaction. A unique index that was quicker than the rule gives the rule's refusal.

    `is_being_removed` is asked then, whether a removal that is not clean yet holds the code.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if not constraint.endswith("_code_unique"):
            raise
        if is_being_removed():
            raise being_removed() from None
        raise Invalid([Violation("code", "code.taken", "This code is already used.")]) from None


@contextmanager
def rehearsal(dry_run: bool) -> Iterator[None]:
    """With `dry_run` everything within is done, and taken back at the end: what was answered is no guess.

    Later changes see the earlier ones, as they would in earnest. Nobody else writes the structure until the end.
    """
    if not dry_run:
        yield
        return
    with snapshot_kept(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def new_version(*, forget: bool = False) -> int:
    """Draw the version of the change being made, in its transaction and under its lock. 1 statement.

    Rows written by the change carry it as their `revision`: it is how snapshots know that they are old. A deleted
    row cannot tell: `forget` the trail, and every process reads everything anew.
    """
    # A process that has missed more changes than the trail is long reads everything anew, too.
    trail = "'{}'" if forget else "(version || trail)[1:200]"
    return _draw(
        f"UPDATE structure_version SET version = nextval('structure_version_sequence'), trail = {trail}"  # noqa: S608
        " WHERE id = 1 RETURNING version"
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


def updated(resource: str, code: str, changes: Mapping[str, tuple[Any, Any]]) -> Happening:
    """Say what changed of a record: property → (before, after)."""
    told = [{"path": path, "before": before, "after": after} for path, (before, after) in changes.items()]
    return Happening(f"{resource}.updated", f"{resource}:{code}", orjson.dumps({"changes": told}).decode())
