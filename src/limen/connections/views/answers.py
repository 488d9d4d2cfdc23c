"""What several screens of the room ask for and answer with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from limen.accounts.rules import Caller
from limen.kit.errors import NotFound


def caller_of(request: HttpRequest) -> Caller:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return caller


def see_other(route: str, *args: str) -> HttpResponse:
    """Lead from a POST to the page that shows what became of it: always by GET, so that a reload repeats nothing."""
    answer = redirect(route, *args)
    answer.status_code = 303
    return answer


def no_such_connection(request: HttpRequest, refusal: NotFound) -> HttpResponse:
    """Lead whoever opened the page of a connection that is not there to those that are."""
    messages.error(request, refusal.message)
    return redirect("connections:list")
