"""The first calls that the test page offers are run as they stand there."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from tests.conftest import Live
from tests.factories.accounts import sign_in

PAGE = "/connect/connection-settings/myerp/test"
# The file each is saved as, and what runs it. Node is not part of what the tests bring: where it is, it runs too.
RUN = {"curl": ("first.sh", ["sh"]), "Python": ("first.py", [sys.executable, "-W", "ignore"])}
if node := shutil.which("node"):
    RUN["Node"] = ("first.mjs", [node])


def snippets(page: str) -> dict[str, str]:
    found = re.findall(r'<pre id="snippet-(\w+)"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


@pytest.fixture
def page_of(live: Live, settings: Any) -> Iterator[str]:
    settings.LIMEN_PUBLIC_URL = live.url
    client = Client()
    sign_in(client)
    yield client.get(PAGE).content.decode()


@pytest.mark.parametrize("name", RUN)
def test_a_snippet_runs_as_it_is(name: str, page_of: str, live: Live, tmp_path: Path) -> None:
    token = httpx.post(
        f"{live.url}/api/oauth/v1/token",
        json={"grant_type": "password", "username": live.username, "password": live.password},
        auth=(live.client_id, live.secret),
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    made = httpx.post(f"{live.url}/api/rest/v1/products", json={"identifier": "lamp-1"}, headers=headers)
    assert made.status_code == 201
    file, command = RUN[name]
    path = tmp_path / file
    path.write_text(snippets(page_of)[name])
    variables = {"PATH": os.environ["PATH"], "PIM_SECRET": live.secret, "PIM_PASSWORD": live.password}
    done = subprocess.run([*command, str(path)], env=variables, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "lamp-1" in done.stdout


if php := shutil.which("php"):
    # Its client comes from a registry of its own, so that the program itself is run by nobody here.
    def test_the_php_program_is_well_formed(page_of: str, tmp_path: Path) -> None:
        path = tmp_path / "first.php"
        path.write_text(snippets(page_of)["PHP"])
        done = subprocess.run([str(php), "-l", str(path)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout
        assert "No syntax errors" in done.stdout


def test_a_snippet_knows_the_connection_and_none_of_its_secrets(page_of: str, live: Live) -> None:
    found = snippets(page_of)
    assert list(found) == ["curl", "Python", "PHP", "Node"]
    for text in found.values():
        assert live.url in text and live.client_id in text and live.username in text
        assert "PIM_SECRET" in text and "PIM_PASSWORD" in text
    assert live.secret not in page_of and live.password not in page_of


def test_who_may_not_watch_connections_does_not_see_the_page(installed: None) -> None:
    from tests.factories.connections import make_connection

    make_connection()
    client = Client()
    sign_in(client, "limen_connection_credentials", "akeneo_connectivity_connection_manage_settings")
    assert client.get(PAGE).status_code == 403


def test_a_connection_that_is_not_there_leads_to_those_that_are(installed: None) -> None:
    client = Client()
    sign_in(client)
    assert client.get(PAGE).headers["Location"] == "/connect/connection-settings"
