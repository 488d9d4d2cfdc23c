"""The list of connections, by flow type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_safe

from limen.accounts.access import requires
from limen.accounts.rules import MANAGE_CONNECTIONS
from limen.connections import queries, rules
from limen.connections.forms import TONES
from limen.connections.queries import ListedConnection
from limen.connections.rules import FlowType
from limen.kit import clock

# A card's lamp is on while its connection was used within this time.
RECENT = timedelta(days=7)

_TEST_HOOKS = {rules.OTHER: "data_other"}


@dataclass(frozen=True, slots=True)
class Card:
    code: str
    label: str
    initials: str
    last_used_at: datetime | None
    used_recently: bool
    wrong_combination: bool


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


@require_safe
@requires(MANAGE_CONNECTIONS)
def connection_list(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    listed = queries.connections_for_list(now=now)
    limit = settings.LIMEN_CONNECTIONS_MAX
    context = {
        "section": "connect",
        "sections": sections_of(listed, now),
        "count": len(listed),
        "limit": rules.limit_reached(limit).message if queries.limit_is_reached() else "",
    }
    return render(request, "connections/list.html", context)


@require_GET
@requires(MANAGE_CONNECTIONS)
def legacy_list(request: HttpRequest) -> HttpResponse:
    """Lead the addresses of former versions to the list."""
    return redirect("connections:list")


def sections_of(listed: list[ListedConnection], now: datetime) -> list[Section]:
    """Sort connections into the sections of the page; those with nothing in them are left out."""
    sections = []
    for flow in rules.FLOW_TYPES.values():
        cards = [_card(one, now) for one in listed if one.flow_type == flow.value]
        if cards:
            title = ngettext(flow.name, flow.plural, len(cards))
            hook = _TEST_HOOKS.get(flow.value, flow.value)
            sections.append(Section(flow, title, TONES[flow.value], hook, cards))
    return sections


def initials(label: str) -> str:
    """`Web shop` → "WS", `Magento` → "MA": what stands for a picture."""
    words = label.split()
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[1][0]
    return letters.upper()


def _card(one: ListedConnection, now: datetime) -> Card:
    recently = one.last_used_at is not None and now - one.last_used_at < RECENT
    return Card(one.code, one.label, initials(one.label), one.last_used_at, recently, one.wrong_combination)
