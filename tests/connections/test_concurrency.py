"""What happens at the same instant: real transactions, one thread each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from limen.accounts.rules import SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import Connection, OAuthClient, RefreshToken, TokenFailure, WrongCombination
from limen.connections.operations import tokens
from limen.connections.rules import TokenRequest
from limen.kit.errors import Refused, Unauthenticated
from tests.factories.connections import NOW, make_connection, token_for
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("installed")]


def test_case_28_of_two_creations_at_the_limit_one_succeeds(settings: Any) -> None:
    settings.LIMEN_CONNECTIONS_MAX = 3
    make_connection(code="one")
    make_connection(code="two")
    results = at_once(*[lambda code=code: make_connection(code=code) for code in ("three", "four", "five", "six")])
    assert sum(isinstance(one, operations.NewConnection) for one in results) == 1
    assert [one for one in results if not isinstance(one, operations.NewConnection | Refused)] == []
    assert Connection.objects.count() == OAuthClient.objects.count() == 3


def test_of_two_creations_with_one_code_the_other_is_refused() -> None:
    results = at_once(lambda: make_connection(code="erp"), lambda: make_connection(code="ERP"))
    assert sorted(type(one).__name__ for one in results) == ["Invalid", "NewConnection"]


def test_a_refresh_token_used_at_once_by_many_buys_one_pair() -> None:
    new = make_connection()
    row = Connection.objects.get()
    pair = operations.issue_token(client_id=row.client_id, user_id=row.user_id, now=NOW)
    asked = TokenRequest("refresh_token", new.client_id, new.secret, refresh_token=pair.refresh_token)
    results = at_once(*[lambda: operations.grant_token(asked=asked, now=NOW)] * 6)
    assert sum(isinstance(one, rules.TokenPair) for one in results) == 1
    assert all(isinstance(one, rules.TokenPair | Refused) for one in results), results
    assert RefreshToken.objects.count() == 1


@contextmanager
def between(monkeypatch: Any, act: Callable[[], object]) -> Iterator[list[threading.Thread]]:
    """Let `act` begin in another thread after the credentials were found right, before the tokens are issued."""
    check = tokens._lock_connections
    started: list[threading.Thread] = []

    def slow(*pair: int) -> Any:
        if not started:
            started.append(threading.Thread(target=lambda: (act(), connection.close())))
            started[0].start()
            started[0].join(10)
        return check(*pair)

    monkeypatch.setattr(tokens, "_lock_connections", slow)
    yield started


@pytest.mark.parametrize("act", ["regenerate_secret", "regenerate_password", "delete_connection"])
@pytest.mark.parametrize("grant", ["password", "refresh_token"])
def test_no_token_slips_through_a_revocation_that_comes_between(monkeypatch: Any, act: str, grant: str) -> None:
    new = make_connection(code="erp")
    row = Connection.objects.get()
    pair = operations.issue_token(client_id=row.client_id, user_id=row.user_id, now=NOW)
    asked = TokenRequest(grant, new.client_id, new.secret, new.username, new.password, pair.refresh_token)

    def revoke() -> None:
        getattr(operations, act)(code="erp", by=SYSTEM, now=NOW)

    with between(monkeypatch, revoke), pytest.raises(Refused) as refusal:
        operations.grant_token(asked=asked, now=NOW)
    assert refusal.value.status == 422
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize("grant", ["password", "refresh_token"])
def test_case_128_no_token_slips_through_a_pause_that_comes_between(monkeypatch: Any, grant: str) -> None:
    new = make_connection(code="erp")
    row = Connection.objects.get()
    pair = operations.issue_token(client_id=row.client_id, user_id=row.user_id, now=NOW)
    asked = TokenRequest(grant, new.client_id, new.secret, new.username, new.password, pair.refresh_token)

    def pause() -> None:
        operations.pause_connection(code="erp", by=SYSTEM, now=NOW)

    with between(monkeypatch, pause), pytest.raises(Refused) as refusal:
        operations.grant_token(asked=asked, now=NOW)
    assert refusal.value.reason == "invalid_grant"
    # What it had it keeps, for when it is resumed.
    assert RefreshToken.objects.count() == 1


def test_no_token_slips_through_the_revocation_of_all(monkeypatch: Any) -> None:
    new = make_connection(code="erp")
    row = Connection.objects.get()
    pair = operations.issue_token(client_id=row.client_id, user_id=row.user_id, now=NOW)
    asked = TokenRequest("refresh_token", new.client_id, new.secret, refresh_token=pair.refresh_token)

    def revoke() -> None:
        operations.revoke_tokens(code="erp", by=SYSTEM, now=NOW)

    with between(monkeypatch, revoke), pytest.raises(Refused):
        operations.grant_token(asked=asked, now=NOW)
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize("act", ["revoke_old_secret", "revoke_old_password"])
def test_an_old_credential_that_is_revoked_between_buys_nothing(monkeypatch: Any, act: str) -> None:
    new = make_connection(code="erp")
    operations.regenerate_secret(code="erp", keep_old=1, by=SYSTEM, now=NOW)
    operations.regenerate_password(code="erp", keep_old=1, by=SYSTEM, now=NOW)
    asked = TokenRequest("password", new.client_id, new.secret, new.username, new.password)

    def revoke() -> None:
        getattr(operations, act)(code="erp", by=SYSTEM, now=NOW)

    with between(monkeypatch, revoke), pytest.raises(Refused) as refusal:
        operations.grant_token(asked=asked, now=NOW)
    assert refusal.value.status == 422
    assert not RefreshToken.objects.exists()


def test_calls_at_once_share_one_limit() -> None:
    make_connection(code="erp")
    id = Connection.objects.get().id
    results = at_once(*[lambda: operations.count_call(connection_id=id, limit=3, now=NOW).calls] * 8)
    assert sorted(results, key=str) == [1, 2, 3, *[None] * 5]


def test_a_call_counted_while_the_connection_is_deleted_has_no_token_any_more() -> None:
    make_connection(code="erp")
    id = Connection.objects.get().id
    operations.delete_connection(code="erp", by=SYSTEM, now=NOW)
    with pytest.raises(Unauthenticated):
        operations.count_call(connection_id=id, limit=3, now=NOW)


def test_failures_at_once_are_all_counted() -> None:
    keys = rules.failure_keys(client_id="1_a", username="erp", address="192.0.2.1")
    results = at_once(*[lambda: operations.note_failure(keys=keys, now=NOW)] * 8)
    assert results == [None] * 8
    assert set(TokenFailure.objects.values_list("failures", flat=True)) == {8}


def test_a_use_noted_while_the_connection_is_deleted_is_no_error() -> None:
    erp, shop = make_connection(code="erp"), make_connection(code="shop")
    holder = queries.holder(rules.digest(token_for(shop, user_of=erp)))
    assert holder
    operations.delete_connection(code="shop", by=SYSTEM, now=NOW)
    operations.note_use(holder=holder, now=NOW)
    assert not WrongCombination.objects.exists()
