"""Bulk PATCH of products, 100 lines a request: new ones, ones with three changed values, ones that are the same.

The floor of new products is writing their rows by plain psycopg, with COPY; `executemany` is told beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing

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
        yield _create(session, shape)
        yield Figure("bulk_patch.update", shape.products, _push(session, shape, catalogue.change, 204))
        yield Figure("bulk_patch.unchanged", shape.products, _push(session, shape, catalogue.changed, 204))


def _create(session: Session, shape: Shape) -> Figure:
    target = session.target
    before = server.memory_mb(target)
    with ExitStack() as stack:
        floors = [
            stack.enter_context(closing(floor.Writing(target.dsn, way)))
            for way in (floor.by_copy, floor.by_executemany)
            if target.dsn
        ]
        seconds = _push(session, shape, catalogue.product, 201, floors)
    copy, usual = floors or (None, None)
    facts = {
        "memory_mb_before": before,
        "executemany_rows_per_s": figures.speed_of(usual),
        "values_per_product": sum(map(len, catalogue.product(shape, 0)["values"].values())),
    }
    return Figure("bulk_patch.create", shape.products, seconds, copy, facts)


def _push(
    session: Session,
    shape: Shape,
    make: Callable[[Shape, int], Json],
    status: int,
    beside: Sequence[floor.Writing] = (),
) -> float:
    """Send every product's line; after each batch, `beside` writes what was stored. Gives the seconds of the calls."""
    watch = Stopwatch()
    for _, body in catalogue.bodies(make(shape, number) for number in range(shape.products)):
        with watch:
            content = session.bulk("products", body)
        check_lines(content, status)
        for one in beside:
            if one.rows < MOST_FOR_FLOOR:
                one.write_next()
    return watch.seconds


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
