"""The plumbing of the API: order of checks, errors, pages, lines."""

from __future__ import annotations

import gzip
from io import BytesIO
from typing import Any

import orjson
import pytest
import zstandard
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from limen.accounts.rules import Caller
from limen.kit.errors import Invalid, Misshaped, NotFound, TooLarge, TooMany, Unauthenticated, Unprocessable, Violation
from limen.kit.http import endpoint as endpoints
from limen.kit.http import ndjson, pages
from limen.kit.http.endpoint import COLLECTION, MULTIPART, ApiRequest, endpoint, methods
from limen.kit.http.json import created, updated

make = RequestFactory()


@pytest.fixture(autouse=True)
def authenticator(monkeypatch: pytest.MonkeyPatch) -> None:
    def authenticate(request: HttpRequest) -> Caller:
        if "HTTP_AUTHORIZATION" not in request.META:
            raise Unauthenticated("Authenticate first.")
        return Caller(1, "erp", "ERP", "api", frozenset({"pim_api_product_list"}))

    monkeypatch.setattr(endpoints, "_authenticator", lambda: authenticate)


def tea(raises: Exception | None = None, **declared: Any) -> Any:
    @endpoint(name="tea", anchor="post_tea", **declared)
    def view(request: ApiRequest) -> HttpResponse:
        if raises is not None:
            raise raises
        return HttpResponse(b"tea")

    return methods(GET=view, POST=view, PATCH=view)


def call(view: Any, method: str = "GET", path: str = "/api/rest/v1/tea", **headers: str) -> Any:
    given = {"authorization": "Bearer x", **headers}
    content_type = given.pop("content_type", "application/json")
    if method in ("GET", "HEAD"):
        return view(make.generic(method, path, headers=given))
    return view(make.generic(method, path, b"{}", content_type=content_type, headers=given))


class TestOrderOfChecks:
    def test_a_wrong_method_is_405_before_authentication(self) -> None:
        answer = tea()(make.delete("/api/rest/v1/tea"))
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, PATCH, POST"

    def test_no_token_is_401_before_anything_else(self) -> None:
        answer = tea(permission="pim_api_product_edit")(
            make.get("/api/rest/v1/tea?x[]=1", headers={"accept": "no/way"})
        )
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_brackets_are_400_before_the_media_type(self) -> None:
        assert call(tea(), path="/api/rest/v1/tea?x[]=1", accept="no/way").status_code == 400
        assert call(tea(), path="/api/rest/v1/tea?x%5Ba%5D=1").status_code == 400

    def test_brackets_within_a_value_are_fine(self) -> None:
        assert call(tea(), path='/api/rest/v1/tea?search={"a":[1]}').status_code == 200

    def test_the_media_type_is_checked_before_the_permission(self) -> None:
        assert call(tea(permission="pim_api_product_edit"), accept="text/html").status_code == 406
        assert call(tea(permission="pim_api_product_edit"), "POST", content_type="text/xml").status_code == 415

    def test_a_missing_permission_is_403(self) -> None:
        answer = call(tea(permission="pim_api_product_edit"))
        assert answer.status_code == 403
        assert set(orjson.loads(answer.content)) == {"code", "message"}

    def test_head_is_answered_as_get(self) -> None:
        assert call(tea(), "HEAD").status_code == 200


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "status"),
        [
            ("", 200),
            ("application/json", 200),
            ("text/html, */*;q=0.1", 200),
            ("application/json, text/plain", 200),
            ("application/xml", 406),
        ],
    )
    def test_accept(self, accept: str, status: int) -> None:
        assert call(tea(), accept=accept).status_code == status

    @pytest.mark.parametrize(
        ("content_type", "status"),
        [
            ("application/json", 200),
            ("application/json; charset=utf-8", 200),
            ("Application/JSON", 200),
            ("application/xml", 415),
            (COLLECTION, 415),
            ("", 415),
        ],
    )
    def test_content_type(self, content_type: str, status: int) -> None:
        assert call(tea(), "POST", content_type=content_type).status_code == status


def echo(**declared: Any) -> Any:
    """Answer with the body as the view reads it."""

    @endpoint(name="tea", **declared)
    def view(request: ApiRequest) -> HttpResponse:
        return HttpResponse(request.body)

    return methods(POST=view, PATCH=view, DELETE=view)


def send(view: Any, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    request = make.generic("PATCH", "/api/rest/v1/tea", body, content_type=content_type)
    for name, value in {"authorization": "Bearer x", **headers}.items():
        request.META[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return view(request)


class TestBodies:
    @pytest.fixture(autouse=True)
    def limits(self, settings: Any) -> None:
        settings.LIMEN_BODY_MAX, settings.LIMEN_COLLECTION_BODY_MAX = 100, 1000

    def test_a_body_may_be_as_large_as_the_setting_says(self) -> None:
        assert send(echo(), b"x" * 100).status_code == 200
        assert send(echo(), b"x" * 101).status_code == 413
        assert send(echo(accepts=(COLLECTION,)), b"x" * 1000, COLLECTION).status_code == 200
        assert send(echo(accepts=(COLLECTION,)), b"x" * 1001, COLLECTION).status_code == 413

    @pytest.mark.parametrize(("encoding", "encode"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
    def test_a_compressed_body_is_read_decoded_and_measured_so(self, encoding: str, encode: Any) -> None:
        answer = send(echo(), encode(b"x" * 100), **{"content-encoding": encoding})
        assert (answer.status_code, answer.content) == (200, b"x" * 100)
        assert send(echo(), encode(b"x" * 101), **{"content-encoding": encoding}).status_code == 413
        assert send(echo(), b"{}", **{"content-encoding": encoding}).status_code == 400

    def test_an_encoding_that_is_not_known_is_415(self) -> None:
        assert send(echo(), b"{}", **{"content-encoding": "br"}).status_code == 415

    def test_an_upload_is_not_sent_compressed(self) -> None:
        gzipped = {"content-encoding": "gzip"}
        assert send(echo(accepts=(MULTIPART,)), b"x", MULTIPART, **gzipped).status_code == 415

    def test_nothing_is_decoded_for_who_may_not_write(self) -> None:
        view = echo(permission="pim_api_product_edit")
        assert send(view, b"no gzip", **{"content-encoding": "gzip"}).status_code == 403
        assert send(view, b"no gzip", **{"content-encoding": "br"}).status_code == 415

    def test_a_delete_needs_no_body_and_no_media_type(self) -> None:
        request = make.delete("/api/rest/v1/tea", headers={"authorization": "Bearer x"})
        assert echo()(request).status_code == 200

    def test_a_body_that_breaks_off_is_400_and_no_incident(self, caplog: pytest.LogCaptureFixture) -> None:
        class Gone(BytesIO):
            def read(self, *size: Any) -> bytes:
                raise OSError("gone")

        request = make.generic("PATCH", "/api/rest/v1/tea", b"{}", content_type="application/json")
        request.META["HTTP_AUTHORIZATION"] = "Bearer x"
        request._stream = Gone()  # type: ignore[attr-defined]  # what the server hands over
        assert echo()(request).status_code == 400
        assert caplog.records == []


class TestConditions:
    @pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
    @pytest.mark.parametrize("header", ["if-match", "if-none-match"])
    def test_where_none_is_possible_it_is_412(self, method: str, header: str) -> None:
        headers = {"authorization": "Bearer x", header: "*"}
        request = make.generic(method, "/api/rest/v1/tea", b"{}", content_type="application/json", headers=headers)
        assert echo()(request).status_code == 412

    def test_where_it_is_the_view_gets_it(self) -> None:
        request = make.delete("/api/rest/v1/tea", headers={"authorization": "Bearer x", "if-match": '"a"'})
        assert echo(conditional=True)(request).status_code == 200


class TestErrorBodies:
    def test_plain(self) -> None:
        answer = call(tea(NotFound("No tea.")))
        assert (answer.status_code, orjson.loads(answer.content)) == (404, {"code": 404, "message": "No tea."})

    def test_documented_with_the_anchor_of_the_operation(self) -> None:
        answer = call(tea(Misshaped("No such property.")), "POST")
        href = orjson.loads(answer.content)["_links"]["documentation"]["href"]
        assert answer.status_code == 422
        assert href == "http://testserver/help/api.html#post_tea"

    def test_violations_keep_what_a_value_adds(self) -> None:
        extra = {"attribute": "name", "locale": None, "scope": "print"}
        body = orjson.loads(call(tea(Invalid([Violation("values", "value.long", "Too long.", extra)]))).content)
        told = {"property": "values", "message": "Too long.", **extra}
        assert body["errors"] == [{**told, "limen_code": "value.long"}]

    def test_too_many_says_when_to_come_back(self) -> None:
        assert call(tea(TooMany("Slow down.", 7)))["Retry-After"] == "7"

    def test_a_bug_is_500_without_its_traceback(self, caplog: pytest.LogCaptureFixture) -> None:
        answer = call(tea(RuntimeError("secret detail")))
        assert answer.status_code == 500
        assert b"secret" not in answer.content
        assert "unexpected error in tea" in caplog.text


class TestLocation:
    def test_created_and_updated_have_an_empty_body_and_an_absolute_location(self) -> None:
        for make_answer, status in ((created, 201), (updated, 204)):
            answer = make_answer(make.get("/"), "/api/rest/v1/tea/green")
            assert (answer.status_code, answer.content) == (status, b"")
            assert answer["Location"] == "http://testserver/api/rest/v1/tea/green"


class TestPages:
    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "page=0", "page=a", "page=05", "with_count=yes", "pagination_type=cursor"]
    )
    def test_bad_parameters_are_refused(self, query: str) -> None:
        with pytest.raises(Unprocessable):
            pages.read_page(make.get(f"/x?{query}"), cursors=True)

    def test_cursors_are_refused_where_there_are_none(self) -> None:
        with pytest.raises(Unprocessable):
            pages.read_page(make.get("/x?pagination_type=search_after"))

    def test_a_middle_page_links_both_ways_and_keeps_other_parameters(self) -> None:
        request = make.get("/x?search=%7B%22a%22%3A1%7D&page=2&limit=2&foo=b%20c")
        answer = pages.page_answer(request, pages.read_page(request), [b'{"a":1}', b'{"a":2}'], count=5)
        body = orjson.loads(answer.content)
        assert list(body) == ["_links", "current_page", "items_count", "_embedded"]
        assert list(body["_links"]) == ["self", "first", "previous", "next"]
        assert body["_links"]["next"]["href"] == (
            "http://testserver/x?page=3&limit=2&with_count=false&search=%7B%22a%22:1%7D&foo=b%20c"
        )

    def test_a_page_that_is_not_full_has_no_next(self) -> None:
        request = make.get("/x?limit=2")
        body = orjson.loads(pages.page_answer(request, pages.read_page(request), [b"{}"]).content)
        assert list(body["_links"]) == ["self", "first"]
        assert "items_count" not in body

    def test_a_full_cursor_page_links_to_the_next_cursor(self) -> None:
        request = make.get("/x?pagination_type=search_after&limit=1&search_after=a%2Fb")
        query = pages.read_page(request, cursors=True)
        body = orjson.loads(pages.page_answer(request, query, [b"{}"], next_after="c d").content)
        assert list(body) == ["_links", "_embedded"]
        assert body["_links"]["self"]["href"].endswith("&search_after=a/b")
        assert body["_links"]["next"]["href"].endswith("&search_after=c%20d")

    def test_self_comes_first_in_an_item(self) -> None:
        assert pages.with_self("http://h/x", b'{"a":1}') == b'{"_links":{"self":{"href":"http://h/x"}},"a":1}'


def lines(body: bytes) -> list[bytes]:
    return ndjson.lines(make.generic("PATCH", "/x", body))


class TestLines:
    def test_a_final_line_feed_adds_no_line_and_an_empty_one_in_the_middle_counts(self) -> None:
        assert lines(b"{}\n{}\n") == [b"{}", b"{}"]
        assert lines(b"{}\n\n{}") == [b"{}", b"", b"{}"]
        assert lines(b"{}\r\n{}") == [b"{}", b"{}"]
        assert lines(b"") == []

    def test_a_hundred_lines_are_fine_and_one_more_is_too_many(self) -> None:
        assert len(lines(b"\n".join([b"{}"] * 100))) == 100
        with pytest.raises(TooLarge):
            lines(b"\n".join([b"{}"] * 101))

    def test_a_line_over_a_million_bytes_is_too_long(self) -> None:
        exact = b'{"a":"' + b"x" * (1_000_000 - 8) + b'"}'
        assert ndjson.read_line(exact)
        with pytest.raises(TooLarge):
            ndjson.read_line(exact + b" ")

    @pytest.mark.parametrize(
        ("line", "status"), [(b"", 400), (b"null", 400), (b"{bad", 400), (b"[1]", 422), (b'"x"', 422), (b"{}", 422)]
    )
    def test_what_cannot_be_read_is_answered_without_a_key(self, line: bytes, status: int) -> None:
        with pytest.raises(Exception) as caught:
            ndjson.read_key(ndjson.read_line(line), "code")
        assert caught.value.status == status  # type: ignore[attr-defined]

    @pytest.mark.parametrize("value", [None, "", "  ", 12, ["x"]])
    def test_a_key_must_be_a_string_with_something_in_it(self, value: object) -> None:
        with pytest.raises(Unprocessable):
            ndjson.read_key({"code": value}, "code")

    def test_results_have_no_final_line_feed(self) -> None:
        results = [
            ndjson.line_result(1, 204, "http://h", None, {"code": "a"}),
            ndjson.line_result(2, Misshaped("Bad."), "http://h", "patch_tea", {"code": "b"}),
        ]
        answer = ndjson.answer(results)
        assert answer["Content-Type"] == COLLECTION
        assert answer.content == (
            b'{"line":1,"code":"a","status_code":204}\n{"line":2,"code":"b","status_code":422,"message":"Bad.",'
            b'"_links":{"documentation":{"href":"http://h/help/api.html#patch_tea"}}}'
        )


@pytest.mark.parametrize("raises", [None, Misshaped("Wrong.")])
def test_a_host_that_is_not_ours_is_400_and_no_incident(raises: Exception | None, caplog: Any) -> None:
    @endpoint(name="tea", anchor="post_tea")
    def view(request: ApiRequest) -> HttpResponse:
        if raises is not None:
            raise raises
        return HttpResponse(request.get_host())

    request = make.get("/tea", HTTP_HOST="not a host", HTTP_AUTHORIZATION="Bearer x")
    answer = methods(GET=view)(request)
    assert (answer.status_code, orjson.loads(answer.content)["code"]) == (400, 400)
    assert caplog.records == []
