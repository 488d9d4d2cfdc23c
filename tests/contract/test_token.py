"""The token endpoint, request by request (connections §6 of the contract, cases 83 to 106)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from limen.accounts import operations as accounts
from limen.accounts.models import User
from limen.accounts.rules import SYSTEM
from limen.connections import queries, rules
from limen.connections.models import AccessToken, ClientSecret, OAuthClient, RefreshToken, WrongCombination
from limen.connections.operations import NewConnection
from limen.kit import clock
from tests.factories.connections import make_connection

URL = "/api/oauth/v1/token"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection(code="erp", role="administrator")


@pytest.fixture
def shop(installed: None) -> NewConnection:
    return make_connection(code="shop", role="administrator")


def basic(client_id: str, secret: str) -> str:
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


def send(body: bytes, content_type: str | None = JSON, authorization: str | None = None) -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    # The test client fills in a content type where none is given, and drops it where the body is empty.
    return Client(headers=headers).generic("POST", URL, body, CONTENT_TYPE=content_type or "")


def ask(new: NewConnection, *, header: bool = True, form: bool = False, **changes: object) -> Any:
    """Ask for a token as `new`; None leaves a parameter out."""
    given: dict[str, object] = {"grant_type": "password", "username": new.username, "password": new.password}
    if not header:
        given |= {"client_id": new.client_id, "client_secret": new.secret}
    given |= changes
    given = {name: value for name, value in given.items() if value is not None}
    authorization = basic(new.client_id, new.secret) if header else None
    if form:
        return send(urlencode(given).encode(), FORM, authorization)
    return send(orjson.dumps(given), JSON, authorization)


def refresh(new: NewConnection, token: object, **changes: object) -> Any:
    return ask(new, grant_type="refresh_token", refresh_token=token, username=None, password=None, **changes)


def assert_refused(answer: Any, status: int, reason: str) -> str:
    body = answer.json()
    assert answer.status_code == status, body
    assert answer["Content-Type"] == JSON
    assert set(body) == {"code", "message", "reason"}
    assert (body["code"], body["reason"]) == (status, reason)
    return str(body["message"])


class TestSuccess:
    def test_case_83_json_and_basic(self, erp: NewConnection) -> None:
        answer = ask(erp)
        assert answer.status_code == 200
        assert answer["Content-Type"] == JSON
        assert answer["Cache-Control"] == "no-store"
        assert answer["Pragma"] == "no-cache"
        body = answer.json()
        assert set(body) == {"access_token", "expires_in", "token_type", "scope", "refresh_token"}
        assert (body["expires_in"], body["token_type"], body["scope"]) == (3600, "bearer", None)
        for token in (body["access_token"], body["refresh_token"]):
            assert re.fullmatch(r"[0-9A-Za-z_-]{86}", token)

    def test_case_84_form(self, erp: NewConnection) -> None:
        assert ask(erp, form=True).status_code == 200

    @pytest.mark.parametrize("form", [True, False])
    def test_case_85_credentials_in_the_body(self, erp: NewConnection, form: bool) -> None:
        assert ask(erp, header=False, form=form).status_code == 200

    def test_case_86_the_header_wins(self, erp: NewConnection) -> None:
        assert ask(erp, client_id="1_wrong", client_secret="wrong").status_code == 200

    def test_a_content_type_may_have_parameters(self, erp: NewConnection) -> None:
        body = orjson.dumps({"grant_type": "password", "username": erp.username, "password": erp.password})
        answer = send(body, "application/json; charset=utf-8", basic(erp.client_id, erp.secret))
        assert answer.status_code == 200

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_a_line_feed_behind_the_secret_is_forgiven(self, erp: NewConnection, end: str) -> None:
        body = orjson.dumps({"grant_type": "password", "username": erp.username, "password": erp.password})
        assert send(body, JSON, basic(erp.client_id, erp.secret + end)).status_code == 200

    def test_unknown_keys_are_ignored(self, erp: NewConnection) -> None:
        assert ask(erp, hello={"a": 1}).status_code == 200

    def test_a_username_has_no_case_and_may_be_the_email(self, erp: NewConnection) -> None:
        assert ask(erp, username=erp.username.upper()).status_code == 200
        assert ask(erp, username=f"{erp.username}@example.com").status_code == 200

    def test_credentials_of_another_pim_keep_their_shape(self, erp: NewConnection) -> None:
        number = erp.client_id.split("_")[0]
        OAuthClient.objects.update(random_id="3C8.imported_id")
        body = {"grant_type": "password", "username": erp.username, "password": erp.password}
        header = basic(f"{number}_3C8.imported_id", erp.secret)
        assert send(orjson.dumps(body), JSON, header).status_code == 200

    @pytest.mark.parametrize("header", [True, False])
    def test_imported_credentials_of_255_characters_authenticate(self, erp: NewConnection, header: bool) -> None:
        client = OAuthClient.objects.get()
        random_id = ("Ab.~" * 64)[: 255 - len(f"{client.id}_")]
        secret, username, password = "S3cret:+/ " * 25 + "x" * 5, "u" * 255, "p§" * 127 + "!"
        sealed = rules.seal(secret, keys=queries.instance_keys(), client=client.id)
        OAuthClient.objects.update(random_id=random_id)
        ClientSecret.objects.update(key_id=sealed.key_id, ciphertext=sealed.ciphertext)
        User.objects.filter(username=erp.username).update(
            username=username, username_folded=username, password=make_password(password)
        )
        imported = replace(
            erp, client_id=f"{client.id}_{random_id}", secret=secret, username=username, password=password
        )
        assert {len(imported.client_id), len(secret), len(username), len(password)} == {255}
        pair = ask(imported, header=header)
        assert pair.status_code == 200, pair.content
        assert refresh(imported, pair.json()["refresh_token"], header=header).status_code == 200


class TestRequest:
    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
    def test_case_104_only_post(self, method: str, db: None) -> None:
        answer = getattr(Client(), method)(URL)
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        if method != "head":
            assert answer.json()["code"] == 405

    def test_there_is_no_route_with_a_trailing_slash(self, db: None) -> None:
        assert Client().post(f"{URL}/").status_code == 404

    def test_case_87_another_content_type(self) -> None:
        message = assert_refused(send(b"<a/>", "application/xml"), 415, "content_type_invalid")
        assert "application/xml" in message and JSON in message and FORM in message

    def test_case_88_no_content_type(self) -> None:
        message = assert_refused(send(b"{}", None), 415, "content_type_missing")
        assert JSON in message and FORM in message

    def test_case_89_too_much(self, settings: Any) -> None:
        settings.LIMEN_TOKEN_BODY_MAX = 300
        message = assert_refused(send(b"x" * 301), 413, "too_large")
        assert "300" in message

    def test_size_is_judged_before_the_content_type(self, settings: Any) -> None:
        settings.LIMEN_TOKEN_BODY_MAX = 300
        assert_refused(send(b"x" * 301, "application/xml"), 413, "too_large")

    @pytest.mark.parametrize("body", [b'{"grant_type":', b"[]", b'"a"', b"", b"\xff\xfe"])
    def test_case_90_what_is_no_json_object(self, body: bytes) -> None:
        assert_refused(send(body), 400, "bad_json")


class TestGrantType:
    @pytest.mark.parametrize("grant", [None, "", "passwordd", ["password"], {"a": 1}])
    def test_case_91_unknown(self, erp: NewConnection, grant: object) -> None:
        message = assert_refused(ask(erp, grant_type=grant), 422, "invalid_request")
        assert all(word in message for word in ("grant_type", "username", "password"))

    def test_it_is_judged_before_the_client(self, erp: NewConnection) -> None:
        assert_refused(send(b"{}", JSON, basic("1_wrong", "wrong")), 422, "invalid_request")

    @pytest.mark.parametrize(
        "grant", ["client_credentials", "token", "authorization_code", "https://a.example/x", "urn:x:y"]
    )
    def test_case_92_known_and_not_allowed(self, erp: NewConnection, grant: str) -> None:
        assert_refused(ask(erp, grant_type=grant), 422, "unauthorized_client")

    def test_the_client_is_judged_before_that(self, erp: NewConnection) -> None:
        assert_refused(ask(erp, grant_type="token", header=False, client_secret="wrong"), 422, "invalid_client")


class TestClient:
    @pytest.mark.parametrize(
        "credentials",
        [
            lambda erp, shop: ("9999999_" + "a" * 50, erp.secret),
            lambda erp, shop: ("9" * 40 + "_a", erp.secret),
            lambda erp, shop: (erp.client_id, "wrong"),
            lambda erp, shop: (erp.client_id, ""),
            lambda erp, shop: (erp.client_id, shop.secret),
            lambda erp, shop: (erp.client_id.split("_")[0], erp.secret),
            lambda erp, shop: (erp.client_id.split("_")[0] + "_", erp.secret),
            lambda erp, shop: (erp.client_id.split("_")[0] + "_" + shop.client_id.split("_")[1], erp.secret),
            lambda erp, shop: ("0" + erp.client_id, erp.secret),
            lambda erp, shop: ("michel_id", erp.secret),
            lambda erp, shop: ("michel", erp.secret),
            lambda erp, shop: ("1_\0", erp.secret),
        ],
    )
    @pytest.mark.parametrize("header", [True, False])
    def test_cases_93_and_94_one_answer_for_all_that_can_be_wrong(
        self, erp: NewConnection, shop: NewConnection, credentials: Callable[..., tuple[str, str]], header: bool
    ) -> None:
        client_id, secret = credentials(erp, shop)
        body = {"grant_type": "password", "username": erp.username, "password": erp.password}
        if header:
            answer = send(orjson.dumps(body), JSON, basic(client_id, secret))
        else:
            answer = send(orjson.dumps(body | {"client_id": client_id, "client_secret": secret}))
        assert answer.content == self.without_credentials().content
        assert_refused(answer, 422, "invalid_client")

    def without_credentials(self) -> Any:
        return send(b'{"grant_type":"password","username":"a","password":"b"}')


class TestPasswordGrant:
    @pytest.mark.parametrize(
        "changes",
        [{"username": None}, {"password": None}, {"username": ""}, {"password": ""}, {"password": ["a"]}],
    )
    def test_case_95_a_missing_parameter(self, erp: NewConnection, changes: dict[str, object]) -> None:
        message = assert_refused(ask(erp, **changes), 422, "invalid_request")
        assert all(word in message for word in ("grant_type", "username", "password"))

    def test_case_96_one_answer_for_all_that_can_be_wrong(self, erp: NewConnection) -> None:
        answers = [
            ask(erp, username="nobody"),
            ask(erp, username="nobody\0"),
            ask(erp, password="wrong"),
            ask(erp, password=erp.password.swapcase()),
        ]
        User.objects.filter(username=erp.username).update(enabled=False)
        answers.append(ask(erp))
        User.objects.filter(username=erp.username).update(enabled=True, type="job")
        answers.append(ask(erp))
        for answer in answers:
            assert_refused(answer, 422, "invalid_grant")
        assert len({answer.content for answer in answers}) == 1

    def test_an_unknown_user_costs_as_much_work_as_a_wrong_password(self, erp: NewConnection, monkeypatch: Any) -> None:
        hashed = []
        from limen.accounts.hashers import Argon2

        for name in ("encode", "verify"):
            was = getattr(Argon2, name)
            monkeypatch.setattr(Argon2, name, lambda *args, was=was, **kw: hashed.append(1) or was(*args, **kw))
        ask(erp, password="wrong")
        wrong, hashed[:] = len(hashed), []
        ask(erp, username="nobody")
        assert (wrong, len(hashed)) == (1, 1)

    @pytest.mark.parametrize("scope", ["read", "read write", ["read"]])
    def test_case_103_a_scope(self, erp: NewConnection, scope: object) -> None:
        assert_refused(ask(erp, scope=scope), 422, "invalid_scope")

    def test_an_empty_scope_is_none(self, erp: NewConnection) -> None:
        assert ask(erp, scope="").status_code == 200

    def test_case_105_a_person_of_the_screens(self, erp: NewConnection) -> None:
        accounts.create_user(
            username="julia", password="correct horse battery", role="user", by=SYSTEM, now=clock.now()
        )
        assert ask(erp, username="julia", password="correct horse battery").status_code == 200
        assert WrongCombination.objects.values_list("connection__code", "username").get() == ("erp", "julia")


class TestRefreshGrant:
    def test_cases_97_and_98_two_new_tokens_once(self, erp: NewConnection) -> None:
        first = ask(erp).json()
        second = refresh(erp, first["refresh_token"])
        assert second.status_code == 200
        assert set(second.json()) == set(first)
        assert {second.json()[name] for name in ("access_token", "refresh_token")}.isdisjoint(first.values())
        assert_refused(refresh(erp, first["refresh_token"]), 422, "invalid_grant")

    @pytest.mark.parametrize("token", [None, "", ["a"]])
    def test_case_100_a_missing_parameter(self, erp: NewConnection, token: object) -> None:
        message = assert_refused(refresh(erp, token), 422, "invalid_request")
        assert "grant_type" in message and "refresh_token" in message

    def test_case_101_the_token_of_another_client(self, erp: NewConnection, shop: NewConnection) -> None:
        token = ask(erp).json()["refresh_token"]
        assert_refused(refresh(shop, token), 422, "invalid_grant")
        assert refresh(erp, token).status_code == 200

    def test_case_102_an_old_token(self, erp: NewConnection) -> None:
        token = ask(erp).json()["refresh_token"]
        RefreshToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        assert_refused(refresh(erp, token), 422, "invalid_grant")

    @pytest.mark.parametrize("token", ["nothing", "a\0", "é", "x" * 1000])
    def test_an_unknown_token(self, erp: NewConnection, token: str) -> None:
        assert_refused(refresh(erp, token), 422, "invalid_grant")

    def test_a_new_refresh_token_has_a_full_life(self, erp: NewConnection) -> None:
        token = ask(erp).json()["refresh_token"]
        RefreshToken.objects.update(expires_at=clock.now() + timedelta(seconds=5))
        refresh(erp, token)
        left = RefreshToken.objects.get().expires_at - clock.now()
        assert timedelta(days=13, hours=23) < left <= timedelta(days=14)

    def test_lifetimes_are_settings(self, erp: NewConnection, settings: Any) -> None:
        settings.LIMEN_ACCESS_TOKEN_LIFETIME = 60
        assert ask(erp).json()["expires_in"] == 60
        assert AccessToken.objects.get().expires_at - datetime.now(UTC) <= timedelta(seconds=60)


def test_case_107_the_root_document_names_the_endpoint_without_a_token(db: None) -> None:
    answer = Client().get("/api/rest/v1")
    assert answer.status_code == 200
    assert answer.json()["authentication"]["fos_oauth_server_token"] == {"route": URL, "methods": ["POST"]}


TEXTS = st.text(max_size=40)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037"]


class TestRandomRequests:
    """Whatever is sent, the answer is JSON with a status of the table, and never 500."""

    numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats())
    values = st.one_of(TEXTS, numbers, st.booleans(), st.none(), st.lists(TEXTS, max_size=2))
    names = st.sampled_from(
        ["grant_type", "client_id", "client_secret", "username", "password", "refresh_token", "scope", "other"]
    )
    words = st.sampled_from(["password", "refresh_token", "token", "urn:x"])
    given_as_json = st.dictionaries(names, st.one_of(words, values), max_size=8)
    # What a server hands over of a header: any character of one byte but those that end it.
    headers = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60)
    known = ["authorization", "accept", "accept-encoding", "content-encoding", "host", "user-agent", "x-forwarded-for"]

    @FEW
    @given(
        body=st.one_of(st.binary(max_size=200), given_as_json.map(orjson.dumps)),
        content_type=st.sampled_from([JSON, FORM]),
        credentials=st.one_of(st.none(), st.tuples(st.just(True), TEXTS), st.tuples(st.just(False), TEXTS)),
    )
    def test_are_answered(
        self, erp: NewConnection, body: bytes, content_type: str, credentials: tuple[bool, str] | None
    ) -> None:
        authorization = None
        if credentials is not None:
            right, text = credentials
            authorization = basic(erp.client_id, erp.secret) if right else "Basic " + text.encode().hex()
        answer = send(body, content_type, authorization)
        assert answer.status_code in (200, 400, 422), answer.content
        assert answer["Content-Type"] == JSON
        assert answer.json()

    @FEW
    @given(
        content_type=st.one_of(headers, headers.map(lambda rest: f"{JSON};{rest}"), st.just(FORM)),
        sent=st.dictionaries(st.one_of(st.sampled_from(known), st.just("x-other")), headers, max_size=4),
        scheme=st.sampled_from(["", "Basic ", "basic", "Bearer ", "Digest "]),
    )
    def test_with_any_headers_are_answered(
        self, erp: NewConnection, content_type: str, sent: dict[str, str], scheme: str
    ) -> None:
        body = orjson.dumps({"grant_type": "password", "username": erp.username, "password": "wrong"})
        if "authorization" in sent:
            sent["authorization"] = scheme + sent["authorization"]
        answer = Client(headers=sent).generic("POST", URL, body, CONTENT_TYPE=content_type)
        assert answer.status_code in (400, 415, 422), answer.content
        assert answer["Content-Type"] == JSON
        assert answer.json()["code"] == answer.status_code

    @FEW
    @given(
        given=st.dictionaries(names, st.one_of(words, TEXTS), max_size=8),
        encoding=st.sampled_from(ENCODINGS),
        form=st.booleans(),
    )
    def test_in_any_encoding_are_answered(
        self, erp: NewConnection, given: dict[str, str], encoding: str, form: bool
    ) -> None:
        text = urlencode(given) if form else orjson.dumps(given).decode()
        media_type = f"{FORM if form else JSON}; charset={encoding}"
        answer = send(text.encode(encoding, "replace"), media_type, basic(erp.client_id, erp.secret))
        assert answer.status_code in (400, 422), answer.content
        assert answer["Content-Type"] == JSON
        assert answer.json()["code"] == answer.status_code


class TestNoHint:
    """Whatever is wrong, and however nearly right it is, the answer is the same to the byte."""

    # Of what is right: a part of it, it with something before or behind, or in the other case.
    nearly = st.one_of(
        st.tuples(st.integers(0, 49), st.just("")).map(lambda cut: lambda text: text[: cut[0]]),
        TEXTS.map(lambda more: lambda text: text + more),
        TEXTS.map(lambda more: lambda text: more + text),
        TEXTS.map(lambda other: lambda text: other),
        st.just(str.upper),
    )

    @pytest.fixture
    def pair(self, erp: NewConnection) -> dict[str, str]:
        found: dict[str, str] = ask(erp).json()
        return found

    @pytest.fixture
    def of_nobody(self, erp: NewConnection) -> bytes:
        return bytes(ask(erp, username="nobody").content)

    @FEW
    @given(of_id=nearly, of_secret=nearly, header=st.booleans())
    def test_of_client_and_secret(
        self, erp: NewConnection, of_id: Callable[[str], str], of_secret: Callable[[str], str], header: bool
    ) -> None:
        client_id, secret = of_id(erp.client_id), of_secret(erp.secret)
        # A line end behind the secret is forgiven in the header.
        assume((client_id, secret.rstrip("\r\n")) != (erp.client_id, erp.secret))
        body = {"grant_type": "password", "username": erp.username, "password": erp.password}
        nothing = send(orjson.dumps(body))
        if header:
            answer = send(orjson.dumps(body), JSON, basic(client_id, secret))
        else:
            answer = send(orjson.dumps(body | {"client_id": client_id, "client_secret": secret}))
        assert (answer.status_code, answer.content) == (422, nothing.content)
        assert_refused(answer, 422, "invalid_client")

    @FEW
    @given(of_name=nearly, of_password=nearly)
    def test_of_username_and_password(
        self, erp: NewConnection, of_nobody: bytes, of_name: Callable[[str], str], of_password: Callable[[str], str]
    ) -> None:
        username, password = of_name(erp.username), of_password(erp.password)
        assume(username and password and (username.casefold(), password) != (erp.username.casefold(), erp.password))
        answer = ask(erp, username=username, password=password)
        assert answer.content == of_nobody
        assert_refused(answer, 422, "invalid_grant")

    @FEW
    @given(of_token=nearly)
    def test_of_a_refresh_token(self, erp: NewConnection, pair: dict[str, str], of_token: Callable[[str], str]) -> None:
        right = pair["refresh_token"]
        token = of_token(right)
        assume(token and token != right)
        answer = refresh(erp, token)
        assert answer.content == refresh(erp, "x" * 86).content
        assert_refused(answer, 422, "invalid_grant")

    # No secret has a "!": what stands there is always another one.
    @pytest.mark.parametrize(
        "wrong",
        [lambda secret: "!" + secret[1:], lambda secret: secret[:-1] + "!", lambda _: ""],
        ids=["first", "last", "none"],
    )
    def test_nor_in_time_every_secret_is_compared_as_a_digest_at_once(
        self, erp: NewConnection, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[str], str]
    ) -> None:
        from limen.connections.rules import credentials

        compared: list[tuple[int, int]] = []
        real = credentials.compare_digest
        monkeypatch.setattr(credentials, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or real(a, b))
        assert_refused(ask(erp, header=False, client_secret=wrong(erp.secret)), 422, "invalid_client")
        assert compared == [(32, 32)]
