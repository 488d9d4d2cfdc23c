"""Credentials on demand: the secret in clear, and all four as a file of variables.

Both are POSTs, because both are recorded: who saw a secret, and when. They are the exception to
"a POST answers 303": what is shown here must not lie in an address or wait in a session.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_CREDENTIALS, SEEING_CONNECTIONS
from limen.connections import operations, queries, rules
from limen.connections.views.handover import InClear
from limen.connections.views.settings import settings_page
from limen.kit import clock
from limen.kit.http.json import base_url

_TEXT = "text/plain"


@require_POST
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def secret(request: HttpRequest, code: str) -> HttpResponse:
    """Give the secret: alone to the page's script, else the whole page with the secret in clear."""
    shown = _reveal(request, code)
    if _is_script(request):
        return _text(shown)
    found = queries.connection_settings(code, now=clock.now())
    return settings_page(request, found, in_clear=InClear(secret=shown))


@require_POST
@sensitive_post_parameters("password", "secret")
@requires(CONNECTION_CREDENTIALS)
@requires(*SEEING_CONNECTIONS)
def env_file(request: HttpRequest, code: str) -> HttpResponse:
    """Give the variables of a connector. The password, and a secret that is not kept, are on this page only while
    it shows them, and come from there."""
    found = queries.connection_settings(code, now=clock.now())
    text = rules.env_text(
        url=base_url(request),
        client_id=found.client_id,
        secret=_reveal(request, code) if queries.secret_can_be_shown(found.code) else request.POST.get("secret", ""),
        username=found.username,
        password=request.POST.get("password", ""),
    )
    answer = _text(text)
    answer["Content-Disposition"] = f'attachment; filename="{found.code}.env"'
    return answer


def _reveal(request: HttpRequest, code: str) -> str:
    return operations.reveal_secret(code=code, by=caller_of(request), now=clock.now())


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith(_TEXT)


def _text(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{_TEXT}; charset=utf-8")
    add_never_cache_headers(answer)
    return answer
