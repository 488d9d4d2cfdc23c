"""Recording what happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from limen.accounts.rules import Caller
from limen.events import operations, queries
from limen.events.operations import Happening
from limen.kit import clock

NOW = datetime(2026, 3, 29, 8, 30, tzinfo=UTC)
HOUR = NOW.replace(minute=0)
NEXT = NOW.replace(hour=9, minute=0)

pytestmark = pytest.mark.django_db


def erp(connection_id: int | None = 7) -> Caller:
    return Caller(1, "erp_0001", "My ERP", "api", frozenset(), author_connection_id=connection_id)


class TestRecordMany:
    def test_an_event_keeps_its_author_as_text(self) -> None:
        operations.record(Happening("product.created", "product:1"), by=erp(), now=NOW)
        event = queries.history("product:1")[0]
        assert (event.author, event.author_name, event.author_kind) == ("erp_0001", "My ERP", "api")
        assert event.at == NOW

    def test_history_is_newest_first_and_pages_by_id(self) -> None:
        for kind in ("product.created", "product.updated", "product.deleted"):
            operations.record(Happening(kind, "product:1"), by=erp(), now=NOW)
        first = queries.history("product:1", limit=2)
        assert [event.kind for event in first] == ["product.deleted", "product.updated"]
        assert [event.kind for event in queries.history("product:1", before=first[-1].id)] == ["product.created"]

    def test_created_and_updated_products_are_counted_for_the_authors_connection(self) -> None:
        happenings = [Happening("product.created", "product:1"), Happening("product.updated", "product:1")]
        operations.record_many(happenings, by=erp(), now=NOW)
        operations.record_many(happenings[1:], by=erp(), now=NOW)
        assert _count("product.created") == 1
        assert _count("product.updated") == 2

    def test_other_kinds_are_not_counted(self) -> None:
        operations.record(Happening("product.deleted", "product:1"), by=erp(), now=NOW)
        assert _count("product.deleted") == 0

    def test_a_person_is_not_counted(self) -> None:
        operations.record(Happening("product.created", "product:1"), by=erp(None), now=NOW)
        assert _count("product.created") == 0

    def test_a_hundred_cost_as_many_statements_as_one(self, count_queries: Any) -> None:
        happenings = [Happening("product.created", f"product:{number}") for number in range(100)]
        with count_queries(2):
            operations.record_many(happenings, by=erp(), now=NOW)
        with count_queries(0):
            operations.record_many([], by=erp(), now=NOW)


class TestTally:
    def test_counts_of_one_hour_add_up(self) -> None:
        operations.tally({"product.read": 10}, 7, now=NOW)
        operations.tally({"product.read": 5}, 7, now=NOW.replace(minute=59))
        operations.tally({"product.read": 1}, 7, now=NEXT)
        found = queries.hour_counts("product.read", [7], start=HOUR, end=NEXT)
        assert [(one.hour, one.count) for one in found] == [(HOUR, 15)]

    def test_nothing_read_writes_nothing(self, count_queries: Any) -> None:
        with count_queries(0):
            operations.tally({"product.read": 0}, 7, now=NOW)


def _count(kind: str) -> int:
    return sum(one.count for one in queries.hour_counts(kind, [7], start=HOUR, end=NEXT))


class TestForgetTallies:
    def test_only_hours_before_the_moment_are_forgotten(self) -> None:
        operations.tally({"product.read": 1}, 7, now=NOW)
        operations.tally({"product.read": 2}, 7, now=NEXT)
        assert operations.forget_tallies(before=NEXT) == 1
        assert [
            one.count for one in queries.hour_counts("product.read", [7], start=HOUR, end=NEXT.replace(hour=10))
        ] == [2]


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement", ["UPDATE event SET author = 'nobody'", "DELETE FROM event", "DELETE FROM event WHERE false"]
    )
    def test_the_database_itself_refuses_to_change_or_delete_an_event(self, statement: str) -> None:
        operations.record(Happening("connection.deleted", "connection:erp"), by=erp(), now=NOW)
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
        assert [event.author for event in queries.history("connection:erp")] == ["erp_0001"]


class TestForgetAudited:
    def test_old_audit_entries_go_and_younger_ones_stay(self) -> None:
        now = clock.now()
        for days in (400, 366, 364, 0):
            happening = Happening("connection.updated", f"connection:of_{days}")
            operations.record(happening, by=erp(), now=now - timedelta(days=days))
        assert operations.forget_audited(before=now - timedelta(days=365)) == 2
        assert [event.subject for event in queries.audit_all(queries.AuditFilter())] == [
            "connection:of_0",
            "connection:of_364",
        ]

    @pytest.mark.parametrize("subject", ["product:1", "attribute:user", "media_file:role", "demo", "users:1"])
    def test_what_is_no_audit_entry_stays_whatever_its_age(self, subject: str) -> None:
        operations.record(Happening("product.updated", subject), by=erp(), now=NOW - timedelta(days=4000))
        assert operations.forget_audited(before=clock.now() - timedelta(days=31)) == 0
        assert len(queries.history(subject)) == 1

    def test_the_database_refuses_to_forget_the_last_thirty_days(self) -> None:
        operations.record(Happening("user.deleted", "user:julia"), by=erp(), now=NOW)
        with pytest.raises(IntegrityError, match="last 30 days"), transaction.atomic():
            operations.forget_audited(before=clock.now() - timedelta(days=29))
        assert len(queries.history("user:julia")) == 1

    def test_the_guard_is_up_again_afterwards(self) -> None:
        operations.record(Happening("user.deleted", "user:julia"), by=erp(), now=clock.now())
        operations.forget_audited(before=clock.now() - timedelta(days=31))
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM event")

    def test_even_the_job_changes_nothing(self) -> None:
        operations.record(Happening("user.deleted", "user:julia"), by=erp(), now=NOW)
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("SELECT set_config('limen.forgetting', 'on', true)")
            cursor.execute("UPDATE event SET author = 'nobody'")
