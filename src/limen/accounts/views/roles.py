"""Roles: list, the editor with all permissions by area, delete."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts import operations, queries, rules
from limen.accounts.access import caller_of, requires
from limen.accounts.forms import RoleForm
from limen.accounts.queries import RoleDetails
from limen.accounts.rules import CREATE_ROLES, DELETE_ROLES, EDIT_ROLES, SEE_ROLES, Caller, Permission
from limen.accounts.views.answers import after_saving
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@dataclass(frozen=True, slots=True)
class Box:
    """One permission in the editor. A locked one is not this caller's to give or take."""

    id: str
    label: str
    checked: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    boxes: list[Box | None]


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    slug: str
    alone: list[Box]
    columns: tuple[str, ...]
    rows: list[Row]


@require_safe
@requires(SEE_ROLES)
def role_list(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    context = {
        "section": "system",
        "roles": queries.roles_for_list(by=caller),
        "creates": caller.may(CREATE_ROLES),
        "edits": caller.may(EDIT_ROLES),
        "deletes": caller.may(DELETE_ROLES),
    }
    return render(request, "accounts/roles/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE_ROLES)
def role_new(request: HttpRequest) -> HttpResponse:
    form = RoleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        entered = form.cleaned_data
        try:
            code = operations.create_role(
                label=entered["label"],
                permissions=entered["permissions"],
                by=caller_of(request),
                now=clock.now(),
            )
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            messages.success(request, _("The role is created."))
            return after_saving(request, EDIT_ROLES, "accounts:role", "accounts:roles", code)
    return _page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT_ROLES)
def role_edit(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.role_details(code, by=caller_of(request))
    if request.method != "POST":
        return _page(request, _form_of(found), found)
    form = _form_of(found, request.POST)
    if form.is_valid():
        try:
            operations.update_role(code=code, **form.cleaned_data, by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        except Conflict:
            # What was typed stays, under the version of now: saving once more is then a decision.
            typed = request.POST.copy()
            typed["version"] = found.version
            return _page(request, _form_of(found, typed), found, in_conflict=True, status=409)
        else:
            messages.success(request, _("The role is saved."))
            return see_other("accounts:role", code)
    return _page(request, form, found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE_ROLES)
def role_delete(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.role_details(code, by=caller_of(request))
    if request.method != "POST":
        return render(request, "accounts/roles/delete.html", {"section": "system", "role": found})
    operations.delete_role(code=code, by=caller_of(request), now=clock.now())
    messages.success(request, _("The role %(label)s is deleted.") % {"label": found.label})
    return see_other("accounts:roles")


def _form_of(found: RoleDetails, data: Any = None) -> RoleForm:
    initial = {"label": found.label, "permissions": sorted(found.permissions), "version": found.version}
    return RoleForm(data, initial=initial)


def _page(
    request: HttpRequest,
    form: RoleForm,
    found: RoleDetails | None,
    *,
    in_conflict: bool = False,
    status: int | None = None,
) -> HttpResponse:
    caller = caller_of(request)
    had = found.permissions if found else frozenset()
    chosen = set(form["permissions"].value() or ())
    context = {
        "section": "system",
        "form": form,
        "role": found,
        "areas": areas_of(chosen, had, caller),
        "has_locked": bool(rules.beyond(rules.PERMISSIONS, caller)),
        "in_conflict": in_conflict,
        "conflicts": _differences(chosen, had) if in_conflict else [],
        "is_own": found is not None and queries.has_role(caller.user_id or 0, found.id),
        "deletes": caller.may(DELETE_ROLES),
    }
    return render(request, "accounts/roles/edit.html", context, status=status or (422 if form.errors else 200))


def areas_of(chosen: Iterable[str], had: Iterable[str], caller: Caller) -> list[Area]:
    """Give the tree of all permissions: what is chosen, and of what the caller does not hold what the role has."""
    ticked, kept = set(chosen), set(had)

    def box(one: Permission) -> Box:
        locked = not caller.may(one.id)
        return Box(one.id, _(one.label), one.id in (kept if locked else ticked), locked)

    return [
        Area(
            _(area.name),
            area.name.lower().replace(" ", "-"),
            [box(one) for one in area.alone],
            tuple(_(column) for column in area.columns),
            [Row(_(row.label), [box(one) if one else None for one in row.cells]) for row in area.rows],
        )
        for area in rules.permission_areas()
    ]


def _differences(chosen: set[str], saved: Iterable[str]) -> list[tuple[str, str]]:
    """Name each permission that was ticked differently from what is saved now, with the saved state in words."""
    has = set(saved)
    return [
        (one.label, _("given") if id in has else _("not given"))
        for id, one in rules.PERMISSIONS.items()
        if (id in chosen) != (id in has)
    ]
