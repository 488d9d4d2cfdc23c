"""Secrets, passwords and tokens are shown once, and are nowhere else: no log, event, row or later page has them."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from limen.accounts import operations as accounts
from limen.calls.recorder import recorder
from limen.connections.operations import connections as connection_operations
from limen.connections.operations import tokens as token_operations
from limen.kit.logging import LineFormatter
from tests.connections.test_views_settings import shown
from tests.factories.accounts import PASSWORD, make_user
from tests.safety.routes import address, screens

pytestmark = pytest.mark.usefixtures("installed")

PAGE = "/connect/connection-settings/erp"
JSON = "application/json"
MISTYPED = "a-mistyped-secret-is-nearly-one"


@dataclass
class Story:
    """What was secret in it, by a name to tell in a failure; and the browser and the client it is played with."""

    browser: Client
    client: Client
    secrets: dict[str, str] = field(default_factory=dict)
    client_id: str = ""
    username: str = ""

    def keep(self, name: str, value: str) -> str:
        assert len(value) > 7, (name, value)
        self.secrets[name] = value
        return value

    def grant(self, name: str, headers: dict[str, str] | None = None, **body: str) -> dict[str, Any]:
        answer = self.client.post("/api/oauth/v1/token", body, content_type=JSON, headers=headers or {})
        assert answer.status_code == 200, answer.content
        pair: dict[str, Any] = answer.json()
        self.keep(f"access token of {name}", pair["access_token"])
        self.keep(f"refresh token of {name}", pair["refresh_token"])
        return pair

    def of_password(self, name: str, secret: str, password: str) -> dict[str, Any]:
        return self.grant(
            name,
            grant_type="password",
            client_id=self.client_id,
            client_secret=secret,
            username=self.username,
            password=password,
        )

    def seen(self, act: str, **form: str) -> str:
        """Post a form of the connection, and give the page it leads to."""
        answer = self.browser.post(f"{PAGE}/{act}", form, follow=True)
        assert answer.status_code == 200
        return str(answer.content.decode())

    def found_in(self, text: str) -> set[str]:
        return {name for name, value in self.secrets.items() if value in text}


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """All that is logged, by anybody and at any level, as our handler writes it."""
    written: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(LineFormatter().format(record))

    keeper, root = Keeper(logging.DEBUG), logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
    root.addHandler(keeper)
    # What Django logs of each statement has its parameters; in production it logs none.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield written
    root.removeHandler(keeper)
    for logger, level, propagate in before:
        logger.setLevel(level)
        logger.propagate = propagate


def rows() -> Iterator[tuple[str, str]]:
    """Give each table with all its rows as text; sessions as what they hold."""
    recorder.flush()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT coalesce(string_agg(one::text, chr(10)), chr(10)) FROM "{table}" AS one')
            yield table, cursor.fetchone()[0]
    yield "what sessions hold", str([session.get_decoded() for session in Session.objects.all()])


def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """Make a connection and use all it has, wrongly too; yield where something lies about, if ever."""
    make_user()
    story = Story(Client(raise_request_exception=False), Client(raise_request_exception=False))
    browser = story.browser
    story.keep("password of a person", PASSWORD)
    browser.post("/sign-in", {"username": "julia", "password": MISTYPED})
    browser.post("/sign-in", {"username": "julia", "password": PASSWORD})
    story.secrets["mistyped"] = MISTYPED

    form = {"label": "My ERP", "code": "erp", "flow_type": "data_source"}
    made: list[Any] = []
    create = connection_operations.accounts.create_api_user

    def noted(**named: Any) -> Any:
        made.append(create(**named))
        return made[-1]

    monkeypatch.setattr(connection_operations.accounts, "create_api_user", noted)
    answer = browser.post("/connect/connection-settings/create", form)
    assert answer.status_code == 303
    story.keep("password", made[0].password)
    # Waiting to be shown, it is in the session, and must not be read there.
    yield story
    page = browser.get(f"{PAGE}/edit").content.decode()
    assert shown(page, "password") == story.secrets["password"]
    secret = story.keep("secret", shown(page, "secret"))
    story.client_id, story.username = shown(page, "client-id"), made[0].username
    password = story.secrets["password"]
    assert secret in story.seen("secret")
    assert secret in story.seen("env", password=password)

    basic = b64encode(f"{story.client_id}:{secret}".encode()).decode()
    story.keep("Authorization header", basic)
    pair = story.of_password("first", secret, password)
    named = {"grant_type": "password", "username": story.username, "password": password}
    story.grant("basic", {"authorization": f"Basic {basic}"}, **named)
    story.grant(
        "refresh",
        grant_type="refresh_token",
        client_id=story.client_id,
        client_secret=secret,
        refresh_token=pair["refresh_token"],
    )
    bearer = {"authorization": f"Bearer {pair['access_token']}"}
    assert story.client.get("/api/rest/v1/currencies", headers=bearer).status_code == 200
    for path in ("/api/rest/v1/nothing/at/all", "/api/rest/v1/products/none", "/api/rest/v1/products?search=%7B"):
        answer = story.client.get(path, headers=bearer)
        assert answer.status_code >= 400
        assert not story.found_in(answer.content.decode())
    misplaced(story, bearer, {"client_secret": secret, "password": password, "refresh_token": pair["refresh_token"]})
    wrong(story, secret, password, pair)
    broken(story, secret, password, bearer, monkeypatch)
    yield story

    new_secret = story.keep("new secret", shown(story.seen("regenerate-secret"), "secret"))
    new_password = story.keep("new password", shown(story.seen("regenerate-password"), "password"))
    assert {secret, password} & {new_secret, new_password} == set()
    story.of_password("second", new_secret, new_password)
    yield story


def misplaced(story: Story, bearer: dict[str, str], credentials: dict[str, str]) -> None:
    """Send credentials where none belong, in bodies and in addresses."""
    for path in ("/api/rest/v1/products", "/api/rest/v1/families", "/api/rest/v1/nothing"):
        in_body = story.client.post(path, credentials, content_type=JSON, headers=bearer)
        in_address = story.client.get(path, credentials, headers=bearer)
        assert in_body.status_code >= 400
        # A page of a list repeats in its links what was asked.
        repeated = in_address.content.decode() if in_address.status_code >= 400 else ""
        assert not story.found_in(in_body.content.decode() + repeated)


def wrong(story: Story, secret: str, password: str, pair: dict[str, Any]) -> None:
    """Send what is nearly right: the answers name nothing of it."""
    right = {
        "grant_type": "password",
        "client_id": story.client_id,
        "client_secret": secret,
        "username": story.username,
        "password": password,
    }
    for body in (
        right | {"client_secret": MISTYPED},
        right | {"password": MISTYPED},
        right | {"username": MISTYPED},
        right | {"grant_type": password},
        right | {"scope": secret},
        right | {"client_id": secret},
        right | {"grant_type": "refresh_token", "refresh_token": MISTYPED},
        right | {"grant_type": "refresh_token", "refresh_token": pair["access_token"]},
    ):
        answer = story.client.post("/api/oauth/v1/token", body, content_type=JSON)
        assert answer.status_code >= 400
        assert not story.found_in(answer.content.decode()), body
    odd = [
        story.client.post("/api/oauth/v1/token", orjson.dumps(right)[:-1], content_type=JSON),
        story.client.post("/api/oauth/v1/token", orjson.dumps(right), content_type="text/plain"),
        story.client.get("/api/oauth/v1/token", right),
        story.client.get("/api/rest/v1/currencies", headers={"authorization": f"Bearer {MISTYPED}"}),
        story.client.get("/api/rest/v1/currencies", headers={"authorization": f"Basic {password}"}),
        story.browser.post("/account/password", {"current": MISTYPED, "password": "short", "repeat": MISTYPED}),
    ]
    for answer in odd:
        assert answer.status_code >= 400
        assert not story.found_in(answer.content.decode())


def broken(story: Story, secret: str, password: str, bearer: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the server while it holds them in its hands: the log tells of the error, not of them."""

    def fail(*_: object, **named: object) -> None:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(token_operations, "issue_token", fail)
        patch.setattr(connection_operations, "_record", fail)
        patch.setattr(accounts, "_replace_password", fail, raising=False)
        body = {"grant_type": "password", "client_id": story.client_id, "client_secret": secret}
        named = {"username": story.username, "password": password}
        answers = [
            story.client.post("/api/oauth/v1/token", body | named, content_type=JSON),
            story.browser.post(f"{PAGE}/env", {"password": password}),
            story.browser.post(f"{PAGE}/secret"),
            story.browser.post(f"{PAGE}/regenerate-password"),
        ]
    for answer in answers:
        assert answer.status_code == 500
        assert not story.found_in(answer.content.decode())


def test_secrets_are_in_no_log_no_row_and_no_later_page(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    story: Story | None = None
    for story in played(monkeypatch):
        found = {table: story.found_in(text) for table, text in rows()}
        assert {table: names for table, names in found.items() if names} == {}
    assert story is not None
    assert len(story.secrets) == 15
    assert any("broken on purpose" in line for line in lines)
    assert [(story.found_in(line), line) for line in lines if story.found_in(line)] == []
    for route, _view in screens():
        answer = story.browser.get(address(route))
        page = answer.getvalue().decode() + str(list(answer.items()))
        assert story.found_in(page) == set(), route
    assert story.browser.get("/system/audit").status_code == 200
