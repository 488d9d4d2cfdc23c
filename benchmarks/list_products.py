"""Lists of 100 products: by identifier and by uuid, by cursor and by page number.

The floor chooses the ids by key, reads the documents and joins them into the same envelope, by plain psycopg.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing

import orjson

from benchmarks import figures, floor
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

# `page × limit` may not go beyond (that is the contract), so no list is read further: the four are comparable.
MOST_ITEMS = 10_000


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        fill(session, shape)
        for path, key in (("products", "identifier_key"), ("products-uuid", "uuid")):
            for pagination in ("search_after", "page"):
                with ExitStack() as stack:
                    beside = None
                    if target.dsn:
                        beside = stack.enter_context(closing(floor.Paging(target.dsn, target.url, key)))
                    yield _read(session, shape, path, pagination, beside)


def _read(session: Session, shape: Shape, path: str, pagination: str, beside: floor.Paging | None) -> Figure:
    """Follow a list by its links; after each page, `beside` reads one. The first is read once before, untimed."""
    watch = Stopwatch()
    most = min(shape.products, MOST_ITEMS)
    items = size = 0
    start = f"{path}?limit=100&pagination_type={pagination}"
    session.send("GET", start)
    following: str | None = start
    while following and items < most:
        with watch:
            status, content = session.send("GET", following)
        if status != 200:
            raise SystemExit(f"GET {following} answered {status}: {content[:300]!r}")
        page = orjson.loads(content)
        items += len(page["_embedded"]["items"])
        size += len(content)
        following = page["_links"].get("next", {}).get("href")
        if beside:
            beside.read_next()
    facts = {"bytes_per_row": size // max(items, 1), "of": shape.products}
    return Figure(f"list_products.{path}.{pagination}", items, watch.seconds, beside, facts)


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
