"""The root document of the API, and its 404."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.http import HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from limen.kit.errors import NotFound
from limen.kit.http.endpoint import ApiRequest, Endpoint, endpoint, methods, refusal_answer
from limen.kit.http.json import JsonObject, base_url, json_answer


@endpoint(name="pim_api_root_endpoint", public=True, listed=False)
def get_root(request: ApiRequest) -> HttpResponse:
    """List the routes by name: connectors test for their presence to detect features."""
    routes: JsonObject = {}
    authentication: JsonObject = {}
    for path, method, route in api_endpoints():
        if route.listed:
            found = authentication if path.startswith("/api/oauth") else routes
            found[route.name] = {"route": path, "methods": [method]}
    return json_answer({"host": base_url(request), "authentication": authentication, "routes": routes})


view = methods(GET=get_root)


def unknown(request: ApiRequest, rest: str) -> HttpResponseBase:
    """Answer what no route takes: 404, unless it is one that is read with a slash behind it.

    A redirect would not do: clients of the target take every 3xx for an error.
    """
    if request.method in ("GET", "HEAD") and rest.endswith("/") and not rest.endswith("//"):
        request.path, request.path_info = request.path[:-1], request.path_info[:-1]
        found = resolve(request.path_info)
        # Without its slash it is either known or comes here again, and then it has none.
        answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        return answer
    message = f"There is no route {request.path}. GET /api/rest/v1 lists those that exist."
    return refusal_answer(request, NotFound(message), None)


@cache
def api_endpoints() -> tuple[tuple[str, str, Endpoint], ...]:
    """Give every endpoint as (path, method, endpoint), in the order of the URL configuration."""
    return tuple(_walk(get_resolver().url_patterns, "/"))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str, Endpoint]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            for method, found in getattr(pattern.callback, "endpoints", {}).items():
                yield _shown(path), method, found


def _shown(path: str) -> str:
    """`/x/<str:attribute_code>` as the root document prints it: `/x/{attributeCode}`."""

    def placeholder(match: re.Match[str]) -> str:
        first, *rest = match[1].split("_")
        return "{" + first + "".join(word.capitalize() for word in rest) + "}"

    return re.sub(r"<(?:\w+:)?(\w+)>", placeholder, path)
