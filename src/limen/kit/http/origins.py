"""Pages of other origins that may call the API from a browser (CORS): a list that is empty unless somebody fills it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase

# What a page may send, and what it may see beside the body.
_SENT = (
    "Authorization, Content-Type, Content-Encoding, If-Match, If-None-Match"
    ", Idempotency-Key, Limen-Limits, Limen-Compat"
)
_SEEN = (
    "Location, ETag, Retry-After, X-Request-Id, Content-Range"
    ", Limen-Dry-Run, Limen-Ignored-Values, Idempotency-Replayed"
)
_SECONDS = "600"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def other_origins(get_response: GetResponse) -> GetResponse:
    """Tell browsers that pages of the listed origins may call; without a list this step is not even there.

    Tokens travel in a header that such a page must know, so nothing is allowed on the strength of a cookie.
    """
    if not settings.LIMEN_CORS_ORIGINS:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        origin = request.META.get("HTTP_ORIGIN", "")
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        listed = origin in settings.LIMEN_CORS_ORIGINS
        if listed and request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META:
            answer: HttpResponseBase = HttpResponse(status=204)
            answer["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE"
            answer["Access-Control-Allow-Headers"] = _SENT
            answer["Access-Control-Max-Age"] = _SECONDS
        else:
            answer = get_response(request)
        if listed:
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Expose-Headers"] = _SEEN
        answer["Vary"] = f"{answer['Vary']}, Origin" if answer.has_header("Vary") else "Origin"
        return answer

    return middleware
