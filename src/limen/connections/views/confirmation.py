"""The three pages that ask first: a new secret, a new password, deleting."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.accounts.access import requires
from limen.accounts.rules import MANAGE_CONNECTIONS
from limen.connections import operations, queries
from limen.connections.views.answers import caller_of, no_such_connection, see_other
from limen.connections.views.handover import hand_over
from limen.kit import clock
from limen.kit.errors import NotFound


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def regenerate_secret(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, code, "connections/regenerate_secret.html")
    secret = operations.regenerate_secret(code=code, by=caller_of(request), now=clock.now())
    code = _as_stored(code)
    hand_over(request, to=code, secret=secret)
    messages.success(request, _("The connection has a new secret. Give it to the connector."))
    return see_other("connections:settings", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def regenerate_password(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, code, "connections/regenerate_password.html")
    password = operations.regenerate_password(code=code, by=caller_of(request), now=clock.now())
    code = _as_stored(code)
    hand_over(request, to=code, password=password)
    messages.success(request, _("The connection has a new password. Give it to the connector."))
    return see_other("connections:settings", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def delete(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, code, "connections/delete.html")
    label = queries.connection_settings(code, now=clock.now()).label
    operations.delete_connection(code=code, by=caller_of(request), now=clock.now())
    messages.success(request, _("The connection %(label)s is deleted.") % {"label": label})
    return see_other("connections:list")


def _ask(request: HttpRequest, code: str, template: str) -> HttpResponse:
    try:
        found = queries.connection_settings(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    return render(request, template, {"section": "connect", "connection": found})


def _as_stored(code: str) -> str:
    """Give the code in its own spelling: addresses may differ from it in case."""
    return queries.connection_settings(code, now=clock.now()).code
