"""One attribute: its properties, who uses it, its history, its end. Its options are next door."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import caller_of, requires
from limen.jobs import queries as jobs
from limen.jobs.words import told
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.attributes import AttributeForm
from limen.structure.rules import Attribute, Structure
from limen.structure.rules.attribute_types import ATTRIBUTE_TYPES
from limen.structure.views.attributes import EDIT, INDEX, REMOVE, to_list
from limen.structure.views.deleting import delete
from limen.structure.views.history import history_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import differences, save
from limen.structure.views.types import TYPES


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INDEX, EDIT)
def attribute(request: HttpRequest, code: str) -> HttpResponse:
    caller = caller_of(request)
    if request.method != "POST":
        return _page(request, _form(request, code, queries.snapshot(), None))
    caller.require(EDIT)

    def form_of(structure: Structure, data: QueryDict) -> AttributeForm:
        return _form(request, code, structure, data)

    saved = save(
        request.POST,
        form_of,
        lambda form: operations.upsert("attribute", code, form.body(), by=caller, now=clock.now()),
    )
    if saved.outcome is None:
        return _page(request, saved.form, in_conflict=saved.in_conflict, status=saved.status)
    messages.success(request, _("The attribute is saved."))
    return see_other("structure:attribute", saved.outcome.code)


@require_safe
@requires(INDEX)
def attribute_usage(request: HttpRequest, code: str) -> HttpResponse:
    structure = queries.snapshot()
    one = found(structure, code)
    context = {**context_of(request, one, structure), "uses": queries.uses_of("attribute", one.code)}
    return render(request, "structure/attributes/usage.html", context)


@require_safe
@requires(INDEX)
def attribute_history(request: HttpRequest, code: str) -> HttpResponse:
    structure = queries.snapshot()
    one = found(structure, code)
    context = {**context_of(request, one, structure), **history_of(request, f"attribute:{one.code}")}
    return render(request, "structure/attributes/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(REMOVE)
def attribute_delete(request: HttpRequest, code: str) -> HttpResponse:
    structure = queries.snapshot()
    one = found(structure, code)
    context = context_of(request, one, structure)
    return delete(
        request,
        "attribute",
        one.code,
        template="structure/attributes/delete.html",
        context=context,
        then=lambda: to_list(request),
        toast=_("The attribute %(name)s is deleted.") % {"name": context["name"]},
    )


def found(structure: Structure, code: str) -> Attribute:
    """Find an attribute, whatever the case of its code. Raises NotFound."""
    one = structure.attribute(code)
    if one is None:
        raise NotFound(_("There is no attribute “%(code)s”. It may have been deleted.") % {"code": code})
    return one


def context_of(request: HttpRequest, one: Attribute, structure: Structure) -> dict[str, Any]:
    """What every page of an attribute shows in its head."""
    caller = caller_of(request)
    return {
        "section": "settings",
        "attribute": one,
        "name": name_of(one, reading_locale(request, structure)),
        "type": TYPES[one.type],
        "has_options": ATTRIBUTE_TYPES[one.type].options,
        "edits": caller.may(EDIT),
        "deletes": caller.may(REMOVE) and not one.is_main_identifier,
        "runs": told(jobs.unfinished(f"attribute:{one.code}", f"attribute_option:{one.code}:")),
    }


def _form(request: HttpRequest, code: str, structure: Structure, data: QueryDict | None) -> AttributeForm:
    form = AttributeForm(data, structure, reading_locale(request, structure), stored=found(structure, code))
    if not caller_of(request).may(EDIT):
        for field in form.fields.values():
            field.disabled = True
    return form


def _page(request: HttpRequest, form: AttributeForm, *, in_conflict: bool = False, status: int = 200) -> HttpResponse:
    assert form.stored is not None
    one, structure = form.stored, form.structure
    family = structure.measurement_family(one.metric_family or "")
    context = {
        **context_of(request, one, structure),
        "form": form,
        "family": name_of(family, reading_locale(request, structure)) if family else "",
        "in_conflict": in_conflict,
        "differences": differences(form) if in_conflict else [],
    }
    return render(request, "structure/attributes/properties.html", context, status=status)
