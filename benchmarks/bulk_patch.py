"""Bulk PATCH of products, 100 lines a request: new ones, ones with three changed values, ones that are the same.

The floor of new products is writing their rows by plain psycopg, with COPY; `executemany` is told beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import NamedTuple

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
        for name, make in (("update", catalogue.change), ("unchanged", catalogue.changed)):
            taken = _push(session, shape, make, 204)
            yield Figure(f"bulk_patch.{name}", shape.products, taken.seconds, None, taken.facts(shape))


def _create(session: Session, shape: Shape) -> Figure:
    target = session.target
    before = server.memory_mb(target)
    with ExitStack() as stack:
        floors = [
            stack.enter_context(closing(floor.Writing(target.dsn, way)))
            for way in (floor.by_copy, floor.by_executemany)
            if target.dsn
        ]
        taken = _push(session, shape, catalogue.product, 201, floors)
    copy, usual = floors or (None, None)
    facts = {
        "memory_mb_before": before,
        "executemany_rows_per_s": figures.speed_of(usual),
        "values_per_product": sum(map(len, catalogue.product(shape, 0)["values"].values())),
        **taken.facts(shape),
    }
    return Figure("bulk_patch.create", shape.products, taken.seconds, copy, facts)


class Taken(NamedTuple):
    """What the calls took: seconds, and of the processor's time what web process and database had of it."""

    seconds: float
    cpu: float

    def facts(self, shape: Shape) -> Json:
        # Says the same whatever else the machine is doing.
        return {"cpu_us_per_row": round(self.cpu / shape.products * 1e6) if self.cpu else None}


def _push(
    session: Session,
    shape: Shape,
    make: Callable[[Shape, int], Json],
    status: int,
    beside: Sequence[floor.Writing] = (),
) -> Taken:
    """Send every product's line; after each batch, `beside` writes what was stored."""
    watch, cpu = Stopwatch(), 0.0
    for _, body in catalogue.bodies(make(shape, number) for number in range(shape.products)):
        before = server.cpu_seconds(session.target)
        with watch:
            content = session.bulk("products", body)
        cpu += server.cpu_seconds(session.target) - before
        check_lines(content, status)
        for one in beside:
            if one.rows < MOST_FOR_FLOOR:
                one.write_next()
    return Taken(watch.seconds, cpu)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
