"""Talks to the PIM: gets and renews tokens, waits and tries again, sends batches of lines."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

COLLECTION = "application/vnd.akeneo.collection+json"
LINES_AT_ONCE = 100
MOST_TRIES = 7
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0

Line = dict[str, Any]


class PimError(Exception):
    """The PIM cannot be reached or does not let us in; the message says why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The four credentials of a connection, and the address of the PIM they belong to."""

    url: str
    client_id: str
    secret: str
    username: str
    password: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Credentials:
        """Read PIM_URL, PIM_CLIENT_ID, PIM_SECRET, PIM_USERNAME and PIM_PASSWORD."""
        names = ("PIM_URL", "PIM_CLIENT_ID", "PIM_SECRET", "PIM_USERNAME", "PIM_PASSWORD")
        missing = [name for name in names if not environ.get(name)]
        if missing:
            raise ValueError(f"Not set in the environment: {', '.join(missing)}.")
        return cls(*(environ[name] for name in names))


class Pim:
    """One session with the PIM.

    A 401 means that the token has expired: it is renewed, and the call sent again. 429, 5xx and broken
    connections are waited for, each time longer, or as long as `Retry-After` says. Every call of this
    connector may be repeated, because PATCH sets values and does not add to them.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._credentials = credentials
        self._http = http or httpx.Client(timeout=httpx.Timeout(60.0, connect=10.0))
        self._base = credentials.url.rstrip("/")
        self._sleep = sleep
        self._chance = chance
        self._say = say
        self._access = ""
        self._refresh = ""

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> dict[str, Any] | None:
        """Read one resource; None when it does not exist."""
        answer = self._call("GET", path)
        if answer.status_code == 404:
            return None
        return _object(_checked(answer))

    def items(self, path: str, search: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Read a list, page after page, by following its links."""
        params = {"limit": "100"}
        if search is not None:
            params["search"] = json.dumps(search)
        url: str | None = f"{self._base}/api/rest/v1/{path}?{httpx.QueryParams(params)}"
        while url:
            page = _object(_checked(self._call("GET", url)))
            yield from page["_embedded"]["items"]
            url = page["_links"].get("next", {}).get("href")

    def patch(self, path: str, body: Mapping[str, Any]) -> None:
        """Change one resource."""
        _checked(self._call("PATCH", path, json.dumps(body).encode(), "application/json"))

    def patch_lines(self, path: str, lines: list[Line]) -> list[Line]:
        """Create or change up to LINES_AT_ONCE resources; one result per line comes back, in their order."""
        body = b"\n".join(json.dumps(line, ensure_ascii=False).encode() for line in lines)
        answer = self._call("PATCH", path, body, COLLECTION, results=len(lines))
        return [json.loads(line) for line in _checked(answer).text.split("\n") if line]

    def _call(
        self, method: str, path: str, body: bytes | None = None, media_type: str | None = None, results: int = 0
    ) -> httpx.Response:
        """Send a call until it has an answer that another try would not change."""
        url = path if path.startswith("http") else f"{self._base}/api/rest/v1/{path}"
        headers = {"Accept": "application/json"} | ({"Content-Type": media_type} if media_type else {})
        if not self._access:
            self._log_in()
        for renewed in (False, True):
            headers["Authorization"] = f"Bearer {self._access}"
            answer = self._persist(method, url, results, headers=headers, content=body)
            if answer.status_code != 401 or renewed:
                break
            self._renew()
        return answer

    def _persist(self, method: str, url: str, results: int = 0, **request: Any) -> httpx.Response:
        """Send until there is an answer worth having; PimError when there is none after MOST_TRIES."""
        for tries in range(1, MOST_TRIES + 1):
            answer, problem = self._send(method, url, results, request)
            if answer is not None and not problem:
                return answer
            if tries < MOST_TRIES:
                self._pause(tries, problem, answer)
        raise PimError(f"Gave up after {MOST_TRIES} tries: {problem}.")

    def _send(self, method: str, url: str, results: int, request: dict[str, Any]) -> tuple[httpx.Response | None, str]:
        """Send once. The second value says why another try is worth it; empty when none is."""
        try:
            answer = self._http.request(method, url, **request)
        except httpx.TransportError as error:
            return None, f"{type(error).__name__} ({error})"
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            return answer, f"the PIM answered {answer.status_code} ({_message(answer)})"
        if answer.status_code == 200 and results and len(answer.text.split("\n")) < results:
            # The server went away in the middle of its answer; what it had done is done again, harmlessly.
            return answer, "the answer is incomplete"
        return answer, ""

    def _pause(self, tries: int, problem: str, answer: httpx.Response | None) -> None:
        # Half of the pause is left to chance, so that many connectors do not come back in the same moment.
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries) * (0.5 + self._chance() / 2)
        if answer is not None:
            seconds = max(seconds, _retry_after(answer.headers.get("Retry-After", "")))
        self._say(f"{problem}; trying again in {seconds:.1f} s")
        self._sleep(seconds)

    def _log_in(self) -> None:
        answer = self._token(
            {
                "grant_type": "password",
                "username": self._credentials.username,
                "password": self._credentials.password,
            }
        )
        if answer.status_code != 200:
            raise PimError(f"The PIM does not let us in ({answer.status_code}): {_message(answer)}")
        self._keep(answer)

    def _renew(self) -> None:
        """Use the refresh token; a PIM that does not take it any more (422) wants the password again."""
        if self._refresh:
            answer = self._token({"grant_type": "refresh_token", "refresh_token": self._refresh})
            if answer.status_code == 200:
                self._keep(answer)
                return
        self._log_in()

    def _token(self, body: dict[str, str]) -> httpx.Response:
        client = (self._credentials.client_id, self._credentials.secret)
        return self._persist("POST", f"{self._base}/api/oauth/v1/token", auth=client, json=body)

    def _keep(self, answer: httpx.Response) -> None:
        tokens = _object(answer)
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    raise PimError(
        f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {_message(answer)}"
    )


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PimError(f"{answer.request.url} does not answer like a PIM. Is PIM_URL right?")
    return found


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase


def _retry_after(header: str) -> float:
    """Give the seconds that the PIM asks for: a number of them, or the time of day when they are over."""
    if header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
