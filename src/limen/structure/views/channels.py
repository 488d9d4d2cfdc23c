"""Channels: list, create, change, history, delete."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import requires
from limen.kit.web.language import currency_name, locale_name, long_locale_name
from limen.structure import operations, queries
from limen.structure.forms.channels import ChannelForm
from limen.structure.forms.fields import is_step, step
from limen.structure.rules import METRIC, Attribute, Channel, Structure
from limen.structure.views import records
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.picking import Item, picks_of
from limen.structure.views.records import CHANNELS

SEE, CREATE = "pim_enrich_channel_index", "pim_enrich_channel_create"
EDIT, DELETE = "pim_enrich_channel_edit", "pim_enrich_channel_remove"

FORM = "structure/channels/form.html"
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    tree: str
    locales: str
    currencies: str


@require_safe
@requires(SEE)
def channel_list(request: HttpRequest) -> HttpResponse:
    """Cost: that of the snapshot."""
    structure = queries.snapshot()
    locale, search = reading_locale(request, structure), request.GET.get("search", "")
    found = matching(structure.channel_section.in_order, search)
    page = page_of(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    rows = [
        Row(
            one.code,
            name_of(one, locale),
            name_of(structure.categories[one.category_tree], locale),
            _some([locale_name(code) for code in one.locales]),
            _some(one.currencies),
        )
        for one in page.rows
    ]
    context = {**records.page_context(request, CHANNELS, structure), "page": page, "search": search, "rows": rows}
    return render(request, "structure/channels/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def channel_new(request: HttpRequest) -> HttpResponse:
    return records.new_page(
        request, CHANNELS, _form_of(request), FORM, write=_write, more=_more, is_step=is_step(request.POST)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def channel(request: HttpRequest, code: str) -> HttpResponse:
    return records.edit_page(
        request, CHANNELS, code, _form_of(request), FORM, write=_write, more=_more, is_step=is_step(request.POST)
    )


@require_safe
@requires(SEE)
def channel_history(request: HttpRequest, code: str) -> HttpResponse:
    return records.history_page(request, CHANNELS, code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE)
def channel_delete(request: HttpRequest, code: str) -> HttpResponse:
    return records.delete_page(request, CHANNELS, code)


def _form_of(request: HttpRequest) -> records.FormOf:
    def form_of(structure: Structure, one: Channel | None, data: QueryDict | None) -> ChannelForm:
        typed = step(data) if data is not None and is_step(data) else data
        return ChannelForm(structure, one, typed, locale=reading_locale(request, structure))

    return form_of


def _write(request: HttpRequest, code: str | None, body: dict[str, Any]) -> operations.Outcome:
    return records.write_resource(request, CHANNELS, code, body)


def _more(request: HttpRequest, structure: Structure, one: Channel | None, form: ChannelForm) -> dict[str, Any]:
    locale = reading_locale(request, structure)
    return {
        "locales": picks_of(
            form,
            "locales",
            _locales(structure),
            known=lambda code: Item(code, long_locale_name(code), {}),
            placeholder=gettext_lazy("Language, country or code to add"),
            sentences=activation(structure, one, form.codes("locales")),
        ),
        "currencies": picks_of(
            form,
            "currencies",
            (_currency(code) for code, enabled in structure.currencies.items() if enabled),
            known=_currency,
            placeholder=gettext_lazy("Enabled currency to add"),
        ),
        "conversions": picks_of(
            form,
            "conversion_units",
            (_measurement(one, locale) for one in structure.attribute_section.in_order if one.type == METRIC),
            known=lambda code: _conversion(structure, form, code, locale),
            placeholder=gettext_lazy("Measurement attribute to add"),
            ordered=False,
        ),
    }


def activation(structure: Structure, one: Channel | None, locales: Iterable[str]) -> list[str]:
    """Tell which locales a channel would activate, and which would no longer be active."""
    chosen, elsewhere = set(locales), set[str]()
    for other in structure.channels.values():
        if one is None or other.code != one.code:
            elsewhere |= set(other.locales)
    begins = sorted(chosen - structure.active_locales)
    ends = sorted(structure.active_locales - elsewhere - chosen)
    said = [_("%(locale)s becomes active.") % {"locale": long_locale_name(code)} for code in begins]
    return said + [
        _("%(locale)s will no longer be active: no other channel has it. What is written in it stays stored.")
        % {"locale": long_locale_name(code)}
        for code in ends
    ]


def _locales(structure: Structure) -> list[Item]:
    """All there are: the active ones first, each half by name."""
    active = structure.active_locales
    items = [
        Item(code, name, {"": name}, _("active") if code in active else "")
        for code in structure.locales
        for name in (long_locale_name(code),)
    ]
    return sorted(items, key=lambda one: (one.code not in active, one.name.casefold()))


def _currency(code: str) -> Item:
    name = currency_name(code)
    return Item(code, name, {"": name})


def _measurement(one: Attribute, locale: str) -> Item:
    return Item(one.code, name_of(one, locale), dict(one.labels), one.metric_family or "")


def _conversion(structure: Structure, form: ChannelForm, code: str, locale: str) -> Item:
    attribute = structure.attribute(code)
    name = name_of(attribute, locale) if attribute else code
    return Item(code, name, {}, field=form.unit(code))


def _some(words: Iterable[str]) -> str:
    """The first few, and how many more."""
    known = list(words)
    rest = len(known) - SHOWN
    return ", ".join(known[:SHOWN]) + (f" +{rest}" if rest > 0 else "")
