"""Several writers of one tree of models at once, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection, transaction

from limen.accounts.rules import SYSTEM
from limen.kit import db
from limen.kit.errors import Invalid, Refused
from limen.products import operations, queries
from limen.products.operations import Line, LineResult
from tests.conftest import _install
from tests.factories.products import NOW, make_product, values_of
from tests.factories.structure import make_option
from tests.products.catalogue import make_lamps
from tests.products.trees import make_model, make_tree, make_variants


def variant(identifier: str, size: str, parent: str = "orbit_brass") -> Line:
    return Line({"identifier": identifier, "parent": parent, "values": values_of({"bulb_size": size})}, identifier)


def upsert(*lines: Line) -> list[LineResult]:
    return operations.upsert_products(lines, flavour="identifier", by=SYSTEM, now=NOW)


def told(results: list[LineResult]) -> list[Any]:
    """Statuses, and of refusals the properties they name."""
    return [
        [one.path for one in result.outcome.violations]
        if isinstance(result.outcome, Invalid)
        else type(result.outcome).__name__
        if isinstance(result.outcome, Refused)
        else result.outcome
        for result in results
    ]


class TestWriters:
    @pytest.fixture(autouse=True)
    def catalogue(self, transactional_db: None) -> Iterator[None]:
        _install()
        make_lamps()
        make_variants()
        make_tree()
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

    def test_of_two_equal_new_variants_one_is_made(self) -> None:
        results: list[Any] = []
        with transaction.atomic():
            assert told(upsert(variant("first", "m"))) == [201]
            other = self.in_thread(lambda: results.extend(told(upsert(variant("second", "M")))))
            # It waits for the lock of the model.
            other.join(0.3)
            assert other.is_alive()
        other.join(20)
        assert results == [["attribute"]]

    def test_of_two_variants_that_become_equal_one_does(self) -> None:
        """Whose parent stays lock no model: the table of axes keeps them apart, and the rule then says so."""
        make_option("bulb_size", "l")
        make_product("large", "luminaires", {"bulb_size": "l"}, parent="orbit_brass")
        medium = {"values": values_of({"bulb_size": "m"})}
        results: list[Any] = []
        with transaction.atomic():
            assert told(upsert(Line(medium, "orbit-brass-s"))) == [204]
            other = self.in_thread(lambda: results.extend(told(upsert(Line(medium, "large")))))
            other.join(0.3)
            assert other.is_alive()
        other.join(20)
        assert results == [["attribute"]]

    def test_of_two_equal_sub_models_one_is_made(self) -> None:
        def write(code: str) -> list[Any]:
            body = {"parent": "orbit", "values": values_of({"finish": "white"})}
            return told(operations.upsert_models([Line(body, code)], by=SYSTEM, now=NOW))

        results: list[Any] = []
        with transaction.atomic():
            assert write("one") == [201]
            other = self.in_thread(lambda: results.extend(write("two")))
            other.join(0.3)
        other.join(20)
        assert results == [["attribute"]]

    def test_a_variant_made_beside_a_change_of_its_model_has_the_change(self) -> None:
        def title(text: str) -> None:
            make_model("orbit", {"title": [{"locale": "en_GB", "scope": None, "data": text}]})

        results: list[Any] = []
        with transaction.atomic():
            title("Sun")
            other = self.in_thread(lambda: results.extend(told(upsert(variant("beside", "m")))))
            other.join(0.3)
        other.join(20)
        assert results == [201]
        assert shown("beside", "title") == "Sun"

    def test_writers_of_models_and_variants_lose_nothing(self) -> None:
        rounds = 4
        seen: Counter[Any] = Counter()

        def models(code: str, attribute: str) -> None:
            for number in range(rounds):
                entry = {"locale": "en_GB" if attribute == "title" else None, "scope": None, "data": f"{number}"}
                now = NOW + timedelta(seconds=number)
                results = operations.upsert_models([Line({"values": {attribute: [entry]}}, code)], by=SYSTEM, now=now)
                seen.update(told(results))

        def variants() -> None:
            for number in range(rounds):
                seen.update(told(upsert(Line({"values": values_of({"lumens": number + 1})}, "orbit-brass-s"))))

        threads = [
            self.in_thread(lambda: models("orbit", "title")),
            self.in_thread(lambda: models("orbit_brass", "tagline")),
            self.in_thread(variants),
            self.in_thread(variants),
        ]
        for thread in threads:
            thread.join(60)
        assert seen == {204: 4 * rounds}
        assert (shown("orbit-brass-s", "title"), shown("orbit-brass-s", "tagline")) == ("3", "3")
        assert shown("orbit-brass-s", "lumens") == rounds
        assert_index_is_true("orbit-brass-s")


def shown(identifier: str, attribute: str) -> Any:
    row = queries.product(flavour="identifier", key=identifier)
    assert row is not None
    return orjson.loads(row.doc)["values"][attribute][0]["data"]


def assert_index_is_true(identifier: str) -> None:
    """What the index says of title, tagline and lumens is what the document says."""
    rows = db.fetch(
        "SELECT x.value FROM product_idx_text x JOIN product p ON p.id = x.product_id"
        " WHERE p.identifier = %s UNION ALL SELECT x.value::text FROM product_idx_num x"
        " JOIN product_search_key k ON k.id = x.key JOIN product p ON p.id = x.product_id"
        " WHERE p.identifier = %s AND k.attribute_id > 0",
        [identifier, identifier],
    )
    values = sorted(value for (value,) in rows)
    assert values == sorted(["3", "3", "brass", "s", "4"])
