"""A role and a user group of a connection's own, and its scopes, each on a page that asks what is in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.accounts import rules as accounts
from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_RIGHTS, CREATE_GROUPS, CREATE_ROLES, MANAGE_CONNECTIONS, Permission
from limen.connections import operations, queries, rules
from limen.connections.forms import OwnGroupForm, OwnRoleForm, ScopesForm
from limen.connections.queries import ConnectionSettings
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@dataclass(frozen=True, slots=True)
class Box:
    """One permission to tick. A locked one is not this caller's to give, or out of the role's reach."""

    id: str
    label: str
    checked: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class ApiTable:
    """The permissions of the web API: those that stand alone, then rows of boxes by columns."""

    alone: list[Box]
    columns: tuple[str, ...]
    rows: list[tuple[str, list[Box | None]]]
    has_locked: bool


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE_ROLES)
@requires(CONNECTION_RIGHTS)
@requires(MANAGE_CONNECTIONS)
def own_role(request: HttpRequest, code: str) -> HttpResponse:
    found, caller = queries.connection_settings(code, now=clock.now()), caller_of(request)
    preset = _preset(request, found)
    initial = {
        "label": rules.role_label_for(found.label),
        "permissions": sorted(rules.PRESETS[preset].permissions & caller.permissions),
    }
    form = OwnRoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            operations.give_own_role(code=found.code, **form.cleaned_data, by=caller, now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            messages.success(request, _("The role is created, and this connection has it."))
            return see_other("connections:settings", found.code)
    context = {
        "section": "connect",
        "connection": found,
        "form": form,
        "table": table_of(form["permissions"].value() or (), caller.permissions),
        "presets": rules.PRESETS,
        "chosen": "" if form.is_bound else preset,
    }
    return render(request, "connections/own_role.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE_GROUPS)
@requires(CONNECTION_RIGHTS)
@requires(MANAGE_CONNECTIONS)
def own_group(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.connection_settings(code, now=clock.now())
    initial = {"name": rules.group_name_for(found.label)}
    form = OwnGroupForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            operations.give_own_group(code=found.code, **form.cleaned_data, by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            messages.success(request, _("The user group is created, and this connection is in it."))
            return see_other("connections:settings", found.code)
    context = {"section": "connect", "connection": found, "form": form}
    return render(request, "connections/own_group.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECTION_RIGHTS)
@requires(MANAGE_CONNECTIONS)
def scopes(request: HttpRequest, code: str) -> HttpResponse:
    found, caller = queries.connection_settings(code, now=clock.now()), caller_of(request)
    allowed = queries.permissions_within(found.code)
    form = _scopes_form(request, found, allowed.role)
    status = 200
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        # A locked box is not sent: what is ticked in it stays.
        kept = set(found.scopes or ()) - allowed.role
        wanted = None if data["limit"] == ScopesForm.ALL else {*data["permissions"], *kept}
        try:
            operations.set_scopes(code=found.code, scopes=wanted, version=data["version"], by=caller, now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        except Conflict as refusal:
            # What was ticked stays, under the version of now: saving once more is then a decision.
            typed = request.POST.copy()
            typed["version"] = str(found.version)
            form = ScopesForm(typed)
            form.add_error(None, refusal.message)
            status = 409
        else:
            messages.success(request, _("Saved. It counts from the next call of this connection."))
            return see_other("connections:settings", found.code)
    preset = request.GET.get("preset", "")
    context = {
        "section": "connect",
        "connection": found,
        "form": form,
        "table": table_of(form["permissions"].value() or (), (caller.permissions | allowed.here) & allowed.role),
        "presets": rules.PRESETS,
        "chosen": preset if preset in rules.PRESETS and not form.is_bound else "",
    }
    return render(request, "connections/scopes.html", context, status=422 if form.errors and status == 200 else status)


def table_of(ticked: Iterable[str], open_to: Collection[str]) -> ApiTable:
    chosen = set(ticked)

    def box(one: Permission) -> Box:
        return Box(one.id, _(one.label), one.id in chosen, one.id not in open_to)

    (area,) = [one for one in accounts.permission_areas() if one.name == "Web API"]
    return ApiTable(
        [box(one) for one in area.alone],
        tuple(_(column) for column in area.columns),
        [(_(row.label), [box(one) if one else None for one in row.cells]) for row in area.rows],
        not set(rules.API_RIGHTS).issubset(open_to),
    )


def _scopes_form(request: HttpRequest, found: ConnectionSettings, role: frozenset[str]) -> ScopesForm:
    preset = rules.PRESETS.get(request.GET.get("preset", ""))
    ticked = preset.permissions & role if preset else role if found.scopes is None else found.scopes
    is_open = found.scopes is None and preset is None
    initial = {
        "limit": ScopesForm.ALL if is_open else ScopesForm.ONLY,
        "permissions": sorted(ticked),
        "version": found.version,
    }
    return ScopesForm(request.POST if request.method == "POST" else None, initial=initial)


def _preset(request: HttpRequest, found: ConnectionSettings) -> str:
    asked = request.GET.get("preset", "")
    return asked if asked in rules.PRESETS else rules.preset_for(found.flow_type)
