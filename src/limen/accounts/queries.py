"""Who is who, and who may what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.core import signing
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from limen.accounts import rules
from limen.accounts.models import Group, Role, User
from limen.accounts.rules import (
    EVERYBODY,
    MANAGE_ROLES,
    PERMISSIONS,
    SETUP_LINK_LIFE,
    Caller,
    display_name,
    role_code,
)
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


def permissions_of(user_id: int) -> frozenset[str]:
    """Give what the roles of a user allow, whether it is enabled or not. 1 query."""
    rows = Role.objects.filter(id__in=User.objects.filter(id=user_id).values("roles")).values_list(
        "permissions", flat=True
    )
    return frozenset(permission for permissions in rows for permission in permissions)


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


# What the screens of people show.

USERS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ListedRole:
    """`users` and `connections` count those who have this role; `stays` says why the caller cannot delete it, or ""."""

    id: int
    code: str
    label: str
    users: int
    connections: int
    stays: str


@dataclass(frozen=True, slots=True)
class RoleDetails:
    """`version` marks this state of the role; `stays` says why the caller cannot delete it, or ""."""

    id: int
    code: str
    label: str
    permissions: frozenset[str]
    version: str
    stays: str


@dataclass(frozen=True, slots=True)
class ListedGroup:
    id: int
    name: str
    users: int
    connections: int

    @property
    def is_everybody(self) -> bool:
        return self.name == EVERYBODY


@dataclass(frozen=True, slots=True)
class ListedUser:
    id: int
    username: str
    name: str
    email: str
    roles: tuple[str, ...]
    enabled: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class UserPage:
    """`next` and `previous` are what `after` and `before` become on the pages beside this one."""

    users: list[ListedUser]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class UserDetails:
    """One person; `permissions` are those of all roles, `version` marks this state."""

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    timezone: str
    enabled: bool
    created_at: datetime
    last_login: datetime | None
    role_ids: tuple[int, ...]
    group_ids: tuple[int, ...]
    permissions: frozenset[str]
    version: str

    @property
    def name(self) -> str:
        return display_name(self.username, self.first_name, self.last_name)


@dataclass(frozen=True, slots=True)
class RoleToGive:
    """A role with what it allows, so that a screen can tell whether this caller may give it."""

    id: int
    code: str
    label: str
    permissions: frozenset[str]


def roles_of_people() -> QuerySet[Role]:
    """Give the roles that the screens show: not those of apps, nor those that mean nobody."""
    return Role.objects.filter(type="default").exclude(code__in=("ROLE_ANONYMOUS", "IS_AUTHENTICATED_ANONYMOUSLY"))


def roles_for_list(*, by: Caller) -> list[ListedRole]:
    """Give the roles by label, with how many have them, and whether the caller could delete them. 3 queries."""
    held = User.roles.through.objects
    counts = _holders(held.values_list("role_id", "user__type").annotate(Count("id")))
    needed = _holders(_held_alone().values_list("role_id", "user__type").annotate(Count("id")))
    rows = list(roles_of_people().order_by("label", "id").values_list("id", "code", "label", "permissions"))
    is_last = sum(MANAGE_ROLES in permissions for *_, permissions in rows) == 1
    return [
        ListedRole(
            id,
            code,
            label,
            *counts.get(id, (0, 0)),
            _why_stays(code, permissions, needed.get(id, (0, 0)), is_last and MANAGE_ROLES in permissions, by),
        )
        for id, code, label, permissions in rows
    ]


def roles_to_give() -> list[RoleToGive]:
    """Give the roles by label with their permissions. 1 query."""
    rows = roles_of_people().order_by("label", "id").values_list("id", "code", "label", "permissions")
    return [RoleToGive(id, code, label, frozenset(permissions)) for id, code, label, permissions in rows]


def role_details(code: str, *, by: Caller) -> RoleDetails:
    """Give one role, or NotFound. 2–3 queries."""
    role = roles_of_people().filter(code=code).first()
    if role is None:
        raise NotFound(f'There is no role "{code}".')
    version = role_version(role.label, role.permissions)
    stays = why_role_stays(role.id, role.code, role.permissions, by=by)
    return RoleDetails(role.id, role.code, role.label, frozenset(role.permissions), version, stays)


def has_role(user_id: int, role_id: int) -> bool:
    """1 query."""
    return User.roles.through.objects.filter(user_id=user_id, role_id=role_id).exists()


def role_version(label: str, permissions: Iterable[str]) -> str:
    return rules.state_of(label, sorted(permissions))


def why_role_stays(role_id: int, code: str, permissions: Iterable[str], *, by: Caller) -> str:
    """Say why the caller cannot delete a role, or "". 1 query, and 1 more for a role that may edit roles."""
    held = _held_alone().filter(role_id=role_id)
    needed = _holders(held.values_list("role_id", "user__type").annotate(Count("id")))
    others_manage = roles_of_people().filter(permissions__contains=[MANAGE_ROLES]).exclude(id=role_id)
    is_last = MANAGE_ROLES in permissions and not others_manage.exists()
    return _why_stays(code, permissions, needed.get(role_id, (0, 0)), is_last, by)


def _held_alone() -> QuerySet[Any]:
    """Give the memberships of those who have no other role."""
    others = User.roles.through.objects.filter(user_id=OuterRef("user_id")).exclude(role_id=OuterRef("role_id"))
    return User.roles.through.objects.exclude(Exists(others))


def _why_stays(code: str, permissions: Iterable[str], needed: tuple[int, int], is_last: bool, by: Caller) -> str:
    users, connections = needed
    return (
        rules.why_role_stays(code, users=users, connections=connections)
        or (rules.LAST_MANAGING_ROLE if is_last else "")
        or rules.why_not_yours(permissions, by, whom="This role")
    )


def somebody_manages_roles() -> bool:
    """Say whether an enabled person may edit roles. 1 query."""
    return User.objects.filter(type="user", enabled=True, roles__permissions__contains=[MANAGE_ROLES]).exists()


def groups_for_list() -> list[ListedGroup]:
    """Give the groups by name, with how many are in them; "All" first. 2 queries."""
    counts = _holders(User.groups.through.objects.values_list("group_id", "user__type").annotate(Count("id")))
    rows = Group.objects.filter(type="default").order_by("name", "id").values_list("id", "name")
    groups = [ListedGroup(*row, *counts.get(row[0], (0, 0))) for row in rows]
    return sorted(groups, key=lambda group: not group.is_everybody)


def group_name_is_taken(name: str, *, but: int | None = None) -> bool:
    """Say whether another group has this name, whatever its case. 1 query."""
    return Group.objects.filter(name__iexact=name).exclude(id=but or 0).exists()


def group_details(group_id: int) -> ListedGroup:
    """Give one group that may be changed: NotFound for "All" too. 2 queries."""
    name = Group.objects.filter(id=group_id, type="default").values_list("name", flat=True).first()
    if name is None or name == EVERYBODY:
        raise NotFound("There is no such user group.")
    memberships = User.groups.through.objects.filter(group_id=group_id)
    counts = _holders(memberships.values_list("group_id", "user__type").annotate(Count("id")))
    return ListedGroup(group_id, name, *counts.get(group_id, (0, 0)))


def people(*, search: str = "", after: str = "", before: str = "", limit: int = USERS_A_PAGE) -> UserPage:
    """Give a page of people by name; `search` looks into names and e-mail. Users of connections are not people.

    `after` and `before` are folded usernames of rows already seen. Cost: 2 queries, whatever the number of people.
    """
    found = User.objects.filter(type="user")
    for word in fold(search).split():
        found = found.filter(
            Q(username_folded__contains=word)
            | Q(email_folded__contains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
        )
    backwards = bool(before) and not after
    if backwards:
        found = found.filter(username_folded__lt=before).order_by("-username_folded")
    else:
        found = found.filter(username_folded__gt=after).order_by("username_folded")
    rows = list(found[: limit + 1])
    there_is_more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, there_is_more) if backwards else (there_is_more, bool(after))
    labels = _role_labels([row.id for row in rows])
    return UserPage(
        [
            ListedUser(
                row.id,
                row.username,
                display_name(row.username, row.first_name, row.last_name),
                row.email,
                tuple(labels.get(row.id, ())),
                row.enabled,
                row.last_login,
            )
            for row in rows
        ],
        next=rows[-1].username_folded if rows and has_next else None,
        previous=rows[0].username_folded if rows and has_previous else None,
    )


def user_details(user_id: int) -> UserDetails:
    """Give one person; NotFound for the users of connections too. 3 queries."""
    user = User.objects.filter(id=user_id, type="user").first()
    if user is None:
        raise NotFound("There is no such user.")
    roles = list(user.roles.order_by("id").values_list("id", "permissions"))
    groups = tuple(user.groups.order_by("id").values_list("id", flat=True))
    role_ids = tuple(id for id, _ in roles)
    version = rules.state_of(user.email, user.first_name, user.last_name, user.timezone, role_ids, groups)
    return UserDetails(
        user.id,
        user.username,
        user.email,
        user.first_name,
        user.last_name,
        user.timezone,
        user.enabled,
        user.created_at,
        user.last_login,
        role_ids,
        groups,
        frozenset(permission for _, permissions in roles for permission in permissions),
        version,
    )


@cache
def timezones() -> tuple[str, ...]:
    """Give the names of time zones that a person can choose. No query."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def _role_labels(user_ids: list[int]) -> dict[int, list[str]]:
    rows = User.roles.through.objects.filter(user_id__in=user_ids).order_by("role__label", "role_id")
    found: dict[int, list[str]] = {}
    for user_id, label in rows.values_list("user_id", "role__label"):
        found.setdefault(user_id, []).append(label)
    return found


def _holders(rows: Iterable[tuple[int, str, int]]) -> dict[int, tuple[int, int]]:
    """Turn (role or group, type of user, number) into (users, connections) by role or group."""
    found: dict[int, tuple[int, int]] = {}
    for id, kind, number in rows:
        users, connections = found.get(id, (0, 0))
        found[id] = (users, connections + number) if kind == "api" else (users + number, connections)
    return found
