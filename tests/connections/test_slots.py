"""B18 of the contract: calls of a connection at the same time."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.connections import operations
from limen.connections.models import Connection
from limen.connections.rules import Limits
from limen.kit import clock
from tests.factories.connections import make_connection, token_for

PATH = "/api/rest/v1/currencies"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("installed")]


def hold(limit: int | None) -> None:
    operations.set_limits(code="erp", limits=Limits(concurrent_calls=limit), by=SYSTEM, now=clock.now())


def call(token: str, path: str = PATH) -> Any:
    return Client(headers={"authorization": f"Bearer {token}"}).get(path)


class Elsewhere:
    """Holds slots of a connection in a session of its own, as another process in the midst of calls does."""

    def __init__(self, code: str, slots: int) -> None:
        self._id = Connection.objects.get(code=code).id
        self._slots = slots
        self._held, self._leave = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Elsewhere:
        self._thread.start()
        assert self._held.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._leave.set()
        self._thread.join(10)
        # The server hears of the end a moment later; only then are the slots free.
        deadline = time.monotonic() + 10
        while self._is_there() and time.monotonic() < deadline:
            time.sleep(0.01)

    def _is_there(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [self._session])
            return cursor.fetchone() is not None

    def _run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (self._session,) = cursor.fetchone()
                for slot in range(self._slots):
                    cursor.execute("SELECT pg_advisory_lock(%s)", [(0x4C53 << 48) + (self._id << 12) + slot])
            self._held.set()
            self._leave.wait(10)
        finally:
            # Without giving anything back: so does a process that dies.
            connection.close()


class TestCallsAtTheSameTime:
    def test_one_too_many_is_429_with_retry_after(self) -> None:
        token = token_for(make_connection(code="erp", role="administrator"))
        hold(2)
        with Elsewhere("erp", 1):
            assert call(token).status_code == 200
        with Elsewhere("erp", 2):
            answer = call(token)
            assert (answer.status_code, answer["Retry-After"]) == (429, "1")
            assert "2 calls" in answer.json()["message"]

    def test_a_process_that_dies_leaves_no_slot_behind(self) -> None:
        token = token_for(make_connection(code="erp", role="administrator"))
        hold(1)
        with Elsewhere("erp", 1):
            assert call(token).status_code == 429
        assert call(token).status_code == 200

    def test_a_slot_is_given_back_however_a_call_ends(self) -> None:
        token = token_for(make_connection(code="erp", role="administrator"))
        hold(1)
        assert call(token).status_code == 200
        assert call(token, f"{PATH}/none").status_code == 404
        assert call(token, f"{PATH}?search[x]=1").status_code == 400
        assert held() == 0

    def test_other_connections_are_not_held_to_it(self) -> None:
        make_connection(code="erp", role="administrator")
        shop = token_for(make_connection(code="shop", role="administrator"))
        hold(1)
        with Elsewhere("erp", 1):
            assert call(shop).status_code == 200

    def test_it_is_off_by_default_and_can_be_taken_away(self) -> None:
        new = make_connection(code="erp", role="administrator")
        assert Connection.objects.get().concurrent_calls is None
        token = token_for(new)
        hold(1)
        with Elsewhere("erp", 1):
            assert call(token).status_code == 429
            hold(None)
            assert call(token).status_code == 200

    def test_a_refused_call_does_not_count_for_the_minute(self) -> None:
        token = token_for(make_connection(code="erp", role="administrator"))
        limits = Limits(concurrent_calls=1, calls_per_minute=5)
        operations.set_limits(code="erp", limits=limits, by=SYSTEM, now=clock.now())
        with Elsewhere("erp", 1):
            assert call(token).status_code == 429
        assert call(token)["X-RateLimit-Remaining"] == "4"

    def test_it_costs_two_statements_and_none_without_a_limit(self, count_queries: Any) -> None:
        token = token_for(make_connection(code="erp", role="administrator"))
        [call(token) for _ in range(2)]
        with count_queries(2):
            call(token)
        hold(3)
        call(token)
        with count_queries(4):
            call(token)


def held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE d.datname = current_database() AND locktype = 'advisory' AND classid::int8 >> 16 = %s",
            [0x4C53],
        )
        return int(cursor.fetchone()[0])
