"""Association types: list, create, change, history, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import requires
from limen.structure import operations, queries
from limen.structure.forms.association_types import LABELS, SENTENCES, AssociationTypeForm, kind_of
from limen.structure.rules import AssociationType, Structure
from limen.structure.views import records
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.records import ASSOCIATION_TYPES

SEE, CREATE = "pim_enrich_association_type_index", "pim_enrich_association_type_create"
EDIT, DELETE = "pim_enrich_association_type_edit", "pim_enrich_association_type_remove"

FORM = "structure/association_types/form.html"


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    links: str


@require_safe
@requires(SEE)
def association_type_list(request: HttpRequest) -> HttpResponse:
    """Cost: that of the snapshot."""
    structure = queries.snapshot()
    locale, search = reading_locale(request, structure), request.GET.get("search", "")
    found = matching(structure.association_type_section.in_order, search)
    page = page_of(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        **records.page_context(request, ASSOCIATION_TYPES, structure),
        "page": page,
        "search": search,
        "rows": [Row(one.code, name_of(one, locale), str(LABELS[kind_of(one)])) for one in page.rows],
    }
    return render(request, "structure/association_types/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def association_type_new(request: HttpRequest) -> HttpResponse:
    return records.new_page(request, ASSOCIATION_TYPES, AssociationTypeForm, FORM, write=_write)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def association_type(request: HttpRequest, code: str) -> HttpResponse:
    return records.edit_page(request, ASSOCIATION_TYPES, code, AssociationTypeForm, FORM, write=_write, more=_more)


@require_safe
@requires(SEE)
def association_type_history(request: HttpRequest, code: str) -> HttpResponse:
    return records.history_page(request, ASSOCIATION_TYPES, code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE)
def association_type_delete(request: HttpRequest, code: str) -> HttpResponse:
    return records.delete_page(request, ASSOCIATION_TYPES, code)


def _write(request: HttpRequest, code: str | None, body: dict[str, Any]) -> operations.Outcome:
    return records.write_resource(request, ASSOCIATION_TYPES, code, body)


def _more(request: HttpRequest, structure: Structure, one: AssociationType, form: Any) -> dict[str, Any]:
    links = kind_of(one)
    return {"links": LABELS[links], "sentence": SENTENCES[links]}
