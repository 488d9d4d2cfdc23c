"""Lists of 100 products: by identifier and by uuid, by cursor and by page number, whole and cut to some values.

The floor chooses the ids by key, reads the documents and joins them into the same envelope, by plain psycopg.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing

import orjson

from benchmarks import figures, floor
from benchmarks.catalogue import CHANNEL, LOCALES, Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

# `page × limit` may not go beyond (that is the contract), so no list is read further: the four are comparable.
MOST_ITEMS = 10_000

# What each item of a page starts with. A quote within a string is escaped, so it is found nowhere else.
ITEM = b'{"_links":{"self":{"href":"'

# Each list is read so many times: thirty calls are too few to tell anything on a machine with other work.
ROUNDS = 5


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        fill(session, shape)
        if target.dsn:
            floor.settle(target.dsn)
        for path, key in (("products", "identifier_key"), ("products-uuid", "uuid")):
            for pagination in ("search_after", "page"):
                with ExitStack() as stack:
                    beside = None
                    if target.dsn:
                        beside = stack.enter_context(closing(floor.Paging(target.dsn, target.url, key)))
                    yield _read(session, shape, path, pagination, beside)
        for name, filters in _filters(session):
            with ExitStack() as stack:
                beside = None
                if target.dsn:
                    beside = stack.enter_context(closing(floor.Paging(target.dsn, target.url, "uuid")))
                yield _read(session, shape, "products-uuid", "search_after", beside, name, filters)


def _filters(session: Session) -> list[tuple[str, str]]:
    """What cuts the values that are shown; the attributes are some that the catalogue has."""
    _, content = session.send("GET", "products-uuid?limit=1")
    values = orjson.loads(content)["_embedded"]["items"][0]["values"]
    codes = [code for code in values if code != "sku"][:10]
    return [
        ("attributes", f"attributes={','.join(codes)}"),
        ("locales", f"locales={LOCALES[0]}"),
        ("scope", f"scope={CHANNEL}"),
        ("all_three", f"attributes={','.join(codes)}&locales={LOCALES[0]}&scope={CHANNEL}"),
    ]


def _read(
    session: Session,
    shape: Shape,
    path: str,
    pagination: str,
    beside: floor.Paging | None,
    name: str = "",
    filters: str = "",
) -> Figure:
    """Follow a list by its links, `ROUNDS` times; after each, `beside` reads it once. A first call is not timed."""
    watch = Stopwatch()
    most = min(shape.products, MOST_ITEMS)
    items = size = 0
    start = f"{path}?limit=100&pagination_type={pagination}&{filters}".rstrip("&")
    session.send("GET", start)
    for round in range(1, ROUNDS + 1):
        following: str | None = start
        while following and items < most * round:
            with watch:
                status, content = session.send("GET", following)
            if status != 200:
                raise SystemExit(f"GET {following} answered {status}: {content[:300]!r}")
            items += content.count(ITEM) - 1
            size += len(content)
            following = _next(content)
        if beside:
            beside.read_all(most)
    facts = {"bytes_per_row": size // max(items, 1), "of": shape.products}
    return Figure(f"list_products.{path}.{name or pagination}", items, watch.seconds, beside, facts)


def _next(content: bytes) -> str | None:
    """Give the link to the next page; the items are left as they are.

    Decoding half a megabyte after each page throws out of the processor's caches what the next call needs: the same
    server seemed a third slower, for something that is the client's.
    """
    found = orjson.loads(content[: content.index(b',"_embedded"')] + b"}")["_links"].get("next", {}).get("href")
    return str(found) if found else None


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
