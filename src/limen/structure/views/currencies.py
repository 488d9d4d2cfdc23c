"""Currencies: all there are, and which of them may be used here."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.errors import NotFound, Unprocessable
from limen.kit.web.language import currency_name
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.rules import Structure
from limen.structure.views.history import history_of
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale

SEE, EDIT = "pim_enrich_currency_index", "pim_enrich_currency_edit"


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """`labels` is what a search looks into; `channels` are (code, name) of those that have the currency."""

    code: str
    labels: dict[str, str]
    name: str
    enabled: bool
    channels: tuple[tuple[str, str], ...]


@require_safe
@requires(SEE)
def currency_list(request: HttpRequest) -> HttpResponse:
    """Every currency there is, those in use first. Cost: that of the snapshot."""
    return _list(request)


@require_POST
@requires(EDIT)
def currency_switch(request: HttpRequest, code: str) -> HttpResponse:
    """Enable or disable a currency, and show the list as it was searched; to htmx the list itself."""
    enabled = request.POST.get("enabled") == "1"
    try:
        outcome = operations.switch_currency(code, enabled=enabled, by=caller_of(request), now=clock.now())
    except Unprocessable as refusal:
        return _list(request, refused=refusal.message)
    said = _("%(currency)s is enabled.") if enabled else _("%(currency)s is disabled.")
    said %= {"currency": f"{currency_name(outcome.code)} ({outcome.code})"}
    if getattr(request, "htmx", False):
        answer = _list(request)
        trigger_client_event(answer, "toast", {"text": said, "tone": "ok"})
        return answer
    messages.success(request, said)
    answer = see_other("structure:currencies")
    answer["Location"] += _query_of(request)
    return answer


@require_safe
@requires(SEE)
def currency_history(request: HttpRequest, code: str) -> HttpResponse:
    currency = queries.snapshot().currency_section.find(code)
    if currency is None:
        raise NotFound(_("There is no currency “%(code)s”.") % {"code": code})
    context = {"section": "settings", "currency": currency, "name": currency_name(currency.code)}
    context |= history_of(request, f"currency:{currency.code}")
    return render(request, "structure/currencies/history.html", context)


def _list(request: HttpRequest, *, refused: str = "") -> HttpResponse:
    structure = queries.snapshot()
    asked = request.POST if request.method == "POST" else request.GET
    search, enabled = asked.get("search", ""), asked.get("show") == "enabled"
    rows = rows_of(structure, reading_locale(request, structure))
    if enabled:
        rows = [one for one in rows if one.enabled]
    context = {
        "section": "settings",
        "address": reverse("structure:currencies"),
        "search": search,
        "enabled": enabled,
        "after": asked.get("after", ""),
        "before": asked.get("before", ""),
        "page": page_of(matching(rows, search), after=asked.get("after", ""), before=asked.get("before", "")),
        "switched_on": sum(structure.currencies.values()),
        "refused": refused,
        "edits": caller_of(request).may(EDIT),
    }
    return render(request, "structure/currencies/list.html", context, status=422 if refused else 200)


def rows_of(structure: Structure, locale: str) -> list[CurrencyRow]:
    """Every currency there is: the enabled first, each half by name."""
    rows = [
        CurrencyRow(
            one.code,
            {"": name},
            name,
            one.enabled,
            tuple(
                (channel.code, name_of(channel, locale))
                for channel in structure.channel_section.in_order
                if one.code in channel.currencies
            ),
        )
        for one in structure.currency_section.in_order
        for name in (currency_name(one.code),)
    ]
    return sorted(rows, key=lambda one: (not one.enabled, one.name.casefold(), one.code))


def _query_of(request: HttpRequest) -> str:
    said = {name: request.POST.get(name, "") for name in ("search", "show", "after", "before")}
    query = urlencode({name: text for name, text in said.items() if text})
    return f"?{query}" if query else ""
