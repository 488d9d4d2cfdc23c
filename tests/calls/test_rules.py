"""What is kept, hidden, and read from what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from limen.calls import rules
from limen.calls.rules import MASK, Condition, Filters, Kept, Recorded, Touched

SEARCH = '{"family":[{"operator":"IN","value":["a"],"locale":"en_US"}]}'
BULK = "application/vnd.akeneo.collection+json"

CALL = Recorded(
    id=1,
    connection_id=1,
    at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    method="PATCH",
    path="/api/rest/v1/products/chair",
    query="",
    status=204,
    milliseconds=12.5,
    username="erp_0001",
    user_agent="curl",
    address="127.0.0.1",
    request_id="abc",
    lines=None,
    refused=None,
    request_type="application/json",
    request_size=2,
    request_whole=True,
    request_lines=None,
    request=b"{}",
    answer_type="",
    answer_size=0,
    answer_whole=True,
    answer=None,
)


def bulk(*results: dict[str, object], **facts: Any) -> Recorded:
    answer = b"\n".join(orjson.dumps(one) for one in results)
    path = "/api/rest/v1/products"
    return replace(CALL, path=path, lines=len(results), refused=0, answer=answer, **facts)


def called(method: str, path: str, **facts: Any) -> Recorded:
    return replace(CALL, method=method, path=f"/api/rest/v1/{path}", **facts)


def item(path: str) -> bytes:
    return b'{"_links":{"self":{"href":"http://host/api/rest/v1/%b"}},"uuid":"x"}' % path.encode()


class TestKeep:
    def test_what_is_short_is_kept_whole(self) -> None:
        assert rules.keep(b"12345", 5) == Kept(b"12345", 5, True)

    def test_what_is_long_is_cut_and_its_size_told(self) -> None:
        assert rules.keep(b"123456", 5) == Kept(b"12345", 6, False)

    @pytest.mark.parametrize(
        ("answer", "refused"),
        [
            (b"", []),
            (b'{"line":1,"status_code":204}', []),
            (b'{"line":1,"status_code":201}\n{"line":2,"status_code":422}\n{"line":3,"status_code":424}', [2, 3]),
            (b'{"line":1,"status_code":422,"message":"\\"status_code\\":204"}', [1]),
        ],
    )
    def test_refused_lines_are_told_by_their_status(self, answer: bytes, refused: list[int]) -> None:
        assert rules.refused_lines(answer) == refused

    def test_refused_lines_are_kept_before_others(self) -> None:
        body = b"\n".join(b"line %d xxxxxxxxxx" % number for number in range(1, 10))
        kept = rules.keep_lines(body, [7, 9], 60)
        assert kept == Kept(b"line 1 xxxxxxxxxx\nline 7 xxxxxxxxxx\nline 9 xxxxxxxxxx", len(body), False, (1, 7, 9))

    def test_a_refused_line_that_is_too_long_is_cut(self) -> None:
        kept = rules.keep_lines(b"good\n" + b"x" * 100, [2], 10)
        assert (kept.content, kept.lines) == (b"x" * 10, (2,))

    def test_lines_without_a_refused_one_are_cut_like_any_body(self) -> None:
        assert rules.keep_lines(b"one\ntwo\nthree", [], 5) == Kept(b"one\nt", 13, False)

    def test_a_refused_line_that_was_never_sent_is_no_harm(self) -> None:
        assert rules.keep_lines(b"x" * 20, [1, 5], 10).lines == (1,)


class TestHide:
    @pytest.mark.parametrize(
        ("body", "hidden"),
        [
            (b'{"password":"s3cret","a":1}', '{"password":"•••","a":1}'),
            (b'{"Access_Token" : "abc" }', '{"Access_Token" : "•••" }'),
            (b'{"client_secret":12345}', '{"client_secret":"•••"}'),
            (b'{"token":["a",{"b":"]}"}],"c":1}', '{"token":"•••","c":1}'),
            (b'{"secret":{"a":"b"},"c":"d"}', '{"secret":"•••","c":"d"}'),
            (b'{"password":"cut in the mid', '{"password":"•••"'),
            (b'{"password":{"cut":["in', '{"password":"•••"'),
            (b'{"password":"with \\" quote","c":1}', '{"password":"•••","c":1}'),
            (b'{"passw\\u006frd":"s3cret"}', '{"password":"•••"}'),
            (b'{"token":"x","passw\\u006frd":"s3cret"}', '{"token":"•••","password":"•••"}'),
            (b'{"password":"a"}\n{"password":"b"}', '{"password":"•••"}\n{"password":"•••"}'),
        ],
    )
    def test_members_that_are_called_so_lose_their_value(self, body: bytes, hidden: str) -> None:
        assert rules.hide(body).decode() == hidden

    @pytest.mark.parametrize(
        "body", [b'{"name":"a token of love"}', b'{"a":"\\u00e9"}', b"{", b"", b'{"values":{"color":[{"data":"red"}]}}']
    )
    def test_anything_else_is_left_as_it_is(self, body: bytes) -> None:
        assert rules.hide(body) is body or rules.hide(body) == body

    def test_the_credential_of_the_call_is_hidden_wherever_it_stands(self) -> None:
        assert rules.hide(b'{"note":"my abcdef0123 here"}', b"abcdef0123").decode() == f'{{"note":"my {MASK} here"}}'

    def test_parameters_that_are_called_so_lose_their_value(self) -> None:
        assert rules.hide_in_query("limit=10&access_token=abc&x=q9", "q9") == f"limit=10&access_token={MASK}&x={MASK}"


class TestFilters:
    def test_are_read_from_an_address(self) -> None:
        given = {"status": "4", "method": "patch", "path": " products ", "slow": "250", "errors": "1", "refused": "1"}
        assert rules.read_filters(given) == Filters("4", "PATCH", "products", 250, True, True)

    @pytest.mark.parametrize("slow", ["", "0", "-1", "a", "1.5", "²", "9" * 20])
    def test_nonsense_is_as_if_it_were_not_there(self, slow: str) -> None:
        given = {"status": "9", "method": "BREW", "slow": slow, "errors": "yes", "path": "\0"}
        assert rules.read_filters(given).is_empty


class TestReading:
    def test_lines_come_with_their_reasons_and_what_was_sent(self) -> None:
        refused = {"line": 2, "identifier": "b", "status_code": 422, "message": "No.", "errors": [
            {"property": "values", "message": "Too long."}]}  # fmt: skip
        call = bulk({"line": 1, "identifier": "a", "status_code": 204}, refused, request=b'{"a":1}\n{"b":2}')
        first, second = rules.lines_of(call)
        assert (first.is_refused, second.is_refused) == (False, True)
        assert (second.key, second.message, second.errors) == ("b", "No.", (("values", "Too long."),))
        assert second.sent == '{\n  "b": 2\n}'

    def test_lines_of_a_cut_body_are_found_by_their_number(self) -> None:
        results = [{"line": number, "identifier": "x", "status_code": 422} for number in (1, 2, 3)]
        call = bulk(*results, request=b'{"c":3}', request_lines=(3,))
        assert [line.sent for line in rules.lines_of(call)] == ["", "", '{\n  "c": 3\n}']

    def test_a_line_that_was_cut_is_left_out(self) -> None:
        call = bulk({"line": 1, "status_code": 204})
        assert len(rules.lines_of(replace(call, answer=call.answer + b'\n{"line":2,"sta'))) == 1  # type: ignore[operator]

    @pytest.mark.parametrize(
        "call",
        [
            replace(CALL, query=f"limit=10&search={quote(SEARCH)}"),
            replace(CALL, path="/api/rest/v1/products-uuid/search", request=f'{{"search":{SEARCH}}}'.encode()),
            replace(CALL, path="/api/rest/v1/products-uuid/search", request=orjson.dumps({"search": SEARCH})),
        ],
    )
    def test_a_search_is_read_from_the_address_or_the_body(self, call: Recorded) -> None:
        assert rules.search_conditions(call) == [Condition("family", "IN", '["a"]', (("locale", "en_US"),))]

    @pytest.mark.parametrize("query", ["", "search=", "search=%5B1%5D", "search=%7B%22a%22%3A1%7D", "search=%7B"])
    def test_what_is_no_search_has_no_conditions(self, query: str) -> None:
        assert rules.search_conditions(replace(CALL, query=query)) is None

    @pytest.mark.parametrize(
        ("call", "flavour", "keys"),
        [
            (CALL, "identifier", ["chair"]),
            (called("PATCH", "products/a/b c"), "identifier", ["a/b c"]),
            (called("GET", "products-uuid/x"), "uuid", ["x"]),
            (bulk({"line": 1, "identifier": "a", "status_code": 204}, {"line": 2}), "identifier", ["a"]),
            (called("POST", "products", request=b'{"identifier":"a"}'), "identifier", ["a"]),
            (called("POST", "products", request=b"[1]"), "identifier", []),
            (
                called("GET", "products", answer=item("products/a%20+b") + item("products/c")),
                "identifier",
                ["a +b", "c"],
            ),
            (called("POST", "products-uuid/search", answer=item("products-uuid/u")), "uuid", ["u"]),
        ],
    )
    def test_the_products_of_a_call_are_told(self, call: Recorded, flavour: Any, keys: list[str]) -> None:
        assert rules.products_touched(call) == Touched(flavour, tuple(keys))

    def test_a_call_about_something_else_touches_no_product(self) -> None:
        assert rules.products_touched(called("PATCH", "families/x")) is None

    @pytest.mark.parametrize(
        ("call", "reason"),
        [
            (CALL, ""),
            (replace(CALL, method="DELETE", request=None, request_whole=False), ""),
            (replace(CALL, method="GET"), "Only calls that write products"),
            (replace(CALL, path="/api/rest/v1/families/x"), "Only calls that write products"),
            (replace(CALL, path="/api/rest/v1/products-uuid/search", method="POST"), "Only calls that write products"),
            (replace(CALL, request=None), "was not kept"),
            (replace(CALL, request_whole=False), "Only a part of the body"),
        ],
    )
    def test_a_call_is_tried_again_or_says_why_not(self, call: Recorded, reason: str) -> None:
        said = rules.why_not_replayed(call)
        assert said.startswith(reason) or reason in said
        assert bool(said) == bool(reason)

    def test_bodies_are_indented_and_broken_ones_shown_as_they_are(self) -> None:
        assert rules.pretty(b'{"a":1}', "application/json") == '{\n  "a": 1\n}'
        assert rules.pretty(b'{"a":1}\n{"b"', BULK) == '{\n  "a": 1\n}\n{"b"'
        assert rules.pretty(b"\xff", "") == "\ufffd"

    def test_what_is_nested_too_deep_is_shown_as_it_is(self) -> None:
        deep = "[" * 600 + "]" * 600
        assert rules.pretty(deep.encode(), "") == deep
        search = f'{{"family":[{{"operator":"=","value":{deep}}}]}}'
        assert rules.search_conditions(replace(CALL, query=f"search={quote(search)}")) == [
            Condition("family", "=", "…", ())
        ]
