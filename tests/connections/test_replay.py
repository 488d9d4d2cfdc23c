"""B20 of the contract: a used refresh token that comes again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.connections import operations, rules
from limen.connections.models import AccessToken, Connection, RefreshToken, UsedRefreshToken
from limen.connections.operations import NewConnection
from limen.connections.rules import Origin, TokenPair, TokenRequest
from limen.events.models import Event
from limen.kit.errors import Unprocessable
from tests.connections.test_concurrency import at_once
from tests.factories.connections import NOW, make_connection

FROM = Origin("192.0.2.66", "thief/1")


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection(code="erp")


@pytest.fixture
def on(settings: Any) -> None:
    settings.LIMEN_REFRESH_REPLAY_GRACE = 10


def first(new: NewConnection) -> TokenPair:
    row = Connection.objects.get(code=new.code)
    return operations.issue_token(client_id=row.client_id, user_id=row.user_id, now=NOW)


def refresh(pair: TokenPair, new: NewConnection, seconds: int = 0) -> TokenPair:
    asked = TokenRequest("refresh_token", new.client_id, new.secret, refresh_token=pair.refresh_token)
    return operations.grant_token(asked=asked, origin=FROM, now=NOW + timedelta(seconds=seconds))


def refused(pair: TokenPair, new: NewConnection, seconds: int = 0) -> None:
    with pytest.raises(Unprocessable) as refusal:
        refresh(pair, new, seconds)
    assert refusal.value.reason == "invalid_grant"


def live() -> set[bytes]:
    return {bytes(row.digest) for model in (AccessToken, RefreshToken) for row in model.objects.all()}


def both(pair: TokenPair) -> set[bytes]:
    return {rules.digest(pair.access_token), rules.digest(pair.refresh_token)}


def replays() -> list[dict[str, Any]]:
    found = Event.objects.filter(kind="connection.token_replayed", subject="connection:erp")
    return [orjson.loads(event.data) for event in found]


class TestReplay:
    def test_by_default_it_is_refused_and_nothing_else(self, erp: NewConnection) -> None:
        """Case 98: as the target does."""
        pair = first(erp)
        second = refresh(pair, erp)
        refused(pair, erp, 3600)
        assert live() >= both(second)
        assert not replays() and not UsedRefreshToken.objects.exists()

    @pytest.mark.usefixtures("on")
    def test_after_the_grace_it_ends_the_family_and_is_an_event(self, erp: NewConnection) -> None:
        pair = first(erp)
        second = refresh(pair, erp)
        third = refresh(second, erp, 60)
        others = first(erp)
        refused(pair, erp, 120)
        assert live() == both(others)
        assert replays() == [{"tokens": 4, "address": "192.0.2.66"}]
        refused(third, erp, 130)

    @pytest.mark.usefixtures("on")
    def test_it_is_one_event_however_often_it_comes(self, erp: NewConnection) -> None:
        pair = first(erp)
        refresh(pair, erp)
        for seconds in (60, 70, 80):
            refused(pair, erp, seconds)
        assert len(replays()) == 1

    @pytest.mark.usefixtures("on")
    def test_within_the_grace_it_may_be_a_double_submission(self, erp: NewConnection) -> None:
        pair = first(erp)
        second = refresh(pair, erp)
        refused(pair, erp, 10)
        assert live() >= both(second) and not replays()
        refused(pair, erp, 11)
        assert not live() and replays()

    @pytest.mark.usefixtures("on")
    def test_another_client_has_no_grace(self, erp: NewConnection) -> None:
        pair = first(erp)
        refresh(pair, erp)
        refused(pair, make_connection(code="shop"), 1)
        assert not live() and len(replays()) == 1

    @pytest.mark.usefixtures("on")
    def test_case_101_a_token_of_another_client_that_was_never_used_ends_nothing(self, erp: NewConnection) -> None:
        pair = first(erp)
        refused(pair, make_connection(code="shop"))
        assert refresh(pair, erp)
        assert not replays()

    @pytest.mark.usefixtures("on")
    def test_a_token_from_before_families_begins_one(self, erp: NewConnection) -> None:
        pair = first(erp)
        RefreshToken.objects.update(family=None)
        AccessToken.objects.update(family=None)
        refresh(pair, erp)
        refused(pair, erp, 60)
        # What came with it is of no family that is known.
        assert live() == {rules.digest(pair.access_token)}
        assert replays() == [{"tokens": 2, "address": "192.0.2.66"}]

    @pytest.mark.usefixtures("on")
    def test_used_tokens_are_forgotten_when_they_would_have_expired(self, erp: NewConnection) -> None:
        refresh(first(erp), erp)
        operations.purge_limits(now=NOW + timedelta(days=13))
        assert UsedRefreshToken.objects.count() == 1
        operations.purge_limits(now=NOW + timedelta(days=14, seconds=1))
        assert not UsedRefreshToken.objects.exists()

    @pytest.mark.usefixtures("on")
    def test_nothing_of_a_token_but_its_digest_is_kept(self, erp: NewConnection) -> None:
        pair = first(erp)
        refresh(pair, erp)
        [used] = UsedRefreshToken.objects.all()
        assert bytes(used.digest) == rules.digest(pair.refresh_token)

    @pytest.mark.usefixtures("on")
    def test_deleting_the_connection_takes_them_along(self, erp: NewConnection) -> None:
        refresh(first(erp), erp)
        operations.delete_connection(code="erp", by=SYSTEM, now=NOW)
        assert not UsedRefreshToken.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("installed", "on")
def test_of_many_at_once_one_still_wins_and_keeps_what_it_bought() -> None:
    new = make_connection(code="erp")
    pair = first(new)
    results = at_once(*[lambda: refresh(pair, new)] * 6)
    [won] = [one for one in results if isinstance(one, TokenPair)]
    assert sum(isinstance(one, Unprocessable) for one in results) == 5
    assert live() >= both(won) and not replays()
