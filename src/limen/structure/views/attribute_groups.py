"""Attribute groups: list in order, create, change, their attributes, history, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.attribute_groups import AttributeGroupForm
from limen.structure.rules import OTHER, AttributeGroup, Structure
from limen.structure.rules.attribute_groups import in_order
from limen.structure.views import records
from limen.structure.views.listing import Listed, matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.records import ATTRIBUTE_GROUPS
from limen.structure.views.types import TYPES

SEE, CREATE = "pim_enrich_attribute_group_index", "pim_enrich_attribute_group_create"
EDIT, DELETE = "pim_enrich_attribute_group_edit", "pim_enrich_attribute_group_remove"

FORM = "structure/attribute_groups/form.html"
FOUND = 20


@dataclass(frozen=True, slots=True)
class Row:
    """`up` and `down` say what its buttons do. There can be a thousand rows, so they are made here."""

    code: str
    name: str
    url: str
    attributes: int
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """`group` is the name of the group that it is in."""

    code: str
    name: str
    type: str
    group: str


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def attribute_group_list(request: HttpRequest) -> HttpResponse:
    """All groups in their order, or those that a search finds; a POST moves one: see `_move`.

    All at once, for there are at most a thousand and the whole is put in order. Cost: that of the snapshot.
    """
    if request.method == "POST":
        caller_of(request).require(EDIT)
        _move(request)
        if not getattr(request, "htmx", False):
            return see_other(ATTRIBUTE_GROUPS.list_route)
    structure = queries.snapshot()
    locale, search = reading_locale(request, structure), request.GET.get("search", "")
    groups = matching(in_order(structure), search)
    context = {
        **records.page_context(request, ATTRIBUTE_GROUPS, structure),
        "search": search,
        "orders": caller_of(request).may(EDIT) and not search and len(groups) > 1,
        "page": Listed(groups, len(groups), None, None),
        "rows": [_row(structure, one, locale, reverse(ATTRIBUTE_GROUPS.list_route)) for one in groups],
    }
    return render(request, "structure/attribute_groups/list.html", context)


def _row(structure: Structure, one: AttributeGroup, locale: str, above: str) -> Row:
    name = name_of(one, locale)
    said = {"what": name}
    return Row(
        one.code,
        name,
        f"{above}/{one.code}",
        len(structure.attributes_by_group.get(one.code, ())),
        _("Move %(what)s up") % said,
        _("Move %(what)s down") % said,
    )


def _move(request: HttpRequest) -> None:
    """`code` goes in front of `before`, behind all without; or `move` is `up:code` or `down:code`. Raises NotFound."""
    code, before = request.POST.get("code", ""), request.POST.get("before") or None
    verb, _colon, named = request.POST.get("move", "").partition(":")
    if named and not code:
        codes = [one.code for one in in_order(queries.snapshot())]
        code, place = named, codes.index(named) if named in codes else 0
        # In front of the one before, or of the one after the next.
        beyond = codes[max(0, place - 1) :] if verb == "up" else codes[place + 2 :]
        before = beyond[0] if beyond else None
    operations.move_attribute_group(code, before=before, by=caller_of(request), now=clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def attribute_group_new(request: HttpRequest) -> HttpResponse:
    return records.new_page(request, ATTRIBUTE_GROUPS, AttributeGroupForm, FORM, write=_write)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def attribute_group(request: HttpRequest, code: str) -> HttpResponse:
    return records.edit_page(request, ATTRIBUTE_GROUPS, code, AttributeGroupForm, FORM, write=_write, more=_more)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def attribute_group_attributes(request: HttpRequest, code: str) -> HttpResponse:
    """The attributes of a group; a POST moves some `into` it, or some `out` of it to the group `other`.

    Raises NotFound, Unprocessable, Misshaped. Cost: that of the snapshot.
    """
    if request.method == "POST":
        caller_of(request).require(EDIT)
        into, out = request.POST.getlist("into"), request.POST.getlist("out")
        outcome = operations.move_attributes(code, into=into, out=out, by=caller_of(request), now=clock.now())
        if outcome.changed:
            n = len(into) + len(out)
            messages.success(request, ngettext("%(n)s attribute moved.", "%(n)s attributes moved.", n) % {"n": n})
        return see_other("structure:attribute-group-attributes", outcome.code)
    structure = queries.snapshot()
    one = ATTRIBUTE_GROUPS.found(structure, code)
    locale, search, find = (
        reading_locale(request, structure),
        request.GET.get("search", ""),
        request.GET.get("find", ""),
    )
    page = page_of(
        matching(structure.attributes_by_group.get(one.code, ()), search),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    others = matching(
        [attribute for attribute in structure.attribute_section.in_order if attribute.group != one.code], find
    )
    moves = caller_of(request).may(EDIT) and one.code != OTHER
    context = {
        **records.page_context(request, ATTRIBUTE_GROUPS, structure, one),
        **_more(request, structure, one, None),
        "page": page,
        "search": search,
        "find": find,
        "rows": _attributes(structure, page.rows, locale),
        "found": _attributes(structure, others[:FOUND], locale) if moves else [],
        "beyond": max(0, len(others) - FOUND),
        "moves": moves,
        "others": name_of(structure.attribute_groups[OTHER], locale),
        "sees_attributes": caller_of(request).may("pim_enrich_attribute_index"),
    }
    return render(request, "structure/attribute_groups/attributes.html", context)


@require_safe
@requires(SEE)
def attribute_group_history(request: HttpRequest, code: str) -> HttpResponse:
    return records.history_page(request, ATTRIBUTE_GROUPS, code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE)
def attribute_group_delete(request: HttpRequest, code: str) -> HttpResponse:
    return records.delete_page(request, ATTRIBUTE_GROUPS, code)


def _write(request: HttpRequest, code: str | None, body: dict[str, Any]) -> operations.Outcome:
    return records.write_resource(request, ATTRIBUTE_GROUPS, code, body)


def _more(request: HttpRequest, structure: Structure, one: AttributeGroup, form: Any) -> dict[str, Any]:
    return {"is_other": one.code == OTHER}


def _attributes(structure: Structure, attributes: Any, locale: str) -> list[AttributeRow]:
    names = {group.code: name_of(group, locale) for group in structure.attribute_groups.values()}
    return [
        AttributeRow(
            one.code,
            name_of(one, locale),
            str(TYPES[one.type].label) if one.type in TYPES else one.type,
            names[one.group],
        )
        for one in attributes
    ]
