from __future__ import annotations

from base64 import b64encode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.connections import wire
from limen.connections.rules import TokenPair, TokenRequest
from limen.kit.errors import Malformed, Refused, TooLarge, UnsupportedMedia


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


def read(body: bytes = b"{}", *, media_type: str = wire.JSON, authorization: str = "") -> TokenRequest:
    return wire.read_token_request(body, media_type=media_type, authorization=authorization)


class TestContentType:
    @pytest.mark.parametrize(
        "received", ["application/json", "application/x-www-form-urlencoded", "Application/JSON; charset=utf-8"]
    )
    def test_two_are_possible_whatever_follows_the_semicolon(self, received: str) -> None:
        assert wire.check_content_type(received) in (wire.JSON, wire.FORM)

    @pytest.mark.parametrize(
        ("received", "reason"),
        [
            ("", "content_type_missing"),
            ("  ", "content_type_missing"),
            ("application/xml", "content_type_invalid"),
            ("; charset=utf-8", "content_type_invalid"),
        ],
    )
    def test_cases_87_and_88(self, received: str, reason: str) -> None:
        with pytest.raises(UnsupportedMedia) as refusal:
            wire.check_content_type(received)
        assert refusal.value.reason == reason
        assert received.strip() in refusal.value.message


def test_case_89_a_body_has_a_limit() -> None:
    wire.check_size(300, 300)
    with pytest.raises(TooLarge) as refusal:
        wire.check_size(301, 300)
    assert "300" in refusal.value.message and refusal.value.reason == "too_large"


class TestParameters:
    def test_json_and_form_say_the_same(self) -> None:
        expected = TokenRequest("password", "1_a", "s", "erp_0001", "p&w", "", "")
        given = {
            "grant_type": "password",
            "client_id": "1_a",
            "client_secret": "s",
            "username": "erp_0001",
            "password": "p&w",
        }
        form = b"grant_type=password&client_id=1_a&client_secret=s&username=erp_0001&password=p%26w"
        assert read(orjson.dumps(given)) == expected
        assert read(form, media_type=wire.FORM) == expected

    @pytest.mark.parametrize("body", [b'{"grant_type":', b"[]", b"null", b'"text"', b"", b"\xff", b"[" * 2000])
    def test_case_90_what_is_no_json_object_cannot_be_read(self, body: bytes) -> None:
        with pytest.raises(Malformed) as refusal:
            read(body)
        assert refusal.value.reason == "bad_json"

    @pytest.mark.parametrize("value", [["a"], {"a": 1}, None, True])
    def test_case_95_what_is_no_scalar_is_missing(self, value: object) -> None:
        assert read(orjson.dumps({"password": value})).password == ""

    def test_a_number_is_text(self) -> None:
        assert read(b'{"password": 123456}').password == "123456"

    def test_a_form_array_is_missing(self) -> None:
        assert read(b"password[]=a", media_type=wire.FORM).password == ""

    @pytest.mark.parametrize("scope", ["read", ["read"], {"a": 1}])
    def test_case_103_a_scope_in_any_shape_is_seen(self, scope: object) -> None:
        assert read(orjson.dumps({"scope": scope})).scope

    @pytest.mark.parametrize("scope", ["", None, []])
    def test_an_empty_scope_is_none(self, scope: object) -> None:
        assert read(orjson.dumps({"scope": scope})).scope == ""


class TestBasic:
    @pytest.mark.parametrize(
        ("authorization", "expected"),
        [
            (basic("1_a:secret"), ("1_a", "secret")),
            (basic("1_a:se:cret"), ("1_a", "se:cret")),
            (basic("1_a:"), ("1_a", "")),
            (basic("1_a:secret").replace("Basic", "basic"), ("1_a", "secret")),
            (basic("1_a:secret").rstrip("="), ("1_a", "secret")),
            (basic("1_a:secret\n"), ("1_a", "secret")),
            (basic("1_a:secret\r\n"), ("1_a", "secret")),
            (basic("1_a:secret\n\n"), ("1_a", "secret\n")),
        ],
    )
    def test_case_86_the_header_wins(self, authorization: str, expected: tuple[str, str]) -> None:
        asked = read(b'{"client_id":"2_b","client_secret":"other"}', authorization=authorization)
        assert (asked.client_id, asked.client_secret) == expected

    @pytest.mark.parametrize(
        "authorization", ["", "Basic", "Basic é", "Basic ====", basic("no colon"), basic(":secret"), "Bearer abc"]
    )
    def test_case_85_without_a_usable_header_the_body_counts(self, authorization: str) -> None:
        asked = read(b'{"client_id":"2_b","client_secret":"other"}', authorization=authorization)
        assert (asked.client_id, asked.client_secret) == ("2_b", "other")


def test_the_answer_has_five_keys() -> None:
    answer = orjson.loads(wire.token_answer(TokenPair("a", "r", 3600)))
    assert answer == {
        "access_token": "a",
        "expires_in": 3600,
        "token_type": "bearer",
        "scope": None,
        "refresh_token": "r",
    }


@given(st.binary(max_size=300), st.sampled_from([wire.JSON, wire.FORM]), st.text(max_size=60))
def test_whatever_comes_is_read_or_refused(body: bytes, media_type: str, authorization: str) -> None:
    for header in (authorization, f"Basic {authorization}"):
        try:
            assert isinstance(read(body, media_type=media_type, authorization=header), TokenRequest)
        except Refused as refusal:
            assert refusal.status == 400
