"""From a call of the API to its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client, override_settings

from limen.accounts.models import User
from limen.accounts.rules import SYSTEM
from limen.calls import middleware, operations, queries
from limen.calls.jobs import purge_calls
from limen.calls.models import ApiCall, MissedCalls
from limen.calls.recorder import recorder
from limen.calls.rules import Filters, Recorded
from limen.connections import operations as connections
from limen.connections.models import Connection
from limen.kit import clock
from tests.calls.test_recorder import CALL
from tests.conftest import Api
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

Written = Callable[[], list[Recorded]]
NOBODY = 999_999_999


def bearer(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


class TestWhatIsRecorded:
    def test_a_bulk_call_with_its_bodies_and_the_lines_refused(self, api: Api, written: Written) -> None:
        lines = [{"identifier": "a"}, {"identifier": "b", "family": "nothing"}, {"identifier": "c", "enabled": False}]
        answer = api.bulk("/products?atomic=0", lines, **{"user-agent": "erp/1.0"})
        (call,) = written()
        assert (call.method, call.path, call.query) == ("PATCH", "/api/rest/v1/products", "atomic=0")
        assert (call.status, call.lines, call.refused) == (200, 3, 1)
        assert (call.request, call.answer) == (b"\n".join(map(orjson.dumps, lines)), answer.content)
        assert (call.request_size, call.answer_size) == (len(call.request or b""), len(answer.content))
        assert call.request_whole
        assert call.answer_whole
        assert (call.user_agent, call.address, call.username) == (
            "erp/1.0",
            "127.0.0.1",
            User.objects.get(type="api").username,
        )
        assert call.request_id == answer["X-Request-Id"]
        assert call.milliseconds > 0
        assert abs(call.at - clock.now()) < timedelta(minutes=1)

    def test_it_belongs_to_the_connection_whose_client_called(self, api: Api, written: Written) -> None:
        api.get("/products")
        (call,) = written()
        assert call.connection_id == Connection.objects.get().id
        assert (call.lines, call.refused) == (None, None)

    @pytest.mark.parametrize(
        ("send", "status"),
        [
            (lambda api: api.get("/products/nothing"), 404),
            (lambda api: api.post("/products", {"identifier": ""}), 422),
            (lambda api: api.post("/products", b"{", content_type="application/json"), 400),
            (lambda api: api.patch("/products", {}, content_type="text/plain"), 415),
            (lambda api: api.bulk("/products", b"\n" * 200), 413),
        ],
    )
    def test_refused_calls_are_there_with_their_answers(
        self, api: Api, written: Written, send: Any, status: int
    ) -> None:
        answer = send(api)
        (call,) = written()
        assert (answer.status_code, call.status, call.answer) == (status, status, answer.content)

    def test_a_call_without_the_permission_is_there_and_its_body_is_not_read(self, written: Written) -> None:
        new = make_connection(role="ROLE_USER")
        User.objects.get(connection__code=new.code).roles.clear()
        answer = bearer(token_for(new)).post("/api/rest/v1/products", b'{"a":1}', content_type="application/json")
        (call,) = written()
        assert (answer.status_code, call.status) == (403, 403)
        assert (call.request, call.request_size, call.request_whole) == (None, 7, False)

    def test_a_call_with_an_expired_token_is_there(self, written: Written) -> None:
        token = token_for(make_connection(), now=clock.now() - timedelta(days=1))
        assert bearer(token).get("/api/rest/v1/products").status_code == 401
        (call,) = written()
        assert (call.status, call.username) == (401, "")

    def test_a_call_of_a_disabled_user_is_there(self, written: Written) -> None:
        new = make_connection()
        token = token_for(new)
        User.objects.filter(connection__code=new.code).update(enabled=False)
        assert bearer(token).get("/api/rest/v1/products").status_code == 401
        assert [call.status for call in written()] == [401]

    def test_an_error_of_ours_is_there(self, api: Api, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("limen.products.queries.product", lambda **key: 1 // 0)
        assert api.get("/products/a").status_code == 500
        assert [call.status for call in written()] == [500]

    def test_a_call_for_a_token_is_there_without_its_bodies(self, client: Client, written: Written) -> None:
        new = make_connection()
        asked = {"grant_type": "password", "username": new.username, "password": new.password}
        asked |= {"client_id": new.client_id, "client_secret": new.secret}
        for password in (new.password, "wrong"):
            client.post("/api/oauth/v1/token", asked | {"password": password}, content_type="application/json")
        refused, granted = written()
        assert (granted.status, refused.status) == (200, 422)
        assert (granted.connection_id, granted.path) == (Connection.objects.get().id, "/api/oauth/v1/token")
        assert (granted.request, granted.answer, refused.request, refused.answer) == (None, None, None, None)
        assert granted.request_size > 0

    @pytest.mark.parametrize("client_id", ["", "x", "1_x", "99999999999999999999999_x", "a\0b"])
    def test_a_call_for_a_token_of_nobody_is_not_there(self, client: Client, written: Written, client_id: str) -> None:
        asked = {"grant_type": "password", "username": "a", "password": "b", "client_id": client_id}
        client.post("/api/oauth/v1/token", asked | {"client_secret": "x"}, content_type="application/json")
        assert written() == []

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/api/rest/v1/produits", 404),
            ("GET", "/api/nothing", 404),
            ("DELETE", "/api/rest/v1/currencies", 405),
            ("PATCH", "/api/rest/v1", 405),
            ("GET", "/api/oauth/v1/token", 405),
        ],
    )
    def test_a_call_that_no_endpoint_takes_is_there_by_its_token(
        self, written: Written, method: str, path: str, status: int
    ) -> None:
        new = make_connection()
        answer = bearer(token_for(new)).generic(method, path)
        (call,) = written()
        assert (answer.status_code, call.status, call.method, call.path) == (status, status, method, path)
        assert (call.connection_id, call.username) == (Connection.objects.get().id, "")
        assert call.answer == (None if path.startswith("/api/oauth") else answer.content)

    @pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer unknown", "Bearer a\0b"])
    def test_one_of_nobody_is_not_there(self, written: Written, header: str) -> None:
        for method, path, status in (("GET", "/api/nothing", 404), ("DELETE", "/api/rest/v1/currencies", 405)):
            assert Client(headers={"authorization": header}).generic(method, path).status_code == status
        assert written() == []

    def test_that_its_owner_cannot_be_told_does_not_change_the_answer(
        self, written: Written, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("limen.connections.tokens.queries.known_holder", lambda digest: 1 // 0)
        assert bearer("unknown").get("/api/nothing").status_code == 404
        assert written() == []

    def test_a_call_of_nobody_is_not_there(self, client: Client, written: Written) -> None:
        client.get("/api/rest/v1")
        bearer("unknown").get("/api/rest/v1/products")
        client.get("/sign-in")
        assert written() == []

    def test_long_bodies_are_cut_and_refused_lines_stay(self, api: Api, written: Written, settings: Any) -> None:
        settings.LIMEN_CALLS_BODY_MAX = 300
        lines = [{"identifier": f"product_{number:04}"} for number in range(40)]
        lines[33]["family"] = "nothing"
        api.bulk("/products", lines)
        (call,) = written()
        assert (call.lines, call.refused, call.request_whole, call.answer_whole) == (40, 1, False, False)
        assert call.request_lines is not None
        assert 34 in call.request_lines
        assert b"product_0033" in (call.request or b"")
        assert b'"line":34' in (call.answer or b"")
        assert len(call.request or b"") <= 300
        assert len(call.answer or b"") <= 300

    def test_what_cannot_be_read_as_text_is_only_measured(self, api: Api, written: Written) -> None:
        body = b'--x\r\nContent-Disposition: form-data; name="product"\r\n\r\n{}\r\n--x--\r\n'
        api.post("/media-files", body, content_type="multipart/form-data; boundary=x")
        (call,) = written()
        assert (call.request, call.request_size) == (None, len(body))

    def test_texts_that_no_table_takes_are_made_good(self, api: Api, written: Written) -> None:
        api.client.get("/api/rest/v1/products/a%00b%ff", headers={"user-agent": "x" * 9_999})
        (call,) = written()
        assert call.path.startswith("/api/rest/v1/products/ab")
        assert len(call.user_agent) == operations.TEXT_MAX

    @override_settings(LIMEN_CALLS_RECORDED=False)
    def test_nothing_is_recorded_where_it_is_switched_off(self, written: Written) -> None:
        token = token_for(make_connection())
        assert bearer(token).get("/api/rest/v1/products").status_code == 200
        assert written() == []


class TestSecrets:
    def test_no_credential_is_in_the_tables(self, written: Written) -> None:
        new = make_connection(role="administrator")
        token = token_for(new)
        sent = {"password": new.password, "identifier": token, "nested": [{"client_secret": new.secret}]}
        bulk = "application/vnd.akeneo.collection+json"
        for path in ("products", f"products/{token}", f"products?access_token={token}&x={token}"):
            for media_type in ("application/json", bulk):
                bearer(token).patch(
                    f"/api/rest/v1/{path}", sent, content_type=media_type, headers={"user-agent": token}
                )
        client = Client()
        basic = {"grant_type": "password", "username": new.username, "password": new.password}
        basic |= {"client_id": new.client_id, "client_secret": new.secret}
        pair = client.post("/api/oauth/v1/token", basic, content_type="application/json").json()
        assert len(written()) == 7
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM api_call")
            rows = repr([[bytes(one) if isinstance(one, memoryview) else one for one in row] for row in cursor])
        for credential in (token, new.password, new.secret, pair["access_token"], pair["refresh_token"]):
            assert credential not in rows
        assert "client_secret" in rows


class TestHarm:
    def test_what_goes_wrong_while_recording_never_reaches_the_caller(
        self, api: Api, written: Written, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(middleware, "_call", lambda *args: 1 // 0)
        assert api.get("/products").status_code == 200
        assert "a call could not be recorded" in caplog.text
        assert written() == []

    def test_what_goes_wrong_while_writing_never_reaches_the_caller(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operations, "write_calls", lambda *args, **kwargs: 1 // 0)
        assert api.get("/products").status_code == 200
        recorder.flush()
        monkeypatch.undo()
        recorder.flush()
        id = Connection.objects.get().id
        assert queries.missed(connection_id=id, now=clock.now()) == 1

    def test_a_call_makes_no_query_for_being_recorded(self, written: Written, count_queries: Any) -> None:
        token = token_for(make_connection())
        with override_settings(LIMEN_CALLS_RECORDED=False):
            silent = bearer(token)
            silent.get("/api/rest/v1/currencies")
            with count_queries(2):
                silent.get("/api/rest/v1/currencies")
        with count_queries(2):
            bearer(token).get("/api/rest/v1/currencies")
        assert len(written()) == 1

    def test_writing_costs_one_statement_whatever_the_number(self, count_queries: Any) -> None:
        with count_queries(1):
            operations.write_calls([CALL] * 50, missed={}, now=clock.now())
        with count_queries(2):
            operations.write_calls([CALL] * 2, missed={1: 2, 3: 4}, now=clock.now())


class TestTheRing:
    def test_keeps_the_newest_of_each_connection(self, settings: Any, count_queries: Any) -> None:
        settings.LIMEN_CALLS_KEPT = 3
        now = clock.now()
        calls = [replace(CALL, connection_id=NOBODY + number % 2, status=number) for number in range(10)]
        operations.write_calls([*calls, replace(CALL, connection_id=5)], missed={}, now=now)
        with count_queries(3):
            assert operations.purge_calls(now=now) == 4
        page = queries.calls_page(connection_id=NOBODY, filters=Filters())
        assert [call.status for call in page.calls] == [8, 6, 4]
        assert queries.any_calls(connection_id=5)
        assert operations.purge_calls(now=now) == 0

    def test_forgets_what_is_old(self, settings: Any) -> None:
        settings.LIMEN_CALLS_DAYS = 7
        operations.write_calls([CALL], missed={1: 1}, now=clock.now())
        assert operations.purge_calls(now=clock.now() + timedelta(days=6)) == 0
        assert operations.purge_calls(now=clock.now() + timedelta(days=8)) == 1
        assert not MissedCalls.objects.exists()

    def test_is_turned_by_the_worker(self, settings: Any) -> None:
        settings.LIMEN_CALLS_KEPT = 1
        operations.write_calls([CALL, CALL], missed={}, now=clock.now())
        purge_calls.func(0)
        assert ApiCall.objects.count() == 1

    def test_goes_with_its_connection(self, api: Api, written: Written) -> None:
        api.get("/products")
        assert len(written()) == 1
        connections.delete_connection(code=Connection.objects.get().code, by=SYSTEM, now=clock.now())
        assert not ApiCall.objects.exists()
