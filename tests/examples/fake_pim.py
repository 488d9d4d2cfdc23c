"""A PIM that is small enough to read: a real HTTP server on the loopback, with faults on order.

It keeps what it is sent and answers as the contract says, as far as the connector looks. It judges products
by two rules only: a price is a number, an identifier has no comma and no blank at its end. The real rules are
tested elsewhere.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass
class FakePim:
    """`faults` are answered first, one per call to the REST API: (status, headers), or "drop", "half".

    `most_batches` is the number of product batches it takes before it answers 403.
    """

    url: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    most_batches: int | None = None
    refresh_works: bool = True
    password_works: bool = True
    valid: set[str] = field(default_factory=set)
    refreshes: set[str] = field(default_factory=set)
    batches: list[list[Json]] = field(default_factory=list)
    stored: dict[str, dict[str, Json]] = field(default_factory=dict)
    channel: Json = field(
        default_factory=lambda: {
            "code": "ecommerce",
            "locales": ["en_US"],
            "currencies": ["EUR", "USD"],
            "category_tree": "master",
        }
    )

    client_id: ClassVar[str] = "1_client"
    secret: ClassVar[str] = "sesame"

    @contextmanager
    def running(self) -> Iterator[FakePim]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)

    def environment(self) -> dict[str, str]:
        return {
            "PIM_URL": self.url,
            "PIM_CLIENT_ID": self.client_id,
            "PIM_SECRET": self.secret,
            "PIM_USERNAME": "my_erp_0001",
            "PIM_PASSWORD": "password",
        }

    def expire_tokens(self) -> None:
        self.valid.clear()

    @property
    def products(self) -> dict[str, Json]:
        return self.stored.get("products", {})

    @property
    def writes(self) -> list[str]:
        return [path for method, path in self.calls if method == "PATCH"]

    def token(self, authorization: str, body: Json) -> tuple[int, Json]:
        grant = body.get("grant_type", "")
        self.grants.append(grant)
        expected = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 422, {"code": 422, "message": "The client is not known."}
        if grant == "refresh_token":
            if not self.refresh_works or body["refresh_token"] not in self.refreshes:
                return 422, {"code": 422, "message": "The refresh token is not valid any more."}
            self.refreshes.remove(body["refresh_token"])
        elif not self.password_works or body["password"] != "password":
            return 422, {"code": 422, "message": "No user has this name and password."}
        access, refresh = f"access{len(self.grants)}", f"refresh{len(self.grants)}"
        self.valid.add(access)
        self.refreshes.add(refresh)
        return 200, {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": 3600,
            "token_type": "bearer",
            "scope": None,
        }

    def list(self, path: str, query: dict[str, list[str]]) -> Json:
        found = list(self.stored.get(path, {}).values())
        if "search" in query:
            codes = json.loads(query["search"][0])["code"][0]["value"]
            found = [line for line in found if line["code"] in codes]
        page = int(query.get("page", ["1"])[0])
        size = 10  # smaller than asked for, so that links have to be followed
        links = {"self": {"href": f"{self.url}/api/rest/v1/{path}"}}
        if len(found) > page * size:
            more = "".join(f"&{name}={query[name][0]}" for name in query if name == "search")
            links["next"] = {"href": f"{self.url}/api/rest/v1/{path}?page={page + 1}{more}"}
        return {"_links": links, "_embedded": {"items": found[(page - 1) * size : page * size]}}

    def bulk(self, path: str, lines: list[Json]) -> list[Json]:
        if path == "products":
            self.batches.append(lines)
        return [{"line": number, **self._upsert(path, line)} for number, line in enumerate(lines, 1)]

    def _upsert(self, path: str, line: Json) -> Json:
        key = "identifier" if path == "products" else "code"
        errors = _judge(line) if path == "products" else []
        if errors:
            return {key: line[key], "status_code": 422, "message": "Validation failed.", "errors": errors}
        here = self.stored.setdefault(path, {})
        created = line[key] not in here
        before = here.get(line[key], {})
        maps = {name: {**before.get(name, {}), **value} for name, value in line.items() if isinstance(value, dict)}
        here[line[key]] = {**before, **line, **maps}
        if path == "families":
            here[line[key]]["attributes"] = sorted({"sku", *here[line[key]]["attributes"]})
        return {key: line[key], "status_code": 201 if created else 204}


def _judge(product: Json) -> list[Json]:
    errors: list[Json] = []
    number = product["identifier"]
    if "," in number or number != number.strip():
        errors.append({"property": "identifier", "message": "must not contain a comma or end with a blank"})
    for value in product["values"].get("price", []):
        for price in value["data"] or []:
            if not price["amount"].replace(".", "").isdigit():
                errors.append(
                    {
                        "property": "values",
                        "message": "must be a number",
                        "attribute": "price",
                        "locale": None,
                        "scope": None,
                        "currency": price["currency"],
                    }
                )
    return errors


def _handler(pim: FakePim) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10
        wbufsize = -1  # head and body in one packet: a second one would wait 40 ms for the first to be confirmed

        def do_POST(self) -> None:
            self._json(*pim.token(self.headers["Authorization"], json.loads(self._body())))

        def do_GET(self) -> None:
            if self._admitted():
                parts = urlsplit(self.path)
                path = parts.path.removeprefix("/api/rest/v1/")
                found = pim.channel if path == "channels/ecommerce" else pim.list(path, parse_qs(parts.query))
                self._json(200, found)

        def do_PATCH(self) -> None:
            body = self._body()
            if not self._admitted():
                return
            path = urlsplit(self.path).path.removeprefix("/api/rest/v1/")
            if path == "channels/ecommerce":
                pim.channel.update(json.loads(body))
                self._answer(204, b"")
                return
            if path == "products" and len(pim.batches) == pim.most_batches:
                self._json(403, {"code": 403, "message": "The right to edit products was taken away."})
                return
            assert self.headers["Content-Type"] == "application/vnd.akeneo.collection+json"
            results = pim.bulk(path, [json.loads(line) for line in body.split(b"\n")])
            encoded = [json.dumps(result).encode() for result in results]
            if self._fault == "half":
                encoded = encoded[: len(encoded) // 2]
            self._answer(200, b"\n".join(encoded), {"Content-Type": "application/vnd.akeneo.collection+json"})

        def _admitted(self) -> bool:
            """Note the call, play the next fault, check the token."""
            pim.calls.append((self.command, self.path.removeprefix("/api/rest/v1/")))
            self._fault = pim.faults.pop(0) if pim.faults else None
            if self._fault == "drop":
                self.close_connection = True
                return False
            if isinstance(self._fault, tuple):
                self._json(self._fault[0], {"code": self._fault[0], "message": "on order"}, self._fault[1])
                return False
            if self.headers["Authorization"].removeprefix("Bearer ") not in pim.valid:
                self._json(401, {"code": 401, "message": "The access token has expired."})
                return False
            return True

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
            self._answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler
