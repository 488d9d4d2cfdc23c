"""The pages that ask first: a new secret, a new password, pausing, resuming, deleting."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_CREDENTIALS, MANAGE_CONNECTIONS, SEEING_CONNECTIONS
from limen.connections import operations, queries, rules
from limen.connections.forms import DeleteForm, RegenerateForm
from limen.connections.views.answers import no_such_connection
from limen.connections.views.handover import hand_over
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.web.views import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def regenerate_secret(request: HttpRequest, code: str) -> HttpResponse:
    form = RegenerateForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, code, "connections/regenerate_secret.html", form=form)
    keep_old = form.cleaned_data["keep_old"]
    secret = operations.regenerate_secret(code=code, keep_old=keep_old, by=caller_of(request), now=clock.now())
    code = _as_stored(code)
    hand_over(request, to=code, secret=secret)
    if keep_old:
        messages.success(request, _("The connection has a new secret. The old one works on: see Access."))
    else:
        messages.success(request, _("The connection has a new secret. Give it to the connector."))
    return see_other("connections:settings", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def regenerate_password(request: HttpRequest, code: str) -> HttpResponse:
    form = RegenerateForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, code, "connections/regenerate_password.html", form=form)
    keep_old = form.cleaned_data["keep_old"]
    password = operations.regenerate_password(code=code, keep_old=keep_old, by=caller_of(request), now=clock.now())
    code = _as_stored(code)
    hand_over(request, to=code, password=password)
    if keep_old:
        messages.success(request, _("The connection has a new password. The old one works on: see Access."))
    else:
        messages.success(request, _("The connection has a new password. Give it to the connector."))
    return see_other("connections:settings", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def pause(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, code, "connections/pause.html")
    operations.pause_connection(code=code, by=caller_of(request), now=clock.now())
    messages.success(request, _("The connection is paused. Its next call is refused."))
    return see_other("connections:settings", _as_stored(code))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def resume(request: HttpRequest, code: str) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, code, "connections/resume.html")
    operations.resume_connection(code=code, by=caller_of(request), now=clock.now())
    messages.success(request, _("The connection is open again."))
    return see_other("connections:settings", _as_stored(code))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def delete(request: HttpRequest, code: str) -> HttpResponse:
    now = clock.now()
    try:
        found = queries.connection_settings(code, now=now)
    except NotFound as refusal:
        if request.method == "POST":
            raise
        return no_such_connection(request, refusal)
    in_use = rules.is_in_use(found.last_used_at, now)
    form = DeleteForm(request.POST if request.method == "POST" else None, code=found.code if in_use else None)
    if form.is_bound and form.is_valid():
        operations.delete_connection(code=found.code, by=caller_of(request), now=now)
        messages.success(request, _("The connection %(label)s is deleted.") % {"label": found.label})
        return see_other("connections:list")
    context = {
        "section": "connect",
        "connection": found,
        "form": form,
        "in_use": in_use,
        "tokens": queries.live_tokens(found.code, now=now),
    }
    return render(request, "connections/delete.html", context, status=422 if form.is_bound else 200)


def _ask(request: HttpRequest, code: str, template: str, *, form: RegenerateForm | None = None) -> HttpResponse:
    try:
        found = queries.connection_settings(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    context = {"section": "connect", "connection": found, "form": form}
    return render(request, template, context, status=422 if form and form.is_bound else 200)


def _as_stored(code: str) -> str:
    """Give the code in its own spelling: addresses may differ from it in case."""
    return queries.connection_settings(code, now=clock.now()).code
