"""Tokens by password, one after the other: nearly all of it is the hashing of the password, and meant to be."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import figures
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch

MOST_TOKENS = 500


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    tokens = min(shape.products, MOST_TOKENS)
    watch = Stopwatch()
    with Session(target) as session:
        for _ in range(tokens):
            with watch:
                session.token()
    yield Figure("token_endpoint.password", tokens, watch.seconds)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
