"""Single products, read one after the other in no order, by identifier and by uuid.

The floor reads the row and its document by plain psycopg.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from random import Random

import orjson

from benchmarks import catalogue, figures, floor
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

MOST_READS = 10_000


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    reads = min(shape.products, MOST_READS)
    numbers = Random(shape.seed).sample(range(shape.products), reads)
    identifiers = [catalogue.identifier(number) for number in numbers]
    with Session(target) as session:
        fill(session, shape)
        rows, seconds = floor.read_one(target.dsn, identifiers) if target.dsn else (0, 0.0)
        spent, uuids = _read(session, "products", identifiers)
        facts = {"of": shape.products}
        yield Figure("read_product.identifier", reads, spent, rows, seconds, facts)
        spent, _ = _read(session, "products-uuid", uuids)
        yield Figure("read_product.uuid", reads, spent, rows, seconds, facts)


def _read(session: Session, path: str, keys: list[str]) -> tuple[float, list[str]]:
    watch = Stopwatch()
    session.send("GET", f"{path}/{keys[0]}")  # the first is slower, and not what is asked
    uuids = []
    for key in keys:
        with watch:
            status, content = session.send("GET", f"{path}/{key}")
        if status != 200:
            raise SystemExit(f"GET {path}/{key} answered {status}: {content[:300]!r}")
        uuids.append(orjson.loads(content)["uuid"])
    return watch.seconds, uuids


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
