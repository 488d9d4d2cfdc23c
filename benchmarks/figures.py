"""What every benchmark shares: its options, and the JSON line that it prints for each figure."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks import catalogue, server
from benchmarks.floor import Floor
from benchmarks.server import Target


@dataclass(frozen=True, slots=True)
class Figure:
    """`rows` were done in `seconds`; `floor` is the same work without Limen, if it was measured."""

    name: str
    rows: int
    seconds: float
    floor: Floor | None = None
    facts: dict[str, Any] = field(default_factory=dict)


Measure = Callable[[Target, catalogue.Shape], Iterator[Figure]]


def run(measure: Measure, description: str, arguments: list[str] | None = None) -> int:
    """Read the options, measure, and print one JSON line per figure."""
    options = _parser(description).parse_args(arguments)
    shape = catalogue.Shape(
        products=options.rows,
        attributes=options.attributes,
        locales=options.locales,
        families=options.families,
        seed=options.seed,
    )
    if options.url:
        context: Any = nullcontext(server.given(options.url, options.dsn, os.environ))
    else:
        context = server.own()
    with context as target:
        about = {"db": _database(target), "commit": commit(), "machine": machine()}
        for figure in measure(target, shape):
            memory = server.memory_mb(target)
            print(orjson.dumps(_line(figure, memory, about)).decode(), flush=True)
    return 0


def speed_of(floor: Floor | None) -> float | None:
    """Give a floor's rows per second; None when there is none."""
    return round(floor.rows / floor.seconds, 1) if floor and floor.seconds else None


def _line(figure: Figure, memory: float | None, about: dict[str, Any]) -> dict[str, Any]:
    speed = figure.rows / figure.seconds if figure.seconds else 0.0
    floor = speed_of(figure.floor)
    return {
        "name": figure.name,
        "rows": figure.rows,
        "seconds": round(figure.seconds, 4),
        "rows_per_s": round(speed, 1),
        "floor_rows_per_s": floor,
        "ratio": round(speed / floor, 3) if floor else None,
        "memory_mb": memory,
        **figure.facts,
        **about,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _parser(description: str) -> argparse.ArgumentParser:
    shape = catalogue.Shape()
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=_positive, default=1000, help="how many of what is measured (%(default)s)")
    parser.add_argument("--attributes", type=_positive, default=shape.attributes, help="(%(default)s)")
    parser.add_argument("--locales", type=_positive, default=shape.locales, help="(%(default)s)")
    parser.add_argument("--families", type=_positive, default=shape.families, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=shape.seed, help="(%(default)s)")
    parser.add_argument("--url", help="measure this server, with PIM_CLIENT_ID, PIM_SECRET, PIM_USERNAME, PIM_PASSWORD")
    parser.add_argument("--dsn", help="the database of that server, for the floors", default=None)
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _database(target: Target) -> str | None:
    if target.dsn is None:
        return None
    with psycopg.connect(target.dsn) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return f"PostgreSQL {row[0].split()[0]}" if row else None


def commit() -> str | None:
    command = ["git", "describe", "--always", "--dirty"]
    here = Path(__file__).parent
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
