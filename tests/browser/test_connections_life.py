"""Pause, end and search of connections in a real browser: by keyboard, and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from limen.connections import operations, queries
from limen.connections.models import Connection
from limen.kit import clock
from tests.browser.test_connections import LIST, PAGE, grave_barriers, save, tab_to, toast, window
from tests.browser.test_connections import erp as erp
from tests.browser.test_connections import open as open
from tests.factories.connections import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Any


def test_case_128_it_is_paused_and_resumed_by_keyboard(open: Open, erp: operations.NewConnection) -> None:
    page = open(PAGE)
    for act, said in (("Pause", "The connection is paused."), ("Resume", "The connection is open again.")):
        tab_to(page, act)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/erp/{act.lower()}")
        tab_to(page, act)
        page.keyboard.press("Enter")
        toast(page, said)
        page.wait_for_url(f"**{PAGE}")
    assert queries.connection_settings("erp", now=clock.now()).enabled


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_that_a_connection_is_paused_or_over(
    open: Open, page: Any, erp: operations.NewConnection, scheme: str
) -> None:
    make_connection("Shop", code="shop")
    Connection.objects.filter(code="erp").update(enabled=False)
    Connection.objects.filter(code="shop").update(expires_at=clock.now())
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path in (LIST, PAGE, f"{LIST}/shop/edit"):
        open(path)
        assert not grave_barriers(page), path


def test_end_owner_and_notes_are_saved_with_the_rest(open: Open, erp: operations.NewConnection) -> None:
    page = open(PAGE)
    expect(save(page)).to_be_disabled()
    page.get_by_label("Last day").fill("2099-01-31")
    page.get_by_label("Owner").select_option(label="Ada Admin (ada)")
    page.get_by_label("Notes").fill("Runs at night.\nAsk Ada.")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    save(page).click()
    toast(page, "The connection is saved.")
    found = queries.connection_settings("erp", now=clock.now())
    assert found.expires_at and found.owner and found.owner.name == "Ada Admin"
    assert found.notes == "Runs at night.\nAsk Ada."
    expect(page.get_by_label("Last day")).to_have_value("2099-01-31")
    expect(save(page)).to_be_disabled()


def test_without_script_one_finds_pauses_and_deletes(
    chromium: Any, live_server: Any, person: Any, erp: operations.NewConnection
) -> None:
    make_connection("Web shop", code="shop", now=clock.now())
    page = window(chromium, live_server, person, java_script_enabled=False)
    page.goto(f"{live_server.url}{LIST}")
    page.get_by_label("Condition").select_option(label="Unused for 90 days")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("1 of 2").wait_for()
    page.get_by_role("link", name="My ERP").click()
    page.get_by_role("link", name="Pause", exact=True).click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("This connection is paused.").wait_for()
    Connection.objects.filter(code="erp").update(last_used_at=clock.now())
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("Type the code erp, letter by letter.").wait_for()
    page.get_by_label("Type its code to delete it").fill("erp")
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(f"**{LIST}")
    assert not Connection.objects.filter(code="erp").exists()
    page.context.close()
