"""Locales: all there are, and which of them channels have activated."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from limen.accounts.access import caller_of, requires
from limen.kit.web.language import long_locale_name
from limen.structure import queries
from limen.structure.rules import Channel, Structure
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale


@dataclass(frozen=True, slots=True)
class LocaleRow:
    """`labels` is what a search looks into; `channels` are (code, name) of those that have the locale."""

    code: str
    labels: dict[str, str]
    name: str
    channels: tuple[tuple[str, str], ...]


@require_safe
@requires("pim_enrich_locale_index")
def locale_list(request: HttpRequest) -> HttpResponse:
    """Every locale there is, those in use first. Cost: that of the snapshot."""
    structure = queries.snapshot()
    search, activated = request.GET.get("search", ""), request.GET.get("show") == "activated"
    rows = rows_of(structure, reading_locale(request, structure))
    if activated:
        rows = [one for one in rows if one.channels]
    context = {
        "section": "settings",
        "search": search,
        "activated": activated,
        "page": page_of(
            matching(rows, search), after=request.GET.get("after", ""), before=request.GET.get("before", "")
        ),
        "active": len(structure.active_locales),
        "sees_channels": caller_of(request).may("pim_enrich_channel_index"),
    }
    return render(request, "structure/locales/list.html", context)


def rows_of(structure: Structure, locale: str) -> list[LocaleRow]:
    """Every locale there is: those in use first, each half by name."""
    having: dict[str, list[Channel]] = {}
    for channel in structure.channel_section.in_order:
        for code in channel.locales:
            having.setdefault(code, []).append(channel)
    rows = [
        LocaleRow(
            code, {"": name}, name, tuple((channel.code, name_of(channel, locale)) for channel in having.get(code, ()))
        )
        for code in structure.locales
        for name in (long_locale_name(code),)
    ]
    return sorted(rows, key=lambda one: (not one.channels, one.name.casefold(), one.code))
