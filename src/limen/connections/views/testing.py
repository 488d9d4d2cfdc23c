"""Test of one connection: the checklist that Limen runs itself, and first calls to run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from limen import __version__
from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_CREDENTIALS, CONNECTION_MONITORING
from limen.connections import operations, queries, rules
from limen.connections.forms import TONES
from limen.connections.queries import Report
from limen.connections.rules import ResourceRights, Step
from limen.connections.views.answers import no_such_connection
from limen.jobs import queries as jobs
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.http.json import base_url
from limen.kit.web.views import see_other

# The template of each, by the name it is called on the page.
SNIPPETS = {
    "curl": "connections/snippets/curl.txt",
    "Python": "connections/snippets/python.txt",
    "PHP": "connections/snippets/php.txt",
    "Node": "connections/snippets/node.txt",
}

# What a status is called, and its colour.
STATUSES = {
    rules.OK: (gettext_lazy("OK"), "ok"),
    rules.WARNING: (gettext_lazy("Warning"), "warn"),
    rules.FAILED: (gettext_lazy("Failed"), "bad"),
    rules.SKIPPED: (gettext_lazy("Not tested"), ""),
}

# A worker takes up a job at once; after this it is worth asking whether there is one.
_PATIENCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class ShownStep:
    step: Step
    status: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownReport:
    """`left` are the titles of the steps still to come; `text` is the report to copy, once it is finished."""

    report: Report
    steps: tuple[ShownStep, ...]
    left: tuple[str, ...]
    verdict: str
    tone: str
    rights: tuple[ResourceRights, ...]
    text: str
    is_running: bool
    is_lost: bool
    no_worker: bool


@require_safe
@requires(CONNECTION_MONITORING)
def test_page(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = queries.connection_settings(code, now=clock.now())
    except NotFound as refusal:
        return no_such_connection(request, refusal)
    context = {
        "section": "connect",
        "connection": found,
        "tone": TONES[found.flow_type],
        "snippets": SNIPPETS,
        "pim_url": base_url(request),
        "address": queries.own_address(),
        "may_run": caller_of(request).may(CONNECTION_CREDENTIALS),
        "shown": _shown(found.code, now=clock.now()),
    }
    return render(request, "connections/test.html", context)


@require_POST
@requires(CONNECTION_CREDENTIALS)
def test_run(request: HttpRequest, code: str) -> HttpResponse:
    """Have the worker test the connection. Its credentials are used, so it takes the right to see them."""
    operations.request_check(code=code, by=caller_of(request), now=clock.now())
    return see_other("connections:test", code)


@require_safe
@never_cache
@requires(CONNECTION_MONITORING)
def test_report(request: HttpRequest, code: str) -> HttpResponse:
    """Give the report as far as it goes to the page that waits: 204 while it shows all there is already.

    Whoever opens this address in a window gets the page itself.
    """
    if not request.htmx:  # type: ignore[attr-defined]  # set by HtmxMiddleware
        return redirect("connections:test", code)
    shown = _shown(code, now=clock.now())
    if shown is None:
        # htmx takes 286 for the end of the polling: the connection was deleted in another window.
        return HttpResponse(status=286)
    if shown.is_running and not shown.no_worker and request.GET.get("steps") == str(len(shown.steps)):
        return HttpResponse(status=204)
    return render(request, "connections/_report.html", {"code": code, "shown": shown, "is_answer": True})


def _shown(code: str, *, now: datetime) -> ShownReport | None:
    report = queries.report_of(code)
    if report is None:
        return None
    is_running = report.is_running(now)
    is_lost = report.finished_at is None and not is_running
    # Steps come in the order they are done; the finished report has them in the order of the list.
    done = {step.name for step in report.steps}
    rights = tuple(rules.rights_table(report.permissions)) if report.finished_at else ()
    verdict, tone = _verdict(report, is_running=is_running)
    return ShownReport(
        report=report,
        steps=tuple(ShownStep(step, str(STATUSES[step.status][0]), STATUSES[step.status][1]) for step in report.steps),
        left=tuple(title for name, title in rules.STEPS.items() if name not in done) if is_running else (),
        verdict=verdict,
        tone=tone,
        rights=rights,
        text=_text(code, report, rights) if report.finished_at else "",
        is_running=is_running,
        is_lost=is_lost,
        no_worker=_no_worker(report, now) if is_running or is_lost else False,
    )


def _verdict(report: Report, *, is_running: bool) -> tuple[str, str]:
    statuses = [step.status for step in report.steps]
    if is_running:
        return _("Running"), ""
    if report.finished_at is None:
        return _("Broken off"), "bad"
    if rules.FAILED in statuses:
        return _("Something failed"), "bad"
    if rules.WARNING in statuses:
        return _("Works, with warnings"), "warn"
    return _("All well"), "ok"


def _no_worker(report: Report, now: datetime) -> bool:
    """Tell whether nobody is there to run it. No query while it is young or goes on."""
    if report.started_at or now - report.asked_at < _PATIENCE:
        return False
    return jobs.health(now=now).workers == 0


def _text(code: str, report: Report, rights: tuple[ResourceRights, ...]) -> str:
    finished = report.finished_at or report.asked_at
    heading = f"Test of the connection {code} at {report.address}\n{clock.iso(finished)}, Limen {__version__}"
    return rules.report_text(heading=heading, steps=report.steps, rights=rights)
