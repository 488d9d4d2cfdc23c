"""Test of one connection: first calls to run, and the checklist that Limen runs itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from limen.accounts.access import requires
from limen.accounts.rules import CONNECTION_MONITORING
from limen.connections import queries, rules
from limen.connections.forms import TONES
from limen.connections.views.answers import no_such_connection
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.http.json import base_url

# The template of each, by the name it is called on the page.
SNIPPETS = {
    "curl": "connections/snippets/curl.txt",
    "Python": "connections/snippets/python.txt",
    "PHP": "connections/snippets/php.txt",
    "Node": "connections/snippets/node.txt",
}


@require_safe
@requires(CONNECTION_MONITORING)
def test_page(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = queries.connection_settings(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    context: dict[str, Any] = {
        "section": "connect",
        "connection": found,
        "tone": TONES[found.flow_type],
        "flow": rules.FLOW_TYPES[found.flow_type],
        "snippets": SNIPPETS,
        "pim_url": base_url(request),
    }
    return render(request, "connections/test.html", context)
