"""How PostgreSQL answers searches: no operator on an indexed kind reads a table from end to end.

Each statement that a search runs is explained as it is run, on some thousand products with fresh statistics. Sequential
scans are forbidden to the planner: of tables this small it rightly takes them, where with a million rows it would not.
Where it then has no other way, the plan still shows one, and the test fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from limen.accounts.rules import SYSTEM
from limen.kit import db
from limen.products import operations, queries
from limen.products.operations import Line
from limen.products.rules.rulebook import rulebook
from limen.products.rules.search import Asked, read_search
from limen.products.rules.views import View
from limen.structure import queries as structure_queries
from tests.factories.products import NOW, value, values_of
from tests.products.search_table import ATTRIBUTES, LATER, MODELS, MOMENT, PROPERTIES, Case, identify

PRODUCTS = 3_000
SCANNED = ("product", "product_doc", "product_idx_text", "product_idx_num", "product_long_text", "product_category")
SCANNED += ("product_group", *(name.replace("product_", "product_model_", 1) for name in SCANNED[1:]), "product_model")


@pytest.fixture(scope="module")
def many(lamps_of_module: None, django_db_blocker: Any) -> Iterator[None]:
    """Some thousand products with a value of nearly every kind."""
    with django_db_blocker.unblock(), transaction.atomic():
        for start in range(0, PRODUCTS, 100):
            lines = [Line(_product(number)) for number in range(start, start + 100)]
            operations.upsert_products(lines, flavour="identifier", by=SYSTEM, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        transaction.set_rollback(True)


def _product(number: int) -> dict[str, Any]:
    long = f"<p>warm {number} " + "light " * 50 + "</p>"
    values = {
        "tagline": f"warm light {number}",
        "title": value(f"Lamp {number}", "en_GB"),
        "blurb": value(long, "en_GB", "webshop"),
        "lumens": number,
        "beam_angle": f"{number / 7:.3f}",
        "net_weight": {"amount": number, "unit": "GRAM"},
        "list_price": [{"amount": number, "currency": "EUR"}],
        "finish": ("Brass", "white")[number % 2],
        "materials": ["oak", "steel"],
        "dimmable": number % 3 == 0,
        "launch_on": value(f"2025-05-{1 + number % 28:02}", None, "print"),
        "gtin": f"gtin-{number}",
    }
    return {
        "identifier": f"lamp-{number}",
        "family": "luminaires",
        "categories": ["lamps"] if number % 4 else [],
        "groups": ["clearance"] if number % 10 == 0 else [],
        "enabled": number % 20 != 0,
        "values": values_of(values),
    }


@pytest.fixture
def explained(many: None, db: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The nodes of the plans of all statements that are run."""
    nodes: list[dict[str, Any]] = []
    fetch = _fetch

    def explaining(statement: str, params: Sequence[Any] = (), **more: Any) -> list[tuple[Any, ...]]:
        ((plan,),) = fetch(f"EXPLAIN (FORMAT JSON) {statement}", params)
        nodes.extend(_nodes(plan[0]["Plan"]))
        return fetch(statement, params, **more)

    monkeypatch.setattr("limen.kit.db.fetch", explaining)
    return nodes


_fetch = db.fetch


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _search(case: Case, flavour: Asked) -> None:
    name, operator, given, more = case
    structure = structure_queries.snapshot()
    search = {name: [{"operator": operator, "value": given, **more}]}
    criteria = read_search(search, flavour=flavour, book=rulebook(structure), now=NOW)
    store = queries.MODELS if flavour == "model" else queries.PRODUCTS
    where = queries.list_condition(criteria, View(), structure, store)
    queries.page_after(where, flavour=flavour, after=None, limit=100)


def _assert_index_only(nodes: list[dict[str, Any]]) -> None:
    read = [one for one in nodes if one.get("Relation Name") in SCANNED]
    assert read, "nothing was read"
    assert [one["Relation Name"] for one in read if one["Node Type"] == "Seq Scan"] == []
    # An index of values is never read from end to end either: always one key of it, or one product.
    whole = [
        one["Index Name"]
        for one in read
        if "_idx_" in one["Relation Name"] and "Index Name" in one and "Index Cond" not in one
    ]
    assert whole == []


@pytest.mark.parametrize("few", [True, False], ids=["few", "many"])
@pytest.mark.parametrize("case", [*PROPERTIES, *ATTRIBUTES], ids=identify)
def test_products_are_chosen_by_an_index(
    case: Case, few: bool, explained: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        monkeypatch.setattr("limen.products.queries.conditions.FEW", -1)
    _search(case, "uuid")
    _assert_index_only(explained)


@pytest.mark.parametrize("case", MODELS, ids=identify)
def test_models_are_chosen_by_an_index(case: Case, explained: list[dict[str, Any]]) -> None:
    _search(case, "model")
    _assert_index_only(explained)


@pytest.mark.parametrize(
    ("case", "joins"),
    [(("dimmable", "=", True, {}), False), (("lumens", ">", 99_999, {}), True)],
    ids=["a third fits", "nothing fits"],
)
def test_a_walk_goes_on_where_it_will_fill_the_page(
    case: Case, joins: bool, explained: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are joined only where the first products promise no full page."""
    monkeypatch.setattr("limen.products.queries.conditions.FEW", -1)
    monkeypatch.setattr("limen.products.queries.lists.WALK", 150)
    _search(case, "uuid")
    assert any(one.get("Subplan Name") == "CTE found" for one in explained) is joins


def test_statements_of_searches_are_planned_for_their_values(lamps: None) -> None:
    """The plan for all values would walk the list for what hardly anything fits: seconds on a million."""
    for _ in range(8):
        for case in PROPERTIES:
            _search(case, "uuid")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%product%%'")
        kept = [statement for (statement,) in cursor.fetchall()]
    assert [one for one in kept if "product_idx" in one or "p.created" in one or "p.updated" in one] == []


@pytest.mark.parametrize(
    ("case", "index"),
    [
        (("created", ">", LATER, {}), "product_created"),
        (("updated", ">", LATER, {}), "product_updated"),
        (("updated", "=", LATER, {}), "product_updated"),
        (("updated", "<", MOMENT, {}), "product_updated"),
        (("family", "EMPTY", None, {}), "product_family_id"),
        (("parent", "NOT EMPTY", None, {}), "product_parent"),
        (("uuid", "IN", ["7d3f1c0a-4b0e-4c39-9a5f-0c2f6f1d2b11"], {}), "product_uuid_unique"),
        (("identifier", "=", "lamp-7", {}), "product_identifier_unique"),
        (("identifier", "STARTS WITH", "lamp-77", {}), "product_identifier_unique"),
    ],
    ids=lambda part: identify(part) if isinstance(part, tuple) else None,
)
def test_what_is_rare_is_found_by_the_index_of_its_column(
    case: Case, index: str, explained: list[dict[str, Any]]
) -> None:
    _search(case, "uuid")
    # Where the index holds nothing but those, there is no condition left.
    used = [one["Index Name"] for one in explained if "Index Cond" in one or one.get("Index Name") == "product_parent"]
    assert any(name.startswith(index) for name in used), used
