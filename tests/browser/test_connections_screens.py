"""Every screen of Connect: for everybody, in both themes and on a phone; and two who edit the same connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.urls import resolve
from playwright.sync_api import expect
from procrastinate.contrib.django.models import ProcrastinateJob

from limen.accounts import urls as accounts_urls
from limen.accounts.rules import SYSTEM
from limen.audit import urls as audit_urls
from limen.calls import operations as calls
from limen.calls.models import ApiCall
from limen.connections import operations, queries
from limen.connections import urls as connections_urls
from limen.connections.models import Check, Connection, WrongCombination
from limen.kit import clock
from tests.browser.looks import fits
from tests.browser.test_connections import LIST, PAGE, clipboard, grave_barriers, save, tab_to, toast, window
from tests.browser.test_connections import erp as erp
from tests.browser.test_connections import open as open
from tests.browser.test_people import SCREENS as SYSTEM_SCREENS
from tests.calls.test_recorder import CALL
from tests.conftest import Api
from tests.factories.connections import make_connection, token_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[[str], Any]
ACCESS = f"{LIST}/erp/access"
ALL = (
    "/connect/data-flows",
    LIST,
    f"{LIST}/create",
    PAGE,
    ACCESS,
    f"{LIST}/erp/access/old-secret",
    f"{LIST}/erp/access/old-password",
    f"{LIST}/erp/access/tokens",
    f"{LIST}/erp/access/tokens/refresh/1",
    f"{LIST}/erp/calls",
    f"{LIST}/erp/calls?errors=1&path=nothing",
    f"{LIST}/erp/monitoring",
    f"{LIST}/erp/test",
    f"{LIST}/erp/pause",
    f"{LIST}/erp/resume",
    f"{LIST}/erp/delete",
    f"{LIST}/erp/regenerate-secret",
    f"{LIST}/erp/regenerate-password",
)
# What is no screen of its own: it answers a press, or fills in a part of one.
PARTS = {
    *("first-call", "secret", "env", "test-run", "test-report", "replay", "image"),
    *("user-enable", "user-disable", "job-again", "export-csv", "export-ndjson"),
}
# The way in, and oneself: no screen of Connect or System.
ELSEWHERE = {"home", "sign-in", "sign-out", "set-up", "password"}
EMPTY = ("/connect/data-flows", LIST)


@pytest.fixture
def busy(erp: operations.NewConnection, live_server: Any, settings: Any) -> Iterator[str]:
    """A connection that shows all there can be: tokens, old credentials, calls, a warning, a report. Gives a call."""
    settings.LIMEN_PUBLIC_URL = live_server.url
    now = clock.now()
    operations.regenerate_secret(code="erp", keep_old=24, by=SYSTEM, now=now)
    operations.regenerate_password(code="erp", keep_old=24, by=SYSTEM, now=now)
    shop = make_connection("A shop whose label is so long that no head of a page holds all of it", code="shop")
    token_for(erp)
    token_for(erp, user_of=shop)
    row = Connection.objects.get(code="erp")
    WrongCombination.objects.create(connection=row, username=shop.username, last_seen_at=now)
    Connection.objects.filter(id=row.id).update(
        auditable=True, last_used_at=now, expires_at=now + timedelta(days=3), last_used_agent="curl/8.5"
    )
    calls.write_calls(
        [replace(CALL, connection_id=row.id, at=now, status=status) for status in (200, 403)], missed={}, now=now
    )
    refused = Api(token_for(erp)).post("/products", {"identifier": "chair", "family": "nothing"})
    assert refused.status_code == 422
    operations.request_check(code="erp", by=SYSTEM, now=now)
    operations.run_check(check=Check.objects.get().id, clock=clock.now)
    yield f"{LIST}/erp/calls/{ApiCall.objects.latest('id').id}"
    # The queue's tables are not emptied with the others.
    ProcrastinateJob.objects.all().delete()


def barriers_of(open: Open, page: Any, paths: Any, width: int) -> list[str]:
    """Give what keeps somebody out of these screens; each fits the window."""
    found = []
    for path in paths:
        open(path)
        found += [f"{path}: {one}" for one in grave_barriers(page)]
        fits(page, width)
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_no_screen_keeps_anybody_out(open: Open, page: Any, busy: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert barriers_of(open, page, (*ALL, busy), width) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nor_do_those_with_nothing_on_them(open: Open, page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert barriers_of(open, page, EMPTY, width) == []


def test_every_screen_of_connect_and_system_is_among_them(busy: str) -> None:
    rooms = (connections_urls.urlpatterns, accounts_urls.screens, audit_urls.urlpatterns)
    named = {one.name for room in rooms for one in room if one.name}
    shown = [*ALL, busy, *(one.format(user=1, self=1, group=1) for one in SYSTEM_SCREENS)]
    assert {resolve(path.partition("?")[0]).url_name for path in shown} == named - PARTS - ELSEWHERE


class TestTwoWhoEdit:
    @pytest.mark.parametrize("script", [True, False])
    def test_case_133_who_saves_second_sees_what_the_first_saved_and_keeps_the_own(
        self, chromium: Any, live_server: Any, person: Any, erp: operations.NewConnection, script: bool
    ) -> None:
        # An answer 409 stands in the console, where the fixture `page` would mind it.
        page = window(chromium, live_server, person, java_script_enabled=script, viewport={"width": 360, "height": 740})
        page.goto(f"{live_server.url}{PAGE}")
        found = queries.connection_settings("erp", now=clock.now())
        operations.update_connection(
            code="erp",
            label="Theirs",
            flow_type="data_destination",
            auditable=False,
            role_id=found.role_id,
            group_id=None,
            by=SYSTEM,
            now=clock.now(),
        )
        page.fill("#id_label", "Mine")
        save(page).click()
        told = page.get_by_role("alert").filter(has_text="Somebody else saved this connection")
        expect(told.locator("li")).to_have_text(["Label: Theirs", "Flow type: Destination"])
        expect(page.locator("#id_label")).to_have_value("Mine")
        expect(page.locator("h1")).to_have_text("Theirs")
        fits(page, 360)
        assert not grave_barriers(page) if script else True
        if script:
            expect(page.get_by_text("Unsaved changes")).to_be_visible()
        expect(save(page)).to_be_enabled()
        save(page).click()
        page.get_by_text("The connection is saved.").first.wait_for()
        assert Connection.objects.get().label == "Mine"
        page.context.close()

    def test_on_the_page_access_too(self, chromium: Any, live_server: Any, person: Any, erp: Any) -> None:
        page = window(chromium, live_server, person)
        page.goto(f"{live_server.url}{ACCESS}")
        operations.set_limits(
            code="erp",
            limits=replace(queries.access_page("erp", now=clock.now()).limits, calls_per_minute=7),
            by=SYSTEM,
            now=clock.now(),
        )
        page.get_by_label("Calls per minute").fill("9")
        save(page).click()
        told = page.get_by_role("alert").filter(has_text="Somebody else saved this connection")
        expect(told.locator("li")).to_have_text(["Calls per minute: 7"])
        expect(page.get_by_label("Calls per minute")).to_have_value("9")
        save(page).click()
        page.get_by_text("The limits are saved.").first.wait_for()
        assert Connection.objects.get().calls_per_minute == 9
        page.context.close()


def test_case_66_the_page_access_asks_before_its_changes_are_lost(open: Open, erp: Any) -> None:
    page = open(ACCESS)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Calls per minute").fill("9")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Console").click()
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Calls per minute")).to_have_value("9")
    page.get_by_label("Calls per minute").fill("")


class TestCopying:
    """Whatever can be copied can be by keyboard, and says that it was."""

    @pytest.mark.parametrize(
        ("path", "button", "said", "copied"),
        [
            (PAGE, "Copy Client ID", "Client ID copied", "_"),
            (PAGE, "Copy Username", "Username copied", "erp_"),
            (PAGE, "Copy Command", "Command copied", "curl "),
            (f"{LIST}/erp/test", "Copy curl", "curl copied", "curl "),
        ],
    )
    def test_by_keyboard_at_360_pixels(
        self, open: Open, page: Any, erp: Any, path: str, button: str, said: str, copied: str
    ) -> None:
        page.set_viewport_size({"width": 360, "height": 740})
        open(path)
        tab_to(page, button, most=60)
        page.keyboard.press("Enter")
        toast(page, said)
        assert copied in clipboard(page)

    def test_the_link_to_a_call_and_the_report_of_a_test(self, open: Open, page: Any, busy: str) -> None:
        open(busy)
        tab_to(page, "Copy Link to this call")
        page.keyboard.press("Enter")
        toast(page, "Link to this call copied")
        assert clipboard(page).endswith(busy)
        open(f"{LIST}/erp/test").get_by_text("Report as text").click()
        tab_to(page, "Copy Report")
        page.keyboard.press("Enter")
        toast(page, "Report copied")
        assert clipboard(page).startswith("Test of the connection erp at ")

    def test_without_script_there_is_no_button_that_does_nothing(
        self, chromium: Any, live_server: Any, person: Any, busy: str
    ) -> None:
        page = window(chromium, live_server, person, java_script_enabled=False)
        for path in (PAGE, f"{LIST}/erp/test", busy):
            page.goto(f"{live_server.url}{path}")
            expect(page.locator("[data-copy]")).not_to_have_count(0)
            expect(page.locator("[data-copy]:visible")).to_have_count(0)
        page.context.close()
