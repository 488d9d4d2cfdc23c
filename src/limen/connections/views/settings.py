"""One connection: what it is, what it may do, its credentials, and whether it has called yet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts import queries as accounts
from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_CREDENTIALS, MANAGE_CONNECTIONS, SEEING_CONNECTIONS
from limen.connections import operations, queries, rules
from limen.connections.forms import TONES, Choices, SettingsForm
from limen.connections.queries import ConnectionSettings
from limen.connections.views.answers import May, OwnRights, no_such_connection
from limen.connections.views.handover import InClear, take_over
from limen.connections.views.state import State
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid, NotFound
from limen.kit.http.json import base_url
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*SEEING_CONNECTIONS)
def connection_settings(request: HttpRequest, code: str) -> HttpResponse:
    if request.method == "POST":
        return _save(request, code)
    try:
        found = queries.connection_settings(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    # Whoever may not see credentials (any more) gets none. A HEAD shows nothing, so it must not use up what is
    # shown once.
    shown = request.method == "GET" and caller_of(request).may(CONNECTION_CREDENTIALS)
    in_clear = take_over(request, found.code) if shown else InClear()
    return settings_page(request, found, in_clear=in_clear)


@require_safe
@never_cache
@requires(*SEEING_CONNECTIONS)
def first_call(request: HttpRequest, code: str) -> HttpResponse:
    """Tell the page that waits whether the first call has come: 204 while it has not, then the new state.

    Nothing is swapped in while nothing changes, so that a screen reader speaks once. Whoever opens
    this address in a window gets the page itself.
    """
    if not request.htmx:  # type: ignore[attr-defined]  # set by HtmxMiddleware
        return redirect("connections:settings", code)
    try:
        called_at = queries.first_call_at(code)
    except NotFound:
        # htmx takes 286 for the end of the polling: the connection was deleted in another window.
        return HttpResponse(status=286)
    if called_at is None:
        return HttpResponse(status=204)
    return render(request, "connections/_first_call_state.html", {"code": code, "first_call_at": called_at})


def settings_page(
    request: HttpRequest,
    found: ConnectionSettings,
    *,
    form: SettingsForm | None = None,
    in_clear: InClear | None = None,
    in_conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the page of a connection; `form` when it was refused, `in_clear` what is shown this once."""
    now = clock.now()
    form = form or _form(None, found, request)
    may = May.of(caller_of(request))
    context = {
        "section": "connect",
        "connection": found,
        "flow": rules.FLOW_TYPES[found.flow_type],
        "tone": TONES[found.flow_type],
        "form": form,
        "in_clear": in_clear or InClear(),
        "in_conflict": in_conflict,
        "pim_url": base_url(request),
        "code": found.code,
        "first_call_at": found.first_call_at,
        "may": may,
        "own": OwnRights.of(caller_of(request)),
        "secret_stays": may.credentials and queries.secret_can_be_shown(found.code),
        "state": State.of(enabled=found.enabled, expires_at=found.expires_at, now=now),
    }
    answer = render(request, "connections/settings.html", context, status=status)
    if in_clear:
        add_never_cache_headers(answer)
    return answer


def _save(request: HttpRequest, code: str) -> HttpResponse:
    caller = caller_of(request)
    caller.require(MANAGE_CONNECTIONS)
    found = queries.connection_settings(code, now=clock.now())
    form = _form(request.POST, found, request)
    if form.is_valid():
        try:
            operations.update_connection(code=found.code, **form.arguments(), by=caller, now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        except Conflict:
            return _page_of_conflict(request, found.code)
        else:
            messages.success(request, _("The connection is saved."))
            return see_other("connections:settings", found.code)
    return settings_page(request, found, form=form, status=422)


def _form(data: Any, found: ConnectionSettings, request: HttpRequest) -> SettingsForm:
    caller = caller_of(request)
    may = May.of(caller)
    choices = Choices(
        roles=accounts.roles_to_choose(),
        groups=accounts.groups_to_choose(),
        people=accounts.people_to_choose(),
        roles_beyond=accounts.roles_beyond(caller.permissions) if may.rights else set(),
    )
    return SettingsForm(
        data,
        request.FILES if data is not None else None,
        found=found,
        choices=choices,
        timezone=caller.timezone,
        editable=may.manage,
        with_rights=may.rights,
    )


def _page_of_conflict(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what was typed beside what is saved now; saving once more is then a decision."""
    found = queries.connection_settings(code, now=clock.now())
    typed = request.POST.copy()
    typed["version"] = str(found.version)
    return settings_page(request, found, form=_form(typed, found, request), in_conflict=True, status=409)
