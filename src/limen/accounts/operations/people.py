"""People as the screens of System make and change them.

Whoever changes a person must hold all that this person may do: otherwise a new password, or a role, would be a way
to more than one has. The users of connections are not people and are not found here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import hashers
from django.db import IntegrityError, transaction

from limen.accounts import queries, rules
from limen.accounts.models import Group, Role, User
from limen.accounts.operations.ending import end_sessions, end_tokens
from limen.accounts.operations.guard import changes, hold_rights, locked_out, nobody_locked_out, record
from limen.accounts.operations.users import (
    check_email_is_free,
    check_name_is_free,
    check_new_password,
    name_taken,
    replace_password,
)
from limen.accounts.rules import EVERYBODY, Caller
from limen.kit.errors import Conflict, Invalid, NotFound, Violation


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person just made. `password` is in clear when it was made here, else None."""

    id: int
    username: str
    password: str | None


@transaction.atomic
def create_person(
    *,
    username: str,
    password: str,
    email: str,
    first_name: str,
    last_name: str,
    timezone: str,
    role_ids: Iterable[int],
    group_ids: Iterable[int],
    by: Caller,
    now: datetime,
) -> NewPerson:
    """Create a person who signs in; an empty password has one made, which is seen here once.

    Raises Invalid with everything that is wrong, at the names of the arguments (`roles` and `groups` for the ids).
    """
    user = User(
        username=username,
        email=email,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        timezone=timezone,
        created_at=now,
    )
    hold_rights()
    made = None if password else rules.make_password(settings.LIMEN_PASSWORD_LENGTH)
    roles, role_violations = _roles(role_ids, by)
    groups, group_violations = _groups(group_ids)
    _refuse(
        [
            *(rules.check_username(username) or check_name_is_free(username)),
            *(rules.check_email(email) or check_email_is_free(email)),
            *_check_names(user),
            *(check_new_password(password, user) if password else []),
            *role_violations,
            *group_violations,
        ]
    )
    user.password = hashers.make_password(made or password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        # Somebody was quicker since the check above.
        raise Invalid([name_taken(username)]) from None
    user.roles.set(roles)
    user.groups.set(groups)
    data = changes({}, {"username": username, **_described(user, roles, groups)})
    record("user.created", f"user:{username}", data, by=by, now=now)
    return NewPerson(user.id, username, made)


@transaction.atomic
def update_person(
    *,
    user_id: int,
    email: str,
    first_name: str,
    last_name: str,
    timezone: str,
    role_ids: Iterable[int],
    group_ids: Iterable[int],
    version: str | None = None,
    by: Caller,
    now: datetime,
) -> None:
    """Change who somebody is and what they may do. The username stays: history goes by it.

    `version` is the one the caller's page was made from: Conflict when somebody else has saved since. Raises Invalid
    as `create_person` does, and with no path when nobody could edit roles any more; Forbidden when they may do more
    than the caller.
    """
    with nobody_locked_out():
        user = _find(user_id, by)
        if version is not None and version != queries.user_details(user_id).version:
            raise Conflict("Somebody else has changed this user since you opened it. Reload it and try again.")
        old_roles, old_groups = list(user.roles.all()), list(user.groups.all())
        before = _described(user, old_roles, old_groups)
        roles, role_violations = _roles(role_ids, by, kept=old_roles)
        groups, group_violations = _groups(group_ids, kept=old_groups)
        is_new = email != user.email
        user.email, user.timezone = email, timezone
        user.first_name, user.last_name = first_name.strip(), last_name.strip()
        _refuse(
            [
                *(rules.check_email(email) or (check_email_is_free(email, but=user_id) if is_new else [])),
                *_check_names(user),
                *role_violations,
                *group_violations,
            ]
        )
        user.save(update_fields=["email", "email_folded", "first_name", "last_name", "timezone"])
        user.roles.set(roles)
        user.groups.set(groups)
    data = changes(before, _described(user, roles, groups))
    if data:
        record("user.updated", f"user:{user.username}", data, by=by, now=now)


@transaction.atomic
def set_person_password(*, user_id: int, password: str, by: Caller, now: datetime) -> str | None:
    """Give a person another password; their sessions and API tokens end. An empty one has one made, and given.

    Raises Invalid at `password`, Forbidden when they may do more than the caller, Conflict for oneself.
    """
    user = _find(user_id, by)
    if user_id == by.user_id:
        raise Conflict("You change your own password under your name, by the one you have.")
    made = None if password else rules.make_password(settings.LIMEN_PASSWORD_LENGTH)
    replace_password(user, made or password, by=by, now=now)
    return made


@transaction.atomic
def set_person_enabled(*, user_id: int, enabled: bool, by: Caller, now: datetime) -> None:
    """Let a person in or keep them out. Kept out, their sessions and API tokens are over, and do not come back.

    Raises Forbidden when they may do more than the caller, Conflict for oneself and for the last who may edit roles.
    """
    with nobody_locked_out(refusal=locked_out):
        user = _find(user_id, by)
        _refuse_oneself(user_id, by)
        if user.enabled == enabled:
            return
        User.objects.filter(id=user_id).update(enabled=enabled)
        if not enabled:
            end_tokens(user_id)
            end_sessions(user_id)
    kind = "user.enabled" if enabled else "user.disabled"
    record(kind, f"user:{user.username}", "{}", by=by, now=now)


@transaction.atomic
def delete_person(*, user_id: int, by: Caller, now: datetime) -> None:
    """Delete a person with their sessions and API tokens. What they did stays in history, with their name.

    Raises Forbidden when they may do more than the caller, Conflict for oneself and for the last who may edit roles.
    """
    with nobody_locked_out(refusal=locked_out):
        user = _find(user_id, by)
        _refuse_oneself(user_id, by)
        before = {"username": user.username, **_described(user, user.roles.all(), user.groups.all())}
        end_tokens(user_id)
        end_sessions(user_id)
        user.delete()
    record("user.deleted", f"user:{user.username}", changes(before, {}), by=by, now=now)


def _find(user_id: int, by: Caller) -> User:
    user = User.objects.select_for_update().filter(id=user_id, type="user").first()
    if user is None:
        raise NotFound("There is no such user.")
    held = [permission for role in user.roles.all() for permission in role.permissions]
    rules.refuse_beyond(held, by, whom=f'"{user.username}"')
    return user


def _refuse_oneself(user_id: int, by: Caller) -> None:
    if user_id == by.user_id:
        raise Conflict(rules.NOT_ONESELF)


def _refuse(violations: list[Violation]) -> None:
    if violations:
        raise Invalid(violations)


def _check_names(user: User) -> list[Violation]:
    return [
        *rules.check_person_name("first_name", user.first_name),
        *rules.check_person_name("last_name", user.last_name),
        *rules.check_timezone(user.timezone, {*queries.timezones(), *_timezone_kept(user)}),
    ]


def _timezone_kept(user: User) -> set[str]:
    """A zone that is no choice any more is no reason to refuse a save that does not touch it."""
    return set(User.objects.filter(id=user.id).values_list("timezone", flat=True)) if user.id else set()


def _roles(ids: Iterable[int], by: Caller, kept: Iterable[Role] = ()) -> tuple[list[Role], list[Violation]]:
    """Give the roles that are meant, with what is wrong about them; those of apps that somebody has stay."""
    wanted = set(ids)
    found = list(queries.roles_of_people().filter(id__in=wanted).order_by("id"))
    violations = []
    if not wanted:
        violations.append(Violation("roles", "roles.required", "Choose at least one role."))
    if len(found) < len(wanted):
        message = "One of these roles does not exist any more. Choose again."
        violations.append(Violation("roles", "roles.unknown", message))
    for role in found:
        if rules.beyond(role.permissions, by):
            message = f'You cannot give the role "{role.label}": it allows more than you may do yourself.'
            violations.append(Violation("roles", "roles.not_held", message))
    return [*found, *(role for role in kept if role.type != "default")], violations


def _groups(ids: Iterable[int], kept: Iterable[Group] = ()) -> tuple[list[Group], list[Violation]]:
    """Give the groups that are meant, and "All"."""
    wanted = set(ids)
    groups = list(Group.objects.filter(id__in=wanted, type="default").exclude(name=EVERYBODY).order_by("id"))
    violations = []
    if len(groups) < len(wanted):
        message = "One of these user groups does not exist any more. Choose again."
        violations.append(Violation("groups", "groups.unknown", message))
    everybody = Group.objects.filter(name=EVERYBODY)
    return [*everybody, *groups, *(group for group in kept if group.type != "default")], violations


def _described(user: User, roles: Iterable[Role], groups: Iterable[Group]) -> dict[str, object]:
    """Give what history tells of a person, by the names the form uses. Never a password."""
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "timezone": user.timezone,
        "roles": sorted(role.code for role in roles),
        "groups": sorted(group.name for group in groups),
    }
