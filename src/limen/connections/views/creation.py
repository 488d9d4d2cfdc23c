"""Creating a connection."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_CREDENTIALS, MANAGE_CONNECTIONS
from limen.connections import operations
from limen.connections.forms import CreateForm
from limen.connections.views.handover import hand_over
from limen.kit import clock
from limen.kit.errors import Invalid
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MANAGE_CONNECTIONS)
def connection_new(request: HttpRequest) -> HttpResponse:
    form = CreateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            new = operations.create_connection(**form.cleaned_data, by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            if caller_of(request).may(CONNECTION_CREDENTIALS):
                hand_over(request, to=new.code, secret=new.secret, password=new.password)
            messages.success(request, _("The connection is created."))
            if new.limited:
                messages.info(request, _("It may call only what you may do yourself."))
            return see_other("connections:settings", new.code)
    context = {"section": "connect", "form": form, "limit": settings.LIMEN_CONNECTIONS_MAX}
    return render(request, "connections/new.html", context, status=422 if form.errors else 200)
