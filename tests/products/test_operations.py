"""Writing products: what a batch costs, and what writers do to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.accounts.rules import SYSTEM
from limen.products import operations
from limen.products.operations import Line, LineResult
from limen.structure import operations as structure_operations
from limen.structure import queries as structure_queries
from tests.factories.products import NOW, make_product, value, values_of

Count = Callable[[int], AbstractContextManager[Any]]


def line(identifier: str, /, **values: Any) -> Line:
    return Line({"identifier": identifier, "family": None, "values": values_of(values)}, identifier)


def change_family(code: str, **properties: Any) -> None:
    structure_operations.upsert("family", code, properties, by=SYSTEM, now=NOW)


def upsert(*lines: Line) -> list[LineResult]:
    return operations.upsert_products(lines, flavour="identifier", by=SYSTEM, now=NOW)


def statuses(results: list[LineResult]) -> list[int | str]:
    return [one.outcome if isinstance(one.outcome, int) else type(one.outcome).__name__ for one in results]


@pytest.mark.usefixtures("lamps")
class TestQueries:
    """Held for 1, 10 and 100 lines: the number of statements must not depend on them."""

    def batch(self, size: int, turn: int, name: str = "p") -> list[Line]:
        """Lines that need everything a batch can look up."""
        bodies = [
            {
                "identifier": f"{name}{number}",
                "family": "luminaires",
                "categories": ["lamps"],
                "groups": ["clearance"],
                "values": {
                    "title": value(f"Lamp {turn}", "en_GB"),
                    "finish": value(["Brass", "white"][turn % 2]),
                    "materials": value(["oak", "steel"][: turn % 2 + 1]),
                    "batch_code": value(f"{name}-{turn}-{number}"),
                    "gtin": value(f"{name}{turn}-{number}"),
                    "list_price": value([{"amount": turn + 1, "currency": "EUR"}]),
                },
                "associations": {"UPSELL": {"products": ["target"]}, "COMPATIBLE": {"products": ["target"]}},
            }
            for number in range(size)
        ]
        return [Line(body, str(body["identifier"])) for body in bodies]

    def test_a_hundred_new_products_cost_as_many_statements_as_one(self) -> None:
        make_product("target")
        # Options are looked up once per process, places of the index until they are committed.
        self.statements([*self.batch(1, 0, "warm"), *self.batch(1, 1, "up")])
        counts = {size: self.statements(self.batch(size, 1, f"new-{size}-")) for size in (1, 10, 100)}
        assert counts == {1: 21, 10: 21, 100: 21}

    def test_a_hundred_changed_products_cost_as_many_statements_as_one(self) -> None:
        make_product("target")
        self.statements(self.batch(100, 0))
        self.statements(self.batch(1, 1, "up"))
        counts = {size: self.statements(self.batch(size, turn)) for turn, size in enumerate((100, 10, 1), start=1)}
        assert counts == {1: 18, 10: 18, 100: 18}

    def test_unchanged_products_are_only_read(self, count_queries: Count) -> None:
        make_product("target")
        lines = self.batch(100, 0)
        upsert(*lines)
        # Savepoint, structure, mentions, lock, documents, unique values, release. Options are remembered.
        with count_queries(7):
            upsert(*self.batch(100, 0))

    def test_new_plain_products_cost_little(self, count_queries: Count) -> None:
        # The first batch of a process reads the structure.
        upsert(line("first"))
        # A look at three (structure, products), savepoint, structure, lock, ids, product, document, bits, event,
        # release.
        with count_queries(11):
            upsert(*(line(f"p{number}") for number in range(100)))

    def test_lines_that_ask_for_nothing_are_answered_without_a_lock(self, count_queries: Count) -> None:
        lines = [line(f"p{number}", lumens=number) for number in range(100)]
        upsert(*lines)
        # Structure, three products, the others.
        with count_queries(3):
            assert statuses(upsert(*lines)) == [204] * 100
        # An endpoint has read the structure's version with the token.
        versions = structure_queries.snapshot()
        caller = replace(SYSTEM, structure_versions=(versions.version, versions.options_version))
        with count_queries(1):
            operations.upsert_products(lines[:1], flavour="identifier", by=caller, now=NOW)

    def statements(self, lines: list[Line]) -> int:
        with CaptureQueriesContext(connection) as seen:
            results = upsert(*lines)
        assert {one.outcome for one in results} <= {201, 204}, results
        return len(seen)


@pytest.mark.usefixtures("lamps")
class TestDeleting:
    def test_nothing_of_a_product_stays(self) -> None:
        make_product("target")
        uuid = make_product(
            "desk-one",
            "luminaires",
            {"batch_code": "B-1", "lumens": 5, "finish": "Brass"},
            categories=["lamps"],
            groups=["clearance"],
            associations={"UPSELL": {"products": ["target"]}},
        )
        assert self.rows().keys() >= {"product", "product_doc", "product_link", "product_unique", "product_idx_num"}
        assert operations.delete_product(flavour="uuid", key=uuid, by=SYSTEM, now=NOW)
        operations.delete_product(flavour="identifier", key="TARGET", by=SYSTEM, now=NOW)
        assert not self.rows()

    def test_an_unknown_product(self) -> None:
        assert not operations.delete_product(flavour="identifier", key="ghost", by=SYSTEM, now=NOW)
        assert not operations.delete_product(flavour="uuid", key="no uuid", by=SYSTEM, now=NOW)

    def rows(self) -> Counter[str]:
        tables = [
            "product",
            "product_doc",
            "product_category",
            "product_group",
            "product_link",
            "product_unique",
            "product_idx_text",
            "product_idx_num",
        ]
        found: Counter[str] = Counter()
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {table}")
                found[table] = cursor.fetchone()[0]
        return +found
