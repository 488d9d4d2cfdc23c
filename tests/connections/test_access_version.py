"""What a process knows about tokens: trusted between calls, and true in every one of them.

No operation tells this process that something has changed, so what it sees here any other process sees too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from limen.accounts import operations as accounts
from limen.accounts.models import Role, User
from limen.accounts.rules import OVERALL, SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import AccessToken, Connection, RefreshToken
from limen.connections.queries import tokens as kept
from limen.connections.rules import Limits, TokenRequest, Upkeep
from limen.kit import clock
from tests.connections.test_concurrency import at_once
from tests.factories.accounts import make_role, make_user
from tests.factories.connections import make_connection, token_for

PATH = "/api/rest/v1/currencies"
HERE = "192.0.2.1"


class Known:
    """A connection "erp" with a token of its own and one of a person, both of which this process knows already."""

    def __init__(self) -> None:
        make_role("ROLE_ERP", OVERALL, "pim_api_currency_list")
        self.new = make_connection(code="erp", role="ROLE_ERP")
        self.row = Connection.objects.get(code="erp")
        self.person = make_user("rita", role="ROLE_ERP")
        now = clock.now()
        pair = operations.issue_token(client_id=self.row.client_id, user_id=self.row.user_id, now=now)
        self.token, self.refresh_token = pair.access_token, pair.refresh_token
        self.persons = operations.issue_token(
            client_id=self.row.client_id, user_id=self.person.id, now=now
        ).access_token
        for token in (self.token, self.persons):
            # The first call of a minute notes the use; from the second on nothing but the version is read.
            assert [call(token).status_code for _ in range(3)] == [200] * 3

    @property
    def role(self) -> Role:
        return Role.objects.get(code="ROLE_ERP")

    def hold(self, **limits: Any) -> None:
        operations.set_limits(code="erp", limits=Limits(**limits), by=SYSTEM, now=clock.now())

    def settle(self, role_id: int | None, upkeep: Upkeep | None = None) -> None:
        operations.update_connection(
            code="erp",
            label="ERP",
            flow_type="data_source",
            auditable=False,
            role_id=role_id,
            group_id=None,
            upkeep=upkeep,
            by=SYSTEM,
            now=clock.now(),
        )

    def edit_role(self, *permissions: str) -> None:
        accounts.update_role(
            code="ROLE_ERP", label="ROLE_ERP", permissions=permissions, version=None, by=SYSTEM, now=clock.now()
        )

    def edit_person(self, *role_ids: int) -> None:
        accounts.update_person(
            user_id=self.person.id,
            email="",
            first_name="Rita",
            last_name="",
            timezone="UTC",
            role_ids=role_ids,
            group_ids=[],
            by=SYSTEM,
            now=clock.now(),
        )


def call(token: str) -> Any:
    return Client(headers={"authorization": f"Bearer {token}"}).get(PATH, REMOTE_ADDR=HERE)


def revoke_one(known: Known) -> None:
    digest = rules.digest(known.token)
    operations.revoke_token(
        code="erp", kind="access", token=AccessToken.objects.get(digest=digest).id, by=SYSTEM, now=clock.now()
    )


OWN: dict[str, tuple[Callable[[Known], object], int]] = {
    "the token is revoked": (revoke_one, 401),
    "all tokens are revoked": (lambda one: operations.revoke_tokens(code="erp", by=SYSTEM, now=clock.now()), 401),
    "the secret is regenerated": (
        lambda one: operations.regenerate_secret(code="erp", by=SYSTEM, now=clock.now()),
        401,
    ),
    "the password is regenerated": (
        lambda one: operations.regenerate_password(code="erp", by=SYSTEM, now=clock.now()),
        401,
    ),
    "the connection is paused": (lambda one: operations.pause_connection(code="erp", by=SYSTEM, now=clock.now()), 401),
    "the connection is deleted": (
        lambda one: operations.delete_connection(code="erp", by=SYSTEM, now=clock.now()),
        401,
    ),
    "the networks are others": (lambda one: one.hold(allowed_networks=("10.0.0.0/8",)), 403),
    "the role has lost a permission": (lambda one: one.edit_role(OVERALL), 403),
    "the user has a role without rights": (lambda one: one.settle(make_role("ROLE_NONE").id), 403),
}

PERSONS: dict[str, tuple[Callable[[Known], object], int]] = {
    "the connection takes only its own user": (lambda one: one.hold(strict=True), 403),
    "the person is deactivated": (
        lambda one: accounts.set_person_enabled(user_id=one.person.id, enabled=False, by=SYSTEM, now=clock.now()),
        401,
    ),
    "the person is deleted": (
        lambda one: accounts.delete_person(user_id=one.person.id, by=SYSTEM, now=clock.now()),
        401,
    ),
    "the person has another password": (
        lambda one: accounts.set_person_password(user_id=one.person.id, password="", by=SYSTEM, now=clock.now()),
        401,
    ),
    "the person has another role": (lambda one: one.edit_person(make_role("ROLE_NONE").id), 403),
    "the user row alone is disabled": (lambda one: User.objects.filter(id=one.person.id).update(enabled=False), 401),
}


@pytest.mark.usefixtures("installed")
class TestAChangeCountsFromTheNextCall:
    @pytest.mark.parametrize("what", OWN)
    def test_for_the_connections_own_user(self, what: str) -> None:
        act, status = OWN[what]
        known = Known()
        act(known)
        assert call(known.token).status_code == status

    @pytest.mark.parametrize("what", PERSONS)
    def test_for_a_foreign_user(self, what: str) -> None:
        make_user("ada")
        act, status = PERSONS[what]
        known = Known()
        act(known)
        assert call(known.persons).status_code == status

    def test_a_resumed_connection_is_open_again(self) -> None:
        known = Known()
        operations.pause_connection(code="erp", by=SYSTEM, now=clock.now())
        assert call(known.token).status_code == 401
        operations.resume_connection(code="erp", by=SYSTEM, now=clock.now())
        assert call(known.token).status_code == 200

    def test_a_permission_that_comes_back(self) -> None:
        known = Known()
        known.edit_role(OVERALL)
        assert call(known.token).status_code == 403
        known.edit_role(OVERALL, "pim_api_currency_list")
        assert call(known.token).status_code == 200

    def test_a_refreshed_token_lives_on_beside_the_new_one(self) -> None:
        known = Known()
        asked = TokenRequest(grant_type="refresh_token", refresh_token=known.refresh_token)
        pair = operations.refresh_token(asked=asked, client_id=known.row.client_id, now=clock.now())
        assert [call(token).status_code for token in (known.token, pair.access_token)] == [200, 200]
        assert not RefreshToken.objects.filter(digest=rules.digest(known.refresh_token)).exists()

    def test_a_limit_of_calls_and_its_end(self) -> None:
        known = Known()
        known.hold(calls_per_minute=1)
        assert call(known.token)["X-RateLimit-Limit"] == "1"
        known.hold()
        assert "X-RateLimit-Limit" not in call(known.token)

    def test_a_new_label_is_the_name_of_the_author(self) -> None:
        known = Known()
        known.settle(known.role.id)
        found = queries.known_holder(rules.digest(known.token))
        assert found and found[0].name == "ERP"

    def test_the_end_of_a_connection_comes_by_the_clock_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = Known()
        end = clock.now() + timedelta(minutes=10)
        known.settle(known.role.id, Upkeep(expires_at=end))
        assert call(known.token).status_code == 200
        at(end, monkeypatch)
        assert "ended" in call(known.token).json()["message"]

    def test_the_end_of_a_token_comes_by_the_clock_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = Known()
        at(clock.now() + timedelta(seconds=3601), monkeypatch)
        assert "expired" in call(known.token).json()["message"]
        operations.purge_expired_tokens(now=clock.now())
        assert "invalid" in call(known.token).json()["message"]


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.usefixtures("installed")
class TestWhatIsRead:
    def test_every_column_of_a_holder_is_watched_by_a_trigger(self) -> None:
        """But when a connection was used last: that is asked for anew when it is due."""
        watched = triggers()
        unwatched = {
            f"{table}.{column}"
            for table, column in columns_of_the_holder()
            if column != "id" and column not in watched.get(table, ())
        }
        assert unwatched == {"connection.first_call_at", "connection.last_used_at"}

    def test_using_a_connection_and_buying_tokens_move_nothing(self, count_queries: Any) -> None:
        known = Known()
        before = version()
        token_for(known.new)
        call(known.token)
        holder = queries.holder(rules.digest(known.token))
        assert holder
        operations.note_use(holder=holder, now=clock.now() + timedelta(minutes=2))
        assert version() == before

    def test_a_change_that_is_rolled_back_moves_nothing(self) -> None:
        Known()
        before = version()
        with transaction.atomic():
            operations.pause_connection(code="erp", by=SYSTEM, now=clock.now())
            assert version() > before
            transaction.set_rollback(True)
        assert version() == before

    def test_it_is_one_short_query_while_nothing_changes(self, count_queries: Any) -> None:
        known = Known()
        digest = rules.digest(known.token)
        with count_queries(1):
            queries.known_holder(digest)
        operations.pause_connection(code="erp", by=SYSTEM, now=clock.now())
        with count_queries(2):
            queries.known_holder(digest)
        with count_queries(1):
            queries.known_holder(digest)

    def test_no_more_than_so_many_are_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kept, "MOST_HOLDERS", 3)
        monkeypatch.setattr(kept, "_holders", {})
        new = make_connection()
        tokens = [token_for(new) for _ in range(5)]
        for token in tokens:
            assert queries.known_holder(rules.digest(token))
        assert set(kept._holders) == {rules.digest(token) for token in tokens[2:]}

    def test_nothing_is_known_by_the_token_itself(self) -> None:
        known = Known()
        assert all(len(key) == 32 for key in kept._holders)
        assert known.token.encode() not in repr(kept._holders).encode()

    def test_what_nobody_holds_is_not_kept(self) -> None:
        known = Known()
        revoke_one(known)
        assert call(known.token).status_code == 401
        assert rules.digest(known.token) not in kept._holders
        assert queries.known_holder(rules.digest("unknown")) is None


def version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(changes), 0) FROM connection_access_change")
        return int(cursor.fetchone()[0])


def triggers() -> dict[str, set[str]]:
    """Give the columns whose change a trigger notices, by table; all of them where it names none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE p.proname = 'connection_access_changed' AND t.tgtype & 16 > 0"
            " AND (cardinality(t.tgattr::int2[]) = 0 OR a.attnum = ANY (t.tgattr::int2[]))"
        )
        found: dict[str, set[str]] = {}
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found


def columns_of_the_holder() -> set[tuple[str, str]]:
    """Give table and column of all that the statement names, with those it joins by."""
    statement = kept._holder_statement()
    tables = {alias: table for table, alias in re.findall(r'JOIN "(\w+)" (\w+) ON', statement)}
    names = re.findall(r'"?(\w+)"?\."(\w+)"', statement)
    return {(tables.get(table, table), column) for table, column in names}


OTHER_PROCESS = """
import sys
import django
django.setup()
from limen.connections import queries, rules
for line in sys.stdin:
    found = queries.known_holder(rules.digest(line.strip()))
    print("unknown" if found is None else "open" if found[0].connection.enabled else "paused", flush=True)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("installed")
def test_another_process_sees_it_at_once() -> None:
    token = token_for(make_connection(code="erp"))
    settings = connection.settings_dict
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    url = f"postgresql://{settings['USER']}{password}@/{settings['NAME']}?host={settings['HOST']}"
    if settings["PORT"]:
        url += f"&port={settings['PORT']}"
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "limen.config.settings", "LIMEN_DATABASE_URL": url}
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin and other.stdout

        def sees() -> str:
            assert other.stdin and other.stdout
            print(token, file=other.stdin, flush=True)
            return other.stdout.readline().strip()

        assert [sees(), sees()] == ["open", "open"]
        operations.pause_connection(code="erp", by=SYSTEM, now=clock.now())
        assert sees() == "paused"
        operations.resume_connection(code="erp", by=SYSTEM, now=clock.now())
        assert sees() == "open"
        operations.revoke_tokens(code="erp", by=SYSTEM, now=clock.now())
        assert sees() == "unknown"
        other.stdin.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("installed")
def test_nobody_waits_for_the_version_of_another() -> None:
    """Two transactions change access at the same time; each is seen when it is committed, in either order."""
    make_connection(code="erp")
    make_connection(code="shop")
    before = version()
    with transaction.atomic():
        operations.pause_connection(code="erp", by=SYSTEM, now=clock.now())
        paused = at_once(lambda: operations.pause_connection(code="shop", by=SYSTEM, now=clock.now()))
        assert paused == [None]
        [seen] = at_once(version)
        assert isinstance(seen, int) and seen == before + 1
    assert version() == before + 2
