"""First paint of the screens of categories: how long the server takes for each page of two large trees.

`--rows` are the categories of each tree: one has them all in one level, one twenty below each. Both have products.
What counts is `median_ms`, and `first_ms`, the page that is asked for after the structure has changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import catalogue, figures
from benchmarks.catalogue import DEEP, WIDE, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Browser, Session, make
from benchmarks.settings import look

PRODUCTS = 5_000

_LIST = "/settings/categories"
# What a person waits for; `{last}` is the number of the last category of each tree.
PAGES = {
    "trees": _LIST,
    "tree": f"{_LIST}/{DEEP}/tree",
    "tree.deep": f"{_LIST}/{DEEP}/tree?open={DEEP}_00001&open={DEEP}_00002&at={DEEP}_{{last}}",
    "tree.wide": f"{_LIST}/{WIDE}/tree",
    "tree.wide_end": f"{_LIST}/{WIDE}/tree?at={WIDE}_{{last}}",
    "tree.search": f"{_LIST}/{DEEP}/tree?search=_9",
    "level": f"{_LIST}/{DEEP}_00000/children",
    "category": f"{_LIST}/{DEEP}_00000",
    "category.move": f"{_LIST}/{DEEP}_00000/move?find=_9",
    "category.delete": f"{_LIST}/{DEEP}_00000/delete",
}


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    count = shape.products
    products = min(PRODUCTS, 50 * count)
    with Session(target) as session:
        make(session, [("attributes", [catalogue.large_select()]), *catalogue.trees(count)])
        make(session, catalogue.sorted_products(shape, products, count))
    with Browser(target) as browser:
        for name, path in PAGES.items():
            facts = {"categories": 2 * count, "products": products}
            yield look(target, browser, f"categories.{name}", path.format(last=f"{count - 1:05}"), facts)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
