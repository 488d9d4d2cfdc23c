"""Secrets with an overlap, limits, revoked tokens, and the counters behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from limen.accounts.hashers import Argon2
from limen.accounts.models import User
from limen.accounts.rules import SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import (
    AccessToken,
    CallCount,
    ClientSecret,
    Connection,
    OldPassword,
    RefreshToken,
    TokenFailure,
)
from limen.connections.operations import NewConnection
from limen.connections.rules import Limits, Origin, TokenPair, TokenRequest
from limen.events import queries as events
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused, TooMany
from tests.factories.connections import NOW, make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection(code="erp")


def grant(new: NewConnection, *, at: datetime = NOW, address: str = HERE, **changes: str) -> TokenPair:
    given = {
        "grant_type": "password",
        "client_id": new.client_id,
        "client_secret": new.secret,
        "username": new.username,
        "password": new.password,
    }
    return operations.grant_token(asked=TokenRequest(**(given | changes)), origin=Origin(address), now=at)


def refresh(new: NewConnection, pair: TokenPair, **changes: Any) -> TokenPair:
    return grant(new, grant_type="refresh_token", refresh_token=pair.refresh_token, **changes)


def refused(act: Callable[[], object]) -> tuple[int, str | None]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.status, refusal.value.reason


def is_alive(token: str) -> bool:
    return queries.holder(rules.digest(token)) is not None


def regenerate(keep_old: int = 0, at: datetime = NOW) -> str:
    return operations.regenerate_secret(code="erp", keep_old=keep_old, by=SYSTEM, now=at)


def hold(code: str = "erp", **limits: Any) -> None:
    operations.set_limits(code=code, limits=Limits(**limits), by=SYSTEM, now=NOW)


def kinds(code: str = "erp") -> list[str]:
    return [event.kind.removeprefix("connection.") for event in events.history(f"connection:{code}")]


class TestOverlap:
    def test_case_127_both_secrets_work_for_24_hours_and_then_only_the_new_one(self, erp: NewConnection) -> None:
        before = grant(erp)
        secret = regenerate(24)
        just_before, then = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
        assert is_alive(before.access_token)
        for at in (NOW, just_before):
            assert is_alive(grant(erp, at=at).access_token)
            assert is_alive(grant(erp, at=at, client_secret=secret).access_token)
        assert refused(lambda: grant(erp, at=then)) == (422, "invalid_client")
        assert is_alive(grant(erp, at=then, client_secret=secret).access_token)

    def test_a_refresh_token_survives_and_either_secret_refreshes_it(self, erp: NewConnection) -> None:
        pair = grant(erp)
        secret = regenerate(1)
        assert refresh(erp, refresh(erp, pair), client_secret=secret)

    def test_the_new_secret_is_the_one_that_is_shown(self, erp: NewConnection) -> None:
        secret = regenerate(1)
        assert queries.secret_of("erp") == secret

    def test_there_is_one_old_secret_at_most(self, erp: NewConnection) -> None:
        second = regenerate(24)
        third = regenerate(24)
        assert ClientSecret.objects.count() == 2
        assert refused(lambda: grant(erp)) == (422, "invalid_client")
        assert grant(erp, client_secret=second) and grant(erp, client_secret=third)

    def test_revoking_now_ends_the_old_one_and_all_tokens(self, erp: NewConnection) -> None:
        second = regenerate(24)
        pair = grant(erp)
        regenerate()
        assert ClientSecret.objects.count() == 1
        assert not is_alive(pair.access_token)
        for secret in (erp.secret, second):
            assert refused(lambda secret=secret: grant(erp, client_secret=secret)) == (422, "invalid_client")  # type: ignore[misc]

    @pytest.mark.parametrize("hours", [-1, 169])
    def test_longer_than_a_week_is_refused_and_nothing_changes(self, erp: NewConnection, hours: int) -> None:
        with pytest.raises(Invalid):
            regenerate(hours)
        assert queries.secret_of("erp") == erp.secret

    def test_the_page_tells_until_when_and_who_still_uses_the_old_one(self, erp: NewConnection) -> None:
        assert queries.access_page("erp", now=NOW).old_secret is None
        secret = regenerate(24)
        grant(erp, client_secret=secret)
        old = queries.access_page("erp", now=NOW).old_secret
        assert old and (old.valid_until, old.last_used_at) == (NOW + timedelta(hours=24), None)
        later = NOW + timedelta(hours=1)
        refresh(erp, grant(erp), at=later, address=THERE)
        old = queries.access_page("erp", now=NOW).old_secret
        assert old and (old.last_used_at, old.last_used_from) == (later, THERE)
        assert queries.access_page("erp", now=NOW + timedelta(hours=24)).old_secret is None

    def test_the_old_one_can_be_revoked_and_tokens_live_on(self, erp: NewConnection) -> None:
        pair = grant(erp)
        secret = regenerate(24)
        operations.revoke_old_secret(code="erp", by=SYSTEM, now=NOW)
        assert refused(lambda: grant(erp)) == (422, "invalid_client")
        assert is_alive(pair.access_token) and queries.secret_of("erp") == secret
        operations.revoke_old_secret(code="erp", by=SYSTEM, now=NOW)
        assert kinds() == ["old_secret_revoked", "secret_regenerated", "created"]

    def test_an_old_secret_that_has_ended_is_purged(self, erp: NewConnection) -> None:
        regenerate(1)
        operations.purge_limits(now=NOW)
        assert ClientSecret.objects.count() == 2
        operations.purge_limits(now=NOW + timedelta(hours=1))
        assert ClientSecret.objects.count() == 1

    def test_the_event_tells_until_when_and_no_secret(self, erp: NewConnection) -> None:
        secret = regenerate(1)
        data = events.history("connection:erp")[0].data
        assert orjson.loads(data) == {"old_until": (NOW + timedelta(hours=1)).isoformat()}
        assert secret not in data


class TestPasswordOverlap:
    def regenerate(self, keep_old: int = 0, at: datetime = NOW) -> str:
        return operations.regenerate_password(code="erp", keep_old=keep_old, by=SYSTEM, now=at)

    def test_both_passwords_work_until_the_end_and_then_only_the_new_one(self, erp: NewConnection) -> None:
        before = grant(erp)
        password = self.regenerate(24)
        just_before, then = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
        assert is_alive(before.access_token)
        for at in (NOW, just_before):
            assert grant(erp, at=at) and grant(erp, at=at, password=password)
            assert refused(lambda at=at: grant(erp, at=at, password="wrong")) == (422, "invalid_grant")  # type: ignore[misc]
        assert refused(lambda: grant(erp, at=then)) == (422, "invalid_grant")
        assert grant(erp, at=then, password=password)

    def test_there_is_one_old_password_at_most(self, erp: NewConnection) -> None:
        second, third = self.regenerate(24), self.regenerate(24)
        assert refused(lambda: grant(erp)) == (422, "invalid_grant")
        assert grant(erp, password=second) and grant(erp, password=third)
        self.regenerate()
        assert not OldPassword.objects.exists()
        assert refused(lambda: grant(erp, password=second)) == (422, "invalid_grant")

    def test_it_opens_nobody_elses_door(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        self.regenerate(24)
        assert refused(lambda: grant(shop, password=erp.password)) == (422, "invalid_grant")
        User.objects.filter(username=erp.username).update(enabled=False)
        assert refused(lambda: grant(erp)) == (422, "invalid_grant")

    def test_the_page_tells_until_when_and_who_still_uses_the_old_one(self, erp: NewConnection) -> None:
        password = self.regenerate(24)
        grant(erp, password=password)
        old = queries.access_page("erp", now=NOW).old_password
        assert old and (old.valid_until, old.last_used_at) == (NOW + timedelta(hours=24), None)
        grant(erp, address=THERE)
        old = queries.access_page("erp", now=NOW).old_password
        assert old and (old.last_used_at, old.last_used_from) == (NOW, THERE)

    def test_the_old_one_can_be_revoked_and_tokens_live_on(self, erp: NewConnection) -> None:
        pair = grant(erp)
        self.regenerate(24)
        operations.revoke_old_password(code="erp", by=SYSTEM, now=NOW)
        operations.revoke_old_password(code="erp", by=SYSTEM, now=NOW)
        assert refused(lambda: grant(erp)) == (422, "invalid_grant")
        assert is_alive(pair.access_token)
        assert kinds() == ["old_password_revoked", "password_regenerated", "created"]

    def test_while_one_is_kept_every_refusal_costs_the_same(self, erp: NewConnection, monkeypatch: Any) -> None:
        shop = make_connection(code="shop")
        self.regenerate(24)
        hashed: list[int] = []
        for name in ("encode", "verify"):
            was = getattr(Argon2, name)
            monkeypatch.setattr(Argon2, name, lambda *args, was=was, **kw: hashed.append(1) or was(*args, **kw))
        counts = []
        for changes in ({"username": "nobody"}, {"username": shop.username}, {}):
            hashed.clear()
            assert refused(lambda changes=changes: grant(erp, **({"password": "wrong"} | changes)))[0] == 422  # type: ignore[misc]
            counts.append(len(hashed))
        assert counts == [2, 2, 2]

    def test_it_is_kept_as_a_hash_and_purged(self, erp: NewConnection) -> None:
        self.regenerate(1)
        assert OldPassword.objects.get().password.startswith("argon2")
        operations.purge_limits(now=NOW + timedelta(hours=1))
        assert not OldPassword.objects.exists()

    def test_it_goes_with_the_connection(self, erp: NewConnection) -> None:
        self.regenerate(1)
        operations.delete_connection(code="erp", by=SYSTEM, now=NOW)
        assert not OldPassword.objects.exists()


class TestTokens:
    def test_the_page_lists_the_live_ones_newest_first(self, erp: NewConnection, count_queries: Any) -> None:
        shop = make_connection(code="shop")
        grant(erp, at=NOW - timedelta(days=20))
        grant(erp, at=NOW - timedelta(hours=2), address="unknown")
        token_for(erp, user_of=shop, now=NOW)
        token_for(shop, user_of=erp, now=NOW)
        with count_queries(7):
            tokens = queries.access_page("erp", now=NOW).tokens
        assert tokens.count == 3
        assert sorted((one.kind, one.issued_to, one.foreign_user) for one in tokens.newest[:2]) == [
            ("access", "", shop.username),
            ("refresh", "", shop.username),
        ]
        last = tokens.newest[2]
        assert (last.kind, last.foreign_user, last.issued_to) == ("refresh", "", "")
        assert last.expires_at - last.issued_at == timedelta(days=14)

    def test_the_address_it_was_issued_to_is_kept(self, erp: NewConnection) -> None:
        pair = grant(erp, address="::ffff:192.0.2.1")
        assert {one.issued_to for one in queries.access_page("erp", now=NOW).tokens.newest} == {HERE}
        refresh(erp, pair, address=THERE)
        assert queries.access_page("erp", now=NOW).tokens.newest[0].issued_to == THERE

    def test_the_list_is_bounded_and_tells_how_many_there_are(self, erp: NewConnection) -> None:
        for minute in range(30):
            token_for(erp, now=NOW + timedelta(minutes=minute))
        tokens = queries.access_page("erp", now=NOW + timedelta(minutes=30)).tokens
        assert (len(tokens.newest), tokens.count) == (50, 60)
        assert tokens.newest[0].issued_at == NOW + timedelta(minutes=29)

    def test_one_is_revoked(self, erp: NewConnection) -> None:
        first, second = grant(erp), grant(erp)
        id = AccessToken.objects.get(digest=rules.digest(first.access_token)).id
        operations.revoke_token(code="erp", kind="access", token=id, by=SYSTEM, now=NOW)
        assert not is_alive(first.access_token)
        assert is_alive(second.access_token) and refresh(erp, first)
        assert kinds()[0] == "tokens_revoked"

    @pytest.mark.parametrize("kind", ["access", "refresh", "other"])
    def test_the_token_of_another_connection_is_not_found(self, erp: NewConnection, kind: str) -> None:
        token = grant(make_connection(code="shop")).access_token
        for model in (AccessToken, RefreshToken):
            id = model.objects.get().id
            with pytest.raises(NotFound):
                operations.revoke_token(code="erp", kind=kind, token=id, by=SYSTEM, now=NOW)
        assert is_alive(token)

    def test_all_are_revoked_and_others_are_left_alone(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        pair, foreign, others = grant(erp), token_for(erp, user_of=shop), token_for(shop, user_of=erp)
        assert operations.revoke_tokens(code="erp", by=SYSTEM, now=NOW) == 4
        assert not is_alive(pair.access_token) and not is_alive(foreign) and is_alive(others)
        assert refused(lambda: refresh(erp, pair)) == (422, "invalid_grant")
        assert orjson.loads(events.history("connection:erp")[0].data) == {"tokens": 4}
        assert operations.revoke_tokens(code="erp", by=SYSTEM, now=NOW) == 0
        assert kinds() == ["tokens_revoked", "created"]
        assert grant(erp)


class TestSetLimits:
    LIMITS = Limits(("10.0.0.0/8",), 60, 600, 7200, True)

    def save(self, limits: Limits = LIMITS, version: int | None = None) -> None:
        operations.set_limits(code="erp", limits=limits, version=version, by=SYSTEM, now=NOW)

    def test_they_are_saved_and_recorded(self, erp: NewConnection) -> None:
        self.save(version=1)
        page = queries.access_page("erp", now=NOW)
        assert (page.limits, page.version) == (self.LIMITS, 2)
        changes = orjson.loads(events.history("connection:erp")[0].data)["changes"]
        assert changes[0] == {"path": "allowed_networks", "before": [], "after": ["10.0.0.0/8"]}
        assert len(changes) == 5

    def test_none_is_how_it_starts(self, erp: NewConnection) -> None:
        assert queries.access_page("erp", now=NOW).limits == Limits()

    def test_saving_what_is_there_changes_nothing(self, erp: NewConnection) -> None:
        self.save(Limits())
        assert kinds() == ["created"] and queries.access_page("erp", now=NOW).version == 1

    def test_an_older_version_is_a_conflict(self, erp: NewConnection) -> None:
        self.save()
        with pytest.raises(Conflict):
            self.save(Limits(), version=1)
        assert queries.access_page("erp", now=NOW).limits == self.LIMITS

    def test_what_is_wrong_saves_nothing(self, erp: NewConnection) -> None:
        with pytest.raises(Invalid):
            self.save(Limits(("10.0.0.0/8",), 0))
        assert queries.access_page("erp", now=NOW).limits == Limits()

    def test_they_touch_no_credential_and_no_token(self, erp: NewConnection) -> None:
        pair = grant(erp)
        self.save(Limits(calls_per_minute=5))
        assert is_alive(pair.access_token) and grant(erp)


class TestLimitsAtTheTokenEndpoint:
    def test_case_129_an_address_that_is_not_allowed(self, erp: NewConnection) -> None:
        hold(allowed_networks=("10.0.0.0/8",))
        pair = grant(erp, address="10.1.2.3")
        assert refused(lambda: grant(erp)) == (403, "address_not_allowed")
        assert refused(lambda: refresh(erp, pair)) == (403, "address_not_allowed")
        assert refresh(erp, pair, address="10.1.2.3")

    def test_who_does_not_know_the_secret_learns_nothing_of_it(self, erp: NewConnection) -> None:
        hold(allowed_networks=("10.0.0.0/8",))
        assert refused(lambda: grant(erp, client_secret="wrong")) == (422, "invalid_client")

    def test_case_130_a_strict_connection_accepts_its_own_user_only(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        foreign = {"username": erp.username, "password": erp.password}
        before = grant(shop, **foreign)
        hold("shop", strict=True)
        assert refused(lambda: grant(shop, **foreign)) == (422, "invalid_grant")
        assert refused(lambda: refresh(shop, before)) == (422, "invalid_grant")
        assert grant(shop)
        assert grant(erp, username=shop.username, password=shop.password)

    def test_tokens_live_as_long_as_the_connection_says(self, erp: NewConnection) -> None:
        hold(access_token_lifetime=60, refresh_token_lifetime=3600)
        shop = make_connection(code="shop")
        pair = refresh(erp, grant(erp))
        assert pair.lifetime == 60
        assert RefreshToken.objects.get().expires_at == NOW + timedelta(hours=1)
        # What counts is whose client it is, not whose user.
        assert grant(shop, username=erp.username, password=erp.password).lifetime == 3600


class TestFailures:
    @pytest.fixture(autouse=True)
    def ceilings(self, settings: Any) -> None:
        settings.LIMEN_TOKEN_FAILURES, settings.LIMEN_TOKEN_PAUSE = 10, 300

    def fail(self, new: NewConnection, times: int, *, at: datetime = NOW, **changes: str) -> None:
        for _ in range(times):
            assert refused(lambda: grant(new, at=at, **({"password": "wrong"} | changes)))[0] == 422

    def test_case_131_after_ten_wrong_passwords_the_eleventh_waits(self, erp: NewConnection) -> None:
        self.fail(erp, 10)
        later = NOW + timedelta(seconds=100)
        with pytest.raises(TooMany) as refusal:
            grant(erp, at=later)
        assert refusal.value.retry_after == 200
        assert refusal.value.reason == "too_many_attempts"
        assert grant(erp, at=later, address=THERE)
        assert grant(erp, at=NOW + timedelta(seconds=300))

    def test_others_at_the_same_address_are_not_held_up(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        self.fail(erp, 10)
        assert grant(shop)

    def test_a_username_counts_through_every_client(self, erp: NewConnection) -> None:
        self.fail(erp, 5)
        self.fail(make_connection(code="shop"), 5, username=erp.username)
        assert refused(lambda: grant(make_connection(code="dam"), username=erp.username))[0] == 429

    def test_a_client_counts_with_every_username(self, erp: NewConnection) -> None:
        for n in range(10):
            self.fail(erp, 1, username=f"guess_{n}")
        assert refused(lambda: grant(erp))[0] == 429

    def test_an_unknown_client_waits_as_a_known_one_does(self, erp: NewConnection) -> None:
        self.fail(erp, 10, client_id="9999999_x", username="")
        assert refused(lambda: grant(erp, client_id="9999999_x", username=""))[0] == 429
        assert grant(erp)

    def test_a_wrong_secret_says_nothing_about_the_user(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        self.fail(erp, 10, client_secret="wrong")
        assert grant(shop, username=erp.username, password=erp.password)

    def test_a_refresh_waits_too_and_bad_refresh_tokens_are_no_guesses(self, erp: NewConnection) -> None:
        pair = grant(erp)
        for _ in range(12):
            assert refused(lambda: grant(erp, grant_type="refresh_token", refresh_token="old")) == (
                422,
                "invalid_grant",
            )
        self.fail(erp, 10, client_secret="wrong")
        assert refused(lambda: refresh(erp, pair))[0] == 429

    def test_old_failures_are_forgotten(self, erp: NewConnection) -> None:
        self.fail(erp, 9)
        self.fail(erp, 9, at=NOW + timedelta(seconds=300))
        assert grant(erp, at=NOW + timedelta(seconds=300))

    def test_whoever_waits_is_not_counted_on(self, erp: NewConnection) -> None:
        self.fail(erp, 10)
        for _ in range(3):
            assert refused(lambda: grant(erp, password="wrong"))[0] == 429
        assert set(TokenFailure.objects.values_list("failures", flat=True)) == {10}

    def test_a_success_writes_nothing_here(self, erp: NewConnection) -> None:
        grant(erp)
        assert not TokenFailure.objects.exists()

    def test_what_is_over_is_purged(self, erp: NewConnection) -> None:
        self.fail(erp, 1)
        operations.purge_limits(now=NOW + timedelta(seconds=299))
        assert TokenFailure.objects.count() == 2
        operations.purge_limits(now=NOW + timedelta(seconds=300))
        assert not TokenFailure.objects.exists()


class TestCountCall:
    def count(self, limit: int = 2, at: datetime = NOW) -> int | None:
        id = Connection.objects.get(code="erp").id
        return operations.count_call(connection_id=id, limit=limit, now=at).calls

    def test_it_counts_up_to_the_limit_and_starts_anew_with_the_minute(self, erp: NewConnection) -> None:
        assert [self.count() for _ in range(4)] == [1, 2, None, None]
        assert self.count(at=NOW + timedelta(seconds=59)) is None
        assert self.count(at=NOW + timedelta(seconds=60)) == 1
        assert CallCount.objects.get().calls == 1

    def test_a_clock_that_is_behind_counts_in_the_minute_of_the_others(self, erp: NewConnection) -> None:
        assert self.count() == 1
        assert self.count(at=NOW - timedelta(minutes=1)) == 2
        assert self.count() is None

    def test_it_is_one_statement(self, erp: NewConnection, count_queries: Any) -> None:
        id = Connection.objects.get(code="erp").id
        for _ in range(3):
            with count_queries(1):
                operations.count_call(connection_id=id, limit=1, now=NOW)

    def test_it_goes_with_the_connection(self, erp: NewConnection) -> None:
        self.count()
        operations.delete_connection(code="erp", by=SYSTEM, now=NOW)
        assert not CallCount.objects.exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda: operations.revoke_old_secret(code="nope", by=SYSTEM, now=NOW),
        lambda: operations.revoke_old_password(code="nope", by=SYSTEM, now=NOW),
        lambda: operations.revoke_tokens(code="nope", by=SYSTEM, now=NOW),
        lambda: operations.revoke_token(code="nope", kind="access", token=1, by=SYSTEM, now=NOW),
        lambda: operations.set_limits(code="nope", limits=Limits(), by=SYSTEM, now=NOW),
        lambda: queries.access_page("nope", now=NOW),
    ],
)
def test_an_unknown_code_is_not_found(act: Callable[[], object], erp: NewConnection) -> None:
    with pytest.raises(NotFound):
        act()


def test_forbidden_names_the_address(erp: NewConnection) -> None:
    hold(allowed_networks=("10.0.0.0/8",))
    with pytest.raises(Forbidden, match=HERE):
        grant(erp)
