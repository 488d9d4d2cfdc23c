"""A client that costs as little as possible: one kept connection, bodies encoded beforehand, answers not decoded."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from types import TracebackType
from urllib.parse import urlencode, urlsplit

import orjson

from benchmarks import catalogue
from benchmarks.server import PERSON, Target

COLLECTION = "application/vnd.akeneo.collection+json"


class Stopwatch:
    """Adds up the time spent inside `with`, and leaves out what lies between. `laps` are the times one by one."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.laps: list[float] = []
        self._since = 0.0

    def percentile_ms(self, percent: int) -> float:
        """Give the time in milliseconds that so many in a hundred laps do not exceed."""
        laps = sorted(self.laps)
        return round(laps[max(0, -(-len(laps) * percent // 100) - 1)] * 1000, 2) if laps else 0.0

    def __enter__(self) -> None:
        self._since = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lap = time.perf_counter() - self._since
        self.laps.append(lap)
        self.seconds += lap


class Session:
    """Calls a server with a token of its own."""

    def __init__(self, target: Target) -> None:
        self.target = target
        parts = urlsplit(target.url)
        self._http = HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=120)
        self._headers: dict[str, str] = {}
        self._refresh_token = ""
        self.token()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def send(
        self, method: str, path: str, body: bytes | None = None, media_type: str = "", accept_encoding: str = ""
    ) -> tuple[int, bytes]:
        """Send a call to the REST API; `path` may also be a whole link of an answer. Nothing is decoded."""
        url = urlsplit(path)
        way = f"{url.path}?{url.query}" if url.netloc else f"/api/rest/v1/{path}"
        headers = {**self._headers, **({"Content-Type": media_type} if media_type else {})}
        # Named always: left out, the library asks for the body as it is in its own words.
        headers["Accept-Encoding"] = accept_encoding or "identity"
        self._http.request(method, way, body=body, headers=headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()

    def stream(self, path: str) -> int:
        """Read all of a list as NDJSON, a piece at a time, and count its lines."""
        headers = {**self._headers, "Accept": "application/x-ndjson", "Accept-Encoding": "identity"}
        self._http.request("GET", f"/api/rest/v1/{path}", headers=headers)
        answer = self._http.getresponse()
        lines, last = 0, b""
        while piece := answer.read(1024 * 1024):
            lines, last = lines + piece.count(b"\n"), piece
        if answer.status != 200 or b'"limen_error"' in last:
            raise SystemExit(f"GET {path} answered {answer.status}, and ended with {last[-300:]!r}")
        return lines

    @property
    def authorization(self) -> str:
        return self._headers["Authorization"]

    def token(self) -> None:
        """Log in with the password."""
        given = self.target.credentials
        self._buy({"grant_type": "password", "username": given["PIM_USERNAME"], "password": given["PIM_PASSWORD"]})

    def refresh(self) -> None:
        """Exchange the refresh token that came with the last token."""
        self._buy({"grant_type": "refresh_token", "refresh_token": self._refresh_token})

    def _buy(self, body: dict[str, str]) -> None:
        given = self.target.credentials
        basic = base64.b64encode(f"{given['PIM_CLIENT_ID']}:{given['PIM_SECRET']}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        self._http.request("POST", "/api/oauth/v1/token", body=orjson.dumps(body), headers=headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"The token endpoint answered {answer.status}: {content[:300]!r}")
        bought = orjson.loads(content)
        self._headers = {"Authorization": f"Bearer {bought['access_token']}"}
        self._refresh_token = bought["refresh_token"]

    def bulk(self, path: str, body: bytes) -> bytes:
        status, content = self.send("PATCH", path, body, COLLECTION)
        if status != 200:
            raise SystemExit(f"PATCH {path} answered {status}: {content[:300]!r}")
        return content


def check_lines(content: bytes, expected: int) -> None:
    """End the run when a line of a bulk answer has another status: a figure over refusals would mean nothing."""
    for line in content.split(b"\n"):
        if orjson.loads(line)["status_code"] != expected:
            raise SystemExit(f"A line was not answered with {expected}: {line[:500]!r}")


def make_structure(session: Session, shape: catalogue.Shape) -> None:
    make(session, catalogue.structure(shape))


def make(session: Session, batches: Iterable[tuple[str, list[catalogue.Json]]]) -> None:
    """Send (path, lines for a bulk PATCH); end the run when a line is refused."""
    for path, lines in batches:
        for line in session.bulk(path, b"\n".join(map(orjson.dumps, lines))).split(b"\n"):
            if orjson.loads(line)["status_code"] not in (201, 204):
                raise SystemExit(f"{path} was refused: {line[:500]!r}")


def fill(session: Session, shape: catalogue.Shape) -> None:
    """Make the catalogue, unless its last product is there already."""
    status, _ = session.send("GET", f"products/{catalogue.identifier(shape.products - 1)}")
    if status == 200:
        return
    make_structure(session, shape)
    for _, body in catalogue.bodies(catalogue.product(shape, number) for number in range(shape.products)):
        session.bulk("products", body)


class Browser:
    """Asks for pages as somebody who has signed in."""

    def __init__(self, target: Target) -> None:
        if target.person is None:
            raise SystemExit(f"Not set in the environment: {', '.join(PERSON)}.")
        parts = urlsplit(target.url)
        self._http = HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=120)
        self._cookies = SimpleCookie()
        self.get("/sign-in")
        name, password = target.person
        if self.post("/sign-in", {"username": name, "password": password}) not in (302, 303):
            raise SystemExit(f"{name} could not sign in.")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def get(self, path: str) -> bytes:
        status, content = self._send("GET", path, None)
        if status != 200:
            raise SystemExit(f"GET {path} answered {status}.")
        return content

    def post(self, path: str, fields: dict[str, str]) -> int:
        """Send a form; give the status."""
        token = next((one.value for name, one in self._cookies.items() if "csrf" in name), "")
        return self._send("POST", path, urlencode({**fields, "csrfmiddlewaretoken": token}).encode())[0]

    def _send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._http.request(method, path, body=body, headers=headers)
        answer = self._http.getresponse()
        for header in answer.headers.get_all("Set-Cookie", ()):
            self._cookies.load(header)
        return answer.status, answer.read()
