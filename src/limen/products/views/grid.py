"""The product grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_htmx.http import push_url, replace_url

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import MANAGE_CONNECTIONS
from limen.kit.web import language
from limen.products import forms, queries
from limen.products.forms import GridQuery
from limen.products.queries import GridPage, GridRow
from limen.products.views import context as contexts
from limen.products.views import names
from limen.products.views.context import Choice
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure

ROWS = 50


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the grid. `name` is the label, or in brackets what the product is known by without one."""

    url: str
    name: str
    known_by: str
    family: str
    completeness: int | None
    enabled: bool
    updated: datetime
    image: str


@require_safe
@requires("pim_enrich_product_index")
def product_grid(request: HttpRequest) -> HttpResponse:
    """The page, or to htmx its list alone."""
    structure = structure_queries.snapshot()
    query = forms.read_grid(request.GET.dict(), structure, usual=contexts.usual(request))
    contexts.keep(request, query.context)
    page = queries.grid(
        search=query.search,
        family=query.family,
        channel=query.context.channel.code,
        locale=query.context.locale,
        after=query.after,
        before=query.before,
        limit=ROWS,
        structure=structure,
    )
    caller = caller_of(request)
    htmx: Any = getattr(request, "htmx", False)
    quick = bool(htmx) and not htmx.history_restore_request
    answer = render(
        request,
        "products/_list.html" if quick else "products/grid.html",
        {
            "section": "products",
            "query": query,
            "page": page,
            "rows": rows_of(page.rows, structure, query),
            "count": count_in_words(page),
            "families": families_to_choose(structure, query),
            "switch": contexts.switch(structure, query.context),
            "quick": quick,
            "manages_connections": caller.may(MANAGE_CONNECTIONS),
        },
    )
    patch_vary_headers(answer, ["HX-Request", "HX-History-Restore-Request"])
    return _with_address(answer, query, htmx.current_url) if quick else answer


def rows_of(rows: Sequence[GridRow], structure: Structure, query: GridQuery) -> list[RowView]:
    locale = query.context.locale
    carried = urlencode({"channel": query.context.channel.code, "locale": locale})
    return [
        RowView(
            url=f"{reverse('products:product', args=[row.uuid])}?{carried}",
            name=row.label or f"[{row.identifier or row.uuid}]",
            known_by=row.identifier or row.uuid,
            family=names.family_name(structure, row.family_code, locale) if row.family_code else "",
            completeness=row.completeness,
            enabled=row.enabled,
            updated=row.updated,
            image=reverse("products:media", args=[row.image]) if row.image else "",
        )
        for row in rows
    ]


def count_in_words(page: GridPage) -> str:
    """ "1 product", "5,538 products", "10,000+ products"."""
    if page.count_is_exact:
        return ngettext("%(n)s product", "%(n)s products", page.count) % {"n": language.number(page.count)}
    return ngettext("%(n)s+ product", "%(n)s+ products", page.count) % {"n": language.number(page.count)}


def families_to_choose(structure: Structure, query: GridQuery) -> list[Choice]:
    """Give all families by their label, as the locale has it."""
    found = (
        Choice(one.code, names.labels_in(one.labels, query.context, one.code), one.code == query.family)
        for one in structure.family_section.in_order
    )
    return sorted(found, key=lambda one: one.label.casefold())


def _with_address(answer: HttpResponse, query: GridQuery, current_url: str | None) -> HttpResponse:
    """Put the query into the browser's address: what the form sends, without the fields that say nothing.

    Typing on is no new step to go back to; the first letter, a filter and a page are.
    """
    typing_on = query.search and "search=" in (current_url or "") and not (query.after or query.before)
    put: Callable[[HttpResponse, str], HttpResponse] = replace_url if typing_on else push_url
    return put(answer, address_of(query))


def address_of(query: GridQuery) -> str:
    said = {
        "search": query.search,
        "family": query.family,
        "channel": query.context.channel.code,
        "locale": query.context.locale,
        "after": query.after,
        "before": query.before,
    }
    return f"{reverse('products:grid')}?{urlencode({name: text for name, text in said.items() if text})}"
