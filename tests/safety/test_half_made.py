"""The server is killed between any two statements, and many come at once: all of it is there, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from limen.accounts.models import Group, Role, User
from limen.accounts.rules import SYSTEM
from limen.connections import operations
from limen.connections.models import Connection, OAuthClient
from limen.connections.operations import NewConnection
from limen.kit.errors import Refused
from tests.connections.test_concurrency import at_once
from tests.factories.connections import NOW, make_connection, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("installed")]


class Killed(BaseException):
    """No `except Exception` tidies up behind it: a killed process tidies up nothing."""


class Killer:
    """Ends the database's connection instead of the statement with this number; commits are counted too."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        self.patch = monkeypatch

    def count(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            assert connection.connection is not None
            connection.connection.close()
            raise Killed

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        """Kill whoever sends the statement `number`, counted from 0."""
        self.left = number
        try:
            yield
        finally:
            self.left = None
            connection.close()

    def watch(self, owner: type, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count()
            return real(*args, **kwargs)

        self.patch.setattr(owner, name, counted)


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Killer:
    made = Killer(monkeypatch)
    for owner, name in (
        (psycopg.Cursor, "execute"),
        (psycopg.Cursor, "executemany"),
        (psycopg.Cursor, "copy"),
        (psycopg.Connection, "commit"),
    ):
        made.watch(owner, name)
    return made


def everything() -> dict[str, list[str]]:
    """Give all rows of all tables, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted(name for (name,) in cursor.fetchall())
        found = {}
        for table in tables:
            cursor.execute(f'SELECT one::text FROM "{table}" AS one ORDER BY 1')
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def create() -> None:
    role, group = Role.objects.get(code="ROLE_ERP").id, Group.objects.get(name="Suppliers").id
    operations.create_connection(
        code="shop",
        label="Shop",
        flow_type="data_destination",
        auditable=True,
        role_id=role,
        group_id=group,
        by=SYSTEM,
        now=NOW,
    )


def update() -> None:
    operations.update_connection(
        code="erp",
        label="SAP",
        flow_type="other",
        auditable=False,
        role_id=Role.objects.get(code="ROLE_ERP").id,
        group_id=None,
        by=SYSTEM,
        now=NOW,
    )


ACTS: dict[str, Callable[[], object]] = {
    "create": create,
    "update": update,
    "delete": lambda: operations.delete_connection(code="erp", by=SYSTEM, now=NOW),
    "regenerate secret": lambda: operations.regenerate_secret(code="erp", by=SYSTEM, now=NOW),
    "regenerate password": lambda: operations.regenerate_password(code="erp", by=SYSTEM, now=NOW),
    "role of its own": lambda: operations.give_own_role(code="erp", label="Own", permissions=[], by=SYSTEM, now=NOW),
    "group of its own": lambda: operations.give_own_group(code="erp", name="Own", by=SYSTEM, now=NOW),
    "scopes": lambda: operations.set_scopes(code="erp", scopes=[], by=SYSTEM, now=NOW),
    "digest secrets": lambda: operations.digest_secrets(by=SYSTEM, now=NOW),
    "reveal secret": lambda: operations.reveal_secret(code="erp", by=SYSTEM, now=NOW),
}


@pytest.mark.parametrize("act", ACTS)
def test_killed_between_any_two_statements_it_leaves_nothing_half_made(killer: Killer, act: str) -> None:
    Role.objects.create(code="ROLE_ERP", label="ERP", permissions=[])
    Group.objects.create(name="Suppliers")
    erp, other = make_connection(code="erp", auditable=True), make_connection(code="other")
    token_for(erp)
    token_for(erp, user_of=other)
    before = everything()
    number, done = 0, False
    while not done:
        try:
            with killer.at(number):
                ACTS[act]()
                done = True
        except (Killed, OperationalError):
            # The second is what Django says of a connection that ended while it committed.
            assert everything() == before, f"half made after statement {number}"
            number += 1
    assert number > 3
    after = everything()
    assert after != before
    assert len(after["event"]) > len(before["event"])
    if act == "delete":
        assert not User.objects.filter(username=erp.username).exists()
        assert OAuthClient.objects.count() == Connection.objects.count() == 1


def test_of_fifty_creations_at_once_no_more_succeed_than_there_is_room(settings: Any) -> None:
    settings.LIMEN_CONNECTIONS_MAX = 5
    make_connection(code="first")
    acts = [lambda code=f"c{number}": make_connection(code=code) for number in range(50)]
    results = at_once(*acts)
    assert sum(isinstance(one, NewConnection) for one in results) == 4
    assert [one for one in results if not isinstance(one, NewConnection | Refused)] == []
    assert Connection.objects.count() == OAuthClient.objects.count() == User.objects.filter(type="api").count() == 5
