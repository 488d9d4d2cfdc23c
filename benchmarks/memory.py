"""Memory, and the last pages against the first, with `--rows` products and with a hundredth of them.

1,000,000 for the goal. Both catalogues are made inside the database, each on a server of its own, and get the same
mix of calls; each line tells what web process and worker hold after its part of it, and the most that they ever held.
Products have ten values, of which a change of three is sent. Alone, not with the others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import orjson
import psycopg

from benchmarks import catalogue, figures, search, search_data, server
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Browser, Session, Stopwatch, check_lines, make_structure

ATTRIBUTES = 11
PAGES = 100
CALLS = 200
COUNTS = 5
BATCHES = 20

CURSOR = "products?limit=100&pagination_type=search_after"


class Mix:
    """The calls that both catalogues get: each method is a part, does so many rows, and takes the time of each call."""

    def __init__(self, target: Target, products: int, seed: int) -> None:
        self.target = target
        self.products = products
        self.random = Random(seed)
        self.shape = Shape(products=products, attributes=ATTRIBUTES, seed=seed)
        self.watch = Stopwatch()

    def first_pages(self, session: Session) -> int:
        return self._follow(session, CURSOR)

    def last_pages(self, session: Session) -> int:
        """As many pages, so deep that the last of them ends the list."""
        before = max(0, self.products - PAGES * 100)
        return self._follow(session, f"{CURSOR}&search_after={_identifier(before)}")

    def cut_pages(self, session: Session) -> int:
        return self._follow(session, f"{CURSOR}&locales=en_US&attributes=bench_text_000,bench_number_001")

    def numbered_pages(self, session: Session) -> int:
        return sum(self._list(session, f"products?limit=100&page={page}") for page in range(1, PAGES + 1))

    def counts(self, session: Session) -> int:
        sought = {"enabled": [{"operator": "=", "value": True}]}
        for more in ("", f"&search={_json(sought)}"):
            for _ in range(COUNTS):
                self._list(session, f"products?limit=100&with_count=true{more}")
        return 2 * COUNTS

    def searches(self, session: Session) -> int:
        """Every operator once."""
        found = 0
        for _, criteria in search.operators(self.products):
            self._list(
                session, f"products-uuid?pagination_type=search_after&limit=100&search={_json(criteria(self.random))}"
            )
            found += 1
        return found

    def single(self, session: Session) -> int:
        for _ in range(CALLS):
            self._ok(session.send, "GET", f"products/{_identifier(self.random.randint(1, self.products))}")
        return CALLS

    def stream(self, session: Session) -> int:
        """All products, in one answer."""
        with self.watch:
            return session.stream("products-uuid")

    def bulk(self, session: Session) -> int:
        lines = [self._change(number) for number in self._some(BATCHES * 100)]
        for _, body in catalogue.bodies(iter(lines)):
            with self.watch:
                content = session.bulk("products", body)
            check_lines(content, 204)
        return len(lines)

    def grid(self, session: Session) -> int:
        """What people see: the grid, and one product."""
        with Browser(self.target) as browser:
            pages = ["/products", "/products?search=amber"]
            for page in pages * 10:
                with self.watch:
                    browser.get(page)
        return 2 * 10

    def _follow(self, session: Session, start: str) -> int:
        rows, following = 0, start
        for _ in range(PAGES):
            content = self._ok(session.send, "GET", following)
            rows += content.count(b'"self":{"href"') - 1
            links = orjson.loads(content[: content.index(b',"_embedded"')] + b"}")["_links"]
            if "next" not in links:
                break
            following = links["next"]["href"]
        return rows

    def _list(self, session: Session, path: str) -> int:
        return self._ok(session.send, "GET", path).count(b'"self":{"href"') - 1

    def _ok(self, send: Callable[..., tuple[int, bytes]], *call: str) -> bytes:
        with self.watch:
            status, content = send(*call)
        if status != 200:
            raise SystemExit(f"{' '.join(call)} answered {status}: {content[:300]!r}")
        return content

    def _some(self, most: int) -> list[int]:
        return self.random.sample(range(1, self.products + 1), min(self.products, most))

    def _change(self, number: int) -> dict[str, Any]:
        values = catalogue.product(self.shape, number)["values"]
        return {"identifier": _identifier(number), "values": dict(list(values.items())[:3])}


PARTS: tuple[Callable[[Mix, Session], int], ...] = (
    Mix.first_pages,
    Mix.last_pages,
    Mix.cut_pages,
    Mix.numbered_pages,
    Mix.counts,
    Mix.searches,
    Mix.single,
    Mix.stream,
    Mix.bulk,
    Mix.grid,
)


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with server.own() as other:
        yield from _measured("few", other, max(1, shape.products // 100), shape.seed)
    yield from _measured("all", target, shape.products, shape.seed)


def _measured(name: str, target: Target, products: int, seed: int) -> Iterator[Figure]:
    if target.dsn is None:
        raise SystemExit("This benchmark fills the database itself: it needs --dsn.")
    with Session(target) as session:
        make_structure(session, Shape(products=0, attributes=ATTRIBUTES))
        document = _document(session, seed)
    with psycopg.connect(target.dsn, autocommit=True) as connection:
        search_data.fill(connection, products, seed, document)
    for part in PARTS:
        # A connection that rests is closed, and some parts take a minute.
        with Session(target) as session:
            mix = Mix(target, products, seed)
            rows = part(mix, session)
        facts = {
            "of": products,
            "p50_ms": mix.watch.percentile_ms(50),
            "p95_ms": mix.watch.percentile_ms(95),
            "memory_mb": server.memory_mb(target),
            "peak_memory_mb": server.peak_memory_mb(target),
            "worker_memory_mb": server.worker_memory_mb(target),
        }
        yield Figure(f"memory.{name}.{part.__name__}", rows, mix.watch.seconds, None, facts)


def _document(session: Session, seed: int) -> str:
    """Give the document of a product with all values, as the server writes it; the product goes again."""
    whole = catalogue.product(Shape(products=1, attributes=ATTRIBUTES, seed=seed), 0)
    session.bulk("products", orjson.dumps(whole))
    _, content = session.send("GET", f"products/{whole['identifier']}")
    session.send("DELETE", f"products/{whole['identifier']}")
    shown = orjson.loads(content)
    names = ("enabled", "family", "categories", "groups", "parent", "values", "created", "updated")
    # Its identifier is another one in every product.
    values = {code: entries for code, entries in shown["values"].items() if code != "sku"}
    return orjson.dumps({name: shown[name] for name in names} | {"values": values}).decode()


def _identifier(number: int) -> str:
    return f"bench-{number:08}"


def _json(criteria: Any) -> str:
    return quote(orjson.dumps(criteria).decode())


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
