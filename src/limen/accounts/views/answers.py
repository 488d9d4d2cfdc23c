"""What several screens under System answer with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from limen.accounts.access import caller_of
from limen.kit.web.views import see_other


def after_saving(request: HttpRequest, permission: str, page: str, fallback: str, *args: object) -> HttpResponse:
    """Lead to the page of what was just made, or to the list for those who may only make."""
    return see_other(page, *args) if caller_of(request).may(permission) else see_other(fallback)
