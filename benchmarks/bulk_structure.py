"""Bulk PATCH of the structure, 100 lines a call: options of one select, and attributes.

`--rows` are the options, and a tenth of them the attributes. Each line is a change of its own, as the contract has
it: its lock, its number, its event. There is no floor: what it costs is what the structure is kept by.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import orjson

from benchmarks import figures
from benchmarks.catalogue import Json, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, check_lines

BATCH = 100
SELECT = "bench_bulk_select"


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        select = {"code": SELECT, "type": "pim_catalog_simpleselect", "group": "other"}
        session.bulk("attributes", orjson.dumps(select))
        yield from _all(session, f"attributes/{SELECT}/options", "options", shape.products, _option)
        yield from _all(session, "attributes", "attributes", max(1, shape.products // 10), _attribute)


def _all(session: Session, path: str, name: str, rows: int, make: Callable[[int, str], Json]) -> Iterator[Figure]:
    new, changed = [make(number, "One") for number in range(rows)], [make(number, "Two") for number in range(rows)]
    for verb, lines, status in (("create", new, 201), ("update", changed, 204), ("unchanged", changed, 204)):
        seconds, slowest = _push(session, path, lines, status)
        yield Figure(f"bulk_structure.{name}.{verb}", rows, seconds, facts={"slowest_call_ms": slowest})


def _push(session: Session, path: str, lines: Sequence[Json], status: int) -> tuple[float, float]:
    """Send all lines, `BATCH` a call. Gives the seconds of the calls, and the milliseconds of the slowest."""
    watch, slowest = Stopwatch(), 0.0
    for at in range(0, len(lines), BATCH):
        body = b"\n".join(map(orjson.dumps, lines[at : at + BATCH]))
        before = watch.seconds
        with watch:
            content = session.bulk(path, body)
        slowest = max(slowest, watch.seconds - before)
        check_lines(content, status)
    return watch.seconds, round(slowest * 1000, 1)


def _option(number: int, word: str) -> Json:
    return {"code": f"bulk_{number:06}", "labels": {"en_US": f"{word} option {number}"}}


def _attribute(number: int, word: str) -> Json:
    labels = {"en_US": f"{word} attribute {number}"}
    return {"code": f"bench_bulk_{number:05}", "type": "pim_catalog_text", "group": "other", "labels": labels}


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
