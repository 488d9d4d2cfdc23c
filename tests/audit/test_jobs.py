"""What the worker does for the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from limen.accounts.rules import SYSTEM
from limen.audit.jobs import forget_old_entries
from limen.events import operations, queries
from limen.events.operations import Happening
from limen.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def aged() -> None:
    for days in (100, 5000):
        operations.record(
            Happening("user.deleted", f"user:of_{days}"), by=SYSTEM, now=clock.now() - timedelta(days=days)
        )


def left() -> list[str]:
    return [event.subject for event in queries.audit_all(queries.AuditFilter())]


@pytest.mark.parametrize(
    ("days", "stay"),
    [(365, ["user:of_100"]), (99, []), (0, ["user:of_5000", "user:of_100"])],
)
def test_entries_are_kept_for_as_many_days_as_the_setting_says(settings: Any, days: int, stay: list[str]) -> None:
    settings.LIMEN_AUDIT_DAYS = days
    forget_old_entries.func(0)
    forget_old_entries.func(0)
    assert left() == stay
