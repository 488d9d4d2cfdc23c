"""The channel and the locale that a person looks through, kept from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode

from limen.kit.web import language
from limen.products.forms import Context
from limen.products.views import names
from limen.structure.rules import Structure

_KEPT_AS = "products.context"


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """What the switch of channel and locale offers; `query` carries the choice on links."""

    channels: tuple[Choice, ...]
    locales: tuple[Choice, ...]
    query: str


def usual(request: HttpRequest) -> tuple[str, str]:
    """Give the channel and locale this person last chose; before that, those of their account."""
    kept = request.session.get(_KEPT_AS)
    if kept:
        return str(kept[0]), str(kept[1])
    user: Any = request.user
    return user.catalog_channel, user.catalog_locale


def keep(request: HttpRequest, context: Context) -> None:
    """Remember a choice that was made in the address; a write only when it is another one."""
    chosen = [context.channel.code, context.locale]
    if "channel" in request.GET and request.session.get(_KEPT_AS) != chosen:
        request.session[_KEPT_AS] = chosen


def switch(structure: Structure, context: Context) -> Switch:
    channels = (
        Choice(one.code, names.channel_name(one, context.locale), one.code == context.channel.code)
        for one in structure.channel_section.in_order
    )
    locales = (Choice(code, language.locale_name(code), code == context.locale) for code in context.channel.locales)
    query = urlencode({"channel": context.channel.code, "locale": context.locale})
    return Switch(
        tuple(sorted(channels, key=lambda one: one.label.casefold())),
        tuple(sorted(locales, key=lambda one: one.label.casefold())),
        query,
    )
