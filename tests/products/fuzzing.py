"""Sends requests of the grammar and looks at what comes back, and at every product and model that was written."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode

import orjson
import zstandard

from limen.kit import clock
from tests.factories.jobs import do_jobs
from tests.products.requests import ANSWERS, COLLECTION, NDJSON, REST, ROOTS, Request, request
from tests.products.structure_grammar import structure

Call = Callable[[Request], tuple[int, dict[str, str], bytes]]
# The path of a screen → its status.
Screen = Callable[[str], int]
# Does what the worker would do, and gives the number of runs that failed.
Work = Callable[[], int]

EVERYTHING = {
    "with_attribute_options": "true",
    "with_quality_scores": "true",
    "with_completenesses": "detail",
    "with_root_parent": "true",
    "with_workflow_execution_statuses": "true",
    "with_asset_share_links": "true",
}
VIEWS: Sequence[dict[str, str]] = (
    {},
    EVERYTHING,
    {"scope": "webshop", "locales": "en_GB", "convert_measurements": "true"},
)
UUID_ROOT, ROOT, MODEL_ROOT = ROOTS["uuid"], ROOTS["identifier"], ROOTS["code"]
TABS = ("", "/categories", "/associations", "/history")
# Shares of all steps: changes of the structure, and turns of the worker, which are late on purpose.
STRUCTURE, WORKER = 0.01, 0.01
# How often everything there is is compared, where a request must not have changed anything.
COMPARED = 0.03
# How often what was written is looked at from every side, and not from a few.
FULLY = 0.1


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
            **_environ(one),
        }
        answer = application(environ, start_response)
        try:
            return started["status"], started["headers"], b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    return call


def work() -> int:
    """Finish all runs that were asked for; give the number of those that have failed, whenever it was."""
    from limen.jobs.models import FAILED, Run

    do_jobs(clock.now())
    return Run.objects.filter(state=FAILED).count()


def client_call(client: Any) -> Call:
    """Call by Django's test client, which stays within the transaction of a test."""

    def call(one: Request) -> tuple[int, dict[str, str], bytes]:
        address = f"{one.path}?{one.query}"
        answer = client.generic(one.method, address, one.body, one.content_type, **_environ(one))
        return answer.status_code, answer.headers, answer.getvalue()

    return call


def _environ(one: Request) -> dict[str, str]:
    return {"HTTP_" + name.upper().replace("-", "_"): value for name, value in one.headers}


def _unquoted(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1")


def _path_of(location: str) -> str:
    return "/api/" + location.partition("/api/")[2]


def _unpacked(headers: dict[str, str], content: bytes) -> bytes:
    match headers.get("Content-Encoding", ""):
        case "gzip":
            return gzip.decompress(content)
        case "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(content)
        case _:
            return content


def _without_nameless(read: dict[str, Any]) -> dict[str, Any]:
    """Leave out what leads to products without an identifier, which are printed as null (api-products 1.2)."""
    for name in ("associations", "quantified_associations"):
        kept = {code: kinds for code, kinds in read[name].items() if not _nameless(kinds["products"])}
        read = {**read, name: kept}
    return read


def _nameless(ends: list[Any]) -> bool:
    return any(end is None or (isinstance(end, dict) and end.get("identifier", "") is None) for end in ends)


class Fuzzer:
    """Sends request after request; `counts` tells how many of which method got which status."""

    def __init__(self, call: Call, screen: Screen, work: Work) -> None:
        self.call = call
        self.screen = screen
        self.work = work
        self.counts: Counter[tuple[str, int]] = Counter()
        self.requests = 0
        self.screens = 0
        self.cursor = ""
        self.fully = False

    def step(self, random: Random) -> None:
        """Send one request and check everything that can be seen of it. Raises AssertionError."""
        chosen, self.fully = random.random(), random.random() < FULLY
        if chosen < STRUCTURE:
            self._change_structure(random)
        else:
            if chosen > 1 - WORKER:
                self._let_work()
            self._send_one(request(random), random)

    def _send_one(self, sent: Request, random: Random) -> None:
        before = self._everything() if random.random() < (0.3 if sent.rehearsed else COMPARED) else None
        status, headers, content = self._send(sent)
        self.counts[sent.method, status] += 1
        assert status in ANSWERS, (sent, status, content[:500])
        if before is not None and (sent.rehearsed or sent.method == "GET" or status >= 400):
            assert before == self._everything(), (sent, status, content[:500])
        self._judge(sent, status, headers, _unpacked(headers, content))

    def _judge(self, sent: Request, status: int, headers: dict[str, str], content: bytes) -> None:
        kind = headers.get("Content-Type", "")
        if kind == COLLECTION:
            for line in content.split(b"\n") if content else ():
                self._check_line(sent, orjson.loads(line))
        elif kind == NDJSON:
            for line in content.splitlines():
                assert "limen_error" not in orjson.loads(line), (sent, line)
        elif status >= 400:
            assert orjson.loads(content)["code"] == status, (sent, content)
        elif status in (201, 204) and not sent.rehearsed and "Idempotency-Replayed" not in headers:
            self._check_written(sent, headers)
        elif kind == "application/json":
            orjson.loads(content)

    def _check_written(self, sent: Request, headers: dict[str, str]) -> None:
        if sent.method == "DELETE":
            assert self._send(Request("GET", sent.path))[0] == 404, sent
        elif sent.path.startswith(f"{REST}/media-files"):
            self._read_file(sent, headers["Location"])
        elif sent.path.startswith((*ROOTS.values(),)):
            self._look_at(_path_of(headers["Location"]), sent)

    def _check_line(self, sent: Request, line: dict[str, Any]) -> None:
        assert line["status_code"] in ANSWERS | {424}, (sent, line)
        if line["status_code"] in (201, 204) and not sent.rehearsed:
            (key,) = [name for name in ROOTS if name in line]
            self._look_at(f"{ROOTS[key]}/{quote(line[key], safe='/')}", sent)

    def _read_file(self, sent: Request, location: str) -> None:
        path = _path_of(location)
        facts = self._read(sent, Request("GET", path))
        status, _, content = self._send(Request("GET", f"{path}/download"))
        assert (status, len(content)) == (200, facts["size"]), sent

    # The structure

    def _change_structure(self, random: Random) -> None:
        """Change something below all products: whatever became of it, each of them must still be read."""
        sent = structure(random)
        status, _, content = self._send(sent)
        self.counts["structure", status] += 1
        assert status in ANSWERS, (sent, status, content[:500])
        self.fully = True
        self._look_at_all(sent, random)
        if random.random() < 0.3:
            self._let_work()
            self._look_at_all(sent, random)

    def _let_work(self) -> None:
        assert self.work() == 0

    def _look_at_all(self, sent: Request, random: Random) -> None:
        for root in (UUID_ROOT, MODEL_ROOT):
            lines = self._lines(root)
            one = random.choice(lines) if lines else None
            if one is not None:
                self._look_at(f"{root}/{quote(one.get('uuid') or one['code'], safe='/')}", sent)
            for view in VIEWS[::2]:
                # A channel may be gone.
                status, _, content = self._send(Request("GET", root, urlencode({"limit": "100", **view})))
                assert status in ((200, 422) if view else (200,)), (sent, view, status, content[:500])
        for page in ("/products", "/product-models"):
            assert self._screen(page) == 200, sent

    def _everything(self) -> list[Any]:
        return [self._lines(root) for root in (UUID_ROOT, MODEL_ROOT)]

    def _lines(self, root: str) -> list[dict[str, Any]]:
        asked = Request("GET", root, urlencode(EVERYTHING), headers=(("Accept", NDJSON),))
        status, _, content = self._send(asked)
        assert status == 200, (asked, status, content[:500])
        lines = [orjson.loads(line) for line in content.splitlines()]
        assert not any("limen_error" in line for line in lines), (root, lines[-1])
        return lines

    # Products and models

    def _look_at(self, path: str, sent: Request) -> None:
        """Read a product or model in every way; a later line of the same batch may have renamed or hidden it."""
        status, _, content = self._send(Request("GET", path, urlencode(EVERYTHING)))
        if status == 404 and sent.content_type == COLLECTION:
            return
        assert status == 200, (sent, path, status, content[:500])
        read = orjson.loads(content)
        if "uuid" in read:
            self._look_at_product(sent, read)
        else:
            self._look_at_model(sent, read)

    def _look_at_product(self, sent: Request, read: dict[str, Any]) -> None:
        uuid = read["uuid"]
        self._look_in_lists(sent, UUID_ROOT, "uuid", read)
        if not self.fully:
            return
        own = f"{UUID_ROOT}/{uuid}"
        by_uuid = self._read(sent, Request("GET", own, urlencode(EVERYTHING)))
        identifier = by_uuid["values"].get("sku", [{"data": None}])[0]["data"]
        if identifier is not None:
            by_identifier = self._read(sent, Request("GET", f"{ROOT}/{quote(identifier, safe='/')}"))
            assert (by_identifier["uuid"], by_identifier["identifier"]) == (uuid, identifier), sent
        self.screens += 1
        path = f"/products/{uuid}" + TABS[self.screens % len(TABS)]
        assert self._screen(path) == 200, (sent, path)
        self._send_back(sent, own)
        self._follow(sent)

    def _look_at_model(self, sent: Request, read: dict[str, Any]) -> None:
        path = f"/{quote(read['code'], safe='/')}"
        self._look_in_lists(sent, MODEL_ROOT, "code", read)
        if self.fully:
            assert self._screen(f"/product-models{path}") == 200, (sent, path)
            self._send_back(sent, MODEL_ROOT + path)

    def _look_in_lists(self, sent: Request, root: str, key: str, read: dict[str, Any]) -> None:
        name = "uuid" if key == "uuid" else "identifier"
        this = {name: [{"operator": "IN", "value": [read[key]]}]}
        for more in VIEWS if self.fully else [VIEWS[self.requests % len(VIEWS)]]:
            asked = {"search": orjson.dumps(this).decode(), **more}
            status, _, content = self._send(Request("GET", root, urlencode(asked)))
            if status == 422 and "scope" in more:
                # The channel is gone, or has another locale.
                continue
            assert status == 200, (sent, asked, status, content[:500])
            found = [one[key] for one in orjson.loads(content)["_embedded"]["items"]]
            # A channel shows its own tree only.
            assert found == [read[key]] or "scope" in more, (sent, more, found)
        self._search_values(sent, root, this, key, read)

    def _search_values(self, sent: Request, root: str, this: dict[str, Any], key: str, read: dict[str, Any]) -> None:
        """What is shown is not empty to a search (api-products 6.7)."""
        shown = [(code, one) for code, entries in read["values"].items() for one in entries if code != "sku"]
        if not shown or not self.fully:
            return
        code, entry = shown[self.requests % len(shown)]
        place = {name: entry[name] for name in ("locale", "scope") if entry[name] is not None}
        asked = {**this, code: [{"operator": "NOT EMPTY", **place}]}
        found = self._read(sent, Request("GET", root, urlencode({"search": orjson.dumps(asked).decode()})))
        assert [one[key] for one in found["_embedded"]["items"]] == [read[key]], (sent, asked, entry)

    def _send_back(self, sent: Request, path: str) -> None:
        """What was read can be sent back, bound to its tag, and that changes nothing (case 138).

        But for what names its ends by identifier and is linked with products that have none.
        """
        _, headers, before = self._send(Request("GET", path))
        unchanged = (("If-Match", headers["ETag"]),)
        body = _without_nameless(orjson.loads(before))
        status, _, content = self._send(Request("PATCH", path, body=orjson.dumps(body), headers=unchanged))
        assert status == 204, (sent, before, content)
        assert self._send(Request("GET", path))[2] == before, (sent, before)

    def _follow(self, sent: Request) -> None:
        """Go on with the feed of changes by one page."""
        asked = {"after": self.cursor, "limit": "50"} if self.cursor else {}
        self.cursor = self._read(sent, Request("GET", "/api/limen/v1/changes", urlencode(asked)))["next"]

    def _screen(self, path: str) -> int:
        self.requests += 1
        return self.screen(path)

    def _read(self, sent: Request, reading: Request) -> Any:
        status, _, content = self._send(reading)
        assert status == 200, (sent, reading, status, content[:500])
        return orjson.loads(content)

    def _send(self, one: Request) -> tuple[int, dict[str, str], bytes]:
        self.requests += 1
        return self.call(one)
