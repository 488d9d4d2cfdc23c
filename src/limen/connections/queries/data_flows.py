"""What passed each connection in the last week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from limen.connections import rules
from limen.connections.models import Connection
from limen.connections.rules import Period, Week
from limen.connections.rules import errors as error_rules
from limen.events import queries as events


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of count: of all tracked connections of its flow type together, and of each by its code."""

    all: Week
    by_connection: Mapping[str, Week]

    def of(self, code: str | None) -> Week:
        """Give the week of one connection; of all for None and for a code that is not among them."""
        return self.by_connection.get(code or "", self.all)


@dataclass(frozen=True, slots=True)
class DataFlows:
    """`source`, `destination` and `failing` are the connections chosen, None for all; the flows hold every
    connection, so that a page can show any choice. `errors` are all, `business_errors` those of the data alone.
    `is_empty`: nothing is tracked at all."""

    sources: tuple[Choice, ...]
    destinations: tuple[Choice, ...]
    source: str | None
    destination: str | None
    failing: str | None
    created: Flow
    updated: Flow
    read: Flow
    errors: Flow
    business_errors: Flow

    @property
    def is_empty(self) -> bool:
        return not self.sources and not self.destinations


def data_flows(
    *,
    timezone: str,
    now: datetime,
    source: str | None = None,
    destination: str | None = None,
    failing: str | None = None,
) -> DataFlows:
    """Give the counts of the last seven days and the day before them, in days of the viewer's zone.

    Only connections tracked now, with their present flow type: what is not tracked any more takes
    its past with it, from the sum too. 7 queries; 2 when nothing is tracked.
    """
    period = Period.until(now, rules.read_zone(timezone))
    sources = _tracked(rules.DATA_SOURCE)
    destinations = _tracked(rules.DATA_DESTINATION)
    return DataFlows(
        sources=_choices(sources),
        destinations=_choices(destinations),
        source=_chosen(source, sources),
        destination=_chosen(destination, destinations),
        created=_flow(("product.created",), sources, period),
        updated=_flow(("product.updated",), sources, period),
        read=_flow(("product.read",), destinations, period),
        failing=_chosen(failing, sources),
        errors=_flow((error_rules.BUSINESS, error_rules.TECHNICAL), sources, period),
        business_errors=_flow((error_rules.BUSINESS,), sources, period),
    )


_Tracked = dict[int, Choice]


def _tracked(flow_type: str) -> _Tracked:
    rows = (
        Connection.objects.filter(flow_type=flow_type, auditable=True)
        .order_by("created_at", "code")
        .values_list("id", "code", "label")
    )
    return {id: Choice(code, label) for id, code, label in rows}


def _choices(tracked: _Tracked) -> tuple[Choice, ...]:
    return tuple(tracked.values())


def _chosen(code: str | None, tracked: _Tracked) -> str | None:
    return code if any(choice.code == code for choice in tracked.values()) else None


def _flow(kinds: Sequence[str], tracked: _Tracked, period: Period) -> Flow:
    counts = events.hour_counts(kinds, tracked, start=period.start, end=period.end) if tracked else []
    of_each: dict[int, list[events.HourCount]] = {id: [] for id in tracked}
    for one in counts:
        of_each[one.connection_id].append(one)
    return Flow(period.week(counts), {tracked[id].code: period.week(of) for id, of in of_each.items()})
