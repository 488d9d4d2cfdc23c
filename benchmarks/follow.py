"""What follows from a change of the structure: how fast the worker brings products in line.

Completeness after a family requires something else, values after an attribute and an option are removed, numbers after
their attribute allows no more decimals. The time is that between the beginning and the end of the run, which the worker
notes; a second is the least difference that says something. Needs the database (`--dsn`, or a server of its own).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import orjson
import psycopg

from benchmarks import catalogue, figures, server
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, check_lines, fill

PATIENCE = 3600.0
_NUMBER, _SELECT, _TEXT = "bench_number_001", "bench_simpleselect_002", "bench_text_004"


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        fill(session, shape)
        before = server.worker_memory_mb(target)
        for family in range(shape.families):
            requirements = {catalogue.CHANNEL: ["sku"]}
            _change(session, "families", {"code": f"bench_family_{family}", "attribute_requirements": requirements})
        yield _waited(target, "completeness", "family:%", before)
        _change(session, "attributes", {"code": _NUMBER, "decimals_allowed": False})
        yield _waited(target, "rewriting", f"attribute:{_NUMBER}", before)
        _remove(session, f"attributes/{_SELECT}/options/o01")
        yield _waited(target, "cleaning", f"attribute_option:{_SELECT}:o01", before, "option")
        _remove(session, f"attributes/{_TEXT}")
        yield _waited(target, "cleaning", f"attribute:{_TEXT}", before, "attribute")


def _change(session: Session, path: str, body: catalogue.Json) -> None:
    check_lines(session.bulk(path, orjson.dumps(body)), 204)


def _remove(session: Session, path: str) -> None:
    status, content = session.send("DELETE", path)
    if status != 204:
        raise SystemExit(f"DELETE {path} answered {status}: {content[:300]!r}")


def _waited(target: Target, kind: str, subject: str, memory: float | None, name: str = "") -> Figure:
    if target.dsn is None:
        raise SystemExit("Runs are read from the database: give --dsn.")
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(target.dsn, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(
                "SELECT count(*) FILTER (WHERE state <> 'done'), coalesce(sum(done), 0)::int8,"
                " coalesce(sum(extract(epoch FROM finished_at - started_at)), 0)::float8,"
                " count(*) FILTER (WHERE state = 'failed')"
                " FROM job_run WHERE kind = %s AND subject LIKE %s",
                [kind, subject],
            ).fetchone()
            if row and row[0] == 0:
                facts = {"memory_mb_before": memory, "worker_memory_mb": server.worker_memory_mb(target)}
                return Figure(f"follow.{name or kind}", row[1], row[2], None, facts)
            if row and row[3]:
                raise SystemExit(f"The run about {subject} failed; the worker's log says why.")
            time.sleep(0.2)
    raise SystemExit(f"The run about {subject} is not done after {PATIENCE:.0f} s.")


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
