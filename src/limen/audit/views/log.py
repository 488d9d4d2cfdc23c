"""The audit log on the screen, and the file of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import SEE_AUDIT_LOG
from limen.audit import rules
from limen.audit.forms import FilterForm
from limen.audit.views import words
from limen.events import queries
from limen.kit import clock

CURSOR_MAX = 2**63 - 1


@require_GET
@requires(SEE_AUDIT_LOG)
def log(request: HttpRequest) -> HttpResponse:
    """Show a page of it, newest first. 1 query beside those of every page."""
    form = _form(request)
    if not form.is_valid():
        return _shown(request, form, status=422)
    after = _cursor(request, "after")
    page = queries.audit(form.wanted(), after=after, before=None if after else _cursor(request, "before"))
    return _shown(request, form, page=page, lines=[words.line(event) for event in page.events])


@require_GET
@requires(SEE_AUDIT_LOG)
def export_csv(request: HttpRequest) -> HttpResponseBase:
    return _exported(request, rules.csv_lines, "csv", "text/csv; charset=utf-8")


@require_GET
@requires(SEE_AUDIT_LOG)
def export_ndjson(request: HttpRequest) -> HttpResponseBase:
    return _exported(request, rules.ndjson_lines, "ndjson", "application/x-ndjson")


def _exported(
    request: HttpRequest,
    lines: Callable[[Iterable[rules.EventRow]], Iterator[bytes]],
    ending: str,
    content_type: str,
) -> HttpResponseBase:
    """Send all that the filter asks for, one portion in memory at a time; the page with its errors otherwise."""
    form = _form(request)
    if not form.is_valid():
        return _shown(request, form, status=422)
    answer = StreamingHttpResponse(lines(queries.audit_all(form.wanted())), content_type=content_type)
    today = timezone.localtime(clock.now()).date()
    answer["Content-Disposition"] = f'attachment; filename="audit-{today.isoformat()}.{ending}"'
    return answer


def _form(request: HttpRequest) -> FilterForm:
    return FilterForm(request.GET, choices=words.choices(request.GET.get("what", "")))


def _shown(request: HttpRequest, form: FilterForm, *, status: int = 200, **context: object) -> HttpResponse:
    asked = request.GET.copy()
    for name in ("after", "before"):
        asked.pop(name, None)
    filtered = any(asked.get(name) for name in form.fields)
    caller = caller_of(request)
    shown = {
        "section": "system",
        "sees_system": caller.may("limen_system_index"),
        "form": form,
        "filtered": filtered,
        "query": asked.urlencode(),
        "days_kept": settings.LIMEN_AUDIT_DAYS,
        **context,
    }
    return render(request, "audit/log.html", shown, status=status)


def _cursor(request: HttpRequest, name: str) -> int | None:
    """Read the id of an event; one that cannot be is no cursor."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= CURSOR_MAX else None
