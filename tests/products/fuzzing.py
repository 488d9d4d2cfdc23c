"""Sends requests of the grammar and looks at what comes back, and at every product that was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

import orjson

from tests.products.grammar import ANSWERS, COLLECTION, Request, request

# Method, path, query, body, media type → status, headers, body.
Call = Callable[[Request], tuple[int, dict[str, str], bytes]]
# The path of a screen → its status.
Screen = Callable[[str], int]

EVERYTHING = {
    "with_attribute_options": "true",
    "with_quality_scores": "true",
    "with_completenesses": "true",
    "with_root_parent": "true",
    "with_workflow_execution_statuses": "true",
    "with_asset_share_links": "true",
}
UUID_ROOT, ROOT = "/api/rest/v1/products-uuid", "/api/rest/v1/products"


def wsgi_call(application: Any, token: str) -> Call:
    """Call a WSGI application as a server does."""

    def call(one: Request) -> tuple[int, dict[str, str], bytes]:
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *more: Any) -> None:
            started.update(status=int(status[:3]), headers=dict(headers))

        environ = {
            "REQUEST_METHOD": one.method,
            # As servers hand it over: unquoted bytes, each as one character.
            "PATH_INFO": _unquoted(one.path),
            "QUERY_STRING": one.query,
            "CONTENT_TYPE": one.content_type,
            "CONTENT_LENGTH": str(len(one.body)),
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_HOST": "testserver",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(one.body),
            "wsgi.errors": BytesIO(),
        }
        answer = application(environ, start_response)
        try:
            return started["status"], started["headers"], b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    return call


def client_call(client: Any) -> Call:
    """Call by Django's test client, which stays within the transaction of a test."""

    def call(one: Request) -> tuple[int, dict[str, str], bytes]:
        answer = client.generic(one.method, f"{one.path}?{one.query}", one.body, one.content_type)
        return answer.status_code, answer.headers, answer.getvalue()

    return call


def _unquoted(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1")


def _path_of(location: str) -> str:
    return "/api/" + location.partition("/api/")[2]


class Fuzzer:
    """Sends request after request; `counts` tells how many of which method got which status."""

    def __init__(self, call: Call, screen: Screen) -> None:
        self.call = call
        self.screen = screen
        self.counts: Counter[tuple[str, int]] = Counter()
        self.requests = 0

    def step(self, random: Random) -> None:
        """Send one request and check everything that can be seen of it. Raises AssertionError."""
        sent = request(random)
        status, headers, content = self._send(sent)
        self.counts[sent.method, status] += 1
        assert status in ANSWERS, (sent, status, content[:500])
        if sent.content_type == COLLECTION and status == 200:
            for line in content.split(b"\n") if content else ():
                self._check_line(sent, orjson.loads(line))
        elif status >= 400:
            assert orjson.loads(content)["code"] == status, (sent, content)
        elif status in (201, 204) and sent.method != "DELETE":
            if sent.path.startswith("/api/rest/v1/media-files"):
                self._read_file(sent, headers["Location"])
            elif sent.path.startswith((ROOT, UUID_ROOT)):
                self._look_at(_path_of(headers["Location"]), sent)
        elif content:
            orjson.loads(content)

    def _check_line(self, sent: Request, line: dict[str, Any]) -> None:
        assert line["status_code"] in ANSWERS | {424}, (sent, line)
        if line["status_code"] in (201, 204) and "dry_run" not in sent.query:
            key, root = ("uuid", UUID_ROOT) if "uuid" in line else ("identifier", ROOT)
            self._look_at(f"{root}/{quote(line[key], safe='/')}", sent)

    def _read_file(self, sent: Request, location: str) -> None:
        path = _path_of(location)
        facts = self._read(sent, Request("GET", path))
        status, _, content = self._send(Request("GET", f"{path}/download"))
        assert (status, len(content)) == (200, facts["size"]), sent

    def _look_at(self, path: str, sent: Request) -> None:
        """Read a product in every way; a later line of the same batch may have renamed or hidden it."""
        status, _, content = self._send(Request("GET", path, urlencode(EVERYTHING)))
        if status == 404 and sent.content_type == COLLECTION:
            return
        assert status == 200, (sent, path, status, content[:500])
        uuid = orjson.loads(content)["uuid"]
        own = f"{UUID_ROOT}/{uuid}"
        by_uuid = self._read(sent, Request("GET", own, urlencode(EVERYTHING)))
        asked = orjson.dumps({"uuid": [{"operator": "IN", "value": [uuid]}]}).decode()
        for more in ({}, EVERYTHING, {"scope": "webshop", "locales": "en_GB", "convert_measurements": "true"}):
            listed = self._read(sent, Request("GET", UUID_ROOT, urlencode({"search": asked, **more})))
            found = [one["uuid"] for one in listed["_embedded"]["items"]]
            # A channel shows its own tree only.
            assert found == [uuid] or "scope" in more, (sent, more, found)
        identifier = by_uuid["values"].get("sku", [{"data": None}])[0]["data"]
        if identifier is not None:
            by_identifier = self._read(sent, Request("GET", f"{ROOT}/{quote(identifier, safe='/')}"))
            assert (by_identifier["uuid"], by_identifier["identifier"]) == (uuid, identifier), sent
        assert self.screen(f"/products/{uuid}") == 200, sent
        self._send_back(sent, own)

    def _send_back(self, sent: Request, path: str) -> None:
        """What was read can be sent back, and that changes nothing (case 138)."""
        _, _, before = self._send(Request("GET", path))
        status, _, content = self._send(Request("PATCH", path, body=before))
        assert status == 204, (sent, before, content)
        assert self._send(Request("GET", path))[2] == before, (sent, before)

    def _read(self, sent: Request, reading: Request) -> Any:
        status, _, content = self._send(reading)
        assert status == 200, (sent, reading, status, content[:500])
        return orjson.loads(content)

    def _send(self, one: Request) -> tuple[int, dict[str, str], bytes]:
        self.requests += 1
        return self.call(one)
