"""Who is who, and who may what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db.models import Q

from limen.accounts.models import Group, Role, User
from limen.accounts.rules import EVERYBODY, PERMISSIONS, SETUP_LINK_LIFE, Caller, display_name, role_code
from limen.kit.errors import NotFound
from limen.kit.text import fold

SETUP_SALT = "limen.accounts.set-up"


@dataclass(frozen=True, slots=True)
class UserRow:
    """What checking a password needs. `password` is the stored hash."""

    id: int
    username: str
    password: str
    enabled: bool
    type: str


@dataclass(frozen=True, slots=True)
class RoleChoice:
    id: int
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class GroupChoice:
    id: int
    name: str


def caller_for(
    user_id: int,
    *,
    author_connection_id: int | None = None,
    connection_id: int | None = None,
    reads_counted: bool = False,
) -> Caller | None:
    """Give the caller that this user is, with the permissions of all its roles; None when unknown or disabled.

    The other arguments are kept in the record as they are. Cost: 1 query.
    """
    # One row per role; a user without a role has one row with no permissions.
    rows = list(
        User.objects.filter(id=user_id, enabled=True).values_list(
            "username", "first_name", "last_name", "type", "timezone", "roles__permissions"
        )
    )
    if not rows:
        return None
    username, first_name, last_name, kind, timezone, _ = rows[0]
    return Caller(
        user_id=user_id,
        username=username,
        name=display_name(username, first_name, last_name),
        kind="user" if kind == "user" else "api",
        permissions=frozenset(permission for row in rows for permission in row[5] or ()),
        timezone=timezone,
        author_connection_id=author_connection_id,
        connection_id=connection_id,
        reads_counted=reads_counted,
    )


def user_to_authenticate(username_or_email: str) -> UserRow | None:
    """Find a user by name, else by e-mail; case does not count. Disabled ones too. 1 query."""
    key = fold(username_or_email)
    if not key or "\x00" in key:
        return None
    rows = User.objects.filter(Q(username_folded=key) | Q(email_folded=key)).values_list(
        "id", "username", "password", "enabled", "type", "username_folded"
    )
    # Two rows when somebody's e-mail is somebody else's name: the name wins.
    found = sorted(rows, key=lambda row: row[5] != key)
    return UserRow(*found[0][:5]) if found else None


def username_of(user_id: int) -> str | None:
    """1 query."""
    return User.objects.filter(id=user_id).values_list("username", flat=True).first()


def roles_to_choose() -> list[RoleChoice]:
    """Give the roles that a user or a connection may get, by label. 1 query."""
    rows = Role.objects.filter(type="default").exclude(code__in=("ROLE_ANONYMOUS", "IS_AUTHENTICATED_ANONYMOUSLY"))
    return [RoleChoice(*row) for row in rows.order_by("label", "id").values_list("id", "code", "label")]


def groups_to_choose() -> list[GroupChoice]:
    """Give the groups to choose from, by name; everybody is in "All" without choosing. 1 query."""
    rows = Group.objects.filter(type="default").exclude(name=EVERYBODY)
    return [GroupChoice(*row) for row in rows.order_by("name", "id").values_list("id", "name")]


@dataclass(frozen=True, slots=True)
class PersonChoice:
    id: int
    username: str
    name: str


def people_to_choose() -> list[PersonChoice]:
    """Give the people who can sign in, by name: no connection's user, nobody who is disabled. 1 query."""
    rows = User.objects.filter(type="user", enabled=True).values_list("id", "username", "first_name", "last_name")
    people = [PersonChoice(id, username, display_name(username, first, last)) for id, username, first, last in rows]
    return sorted(people, key=lambda one: (fold(one.name), one.id))


def is_person(user_id: int) -> bool:
    """Tell whether this is somebody who can sign in. 1 query."""
    return User.objects.filter(id=user_id, type="user", enabled=True).exists()


def roles_beyond(permissions: Iterable[str]) -> set[int]:
    """Give the ids of the roles that allow something these permissions do not. 1 query.

    A permission that this version does not know allows nothing, so it does not count.
    """
    missing = PERMISSIONS.keys() - set(permissions)
    return set(Role.objects.filter(permissions__overlap=sorted(missing)).values_list("id", flat=True))


def role_id(name: str) -> int:
    """Find a role by code ("ROLE_USER") or short name ("user"). NotFound names those there are. 1–2 queries."""
    found = Role.objects.filter(code=role_code(name)).values_list("id", flat=True).first()
    if found is None:
        known = ", ".join(role.code for role in roles_to_choose())
        raise NotFound(f'There is no role "{name}". Choose one of: {known}.')
    return found


def group_id(name: str) -> int:
    """Find a group by its exact name. NotFound names those there are. 1–2 queries."""
    found = Group.objects.filter(name=name).values_list("id", flat=True).first()
    if found is None:
        known = ", ".join([EVERYBODY, *(group.name for group in groups_to_choose())])
        raise NotFound(f'There is no user group "{name}". Choose one of: {known}.')
    return found


def role_and_group_of(user_id: int) -> tuple[RoleChoice | None, GroupChoice | None]:
    """Give the first role of a user and its group besides "All". 2 queries."""
    of_user = User.objects.filter(id=user_id)
    role = of_user.exclude(roles=None).order_by("roles__id").values_list("roles__id", "roles__code", "roles__label")
    group = (
        Group.objects.filter(id__in=of_user.values("groups"))
        .exclude(name=EVERYBODY)
        .order_by("id")
        .values_list("id", "name")
    )
    first_role, first_group = role.first(), group.first()
    return (
        RoleChoice(*first_role) if first_role else None,
        GroupChoice(*first_group) if first_group else None,
    )


def no_person_yet() -> bool:
    """Say whether nobody can sign in: then the set-up link works. 1 query."""
    return not User.objects.filter(type="user", enabled=True).exists()


def setup_link_is_open(token: str, *, now: datetime) -> bool:
    """Say whether a set-up link may make the first administrator: ours, a day old at most, nobody there.

    Cost: 1 query, none for a link that is not ours.
    """
    try:
        made_at = signing.loads(token, salt=SETUP_SALT)
    except signing.BadSignature:
        return False
    age = now.timestamp() - float(made_at)
    return 0 <= age <= SETUP_LINK_LIFE.total_seconds() and no_person_yet()
