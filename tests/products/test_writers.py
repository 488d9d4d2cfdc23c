"""Writing products: what a batch costs, and what writers do to each other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection, transaction

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.kit.errors import Refused
from limen.products import operations
from limen.products.operations import Line, LineResult
from limen.structure import queries as structure_queries
from tests.conftest import _install
from tests.factories.products import NOW, make_product, values_of
from tests.factories.structure import make_attribute
from tests.products.bits import due, kept

Count = Callable[[int], AbstractContextManager[Any]]


def line(identifier: str, /, **values: Any) -> Line:
    return Line({"identifier": identifier, "family": None, "values": values_of(values)}, identifier)


def upsert(*lines: Line) -> list[LineResult]:
    return operations.upsert_products(lines, flavour="identifier", by=SYSTEM, now=NOW)


def statuses(results: list[LineResult]) -> list[int | str]:
    return [one.outcome if isinstance(one.outcome, int) else type(one.outcome).__name__ for one in results]


class TestWriters:
    """Several writers at once, each in a thread with a connection of its own."""

    @pytest.fixture(autouse=True)
    def catalogue(self, transactional_db: None) -> Iterator[None]:
        _install()
        make_attribute("batch", unique=True)
        yield

    def in_thread(self, work: Callable[[], Any]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def test_two_writers_of_the_same_new_product_both_get_true_answers(self) -> None:
        results: list[int | str] = []
        with transaction.atomic():
            assert statuses(upsert(line("chair", batch="1"))) == [201]
            other = self.in_thread(lambda: results.extend(statuses(upsert(line("CHAIR", batch="1"), line("stool")))))
            # It waits for this transaction: whether its product is new is decided by our commit.
            other.join(0.3)
            assert other.is_alive()
        other.join(10)
        assert results == [204, 201]

    def test_a_unique_value_is_had_by_one_of_two_writers(self) -> None:
        results: list[int | str] = []
        with transaction.atomic():
            upsert(line("chair", batch="1"))
            other = self.in_thread(lambda: results.extend(statuses(upsert(line("stool", batch="1")))))
            other.join(0.3)
        other.join(10)
        assert results == ["Invalid"]

    def test_writers_of_one_product_do_not_lose_each_others_values(self) -> None:
        attributes = [make_attribute(f"text_{number}").code for number in range(4)]
        uuid = make_product("chair")
        rounds = 5

        def write(attribute: str) -> None:
            for number in range(rounds):
                upsert(line("chair", **{attribute: str(number)}))

        threads = [self.in_thread(lambda attribute=attribute: write(attribute)) for attribute in attributes]
        for thread in threads:
            thread.join(30)
        from limen.products.queries import product_page

        page = product_page(uuid, structure_queries.snapshot())
        assert page is not None
        assert {code: page.values[code][0]["data"] for code in attributes} == dict.fromkeys(attributes, str(rounds - 1))
        assert len(events.history(f"product:{uuid}", limit=100)) == 1 + 4 * rounds

    def test_writers_and_sums_keep_the_bits_of_values_right(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Four fill and empty the same products, and two sum what they note at the same time."""
        monkeypatch.setattr("limen.products.operations.filled.WORTH", 1)
        attributes = [make_attribute(f"text_{number}").code for number in range(2)]
        upsert(*(line(f"p{number}") for number in range(10)))

        def write(turn: int) -> None:
            for number in range(8):
                filled = "x" if (number + turn) % 2 else None
                upsert(*(line(f"p{one}", **{attributes[turn % 2]: filled}) for one in range(number % 3, 10)))

        def add_up() -> None:
            for _ in range(10):
                operations.sum_filled()

        threads = [self.in_thread(lambda turn=turn: write(turn)) for turn in range(4)]
        threads += [self.in_thread(add_up) for _ in range(2)]
        for thread in threads:
            thread.join(30)
        assert kept() == due()
        operations.sum_filled()
        assert kept() == due() != set()

    def test_many_writers_of_the_same_batch(self) -> None:
        seen: list[int | str] = []

        def write(turn: int) -> None:
            lines = [line(f"p{number}", batch=f"{number}") for number in range(30)]
            try:
                seen.extend(statuses(upsert(*(lines if turn % 2 else lines[::-1]))))
            except Refused as refusal:
                seen.append(type(refusal).__name__)

        threads = [self.in_thread(lambda turn=turn: write(turn)) for turn in range(4)]
        for thread in threads:
            thread.join(30)
        assert Counter(seen) == {201: 30, 204: 90}
