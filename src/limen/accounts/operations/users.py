"""People as the command line makes them, the users of connections, and passwords."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from limen.accounts import queries, rules
from limen.accounts.models import Group, Role, User
from limen.accounts.operations.ending import end_tokens
from limen.accounts.operations.guard import changes, record
from limen.accounts.rules import EVERYBODY, Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound, Violation
from limen.kit.text import fold


@dataclass(frozen=True, slots=True)
class ApiUser:
    """A connection's user, just made. `password` is in clear here and nowhere else."""

    id: int
    username: str
    password: str


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str,
    role: str,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    by: Caller,
    now: datetime,
) -> int:
    """Create a person who signs in, and give the id. `role` is a code or a short name ("administrator").

    Raises Invalid with everything that is wrong, at `username`, `password`, `email` or `role`.
    """
    user = User(
        username=username,
        email=email,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        created_at=now,
    )
    role_id = Role.objects.filter(code=rules.role_code(role)).values_list("id", flat=True).first()
    violations = [
        *(rules.check_username(username) or check_name_is_free(username)),
        *(rules.check_email(email) or check_email_is_free(email)),
        *check_new_password(password, user),
        *([] if role_id else [Violation("role", "role.unknown", f'There is no role "{role}".')]),
    ]
    if violations or role_id is None:
        raise Invalid(violations)
    user.password = hashers.make_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        # Somebody was quicker since the check above.
        raise Invalid([name_taken(username)]) from None
    _give(user, role_id, None)
    events.record(Happening("user.created", f"user:{username}"), by=by, now=now)
    return user.id


@transaction.atomic
def create_api_user(
    *,
    code: str,
    label: str,
    by: Caller,
    now: datetime,
    catalog_locale: str = "",
    catalog_channel: str = "",
    category_tree: str = "",
    draw: Callable[[int], int] = secrets.randbelow,
) -> ApiUser:
    """Create the user of a connection: `{code}_{NNNN}`, role User, group All (spec connections §2.7).

    `draw(n)` gives a number below n. After 20 taken names the number gets six digits, and after 20 more Conflict.
    """
    password = rules.make_password(settings.LIMEN_PASSWORD_LENGTH)
    user = User(
        password=hashers.make_password(password),
        first_name=rules.api_first_name(label),
        last_name=" ",
        type="api",
        catalog_locale=catalog_locale,
        catalog_channel=catalog_channel,
        category_tree=category_tree,
        created_at=now,
    )
    _insert_under_a_free_name(user, code, draw)
    role_id = Role.objects.filter(code="ROLE_USER").values_list("id", flat=True).first()
    _give(user, role_id, None)
    events.record(Happening("user.created", f"user:{user.username}"), by=by, now=now)
    return ApiUser(user.id, user.username, password)


@transaction.atomic
def set_password(*, username: str, password: str, by: Caller, now: datetime) -> None:
    """Give a person another password; all their sessions and API tokens end. NotFound, or Invalid at `password`."""
    user = User.objects.filter(username_folded=fold(username), type="user").first()
    if user is None:
        raise NotFound(f'There is no user "{username}".')
    replace_password(user, password, by=by, now=now)


@transaction.atomic
def change_own_password(*, current: str, password: str, by: Caller, now: datetime) -> None:
    """Let a person change their password by the one they have. Invalid at `current` or `password`."""
    user = User.objects.filter(id=by.user_id or 0, type="user").first()
    if user is None:
        raise Forbidden("Only a person has a password to change here.")
    if not hashers.check_password(current, user.password):
        raise Invalid([Violation("current", "password.wrong", "This is not your current password.")])
    replace_password(user, password, by=by, now=now)


@transaction.atomic
def regenerate_password(*, user_id: int, by: Caller, now: datetime) -> str:
    """Give the user of a connection a new password, and give it in clear, this once."""
    user = User.objects.filter(id=user_id, type="api").only("id", "username").first()
    if user is None:
        raise NotFound("There is no such user of a connection.")
    password = rules.make_password(settings.LIMEN_PASSWORD_LENGTH)
    User.objects.filter(id=user.id).update(password=hashers.make_password(password))
    events.record(Happening("user.password_regenerated", f"user:{user.username}"), by=by, now=now)
    return password


@transaction.atomic
def assign(*, user_id: int, role_id: int | None, group_id: int | None, by: Caller, now: datetime) -> None:
    """Give a user this role alone (None: ROLE_USER) and this group beside "All" (None: "All" alone).

    Raises Invalid at `user_role_id` or `user_group_id`. Records an event only when something changed.
    """
    user = User.objects.select_for_update().filter(id=user_id).only("id", "username").first()
    if user is None:
        raise NotFound("There is no such user.")
    meant = Q(id=role_id) if role_id is not None else Q(code="ROLE_USER")
    roles = set(Role.objects.filter(meant, type="default").values_list("id", flat=True))
    groups = set(Group.objects.filter(Q(id=group_id, type="default") | Q(name=EVERYBODY)).values_list("id", flat=True))
    violations = []
    if not roles:
        violations.append(
            Violation("user_role_id", "user_role.unknown", "This role does not exist any more. Choose another.")
        )
    if group_id is not None and group_id not in groups:
        violations.append(
            Violation("user_group_id", "user_group.unknown", "This user group does not exist any more. Choose another.")
        )
    if violations:
        raise Invalid(violations)
    before = _described(user)
    user.roles.set(roles)
    user.groups.set(groups)
    data = changes(before, _described(user))
    if data:
        record("user.assigned", f"user:{user.username}", data, by=by, now=now)


@transaction.atomic
def rename_api_user(*, user_id: int, label: str) -> None:
    """Follow the label of the connection; no event of its own. 1 statement."""
    User.objects.filter(id=user_id, type="api").update(first_name=rules.api_first_name(label))


@transaction.atomic
def delete_api_user(*, user_id: int) -> None:
    """Delete the user of a connection; the deletion of the connection is the event that is recorded."""
    User.objects.filter(id=user_id, type="api").delete()


def check_password(row: queries.UserRow | None, password: str) -> bool:
    """Compare a password with what is stored. Takes as long for nobody as for somebody: 25 ms.

    Says nothing about `enabled` and `type`: whoever asks decides on them.
    """
    if row is None:
        hashers.make_password(password)
        return False
    return hashers.check_password(password, row.password)


def check_name_is_free(username: str) -> list[Violation]:
    taken = User.objects.filter(username_folded=fold(username)).exists()
    return [name_taken(username)] if taken else []


def name_taken(username: str) -> Violation:
    return Violation("username", "username.taken", f'There is already a user "{username}". Choose another name.')


def check_email_is_free(email: str, *, but: int | None = None) -> list[Violation]:
    if email and User.objects.filter(email_folded=fold(email)).exclude(id=but or 0).exists():
        return [Violation("email", "email.taken", "Another user has this e-mail address.")]
    return []


def check_new_password(password: str, user: User) -> list[Violation]:
    if not password:
        return [Violation("password", "password.required", "Enter a password.")]
    try:
        password_validation.validate_password(password, user)
    except ValidationError as refusal:
        return [Violation("password", "password.weak", message) for message in refusal.messages]
    return []


def replace_password(user: User, password: str, *, by: Caller, now: datetime) -> None:
    violations = check_new_password(password, user)
    if violations:
        raise Invalid(violations)
    # Sessions carry a digest of the hash, so those opened with the old password end by themselves.
    User.objects.filter(id=user.id).update(password=hashers.make_password(password))
    end_tokens(user.id)
    events.record(Happening("user.password_changed", f"user:{user.username}"), by=by, now=now)


def _described(user: User) -> dict[str, object]:
    """Give the roles and groups of a user, by the names that history has for people too. 2 queries."""
    return {
        "roles": sorted(user.roles.values_list("code", flat=True)),
        "groups": sorted(user.groups.values_list("name", flat=True)),
    }


def _insert_under_a_free_name(user: User, code: str, draw: Callable[[int], int]) -> None:
    for digits in [4] * 20 + [6] * 20:
        user.username = rules.api_username(code, 1 + draw(10**digits - 1), digits)
        user.email = f"{user.username}@example.com"
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError:
            continue
        return
    raise Conflict(f'No free username was found for "{code}". Try again.')


def _give(user: User, role_id: int | None, group_id: int | None) -> None:
    """Put a new user into a role and into "All"."""
    if role_id is not None:
        user.roles.add(role_id)
    groups = Group.objects.filter(Q(name=EVERYBODY) | Q(id=group_id)).values_list("id", flat=True)
    user.groups.add(*groups)
