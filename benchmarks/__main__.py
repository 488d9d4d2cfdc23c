"""All benchmarks, one after the other, on one server: `python -m benchmarks --rows 10000`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import (
    bulk_patch,
    bulk_structure,
    encoded_lists,
    figures,
    list_products,
    read_product,
    tokens,
    variants,
)
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    # The first fills the catalogue that the others read.
    for benchmark in (bulk_patch, list_products, encoded_lists, read_product, variants, tokens, bulk_structure):
        yield from benchmark.measure(target, shape)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
