"""The feed of changes: what a connector that follows it gets, and that it gets all of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.events import operations, queries
from limen.events.operations import Happening
from limen.kit import clock
from limen.kit.http import endpoint
from limen.products import operations as products
from tests.factories.products import change_product, make_product
from tests.factories.structure import make_family

NOW = datetime(2026, 3, 29, 8, 30, tzinfo=UTC)
PRODUCTS = ["product"]


@pytest.fixture(autouse=True)
def _callers(settings: Any) -> Iterator[None]:
    settings.LIMEN_API_AUTHENTICATOR = "tests.products.callers.authenticate"
    endpoint._authenticator.cache_clear()
    yield
    endpoint._authenticator.cache_clear()


class Feed:
    """Follows the feed as a connector does."""

    def __init__(self, permissions: str = "everything") -> None:
        self.client = Client(headers={"authorization": f"Bearer {permissions}"})

    def ask(self, **params: Any) -> Any:
        return self.client.get("/api/limen/v1/changes", params)

    def items(self, **params: Any) -> list[dict[str, Any]]:
        answer = self.ask(**params)
        assert answer.status_code == 200, answer.content
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def now(self) -> str:
        cursor: str = self.ask(after="now").json()["next"]
        return cursor


def record(*subjects: str, kind: str = "updated", now: datetime | None = None, data: Any = None) -> None:
    text = orjson.dumps(data or {}).decode()
    happenings = [Happening(f"{subject.partition(':')[0]}.{kind}", subject, text) for subject in subjects]
    operations.record_many(happenings, by=SYSTEM, now=now or clock.now())


@pytest.mark.usefixtures("installed")
class TestAnswer:
    def test_a_product_from_its_creation_to_its_end(self) -> None:
        make_family("luminaires")
        start = Feed().now()
        uuid = make_product("desk-one", "luminaires", now=clock.now())
        change_product(uuid, values={"sku": "desk-two"}, now=clock.now())
        products.delete_product(flavour="uuid", key=uuid, by=SYSTEM, now=clock.now())
        created, renamed, deleted = Feed().items(resource="products", after=start)
        assert created["operation"] == "created"
        assert (created["resource"], created["uuid"], created["identifier"]) == ("product", uuid, "desk-one")
        assert created["actor"] == "system" and datetime.fromisoformat(created["at"]).tzinfo is not None
        assert (renamed["operation"], renamed["identifier"], renamed["previous_identifier"]) == (
            "updated",
            "desk-two",
            "desk-one",
        )
        assert renamed["changed"] == ["identifier"]
        assert created["seq"] < renamed["seq"] < deleted["seq"]

    def test_case_277_a_deleted_product_is_told_with_all_that_identified_it(self) -> None:
        make_family("luminaires")
        uuid = make_product("desk-one", "luminaires", categories=["master"], now=clock.now())
        start = Feed().now()
        products.delete_product(flavour="uuid", key=uuid, by=SYSTEM, now=clock.now())
        (item,) = Feed().items(resource="products", after=start)
        told = {"operation", "uuid", "identifier", "family", "categories"}
        assert {key: item[key] for key in told} == {
            "operation": "deleted",
            "uuid": uuid,
            "identifier": "desk-one",
            "family": "luminaires",
            "categories": ["master"],
        }

    def test_10_3_both_addresses_give_the_same_feed(self) -> None:
        start = Feed().now()
        record("product:1", "family:a")
        beside = Feed().client.get("/api/rest/v1/limen/changes", {"after": start, "resource": "products", "limit": 5})
        assert beside.status_code == 200
        assert beside.json() == Feed().ask(after=start, resource="products", limit=5).json()
        assert [list(item) for item in beside.json()["items"]] == [
            ["seq", "resource", "uuid", "identifier", "operation", "changed", "at", "actor"]
        ]

    def test_the_structure_is_followed_by_the_same_feed(self) -> None:
        start = Feed().now()
        record("attribute:finish", kind="created")
        record("attribute_option:finish:steel", kind="deleted")
        seen = Feed().items(resource="attributes,attribute-options", after=start)
        assert {"resource": "attribute", "code": "finish", "operation": "created"}.items() <= seen[0].items()
        assert {"attribute": "finish", "code": "steel", "operation": "deleted"}.items() <= seen[-1].items()

    def test_a_renamed_model_is_told_with_the_code_before(self) -> None:
        start = Feed().now()
        data = {"code": "helios", "changes": [{"path": "code", "before": "orbit", "after": "helios"}]}
        record("product_model:helios", data=data)
        (item,) = Feed().items(resource="product-models", after=start)
        assert (item["code"], item["previous_code"], item["changed"]) == ("helios", "orbit", ["code"])

    def test_pages_follow_each_other_until_there_is_no_more(self) -> None:
        cursor = Feed().now()
        record(*(f"product:{number}" for number in range(7)))
        seen: list[str] = []
        for rest in (True, True, False):
            page = Feed().ask(resource="products", after=cursor, limit=3).json()
            seen += [item["uuid"] for item in page["items"]]
            cursor = page["next"]
            assert page["has_more"] is rest
        assert seen == [str(number) for number in range(7)]
        assert Feed().ask(after=cursor).json() == {"items": [], "next": cursor, "has_more": False}

    def test_resources_are_read_in_one_order(self) -> None:
        cursor = Feed().now()
        record("product:1", "family:a", "product:2", "attribute:b", "user:julia", "connection:erp")
        assert [one["resource"] for one in Feed().items(after=cursor)] == ["product", "family", "product", "attribute"]

    def test_a_cursor_of_nothing_new_moves_on_so_that_little_is_read_next_time(self) -> None:
        cursor = Feed().now()
        record("product:1")
        page = Feed().ask(resource="families", after=cursor).json()
        assert page["items"] == [] and page["next"] != cursor

    def test_without_a_cursor_it_begins_at_the_oldest_that_is_kept(self) -> None:
        old = clock.now() - timedelta(days=settings.LIMEN_CHANGES_DAYS + 1)
        record(*(f"product:old{number}" for number in range(20)), now=old)
        record(*(f"product:{number}" for number in range(20)))
        assert [item["uuid"] for item in Feed().items(resource="products")] == [str(number) for number in range(20)]

    def test_it_costs_the_same_whatever_is_read(self, count_queries: Any) -> None:
        record(*(f"product:{number}" for number in range(200)))
        for limit in (1, 200):
            with count_queries(2):
                queries.changes(PRODUCTS, after=0, limit=limit)

    def test_it_counts_as_no_read(self) -> None:
        record("product:1")
        Feed("destination").items(resource="products")
        assert queries.hour_counts("product.read", [7002], start=NOW.replace(year=2020), end=clock.now()) == []


@pytest.mark.usefixtures("installed")
class TestRefusals:
    def test_a_cursor_that_is_too_old_is_gone(self) -> None:
        cursor = Feed().now()
        record("product:1", now=clock.now() - timedelta(days=settings.LIMEN_CHANGES_DAYS + 1))
        answer = Feed().ask(resource="products", after=cursor)
        assert answer.status_code == 410
        assert "90 days" in answer.json()["message"] and "after=now" in answer.json()["message"]

    def test_an_old_cursor_that_has_missed_nothing_is_still_good(self) -> None:
        cursor = Feed().now()
        record("family:1", now=clock.now() - timedelta(days=settings.LIMEN_CHANGES_DAYS + 1))
        record("product:1")
        assert [one["uuid"] for one in Feed().items(resource="products", after=cursor)] == ["1"]

    def test_a_cursor_from_before_the_database_was_set_back(self) -> None:
        record("product:1")
        cursor = Feed().now()
        with connection.cursor() as cursor_:
            cursor_.execute("SELECT setval('event_id_seq', currval('event_id_seq') - 1)")
        answer = Feed().ask(after=cursor)
        assert answer.status_code == 410 and "set back" in answer.json()["message"]

    @pytest.mark.parametrize("after", ["x", "é", "AAAA", "Y2hhbmdlczo", "9" * 50])
    def test_what_is_no_cursor(self, after: str) -> None:
        assert Feed().ask(after=after).status_code == 422

    @pytest.mark.parametrize(
        "params", [{"limit": 1001}, {"limit": 0}, {"resource": "people"}, {"resource": "products,"}]
    )
    def test_limits_and_resources(self, params: dict[str, Any]) -> None:
        assert Feed().ask(**params).status_code == 422

    def test_each_resource_asks_for_the_permission_of_its_list(self) -> None:
        start = Feed().now()
        record("product:1", "family:a", "media_file:x")
        assert Feed("pim_api_family_list").ask(resource="products").status_code == 403
        seen = Feed("pim_api_family_list").items(after=start)
        assert [one["resource"] for one in seen] == ["family", "media_file"]


class TestWriters:
    """Real transactions that overlap, each in a thread with a connection of its own."""

    @pytest.fixture(autouse=True)
    def database(self, transactional_db: None) -> Iterator[None]:
        yield

    def read_all(self, after: int) -> tuple[list[str], int]:
        seen: list[str] = []
        while True:
            page = queries.changes(PRODUCTS, after=after, limit=5)
            seen += [event.subject for event in page.events]
            after = page.last
            if not page.has_more:
                return seen, after

    def in_thread(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def test_what_commits_late_is_read_and_nothing_before_it_is_lost(self) -> None:
        written, go_on = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                record("product:slow")
                written.set()
                go_on.wait(10)

        record("product:before")
        thread = self.in_thread(slow)
        assert written.wait(10)
        record("product:fast")
        seen, position = self.read_all(0)
        # The fast one is committed, and is to come after the slow one, which is not.
        assert seen == ["product:before"]
        go_on.set()
        thread.join(10)
        seen, _ = self.read_all(position)
        assert seen == ["product:slow", "product:fast"]

    def test_a_transaction_that_writes_no_events_holds_nobody_up(self) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                begun.set()
                go_on.wait(10)

        thread = self.in_thread(slow)
        assert begun.wait(10)
        record("product:1")
        assert self.read_all(0)[0] == ["product:1"]
        go_on.set()
        thread.join(10)

    def test_one_that_is_rolled_back_or_killed_leaves_no_gap_that_anybody_waits_for(self) -> None:
        def killed() -> None:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                record("product:killed")
            # As a process that dies: the session ends in the middle of its transaction.
            connection.close()

        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record("product:undone")
            raise ZeroDivisionError
        self.in_thread(killed).join(10)
        record("product:1")
        # The server needs a moment to notice that a session is gone.
        for _ in range(1000):
            seen = self.read_all(0)[0]
            if seen:
                break
            time.sleep(0.01)
        assert seen == ["product:1"]

    def test_a_savepoint_that_is_rolled_back_takes_its_announcement_back(self) -> None:
        position, go_on, written = queries.settled().last, threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                with pytest.raises(ZeroDivisionError), transaction.atomic():
                    record("product:undone")
                    raise ZeroDivisionError
                record("product:done")
                written.set()
                go_on.wait(10)

        thread = self.in_thread(slow)
        assert written.wait(10)
        record("product:after")
        assert self.read_all(position)[0] == []
        go_on.set()
        thread.join(10)
        assert self.read_all(position)[0] == ["product:done", "product:after"]

    def test_readers_beside_many_writers_see_everything_once_and_in_one_order(self) -> None:
        writers, rounds, position, done = 6, 40, queries.settled().last, threading.Event()
        seen: list[list[str]] = [[], []]

        def write(writer: int) -> None:
            chance = random.Random(writer)
            for turn in range(rounds):
                with transaction.atomic():
                    record(*(f"product:{writer}-{turn}-{part}" for part in range(chance.randint(1, 3))))
                    with connection.cursor() as cursor:
                        # Some hold their ids for long, so that others commit past them.
                        cursor.execute("SELECT pg_sleep(%s)", [chance.choice((0, 0, 0.002, 0.01))])
                    record(f"product:{writer}-{turn}-last")

        def read(into: list[str]) -> None:
            after, last_round = position, False
            while True:
                page, after = self.read_all(after)
                into += page
                if last_round:
                    return
                last_round = done.is_set()

        readers = [self.in_thread(lambda into=into: read(into)) for into in seen]
        threads = [self.in_thread(lambda writer=writer: write(writer)) for writer in range(writers)]
        for thread in threads:
            thread.join(60)
        done.set()
        for thread in readers:
            thread.join(60)
        subjects = [event.subject for event in queries.changes(PRODUCTS, after=position, limit=10_000).events]
        assert Counter(subjects).most_common(1)[0][1] == 1
        assert sum(subject.endswith("-last") for subject in subjects) == writers * rounds
        assert seen == [subjects, subjects]
        for writer in range(writers):
            turns = [int(subject.split("-")[1]) for subject in subjects if subject.startswith(f"product:{writer}-")]
            assert turns == sorted(turns)
