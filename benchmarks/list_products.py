"""Lists of 100 products: by identifier and by uuid, by cursor and by page number.

The floor chooses the ids by key, reads the documents and joins them into the same envelope, by plain psycopg.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import orjson

from benchmarks import figures, floor
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

# `page × limit` may not go beyond (that is the contract), so no list is read further: the four are comparable.
MOST_ITEMS = 10_000


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    most = min(shape.products, MOST_ITEMS)
    with Session(target) as session:
        fill(session, shape)
        for path, key in (("products", "identifier_key"), ("products-uuid", "uuid")):
            rows, seconds = floor.read_pages(target.dsn, target.url, key, most) if target.dsn else (0, 0.0)
            for pagination in ("search_after", "page"):
                read, spent, size = _read(session, f"{path}?limit=100&pagination_type={pagination}", most)
                facts = {"bytes_per_row": size // max(read, 1), "of": shape.products}
                yield Figure(f"list_products.{path}.{pagination}", read, spent, rows, seconds, facts)


def _read(session: Session, url: str, most: int) -> tuple[int, float, int]:
    """Follow a list by its links; give items, seconds and bytes. The first page is read once before, untimed."""
    watch = Stopwatch()
    session.send("GET", url)
    items = size = 0
    following: str | None = url
    while following and items < most:
        with watch:
            status, content = session.send("GET", following)
        if status != 200:
            raise SystemExit(f"GET {following} answered {status}: {content[:300]!r}")
        page = orjson.loads(content)
        items += len(page["_embedded"]["items"])
        size += len(content)
        following = page["_links"].get("next", {}).get("href")
    return items, watch.seconds, size


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
