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
from limen.products.operations import Line, LineResult, following
from limen.structure import queries as structure_queries
from tests.conftest import _install
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, make_product, values_of
from tests.factories.structure import make_option
from tests.products.catalogue import make_lamps
from tests.products.trees import make_model, make_tree, make_variants, put
from tests.threads import at_once


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

    def test_what_points_at_a_model_that_is_renamed_meanwhile_names_it_by_its_new_code(self) -> None:
        """Who came before is waited for; who comes after waits, and finds no such code any more."""
        make_product("early"), make_product("late")

        def link(identifier: str, code: str) -> list[Any]:
            return told(upsert(Line({"associations": {"UPSELL": {"product_models": [code]}}}, identifier)))

        def rename(code: str, other: str) -> list[Any]:
            return told(operations.upsert_models([Line({"code": other}, code)], by=SYSTEM, now=NOW))

        renamed: list[Any] = []
        linked: list[Any] = []
        with transaction.atomic():
            assert link("early", "beam") == [204]
            renaming = self.in_thread(lambda: renamed.extend(rename("beam", "ray")))
            renaming.join(0.3)
            assert renaming.is_alive()
        renaming.join(20)
        with transaction.atomic():
            assert rename("ray", "sun") == [204]
            linking = self.in_thread(lambda: linked.extend(link("late", "ray")))
            linking.join(0.3)
            assert linking.is_alive()
        linking.join(20)
        assert (renamed, linked) == ([204], ["Misshaped"])
        row = queries.product(flavour="identifier", key="early")
        assert row is not None and row.associations is not None
        assert orjson.loads(row.associations) == {"UPSELL": {"product_models": ["sun"]}}

    def test_of_two_models_that_want_one_code_one_gets_it(self) -> None:
        results: list[Any] = []

        def rename(code: str) -> list[Any]:
            return told(operations.upsert_models([Line({"code": "sun"}, code)], by=SYSTEM, now=NOW))

        with transaction.atomic():
            assert rename("beam") == [204]
            other = self.in_thread(lambda: results.extend(rename("orbit")))
            other.join(0.3)
            assert other.is_alive()
        other.join(20)
        assert results == [["code"]]

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
    row = queries.product(flavour="identifier", key=identifier) or queries.product(flavour="model", key=identifier)
    assert row is not None
    entries = orjson.loads(row.doc)["values"].get(attribute)
    return entries[0]["data"] if entries else None


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


def found_by(attribute: str, number: int) -> list[str]:
    """Give the products that the index has a number for, each once for each row; no other number is there."""
    rows = db.fetch(
        "SELECT p.identifier, x.value FROM product_idx_num x JOIN product_search_key k ON k.id = x.key"
        " JOIN product p ON p.id = x.product_id WHERE k.attribute_id = %b",
        [structure_queries.snapshot().attributes[attribute].id],
    )
    assert {value for _, value in rows} == {number}
    return sorted(identifier for identifier, _ in rows)


@pytest.mark.django_db(transaction=True)
def test_values_that_move_to_another_level_while_others_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run settles the tree while one writes the model that has the values now, and one the variants."""
    _install()
    make_lamps()
    make_variants()
    make_tree()
    sizes = [f"size_{number}" for number in range(12)]
    for size in sizes:
        make_option("bulb_size", size)
    names = [f"lamp-{size}" for size in sizes]
    upsert(*(variant(name, size) for name, size in zip(names, sizes, strict=True)))
    do_jobs()
    monkeypatch.setattr(following, "PORTION", 2)
    monkeypatch.setattr(following, "SLICE", 0.0)
    for target in (0, 2, 1, 0):
        put("lumens", target)
        owner = {0: "orbit", 1: "orbit_brass"}.get(target)

        def write_models(owner: str | None = owner) -> None:
            for number in range(6):
                make_model("orbit", {"dimmable": number % 2 == 0})
                if owner is not None:
                    make_model(owner, {"lumens": number})

        def write_variants() -> None:
            for number in range(6):
                lines = [Line({"values": values_of({"lumens": number, "list_price": []})}, name) for name in names]
                assert told(upsert(*lines)) == [204] * len(lines)

        results = at_once(do_jobs, write_models, write_variants)
        assert (type(results[0]), results[1:]) == (int, [None, None])
        do_jobs()
        expected = {"orbit": 5 if target == 0 else None, "orbit_brass": 5 if target < 2 else None}
        assert {code: shown(code, "lumens") for code in expected} == expected
        assert {shown(name, "lumens") for name in names} == {5}
        assert found_by("lumens", 5) == sorted([*names, "orbit-brass-s"])
