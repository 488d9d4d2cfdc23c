"""Pagination: its parameters, its envelope, its links (api-conventions A10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import orjson
from django.http import HttpRequest, HttpResponse

from limen.kit.errors import Unprocessable
from limen.kit.http.json import base_url, raw_answer

MOST_ITEMS = 100
# For callers that ask for extended limits, on lists that know them (ours).
MOST_ITEMS_EXTENDED = 500

Params = Sequence[tuple[str, str]]

# An encoded item in pieces, for long ones: they are copied once, into the whole answer.
Parts = tuple[bytes | memoryview, ...]


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What the caller asks for. `after` is the cursor of a `search_after` page, None on its first."""

    kind: Literal["page", "search_after"]
    page: int
    limit: int
    with_count: bool
    after: str | None

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


def extended_limits(request: HttpRequest) -> bool:
    """Tell whether the caller asks for larger limits, by the header `Limen-Limits`."""
    # Not `request.headers`, which reads all of them first: 15 µs.
    return bool(request.META.get("HTTP_LIMEN_LIMITS") == "extended")


def read_page(request: HttpRequest, *, cursors: bool = False, most: int = MOST_ITEMS) -> PageQuery:
    """Read and check the page parameters; every refusal is a plain 422."""
    given = request.GET
    kind = given.get("pagination_type", "page")
    if kind not in ("page", "search_after"):
        raise Unprocessable(f'The pagination type "{kind}" does not exist. Use "page" or "search_after".')
    if kind == "search_after":
        if not cursors:
            raise Unprocessable('The pagination type "search_after" is not supported here. Use "page".')
        return PageQuery("search_after", 1, read_limit(given.get("limit"), most=most), False, given.get("search_after"))
    page = _positive(given.get("page"), 1, "page")
    limit = read_limit(given.get("limit"), most=most)
    with_count = given.get("with_count", "false")
    if with_count not in ("true", "false"):
        raise Unprocessable(f'"{with_count}" is not possible for "with_count"; only "true" and "false" are.')
    return PageQuery("page", page, limit, with_count == "true", None)


def with_self(href: str, item: bytes) -> bytes:
    """Put `_links.self` in front of an encoded, non-empty JSON object."""
    return b'{"_links":{"self":{"href":' + orjson.dumps(href) + b"}}," + item[1:]


def page_answer(
    request: HttpRequest,
    query: PageQuery,
    items: Sequence[bytes | Parts],
    *,
    count: int | None = None,
    params: Params | None = None,
    next_after: str | None = None,
) -> HttpResponse:
    """Answer with one page of encoded items.

    `params` are the query parameters of the links, in order, without `page` and `search_after`
    (default: `limit`, `with_count`, then the request's others in its order). A next page is
    promised exactly when this one is full, so a full last page links to an empty one.
    """
    url = base_url(request) + request.path
    if query.kind == "search_after":
        return raw_answer(_cursor_page(request, url, query, items, params, next_after))
    shown = params if params is not None else default_params(request, query)

    def link(page: int) -> bytes:
        return link_to(url, [("page", str(page)), *shown])

    links = [b'"self":' + link(query.page), b'"first":' + link(1)]
    if query.page > 1:
        links.append(b'"previous":' + link(query.page - 1))
    if len(items) == query.limit:
        links.append(b'"next":' + link(query.page + 1))
    head = b'{"_links":{' + b",".join(links) + b'},"current_page":%d' % query.page
    if count is not None:
        head += b',"items_count":%d' % count
    return raw_answer(_enveloped(head, items))


def _enveloped(head: bytes, items: Sequence[bytes | Parts]) -> bytes:
    # One copy of everything: a page of 100 products is half a megabyte, and each copy of it costs 0.1 ms.
    parts: list[bytes | memoryview] = [head, b',"_embedded":{"items":[']
    for item in items:
        parts.extend(item) if isinstance(item, tuple) else parts.append(item)
        parts.append(b",")
    if items:
        parts.pop()
    parts.append(b"]}}")
    return b"".join(parts)


def _cursor_page(
    request: HttpRequest,
    url: str,
    query: PageQuery,
    items: Sequence[bytes | Parts],
    params: Params | None,
    next_after: str | None,
) -> bytes:
    shown = list(params) if params is not None else default_params(request, query)
    here = [("search_after", query.after)] if query.after is not None else []
    links = [b'"self":' + link_to(url, [*shown, *here]), b'"first":' + link_to(url, shown)]
    if len(items) == query.limit and next_after is not None:
        links.append(b'"next":' + link_to(url, [*shown, ("search_after", next_after)]))
    return _enveloped(b'{"_links":{' + b",".join(links) + b"}", items)


def default_params(request: HttpRequest, query: PageQuery) -> list[tuple[str, str]]:
    """`limit`, `with_count` (page type only), then every other parameter of the request, unchanged."""
    own: list[tuple[str, str]] = [("limit", str(query.limit))]
    if query.kind == "page":
        own.append(("with_count", "true" if query.with_count else "false"))
    taken = {"page", "limit", "with_count", "search_after"}
    return own + [(name, value) for name, values in request.GET.lists() for value in values if name not in taken]


def link_to(url: str, params: Params) -> bytes:
    """Encode a link as `{"href": …}`, query in RFC 3986 form with `/ ? @ : ! ; , *` readable."""
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='/?@:!;,*')}" for name, value in params)
    return b'{"href":' + orjson.dumps(f"{url}?{query}") + b"}"


def read_limit(text: str | None, *, default: int = 10, most: int = MOST_ITEMS) -> int:
    limit = _positive(text, default, "limit")
    if limit > most:
        raise Unprocessable(f"You cannot request more than {most} items.")
    return limit


def _positive(text: str | None, default: int, name: str) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise Unprocessable(f'"{text}" is not a valid {name} number. Send a whole number from 1 on.')
    return int(text)
