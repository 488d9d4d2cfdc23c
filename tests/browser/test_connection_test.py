"""The page Test of a connection in a real browser; the worker's part is played by the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect
from procrastinate.contrib.django.models import ProcrastinateJob

from limen.accounts.models import User
from limen.accounts.rules import SYSTEM
from limen.connections import operations
from limen.connections.models import Check
from limen.kit import clock
from tests.browser.looks import barriers, looks_well
from tests.factories.accounts import make_role
from tests.factories.connections import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATH = "/connect/connection-settings/myerp/test"


@pytest.fixture
def url(live_server: Any, installed: None, settings: Any) -> Iterator[str]:
    settings.LIMEN_PUBLIC_URL = live_server.url
    make_role("ROLE_READER", "pim_api_overall_access", "pim_api_product_list")
    make_connection(role="reader")
    yield f"{live_server.url}{PATH}"
    # The queue's tables are not emptied with the others.
    ProcrastinateJob.objects.all().delete()


def signed_in(context: Any, person: Any, url: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=person.username))
    value = client.cookies["limen_session"].value
    context.add_cookies([{"name": "limen_session", "value": value, "url": url}])


def run() -> None:
    operations.run_check(check=Check.objects.get().id, clock=clock.now)


def test_the_report_comes_by_itself_and_can_be_copied(page: Any, url: str, person: Any) -> None:
    signed_in(page.context, person, url)
    page.goto(url)
    page.get_by_role("button", name="Test this connection").click()
    page.locator("#verdict", has_text="Running").wait_for()
    run()
    page.locator("#verdict", has_text="Works, with warnings").wait_for()
    expect(page.locator(".check-step")).to_have_count(12)
    page.get_by_text("Report as text").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Copy Report").click()
    page.locator(".toast", has_text="Report copied").first.wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Test of the connection myerp at ")
    assert "[warning] Permissions of the role" in copied


def test_it_fits_a_phone_in_the_dark(page: Any, url: str, person: Any) -> None:
    signed_in(page.context, person, url)
    operations.request_check(code="myerp", by=SYSTEM, now=clock.now())
    run()
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto(url)
    looks_well(page, 360)


def test_without_script_the_page_is_reloaded_for_the_report(chromium: Any, url: str, person: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    signed_in(context, person, url)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Test this connection").click()
    run()
    page.get_by_role("link", name="Reload").click()
    page.locator("#verdict", has_text="Works, with warnings").wait_for()
    # All four are there to read, each behind its own word.
    expect(page.locator("#snippets summary")).to_have_text(["curl", "Python", "PHP", "Node"])
    context.close()
