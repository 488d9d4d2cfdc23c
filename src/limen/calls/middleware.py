"""Sees every call of the API that belongs to a connection, and hands the recorder what is to be kept of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

from limen.calls import rules
from limen.calls.recorder import recorder
from limen.calls.rules import Call, Kept
from limen.kit import clock
from limen.kit.http.address import client_address
from limen.kit.http.endpoint import COLLECTION
from limen.kit.http.middleware import request_id_of_this_thread

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# What can be read as text; of anything else only the size is kept.
_TEXT = ("application/json", COLLECTION, "application/problem+json", "text/")
_NOTHING = Kept(None, 0, True)

# An unknown route and a wrong method are answered before anybody asks whose call it is.
_BEFORE_AUTHENTICATION = (404, 405)


def record_calls(get_response: GetResponse) -> GetResponse:
    """Record the calls whose request carries a `connection_id`, which authentication sets. 10–20 µs a call.

    A call that no endpoint takes is recorded by the token it brings, which costs what `connection_of` does.
    Nothing that goes wrong here reaches the caller.
    """
    if not settings.LIMEN_CALLS_RECORDED:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        at, began = clock.now(), perf_counter()
        answer = get_response(request)
        milliseconds = (perf_counter() - began) * 1000
        try:
            connection_id = _connection_id(request, answer)
            if connection_id is not None:
                recorder.put(_call(request, answer, connection_id, at, milliseconds))
        except Exception:
            log.exception("a call could not be recorded")
        return answer

    return middleware


def _connection_id(request: HttpRequest, answer: HttpResponseBase) -> int | None:
    known: int | None = getattr(request, "connection_id", None)
    if known is None and answer.status_code in _BEFORE_AUTHENTICATION:
        return _connection_of()(request)
    return known


@cache
def _connection_of() -> Callable[[HttpRequest], int | None]:
    """The function that tells whose a call is; named in the settings because it belongs to a room above."""
    found: Callable[[HttpRequest], int | None] = import_string(settings.LIMEN_API_CONNECTION_OF)
    return found


def _call(
    request: HttpRequest, answer: HttpResponseBase, connection_id: int, at: datetime, milliseconds: float
) -> Call:
    meta = request.META
    limit: int = settings.LIMEN_CALLS_BODY_MAX
    # Bodies of the token endpoint are credentials, both ways.
    with_bodies = not request.path_info.startswith("/api/oauth/")
    content = answer.content if isinstance(answer, HttpResponse) else None
    answer_type = answer.get("Content-Type", "")
    is_bulk = answer.status_code == 200 and content is not None and answer_type.startswith(COLLECTION)
    refused = rules.refused_lines(content) if is_bulk and content is not None else []
    return Call(
        connection_id=connection_id,
        at=at,
        method=request.method or "",
        path=request.path,
        query=meta.get("QUERY_STRING", ""),
        status=answer.status_code,
        milliseconds=milliseconds,
        username=getattr(getattr(request, "caller", None), "username", ""),
        user_agent=meta.get("HTTP_USER_AGENT", ""),
        address=client_address(request),
        request_id=request_id_of_this_thread.get(),
        lines=(content.count(b"\n") + 1 if content else 0) if is_bulk and content is not None else None,
        refused=len(refused) if is_bulk else None,
        request_type=meta.get("CONTENT_TYPE", ""),
        request=_request(request, refused, limit, with_bodies),
        answer_type=answer_type,
        answer=_answer(answer, content, answer_type, refused, limit, with_bodies),
        credential=meta.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip(),
    )


def _request(request: HttpRequest, refused: list[int], limit: int, with_body: bool) -> Kept:
    """Keep the body if the view has read it; reading it here would cost what the view has saved."""
    body: Any = request.__dict__.get("_body")
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not with_body or body is None:
        size = int(announced[:15]) if announced.isascii() and announced.isdigit() else 0
        return Kept(None, size, False) if size else _NOTHING
    return rules.keep_lines(body, refused, limit)


def _answer(
    answer: HttpResponseBase,
    content: bytes | None,
    answer_type: str,
    refused: list[int],
    limit: int,
    with_body: bool,
) -> Kept:
    if content is None:
        announced = answer.get("Content-Length", "0")
        size = int(announced) if announced.isdigit() else 0
        return Kept(None, size, False)
    if not content:
        return _NOTHING
    if not with_body or not answer_type.startswith(_TEXT):
        return Kept(None, len(content), False)
    return rules.keep_lines(content, refused, limit)
