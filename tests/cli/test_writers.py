"""Eight writers at once, against a real server with two web processes: nothing is lost, nothing is done twice."""

from __future__ import annotations

import http.client
import json
import random
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from benchmarks.server import Target

from benchmarks import server

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])

WRITERS, ROUNDS, PRODUCTS, LINES = 8, 6, 24, 10
LINES_TYPE = "application/vnd.akeneo.collection+json"


@dataclass
class Pim:
    """A connector of its own: one connection to the server, one token. Close it with `closing`."""

    target: Target
    token: str = ""
    wire: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.wire = http.client.HTTPConnection(urlsplit(self.target.url).netloc, timeout=60)
        given = self.target.credentials
        basic = b64encode(f"{given['PIM_CLIENT_ID']}:{given['PIM_SECRET']}".encode()).decode()
        body = {"grant_type": "password", "username": given["PIM_USERNAME"], "password": given["PIM_PASSWORD"]}
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        self.token = json.loads(self._send("POST", "/api/oauth/v1/token", json.dumps(body), headers))["access_token"]

    def bulk(self, path: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answer = self._send("PATCH", path, "\n".join(map(json.dumps, lines)), self._headers(LINES_TYPE))
        return [json.loads(line) for line in answer.splitlines()]

    def post(self, path: str, body: dict[str, Any]) -> None:
        self._send("POST", path, json.dumps(body), self._headers("application/json"))

    def get(self, path: str, accept: str = "application/json") -> bytes:
        return self._send("GET", path, None, {**self._headers("application/json"), "Accept": accept})

    def _headers(self, content_type: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        self.wire.request(method, path, body, headers)
        answer = self.wire.getresponse()
        content = answer.read()
        assert answer.status < 300, (path, answer.status, content[:500])
        return content

    def close(self) -> None:
        self.wire.close()


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with server.own({"LIMEN_WEB_PROCESSES": "2"}) as running:
        yield running


def line(writer: int, turn: int, product: int) -> dict[str, Any]:
    """What nobody else writes, and what everybody does; never the same twice."""
    here = {"locale": None, "scope": None}
    values = {f"of_{writer}": [{**here, "data": f"{turn}"}], "of_all": [{**here, "data": f"{writer}-{turn}"}]}
    return {"identifier": f"p{product}", "values": values}


def write(target: Target, writer: int, answered: list[tuple[int, int, int]], troubles: list[object]) -> None:
    try:
        chance = random.Random(writer)
        with closing(Pim(target)) as pim:
            for turn in range(ROUNDS):
                # In any order: whoever locks in the order of the lines would meet another in the midst.
                chosen = chance.sample(range(PRODUCTS), LINES)
                results = pim.bulk("/api/rest/v1/products", [line(writer, turn, product) for product in chosen])
                for product, result in zip(chosen, results, strict=True):
                    if result["status_code"] in (201, 204):
                        answered.append((writer, turn, product))
                    else:
                        troubles.append(result)
    except Exception as trouble:
        troubles.append(trouble)


@pytest.fixture
def pim(target: Target) -> Iterator[Pim]:
    with closing(Pim(target)) as pim:
        yield pim


def test_every_answered_line_is_in_the_database_and_once_in_history_and_feed(target: Target, pim: Pim) -> None:
    for code in ["of_all", *(f"of_{writer}" for writer in range(WRITERS))]:
        pim.post("/api/rest/v1/attributes", {"code": code, "type": "pim_catalog_text", "group": "other"})
    start = json.loads(pim.get("/api/limen/v1/changes?after=now"))["next"]
    answered: list[tuple[int, int, int]] = []
    troubles: list[object] = []
    followed: list[dict[str, Any]] = []
    done = threading.Event()

    def follow() -> None:
        cursor = start
        with closing(Pim(target)) as reader:
            while True:
                last_round = done.is_set()
                page = json.loads(reader.get(f"/api/limen/v1/changes?resource=products&limit=50&after={quote(cursor)}"))
                followed.extend(page["items"])
                cursor = page["next"]
                if last_round and not page["has_more"]:
                    return
                done.wait(0.05)

    writers = [threading.Thread(target=write, args=(target, one, answered, troubles)) for one in range(WRITERS)]
    reader = threading.Thread(target=follow)
    for thread in [*writers, reader]:
        thread.start()
    for thread in writers:
        thread.join(120)
    done.set()
    reader.join(60)

    assert troubles == []
    assert len(answered) == WRITERS * ROUNDS * LINES
    shown = json.loads(pim.get("/api/rest/v1/products?limit=100"))["_embedded"]["items"]
    stored = {
        one["identifier"]: {code: value[0]["data"] for code, value in one["values"].items()}
        for one in shown
        if one["identifier"].startswith("p")
    }
    newest = {(writer, product): turn for writer, turn, product in sorted(answered)}
    for (writer, product), turn in newest.items():
        # A writer's own value is that of its last line: nobody's later write has put an older one back.
        assert stored[f"p{product}"][f"of_{writer}"] == str(turn)

    assert target.dsn is not None
    with psycopg.connect(target.dsn) as connection:
        rows = connection.execute(
            "SELECT id, kind, subject, data FROM event"
            """ WHERE kind LIKE 'product.%' AND data LIKE '{"identifier":"p%' ORDER BY id"""
        )
        events = [(id, kind, subject, json.loads(data)) for id, kind, subject, data in rows]
    assert Counter(kind for _, kind, _, _ in events) == {
        "product.created": len(stored),
        "product.updated": len(answered) - len(stored),
    }
    told = Counter(
        (data["identifier"], change["after"])
        for _, kind, _, data in events
        if kind == "product.updated"
        for change in data["changes"]
        if change["path"] == "values.of_all"
    )
    assert set(told.values()) == {1}
    # Each change starts from what the one before it left.
    now: dict[str, str] = {}
    for _, _, subject, data in events:
        for change in data.get("changes", []):
            if change["path"] == "values.of_all":
                assert now.get(subject, change["before"]) == change["before"]
                now[subject] = change["after"]
    assert [item["seq"] for item in followed] == [id for id, *_ in events]


def test_a_stream_of_a_search_comes_whole_over_the_real_server(pim: Pim) -> None:
    number = 700
    for first in range(0, number, 100):
        pim.bulk("/api/rest/v1/products", [{"identifier": f"s{one:04}"} for one in range(first, first + 100)])
    body = pim.get("/api/rest/v1/products", accept="application/x-ndjson")
    found = [json.loads(one)["identifier"] for one in body.splitlines()]
    assert [one for one in found if one.startswith("s")] == [f"s{one:04}" for one in range(number)]
    assert len(found) == len(set(found))
