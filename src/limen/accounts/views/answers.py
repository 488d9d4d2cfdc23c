"""What the screens under System ask for and answer with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from limen.accounts.rules import Caller


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return caller


def see_other(route: str, *args: object) -> HttpResponse:
    """Lead from a POST to the page that shows what became of it: always by GET, so that a reload repeats nothing."""
    answer = redirect(route, *args)
    answer.status_code = 303
    return answer


def after_saving(request: HttpRequest, permission: str, page: str, fallback: str, *args: object) -> HttpResponse:
    """Lead to the page of what was just made, or to the list for those who may only make."""
    return see_other(page, *args) if caller_of(request).may(permission) else see_other(fallback)
