"""What recording calls costs a bulk PATCH: two servers of their own, one with `LIMEN_CALLS_RECORDED`, one without.

They take turns call by call, so that whatever else the machine does hits both. `cpu_cost_percent` is about the
processor's time of web process and database, the recorder's thread included, whenever it runs: no other program
disturbs it much. `cost_percent` is about the median time of a call, as its caller sees it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from benchmarks import catalogue, figures, server
from benchmarks.catalogue import Json, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, check_lines, make_structure

# Longer than the recorder waits before it writes.
REST = 0.6

Make = Callable[[Shape, int], Json]


class Side:
    """One of the two servers, and what its calls have taken."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.calls: list[float] = []
        time.sleep(REST)
        self._cpu = server.cpu_seconds(session.target)

    def push(self, body: bytes, status: int) -> None:
        watch = Stopwatch()
        with watch:
            content = self.session.bulk("products", body)
        check_lines(content, status)
        self.calls.append(watch.seconds)

    def cpu(self) -> float:
        return server.cpu_seconds(self.session.target) - self._cpu


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with server.own({"LIMEN_CALLS_RECORDED": "0"}) as silent:
        for one in (target, silent):
            with Session(one) as session:
                make_structure(session, shape)
        # What takes less is done more often. The last round of updates leaves what `changed` describes.
        yield _compare("create", target, silent, shape, [catalogue.product], 201)
        updates = [catalogue.change, catalogue.product, catalogue.change]
        yield _compare("update", target, silent, shape, updates, 204)
        yield _compare("unchanged", target, silent, shape, [catalogue.changed] * 3, 204)


def _compare(name: str, target: Target, silent: Target, shape: Shape, rounds: Sequence[Make], status: int) -> Figure:
    with Session(target) as session, Session(silent) as silent_session:
        recorded, other = Side(session), Side(silent_session)
        _push(recorded, other, shape, rounds, status)
        time.sleep(REST)
        rows = shape.products * len(rounds)
        facts = {
            "rows_per_s_without": round(rows / sum(other.calls), 1),
            "cost_percent": _more(median(recorded.calls), median(other.calls)),
            "cpu_cost_percent": _more(recorded.cpu(), other.cpu()),
        }
        return Figure(f"recording.{name}", rows, sum(recorded.calls), None, facts)


def _push(recorded: Side, other: Side, shape: Shape, rounds: Sequence[Make], status: int) -> None:
    order = [recorded, other]
    for make in rounds:
        for _, body in catalogue.bodies(make(shape, number) for number in range(shape.products)):
            for side in order:
                side.push(body, status)
            order.reverse()


def _more(one: float, than: float) -> float | None:
    return round((one / than - 1) * 100, 1) if than else None


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
