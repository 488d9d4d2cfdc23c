"""Families: list, create, properties, attributes with what channels require of them, history, delete."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from limen.structure.forms.families import FamilyAttributesForm, FamilyForm, Name, NewFamilyForm, required
from limen.structure.rules import Family, Structure
from limen.structure.views.choosing import chooser_of, is_looking
from limen.structure.views.deleting import delete
from limen.structure.views.history import history_of
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import differences, save
from limen.structure.views.types import TYPES

INDEX = "pim_enrich_family_index"
CREATE = "pim_enrich_family_create"
EDIT = "pim_enrich_family_edit"
REMOVE = "pim_enrich_family_remove"
SEE_VARIANTS = "pim_enrich_family_variant_index"


@dataclass(frozen=True, slots=True)
class Listed:
    code: str
    name: str
    attributes: int
    variants: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a channel requires an attribute; `label` says it for who does not see the column."""

    field: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute of the family. `stays` is the reason why it cannot be removed, empty when it can."""

    code: str
    name: str
    type: str
    icon: str
    cells: list[Cell]
    stays: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """An attribute group with those of its attributes that the family has."""

    code: str
    name: str
    rows: list[Row]


@require_safe
@requires(INDEX)
def families(request: HttpRequest) -> HttpResponse:
    structure, search = queries.snapshot(), request.GET.get("search", "")
    found = matching(structure.family_section.in_order, search)
    page = page_of(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    name = namer(request, structure)
    rows = [
        Listed(
            one.code,
            name(one),
            len(one.attributes),
            len(structure.variants_by_family.get(one.code, ())),
            one.updated,
        )
        for one in page.rows
    ]
    context = {
        "section": "settings",
        "search": search,
        "page": page,
        "rows": rows,
        "creates": caller_of(request).may(CREATE),
    }
    return render(request, "structure/families/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def family_new(request: HttpRequest) -> HttpResponse:
    form, status = NewFamilyForm(queries.snapshot()), 200
    if request.method == "POST":
        caller = caller_of(request)
        saved = save(
            request.POST,
            NewFamilyForm,
            lambda form: operations.create("family", form.body(), by=caller, now=clock.now()),
        )
        if saved.outcome is not None:
            messages.success(request, _("The family is created. Now add its attributes."))
            if caller.may_one_of((INDEX, EDIT)):
                return see_other("structure:family-attributes", saved.outcome.code)
            return see_other("structure:settings")
        form, status = saved.form, saved.status
    return render(request, "structure/families/new.html", {"section": "settings", "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INDEX, EDIT)
def family(request: HttpRequest, code: str) -> HttpResponse:
    """The properties."""

    def form_of(structure: Structure, data: QueryDict | None) -> FamilyForm:
        return FamilyForm(structure, family_of(structure, code), namer(request, structure), data)

    if request.method == "POST":
        caller = caller_of(request)
        caller.require(EDIT)
        saved = save(
            request.POST,
            form_of,
            lambda form: operations.upsert("family", code, form.body(), by=caller, now=clock.now()),
        )
        if saved.outcome is not None:
            messages.success(request, _("The family is saved."))
            return see_other("structure:family", code)
        context = {"form": saved.form, "in_conflict": saved.in_conflict, "differences": differences(saved.form)}
        return _page(request, "properties", queries.snapshot(), code, context, status=saved.status)
    structure = queries.snapshot()
    return _page(request, "properties", structure, code, {"form": form_of(structure, None)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INDEX, EDIT)
def family_attributes(request: HttpRequest, code: str) -> HttpResponse:
    def form_of(structure: Structure, data: QueryDict | None) -> FamilyAttributesForm:
        return FamilyAttributesForm(structure, family_of(structure, code), namer(request, structure), data)

    if request.method != "POST":
        structure = queries.snapshot()
        return _attributes_page(request, structure, code, form_of(structure, None))
    caller = caller_of(request)
    caller.require(EDIT)
    if is_looking(request):
        structure = queries.snapshot()
        return _attributes_page(request, structure, code, form_of(structure, request.POST))
    saved = save(
        request.POST,
        form_of,
        lambda form: operations.upsert("family", code, form.body(), by=caller, now=clock.now()),
        # What cannot be required or removed is said above the form: it may be about several rows.
        paths={"attributes": ""},
    )
    if saved.outcome is not None:
        messages.success(request, _("The attributes are saved."))
        return see_other("structure:family-attributes", code)
    form, in_conflict = saved.form, saved.in_conflict
    return _attributes_page(request, queries.snapshot(), code, form, in_conflict=in_conflict, status=saved.status)


@require_safe
@requires(INDEX)
def family_history(request: HttpRequest, code: str) -> HttpResponse:
    structure = queries.snapshot()
    found = family_of(structure, code)
    return _page(request, "history", structure, code, history_of(request, f"family:{found.code}"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(REMOVE)
def family_delete(request: HttpRequest, code: str) -> HttpResponse:
    structure = queries.snapshot()
    found = family_of(structure, code)
    context = {"family": found, "name": namer(request, structure)(found)}
    then = partial(see_other, "structure:families" if caller_of(request).may(INDEX) else "structure:settings")
    return delete(
        request,
        "family",
        found.code,
        template="structure/families/delete.html",
        context=context,
        then=then,
        toast=_("The family is deleted."),
    )


# What the pages of a family share


def family_of(structure: Structure, code: str) -> Family:
    found = structure.family(code)
    if found is None:
        raise NotFound(_("The family “%(code)s” does not exist.") % {"code": code})
    return found


def namer(request: HttpRequest, structure: Structure) -> Name:
    return partial(name_of, locale=reading_locale(request, structure))


def frame_of(request: HttpRequest, structure: Structure, found: Family) -> dict[str, Any]:
    """What `families/_frame.html` shows: the head and the tabs."""
    caller = caller_of(request)
    return {
        "section": "settings",
        "family": found,
        "name": namer(request, structure)(found),
        "number_of_attributes": len(found.attributes),
        "number_of_variants": len(structure.variants_by_family.get(found.code, ())),
        "edits": caller.may(EDIT),
        "deletes": caller.may(REMOVE),
        "runs": told(jobs.unfinished(f"family:{found.code}")),
        "sees": caller.may(INDEX),
        "sees_variants": caller.may(SEE_VARIANTS),
    }


def _page(
    request: HttpRequest, page: str, structure: Structure, code: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    frame = frame_of(request, structure, family_of(structure, code))
    return render(request, f"structure/families/{page}.html", {**frame, **context}, status=status)


def _attributes_page(
    request: HttpRequest,
    structure: Structure,
    code: str,
    form: FamilyAttributesForm,
    *,
    in_conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    found, name = family_of(structure, code), namer(request, structure)
    chooser = chooser_of(
        request,
        structure,
        name="attributes",
        chosen=form["attributes"].value() or (),
        without=f"family:{found.code}",
    )
    context = {
        "form": form,
        "in_conflict": in_conflict,
        "differences": differences(form) if in_conflict else (),
        "chooser": chooser,
        "channels": [name(one) for one in structure.channel_section.in_order],
        "sections": _sections(structure, found, form, name),
        "groups_with_more": len(form.fields["group"].choices) > 1,  # type: ignore[attr-defined]  # of a ChoiceField
    }
    return _page(request, "attributes", structure, code, context, status=status)


def _sections(structure: Structure, found: Family, form: FamilyAttributesForm, name: Name) -> list[Section]:
    """The family's attributes by group, groups and attributes in their order."""
    channels = [(one.code, name(one)) for one in structure.channel_section.in_order]
    required_by = {code: set(form[required(code)].value() or ()) for code, _name in channels}
    removed, stays = set(form["remove"].value() or ()), _what_stays(structure, found)
    by_group: dict[str, list[Row]] = {}
    for one in sorted(
        (structure.attributes[code] for code in found.attributes), key=lambda one: (one.sort_order, one.code)
    ):
        called, type = name(one), TYPES.get(one.type)
        cells = [
            Cell(
                required(code),
                _("%(attribute)s is required for %(channel)s") % {"attribute": called, "channel": channel},
                one.code in required_by[code],
            )
            for code, channel in channels
        ]
        row = Row(
            one.code,
            called,
            str(type.label) if type else one.type,
            type.icon if type else "tag",
            cells,
            stays.get(one.code, ""),
            one.code in removed,
        )
        by_group.setdefault(one.group, []).append(row)
    groups = sorted((structure.attribute_groups[code] for code in by_group), key=lambda one: (one.sort_order, one.code))
    return [Section(one.code, name(one), by_group[one.code]) for one in groups]


def _what_stays(structure: Structure, found: Family) -> Mapping[str, str]:
    """Attributes that cannot leave the family, each with the reason in a word or two."""
    variants: Collection[Any] = structure.variants_by_family.get(found.code, ())
    axes = {axis: _("Axis") for variant in variants for axis in variant.axes}
    image = {found.attribute_as_image: _("Image")} if found.attribute_as_image else {}
    return {
        **axes,
        **image,
        found.attribute_as_label: _("Label"),
        structure.main_identifier.code: _("Identifier"),
    }
