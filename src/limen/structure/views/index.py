"""Settings: the page that leads to the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import SEEING_SETTINGS
from limen.kit.web.shell import Tile

# label, sentence, route, icon, permission; the panel beside has the same order
TILES: Sequence[tuple[Any, Any, str, str, str]] = (
    (
        _("Categories"),
        _("Trees that products are sorted into."),
        "structure:categories",
        "folder-tree",
        "pim_enrich_category_index",
    ),
    (
        _("Channels"),
        _("Where and for whom products are published."),
        "structure:channels",
        "store",
        "pim_enrich_channel_index",
    ),
    (
        _("Locales"),
        _("Languages as they are written in a country."),
        "structure:locales",
        "languages",
        "pim_enrich_locale_index",
    ),
    (_("Currencies"), _("What prices are in."), "structure:currencies", "coins", "pim_enrich_currency_index"),
    (
        _("Measurement families"),
        _("What can be measured, and in which units."),
        "structure:measurement-families",
        "ruler",
        "pim_enrich_measurement_family_index",
    ),
    (
        _("Attribute groups"),
        _("The sections of a product's page."),
        "structure:attribute-groups",
        "group",
        "pim_enrich_attribute_group_index",
    ),
    (_("Attributes"), _("What is said of products."), "structure:attributes", "tags", "pim_enrich_attribute_index"),
    (
        _("Families"),
        _("Which attributes products of one kind have, which of them are required, and how products vary."),
        "structure:families",
        "shapes",
        "pim_enrich_family_index",
    ),
    (
        _("Association types"),
        _("How products lead to each other."),
        "structure:association-types",
        "link-2",
        "pim_enrich_association_type_index",
    ),
)


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
