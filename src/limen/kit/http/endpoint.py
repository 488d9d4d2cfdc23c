"""An endpoint: one route and one method of the API, with everything that is checked before its view.

The order of the checks is part of the contract (api-conventions A4): method, token, overall access,
bracket parameters, media types, the endpoint's own permission, the size of the body, and only then the view.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from limen.kit.errors import (
    Invalid,
    Malformed,
    Misshaped,
    NotAcceptable,
    NotAllowed,
    PreconditionFailed,
    Refused,
    TooMany,
    Unauthenticated,
    UnsupportedMedia,
    Violation,
)
from limen.kit.http.encoding import check_encoding, decoded, read_whole, too_large
from limen.kit.http.json import JSON, JsonObject, base_url, json_answer, marked

log = logging.getLogger(__name__)

COLLECTION = "application/vnd.akeneo.collection+json"
NDJSON = "application/x-ndjson"
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
    types (None: any, and a body of any size); `public` endpoints need no token; `listed` ones appear in the root
    document; `conditional` ones give a tag or heed `If-Match`, other writes refuse to be bound to a condition;
    of `streams` ones NDJSON may be asked for."""

    view: View
    name: str
    permission: str | None
    anchor: str | None
    accepts: tuple[str, ...] | None
    public: bool
    listed: bool
    conditional: bool
    streams: bool

    @property
    def most_bytes(self) -> int | None:
        """How large a body may be, decoded; None where the endpoint sees to that itself."""
        if self.accepts is None or MULTIPART in self.accepts:
            return None
        many = COLLECTION in self.accepts
        most: int = settings.LIMEN_COLLECTION_BODY_MAX if many else settings.LIMEN_BODY_MAX
        return most

    def __call__(self, request: ApiRequest, **kwargs: Any) -> HttpResponseBase:
        request.endpoint = self
        try:
            try:
                self._admit(request)
                return self.view(request, **kwargs)
            except Refused as refusal:
                return marked(refusal_answer(request, refusal, self.anchor), self._is_dry_run(request))
        except UnreadablePostError:
            # Somebody hung up in the midst of a body: there is nobody to tell, and nothing of ours is broken.
            return json_answer({"code": 400, "message": "The body ended before it was complete."}, 400)
        except DisallowedHost:
            # Somebody else's mistake, so no incident; raised by whoever writes a link, also that of a refusal.
            return json_answer({"code": 400, "message": 'The "Host" header does not name this server.'}, 400)
        except Exception:
            incident = uuid4().hex[:12]
            log.exception("unexpected error in %s", self.name, extra={"incident": incident})
            return json_answer(
                {"code": 500, "message": f"Internal error. The server's log has it under {incident}."}, 500
            )

    def _is_dry_run(self, request: ApiRequest) -> bool:
        """Tell whether a refusal is that of a dry run: who asked for one finds its mark on every answer.

        Not `flag`, which refuses what it cannot read: that is what is being told here.
        """
        return request.method != "GET" and not self.public and request.GET.get("dry_run") in ("1", "true")

    def _admit(self, request: ApiRequest) -> None:
        if not self.public:
            request.caller = _authenticator()(request)
        if "[" in request.META["QUERY_STRING"] or "%5B" in request.META["QUERY_STRING"].upper():
            _refuse_brackets(request)
        if request.method == "GET":
            _check_accept(request.META.get("HTTP_ACCEPT", ""), (JSON, NDJSON) if self.streams else (JSON,))
        encoding, most = "", None
        if self.accepts is not None and request.method in ("POST", "PATCH"):
            most = self.most_bytes
            check_content_type(request.META.get("CONTENT_TYPE", ""), self.accepts)
            received = request.META.get("HTTP_CONTENT_ENCODING", "")
            encoding = check_encoding(received, possible=most is not None) if received else ""
        if self.permission is not None:
            request.caller.require(self.permission)
        if request.method != "GET" and not (self.conditional or self.public):
            _refuse_conditions(request)
        if most is not None:
            _take_body(request, encoding, most)


def endpoint(
    *,
    name: str,
    permission: str | None = None,
    anchor: str | None = None,
    accepts: tuple[str, ...] | None = (JSON,),
    public: bool = False,
    listed: bool = True,
    conditional: bool = False,
    streams: bool = False,
) -> Callable[[View], Endpoint]:
    """Declare a view as an endpoint; see Endpoint for the fields."""

    def declare(view: View) -> Endpoint:
        return Endpoint(view, name, permission, anchor, accepts, public, listed, conditional, streams)

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
    body = refusal_body(refusal, base_url(request), anchor, report_all=reports_all(request), codes=tells_codes(request))
    answer = json_answer(body, refusal.status)
    if isinstance(refusal, Unauthenticated):
        answer["WWW-Authenticate"] = "Bearer"
    elif isinstance(refusal, NotAllowed):
        answer["Allow"] = ", ".join(refusal.allowed)
    elif isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def reports_all(request: HttpRequest) -> bool:
    """Tell whether every shape error is asked for, and not the first alone."""
    return "report" in request.META["QUERY_STRING"] and request.GET.get("report") == "all"


def tells_codes(request: HttpRequest) -> bool:
    """Tell whether errors carry `limen_code`; a client that stumbles over keys it does not know can do without."""
    return request.META.get("HTTP_LIMEN_COMPAT") != "strict"


def refusal_body(
    refusal: Refused, base: str, anchor: str | None, *, report_all: bool = False, codes: bool = True
) -> JsonObject:
    """Give the error body (api-conventions A6): plain, documented or with violations."""
    body: JsonObject = {"code": refusal.status, "message": refusal.message}
    if isinstance(refusal, Invalid):
        body["errors"] = _told(refusal.violations, codes)
    elif isinstance(refusal, Misshaped):
        page = refusal.help or (f"api.html#{anchor}" if anchor else "api.html")
        pages = settings.LIMEN_API_DOC_BASE_URL or f"{base}/help"
        body["_links"] = {"documentation": {"href": f"{pages}/{page}"}}
        if report_all and refusal.all:
            body["errors"] = _told(refusal.all, codes)
    if refusal.reason is not None:
        body["reason"] = refusal.reason
    return body


def _told(violations: Sequence[Violation], codes: bool) -> list[JsonObject]:
    return [
        {"property": one.path, "message": one.message, **one.extra, **({"limen_code": one.code} if codes else {})}
        for one in violations
    ]


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


def _refuse_conditions(request: HttpRequest) -> None:
    """A condition that is passed over would be a lost update to whoever relies on it."""
    if "HTTP_IF_MATCH" in request.META or "HTTP_IF_NONE_MATCH" in request.META:
        raise PreconditionFailed('"If-Match" and "If-None-Match" are possible with one existing resource only.')


def _take_body(request: HttpRequest, encoding: str, most: int) -> None:
    """Refuse a body that is too large before it is read, and decode one that is compressed."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > most:
        raise too_large(most)
    if not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        # A body in chunks. Django reads as many bytes as were announced, and here none were.
        request._body = read_whole(request.META["wsgi.input"], most)
    if encoding:
        # Where `request.body` keeps what it has read: whoever reads it, or records it, gets the decoded one.
        request._body = decoded(request.body, encoding, most)


def _check_accept(accept: str, possible: tuple[str, ...]) -> None:
    if not accept or accept == JSON or "*/*" in accept or "application/*" in accept:
        return
    if not any(one in accept for one in possible):
        shown = '" and "'.join(possible)
        are = "is" if len(possible) == 1 else "are"
        raise NotAcceptable(f'"{accept}" in "Accept" is not possible here; only "{shown}" {are}.')


def check_content_type(received: str, accepted: tuple[str, ...]) -> None:
    """Compare a `Content-Type` with what an endpoint takes; parameters after `;` do not count."""
    allowed = " or ".join(f'"{one}"' for one in accepted)
    if not received.strip():
        raise UnsupportedMedia(f'The "Content-Type" header is missing. Send {allowed}.')
    if received.split(";", 1)[0].strip().lower() not in accepted:
        raise UnsupportedMedia(f'"{received}" in "Content-Type" is not possible here. Send {allowed}.')
