"""Reading the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from limen.accounts.rules import Caller
from limen.events import operations, queries
from limen.events.operations import Happening
from limen.events.queries import AuditFilter

NOW = datetime(2026, 3, 29, 8, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def caller(name: str) -> Caller:
    return Caller(1, name.lower(), f"{name} Jones", "user", frozenset())


def happen(kind: str, subject: str, *, by: str = "Julia", at: datetime = NOW) -> None:
    operations.record(Happening(kind, subject), by=caller(by), now=at)


def subjects(wanted: AuditFilter, **others: Any) -> list[str]:
    return [event.subject for event in queries.audit(wanted, **others).events]


class TestAudit:
    def test_holds_what_was_done_to_connections_roles_users_and_user_groups_alone(self) -> None:
        for subject in (
            "product:1",
            "connection:erp",
            "attribute:name",
            "group:shoes",
            "user_group:All",
            "role:USER",
            "user:ada",
            "demo",
        ):
            happen("x.created", subject)
        assert subjects(AuditFilter()) == ["user:ada", "role:USER", "user_group:All", "connection:erp"]

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (AuditFilter(author="JUL"), ["connection:erp_2", "connection:erp"]),
            (AuditFilter(author="mary jones"), ["user:erp:x"]),
            (AuditFilter(area="user"), ["user:erp:x"]),
            (AuditFilter(kind="connection.deleted"), ["connection:erp_2"]),
            (AuditFilter(subject="ERP"), ["user:erp:x", "connection:erp_2", "connection:erp"]),
            (AuditFilter(subject="connection:erp"), ["connection:erp"]),
            (AuditFilter(subject="connection"), []),
            (AuditFilter(subject="%"), []),
            (AuditFilter(start=NOW), ["user:erp:x", "connection:erp_2"]),
            (AuditFilter(end=NOW), ["connection:erp"]),
            (AuditFilter(author="julia", area="connection", start=NOW), ["connection:erp_2"]),
        ],
    )
    def test_is_filtered(self, wanted: AuditFilter, found: list[str]) -> None:
        happen("connection.created", "connection:erp", at=NOW - timedelta(seconds=1))
        happen("connection.deleted", "connection:erp_2")
        happen("user.created", "user:erp:x", by="Mary")
        assert subjects(wanted) == found

    def test_goes_forth_and_back_by_pages(self, count_queries: Any) -> None:
        for number in range(5):
            happen("user.created", f"user:{number}")
        first = queries.audit(AuditFilter(), limit=2)
        assert ([one.subject for one in first.events], first.previous) == (["user:4", "user:3"], None)
        second = queries.audit(AuditFilter(), after=first.next, limit=2)
        last = queries.audit(AuditFilter(), after=second.next, limit=2)
        assert ([one.subject for one in last.events], last.next) == (["user:0"], None)
        with count_queries(1):
            back = queries.audit(AuditFilter(), before=last.previous, limit=2)
        assert [one.subject for one in back.events] == ["user:2", "user:1"]
        assert back.next
        first_again = queries.audit(AuditFilter(), before=back.previous, limit=2)
        assert (first_again.events, first_again.previous) == (first.events, None)

    def test_all_of_it_is_read_in_portions(self, count_queries: Any) -> None:
        for number in range(5):
            happen("user.created", f"user:{number}")
        with count_queries(3):
            found = [one.subject for one in queries.audit_all(AuditFilter(), portion=2)]
        assert found == [f"user:{number}" for number in (4, 3, 2, 1, 0)]

    @pytest.mark.parametrize("wanted", [AuditFilter(), AuditFilter(area="user"), AuditFilter(author="julia")])
    def test_is_found_by_its_own_index(self, wanted: AuditFilter) -> None:
        # The condition asked for must be the index's own, or the planner cannot use it.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        plan = queries._audited(wanted).order_by("-id")[:50].explain()
        # One area has an index of its own, which the feed of changes is read by.
        assert "event_audited" in plan or (wanted.area and "event_area_id" in plan)
