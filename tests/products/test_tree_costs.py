"""What writes to trees of models cost in statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.products import operations, queries
from limen.products.models import Product, ProductModel
from limen.products.operations import Line, delete
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, values_of
from tests.factories.structure import make_option
from tests.products.trees import make_model, make_tree, make_variants, put

SIZES = [f"size_{number}" for number in range(12)]


@pytest.fixture(autouse=True)
def tree(lamps: None) -> None:
    make_variants()
    make_tree()
    for code in SIZES:
        make_option("bulb_size", code)


def statements(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    # Savepoints are the test's: outside it they are transactions.
    return len([one for one in captured if "SAVEPOINT" not in one["sql"]])


def push(sizes: list[str], parent: str = "orbit_brass", **values: Any) -> None:
    lines = [
        Line({"parent": parent, "values": values_of({"bulb_size": size, **values})}, f"{parent}-{size}")
        for size in sizes
    ]
    results = operations.upsert_products(lines, flavour="identifier", by=SYSTEM, now=NOW)
    assert {one.outcome for one in results} <= {201, 204}


def dim(dimmable: bool) -> None:
    make_model("orbit", {"dimmable": dimmable}, categories=["lamps"] if dimmable else ["shop"])


def test_a_model_with_many_variants_costs_as_many_statements_as_one_with_few() -> None:
    dim(True)
    few = statements(lambda: dim(False))
    push(SIZES)
    assert statements(lambda: dim(True)) == few


def test_many_variants_cost_as_many_statements_as_one() -> None:
    push(SIZES[:1], lumens=1)
    one = statements(lambda: push(SIZES[:1], lumens=2))
    # A value where there was none costs one statement more, for one variant as for many.
    push(SIZES[1:], lumens=1)
    assert statements(lambda: push(SIZES, lumens=3)) == one


def test_many_variants_are_deleted_in_as_many_statements_as_few() -> None:
    for code in ("one", "two"):
        make_model(code, family_variant="lum_size")
    push(SIZES[:2], "one")
    push(SIZES, "two")
    costs = [
        statements(lambda code=code: operations.delete_model(code=code, by=SYSTEM, now=NOW)) for code in ("one", "two")
    ]
    assert costs[0] == costs[1]


def test_a_root_with_many_sub_models_is_deleted_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(root: str, colours: list[str]) -> None:
        make_model(root, family_variant="lum_finish_size")
        for colour in colours:
            make_model(f"{root}-{colour}", {"finish": colour}, parent=root)
            push(SIZES[:2], f"{root}-{colour}")

    colours = [f"colour_{number}" for number in range(6)]
    for code in colours:
        make_option("finish", code)
    monkeypatch.setattr(delete, "BATCH", 2)
    costs = []
    for number in (2, 4, 6):
        grow("big", colours[:number])
        make_model("beam", associations={"UPSELL": {"product_models": ["big-colour_1", "big"]}})
        costs.append(statements(lambda: operations.delete_model(code="big", by=SYSTEM, now=NOW)))
        row = queries.product(flavour="model", key="beam")
        assert row is not None and row.associations is None
        assert not ProductModel.objects.filter(code__startswith="big").exists()
        assert not Product.objects.filter(identifier__startswith="big").exists()
    # Two more sub models and their four variants: as many statements each time.
    assert costs[2] - costs[1] == costs[1] - costs[0]
    (last, *_) = events.history("product_model:big-colour_5", limit=1)
    assert (last.kind, orjson.loads(last.data)["code"]) == ("product_model.deleted", "big-colour_5")


def test_many_variants_are_settled_in_as_many_statements_as_few() -> None:
    costs = []
    do_jobs()
    for sizes in (SIZES[:1], SIZES):
        push(sizes, lumens=5)
        put("lumens", 0)
        costs.append(statements(do_jobs))
        put("lumens", 2)
        do_jobs()
    assert costs[0] == costs[1]
