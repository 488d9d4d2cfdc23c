"""What an installation starts with, and its first administrator."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.core import signing
from django.db import connection, transaction

from limen.accounts import queries, rules
from limen.accounts.models import Group, Role
from limen.accounts.operations.users import create_user
from limen.accounts.rules import EVERYBODY, ROLES_AT_START, SYSTEM
from limen.kit.errors import Forbidden

_FIRST_PERSON_LOCK = 5_466_001


@transaction.atomic
def install() -> None:
    """Make the roles and the group that every installation starts with; those that exist stay as they are.

    Cost: 2 statements.
    """
    Role.objects.bulk_create(
        [Role(code=role.code, label=role.label, permissions=sorted(role.permissions)) for role in ROLES_AT_START],
        ignore_conflicts=True,
    )
    Group.objects.bulk_create([Group(name=EVERYBODY)], ignore_conflicts=True)


@transaction.atomic
def create_first_administrator(
    *, token: str, username: str, password: str, first_name: str = "", last_name: str = "", now: datetime
) -> int:
    """Create the first administrator by the one-time set-up link; Forbidden when it is worth nothing any more."""
    with connection.cursor() as cursor:
        # Two people who open the link at the same time: one of them is first.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_PERSON_LOCK])
    if not queries.setup_link_is_open(token, now=now):
        raise Forbidden("This set-up link has been used or has run out.")
    author = replace(SYSTEM, username=username, name=rules.display_name(username, first_name, last_name))
    return create_user(
        username=username,
        password=password,
        role="ROLE_ADMINISTRATOR",
        first_name=first_name,
        last_name=last_name,
        by=author,
        now=now,
    )


def make_setup_token(*, now: datetime) -> str:
    """Make the token of a set-up link: signed, good for a day and while nobody can sign in."""
    return signing.dumps(int(now.timestamp()), salt=queries.SETUP_SALT)
