"""Bulk PATCH of products, 100 lines a request: new ones, ones with three changed values, ones that are the same.

The floor of new products is writing their rows by plain psycopg, with COPY; `executemany` is told beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from benchmarks import catalogue, figures, floor, server
from benchmarks.catalogue import Json, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, check_lines, make_structure

# Enough for a steady figure; reading back a million products to write them again would take longer than the rest.
MOST_FOR_FLOOR = 10_000


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        make_structure(session, shape)
        before = server.memory_mb(target)
        created = _push(session, shape, catalogue.product, 201)
        rows, seconds = _floor(target, shape, floor.by_copy)
        usual_rows, usual_seconds = _floor(target, shape, floor.by_executemany)
        facts = {
            "memory_mb_before": before,
            "executemany_rows_per_s": round(usual_rows / usual_seconds, 1) if usual_rows else None,
            "values_per_product": sum(map(len, catalogue.product(shape, 0)["values"].values())),
        }
        yield Figure("bulk_patch.create", shape.products, created, rows, seconds, facts)
        yield Figure("bulk_patch.update", shape.products, _push(session, shape, catalogue.change, 204))
        yield Figure("bulk_patch.unchanged", shape.products, _push(session, shape, catalogue.changed, 204))


def _push(session: Session, shape: Shape, make: Callable[[Shape, int], Json], status: int) -> float:
    watch = Stopwatch()
    for _, body in catalogue.bodies(make(shape, number) for number in range(shape.products)):
        with watch:
            content = session.bulk("products", body)
        check_lines(content, status)
    return watch.seconds


def _floor(target: Target, shape: Shape, way: floor.Way) -> tuple[int, float]:
    if target.dsn is None:
        return 0, 0.0
    return floor.write(target.dsn, min(shape.products, MOST_FOR_FLOOR), way)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
