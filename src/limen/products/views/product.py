"""The pages of one product: attributes, categories and groups, associations, history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from limen.accounts.access import caller_of, requires
from limen.kit.errors import NotFound
from limen.media import queries as media
from limen.products import forms, queries
from limen.products.views import associations, changes, values
from limen.products.views import context as contexts
from limen.products.views import seen as seeing
from limen.products.views.seen import Seen
from limen.products.views.values import Looked
from limen.structure import queries as structure_queries

INDEX = "pim_enrich_product_index"
HISTORY = "pim_enrich_product_history"
EVENTS = 25
# The longest number that fits an event's id.
DIGITS = 18


@require_safe
@requires(INDEX)
def product_attributes(request: HttpRequest, uuid: UUID) -> HttpResponse:
    seen = _seen(request, uuid)
    looked = _looked(seen, ((code, one["data"]) for code, found in seen.product.values.items() for one in found))
    groups = values.attribute_groups(seen.product, looked, seen.url)
    context = {"groups": groups, "missing": sum(group.missing for group in groups)}
    return _page(request, "attributes", seen, looked, context)


@require_safe
@requires(INDEX)
def product_categories(request: HttpRequest, uuid: UUID) -> HttpResponse:
    seen = _seen(request, uuid)
    return _page(request, "categories", seen, _looked(seen), {"groups": seeing.groups(seen)})


@require_safe
@requires(INDEX)
def product_associations(request: HttpRequest, uuid: UUID) -> HttpResponse:
    seen = _seen(request, uuid)
    return _page(request, "associations", seen, _looked(seen), {"associations": associations.associations(seen)})


@require_safe
@requires(HISTORY)
def product_history(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The newest events, or those before `?before=<id>`; to htmx these alone."""
    caller_of(request).require(INDEX)
    seen = _seen(request, uuid)
    before = request.GET.get("before", "")
    rows = queries.history(
        f"product:{seen.product.uuid}",
        seen.structure,
        before=int(before) if before.isdecimal() and len(before) <= DIGITS else None,
        limit=EVENTS + 1,
    )
    shown = rows[:EVENTS]
    looked = replace(
        _looked(seen, changes.values_in(shown)), products=associations.names_of(changes.products_in(shown), seen)
    )
    context = {
        "happened": changes.history(shown, looked),
        "older": shown[-1].id if len(rows) > EVENTS else None,
        "continued": bool(before),
    }
    htmx: Any = getattr(request, "htmx", False)
    if htmx and not htmx.history_restore_request:
        answer = render(request, "products/_history.html", context)
    else:
        answer = _page(request, "history", seen, looked, context)
    patch_vary_headers(answer, ["HX-Request", "HX-History-Restore-Request"])
    return answer


def _seen(request: HttpRequest, uuid: UUID) -> Seen:
    structure = structure_queries.snapshot()
    product = queries.product_page(str(uuid), structure)
    if product is None:
        raise NotFound(_("There is no product at this address. It may have been deleted."))
    context = forms.read_context(request.GET.dict(), structure, usual=contexts.usual(request))
    contexts.keep(request, context)
    return Seen(product, structure, context)


def _looked(seen: Seen, entries: Iterable[tuple[str, object]] = ()) -> Looked:
    """Look up what showing these values needs, and the picture in the head. 2 queries at most."""
    pairs, codes = values.pairs_and_codes(seen.structure, [*entries, *seeing.head_values(seen)])
    return Looked(seen.structure, seen.context, structure_queries.option_labels(pairs), media.media_files(codes))


def _page(request: HttpRequest, tab: str, seen: Seen, looked: Looked, content: dict[str, Any]) -> HttpResponse:
    around = {
        "section": "products",
        "product": seen.product,
        "name": seeing.name_of(seen),
        "image": seeing.picture_of(seen, looked),
        "family": seeing.family_of(seen),
        "switch": contexts.switch(seen.structure, seen.context),
        "tabs": seeing.tabs(seen, tab, with_history=caller_of(request).may(HISTORY)),
        "channels": seeing.progress(seen),
        "trees": seeing.trees(seen),
        "url": seen.url,
    }
    return render(request, f"products/{tab}.html", {**around, **content})
