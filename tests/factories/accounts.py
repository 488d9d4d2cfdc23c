"""People, roles and groups for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client

from limen.accounts import operations
from limen.accounts.models import Group, Role, User
from limen.accounts.rules import SYSTEM

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"


def make_user(username: str = "julia", *, role: str = "administrator", email: str = "", name: str = "") -> User:
    """Create a person whose password is PASSWORD."""
    operations.create_user(
        username=username, password=PASSWORD, role=role, email=email, first_name=name, by=SYSTEM, now=NOW
    )
    return User.objects.get(username=username)


def make_role(code: str, *permissions: str) -> Role:
    return Role.objects.create(code=code, label=code[:25], permissions=list(permissions))


def make_group(name: str = "Suppliers") -> Group:
    return Group.objects.create(name=name)


def sign_in(client: Client, *permissions: str, username: str = "julia") -> User:
    """Sign the client in as somebody with exactly these permissions; none given: an administrator."""
    role = make_role(f"ROLE_OF_{username.upper()}", *permissions).code if permissions else "administrator"
    user = make_user(username, role=role)
    client.force_login(user)
    return user
