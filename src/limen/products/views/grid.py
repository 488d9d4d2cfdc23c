"""The product grid, and that of product models."""

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
from limen.products.queries import GridPage, GridRow, ModelGridRow
from limen.products.views import context as contexts
from limen.products.views import names
from limen.products.views.context import Choice
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure

ROWS = 50
# By the name of the route.
_PAGES = {"grid": "products/grid.html", "models": "products/models.html"}
_LISTS = {"grid": "products/_list.html", "models": "products/_models.html"}


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the grid. `name` is the label, or in brackets what the product is known by without one. `model` and
    `model_url` lead from a variant to its model."""

    url: str
    name: str
    known_by: str
    family: str
    completeness: int | None
    enabled: bool
    updated: datetime
    image: str
    model: str | None
    model_url: str


@dataclass(frozen=True, slots=True)
class ModelRowView:
    """As RowView, of a product model; `number` is that of its variants in words; `root` and `root_url` lead from a sub
    model to its root."""

    url: str
    name: str
    known_by: str
    family_variant: str
    variants: int
    number: str
    updated: datetime
    image: str
    root: str | None
    root_url: str


@require_safe
@requires("pim_enrich_product_index")
def product_grid(request: HttpRequest) -> HttpResponse:
    """The page, or to htmx its list alone."""
    structure, query = _asked(request)
    page = queries.grid(**_question(query), structure=structure)
    context = {"rows": rows_of(page.rows, structure, query), "count": count_in_words(page)}
    return _answer(request, structure, query, page, "grid", context)


@require_safe
@requires("pim_enrich_product_index")
def model_grid(request: HttpRequest) -> HttpResponse:
    """As product_grid, of product models."""
    structure, query = _asked(request)
    page = queries.grid_of_models(**_question(query), structure=structure)
    context = {"rows": model_rows_of(page.rows, structure, query), "count": models_in_words(page)}
    return _answer(request, structure, query, page, "models", context)


def _asked(request: HttpRequest) -> tuple[Structure, GridQuery]:
    structure = structure_queries.snapshot()
    query = forms.read_grid(request.GET.dict(), structure, usual=contexts.usual(request))
    contexts.keep(request, query.context)
    return structure, query


def _question(query: GridQuery) -> dict[str, Any]:
    return {
        "search": query.search,
        "family": query.family,
        "channel": query.context.channel.code,
        "locale": query.context.locale,
        "after": query.after,
        "before": query.before,
        "limit": ROWS,
    }


def _answer(
    request: HttpRequest,
    structure: Structure,
    query: GridQuery,
    page: GridPage[Any],
    listing: str,
    context: dict[str, Any],
) -> HttpResponse:
    """`listing` is the name of the route."""
    htmx: Any = getattr(request, "htmx", False)
    quick = bool(htmx) and not htmx.history_restore_request
    url = reverse(f"products:{listing}")
    answer = render(
        request,
        (_LISTS if quick else _PAGES)[listing],
        {
            "section": "products",
            "url": url,
            "query": query,
            "page": page,
            "families": families_to_choose(structure, query),
            "switch": contexts.switch(structure, query.context),
            "quick": quick,
            "has_variants": bool(structure.family_variants),
            "manages_connections": caller_of(request).may(MANAGE_CONNECTIONS),
            **context,
        },
    )
    patch_vary_headers(answer, ["HX-Request", "HX-History-Restore-Request"])
    return _with_address(answer, query, url, htmx.current_url) if quick else answer


def rows_of(rows: Sequence[GridRow], structure: Structure, query: GridQuery) -> list[RowView]:
    locale = query.context.locale
    return [
        RowView(
            url=_page_url("product", row.uuid, query),
            name=row.label or f"[{row.identifier or row.uuid}]",
            known_by=row.identifier or row.uuid,
            family=names.family_name(structure, row.family_code, locale) if row.family_code else "",
            completeness=row.completeness,
            enabled=row.enabled,
            updated=row.updated,
            image=reverse("products:media", args=[row.image]) if row.image else "",
            model=row.model,
            model_url=_page_url("model", row.model, query),
        )
        for row in rows
    ]


def model_rows_of(rows: Sequence[ModelGridRow], structure: Structure, query: GridQuery) -> list[ModelRowView]:
    return [
        ModelRowView(
            url=_page_url("model", row.code, query),
            name=row.label or f"[{row.code}]",
            known_by=row.code,
            family_variant=names.variant_name(structure, row.family_variant, query.context),
            variants=row.variants,
            number=language.number(row.variants),
            updated=row.updated,
            image=reverse("products:media", args=[row.image]) if row.image else "",
            root=row.root,
            root_url=_page_url("model", row.root, query),
        )
        for row in rows
    ]


def _page_url(route: str, key: str | None, query: GridQuery) -> str:
    """Give the address of a page, which carries channel and locale; empty for none."""
    if key is None:
        return ""
    carried = urlencode({"channel": query.context.channel.code, "locale": query.context.locale})
    return f"{reverse(f'products:{route}', args=[key])}?{carried}"


def count_in_words(page: GridPage[Any]) -> str:
    """ "1 product", "5,538 products", "10,000+ products"."""
    if page.count_is_exact:
        return ngettext("%(n)s product", "%(n)s products", page.count) % {"n": language.number(page.count)}
    return ngettext("%(n)s+ product", "%(n)s+ products", page.count) % {"n": language.number(page.count)}


def models_in_words(page: GridPage[Any]) -> str:
    n = {"n": language.number(page.count)}
    if page.count_is_exact:
        return ngettext("%(n)s product model", "%(n)s product models", page.count) % n
    return ngettext("%(n)s+ product model", "%(n)s+ product models", page.count) % n


def families_to_choose(structure: Structure, query: GridQuery) -> list[Choice]:
    """Give all families by their label, as the locale has it."""
    found = (
        Choice(one.code, names.labels_in(one.labels, query.context, one.code), one.code == query.family)
        for one in structure.family_section.in_order
    )
    return sorted(found, key=lambda one: one.label.casefold())


def _with_address(answer: HttpResponse, query: GridQuery, url: str, current_url: str | None) -> HttpResponse:
    """Put the query into the browser's address: what the form sends, without the fields that say nothing.

    Typing on is no new step to go back to; the first letter, a filter and a page are.
    """
    typing_on = query.search and "search=" in (current_url or "") and not (query.after or query.before)
    put: Callable[[HttpResponse, str], HttpResponse] = replace_url if typing_on else push_url
    return put(answer, address_of(query, url))


def address_of(query: GridQuery, url: str) -> str:
    said = {
        "search": query.search,
        "family": query.family,
        "channel": query.context.channel.code,
        "locale": query.context.locale,
        "after": query.after,
        "before": query.before,
    }
    return f"{url}?{urlencode({name: text for name, text in said.items() if text})}"
