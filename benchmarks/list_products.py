"""Lists of 100 products: by identifier and by uuid, by cursor and by page number, whole and cut to some values.

The floor reads the same rows and joins the stored documents into the same answer, by plain psycopg; of cut lists too
the whole documents.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

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

_EMBEDDED = b',"_embedded":'

# Each list is read so many times: thirty calls are too few to tell anything on a machine with other work.
ROUNDS = 5


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        fill(session, shape)
        if target.dsn:
            floor.settle(target.dsn)
        for path, key in (("products", "identifier_key"), ("products-uuid", "uuid")):
            for pagination in ("search_after", "page"):
                with _floor(session, key) as beside:
                    yield _read(session, shape, path, pagination, beside)
        for name, filters in _filters(session):
            with _floor(session, "uuid") as beside:
                yield _read(session, shape, "products-uuid", "search_after", beside, name, filters)


@contextmanager
def _floor(session: Session, key: str) -> Iterator[floor.Paging | None]:
    """Give the floor of a list, once its first page has been found to be the server's; None without the database."""
    target = session.target
    if not target.dsn:
        yield None
        return
    _, content = session.send("GET", f"{'products-uuid' if key == 'uuid' else 'products'}?limit=100")
    # What follows the document in each item: no product of this catalogue is associated.
    tail = content[content.rindex(b',"associations":') : -len(b"]}}")]
    with closing(floor.Paging(target.dsn, target.url, key, tail)) as beside:
        if beside.read_next().partition(_EMBEDDED)[2] != content.partition(_EMBEDDED)[2]:
            raise SystemExit("The floor reads something else than the server.")
        beside.forget()
        yield beside


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
    """Follow a list by its links, `ROUNDS` times. A first call is not timed.

    After each page, `beside` reads the one it is at: what disturbs the machine meets both.
    """
    watch = Stopwatch()
    most = min(shape.products, MOST_ITEMS)
    items = size = 0
    start = f"{path}?limit=100&pagination_type={pagination}&{filters}".rstrip("&")
    session.send("GET", start)
    for times in range(1, ROUNDS + 1):
        following: str | None = start
        if beside:
            beside.start()
        while following and items < most * times:
            with watch:
                status, content = session.send("GET", following)
            if status != 200:
                raise SystemExit(f"GET {following} answered {status}: {content[:300]!r}")
            items += content.count(ITEM) - 1
            size += len(content)
            following = _next(content)
            if beside:
                beside.read_next()
    facts: dict[str, Any] = {"bytes_per_row": size // max(items, 1), "of": shape.products}
    facts["p50_ms"] = watch.percentile_ms(50)
    if beside:
        facts["floor_p50_ms"] = beside.watch.percentile_ms(50)
        facts["ratio_of_p50"] = round(beside.watch.percentile_ms(50) / watch.percentile_ms(50), 3)
    return Figure(f"list_products.{path}.{name or pagination}", items, watch.seconds, beside, facts)


def _next(content: bytes) -> str | None:
    """Give the link to the next page; the items are left as they are.

    Decoding half a megabyte after each page throws out of the processor's caches what the next call needs: the same
    server seemed a third slower, for something that is the client's.
    """
    found = orjson.loads(content[: content.index(_EMBEDDED)] + b"}")["_links"].get("next", {}).get("href")
    return str(found) if found else None


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
