"""The first page of a search, by every operator on every indexed kind: `--rows` products, 1,000,000 for the goal.

The rows of the store are made inside the database, not over the API: that would take hours. Products have one value of
each kind, and documents that are short, since choosing is what is measured. Alone, not with the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import orjson
import psycopg

from benchmarks import catalogue, figures, search_data, server
from benchmarks.catalogue import Json, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, make_structure

ROUNDS = 20
LOCALE = {"locale": "en_US"}
PLACE = {"scope": catalogue.CHANNEL, "locale": "en_US"}


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    if target.dsn is None:
        raise SystemExit("This benchmark fills the database itself: it needs --dsn.")
    with Session(target) as session:
        make_structure(session, Shape(products=0, attributes=11))
    with psycopg.connect(target.dsn, autocommit=True) as connection:
        search_data.fill(connection, shape.products, shape.seed)
    # Filling takes minutes, and a connection that rests is closed.
    with Session(target) as session:
        # What is kept between calls fills with the first one.
        session.send("GET", "products?limit=1")
        random = Random(shape.seed)
        for name, criteria in operators(shape.products):
            yield _measured(session, name, [criteria(random) for _ in range(ROUNDS)], shape)


def _measured(session: Session, name: str, searches: list[Json], shape: Shape) -> Figure:
    times, shown = [], 0
    before = server.cpu_seconds(session.target)
    for search in searches:
        path = f"products-uuid?pagination_type=search_after&limit=100&search={quote(orjson.dumps(search).decode())}"
        watch = Stopwatch()
        with watch:
            status, content = session.send("GET", path)
        if status != 200:
            raise SystemExit(f"{search} answered {status}: {content[:300]!r}")
        times.append(watch.seconds * 1000)
        shown += content.count(b'"self":{"href"') - 1
    times.sort()
    cpu = server.cpu_seconds(session.target) - before
    facts = {
        # What web process and database took, whatever else the machine was doing.
        "cpu_ms": round(cpu * 1000 / len(searches), 1) if cpu else None,
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(len(times) * 0.95) - 1], 1),
        # Processes that wanted the machine meanwhile, ours among them.
        "load": round(os.getloadavg()[0], 1),
        "items": round(shown / len(searches), 1),
        "of": shape.products,
        "search": searches[-1],
    }
    return Figure(f"search.{name}", len(searches), sum(times) / 1000, None, facts)


def operators(products: int) -> Iterator[tuple[str, Any]]:
    """Give every operator with what makes a search of it; "few" and "none" are those that hardly anything fits."""
    for name, code, operator, make, more in _criteria(products):
        kind = name.partition(" ")[0]
        yield (
            f"{kind}.{operator}{name.removeprefix(kind)}",
            lambda random, code=code, operator=operator, make=make, more=more: {
                code: [{"operator": operator, "value": make(random), **more}]
            },
        )


def _criteria(products: int) -> Iterator[tuple[str, str, str, Any, Json]]:
    nothing: Any = lambda random: None  # noqa: E731  # a value that is not looked at
    for name, code, values, more in (
        ("text", "bench_text_004", search_data.a_text, {}),
        ("long_text", "bench_textarea_010", search_data.a_text, LOCALE),
        ("label", "bench_text_000", search_data.a_text, LOCALE),
        ("identifier", "identifier", lambda random: catalogue.identifier(random.randrange(products)), {}),
    ):
        for operator in ("=", "!="):
            yield name, code, operator, values, more
        for operator in ("STARTS WITH", "CONTAINS", "DOES NOT CONTAIN"):
            yield f"{name} many", code, operator, lambda random: random.choice(("amber", "be", "1")), more
            yield f"{name} few", code, operator, lambda random, values=values: values(random)[:14], more
        for operator in ("CONTAINS", "STARTS WITH"):
            yield f"{name} none", code, operator, lambda random: f"zebra{random.random()}", more
        for operator in ("IN", "NOT IN"):
            yield name, code, operator, lambda random, values=values: [values(random) for _ in range(50)], more
        for operator in ("EMPTY", "NOT EMPTY"):
            yield name, code, operator, nothing, more
    for name, code, value in (
        ("number", "bench_number_001", lambda random: random.randint(1, 99_999)),
        ("metric", "bench_metric_003", lambda random: {"amount": random.randint(1, 9_999), "unit": "KILOGRAM"}),
        ("price", "bench_price_collection_006", lambda r: {"amount": r.randint(1, 9_999), "currency": "EUR"}),
    ):
        for operator in ("<", "<=", "=", "!=", ">=", ">", "EMPTY", "NOT EMPTY"):
            yield name, code, operator, value, {}
    for operator in ("EMPTY FOR CURRENCY", "NOT EMPTY FOR CURRENCY", "EMPTY ON ALL CURRENCIES"):
        yield "price", "bench_price_collection_006", operator, lambda random: {"currency": "USD"}, {}
    for operator in ("=", "!=", "EMPTY", "NOT EMPTY"):
        yield "boolean", "bench_boolean_005", operator, lambda random: random.random() < 0.5, {}
    for operator in ("=", "!=", "<", ">", "EMPTY", "NOT EMPTY"):
        yield "date", "bench_date_007", operator, search_data.a_day, {}
    for operator in ("BETWEEN", "NOT BETWEEN"):
        days: Any = lambda random: sorted((search_data.a_day(random), search_data.a_day(random)))  # noqa: E731
        yield "date", "bench_date_007", operator, days, {}
    for name, code in (("select", "bench_simpleselect_002"), ("multiselect", "bench_multiselect_008")):
        for operator in ("IN", "NOT IN", "EMPTY", "NOT EMPTY"):
            yield (
                name,
                code,
                operator,
                lambda random: [f"o{random.randrange(29):02}", f"o{random.randrange(29):02}"],
                {},
            )
        yield f"{name} few", code, "IN", lambda random: ["o29"], {}
    yield from _properties(products)


def _properties(products: int) -> Iterator[tuple[str, str, str, Any, Json]]:
    nothing: Any = lambda random: None  # noqa: E731
    family: Any = lambda random: [f"bench_family_{random.randrange(5)}"]  # noqa: E731
    category: Any = lambda random: [f"bench_category_{random.randrange(40):03}"]  # noqa: E731
    for operator in ("IN", "NOT IN", "EMPTY", "NOT EMPTY"):
        yield "family", "family", operator, family, {}
        yield "groups", "groups", operator, lambda random: [search_data.GROUPS[random.randrange(5)]], {}
    for operator in ("IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED", "UNCLASSIFIED"):
        yield "categories", "categories", operator, category, {}
    yield "categories all", "categories", "IN CHILDREN", lambda random: ["master"], {}
    for value in (True, False):
        yield f"enabled {value}", "enabled", "=", lambda random, value=value: value, {}
    for code in ("created", "updated"):
        for operator in ("=", "!=", "<", ">"):
            yield code, code, operator, search_data.a_moment, {}
        yield f"{code} few", code, ">", lambda random: search_data.LATEST, {}
        moments: Any = lambda random: sorted((search_data.a_moment(random), search_data.a_moment(random)))  # noqa: E731
        for operator in ("BETWEEN", "NOT BETWEEN"):
            yield code, code, operator, moments, {}
        yield code, code, "SINCE LAST N DAYS", lambda random: random.randint(1, 30), {}
    for operator in ("<", "<=", "=", "!=", ">=", ">"):
        yield "completeness", "completeness", operator, lambda random: random.randrange(101), PLACE
    for operator in ("GREATER OR EQUALS THAN ON ALL LOCALES", "LOWER THAN ON ALL LOCALES"):
        both = {"scope": catalogue.CHANNEL, "locales": ["en_US", "de_DE"]}
        yield "completeness", "completeness", operator, lambda random: random.randrange(101), both
    yield "completeness", "completeness", "EMPTY", nothing, {}
    yield "quality_score", "quality_score", "IN", lambda random: [random.choice("ABCDE")], PLACE
    yield "parent", "parent", "EMPTY", nothing, {}
    yield "parent", "parent", "NOT EMPTY", nothing, {}


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
