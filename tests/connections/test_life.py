"""Pause, end, owner, notes and last use of a connection: the door itself, and what is recorded of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from limen.accounts.models import User
from limen.accounts.rules import CONNECTION_RIGHTS, MANAGE_CONNECTIONS, SYSTEM, Caller
from limen.connections import operations, queries, rules
from limen.connections.models import Connection, RefreshToken
from limen.connections.operations import NewConnection
from limen.connections.rules import Upkeep
from limen.events import queries as events
from limen.kit import clock
from limen.kit.errors import Invalid, NotFound
from tests.factories.accounts import make_group, make_role, make_user
from tests.factories.connections import NOW, make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

DAY = timedelta(days=1)


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection("My ERP", code="erp")


def row(code: str = "erp") -> Connection:
    return Connection.objects.get(code=code)


def token_answer(new: NewConnection, *, agent: str = "", **changes: str) -> Any:
    body = {
        "grant_type": "password",
        "client_id": new.client_id,
        "client_secret": new.secret,
        "username": new.username,
        "password": new.password,
    }
    headers = {"user-agent": agent} if agent else {}
    return Client().post("/api/oauth/v1/token", body | changes, content_type="application/json", headers=headers)


def call(token: str, **extra: Any) -> Any:
    return Client().get("/api/rest/v1/currencies", headers={"authorization": f"Bearer {token}"} | extra)


def pause(code: str = "erp") -> None:
    operations.pause_connection(code=code, by=SYSTEM, now=clock.now())


def resume(code: str = "erp") -> None:
    operations.resume_connection(code=code, by=SYSTEM, now=clock.now())


def save(*, by: Caller = SYSTEM, now: datetime = NOW, **changes: Any) -> None:
    found = queries.connection_settings("erp", now=now)
    given: dict[str, Any] = {
        "code": "erp",
        "label": found.label,
        "flow_type": found.flow_type,
        "auditable": found.auditable,
        "role_id": found.role_id,
        "group_id": found.group_id,
        "by": by,
        "now": now,
    }
    operations.update_connection(**(given | changes))


def broken(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        save(**changes)
    return [(one.path, one.code) for one in refusal.value.violations]


class TestPause:
    def test_case_128_a_paused_connection_lets_nobody_in_and_resumed_is_as_before(self, erp: NewConnection) -> None:
        pair = token_answer(erp).json()
        assert call(pair["access_token"]).status_code == 200
        pause()
        refused = call(pair["access_token"])
        assert (refused.status_code, refused.json()["code"]) == (401, 401)
        assert "paused" in refused.json()["message"]
        assert token_answer(erp).status_code == 422
        refresh = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert token_answer(erp, **refresh).status_code == 422
        resume()
        assert call(pair["access_token"]).status_code == 200
        assert token_answer(erp).status_code == 200
        assert token_answer(erp, **refresh).status_code == 200

    def test_case_128_the_token_endpoint_answers_as_for_a_wrong_user(self, erp: NewConnection) -> None:
        wrong = token_answer(erp, password="wrong").json()
        pause()
        assert token_answer(erp).json() == wrong

    def test_case_128_a_foreign_client_does_not_help_the_user_of_a_paused_connection(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        token = token_for(shop, user_of=erp)
        assert call(token).status_code == 200
        pause()
        assert call(token).status_code == 401
        mixed = {"username": erp.username, "password": erp.password}
        assert token_answer(shop, **mixed).status_code == 422
        assert token_answer(shop).status_code == 200

    def test_case_128_nor_does_a_person_with_the_client_of_a_paused_connection(self, erp: NewConnection) -> None:
        make_user("julia")
        julia = {"username": "julia", "password": "correct horse battery"}
        token = token_answer(erp, **julia).json()["access_token"]
        pause()
        assert call(token).status_code == 401
        assert token_answer(erp, **julia).status_code == 422

    def test_nothing_is_deleted_and_a_refused_call_is_no_use(self, erp: NewConnection) -> None:
        token = token_for(erp)
        pause()
        call(token)
        assert row().last_used_at is None
        assert RefreshToken.objects.count() == 1

    def test_it_is_recorded_once(self, erp: NewConnection) -> None:
        for act in (pause, pause, resume, resume):
            act()
        kinds = [event.kind for event in events.history("connection:erp")]
        assert kinds == ["connection.resumed", "connection.paused", "connection.created"]

    def test_a_page_that_is_open_can_still_be_saved(self, erp: NewConnection) -> None:
        version = row().version
        pause()
        save(label="Your ERP", version=version)
        assert (row().label, row().enabled) == ("Your ERP", False)

    def test_what_is_not_there_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            pause("nope")
        with pytest.raises(NotFound):
            resume("nope")

    def test_a_call_still_costs_one_query(self, erp: NewConnection, count_queries: Any) -> None:
        token = token_for(erp)
        pause()
        with count_queries(1):
            assert call(token).status_code == 401


class TestEnd:
    def test_case_134_after_the_end_no_token_and_no_call(self, erp: NewConnection) -> None:
        token = token_for(erp)
        Connection.objects.update(expires_at=clock.now() - DAY)
        assert token_answer(erp).status_code == 422
        refused = call(token)
        assert refused.status_code == 401
        assert "ended" in refused.json()["message"]

    def test_case_134_until_then_all_is_well_and_a_later_end_opens_it_again(self, erp: NewConnection) -> None:
        token = token_for(erp)
        Connection.objects.update(expires_at=clock.now() + DAY)
        assert call(token).status_code == 200
        Connection.objects.update(expires_at=clock.now())
        assert call(token).status_code == 401
        save(upkeep=Upkeep(expires_at=clock.now() + DAY), now=clock.now())
        assert call(token).status_code == 200

    def test_an_end_that_is_behind_is_refused_but_may_stay(self, erp: NewConnection) -> None:
        assert broken(upkeep=Upkeep(expires_at=NOW - DAY)) == [("expires_on", "expires_on.past")]
        Connection.objects.update(expires_at=NOW - DAY)
        save(upkeep=Upkeep(expires_at=NOW - DAY, notes="ended"))
        assert row().notes == "ended"

    def test_without_upkeep_it_stays_as_it_is(self, erp: NewConnection) -> None:
        save(upkeep=Upkeep(NOW + DAY, make_user().id, "Ask Julia"))
        save(label="Your ERP")
        assert (row().expires_at, row().notes) == (NOW + DAY, "Ask Julia")
        assert row().owner_id

    def test_the_history_has_end_and_owner_and_not_the_words_of_the_notes(self, erp: NewConnection) -> None:
        save(upkeep=Upkeep(NOW + DAY, make_user().id, "call 555"))
        data = next(iter(events.history("connection:erp"))).data
        assert "expires_at" in data and "julia" in data and '"notes"' in data
        assert "555" not in data


class TestOwnerAndNotes:
    def test_the_owner_is_somebody_who_can_sign_in(self, erp: NewConnection) -> None:
        gone = make_user("gone")
        User.objects.filter(id=gone.id).update(enabled=False)
        for nobody in (gone.id, row().user_id, 987654):
            assert broken(upkeep=Upkeep(owner_id=nobody)) == [("owner_id", "owner.unknown")]

    def test_an_owner_who_has_left_may_stay_and_one_who_is_deleted_is_nobody(self, erp: NewConnection) -> None:
        julia = make_user()
        save(upkeep=Upkeep(owner_id=julia.id))
        User.objects.filter(id=julia.id).update(enabled=False)
        save(upkeep=Upkeep(owner_id=julia.id, notes="She left"))
        assert row().notes == "She left"
        julia.delete()
        assert row().owner_id is None

    @pytest.mark.parametrize(("notes", "code"), [("x" * 2001, "notes.too_long"), ("a\0b", "notes.invalid")])
    def test_notes_have_a_limit(self, erp: NewConnection, notes: str, code: str) -> None:
        assert broken(upkeep=Upkeep(notes=notes)) == [("notes", code)]

    def test_notes_are_kept_tidy(self, erp: NewConnection) -> None:
        save(upkeep=Upkeep(notes="  one\r\ntwo\r\n"))
        assert row().notes == "one\ntwo"
        save(upkeep=Upkeep(notes="x" * 2000))


class TestLastUse:
    def test_case_132_a_call_notes_when_from_where_and_by_what(self, erp: NewConnection) -> None:
        call(token_for(erp), **{"user-agent": "curl/8.4\x07 " + "x" * 300})
        found = row()
        assert found.last_used_at is not None and clock.now() - found.last_used_at < timedelta(minutes=1)
        assert found.last_used_address == "127.0.0.1"
        assert found.last_used_agent == "curl/8.4 " + "x" * 191
        assert found.last_token_at is None

    def test_case_132_a_token_is_noted_apart(self, erp: NewConnection) -> None:
        pair = token_answer(erp, agent="Erp/1").json()
        found = row()
        assert found.last_token_at and (found.last_token_address, found.last_token_agent) == ("127.0.0.1", "Erp/1")
        assert found.last_token_grant == "password"
        Connection.objects.update(last_token_at=None)
        refresh = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert token_answer(erp, **refresh).status_code == 200
        assert row().last_token_at and row().last_token_grant == "refresh_token"

    def test_case_132_once_a_minute_is_enough(self, erp: NewConnection, monkeypatch: pytest.MonkeyPatch) -> None:
        token = token_for(erp)
        call(token, **{"user-agent": "one"})
        call(token, **{"user-agent": "two"})
        assert row().last_used_agent == "one"
        later = clock.now() + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        call(token, **{"user-agent": "three"})
        assert row().last_used_agent == "three"

    def test_behind_a_proxy_what_is_no_address_is_left_out(self, erp: NewConnection, settings: Any) -> None:
        settings.LIMEN_BEHIND_PROXY = True
        token = token_for(erp)
        assert call(token, **{"x-forwarded-for": "192.0.2.1, nonsense"}).status_code == 200
        assert row().last_used_address is None
        Connection.objects.update(last_used_at=None)
        call(token, **{"x-forwarded-for": "nonsense, 2001:db8::1"})
        assert row().last_used_address == "2001:db8::1"


class TestRightsOfAConnection:
    def caller(self, *permissions: str) -> Caller:
        return Caller(None, "julia", "Julia", "user", frozenset(permissions))

    def test_role_and_group_need_a_right_of_their_own(self, erp: NewConnection) -> None:
        role, group = make_role("ROLE_SMALL").id, make_group().id
        manager = self.caller(MANAGE_CONNECTIONS)
        assert broken(by=manager, role_id=role) == [("user_role_id", "user_role.not_allowed")]
        assert broken(by=manager, group_id=group) == [("user_role_id", "user_role.not_allowed")]
        save(by=manager, label="Your ERP")
        assert row().label == "Your ERP"

    def test_nobody_hands_on_more_than_they_hold(self, erp: NewConnection) -> None:
        mine = (MANAGE_CONNECTIONS, CONNECTION_RIGHTS, "pim_api_overall_access", "pim_api_product_list")
        small = make_role("ROLE_SMALL", "pim_api_overall_access", "pim_api_product_list", "from_elsewhere")
        large = make_role("ROLE_LARGE", "pim_api_overall_access", "pim_api_product_remove")
        assert broken(by=self.caller(*mine), role_id=large.id) == [("user_role_id", "user_role.beyond")]
        save(by=self.caller(*mine), role_id=small.id)
        assert queries.connection_settings("erp", now=NOW).role_id == small.id

    def test_a_role_that_is_there_already_may_stay(self, erp: NewConnection) -> None:
        large = make_role("ROLE_LARGE", "pim_api_product_remove")
        save(role_id=large.id)
        group = make_group().id
        save(by=self.caller(MANAGE_CONNECTIONS, CONNECTION_RIGHTS), group_id=group)
        found = queries.connection_settings("erp", now=NOW)
        assert (found.role_id, found.group_id) == (large.id, group)

    def test_whoever_holds_less_still_makes_a_connection_with_the_role_user(self) -> None:
        given: dict[str, Any] = {"code": "shop", "label": "Shop", "flow_type": "other", "now": NOW}
        operations.create_connection(**given, by=self.caller(MANAGE_CONNECTIONS))
        with pytest.raises(Invalid) as refusal:
            given["code"] = "shop_2"
            operations.create_connection(
                **given, by=self.caller(MANAGE_CONNECTIONS), role_id=make_role("ROLE_SMALL").id
            )
        assert [one.path for one in refusal.value.violations] == ["user_role_id"]


class TestRules:
    def test_a_day_ends_where_the_viewer_is(self) -> None:
        end = rules.end_of_day(date(2026, 3, 28), "Europe/Berlin")
        assert end.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert rules.last_day(end, "Europe/Berlin") == date(2026, 3, 28)
        assert rules.last_day(end, "Asia/Tokyo") == date(2026, 3, 29)
        assert rules.last_day(None, "UTC") is None

    def test_a_day_too_far_away_is_refused_before_it_overflows(self) -> None:
        assert rules.check_last_day(date.max)
        assert not rules.check_last_day(date(2099, 12, 31))

    @pytest.mark.parametrize(
        ("left", "days"), [(31, None), (30, 30), (7, 7), (6.5, 7), (0.1, 1), (0, None), (-1, None)]
    )
    def test_the_days_left_are_counted_up(self, left: float, days: int | None) -> None:
        assert rules.days_left(NOW + timedelta(days=left), NOW) == days
        assert rules.days_left(None, NOW) is None

    @pytest.mark.parametrize(("ago", "days"), [(None, None), (6.9, None), (7, 7), (90.5, 90)])
    def test_silence_begins_after_a_week(self, ago: float | None, days: int | None) -> None:
        assert rules.silent_days(None if ago is None else NOW - timedelta(days=ago), NOW) == days

    def test_unused_is_counted_from_the_beginning_for_what_was_never_used(self) -> None:
        assert rules.is_unused(last_used_at=None, created_at=NOW - 90 * DAY, now=NOW)
        assert not rules.is_unused(last_used_at=None, created_at=NOW - 89 * DAY, now=NOW)
        assert not rules.is_unused(last_used_at=NOW - DAY, created_at=NOW - 900 * DAY, now=NOW)

    @pytest.mark.parametrize(
        ("text", "address"),
        [("10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::1"), ("1.2.3.4:80", None), ("", None), ("unknown", None)],
    )
    def test_only_addresses_are_kept(self, text: str, address: str | None) -> None:
        assert (rules.known_address(text) or None) == address

    def test_both_connections_of_a_token_have_to_be_open(self) -> None:
        client = rules.ClientConnection(1, "other", False, NOW, NOW)
        holder = rules.Holder(NOW, 9, "erp_0001", "ERP", "api", True, "UTC", frozenset(), 1, client)
        assert holder.closed_by(NOW) is None
        assert replace(holder, own_enabled=False).closed_by(NOW) == "paused"
        assert replace(holder, own_expires_at=NOW).closed_by(NOW) == "expired"
        assert replace(holder, connection=replace(client, enabled=False)).closed_by(NOW) == "paused"
        assert replace(holder, connection=replace(client, expires_at=NOW)).closed_by(NOW) == "expired"
        assert replace(holder, connection=None).closed_by(NOW) is None
