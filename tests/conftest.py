"""Fixtures that all rooms share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts.rules import PERMISSIONS, Caller
from limen.kit import clock
from limen.kit.http.endpoint import COLLECTION


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Install once what every catalogue starts with; tests that empty the tables install it again."""
    with django_db_blocker.unblock():
        _install()


@pytest.fixture(autouse=True)
def search_keys_forgotten() -> Iterator[None]:
    """A test that commits empties the tables at its end, and what a process remembers of them must go as well."""
    from limen.products.queries import search_keys

    yield
    search_keys.forget()


@pytest.fixture
def installed(db: None) -> None:
    """What every installation starts with: roles, group, locales, channel, sku and so on."""
    _install()


def _install() -> None:
    from limen.accounts import operations as accounts
    from limen.structure import operations as structure

    accounts.install()
    structure.install()


@pytest.fixture
def count_queries(django_assert_num_queries: Any) -> Callable[[int], AbstractContextManager[Any]]:
    """`with count_queries(3): …` fails, and lists the statements, when another number was sent."""
    fixture: Callable[[int], AbstractContextManager[Any]] = django_assert_num_queries
    return fixture


@pytest.fixture
def admin_caller() -> Caller:
    """A person who may do everything."""
    return Caller(None, "admin", "Ada Admin", "user", frozenset(PERMISSIONS))


class Api:
    """Calls the API as a connector: paths without `/api/rest/v1`, bodies as Python values."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str, *, headers: dict[str, str] | None = None, **params: str) -> Any:
        return self.client.get(f"/api/rest/v1{path}", params, headers=headers or {})

    def post(self, path: str, body: object, *, content_type: str = "application/json", **headers: str) -> Any:
        return self._send("post", path, body, content_type, headers)

    def patch(self, path: str, body: object, *, content_type: str = "application/json", **headers: str) -> Any:
        return self._send("patch", path, body, content_type, headers)

    def bulk(self, path: str, lines: Sequence[object] | bytes, **headers: str) -> Any:
        """PATCH a collection; give the answer with `.lines`, its decoded results."""
        body = lines if isinstance(lines, bytes) else b"\n".join(orjson.dumps(line) for line in lines)
        answer = self._send("patch", path, body, COLLECTION, headers)
        if answer.status_code == 200:
            answer.lines = [orjson.loads(line) for line in answer.content.split(b"\n") if line]
        return answer

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(f"/api/rest/v1{path}", headers=headers)

    def _send(self, method: str, path: str, body: object, content_type: str, headers: dict[str, str]) -> Any:
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        send = getattr(self.client, method)
        return send(f"/api/rest/v1{path}", data, content_type=content_type, headers=headers)


@pytest.fixture
def api(installed: None) -> Api:
    """The API, called through a real connection and token of a role that may do everything."""
    from tests.factories.connections import make_connection, token_for

    return Api(token_for(make_connection(role="administrator")))


@dataclass(frozen=True)
class Live:
    """A running server and the credentials of a connection that may do everything."""

    url: str
    client_id: str
    secret: str
    username: str
    password: str


@pytest.fixture
def live(transactional_db: None, live_server: Any) -> Live:
    """A real HTTP server on the loopback, on a freshly installed database."""
    from tests.factories.connections import make_connection

    _install()
    new = make_connection(role="administrator")
    return Live(live_server.url, new.client_id, new.secret, new.username, new.password)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "No Chromium found: `make test-browser` installs it or says how."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-sync",
                "--disable-quic",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A browser page of its own; the test fails when the page's console shows an error."""
    # Without motion what is looked at stands still: in the midst of a fade colours have less contrast.
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert not errors, errors


@pytest.fixture
def person(installed: None) -> Any:
    """An administrator who can sign in: `.username`, `.password`."""
    from limen.accounts import operations
    from limen.accounts.rules import SYSTEM

    @dataclass(frozen=True)
    class Person:
        username: str
        password: str

    ada = Person("ada", "correct horse battery")
    operations.create_user(
        username=ada.username,
        password=ada.password,
        role="administrator",
        first_name="Ada",
        last_name="Admin",
        by=SYSTEM,
        now=clock.now(),
    )
    return ada
