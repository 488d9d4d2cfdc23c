"""Several people move categories at the same time: what comes out is always trees."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from limen.accounts.rules import SYSTEM
from limen.kit.errors import Refused
from limen.structure import models, operations, queries
from tests.factories.structure import NOW, make_category
from tests.structure.test_queries import _wait_for_waiters

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("installed")]


def move(code: str, parent: str, **place: Any) -> str:
    """Give what it was refused with, empty when it was not."""
    try:
        operations.move_category(code, parent=parent, **place, by=SYSTEM, now=NOW)
    except Refused as refusal:
        return refusal.message
    return ""


def at_once(*works: Callable[[], str]) -> list[str]:
    """Let all of them wait for the same lock, then go; give what each came back with."""
    found: list[str] = []

    def run(work: Callable[[], str]) -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    with transaction.atomic():
        queries.snapshot_for_change()
        for thread in threads:
            thread.start()
        _wait_for_waiters(len(works))
    for thread in threads:
        thread.join()
    return found


def assert_trees() -> None:
    """Every row leads to a root, which is the one that it names, and no two siblings share a position."""
    rows = {row.id: row for row in models.Category.objects.all()}
    places = [(row.parent_id, row.position) for row in rows.values()]
    assert len(places) == len(set(places))
    for row in rows.values():
        seen = [row]
        while seen[-1].parent_id is not None:
            seen.append(rows[seen[-1].parent_id])
            assert len(seen) <= len(rows), f"{row.code} is its own ancestor"
        assert (row.root_id or row.id) == seen[-1].id, row.code


def test_of_two_that_move_into_each_other_one_is_refused() -> None:
    make_category("chairs")
    make_category("sofas")
    (first, second) = sorted(at_once(lambda: move("chairs", "sofas"), lambda: move("sofas", "chairs")))
    assert first == "" and "cannot be its own ancestor" in second
    assert_trees()


def test_two_that_go_to_the_same_place_stand_beside_each_other() -> None:
    for code in ("first", "last", "chairs", "sofas"):
        make_category(code)
    assert at_once(lambda: move("chairs", "master", after="first"), lambda: move("sofas", "master", after="first")) == [
        "",
        "",
    ]
    order = [one.code for one in queries.snapshot().category_section.children["master"]]
    assert (order[0], set(order[1:3]), order[3]) == ("first", {"chairs", "sofas"}, "last")
    assert_trees()


def test_many_moves_of_many_people_leave_trees_behind() -> None:
    codes = [f"category_{number}" for number in range(12)]
    for code in codes:
        make_category(code)

    def mover(seed: int) -> Callable[[], str]:
        random = Random(seed)

        def work() -> str:
            for _ in range(15):
                code, parent = random.sample(codes, 2)
                move(code, random.choice([parent, "master"]), position=random.randint(1, 4))
            return ""

        return work

    assert at_once(*(mover(seed) for seed in range(3))) == ["", "", ""]
    assert_trees()
    assert queries.snapshot().descendants("master") == {"master", *codes}
