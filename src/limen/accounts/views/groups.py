"""User groups: list, create, rename, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts import operations, queries
from limen.accounts.access import caller_of, requires
from limen.accounts.forms import GroupForm
from limen.accounts.rules import CREATE_GROUPS, DELETE_GROUPS, EDIT_GROUPS, SEE_GROUPS
from limen.kit import clock
from limen.kit.errors import Invalid
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@require_safe
@requires(SEE_GROUPS)
def group_list(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    context = {
        "section": "system",
        "groups": queries.groups_for_list(),
        "creates": caller.may(CREATE_GROUPS),
        "edits": caller.may(EDIT_GROUPS),
        "deletes": caller.may(DELETE_GROUPS),
    }
    return render(request, "accounts/groups/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE_GROUPS)
def group_new(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            operations.create_group(**form.cleaned_data, by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            messages.success(request, _("The user group is created."))
            return see_other("accounts:groups")
    return _page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT_GROUPS)
def group_edit(request: HttpRequest, group_id: int) -> HttpResponse:
    found = queries.group_details(group_id)
    form = GroupForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if form.is_bound and form.is_valid():
        try:
            operations.rename_group(group_id=group_id, **form.cleaned_data, by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            messages.success(request, _("The user group is saved."))
            return see_other("accounts:groups")
    return _page(request, form, found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE_GROUPS)
def group_delete(request: HttpRequest, group_id: int) -> HttpResponse:
    found = queries.group_details(group_id)
    if request.method != "POST":
        return render(request, "accounts/groups/delete.html", {"section": "system", "group": found})
    operations.delete_group(group_id=group_id, by=caller_of(request), now=clock.now())
    messages.success(request, _("The user group %(name)s is deleted.") % {"name": found.name})
    return see_other("accounts:groups")


def _page(request: HttpRequest, form: GroupForm, found: Any) -> HttpResponse:
    deletes = caller_of(request).may(DELETE_GROUPS)
    context = {"section": "system", "form": form, "group": found, "deletes": deletes}
    return render(request, "accounts/groups/edit.html", context, status=422 if form.errors else 200)
