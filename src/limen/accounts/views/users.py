"""Users: the people who sign in. The users of connections are not shown and not found here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.accounts import operations, queries, rules
from limen.accounts.access import caller_of, requires
from limen.accounts.forms import SetPasswordForm, UserForm
from limen.accounts.queries import UserDetails
from limen.accounts.rules import CREATE_USERS, DELETE_USERS, EDIT_USERS, SEE_USERS
from limen.accounts.views.answers import after_saving
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid
from limen.kit.web.forms import show_violations
from limen.kit.web.views import see_other


@dataclass(frozen=True, slots=True)
class Box:
    """A role or a group to tick. A locked one is not this caller's to give."""

    id: int
    label: str
    checked: bool
    locked: bool = False


@require_safe
@requires(SEE_USERS)
def user_list(request: HttpRequest) -> HttpResponse:
    caller = caller_of(request)
    search, after, before = (request.GET.get(name, "").replace("\x00", "") for name in ("search", "after", "before"))
    context = {
        "section": "system",
        "page": queries.people(search=search, after=after, before=before),
        "search": search,
        "creates": caller.may(CREATE_USERS),
        "edits": caller.may(EDIT_USERS),
    }
    return render(request, "accounts/users/list.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE_USERS)
def user_new(request: HttpRequest) -> HttpResponse:
    form = UserForm(request.POST if request.method == "POST" else None, initial={"timezone": "UTC"}, **_choices())
    if form.is_bound and form.is_valid():
        try:
            new = operations.create_person(**_arguments(form), by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            if new.password is not None:
                return _shown_once(request, new.id, new.username, new.password, is_new=True)
            messages.success(request, _("The user is created."))
            return after_saving(request, EDIT_USERS, "accounts:user", "accounts:users", new.id)
    return _page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT_USERS)
def user_edit(request: HttpRequest, user_id: int) -> HttpResponse:
    found = _found(request, user_id)
    if request.method != "POST":
        return _page(request, _form_of(found), found)
    form = _form_of(found, request.POST)
    if form.is_valid():
        try:
            operations.update_person(user_id=user_id, **_arguments(form), by=caller_of(request), now=clock.now())
        except Invalid as refusal:
            show_violations(form, refusal)
        except Conflict:
            # What was typed stays, under the version of now: saving once more is then a decision.
            typed = request.POST.copy()
            typed["version"] = found.version
            return _page(request, _form_of(found, typed), found, in_conflict=True, status=409)
        else:
            messages.success(request, _("The user is saved."))
            return see_other("accounts:user", user_id)
    return _page(request, form, found)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT_USERS)
def user_password(request: HttpRequest, user_id: int) -> HttpResponse:
    found = _found(request, user_id)
    if user_id == caller_of(request).user_id:
        return see_other("accounts:password")
    form = SetPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = operations.set_person_password(
                user_id=user_id, password=form.cleaned_data["password"], by=caller_of(request), now=clock.now()
            )
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            if made is not None:
                return _shown_once(request, user_id, found.username, made, is_new=False)
            messages.success(request, _("The password is changed. All sessions of this user are over."))
            return see_other("accounts:user", user_id)
    context = {"section": "system", "form": form, "user": found}
    return render(request, "accounts/users/password.html", context, status=422 if form.errors else 200)


@require_POST
@requires(EDIT_USERS)
def user_enable(request: HttpRequest, user_id: int) -> HttpResponse:
    operations.set_person_enabled(user_id=user_id, enabled=True, by=caller_of(request), now=clock.now())
    messages.success(request, _("This user can sign in again."))
    return see_other("accounts:user", user_id)


@require_POST
@requires(EDIT_USERS)
def user_disable(request: HttpRequest, user_id: int) -> HttpResponse:
    operations.set_person_enabled(user_id=user_id, enabled=False, by=caller_of(request), now=clock.now())
    messages.success(request, _("This user cannot sign in any more."))
    return see_other("accounts:user", user_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE_USERS)
def user_delete(request: HttpRequest, user_id: int) -> HttpResponse:
    found = _found(request, user_id)
    if request.method != "POST":
        back = "accounts:user" if caller_of(request).may(EDIT_USERS) else "accounts:users"
        stays = rules.NOT_ONESELF if user_id == caller_of(request).user_id else ""
        context = {"section": "system", "user": found, "back": back, "stays": stays}
        return render(request, "accounts/users/delete.html", context)
    operations.delete_person(user_id=user_id, by=caller_of(request), now=clock.now())
    messages.success(request, _("The user %(username)s is deleted.") % {"username": found.username})
    return see_other("accounts:users")


def _found(request: HttpRequest, user_id: int) -> UserDetails:
    """Give somebody whom this caller may change: NotFound for nobody, Forbidden for who may do more."""
    found = queries.user_details(user_id)
    rules.refuse_beyond(found.permissions, caller_of(request), whom=f'"{found.username}"')
    return found


def _choices() -> dict[str, Any]:
    return {
        "roles": queries.roles_to_give(),
        "groups": queries.groups_to_choose(),
        "timezones": queries.timezones(),
    }


def _form_of(found: UserDetails, data: Any = None) -> UserForm:
    initial = {
        "email": found.email,
        "first_name": found.first_name,
        "last_name": found.last_name,
        "timezone": found.timezone,
        "roles": list(found.role_ids),
        "groups": list(found.group_ids),
        "version": found.version,
    }
    return UserForm(data, initial=initial, is_new=False, **_choices())


def _arguments(form: UserForm) -> dict[str, Any]:
    named = {"roles": "role_ids", "groups": "group_ids"}
    return {named.get(name, name): value for name, value in form.cleaned_data.items()}


def _page(
    request: HttpRequest,
    form: UserForm,
    found: UserDetails | None,
    *,
    in_conflict: bool = False,
    status: int | None = None,
) -> HttpResponse:
    caller = caller_of(request)
    roles, groups = ({str(id) for id in form[name].value() or ()} for name in ("roles", "groups"))
    context = {
        "section": "system",
        "form": form,
        "user": found,
        "roles": [
            Box(one.id, one.label, str(one.id) in roles, bool(rules.beyond(one.permissions, caller)))
            for one in form.roles_to_give
        ],
        "groups": [Box(one.id, one.name, str(one.id) in groups) for one in form.groups_to_choose],
        "in_conflict": in_conflict,
        "is_oneself": found is not None and found.id == caller.user_id,
        "deletes": caller.may(DELETE_USERS),
    }
    return render(request, "accounts/users/edit.html", context, status=status or (422 if form.errors else 200))


def _shown_once(request: HttpRequest, user_id: int, username: str, password: str, *, is_new: bool) -> HttpResponse:
    """Show a password that was just made: in no session, no address and no later display, hence no redirect."""
    context = {
        "section": "system",
        "user_id": user_id,
        "username": username,
        "made": password,
        "is_new": is_new,
        "edits": caller_of(request).may(EDIT_USERS),
    }
    answer = render(request, "accounts/users/password_shown.html", context)
    add_never_cache_headers(answer)
    return answer
