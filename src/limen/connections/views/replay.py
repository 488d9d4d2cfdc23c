"""Sending a product write that was kept once more, as a dry run: the very endpoint answers, and writes nothing."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.urls import Resolver404, resolve

from limen.accounts.rules import OVERALL, Caller
from limen.calls.rules import Recorded
from limen.kit.errors import NotFound, Refused
from limen.kit.http.endpoint import ApiRequest, Endpoint, check_content_type, refusal_answer


def rehearse(call: Recorded, *, caller: Caller, host: str, scheme: str) -> HttpResponse:
    """Answer as the endpoint of this call would now, for this caller, with `dry_run=1`.

    The caller has asked `why_not_replayed` before: only endpoints that know dry runs may come here. NotFound
    when no endpoint has the address.
    """
    try:
        found = resolve(call.path)
        chosen: Endpoint = found.func.endpoints[call.method]  # type: ignore[attr-defined]  # set by kit.http.methods
    except (Resolver404, AttributeError, KeyError):
        raise NotFound(f"There is no route {call.path} any more.") from None
    request = _request(call, host, scheme)
    request.caller, request.endpoint = caller, chosen
    try:
        caller.require(OVERALL)
        if chosen.accepts is not None and call.method != "DELETE":
            check_content_type(call.request_type, chosen.accepts)
        if chosen.permission is not None:
            caller.require(chosen.permission)
        answer = chosen.view(request, **found.kwargs)
    except Refused as refusal:
        return refusal_answer(request, refusal, chosen.anchor)
    assert isinstance(answer, HttpResponse)
    return answer


def _request(call: Recorded, host: str, scheme: str) -> Any:
    # The last one of a name counts; what the call itself said of dry runs is left out all the same.
    params = [(name, value) for name, value in call.params if name != "dry_run"]
    body = call.request or b""
    request: WSGIRequest | ApiRequest = WSGIRequest(
        {
            "REQUEST_METHOD": call.method,
            "PATH_INFO": call.path.encode().decode("latin-1"),
            "QUERY_STRING": urlencode([*params, ("dry_run", "1")]),
            "CONTENT_TYPE": call.request_type,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": host,
            "wsgi.url_scheme": scheme,
            "wsgi.input": BytesIO(body),
        }
    )
    return request
