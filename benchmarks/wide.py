"""A wide catalogue: thousands of attributes, dozens of locales, and products of a usual size in it.

`--attributes 3000 --locales 34 --rows 1000` for the goal. What a PATCH costs should follow the values that are sent,
and not the attributes that there are. Alone, not with the others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from benchmarks import catalogue, figures
from benchmarks.catalogue import Json, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, check_lines, make_structure

# Values that a product has, as in the usual catalogue; localizable ones in its first two locales.
VALUES = 35
ROUNDS = 20


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    facts = {"attributes": shape.attributes, "locales": shape.locales, "values_per_product": VALUES}
    with Session(target) as session:
        make_structure(session, shape)
    with Session(target) as session:
        # What is compiled once for a version of the structure is not what is measured.
        _push(session, Shape(1, shape.attributes, shape.locales, shape.families), _product, None)
        yield Figure("wide.create", shape.products, _push(session, shape, _product, 201), None, facts)
        yield Figure("wide.update", shape.products, _push(session, shape, _change, 204), None, facts)
        for name, more in (("list", ""), ("list_cut", "&locales=de_DE")):
            yield _list(session, name, more, facts)


def _product(shape: Shape, number: int) -> Json:
    random = Random(f"{shape.seed} wide {number}")
    family = number % shape.families
    # Other attributes of the family for every product.
    indexes = [index for index in range(shape.attributes) if index % 10 != family % 10]
    start = random.randrange(max(1, len(indexes) - VALUES))
    values = islice(catalogue.some_values(shape, indexes[start:], random), VALUES)
    return {
        "identifier": f"wide-{number:08}",
        "family": f"bench_family_{family}",
        "values": dict(values),
    }


def _change(shape: Shape, number: int) -> Json:
    """Three values of that product anew."""
    whole = _product(shape, number)
    codes = list(whole["values"])[:3]
    fresh = Random(f"{shape.seed} again {number}")
    indexes = [int(code.rpartition("_")[2]) for code in codes]
    return {"identifier": whole["identifier"], "values": dict(catalogue.some_values(shape, indexes, fresh))}


def _push(session: Session, shape: Shape, make: Callable[[Shape, int], Json], status: int | None) -> float:
    watch = Stopwatch()
    for _, body in catalogue.bodies(make(shape, number) for number in range(shape.products)):
        with watch:
            content = session.bulk("products", body)
        if status is not None:
            check_lines(content, status)
        elif b'"status_code":42' in content:
            raise SystemExit(content.decode())
    if status is None:
        session.send("DELETE", f"products/wide-{0:08}")
    return watch.seconds


def _list(session: Session, name: str, more: str, facts: Json) -> Figure:
    times, items = [], 0
    for _ in range(ROUNDS):
        watch = Stopwatch()
        with watch:
            status, content = session.send("GET", f"products?limit=100&pagination_type=search_after{more}")
        if status != 200:
            raise SystemExit(f"The list answered {status}: {content[:300]!r}")
        items += content.count(b'"self":{"href"') - 1
        times.append(watch.seconds * 1000)
    times.sort()
    told = {"p50_ms": round(times[ROUNDS // 2], 1), "p95_ms": round(times[int(ROUNDS * 0.95) - 1], 1)}
    return Figure(f"wide.{name}", items, sum(times) / 1000, None, {**told, **facts})


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
