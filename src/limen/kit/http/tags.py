"""`ETag` of one resource, and the headers that speak of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from limen.kit.conditions import ANY, UNCONDITIONAL, Conditions, read_tags, tag_of
from limen.kit.http.json import raw_answer


def tagged(request: HttpRequest, tag: str, render: Callable[[], bytes]) -> HttpResponse:
    """Answer a GET of one resource with its tag; 304, and nothing rendered, when the caller has this state already.

    The tag must change with anything that `render` prints: see `tag_with` for what the query string adds.
    """
    known = read_tags(request.META.get("HTTP_IF_NONE_MATCH", ""), weak=True)
    if known == ANY or tag in known:
        answer = HttpResponse(status=304)
        # The header goes with what is not sent, as RFC 9110 asks of a 304.
        del answer["Content-Type"]
        answer["Vary"] = "Accept-Encoding"
    else:
        answer = raw_answer(render())
    answer["ETag"] = f'"{tag}"'
    return answer


def tag_with(tag: str, view: bytes) -> str:
    """Give the tag of a view of a resource: a write compares what comes before the dot alone."""
    return f"{tag}.{tag_of(view)}"


def conditions_of(request: HttpRequest) -> Conditions:
    """Read what the caller binds a change to. Hand it to the operation, which compares under its lock."""
    match, none_match = request.META.get("HTTP_IF_MATCH"), request.META.get("HTTP_IF_NONE_MATCH")
    if match is None and none_match is None:
        return UNCONDITIONAL
    return Conditions(
        None if match is None else read_tags(match, weak=False),
        None if none_match is None else read_tags(none_match, weak=True),
    )
