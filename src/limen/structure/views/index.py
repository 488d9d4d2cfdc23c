"""Settings: the page that leads to the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import SEEING_SETTINGS
from limen.kit.web.shell import Tile

# label, sentence, route, icon, permission; the panel beside has the same order
TILES: Sequence[tuple[Any, Any, str, str, str]] = ()


@require_safe
@requires(*SEEING_SETTINGS)
def settings(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    tiles = [
        Tile(str(label), str(sentence), reverse(route), icon)
        for label, sentence, route, icon, permission in TILES
        if caller.may(permission)
    ]
    return render(request, "structure/settings.html", {"section": "settings", "tiles": tiles})
