"""Every answer carries an id that the log lines carry too."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase

from limen import __version__

request_id_of_this_thread: ContextVar[str] = ContextVar("request_id", default="")


def request_id(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        identity = uuid4().hex
        request_id_of_this_thread.set(identity)
        try:
            answer = get_response(request)
        finally:
            # What a step before the view has taken for as long as the call lasts.
            at_end: Callable[[], None] | None = getattr(request, "at_end", None)
            if at_end is not None:
                at_end()
        answer["X-Request-Id"] = identity
        if request.path_info.startswith("/api/"):
            answer["X-Limen-Version"] = __version__
            # What a step before the view has to say in the answer, whatever becomes of the request.
            for name, value in getattr(request, "answer_headers", {}).items():
                answer[name] = value
            if not answer.has_header("Cache-Control"):
                answer["Cache-Control"] = "no-cache, private"
        return answer

    return middleware
