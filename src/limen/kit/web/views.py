"""Where a POST leads, and the pages that say no: what happened, and what to do now."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from limen.kit.errors import Refused, TooMany
from limen.kit.http.middleware import request_id_of_this_thread


def see_other(route: str, *args: object) -> HttpResponse:
    """Lead from a POST to the page that shows what became of it: always by GET, so that a reload repeats nothing."""
    answer = redirect(route, *args)
    answer.status_code = 303
    return answer


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Turn whatever a room refused into a page with its status and its sentence."""
    if refusal.status == 403:
        return _page(request, 403, _("You may not see this page"), refusal.message)
    if refusal.status == 404:
        return _page(request, 404, _("There is nothing here"), refusal.message)
    answer = _page(request, refusal.status, _("This did not work"), refusal.message)
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def forbidden(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    return _page(request, 403, _("You may not see this page"), str(exception or ""))


def not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    # Django's own Http404 carries the list of routes, or text for developers: not shown.
    return _page(request, 404, _("There is nothing here"), "")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "kit/csrf.html", {"base": _base(request)}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    # Rendered without the request: no context processor runs, so a lost database cannot break this page too.
    page = render_to_string("kit/500.html", {"incident": request_id_of_this_thread.get()[:12]})
    return HttpResponse(page, status=500)


def _page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    template = f"kit/{status}.html" if status in (403, 404) else "kit/refused.html"
    context = {"base": _base(request), "title": title, "message": message, "status": status}
    return render(request, template, context, status=status)


def _base(request: HttpRequest) -> str:
    """Who is signed in keeps the rail; a stranger sees the sentence alone."""
    return "kit/page.html" if getattr(request, "caller", None) else "kit/blank.html"
