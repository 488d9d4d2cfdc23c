"""Every screen there is, by an address of its own: new ones are walked without being named here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {"uuid": "11111111-2222-4333-8444-555555555555", "int": "1", "slug": "install"}
ARGUMENT = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give the route and the view of each page and endpoint."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from routes(pattern, route)


def screens() -> list[tuple[str, Any]]:
    return [(route, view) for route, view in routes() if not route.startswith("api/")]


def address(route: str, named: Mapping[str, str] | None = None, text: str = "erp") -> str:
    """Give an address of a route: arguments by their name in `named`, other texts as `text`."""

    def filled(argument: re.Match[str]) -> str:
        kind, name = argument["kind"] or "str", argument["name"]
        return quote((named or {}).get(name) or SAMPLES.get(kind) or text)

    return "/" + ARGUMENT.sub(filled, route)
