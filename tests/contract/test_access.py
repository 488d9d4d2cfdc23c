"""Limits of connections on the wire: addresses, foreign users, calls a minute, pauses at the token endpoint."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from limen.accounts.rules import SYSTEM
from limen.connections import operations
from limen.connections.models import CallCount, Connection, TokenFailure, WrongCombination
from limen.connections.operations import NewConnection
from limen.connections.rules import Limits
from limen.kit import clock
from tests.factories.connections import make_connection, token_for

RESOURCE = "/api/rest/v1/currencies"
TOKEN = "/api/oauth/v1/token"
HERE, THERE = "192.0.2.1", "198.51.100.7"
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection(code="erp", role="administrator")


@pytest.fixture
def at_noon(monkeypatch: Any) -> datetime:
    """The clock stands, so that no minute ends within a test."""
    noon = clock.now().replace(hour=12, minute=0, second=30, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: noon)
    return noon


def hold(code: str = "erp", **limits: Any) -> None:
    operations.set_limits(code=code, limits=Limits(**limits), by=SYSTEM, now=clock.now())


def call(token: str, *, address: str = HERE, method: str = "get", path: str = RESOURCE, **meta: str) -> Any:
    headers = {"authorization": f"Bearer {token}"}
    return getattr(Client(headers=headers), method)(path, REMOTE_ADDR=address, **meta)


def ask(new: NewConnection, *, address: str = HERE, **changes: str) -> Any:
    body = {
        "grant_type": "password",
        "client_id": new.client_id,
        "client_secret": new.secret,
        "username": new.username,
        "password": new.password,
    }
    return Client().post(TOKEN, body | changes, content_type="application/json", REMOTE_ADDR=address)


class TestAddresses:
    def test_case_129_a_call_from_elsewhere_is_refused_at_once(self, erp: NewConnection) -> None:
        token = token_for(erp)
        assert call(token).status_code == 200
        Connection.objects.update(last_used_at=None)
        hold(allowed_networks=("10.0.0.0/8", "2001:db8::/32"))
        answer = call(token)
        assert answer.status_code == 403
        assert set(answer.json()) == {"code", "message"}
        assert HERE in answer.json()["message"] and answer.json()["code"] == 403
        # Whoever is turned away at the door has not used it.
        assert Connection.objects.get().last_used_at is None
        for address in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7"):
            assert call(token, address=address).status_code == 200

    def test_case_129_the_token_endpoint_refuses_too(self, erp: NewConnection) -> None:
        hold(allowed_networks=("10.0.0.0/8",))
        answer = ask(erp)
        assert (answer.status_code, answer.json()["reason"]) == (403, "address_not_allowed")
        assert ask(erp, address="10.1.2.3").status_code == 200

    def test_a_header_counts_only_behind_a_declared_proxy(self, erp: NewConnection, settings: Any) -> None:
        token = token_for(erp)
        hold(allowed_networks=("10.0.0.0/8",))
        forged = {"HTTP_X_FORWARDED_FOR": "10.1.2.3"}
        assert call(token, **forged).status_code == 403
        settings.LIMEN_BEHIND_PROXY = True
        assert call(token, **forged).status_code == 200
        # Only the proxy's own entry, the last, is believed.
        assert call(token, HTTP_X_FORWARDED_FOR=f"10.1.2.3, {HERE}").status_code == 403
        assert call(token, HTTP_X_FORWARDED_FOR="no address at all").status_code == 403

    def test_the_limits_are_those_of_the_client(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop", role="administrator")
        hold(allowed_networks=("10.0.0.0/8",))
        assert call(token_for(erp, user_of=shop)).status_code == 403
        assert call(token_for(shop, user_of=erp)).status_code == 200

    def test_it_costs_no_query(self, erp: NewConnection, count_queries: Any) -> None:
        token = token_for(erp)
        hold(allowed_networks=("10.0.0.0/8",))
        with count_queries(1):
            assert call(token).status_code == 403


class TestStrict:
    def test_case_130_a_foreign_user_with_a_token_of_before(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop", role="administrator")
        token = token_for(shop, user_of=erp)
        assert call(token).status_code == 200
        hold("shop", strict=True)
        answer = call(token)
        assert answer.status_code == 403 and "own user" in answer.json()["message"]
        assert call(token_for(shop)).status_code == 200

    def test_case_130_at_the_token_endpoint(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop")
        hold("shop", strict=True)
        answer = ask(shop, username=erp.username, password=erp.password)
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_grant")
        assert not WrongCombination.objects.exists()


@pytest.mark.usefixtures("at_noon")
class TestRate:
    def test_the_answers_of_a_limited_connection_tell_how_it_stands(
        self, erp: NewConnection, at_noon: datetime
    ) -> None:
        token = token_for(erp)
        hold(calls_per_minute=2)
        first, second, third = (call(token) for _ in range(3))
        reset = str(int(at_noon.timestamp()) + 30)
        assert [first[name] for name in HEADERS] == ["2", "1", reset]
        assert [second[name] for name in HEADERS] == ["2", "0", reset]
        assert third.status_code == 429
        assert [third[name] for name in (*HEADERS, "Retry-After")] == ["2", "0", reset, "30"]
        assert set(third.json()) == {"code", "message"} and third.json()["code"] == 429

    def test_refusals_count_and_tell_it_too(self, erp: NewConnection) -> None:
        token = token_for(erp)
        hold(calls_per_minute=2)
        assert call(token, path="/api/rest/v1/products/nothing")["X-RateLimit-Remaining"] == "1"
        assert call(token, method="post", path="/api/rest/v1/products")["X-RateLimit-Remaining"] == "0"

    def test_all_tokens_of_a_connection_share_the_limit_and_others_have_none(self, erp: NewConnection) -> None:
        shop = make_connection(code="shop", role="administrator")
        hold(calls_per_minute=1)
        assert call(token_for(erp)).status_code == 200
        assert call(token_for(erp, user_of=shop)).status_code == 429
        answer = call(token_for(shop))
        assert answer.status_code == 200
        assert not any(answer.has_header(name) for name in HEADERS)

    def test_it_costs_one_statement_and_none_without_a_limit(self, erp: NewConnection, count_queries: Any) -> None:
        token = token_for(erp)
        call(token)
        with count_queries(2):
            call(token)
        assert not CallCount.objects.exists()
        hold(calls_per_minute=5)
        # Other limits, so what the token stands for is read anew.
        with count_queries(4):
            call(token)
        with count_queries(3):
            call(token)
        hold(calls_per_minute=1)
        with count_queries(3):
            assert call(token).status_code == 429
        with count_queries(2):
            assert call(token).status_code == 429

    def test_a_raised_limit_counts_at_once(self, erp: NewConnection) -> None:
        token = token_for(erp)
        hold(calls_per_minute=1)
        assert [call(token).status_code for _ in range(2)] == [200, 429]
        hold(calls_per_minute=3)
        assert call(token)["X-RateLimit-Remaining"] == "1"


class TestAttempts:
    def test_case_131_eleven_wrong_passwords(self, erp: NewConnection, settings: Any) -> None:
        settings.LIMEN_TOKEN_FAILURES = 10
        answers = [ask(erp, password="wrong") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        last = answers[-1]
        assert 0 < int(last["Retry-After"]) <= 300
        assert (last.json()["code"], last.json()["reason"]) == (429, "too_many_attempts")
        assert ask(erp).status_code == 429
        assert ask(erp, address=THERE).status_code == 200

    def test_by_default_it_is_ten_in_five_minutes(self) -> None:
        from limen.config.env import read_settings

        values = read_settings({})
        assert (values["LIMEN_TOKEN_FAILURES"], values["LIMEN_TOKEN_PAUSE"]) == (10, 300)

    def test_what_is_no_address_is_one_place(self, erp: NewConnection) -> None:
        assert ask(erp, password="wrong", address="").status_code == 422
        assert ask(erp, password="wrong", address="\0x" * 99).status_code == 422
        assert set(TokenFailure.objects.values_list("failures", flat=True)) == {2}


class TestRandomCredentials:
    """One answer for all that can be wrong, in whatever encoding, and never 500."""

    texts = st.text(max_size=60)

    @examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(part=st.sampled_from(["client_id", "client_secret"]), wrong=texts)
    def test_a_wrong_client_is_answered_as_a_wrong_secret(self, erp: NewConnection, part: str, wrong: str) -> None:
        answer = ask(erp, **{part: wrong})
        assert answer.status_code == 422
        assert answer.content == ask(erp, client_secret="wrong").content

    @examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(part=st.sampled_from(["username", "password"]), wrong=st.text(min_size=1, max_size=60))
    def test_a_wrong_username_is_answered_as_a_wrong_password(self, erp: NewConnection, part: str, wrong: str) -> None:
        answer = ask(erp, **{part: wrong})
        assert answer.status_code == 422
        assert answer.content == ask(erp, password="wrong").content

    headers = st.one_of(
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80),
        st.binary(max_size=60).map(lambda raw: "Basic " + b64encode(raw).decode()),
    )
    types = st.one_of(
        st.sampled_from(["application/json", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]),
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40),
    )
    bodies = st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(["grant_type", "client_id", "username", "password", "refresh_token", "scope"]),
            st.one_of(st.sampled_from(["password", "refresh_token"]), texts),
        ).flatmap(
            lambda given: st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-7"]).map(
                lambda encoding: orjson.dumps(given).decode().encode(encoding)
            )
        ),
    )

    @examples(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(body=bodies, content_type=types, authorization=headers, forwarded=headers)
    def test_whatever_is_sent_is_answered(
        self, erp: NewConnection, body: bytes, content_type: str, authorization: str, forwarded: str
    ) -> None:
        answer = Client().generic(
            "POST",
            TOKEN,
            body,
            CONTENT_TYPE=content_type,
            HTTP_AUTHORIZATION=authorization,
            HTTP_X_FORWARDED_FOR=forwarded,
        )
        assert answer.status_code in (400, 415, 422), answer.content
        assert answer.json()["code"] == answer.status_code
        assert set(answer.json()) == {"code", "message", "reason"}
