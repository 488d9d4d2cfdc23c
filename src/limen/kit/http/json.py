"""One encoder, one decoder, and the answers made with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from limen.kit.errors import Malformed, Unprocessable

JSON = "application/json"

JsonObject = dict[str, Any]

_USUAL_PORT = {"http": ":80", "https": ":443"}


def decode_object(body: bytes) -> JsonObject:
    """Read one JSON object. Anything else is Malformed (400): the shape is part of the syntax here."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("The body must be one JSON object.")
    return value


def json_answer(value: object, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), status=status, content_type=JSON)


def raw_answer(body: bytes, status: int = 200) -> HttpResponse:
    """Answer with JSON that is already encoded."""
    return HttpResponse(body, status=status, content_type=JSON)


def created(request: HttpRequest, path: str) -> HttpResponse:
    """201, empty body, absolute `Location`. `path` starts with `/` and is already percent-encoded."""
    return _located(request, path, 201)


def updated(request: HttpRequest, path: str) -> HttpResponse:
    """204, empty body, absolute `Location`, sent even when nothing changed."""
    return _located(request, path, 204)


def _located(request: HttpRequest, path: str, status: int) -> HttpResponse:
    answer = HttpResponse(status=status)
    answer["Location"] = base_url(request) + path
    # An empty body has no type; clients of the target compare `Content-Type` on 200 only.
    del answer["Content-Type"]
    return answer


def deleted() -> HttpResponse:
    """204, empty body, no `Location`."""
    answer = HttpResponse(status=204)
    del answer["Content-Type"]
    return answer


def marked(answer: HttpResponse, dry_run: bool) -> HttpResponse:
    """Say in the answer that nothing was changed, where that was asked for."""
    if dry_run:
        answer["Limen-Dry-Run"] = "true"
    return answer


def base_url(request: HttpRequest) -> str:
    """Scheme and host that links carry: `LIMEN_PUBLIC_URL`, else the request's own, default port left out."""
    if settings.LIMEN_PUBLIC_URL:
        return str(settings.LIMEN_PUBLIC_URL)
    host = request.get_host()
    # A client may name it in its header; a link does not.
    usual = _USUAL_PORT.get(request.scheme or "", "")
    return f"{request.scheme}://{host.removesuffix(usual)}"


def segment(code: str) -> str:
    """Percent-encode a code for use as one path segment; slashes stay (product identifiers have them)."""
    return quote(code, safe="/@:!;,*")


def flag(request: HttpRequest, name: str) -> bool:
    """Read one of our own switches (`?dry_run=1`): `1` and `true` both mean on.

    Raises Unprocessable for what is neither on nor off: a dry run that is written `True` must not save anything.
    """
    given = request.GET.get(name, "")
    if given not in ("1", "true", "0", "false", ""):
        raise Unprocessable(f'"{given}" is not possible for "{name}"; only "true" and "false" are.')
    return given in ("1", "true")
