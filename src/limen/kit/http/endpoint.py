"""An endpoint: one route and one method of the API, with everything that is checked before its view.

The order of the checks is part of the contract (api-conventions A4): method, token, overall access,
bracket parameters, media types, the endpoint's own permission, and only then the view.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from limen.kit.errors import (
    Invalid,
    Malformed,
    Misshaped,
    NotAcceptable,
    NotAllowed,
    Refused,
    TooMany,
    Unauthenticated,
    UnsupportedMedia,
)
from limen.kit.http.json import JSON, JsonObject, base_url, json_answer

log = logging.getLogger(__name__)

COLLECTION = "application/vnd.akeneo.collection+json"
MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"


class MayCall(Protocol):
    """What an endpoint asks of whoever calls: `require` raises Forbidden with the right sentence."""

    def require(self, permission: str) -> None: ...


class ApiRequest(HttpRequest):
    """A request that has passed the checks. `caller` is the room accounts' record."""

    caller: Any
    endpoint: Endpoint
    # The connection that the call belongs to, as far as that is known; for `calls.middleware`.
    connection_id: int | None


View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`name` is the route name of the root document; `permission` an id of the permission list or None
    for overall access only; `anchor` the fragment of documentation links; `accepts` the request's media
    types (None: any); `public` endpoints need no token; `listed` ones appear in the root document."""

    view: View
    name: str
    permission: str | None
    anchor: str | None
    accepts: tuple[str, ...] | None
    public: bool
    listed: bool

    def __call__(self, request: ApiRequest, **kwargs: Any) -> HttpResponseBase:
        request.endpoint = self
        try:
            try:
                self._admit(request)
                return self.view(request, **kwargs)
            except Refused as refusal:
                return refusal_answer(request, refusal, self.anchor)
        except DisallowedHost:
            # Somebody else's mistake, so no incident; raised by whoever writes a link, also that of a refusal.
            return json_answer({"code": 400, "message": 'The "Host" header does not name this server.'}, 400)
        except Exception:
            incident = uuid4().hex[:12]
            log.exception("unexpected error in %s", self.name, extra={"incident": incident})
            return json_answer(
                {"code": 500, "message": f"Internal error. The server's log has it under {incident}."}, 500
            )

    def _admit(self, request: ApiRequest) -> None:
        if not self.public:
            request.caller = _authenticator()(request)
        if "[" in request.META["QUERY_STRING"] or "%5B" in request.META["QUERY_STRING"].upper():
            _refuse_brackets(request)
        if request.method == "GET":
            _check_accept(request.META.get("HTTP_ACCEPT", ""))
        elif self.accepts is not None and request.method in ("POST", "PATCH"):
            check_content_type(request.META.get("CONTENT_TYPE", ""), self.accepts)
        if self.permission is not None:
            request.caller.require(self.permission)


def endpoint(
    *,
    name: str,
    permission: str | None = None,
    anchor: str | None = None,
    accepts: tuple[str, ...] | None = (JSON,),
    public: bool = False,
    listed: bool = True,
) -> Callable[[View], Endpoint]:
    """Declare a view as an endpoint; see Endpoint for the fields."""

    def declare(view: View) -> Endpoint:
        return Endpoint(view, name, permission, anchor, accepts, public, listed)

    return declare


def methods(**endpoints: Endpoint) -> View:
    """Make the view of one path out of its endpoints by method: `methods(GET=list_x, POST=create_x)`.

    HEAD is answered as GET. Another method is 405 with `Allow`, before any authentication.
    """
    allowed = sorted(endpoints)

    def view(request: ApiRequest, **kwargs: Any) -> HttpResponseBase:
        method = request.method or ""
        if method == "HEAD" and "GET" in endpoints:
            # The server drops the body; the checks are those of GET.
            request.method = method = "GET"
        chosen = endpoints.get(method)
        if chosen is None:
            message = f"The method {method} is not allowed on {request.path}; allowed: {', '.join(allowed)}."
            return refusal_answer(request, NotAllowed(message, allowed), None)
        return chosen(request, **kwargs)

    view.endpoints = endpoints  # type: ignore[attr-defined]  # read by the root document and the reference
    return csrf_exempt(view)


def refusal_answer(request: HttpRequest, refusal: Refused, anchor: str | None) -> HttpResponse:
    """Turn a refusal into its JSON answer and headers."""
    answer = json_answer(refusal_body(refusal, base_url(request), anchor), refusal.status)
    if isinstance(refusal, Unauthenticated):
        answer["WWW-Authenticate"] = "Bearer"
    elif isinstance(refusal, NotAllowed):
        answer["Allow"] = ", ".join(refusal.allowed)
    elif isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def refusal_body(refusal: Refused, base: str, anchor: str | None) -> JsonObject:
    """Give the error body (api-conventions A6): plain, documented or with violations."""
    body: JsonObject = {"code": refusal.status, "message": refusal.message}
    if isinstance(refusal, Invalid):
        body["errors"] = [
            {"property": violation.path, "message": violation.message, **violation.extra}
            for violation in refusal.violations
        ]
    elif isinstance(refusal, Misshaped):
        page = refusal.help or (f"api.html#{anchor}" if anchor else "api.html")
        body["_links"] = {"documentation": {"href": f"{base}/help/{page}"}}
    if refusal.reason is not None:
        body["reason"] = refusal.reason
    return body


@cache
def _authenticator() -> Callable[[HttpRequest], MayCall]:
    """The function that turns a request into its caller; named in the settings because kit knows no room."""
    found: Callable[[HttpRequest], MayCall] = import_string(settings.LIMEN_API_AUTHENTICATOR)
    return found


def _refuse_brackets(request: HttpRequest) -> None:
    for name in request.GET:
        if "[" in name:
            raise Malformed(
                f'Bracket syntax is not supported in the query string ("{name}"). Send "search" as one JSON value.'
            )


def _check_accept(accept: str) -> None:
    if not accept or accept == JSON or "*/*" in accept or JSON in accept or "application/*" in accept:
        return
    raise NotAcceptable(f'"{accept}" in "Accept" is not possible here; only "{JSON}" is.')


def check_content_type(received: str, accepted: tuple[str, ...]) -> None:
    """Compare a `Content-Type` with what an endpoint takes; parameters after `;` do not count."""
    allowed = " or ".join(f'"{one}"' for one in accepted)
    if not received.strip():
        raise UnsupportedMedia(f'The "Content-Type" header is missing. Send {allowed}.')
    if received.split(";", 1)[0].strip().lower() not in accepted:
        raise UnsupportedMedia(f'"{received}" in "Content-Type" is not possible here. Send {allowed}.')
