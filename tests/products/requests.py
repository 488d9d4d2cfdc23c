"""Whole requests about products, product models, files and changes, made up out of the grammar."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import zstandard

from tests.products import grammar
from tests.products.grammar import (
    IDENTIFIERS,
    MODELS,
    SPOILING,
    TEXTS,
    UUIDS,
    any_of,
    be_careful,
    body,
    body_of_model,
    encode,
    junk,
    mixed_case,
    mostly,
    query,
    text,
)

COLLECTION = "application/vnd.akeneo.collection+json"
NDJSON = "application/x-ndjson"
REST = "/api/rest/v1"
ROOTS = {"uuid": f"{REST}/products-uuid", "identifier": f"{REST}/products", "code": f"{REST}/product-models"}
CAREFUL = 0.5
ANSWERS = frozenset({200, 201, 204, 206, 304, 400, 404, 405, 406, 409, 410, 412, 413, 415, 416, 422})


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def rehearsed(self) -> bool:
        """Whether nothing may come of it."""
        return "dry_run=1" in self.query or "dry_run=true" in self.query


def to_bytes(written: str) -> bytes:
    # Halves of characters that were not escaped are no UTF-8: that, too, is sent.
    return written.encode("utf-8", "surrogatepass")


def to_query(given: dict[str, str]) -> str:
    return urlencode([(to_bytes(name), to_bytes(one)) for name, one in given.items()])


def segment(name: str) -> str:
    return quote(name.encode("utf-8", "surrogatepass"), safe="/")


def patch(path: str, body: Any) -> Request:
    return Request("PATCH", f"{REST}/{path}", body=to_bytes(encode(body)))


def identity(r: Random, flavour: str) -> str:
    if flavour == "uuid":
        return r.choice(UUIDS) if r.random() < 0.95 else r.choice(UUIDS).upper()
    if flavour == "code":
        return mixed_case(r, r.choice(list(MODELS))) if r.random() < 0.95 else text(r)
    return r.choice(IDENTIFIERS) if r.random() < 0.9 else text(r)


# Writes


SWITCHES = ["dry_run=1", "dry_run=true", "validation=full", "validation=full&dry_run=1", "validation=x", "report=all"]


def _switches(r: Random, *more: str) -> str:
    return r.choice([*SWITCHES, *more]) if r.random() < 0.15 else ""


def _body(r: Random, flavour: str, name: str, keys: list[tuple[str, Any]]) -> str:
    return body_of_model(r, name, keys) if flavour == "code" else body(r, keys)


def patch_one(r: Random, flavour: str) -> Request:
    name = identity(r, flavour)
    sent = [(flavour, mostly(r, name))] if r.random() < 0.2 else []
    written = to_bytes(_body(r, flavour, name, sent))
    return Request("PATCH", f"{ROOTS[flavour]}/{segment(name)}", _switches(r), written)


def post_one(r: Random, flavour: str) -> Request:
    name = identity(r, flavour)
    written = to_bytes(_body(r, flavour, name, [(flavour, mostly(r, name))]))
    return Request("POST", ROOTS[flavour], _switches(r), written)


def patch_many(r: Random, flavour: str) -> Request:
    lines = []
    for _ in range(r.randrange(1, 6)):
        name = identity(r, flavour)
        lines.append(to_bytes(_body(r, flavour, name, [(flavour, mostly(r, name, 0.95))])))
    for broken in (b"", b"{", b"\xff\xfe{}", b'{"identifier":"\xc3\x28"}', b"null", b"[]", b"\0", b'"x"', b"\r"):
        if r.random() < SPOILING / 10:
            lines.insert(r.randrange(len(lines) + 1), broken)
    if r.random() < 0.002:
        lines.append(b'{"identifier":"long","values":{"rich":"' + b"x" * 1_000_001 + b'"}}')
    if r.random() < 0.005:
        lines += [b"{}"] * r.choice([94, 99, 100, 1000])
    whole = r.choice([b"\n", b"\n", b"\n", b"\r\n", b"\n\n"]).join(lines) + r.choice([b"", b"\n", b"\n\n"])
    return Request("PATCH", ROOTS[flavour], _switches(r, "atomic=true", "atomic=1", "atomic=1"), whole, COLLECTION)


def delete_one(r: Random, flavour: str) -> Request:
    return Request("DELETE", f"{ROOTS[flavour]}/{segment(identity(r, flavour))}", _switches(r))


FILES = [
    ("orbit.png", b"\x89PNG\r\n\x1a\n"),
    ("orbit.png", b"\x89PNG\r\n\x1a\nother"),
    ("a.pdf", b"%PDF-1.7"),
    ("orbit.jpg", b"no image"),
    ("", b""),
    ("..", b"x"),
    ('x"\\;=.png', b"\x89PNG\r\n\x1a\n"),
    ("\u202egnp.png", b"\x89PNG\r\n\x1a\n"),
    ("x" * 300 + ".png", b"\x89PNG\r\n\x1a\n"),
    ("a/../b\\c.PNG", b"\x89PNG\r\n\x1a\n"),
    ("a\0b.png", b"\x89PNG\r\n\x1a\n"),
    ("a\r\nX-A: b.png", b"\x89PNG\r\n\x1a\n"),
    ("ä😀.pdf", b"%PDF-1.7" + b"\0" * 70_000),
]


def upload(r: Random) -> Request:
    flavour = r.choice(["uuid", "identifier", "code"])
    attribute = r.choice(["hero_image", "hero_image", "datasheet", "tagline", "local_image", "local_file"])
    target = {
        flavour: mostly(r, identity(r, flavour), 0.97),
        "attribute": mostly(r, mixed_case(r, attribute), 0.97),
        "locale": mostly(r, "en_GB" if attribute.startswith("local_") else None, 0.97),
        "scope": mostly(r, "webshop" if attribute == "local_file" else None, 0.97),
    }
    name, content = r.choice(FILES)
    part = b"product_model" if flavour == "code" else b"product"
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n' % part + to_bytes(encode(mostly(r, target, 0.97))),
        b'Content-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s' % (name.encode(), content),
    ]
    if r.random() < 0.05:
        parts.pop(r.randrange(2))
    if r.random() < 0.03:
        parts.append(r.choice(parts or [b""]))
    whole = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    whole = whole[: r.randrange(len(whole))] if r.random() < 0.03 else whole
    kind = r.choice(["b", "b", "b", "b", "b", "b", "b", "", "x" * 300, "ä"]) if r.random() < 0.1 else "b"
    return Request("POST", f"{REST}/media-files", _switches(r), whole, f"multipart/form-data; boundary={kind}")


# Reads


def get_one(r: Random, flavour: str) -> Request:
    return Request("GET", f"{ROOTS[flavour]}/{segment(identity(r, flavour))}", to_query(query(r)))


def get_list(r: Random, flavour: str) -> Request:
    written = to_query(query(r))
    if r.random() < 0.03:
        broken = ["%", "%FF=%FF", "search=%00", "search[updated]=1", "a[]=1", "&&&==", "limit=1&limit=x", "page=%F0%9F"]
        written += "&" + r.choice(broken)
    accept = (("Accept", NDJSON),) if r.random() < 0.1 else ()
    return Request("GET", ROOTS[flavour], written, headers=accept)


def post_search(r: Random) -> Request:
    asked = {name: mostly(r, one) for name, one in query(r).items()}
    if r.random() < 0.5:
        asked["search"] = r.choice([grammar.criteria, any_of])(r)
    if r.random() < 0.1:
        asked[r.choice(["with_count", "with_quality_scores__products", "fields", "x"])] = junk(r)
    address = {name: one for name, one in query(r).items() if name in ("limit", "page", "pagination_type")}
    accept = (("Accept", NDJSON),) if r.random() < 0.1 else ()
    return Request("POST", f"{REST}/products-uuid/search", to_query(address), to_bytes(encode(asked)), headers=accept)


def read_file(r: Random) -> Request:
    if r.random() < 0.2:
        asked = {name: one for name, one in query(r).items() if name in ("limit", "page", "with_count", "x")}
        return Request("GET", f"{REST}/media-files", to_query(asked))
    code = mostly(r, r.choice(grammar.MEDIA), 0.9)
    path = f"{REST}/media-files/{segment(code if isinstance(code, str) else 'x')}"
    if r.random() < 0.3:
        return Request("GET", path)
    ranges = ["bytes=0-3", "bytes=3-1", "bytes=999-", "bytes=-2", "bytes=0-1,3-4", "x", "bytes=" + "9" * 30 + "-"]
    headers = (("Range", r.choice(ranges)),) if r.random() < 0.5 else ()
    asked = {"preview": r.choice(["small", "medium", "large", "x", ""])} if r.random() < 0.3 else {}
    return Request("GET", f"{path}/download", to_query(asked), headers=headers)


def changes(r: Random) -> Request:
    makers: dict[str, Callable[[], str]] = {
        "after": lambda: r.choice(["now", "", "Y2hhbmdlczow", "Y2hhbmdlczo5OTk5OTk5OTk5OTk5OTk5OTk5", *TEXTS]),
        "resource": lambda: r.choice(
            ["products", "product-models,products", "attributes,families", ",", "x", "locales"]
        ),
        "limit": lambda: r.choice(["1", "10", "1000", "1001", "0", "x", "9" * 40]),
        "x": lambda: text(r),
    }
    asked = {name: makers[name]() for name in r.sample(list(makers), r.randrange(4))}
    return Request("GET", "/api/limen/v1/changes", to_query(asked))


# Headers


def dressed(r: Random, one: Request) -> Request:
    """Rarely with headers that change what is done, or a body that is packed."""
    if r.random() > 0.15:
        return one
    made: dict[str, Callable[[], str]] = {
        "If-Match": lambda: r.choice(["*", '"x"', 'W/"x"', "", '"a", "b"', "\xe4", "*, *"]),
        "If-None-Match": lambda: r.choice(["*", '"x"', "x"]),
        "Idempotency-Key": lambda: r.choice(["k1", "k2", "k3", "", "two words", "\xe4", "k" * 255, "k" * 256]),
        "Accept": lambda: r.choice(["*/*", "text/html", "application/json;q=0.1", NDJSON, "\xe4"]),
        "Accept-Encoding": lambda: r.choice(["gzip", "zstd", "br", "*;q=0", "gzip;q=x", "zstd, gzip"]),
        "Limen-Limits": lambda: r.choice(["extended", "x"]),
        "Limen-Compat": lambda: "strict",
        "Content-Encoding": lambda: r.choice(["gzip", "zstd", "x-gzip", "identity", "br", ""]),
        "Content-Type": lambda: r.choice(["application/json; charset=latin-1", "text/plain", "", COLLECTION, "\xe4"]),
    }
    for name in r.sample(list(made), r.choice([1, 1, 2])):
        value = made[name]()
        if name == "Content-Type":
            one = replace(one, content_type=value)
            continue
        if name == "Content-Encoding":
            one = replace(one, body=_packed(r, value.removeprefix("x-"), one.body))
        one = replace(one, headers=(*one.headers, (name, value)))
    return one


def _packed(r: Random, encoding: str, body: bytes) -> bytes:
    if encoding in ("gzip", "zstd") and r.random() < 0.9:
        body = gzip.compress(body, 1) if encoding == "gzip" else zstandard.compress(body)
    if body and r.random() < 0.1:
        return r.choice([body[: r.randrange(len(body))], body + b"x", body + body])
    return body


def request(r: Random) -> Request:
    """Make up one request."""
    be_careful(r, r.random() < CAREFUL)
    return dressed(r, _request(r))


def _request(r: Random) -> Request:
    flavour = r.choice(["uuid", "identifier", "uuid", "identifier", "code"])
    shares: list[tuple[float, Callable[[], Request]]] = [
        (0.44, lambda: patch_one(r, flavour)),
        (0.09, lambda: post_one(r, flavour)),
        (0.11, lambda: patch_many(r, flavour)),
        (0.02, lambda: upload(r)),
        (0.03, lambda: delete_one(r, flavour)),
        (0.05, lambda: get_one(r, flavour)),
        (0.07, lambda: post_search(r)),
        (0.01, lambda: read_file(r)),
        (0.01, lambda: changes(r)),
    ]
    chosen = r.random()
    for share, make in shares:
        if chosen < share:
            return make()
        chosen -= share
    return get_list(r, flavour)
