"""The list of connections, by flow type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_MONITORING, MANAGE_CONNECTIONS, SEEING_CONNECTIONS
from limen.calls import queries as calls
from limen.calls.queries import Failures
from limen.connections import queries, rules
from limen.connections.forms import TONES
from limen.connections.queries import ListedConnection
from limen.connections.rules import FlowType
from limen.connections.views.reminder import reminder_of
from limen.connections.views.state import State
from limen.kit import clock
from limen.kit.text import fold

_TEST_HOOKS = {rules.OTHER: "data_other"}


@dataclass(frozen=True, slots=True)
class Failing:
    """That calls of a connection failed: how many in which time, in words, and a tone."""

    words: str
    tone: str

    @classmethod
    def of(cls, failures: Failures | None) -> Failing | None:
        if failures is None:
            return None
        if failures.last_day:
            words = ngettext("%(n)s failed call in 24 hours", "%(n)s failed calls in 24 hours", failures.last_day)
            return cls(words % {"n": failures.last_day}, "bad")
        words = ngettext("%(n)s failed call in 7 days", "%(n)s failed calls in 7 days", failures.last_week)
        return cls(words % {"n": failures.last_week}, "warn")


@dataclass(frozen=True, slots=True)
class Card:
    code: str
    label: str
    initials: str
    last_used_at: datetime | None
    used_recently: bool
    silent_days: int | None
    wrong_combination: bool
    state: State
    failing: Failing | None = None
    image: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    flow: FlowType
    title: str
    tone: str
    test_hook: str
    cards: list[Card]

    @property
    def has_warning(self) -> bool:
        return any(card.wrong_combination for card in self.cards)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for: a part of a label, code or username, a flow type, a condition; "" is any."""

    text: str
    flow: str
    condition: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        """Read it from an address; what is unknown there asks for nothing."""
        flow, condition = query.get("flow", ""), query.get("condition", "")
        return cls(
            text=query.get("search", "").strip()[:_SEARCH_MAX],
            flow=flow if flow in rules.FLOW_TYPES else "",
            condition=condition if condition in _CONDITIONS else "",
        )

    @property
    def is_anything(self) -> bool:
        return not (self.text or self.flow or self.condition)

    def fits(self, one: ListedConnection, now: datetime) -> bool:
        named = any(fold(self.text) in fold(name) for name in (one.label, one.code, one.username))
        right_flow = self.flow in ("", one.flow_type)
        return named and right_flow and (not self.condition or _CONDITIONS[self.condition][1](one, now))


def _unused(one: ListedConnection, now: datetime) -> bool:
    return rules.is_unused(last_used_at=one.last_used_at, created_at=one.created_at, now=now)


def _ending(one: ListedConnection, now: datetime) -> bool:
    is_over = rules.closed_by(enabled=True, expires_at=one.expires_at, now=now) is not None
    return is_over or rules.days_left(one.expires_at, now) is not None


_SEARCH_MAX = 255
# What a connection can be looked for by, besides its names: in words, and as a test.
_CONDITIONS: dict[str, tuple[str, Callable[[ListedConnection, datetime], bool]]] = {
    "tracked": (gettext_noop("Tracked"), lambda one, now: one.auditable),
    "untracked": (gettext_noop("Not tracked"), lambda one, now: not one.auditable),
    "warning": (gettext_noop("With a warning"), lambda one, now: one.wrong_combination),
    "unused": (gettext_noop("Unused for 90 days"), _unused),
    "paused": (gettext_noop("Paused"), lambda one, now: not one.enabled),
    "ending": (gettext_noop("Expired or about to"), _ending),
}


@require_safe
@requires(*SEEING_CONNECTIONS)
def connection_list(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    listed = queries.connections_for_list(now=now)
    wanted = Wanted.of(request.GET)
    found = [one for one in listed if wanted.fits(one, now)]
    limit = settings.LIMEN_CONNECTIONS_MAX
    context = {
        "section": "connect",
        "sections": sections_of(found, failures=calls.failures(now=now) if found else {}, now=now),
        "count": len(listed),
        "found": len(found),
        "wanted": wanted,
        "flows": [(flow.value, _(flow.plural)) for flow in rules.FLOW_TYPES.values()],
        "conditions": [(condition, _(words)) for condition, (words, _fits) in _CONDITIONS.items()],
        "sees_calls": caller_of(request).may(CONNECTION_MONITORING),
        "may_manage": caller_of(request).may(MANAGE_CONNECTIONS),
        "reminder": reminder_of(listed, caller=caller_of(request), now=now) if wanted.is_anything else None,
        "limit": rules.limit_reached(limit).message if queries.limit_is_reached() else "",
    }
    return render(request, "connections/list.html", context)


@require_GET
@requires(*SEEING_CONNECTIONS)
def legacy_list(request: HttpRequest) -> HttpResponse:
    """Lead the addresses of former versions to the list."""
    return redirect("connections:list")


def sections_of(listed: list[ListedConnection], *, failures: Mapping[int, Failures], now: datetime) -> list[Section]:
    """Sort connections into the sections of the page; those with nothing in them are left out."""
    sections = []
    for flow in rules.FLOW_TYPES.values():
        cards = [_card(one, failures.get(one.id), now) for one in listed if one.flow_type == flow.value]
        if cards:
            title = ngettext(flow.name, flow.plural, len(cards))
            hook = _TEST_HOOKS.get(flow.value, flow.value)
            sections.append(Section(flow, title, TONES[flow.value], hook, cards))
    return sections


def _card(one: ListedConnection, failures: Failures | None, now: datetime) -> Card:
    silent = rules.silent_days(one.last_used_at, now)
    return Card(
        code=one.code,
        label=one.label,
        initials=rules.initials(one.label),
        last_used_at=one.last_used_at,
        used_recently=one.last_used_at is not None and silent is None,
        silent_days=silent,
        wrong_combination=one.wrong_combination,
        state=State.of(enabled=one.enabled, expires_at=one.expires_at, now=now),
        failing=Failing.of(failures),
        image=one.image,
    )
