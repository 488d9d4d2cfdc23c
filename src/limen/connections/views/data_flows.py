"""Data flows: what came in and what went out in the last week."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_MONITORING, MANAGE_CONNECTIONS
from limen.connections import queries, rules
from limen.connections.forms import TONES
from limen.connections.queries import Choice, DataFlows, Flow
from limen.connections.views.charts import Chart, chart_of
from limen.connections.views.reminder import reminder_of
from limen.kit import clock


@dataclass(frozen=True, slots=True)
class Shown:
    """One chart and what it counts."""

    id: str
    title: str
    chart: Chart


@dataclass(frozen=True, slots=True)
class Block:
    """One direction. `name` is the parameter that chooses a connection, `kept` the other block's choice."""

    id: str
    title: str
    tone: str
    name: str
    label: str
    everything: str
    choices: tuple[Choice, ...]
    chosen: str | None
    kept: tuple[tuple[str, str], ...]
    charts: tuple[Shown, ...]
    nothing: str


@require_safe
@requires(None)
def data_flows(request: HttpRequest) -> HttpResponse:
    caller, now = caller_of(request), clock.now()
    flows = queries.data_flows(
        timezone=caller.timezone,
        now=now,
        source=request.GET.get("source") or None,
        destination=request.GET.get("destination") or None,
        failing=request.GET.get("failing") or None,
    )
    may_manage = caller.may(MANAGE_CONNECTIONS)
    listed = queries.connections_for_list(now=now) if may_manage else []
    context = {
        "section": "connect",
        "flows": flows,
        "blocks": [_inbound(flows), _outbound(flows), *([_failing(flows)] if flows.sources else [])],
        "most_errors": _most_errors(flows) if caller.may(CONNECTION_MONITORING) else [],
        "zone": rules.read_zone(caller.timezone).key,
        "may_create": may_manage,
        "reminder": reminder_of(listed, caller=caller, now=now),
    }
    return render(request, "connections/data_flows.html", context)


@require_GET
@requires(None)
def legacy_dashboard(request: HttpRequest) -> HttpResponse:
    """Lead the address of a former version to Data flows."""
    return redirect("connections:data-flows")


def _inbound(flows: DataFlows) -> Block:
    return Block(
        id="inbound",
        title=_("Coming in"),
        tone=TONES[rules.DATA_SOURCE],
        name="source",
        label=_("Source"),
        everything=_("All sources"),
        choices=flows.sources,
        chosen=flows.source,
        kept=_kept(destination=flows.destination, failing=flows.failing),
        charts=(
            _shown("created", _("Products created"), flows.created, flows.source),
            _shown("updated", _("Products updated"), flows.updated, flows.source),
        ),
        nothing=_("No source is tracked. Once one is, its products created and updated are counted here, day by day."),
    )


def _outbound(flows: DataFlows) -> Block:
    return Block(
        id="outbound",
        title=_("Going out"),
        tone=TONES[rules.DATA_DESTINATION],
        name="destination",
        label=_("Destination"),
        everything=_("All destinations"),
        choices=flows.destinations,
        chosen=flows.destination,
        kept=_kept(source=flows.source, failing=flows.failing),
        charts=(_shown("read", _("Products read"), flows.read, flows.destination),),
        nothing=_("No destination is tracked. Once one is, the products it reads are counted here, day by day."),
    )


def _failing(flows: DataFlows) -> Block:
    return Block(
        id="failing",
        title=_("Errors of sources"),
        tone="flow-error",
        name="failing",
        label=_("Errors of"),
        everything=_("All sources"),
        choices=flows.sources,
        chosen=flows.failing,
        kept=_kept(source=flows.source, destination=flows.destination),
        charts=(_shown("errors", _("Errors, of the data and of programs"), flows.errors, flows.failing),),
        nothing="",
    )


@dataclass(frozen=True, slots=True)
class Failing:
    """A source, and how many errors its data had in the week."""

    code: str
    label: str
    errors: int


def _most_errors(flows: DataFlows) -> list[Failing]:
    """Give every source, the one with the most errors first."""
    of = flows.business_errors.by_connection
    shown = [Failing(one.code, one.label, of[one.code].total) for one in flows.sources]
    return sorted(shown, key=lambda one: -one.errors)


def _kept(**chosen: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, code) for name, code in chosen.items() if code)


def _shown(id: str, title: str, flow: Flow, chosen: str | None) -> Shown:
    return Shown(id, title, chart_of(flow.of(chosen)))
