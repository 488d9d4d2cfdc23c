"""Lists of 100 products as they are, in gzip and in zstd: what it costs the server, and how small they are.

The three are read in turns, page by page, so that all meet the same disturbances. Nothing is decoded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import figures
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

ENCODINGS = ("", "gzip", "zstd")
PAGE = 100
MOST_ITEMS = 1000
ROUNDS = 10


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        fill(session, shape)
        pages = [
            f"products?limit={PAGE}&page={page}" for page in range(1, max(1, min(shape.products, 1000) // PAGE) + 1)
        ]
        watches, sizes = [Stopwatch() for _ in ENCODINGS], [0] * len(ENCODINGS)
        session.send("GET", pages[0])
        for _ in range(ROUNDS):
            for page in pages:
                for place, encoding in enumerate(ENCODINGS):
                    with watches[place]:
                        status, content = session.send("GET", page, accept_encoding=encoding)
                    if status != 200:
                        raise SystemExit(f"GET {page} answered {status}: {content[:300]!r}")
                    sizes[place] += len(content)
        calls = ROUNDS * len(pages)
        for encoding, watch, size in zip(ENCODINGS, watches, sizes, strict=True):
            facts = {"bytes_per_call": size // calls, "ms_per_call": round(watch.seconds / calls * 1000, 2)}
            rows = calls * min(PAGE, shape.products)
            yield Figure(f"encoded_lists.{encoding or 'plain'}", rows, watch.seconds, facts=facts)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
