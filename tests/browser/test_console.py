"""The console in a real browser: arriving by itself, holding still, fitting, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.calls.recorder import recorder
from tests.browser.looks import fits
from tests.browser.test_connections import cookie_of, grave_barriers
from tests.conftest import Api
from tests.factories.connections import make_connection, token_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/connect/connection-settings/erp/calls"


@pytest.fixture
def connector() -> Iterator[Api]:
    recorder.clear()
    yield Api(token_for(make_connection("My ERP", code="erp", role="administrator")))
    recorder.clear()


@pytest.fixture
def console(page: Any, live_server: Any, person: Any, connector: Api) -> Any:
    """The page, signed in, before the first call."""
    page.context.add_cookies([cookie_of(person.username, live_server.url)])
    page.goto(f"{live_server.url}{PAGE}")
    return page


def call(connector: Api) -> None:
    connector.bulk("/products", [{"identifier": "a"}, {"identifier": "b", "family": "nothing"}])
    recorder.flush()


def test_calls_arrive_by_themselves_until_the_list_is_held_still(console: Any, connector: Api) -> None:
    expect(console.get_by_text("No call yet")).to_be_visible()
    call(connector)
    console.get_by_text("1 of 2 lines refused").wait_for()
    first = console.locator(".calls a").first
    first.focus()
    call(connector)
    console.locator(".calls tbody tr").nth(1).wait_for()
    # Whoever stands on a call stays on it.
    expect(console.locator(".calls a").last).to_be_focused()
    console.get_by_role("link", name="Pause").click()
    console.get_by_text("Paused").wait_for()
    expect(console.locator("[hx-trigger]")).to_have_count(0)


def test_one_call_is_opened_and_tried_again(console: Any, connector: Api) -> None:
    call(connector)
    console.get_by_role("link", name="PATCH /api/rest/v1/products").click()
    console.get_by_role("heading", name="Refused lines").wait_for()
    console.get_by_role("button", name="Replay as a dry run").click()
    console.get_by_role("heading", name="1 line would be refused").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_and_has_no_barrier(console: Any, connector: Api, width: int, scheme: str) -> None:
    call(connector)
    console.set_viewport_size({"width": width, "height": 800})
    console.emulate_media(color_scheme=scheme)
    console.reload()
    assert grave_barriers(console) == []
    console.locator(".calls a").first.click()
    console.get_by_role("button", name="Replay as a dry run").click()
    console.get_by_role("heading", name="1 line would be refused").wait_for()
    assert grave_barriers(console) == []
    fits(console, width)
