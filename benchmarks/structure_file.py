"""The structure as a file: exported, planned against itself, and applied to an empty installation.

`--rows` are the attributes. The times are those of the commands, their start (about a second) included; a second
installation is started for the last two. What comes out of it must be the very file that went in.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import figures, server
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, make_structure


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    shape = replace(shape, attributes=shape.products)
    with Session(target) as session:
        make_structure(session, shape)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "structure.yaml"
        watch = Stopwatch()
        with watch:
            file.write_text(_limen(target, "export"))
        yield _figure("export", shape, watch, file)
        watch = Stopwatch()
        with watch:
            _expect(_limen(target, "apply", str(file), "--dry-run"), "Nothing to change")
        yield _figure("plan", shape, watch, file)
        with server.own() as empty:
            watch = Stopwatch()
            with watch:
                _expect(_limen(empty, "apply", str(file)), "done.")
            yield _figure("apply", shape, watch, file)
            watch = Stopwatch()
            with watch:
                _expect(_limen(empty, "apply", str(file)), "Nothing to change")
            yield _figure("apply_again", shape, watch, file)
            if _limen(empty, "export") != file.read_text():
                raise SystemExit("What was applied is exported as something else.")


def _figure(name: str, shape: Shape, watch: Stopwatch, file: Path) -> Figure:
    facts = {"lines": len(file.read_text().splitlines()), "kB": round(file.stat().st_size / 1000)}
    return Figure(f"structure_file.{name}", shape.attributes, watch.seconds, None, facts)


def _expect(printed: str, sentence: str) -> None:
    if sentence not in printed:
        raise SystemExit(f"“{sentence}” was expected, and this was printed:\n{printed[-1000:]}")


def _limen(target: Target, *arguments: str) -> str:
    if target.dsn is None:
        raise SystemExit("The commands work on the database: give --dsn.")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("LIMEN_", "DJANGO_"))}
    with tempfile.TemporaryDirectory() as folder:
        environ |= {"LIMEN_DATABASE_URL": target.dsn, "LIMEN_DATA_DIR": folder}
        done = subprocess.run(
            [server.limen(), "structure", *arguments], env=environ, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"limen structure {arguments[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
