from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from limen.accounts.models import Role, User
from limen.accounts.rules import OVERALL, SYSTEM, Caller
from limen.connections import operations, tokens
from limen.connections.models import AccessToken, Connection, OAuthClient, WrongCombination
from limen.kit import clock
from limen.kit.errors import Forbidden, Unauthenticated
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")


def call(token: str) -> Caller:
    return with_header(f"Bearer {token}")


def with_header(authorization: str | None, query: str = "") -> Caller:
    headers = {} if authorization is None else {"authorization": authorization}
    return tokens.authenticate(RequestFactory().get(f"/api/rest/v1/products{query}", headers=headers))


def refused(authorization: str | None, query: str = "") -> str:
    with pytest.raises(Unauthenticated) as refusal:
        with_header(authorization, query)
    return refusal.value.message


class TestAuthenticate:
    def test_it_gives_the_caller(self) -> None:
        new = make_connection("Shop", code="shop", flow_type="data_destination", auditable=True)
        caller = call(token_for(new))
        row = Connection.objects.get()
        assert (caller.user_id, caller.username, caller.name, caller.kind) == (
            row.user_id,
            new.username,
            "Shop",
            "api",
        )
        assert caller.author_connection_id == caller.connection_id == row.id
        assert caller.may(OVERALL)
        assert caller.reads_counted

    def test_the_word_bearer_has_no_case(self) -> None:
        assert with_header(f"bearer  {token_for(make_connection())} ")

    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token abc"])
    def test_case_108_without_a_bearer_token(self, authorization: str | None) -> None:
        assert "required" in refused(authorization)

    def test_case_117_a_token_in_the_address_does_not_count(self) -> None:
        assert "required" in refused(None, f"?access_token={token_for(make_connection())}")

    @pytest.mark.parametrize("token", ["unknown", "é", "a\0b", "x" * 5000])
    def test_an_unknown_token(self, token: str) -> None:
        assert "invalid" in refused(f"Bearer {token}")

    def test_a_refresh_token_is_no_access_token(self) -> None:
        make_connection()
        row = Connection.objects.get()
        pair = operations.issue_token(client_id=row.client_id, user_id=row.user_id, now=clock.now())
        assert "invalid" in refused(f"Bearer {pair.refresh_token}")

    def test_case_109_an_expired_token(self) -> None:
        token = token_for(make_connection(), now=clock.now() - timedelta(seconds=3601))
        assert "expired" in refused(f"Bearer {token}")
        assert not Connection.objects.get().last_used_at

    def test_a_purged_token_is_unknown(self) -> None:
        token = token_for(make_connection(), now=clock.now() - timedelta(seconds=3601))
        operations.purge_expired_tokens(now=clock.now())
        assert "invalid" in refused(f"Bearer {token}")

    def test_case_116_a_disabled_user(self) -> None:
        token = token_for(make_connection())
        assert call(token)
        User.objects.filter(type="api").update(enabled=False)
        assert "invalid" in refused(f"Bearer {token}")

    def test_case_110_without_overall_access(self) -> None:
        token = token_for(make_connection())
        Role.objects.filter(code="ROLE_USER").update(permissions=["pim_api_category_list"])
        with pytest.raises(Forbidden, match="web API"):
            call(token)

    def test_case_114_a_right_that_is_taken_away_is_gone_with_the_next_call(self) -> None:
        token = token_for(make_connection())
        assert call(token).may("pim_api_product_list")
        Role.objects.filter(code="ROLE_USER").update(permissions=[OVERALL])
        assert not call(token).may("pim_api_product_list")

    @pytest.mark.parametrize("act", ["regenerate_secret", "regenerate_password", "delete_connection"])
    def test_cases_71_74_and_78_a_revoked_token_is_gone_with_the_next_call(self, act: str) -> None:
        token = token_for(make_connection(code="erp"))
        assert call(token)
        getattr(operations, act)(code="erp", by=SYSTEM, now=clock.now())
        assert "invalid" in refused(f"Bearer {token}")

    def test_a_client_without_connection_may_call(self) -> None:
        new = make_connection()
        token = token_for(new)
        client = OAuthClient.objects.create(random_id="x", label="x", grant_types=[], created_at=clock.now())
        AccessToken.objects.update(client=client)
        caller = call(token)
        assert caller.connection_id is None and caller.author_connection_id
        assert not caller.reads_counted and not WrongCombination.objects.exists()


class TestWhatIsNoted:
    def test_case_132_the_use_of_the_connection(self) -> None:
        token = token_for(make_connection())
        call(token)
        row = Connection.objects.get()
        assert row.first_call_at and row.first_call_at == row.last_used_at

    def test_a_call_without_overall_access_is_a_use_too(self) -> None:
        token = token_for(make_connection())
        Role.objects.update(permissions=[])
        with pytest.raises(Forbidden):
            call(token)
        assert Connection.objects.get().first_call_at

    def test_cases_118_and_119_a_foreign_user(self) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        token = token_for(shop, user_of=erp)
        assert call(token)
        assert WrongCombination.objects.values_list("connection__code", "username").get() == ("shop", erp.username)
        WrongCombination.objects.update(last_seen_at=clock.now() - timedelta(hours=1))
        call(token)
        assert clock.now() - WrongCombination.objects.get().last_seen_at < timedelta(minutes=1)

    def test_cases_123_and_124_reads_count_with_the_own_user_only(self) -> None:
        shop = make_connection(code="shop", flow_type="data_destination", auditable=True)
        erp = make_connection(code="erp")
        assert call(token_for(shop)).reads_counted
        assert not call(token_for(shop, user_of=erp)).reads_counted

    def test_a_call_costs_one_query_and_four_more_once_a_minute(
        self, count_queries: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = token_for(make_connection())
        # savepoint, UPDATE, release
        with count_queries(4):
            call(token)
        for _ in range(2):
            with count_queries(1):
                call(token)
        later = clock.now() + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        with count_queries(4):
            call(token)
        with count_queries(1):
            call(token)

    def test_a_foreign_users_call_costs_one_more(self, count_queries: Any) -> None:
        erp, shop = make_connection(code="erp"), make_connection(code="shop")
        token = token_for(shop, user_of=erp)
        call(token)
        with count_queries(2):
            call(token)
