"""The console: the calls of one connection as they come in, one call with all that is kept of it, and its replay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_MONITORING
from limen.calls import queries as calls_queries
from limen.calls import rules as calls_rules
from limen.calls.rules import Line, Recorded
from limen.connections import queries
from limen.connections.forms import TONES
from limen.connections.views.replay import rehearse
from limen.kit import clock
from limen.kit.errors import Conflict
from limen.kit.http.endpoint import COLLECTION
from limen.kit.http.json import base_url
from limen.kit.text import fold
from limen.products import queries as products

_SEE_PRODUCTS = "pim_enrich_product_index"


@dataclass(frozen=True, slots=True)
class ProductLink:
    """A product that a call names; `url` is "" when it is not there, or not to be seen by whoever looks."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A body as it is shown. `text` is None when nothing of it was kept; `lines` are those kept of a cut bulk body."""

    text: str | None
    size: int
    whole: bool
    lines: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a call would do now. `lines` are those of a bulk call; `text` the answer to any other."""

    status: int
    lines: tuple[Line, ...]
    text: str

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.is_refused]

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if not line.is_refused]


@require_safe
@requires(CONNECTION_MONITORING)
def calls(request: HttpRequest, code: str) -> HttpResponse:
    """The newest calls, or those after `?after=<id>`; to htmx the list alone, or 204 while it is as it was."""
    connection = queries.find(code)
    filters = calls_rules.read_filters(request.GET.dict())
    after = _id(request.GET.get("after", ""))
    page = calls_queries.calls_page(connection_id=connection.id, filters=filters, after=after)
    htmx: Any = getattr(request, "htmx", False)
    quick = bool(htmx) and not htmx.history_restore_request
    if quick and request.GET.get("seen") == page.state:
        return HttpResponse(status=204)
    paused = request.GET.get("paused") == "1"
    context = {
        "section": "connect",
        "connection": connection,
        "tone": TONES[connection.flow_type],
        "page": page,
        "filters": filters,
        "statuses": [(one, f"{one}xx") for one in calls_rules.STATUS_CLASSES],
        "methods": calls_rules.METHODS,
        "paused": paused,
        "is_first": after is None,
        "again": "" if paused or after is not None else _address(request, seen=page.state),
        "newest": _address(request),
        "pause": _address(request, paused="" if paused else "1"),
    }
    if quick:
        answer = render(request, "connections/_calls.html", context)
    else:
        context |= {
            "missed": calls_queries.missed(connection_id=connection.id, now=clock.now()),
            "recorded": settings.LIMEN_CALLS_RECORDED,
            "kept": settings.LIMEN_CALLS_KEPT,
            "days": settings.LIMEN_CALLS_DAYS,
        }
        answer = render(request, "connections/calls.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_safe
@requires(CONNECTION_MONITORING)
def call(request: HttpRequest, code: str, id: int) -> HttpResponse:
    connection = queries.find(code)
    found = calls_queries.call(connection_id=connection.id, id=id)
    return _page(request, connection, found, None)


@require_POST
@requires(CONNECTION_MONITORING)
def replay(request: HttpRequest, code: str, id: int) -> HttpResponse:
    """Show what the call would do now. Answers with a page and not by leading to one: nothing has changed, so a
    reload repeats nothing, and the outcome is kept nowhere."""
    connection = queries.find(code)
    found = calls_queries.call(connection_id=connection.id, id=id)
    refusal = calls_rules.why_not_replayed(found)
    if refusal:
        raise Conflict(_(refusal))
    caller = queries.caller_through(connection)
    if caller is None:
        raise Conflict(_("The user of this connection is disabled, so it may do nothing."))
    answer = rehearse(found, caller=caller, host=request.get_host(), scheme=request.scheme or "http")
    return _page(request, connection, found, _rehearsal(found, answer))


def _page(request: HttpRequest, connection: Any, found: Recorded, rehearsal: Rehearsal | None) -> HttpResponse:
    lines = calls_rules.lines_of(found)
    context = {
        "section": "connect",
        "connection": connection,
        "tone": TONES[connection.flow_type],
        "call": found,
        "address": base_url(request) + reverse("connections:call", args=[connection.code, found.id]),
        "refused": [line for line in lines if line.is_refused],
        "conditions": calls_rules.search_conditions(found),
        "products": _products(request, found),
        "request_body": _shown(found.request, found.request_size, found.request_whole, found, "request"),
        "answer_body": _shown(found.answer, found.answer_size, found.answer_whole, found, "answer"),
        "why_not_replayed": _(refusal) if (refusal := calls_rules.why_not_replayed(found)) else "",
        "rehearsal": rehearsal,
    }
    return render(request, "connections/call.html", context)


def _shown(content: bytes | None, size: int, whole: bool, call: Recorded, which: str) -> Shown:
    media_type = call.request_type if which == "request" else call.answer_type
    lines = call.request_lines if which == "request" else None
    text = None if content is None else calls_rules.pretty(content, media_type)
    return Shown(text, size, whole, lines)


def _products(request: HttpRequest, call: Recorded) -> list[ProductLink]:
    """Lead to the products that a call names. 1 query, none for other calls."""
    touched = calls_rules.products_touched(call)
    if touched is None:
        return []
    if not caller_of(request).may(_SEE_PRODUCTS):
        return [ProductLink(key, "") for key in touched.keys]
    if touched.flavour == "uuid":
        uuids = {one.uuid: one.uuid for one in products.mentions(uuids=list(_uuids(touched.keys)))}
        return [ProductLink(key, _product_url(uuids.get(key.lower()))) for key in touched.keys]
    found = products.mentions(identifiers=[fold(key) for key in touched.keys])
    by_key = {fold(one.identifier or ""): one.uuid for one in found}
    return [ProductLink(key, _product_url(by_key.get(fold(key)))) for key in touched.keys]


def _uuids(keys: Iterable[str]) -> Iterable[str]:
    for key in keys:
        try:
            yield str(UUID(key))
        except ValueError:
            continue


def _product_url(uuid: str | None) -> str:
    return reverse("products:product", args=[uuid]) if uuid else ""


def _rehearsal(call: Recorded, answer: HttpResponse) -> Rehearsal:
    content = answer.content
    is_bulk = answer.status_code == 200 and answer.get("Content-Type", "").startswith(COLLECTION)
    again = replace(call, answer=content, lines=content.count(b"\n") + 1 if is_bulk else None)
    return Rehearsal(
        answer.status_code,
        tuple(calls_rules.lines_of(again)),
        "" if is_bulk else calls_rules.pretty(content, answer.get("Content-Type", "")),
    )


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(request: HttpRequest, **changes: str) -> str:
    """Give this page's address with other parameters; empty ones are left out, and the place in the list."""
    query = request.GET.copy()
    for name in ("after", "seen", *(name for name, value in query.items() if not value)):
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = value
        if not value:
            del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path
