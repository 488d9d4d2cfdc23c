"""Tokens: bought by password, refreshed, and checked, with the check as a share of a list of 100 products.

Buying is nearly all hashing of the password, and meant to be. The check is measured inside the process: its own time,
and how much longer a list takes with it than with a caller that is known beforehand, call by call.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any
from wsgiref.util import setup_testing_defaults

from psycopg.conninfo import conninfo_to_dict

from benchmarks import figures
from benchmarks.catalogue import Shape
from benchmarks.figures import Figure
from benchmarks.server import Target
from benchmarks.session import Session, Stopwatch, fill

MOST_TOKENS = 500
MOST_CALLS = 3_000
LIST = "products?limit=100"


def measure(target: Target, shape: Shape) -> Iterator[Figure]:
    with Session(target) as session:
        fill(session, shape)
        tokens = min(shape.products, MOST_TOKENS)
        for name, buy in (("password", session.token), ("refresh", session.refresh)):
            watch = Stopwatch()
            for _ in range(tokens):
                with watch:
                    buy()
            yield Figure(f"tokens.{name}", tokens, watch.seconds)
        if target.dsn:
            yield _check(target.dsn, session, min(shape.products, MOST_CALLS))


def _check(dsn: str, session: Session, calls: int) -> Figure:
    over_http = [_timed(lambda: session.send("GET", LIST)) for _ in range(calls + 1)][1:]
    process = _Process(dsn, session.authorization)
    # A first call of each kind fills what is kept between calls.
    for measured in (process.list, process.list_unchecked, process.check):
        _timed(measured)
    ways = [process.list, process.list_unchecked, process.check]
    times: dict[Any, list[float]] = {way: [] for way in ways}
    for _ in range(calls):
        for way in ways:
            times[way].append(_timed(way))
        # In turns, so that all meet the same disturbances.
        ways.append(ways.pop(0))
    with_check, without, check = (median(times[way]) for way in (process.list, process.list_unchecked, process.check))
    facts = {
        "list_ms": round(with_check * 1000, 3),
        "check_ms": round(check * 1000, 3),
        "check_percent": round(check / with_check * 100, 1),
        "more_percent": round((with_check - without) / with_check * 100, 1),
        "http_list_ms": round(median(over_http) * 1000, 3),
        "http_check_percent": round(check / median(over_http) * 100, 1),
    }
    return Figure("tokens.check", calls, sum(times[process.check]), None, facts)


class _Process:
    """Limen in this process, on the server's database. It records no calls: that is another benchmark's matter."""

    def __init__(self, dsn: str, authorization: str) -> None:
        if "DJANGO_SETTINGS_MODULE" not in os.environ:
            # The embedded server is known by its folder, and then not asked at each call whether it is still there.
            socket = conninfo_to_dict(dsn).get("host")
            folder = str(Path(str(socket)).parent) if socket else tempfile.mkdtemp()
            settings = {"LIMEN_DATABASE_URL": dsn, "LIMEN_DATA_DIR": folder, "LIMEN_CALLS_RECORDED": "0"}
            os.environ.update(settings, DJANGO_SETTINGS_MODULE="limen.config.settings")
        from django.core.handlers.wsgi import WSGIRequest
        from django.core.wsgi import get_wsgi_application

        self._handler = get_wsgi_application()
        from limen.connections.tokens import authenticate
        from limen.kit.http import endpoint

        self._authorization = authorization
        self._endpoint = endpoint
        self._request = WSGIRequest(self._environ())
        self._authenticate = authenticate
        # The versions of the structure are read by the check; without it the list asks for them itself.
        known = replace(authenticate(self._request), structure_versions=None)
        self._known = lambda request: known

    def check(self) -> None:
        self._authenticate(self._request)

    def list(self) -> None:
        answer: Any = self._handler(self._environ(), lambda *given: bytes)
        if answer.status_code != 200:
            raise SystemExit(f"GET {LIST} answered {answer.status_code}: {answer.content[:300]!r}")
        answer.close()

    def list_unchecked(self) -> None:
        usual = self._endpoint._authenticator
        self._endpoint._authenticator = lambda: self._known  # type: ignore[assignment]  # for this measurement
        try:
            self.list()
        finally:
            self._endpoint._authenticator = usual

    def _environ(self) -> dict[str, Any]:
        path, _, query = LIST.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": f"/api/rest/v1/{path}", "QUERY_STRING": query}
        environ |= {"HTTP_AUTHORIZATION": self._authorization, "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
        setup_testing_defaults(environ)
        return environ | {"wsgi.input": BytesIO()}


def _timed(act: Callable[[], Any]) -> float:
    watch = Stopwatch()
    with watch:
        act()
    return watch.seconds


def main(arguments: list[str] | None = None) -> int:
    return figures.run(measure, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
