"""How one connection may be used, and what is in use: limits, an old secret, active tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_CREDENTIALS, MANAGE_CONNECTIONS, SEEING_CONNECTIONS
from limen.connections import operations, queries, rules
from limen.connections.forms import TONES, AccessForm
from limen.connections.queries import AccessPage
from limen.connections.views.answers import no_such_connection
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid, NotFound
from limen.kit.http.address import client_address
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*SEEING_CONNECTIONS)
def access(request: HttpRequest, code: str) -> HttpResponse:
    if request.method == "POST":
        return _save(request, code)
    try:
        found = queries.access_page(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    return _page(request, found, _form(None, found, request))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def revoke_old_secret(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            code,
            title=_("Revoke the old secret?"),
            lead=_("The secret that was kept beside the new one stops working now."),
            points=[
                _("Programs that still use it are locked out until they have the new one."),
                _("Tokens live on. Revoke them too when the old secret has leaked."),
            ],
        )
    operations.revoke_old_secret(code=code, by=caller_of(request), now=clock.now())
    messages.success(request, _("The old secret is revoked. Only the new one works."))
    return see_other("connections:access", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def revoke_old_password(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            code,
            title=_("Revoke the old password?"),
            lead=_("The password that was kept beside the new one stops working now."),
            points=[
                _("Programs that still use it are locked out until they have the new one."),
                _("Tokens live on. Revoke them too when the old password has leaked."),
            ],
        )
    operations.revoke_old_password(code=code, by=caller_of(request), now=clock.now())
    messages.success(request, _("The old password is revoked. Only the new one works."))
    return see_other("connections:access", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def revoke_tokens(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            code,
            title=_("Revoke all tokens?"),
            lead=_("All access and refresh tokens of this connection end now, whoever uses them."),
            points=[
                _("The next call of its programs is refused; most of them then authenticate again by themselves."),
                _("Whoever knows secret and password can do so too: regenerate them when they have leaked."),
            ],
        )
    ended = operations.revoke_tokens(code=code, by=caller_of(request), now=clock.now())
    told = ngettext("%(n)s token is revoked.", "%(n)s tokens are revoked.", ended)
    messages.success(request, told % {"n": ended})
    return see_other("connections:access", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def revoke_token(request: HttpRequest, code: str, kind: str, token: int) -> HttpResponse:
    if request.method != "POST":
        is_refresh = kind == "refresh"
        return _ask(
            request,
            code,
            title=_("Revoke this refresh token?") if is_refresh else _("Revoke this access token?"),
            lead=_("It buys no new tokens any more.") if is_refresh else _("The next call with it is refused."),
            points=[
                _("Access tokens that were issued with it live on until they end.")
                if is_refresh
                else _("The refresh token that was issued with it lives on, and can buy another."),
            ],
        )
    operations.revoke_token(code=code, kind=kind, token=token, by=caller_of(request), now=clock.now())
    messages.success(request, _("The token is revoked."))
    return see_other("connections:access", code)


def _save(request: HttpRequest, code: str) -> HttpResponse:
    caller = caller_of(request)
    caller.require(MANAGE_CONNECTIONS)
    found = queries.access_page(code, now=clock.now())
    form = _form(request.POST, found, request)
    if form.is_valid():
        try:
            operations.set_limits(
                code=found.code,
                limits=form.limits(),
                version=form.cleaned_data["version"],
                by=caller,
                now=clock.now(),
            )
        except Invalid as refusal:
            show_violations(form, refusal)
        except Conflict:
            return _page_of_conflict(request, found.code)
        else:
            messages.success(request, _("The limits are saved. They count from the next call on."))
            return see_other("connections:access", found.code)
    return _page(request, found, form, status=422)


def _form(data: Any, found: AccessPage, request: HttpRequest) -> AccessForm:
    return AccessForm(
        data,
        limits=found.limits,
        version=found.version,
        address=rules.known_address(client_address(request)),
        editable=caller_of(request).may(MANAGE_CONNECTIONS),
    )


def _page(
    request: HttpRequest, found: AccessPage, form: AccessForm, *, in_conflict: bool = False, status: int = 200
) -> HttpResponse:
    caller = caller_of(request)
    context = {
        "section": "connect",
        "connection": found,
        "tone": TONES[found.flow_type],
        "form": form,
        "in_conflict": in_conflict,
        "may_manage": caller.may(MANAGE_CONNECTIONS),
        "may_credentials": caller.may(CONNECTION_CREDENTIALS),
    }
    return render(request, "connections/access.html", context, status=status)


def _page_of_conflict(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what was typed beside what is saved now; saving once more is then a decision."""
    found = queries.access_page(code, now=clock.now())
    typed = request.POST.copy()
    typed["version"] = str(found.version)
    return _page(request, found, _form(typed, found, request), in_conflict=True, status=409)


def _ask(request: HttpRequest, code: str, **question: Any) -> HttpResponse:
    try:
        found = queries.connection_settings(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    return render(request, "connections/revoke.html", {"section": "connect", "connection": found, **question})
