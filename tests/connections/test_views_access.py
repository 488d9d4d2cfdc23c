"""The page Access of one connection, and regenerating a secret with an overlap."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import CONNECTION_CREDENTIALS, MANAGE_CONNECTIONS, SEE_CONNECTIONS, SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import AccessToken, Connection, RefreshToken
from limen.connections.operations import NewConnection
from limen.connections.rules import Limits
from limen.kit import clock
from tests.connections.test_views_confirmation import token_status
from tests.connections.test_views_settings import shown
from tests.factories.accounts import sign_in
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

ROOT = "/connect/connection-settings/erp"
PAGE = f"{ROOT}/access"
REGENERATE = f"{ROOT}/regenerate-secret"


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection("My <ERP>", code="erp")


def limits() -> Limits:
    return queries.access_page("erp", now=clock.now()).limits


def typed(**changes: object) -> dict[str, Any]:
    form = {
        "allowed_addresses": "",
        "calls_per_minute": "",
        "concurrent_calls": "",
        "access_token_lifetime": "",
        "refresh_token_lifetime": "",
        "version": Connection.objects.get(code="erp").version,
    }
    return form | changes


def person(*permissions: str) -> Client:
    client = Client()
    sign_in(client, *permissions, username="somebody")
    return client


class TestRegenerate:
    def test_revoke_now_is_chosen_at_first(self, read: Any, erp: NewConnection) -> None:
        page = read(REGENERATE)
        assert re.findall(r'value="(\d+)"[^>]* checked', page) == ["0"]
        assert re.findall(r'name="keep_old" value="(\d+)"', page) == ["0", "1", "24", "168"]

    def test_case_127_with_an_overlap_both_work_and_tokens_live_on(self, admin: Client, erp: NewConnection) -> None:
        token = token_for(erp)
        answer = admin.post(REGENERATE, {"keep_old": "24"}, follow=True)
        page = answer.content.decode()
        new = shown(page, "secret")
        assert "see Access" in page
        assert (token_status(erp), token_status(erp, client_secret=new)) == (200, 200)
        assert queries.holder(rules.digest(token))
        page = admin.get(PAGE).content.decode()
        assert "Two secrets work" in page
        assert "127.0.0.1" in page and "just now" in page
        assert new not in page and erp.secret not in page

    @pytest.mark.parametrize("hours", ["2", "169", "-1", "x"])
    def test_any_other_time_is_refused_and_nothing_changes(self, admin: Client, erp: NewConnection, hours: str) -> None:
        answer = admin.post(REGENERATE, {"keep_old": hours})
        assert answer.status_code == 422
        assert "Select a valid choice" in answer.content.decode()
        assert queries.secret_of("erp") == erp.secret

    def test_the_old_one_is_revoked_after_a_question(self, admin: Client, erp: NewConnection) -> None:
        admin.post(REGENERATE, {"keep_old": "168"})
        url = f"{PAGE}/old-secret"
        assert f'href="{url}"' in admin.get(PAGE).content.decode()
        page = admin.get(url).content.decode()
        assert page.count(f'href="{PAGE}"') == 2 and token_status(erp) == 200
        answer = admin.post(url, follow=True)
        assert answer.redirect_chain == [(PAGE, 303)]
        assert "Two secrets work" not in answer.content.decode()
        assert token_status(erp) == 422


class TestRegeneratePassword:
    URL = f"{ROOT}/regenerate-password"

    def test_with_an_overlap_both_work_until_the_old_one_is_revoked(
        self, admin: Client, read: Any, erp: NewConnection
    ) -> None:
        assert re.findall(r'value="(\d+)"[^>]* checked', read(self.URL)) == ["0"]
        page = admin.post(self.URL, {"keep_old": "1"}, follow=True).content.decode()
        new = shown(page, "password")
        assert (token_status(erp), token_status(erp, password=new)) == (200, 200)
        page = read(PAGE)
        url = f"{PAGE}/old-password"
        assert "Two passwords work" in page and f'href="{url}"' in page and new not in page
        assert "Revoke the old password?" in read(url) and token_status(erp) == 200
        assert admin.post(url, follow=True).redirect_chain == [(PAGE, 303)]
        assert (token_status(erp), token_status(erp, password=new)) == (422, 200)

    def test_any_other_time_is_refused_and_nothing_changes(self, admin: Client, erp: NewConnection) -> None:
        assert admin.post(self.URL, {"keep_old": "9"}).status_code == 422
        assert token_status(erp) == 200


class TestTokens:
    def test_they_are_listed_with_address_and_foreign_user(self, read: Any, erp: NewConnection) -> None:
        assert "No token is alive" in read(PAGE)
        shop = make_connection(code="shop")
        client, user = Connection.objects.get(code="erp").client_id, Connection.objects.get(code="shop").user_id
        operations.issue_token(client_id=client, user_id=user, now=clock.now(), address="192.0.2.7")
        page = read(PAGE)
        assert page.count("192.0.2.7") == page.count(shop.username) == 2
        assert "foreign" in page

    def test_no_token_is_in_the_page(self, read: Any, erp: NewConnection) -> None:
        assert token_for(erp) not in read(PAGE)

    def test_the_page_costs_the_same_for_one_token_and_for_fifty(
        self, admin: Client, erp: NewConnection, count_queries: Any
    ) -> None:
        token_for(erp)
        admin.get(PAGE)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as one:
            admin.get(PAGE)
        for _ in range(30):
            token_for(erp)
        with count_queries(len(one)):
            assert "The newest 50 of 62." in admin.get(PAGE).content.decode()

    def test_one_is_revoked_after_a_question(self, admin: Client, erp: NewConnection) -> None:
        token_for(erp)
        for kind, model in (("access", AccessToken), ("refresh", RefreshToken)):
            url = f"{PAGE}/tokens/{kind}/{model.objects.get().id}"
            assert f'href="{url}"' in admin.get(PAGE).content.decode()
            assert f"this {kind} token" in admin.get(url).content.decode()
            assert model.objects.exists()
            assert admin.post(url).status_code == 303
            assert not model.objects.exists()
            assert admin.post(url).status_code == 404

    def test_all_are_revoked_after_a_question(self, admin: Client, erp: NewConnection) -> None:
        token_for(erp)
        others = token_for(make_connection(code="shop"))
        url = f"{PAGE}/tokens"
        assert "Revoke all tokens?" in admin.get(url).content.decode()
        answer = admin.post(url, follow=True)
        assert answer.redirect_chain == [(PAGE, 303)]
        assert "2 tokens are revoked." in answer.content.decode()
        assert queries.access_page("erp", now=clock.now()).tokens.count == 0
        assert queries.holder(rules.digest(others))


class TestLimits:
    def test_they_are_saved_and_shown_in_the_units_they_were_typed_in(self, admin: Client, erp: NewConnection) -> None:
        given = typed(
            allowed_addresses="10.1.2.3/8\n2001:DB8::1",
            calls_per_minute="600",
            concurrent_calls="4",
            access_token_lifetime="30",
            refresh_token_lifetime="48",
            strict="on",
        )
        answer = admin.post(PAGE, given)
        assert (answer.status_code, answer["Location"]) == (303, PAGE)
        assert limits() == Limits(("10.0.0.0/8", "2001:db8::1/128"), 600, 1800, 48 * 3600, True, 4)
        page = admin.get(PAGE).content.decode()
        assert "10.0.0.0/8\n2001:db8::1/128</textarea>" in page
        assert 'value="30"' in page and 'value="48"' in page and 'value="600"' in page

    def test_what_is_wrong_is_told_at_its_field_and_kept(self, admin: Client, erp: NewConnection) -> None:
        given = typed(
            allowed_addresses="<office>",
            calls_per_minute="0",
            concurrent_calls="1001",
            access_token_lifetime="1441",
            refresh_token_lifetime="9" * 30,
        )
        answer = admin.post(PAGE, given)
        page = answer.content.decode()
        assert answer.status_code == 422
        for name in given:
            assert (f'id="id_{name}_error"' in page) is (name != "version"), name
        assert "&lt;office&gt;</textarea>" in page and "data-dirty" in page
        assert limits() == Limits()

    @pytest.mark.parametrize("text", ["x", "1.5", "9" * 5000, "\0"])
    def test_what_is_no_number_is_refused(self, admin: Client, erp: NewConnection, text: str) -> None:
        for name in ("calls_per_minute", "concurrent_calls", "access_token_lifetime", "refresh_token_lifetime"):
            assert admin.post(PAGE, typed(**{name: text})).status_code == 422

    def test_case_133_what_somebody_else_saved_is_not_overwritten(self, admin: Client, erp: NewConnection) -> None:
        mine = typed(calls_per_minute="5")
        admin.post(PAGE, typed(calls_per_minute="7"))
        answer = admin.post(PAGE, mine)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Somebody else saved" in page and "<b>7</b>" in page and 'value="5"' in page
        assert limits().calls_per_minute == 7
        version = re.search(r'name="version" value="(\d+)"', page)
        assert version
        assert admin.post(PAGE, mine | {"version": version[1]}).status_code == 303
        assert limits().calls_per_minute == 5


class TestPermissions:
    def test_who_may_only_see_sees_limits_and_can_change_nothing(self, erp: NewConnection) -> None:
        token_for(erp)
        operations.regenerate_secret(code="erp", keep_old=1, by=SYSTEM, now=clock.now())
        viewer = person(SEE_CONNECTIONS)
        page = viewer.get(PAGE).content.decode()
        assert re.search(r"<textarea[^>]* disabled", page)
        assert "Active tokens" not in page and "Two secrets" not in page and 'form="access"' not in page
        assert viewer.post(PAGE, typed(calls_per_minute="5")).status_code == 403
        assert limits() == Limits()

    def test_saving_limits_needs_managing_and_credentials_do_not_do(self, erp: NewConnection) -> None:
        client = person(SEE_CONNECTIONS, CONNECTION_CREDENTIALS)
        assert "Active tokens" in client.get(PAGE).content.decode()
        assert client.post(PAGE, typed()).status_code == 403

    @pytest.mark.parametrize("path", ["old-secret", "old-password", "tokens", "tokens/access/1", "tokens/refresh/1"])
    def test_every_credential_action_needs_its_permission(self, erp: NewConnection, path: str) -> None:
        client = person(SEE_CONNECTIONS, MANAGE_CONNECTIONS)
        for act in (client.get, client.post):
            assert act(f"{PAGE}/{path}").status_code == 403

    def test_without_seeing_connections_there_is_no_page(self, reader: Client, erp: NewConnection) -> None:
        assert reader.get(PAGE).status_code == 403


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/old-secret", f"{PAGE}/tokens", f"{PAGE}/tokens/access/1"])
def test_what_is_not_there_leads_to_the_list_and_cannot_be_acted_on(admin: Client, path: str) -> None:
    assert admin.get(path)["Location"] == "/connect/connection-settings"
    assert admin.post(path).status_code == 404


def test_an_overlap_ends_by_itself(admin: Client, erp: NewConnection) -> None:
    operations.regenerate_secret(code="erp", keep_old=1, by=SYSTEM, now=clock.now() - timedelta(hours=1))
    assert token_status(erp) == 422
    assert "Two secrets work" not in admin.get(PAGE).content.decode()
