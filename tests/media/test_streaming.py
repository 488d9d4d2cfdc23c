"""Files pass through in pieces, both ways: parts of them, and large ones without filling the memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import orjson
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from tests.conftest import Api
from tests.factories.connections import make_connection, token_for
from tests.factories.media import make_media_file
from tests.factories.products import make_product
from tests.factories.structure import make_attribute

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 1000
LARGE = 50_000_000
# What a request may hold at once, for a file of any size.
MOST_HELD = 8_000_000


@pytest.fixture
def path(api: Api) -> str:
    return f"/media-files/{make_media_file('a.pdf', CONTENT).code}/download"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=255990-", 255_990, 255_999),
        ("bytes=255990-999999999", 255_990, 255_999),
        ("bytes=-10", 255_990, 255_999),
        ("bytes=-999999999", 0, 255_999),
        ("bytes=100-200000", 100, 200_000),
    ],
)
def test_a_part_of_a_file(api: Api, path: str, asked: str, first: int, last: int) -> None:
    answer = api.get(path, headers={"range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {first}-{last}/{len(CONTENT)}")
    assert answer.getvalue() == CONTENT[first : last + 1]
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=999999-9999999", "bytes=-0"])
def test_a_part_that_lies_beyond(api: Api, path: str, asked: str) -> None:
    answer = api.get(path, headers={"range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")
    assert answer.json()["code"] == 416


@pytest.mark.parametrize("asked", ["", "bytes=5-2", "bytes=0-1,5-9", "lines=1-2", "bytes=a-b", "bytes=-"])
def test_the_whole_file_where_no_part_is_asked_for(api: Api, path: str, asked: str) -> None:
    answer = api.get(path, headers={"range": asked})
    assert (answer.status_code, answer["Accept-Ranges"]) == (200, "bytes")
    assert answer.getvalue() == CONTENT


def etag_of(api: Api, path: str) -> str:
    answer = api.get(path)
    assert answer.getvalue() == CONTENT
    return str(answer["ETag"])


def test_a_part_only_of_the_file_that_is_meant(api: Api, path: str) -> None:
    etag = etag_of(api, path)
    assert api.get(path, headers={"range": "bytes=0-1", "if-range": etag}).getvalue() == CONTENT[:2]
    assert api.get(path, headers={"range": "bytes=0-1", "if-range": '"another"'}).getvalue() == CONTENT


@pytest.mark.parametrize("known", ["{etag}", 'W/{etag}, "x"', "*"])
def test_nothing_is_sent_twice(api: Api, path: str, known: str) -> None:
    etag = etag_of(api, path)
    answer = api.get(path, headers={"if-none-match": known.format(etag=etag)})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


class Upload:
    """A form with a large file, made while it is read."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.size, self.tail = BytesIO(head), size, BytesIO(tail)
        self.length = len(head) + size + len(tail)

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "the whole body was asked for at once"
        found = self.head.read(size)
        if not found and self.size:
            found = bytes(min(size, self.size, 65_536))
            self.size -= len(found)
        return found or self.tail.read(size)

    def readline(self, size: int = -1) -> bytes:
        raise AssertionError("forms have no lines")


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the test's connection over several requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("installed", "one_connection")
def test_50_mb_go_up_and_come_down_in_pieces() -> None:
    make_attribute("film", "pim_catalog_file")
    make_product("desk")
    token = token_for(make_connection(role="administrator"))
    target = orjson.dumps({"identifier": "desk", "attribute": "film", "locale": None, "scope": None})
    head = b'--b\r\nContent-Disposition: form-data; name="product"\r\n\r\n' + target
    head += b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n'
    body = Upload(head, LARGE, b"\r\n--b--\r\n")
    application = get_wsgi_application()
    tracemalloc.start()
    try:
        status, headers, _ = call(application, token, "POST", "/api/rest/v1/media-files", body)
        assert status == 201
        location = headers["Location"].removeprefix("http://localhost")
        status, headers, length = call(application, token, "GET", f"{location}/download")
        assert (status, headers["Content-Length"], length) == (200, str(LARGE), LARGE)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert held < MOST_HELD


def call(
    application: Any, token: str, method: str, path: str, body: Upload | None = None
) -> tuple[int, dict[str, str], int]:
    """Call as a server does; give status, headers and the length of what came, piece by piece."""
    started: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *more: Any) -> None:
        started.update(status=int(status[:3]), headers=dict(headers))

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "multipart/form-data; boundary=b" if body else "",
        "CONTENT_LENGTH": str(body.length) if body else "0",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": body or BytesIO(),
        "wsgi.errors": BytesIO(),
    }
    answer = application(environ, start_response)
    try:
        length = sum(map(len, answer))
    finally:
        answer.close()
    return started["status"], started["headers"], length
