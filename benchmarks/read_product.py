"""Single products, read one after the other in no order, by identifier and by uuid.

The floor reads the row and its document by plain psycopg.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from random import Random

import orjson

from benchmarks import catalogue, figures, floor
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

MOST_READS = 10_000


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    numbers = Random(shape.seed).sample(range(shape.products), min(shape.products, MOST_READS))
    identifiers = [catalogue.identifier(number) for number in numbers]
    with Session(target) as session:
        fill(session, shape)
        figure, uuids = _read(session, shape, "identifier", "products", identifiers, identifiers)
        yield figure
        yield _read(session, shape, "uuid", "products-uuid", uuids, identifiers)[0]


def _read(
    session: Session, shape: Shape, name: str, path: str, keys: list[str], identifiers: list[str]
) -> tuple[Figure, list[str]]:
    """Read each product, and the floor beside it; give the figure and the uuids found."""
    watch = Stopwatch()
    uuids = []
    dsn = session.target.dsn
    session.send("GET", f"{path}/{keys[0]}")  # the first is slower, and not what is asked
    with ExitStack() as stack:
        beside = stack.enter_context(closing(floor.Reading(dsn))) if dsn else None
        for key, identifier in zip(keys, identifiers, strict=True):
            with watch:
                status, content = session.send("GET", f"{path}/{key}")
            if status != 200:
                raise SystemExit(f"GET {path}/{key} answered {status}: {content[:300]!r}")
            uuids.append(orjson.loads(content)["uuid"])
            if beside:
                beside.read(identifier)
        facts = {
            "of": shape.products,
            "p50_ms": watch.percentile_ms(50),
            "p95_ms": watch.percentile_ms(95),
        }
        return Figure(f"read_product.{name}", len(keys), watch.seconds, beside, facts), uuids


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
