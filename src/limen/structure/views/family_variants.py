"""Family variants: the list of a family, create, the editor, history, delete."""

from __future__ import annotations

from dataclasses import dataclass
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
from limen.structure.forms.families import Name
from limen.structure.forms.family_variants import NewVariantForm, VariantForm, level_field, places_of
from limen.structure.rules import Attribute, FamilyVariant, Structure
from limen.structure.rules.family_variants import is_fixed, level_of
from limen.structure.views.deleting import delete
from limen.structure.views.families import family_of, frame_of, namer
from limen.structure.views.history import history_of
from limen.structure.views.saving import differences, save

INDEX = "pim_enrich_family_variant_index"
CREATE = "pim_enrich_family_variant_create"
EDIT = "pim_enrich_family_variant_edit"
REMOVE = "pim_enrich_family_variant_remove"


@dataclass(frozen=True, slots=True)
class Listed:
    """`levels`: the names of the axes of each; `common` is how many attributes no level has."""

    code: str
    name: str
    levels: list[str]
    common: int


@dataclass(frozen=True, slots=True)
class Piece:
    """An attribute that stands somewhere. `fixed` is why it stays there, empty when it can be moved."""

    code: str
    name: str
    field: str
    level: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the editor: what is common, or a level with its axes."""

    level: str
    name: str
    axes: str
    pieces: list[Piece]


@require_safe
@requires(INDEX)
def variants(request: HttpRequest, family_code: str) -> HttpResponse:
    structure = queries.snapshot()
    found, name = family_of(structure, family_code), namer(request, structure)
    rows = [
        Listed(
            one.code,
            name(one),
            [_names(structure, level.axes, name) for level in one.levels],
            len(found.attributes) - sum(len(level.attributes) for level in one.levels),
        )
        for one in structure.variants_by_family.get(found.code, ())
    ]
    context = {**frame_of(request, structure, found), "rows": rows, "creates": caller_of(request).may(CREATE)}
    return render(request, "structure/variants/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def variant_new(request: HttpRequest, family_code: str) -> HttpResponse:
    def form_of(structure: Structure, data: QueryDict | None) -> NewVariantForm:
        return NewVariantForm(structure, family_of(structure, family_code), namer(request, structure), data)

    structure, status = queries.snapshot(), 200
    form = form_of(structure, None)
    if request.method == "POST":
        caller = caller_of(request)
        saved = save(
            request.POST,
            form_of,
            lambda form: operations.create_family_variant(family_code, form.body(), by=caller, now=clock.now()),
        )
        if saved.outcome is not None:
            messages.success(request, _("The variant is created. Now say which attributes belong to which level."))
            if caller.may_one_of((INDEX, EDIT)):
                return see_other("structure:family-variant", family_code, saved.outcome.code)
            return see_other("structure:settings")
        form, status = saved.form, saved.status
    found = family_of(structure, family_code)
    context = {**frame_of(request, structure, found), "form": form}
    return render(request, "structure/variants/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INDEX, EDIT)
def variant(request: HttpRequest, family_code: str, code: str) -> HttpResponse:
    """The editor. Sent with `preview` it tells what would move where, and saves nothing."""

    def form_of(structure: Structure, data: QueryDict | None) -> VariantForm:
        return VariantForm(structure, _variant_of(structure, family_code, code), namer(request, structure), data)

    if request.method != "POST":
        structure = queries.snapshot()
        return _editor(request, structure, family_code, code, form_of(structure, None))
    caller = caller_of(request)
    caller.require(EDIT)
    if "preview" in request.POST:
        structure = queries.snapshot()
        form = form_of(structure, request.POST)
        if request.headers.get("HX-Request"):
            return render(request, "structure/variants/_effect.html", _effect(form, code))
        return _editor(request, structure, family_code, code, form)
    saved = save(
        request.POST,
        form_of,
        lambda form: operations.upsert_family_variant(family_code, code, form.body(), by=caller, now=clock.now()),
    )
    if saved.outcome is not None:
        messages.success(request, _("The variant is saved."))
        return see_other("structure:family-variant", family_code, code)
    form, in_conflict = saved.form, saved.in_conflict
    return _editor(request, queries.snapshot(), family_code, code, form, in_conflict=in_conflict, status=saved.status)


@require_safe
@requires(INDEX)
def variant_history(request: HttpRequest, family_code: str, code: str) -> HttpResponse:
    structure = queries.snapshot()
    found = _variant_of(structure, family_code, code)
    context = {**_frame(request, structure, found), **history_of(request, f"family_variant:{found.code}")}
    return render(request, "structure/variants/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(REMOVE)
def variant_delete(request: HttpRequest, family_code: str, code: str) -> HttpResponse:
    structure = queries.snapshot()
    found = _variant_of(structure, family_code, code)
    sees = caller_of(request).may(INDEX)
    return delete(
        request,
        "family_variant",
        found.code,
        template="structure/variants/delete.html",
        context=_frame(request, structure, found),
        then=lambda: see_other("structure:family-variants", found.family) if sees else see_other("structure:settings"),
        toast=_("The variant is deleted."),
    )


def _variant_of(structure: Structure, family_code: str, code: str) -> FamilyVariant:
    family, found = family_of(structure, family_code), structure.family_variant(code)
    if found is None or found.family != family.code:
        words = _("“%(code)s” does not exist, or is not a variant of the family “%(family)s”.")
        raise NotFound(words % {"code": code, "family": family.code})
    return found


def _frame(request: HttpRequest, structure: Structure, found: FamilyVariant) -> dict[str, Any]:
    caller, name = caller_of(request), namer(request, structure)
    family = structure.families[found.family]
    return {
        "section": "settings",
        "variant": found,
        "name": name(found),
        "family": family,
        "family_name": name(family),
        "edits": caller.may(EDIT),
        "deletes": caller.may(REMOVE),
        "runs": told(jobs.unfinished(f"family_variant:{found.code}")),
        "sees": caller.may(INDEX),
    }


def _editor(
    request: HttpRequest,
    structure: Structure,
    family_code: str,
    code: str,
    form: VariantForm,
    *,
    in_conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    found = _variant_of(structure, family_code, code)
    context = {
        **_frame(request, structure, found),
        **_effect(form, code),
        "form": form,
        "in_conflict": in_conflict,
        "differences": differences(form) if in_conflict else (),
        "places": _places(structure, found, form, namer(request, structure)),
    }
    return render(request, "structure/variants/edit.html", context, status=status)


def _effect(form: VariantForm, code: str) -> dict[str, Any]:
    """What saving would do, and to whom."""
    moves = form.moves()
    return {"moves": moves, "uses": queries.uses_of("family_variant", code) if moves else ()}


def _places(structure: Structure, found: FamilyVariant, form: VariantForm, name: Name) -> list[Place]:
    members = sorted(
        (structure.attributes[code] for code in structure.families[found.family].attributes),
        key=lambda one: (name(one).casefold(), one.code),
    )
    pieces: dict[str, list[Piece]] = {}
    for one in members:
        fixed = _why_fixed(found, one)
        level = str(level_of(found, one.code)) if fixed else form.chosen(one.code)
        pieces.setdefault(level, []).append(Piece(one.code, name(one), level_field(one.code), level, fixed))
    return [
        Place(
            level,
            label,
            _names(structure, found.levels[int(level) - 1].axes, name) if level != "0" else "",
            pieces.get(level, []),
        )
        for level, label in places_of(found)
    ]


def _why_fixed(found: FamilyVariant, one: Attribute) -> str:
    if not is_fixed(found, one):
        return ""
    return _("Axis") if one.code in found.axes else _("Unique")


def _names(structure: Structure, codes: tuple[str, ...], name: Name) -> str:
    return ", ".join(name(structure.attributes[code]) for code in codes)
