"""A connection is tested by a running Limen with one web process, which could not call itself."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from limen.connections import rules
from tests.cli.conftest import Installation

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])

PASSWORD = "correct horse battery"


@pytest.fixture
def served(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    process = installation.start("serve", LIMEN_WEB_PROCESSES="1")
    assert process.stdout is not None
    assert any("Limen is ready" in line for line in process.stdout)
    yield process
    process.terminate()
    process.communicate(timeout=15)


def post(browser: httpx.Client, page: str, path: str, **fields: str) -> httpx.Response:
    """Send a form of a page, with the page's own token."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(page).text)
    assert token
    return browser.post(path, data={"csrfmiddlewaretoken": token[1], **fields})


def test_the_worker_calls_the_one_web_process(installation: Installation, served: subprocess.Popen[str]) -> None:
    made = installation.run(
        "users", "create", "ada", "--role", "administrator", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert made.returncode == 0, made.stderr
    code = json.loads(installation.run("connections", "create", "My ERP", "--json").stdout)["code"]
    path = f"/connect/connection-settings/{code}/test"
    with httpx.Client(base_url=installation.url, timeout=10) as browser:
        post(browser, "/sign-in", "/sign-in", username="ada", password=PASSWORD)
        assert post(browser, path, f"{path}/run").status_code == 303
        deadline = time.monotonic() + 30
        while "report-text" not in (page := browser.get(path).text) and time.monotonic() < deadline:
            time.sleep(0.2)
    said = dict(re.findall(r'<h3>([^<]*)</h3><span class="badge[^"]*">([^<]*)</span>', page))
    # The address is not set here, which is worth a warning; everything else is well.
    assert said == dict.fromkeys(rules.STEPS.values(), "OK") | {rules.STEPS["address"]: "Warning"}
    assert "Works, with warnings" in page
