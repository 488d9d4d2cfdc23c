"""The jobs on the screen: what Limen is doing by itself, what it has done, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import EDIT_JOBS, SEE_JOBS, Caller
from limen.audit.views.log import CURSOR_MAX
from limen.jobs import operations, queries
from limen.jobs.queries import PAGE, STATES, Progress
from limen.jobs.words import KINDS, TONES
from limen.jobs.words import STATES as STATES_IN_WORDS
from limen.kit import clock
from limen.kit.web.views import see_other

# Where the page of what changed is, and which permission shows it.
_PAGES = {
    "attribute": ("structure:attribute", "pim_enrich_attribute_index"),
    "channel": ("structure:channel", "pim_enrich_channel_index"),
    "family": ("structure:family", "pim_enrich_family_index"),
    "measurement_family": ("structure:measurement-family", "pim_enrich_measurement_family_index"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One run in words; `url` leads to what changed, and is empty where that is gone or may not be seen."""

    run: Progress
    kind: str
    subject: str
    url: str
    state: str
    tone: str
    took: str


@require_safe
@requires(SEE_JOBS)
def jobs(request: HttpRequest) -> HttpResponse:
    """Show a page of runs, newest first. 5 queries beside those of every page: its rows, and how the queue is."""
    caller = caller_of(request)
    # The server's text cannot hold U+0000, not even in a question.
    state, search = request.GET.get("state", ""), request.GET.get("search", "").replace("\0", "")
    found = queries.runs(
        states=[state] if state in STATES else [], search=search, before=_cursor(request.GET.get("after", ""))
    )
    rows = [_row(one, caller) for one in found[:PAGE]]
    context = {
        "section": "system",
        "sees_system": caller.may("limen_system_index"),
        "edits": caller.may(EDIT_JOBS),
        "rows": rows,
        "next": str(rows[-1].run.id) if len(found) > PAGE else None,
        "states": [(code, STATES_IN_WORDS[code], code == state) for code in STATES],
        "search": search,
        "is_narrowed": bool(search or state),
        "is_moving": any(one.run.is_under_way for one in rows),
        "health": queries.health(now=clock.now()),
    }
    return render(request, "audit/jobs.html", context)


@require_POST
@requires(EDIT_JOBS)
def job_again(request: HttpRequest, id: int) -> HttpResponse:
    """Let a failed run go on where it stopped."""
    if operations.try_again(id):
        messages.success(request, _("The job goes on where it stopped."))
    else:
        messages.info(request, _("This job has not failed, or has been started again already."))
    return see_other("audit:jobs") if caller_of(request).may(SEE_JOBS) else see_other("home")


def _row(run: Progress, caller: Caller) -> Row:
    resource, _colon, code = run.subject.partition(":")
    route, permission = _PAGES.get(resource, ("", ""))
    # What is removed has no page any more.
    url = reverse(route, args=[code]) if route and caller.may(permission) and run.kind != "cleaning" else ""
    return Row(
        run,
        str(KINDS.get(run.kind, run.kind)),
        _subject(resource, code),
        url,
        str(STATES_IN_WORDS[run.state]),
        TONES[run.state],
        _took(run.finished_at - run.started_at) if run.finished_at and run.started_at else "",
    )


def _subject(resource: str, code: str) -> str:
    names = {
        "attribute": _("attribute %(code)s"),
        "attribute_option": _("option %(code)s"),
        "association_type": _("association type %(code)s"),
        "category": _("category %(code)s"),
        "channel": _("channel %(code)s"),
        "family": _("family %(code)s"),
        "group": _("group %(code)s"),
        "measurement_family": _("measurement family %(code)s"),
        "structure": _("all families"),
    }
    return names.get(resource, f"{resource} %(code)s") % {"code": code.replace(":", " › ")}


def _took(time: timedelta) -> str:
    seconds = time.total_seconds()
    if seconds < 1:
        return _("less than a second")
    minutes, rest = divmod(int(seconds), 60)
    return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest} if minutes else _("%(s)s s") % {"s": rest}


def _cursor(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= CURSOR_MAX else None
