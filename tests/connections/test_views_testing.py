"""The page that tests a connection; without a network, see test_checks for what it finds."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.connections import operations, queries, rules
from limen.connections.models import Check
from limen.kit import clock
from tests.factories.accounts import sign_in
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")

PAGE = "/connect/connection-settings/myerp/test"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def erp(installed: None) -> operations.NewConnection:
    return make_connection()


@pytest.fixture
def watcher(installed: None) -> Client:
    """Somebody who may watch connections and not see their credentials."""
    client = Client()
    sign_in(client, "limen_connection_monitoring", username="watcher")
    return client


def asked(**fields: Any) -> None:
    operations.request_check(code="myerp", by=SYSTEM, now=clock.now())
    Check.objects.update(**fields)


def done(*names: str, status: str = rules.OK, why: str = "", cure: str = "") -> list[dict[str, str]]:
    one = {"status": status, "happened": "It <happened>.", "why": why, "cure": cure}
    return [{"name": name, **one} for name in names]


def finished(**fields: Any) -> None:
    every = {"steps": done(*rules.STEPS), "finished_at": clock.now(), "address": "https://pim.example.com"}
    asked(**every | fields)


class TestRunning:
    def test_the_button_asks_the_worker_and_leads_back(self, admin: Client, read: Any) -> None:
        assert f'action="{PAGE}/run"' in read(PAGE)
        answer = admin.post(f"{PAGE}/run")
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
        page = read(PAGE)
        assert "Running" in page and f'hx-get="{PAGE}/report?steps=0"' in page
        assert f'<a href="{PAGE}">Reload</a>' in page

    def test_who_may_not_see_credentials_may_not_run_it(self, watcher: Client) -> None:
        page = watcher.get(PAGE)
        assert page.status_code == 200 and f"{PAGE}/run" not in page.content.decode()
        assert watcher.post(f"{PAGE}/run").status_code == 403
        assert not Check.objects.exists()

    def test_who_may_not_watch_sees_no_report(self) -> None:
        client = Client()
        sign_in(client, "limen_connection_credentials", username="keeper")
        assert client.get(PAGE).status_code == 403
        assert client.get(f"{PAGE}/report", headers=HTMX).status_code == 403

    def test_a_get_runs_nothing(self, admin: Client) -> None:
        assert admin.get(f"{PAGE}/run").status_code == 405
        assert not Check.objects.exists()

    def test_a_connection_that_is_not_there(self, admin: Client) -> None:
        assert admin.post("/connect/connection-settings/nobody/test/run").status_code == 404

    def test_the_host_of_a_request_is_never_called(self, admin: Client, settings: Any) -> None:
        settings.LIMEN_PUBLIC_URL = ""
        admin.post(f"{PAGE}/run", headers={"host": "169.254.169.254"})
        assert queries.own_address() == f"http://{settings.LIMEN_HOST}:{settings.LIMEN_PORT}"


class TestWaiting:
    def test_it_is_told_nothing_while_nothing_is_new(self, admin: Client) -> None:
        asked(steps=done("address"))
        assert admin.get(f"{PAGE}/report?steps=1", headers=HTMX).status_code == 204
        fresh = admin.get(f"{PAGE}/report?steps=0", headers=HTMX)
        assert fresh.status_code == 200
        assert f"{PAGE}/report?steps=1" in fresh.content.decode()

    def test_the_end_ends_the_asking_and_tells_the_verdict(self, admin: Client) -> None:
        finished()
        answer = admin.get(f"{PAGE}/report?steps=3", headers=HTMX).content.decode()
        assert "hx-get" not in answer
        assert 'id="verdict" hx-swap-oob="innerHTML"' in answer and "All well" in answer

    def test_a_connection_deleted_meanwhile_ends_the_asking(self, admin: Client) -> None:
        assert admin.get(f"{PAGE}/report?steps=0", headers=HTMX).status_code == 286

    def test_opened_in_a_window_it_is_the_page(self, admin: Client) -> None:
        assert admin.get(f"{PAGE}/report").headers["Location"] == PAGE

    def test_without_a_worker_it_says_so(self, read: Any) -> None:
        asked(asked_at=clock.now() - timedelta(seconds=20))
        assert "No worker is running" in read(PAGE)

    def test_a_test_that_broke_off_can_be_asked_for_again(self, admin: Client, read: Any) -> None:
        long_ago = clock.now() - queries.checks.LOST_AFTER
        asked(steps=done("address"), asked_at=long_ago, started_at=long_ago)
        page = read(PAGE)
        assert "The test broke off" in page and "hx-get" not in page.split('id="report"')[1]
        admin.post(f"{PAGE}/run")
        assert Check.objects.get().steps == []


class TestReport:
    @pytest.mark.parametrize(
        ("status", "verdict"),
        [
            (rules.OK, "All well"),
            (rules.WARNING, "Works, with warnings"),
            (rules.FAILED, "Something failed"),
        ],
    )
    def test_it_has_a_verdict(self, status: str, verdict: str, read: Any) -> None:
        finished(steps=done("address") + done("links", status=status, why="Because.", cure="Do this."))
        page = read(PAGE)
        assert verdict in page and "Because." in page and "Do this." in page
        assert "It &lt;happened&gt;." in page and "<happened>" not in page

    def test_the_table_names_what_is_missing(self, read: Any) -> None:
        finished(permissions=["pim_api_product_list"], role="ERP")
        page = read(PAGE)
        assert "What the role “ERP” allows" in page
        assert "“Create or update products”" in page and "“List products”" not in page

    def test_the_text_to_copy(self, read: Any) -> None:
        finished(permissions=["pim_api_product_list"])
        found = re.search(r'<pre id="report-text"[^>]*>(.*?)</pre>', read(PAGE), re.DOTALL)
        assert found
        text = html.unescape(found[1])
        assert text.startswith("Test of the connection myerp at https://pim.example.com\n")
        assert "[ok] Clocks agree: It <happened>." in text

    def test_it_is_linked_from_the_pages_of_the_connection(self, read: Any) -> None:
        assert f'href="{PAGE}"' in read("/connect/connection-settings/myerp/edit")
        assert "/test" not in read("/connect/connection-settings")

    def test_any_spelling_of_the_code_finds_it(self, read: Any) -> None:
        finished()
        assert "All well" in read(PAGE.replace("myerp", "MyERP"))
