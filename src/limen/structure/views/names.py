"""How the structure's records are called on the screens of Settings."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.translation import get_language, to_locale

from limen.kit.text import label_of
from limen.structure.rules import Structure


class Labelled(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def labels(self) -> Any: ...


def reading_locale(request: HttpRequest, structure: Structure) -> str:
    """Give the locale whose labels a person reads: that of their account, or else the first that is activated,
    one in the language of the screens before others."""
    user: Any = request.user
    chosen = str(user.catalog_locale)
    active = structure.active_locales
    if chosen in active or not active:
        return chosen
    language = to_locale(get_language() or "en").partition("_")[0]
    return min(active, key=lambda code: (code.partition("_")[0] != language, code))


def name_of(one: Labelled, locale: str) -> str:
    """Give the label in a locale, or the code in brackets."""
    return label_of(dict(one.labels), locale, one.code)
