"""What the screens of connections show of themselves: pictures before they are saved, cards, and the reminder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.calls import operations as calls
from limen.connections import operations
from limen.connections.models import Connection
from limen.kit import clock
from tests.browser.looks import fits, scripts_held_back
from tests.browser.test_connections import CREATE, LIST, PAGE, grave_barriers, save, tab_to, toast
from tests.browser.test_connections import erp as erp
from tests.browser.test_connections import open as open
from tests.calls.test_recorder import CALL
from tests.connections.test_image import picture
from tests.factories.connections import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Any
NewConnection = operations.NewConnection


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def shows_initials(page: Any) -> None:
    """The head and the form show no picture, but the initials."""
    expect(page.locator("[data-face]")).to_have_text(["ME", "ME"])
    expect(page.locator("[data-face] img")).to_have_count(0)


def shows_picture(page: Any, *, saved: bool) -> None:
    """The head and the form show a picture: the saved one, or the one that was chosen."""
    expect(page.locator("[data-face] img")).to_have_count(2)
    expect(page.locator("[data-face] img[src^='data:']")).to_have_count(0 if saved else 2)


class TestPicture:
    def test_it_is_seen_before_it_is_saved_and_taken_back(self, open: Open, erp: NewConnection) -> None:
        page = open(PAGE)
        choose = page.get_by_label("Picture", exact=True)
        shows_initials(page)
        choose.set_input_files(file("logo.png", picture("PNG")))
        shows_picture(page, saved=False)
        assert page.locator("[data-face] img").first.evaluate("img => img.decode().then(() => img.naturalWidth)") == 40
        expect(page.get_by_text("Unsaved changes")).to_be_visible()
        expect(save(page)).to_be_enabled()
        choose.set_input_files([])
        shows_initials(page)
        expect(page.get_by_text("Unsaved changes")).to_be_hidden()
        expect(save(page)).to_be_disabled()
        choose.set_input_files(file("LOGO.PNG", picture("PNG")))
        save(page).click()
        toast(page, "The connection is saved.")
        shows_picture(page, saved=True)

    def test_what_was_chosen_and_typed_before_the_scripts_had_loaded_is_taken_over(
        self, open: Open, erp: NewConnection, live_server: Any
    ) -> None:
        page = open(LIST)
        with scripts_held_back(page):
            page.goto(f"{live_server.url}{PAGE}", wait_until="commit")
            page.get_by_label("Picture", exact=True).set_input_files(file("logo.png", picture("PNG")))
            page.get_by_label("Label").fill("My")
        shows_picture(page, saved=False)
        expect(page.get_by_text("A label has at least 3 characters.")).to_be_visible()
        expect(page.get_by_text("Unsaved changes")).to_be_visible()
        page.get_by_label("Label").fill("My shop")
        save(page).click()
        toast(page, "The connection is saved.")
        shows_picture(page, saved=True)

    def test_case_60_removed_it_is_gone_at_once_and_back_when_one_thinks_again(
        self, open: Open, erp: NewConnection
    ) -> None:
        page = open(PAGE)
        page.get_by_label("Picture", exact=True).set_input_files(file("logo.png", picture("PNG")))
        save(page).click()
        toast(page, "The connection is saved.")
        page.get_by_label("Remove the picture").check()
        shows_initials(page)
        page.get_by_label("Remove the picture").uncheck()
        shows_picture(page, saved=True)
        page.get_by_label("Remove the picture").check()
        save(page).click()
        toast(page, "The connection is saved.")
        shows_initials(page)
        assert not Connection.objects.get().image

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            (file("notes.txt", b"hello"), "A picture is a file that ends in"),
            (file("huge.png", b"\0" * (2 * 1024 * 1024 + 1)), "larger than 2 MB"),
        ],
    )
    def test_case_59_what_cannot_be_one_is_refused_at_once_and_not_sent(
        self, open: Open, erp: NewConnection, sent: Any, said: str
    ) -> None:
        page = open(PAGE)
        choose = page.get_by_label("Picture", exact=True)
        choose.set_input_files(sent)
        toast(page, said)
        expect(choose).to_have_value("")
        shows_initials(page)
        expect(save(page)).to_be_disabled()
        expect(page.get_by_text("Unsaved changes")).to_be_hidden()

    def test_what_no_browser_can_show_is_taken_all_the_same(self, open: Open, erp: NewConnection) -> None:
        page = open(PAGE)
        page.evaluate("document.addEventListener('error', () => { document.body.dataset.undrawn = '' }, true)")
        page.get_by_label("Picture", exact=True).set_input_files(file("logo.wbmp", b"\0\0\x08\x01\xf0"))
        expect(page.locator("[data-undrawn]")).to_be_visible()
        shows_initials(page)
        save(page).click()
        toast(page, "The connection is saved.")
        shows_picture(page, saved=True)


class TestCards:
    def test_the_whole_card_opens_the_settings_and_its_failures_open_the_console(
        self, open: Open, erp: NewConnection
    ) -> None:
        row = Connection.objects.get()
        failed = {"connection_id": row.id, "status": 403, "at": clock.now()}
        calls.write_calls([replace(CALL, **failed)], missed={}, now=clock.now())
        page = open(LIST)
        # By force: what lies under the pointer there is the link of the name.
        page.locator(".door .face").click(force=True)
        page.wait_for_url(f"**{PAGE}")
        open(LIST)
        page.get_by_role("link", name="1 failed call in 24 hours").click()
        page.wait_for_url(f"**{LIST}/erp/calls?errors=1")
        expect(page.get_by_label("Errors only")).to_be_checked()
        expect(page.locator("tbody tr")).to_have_count(1)

    def test_by_keyboard(self, open: Open, erp: NewConnection) -> None:
        page = open(LIST)
        tab_to(page, "My ERP")
        # The frame of the card shows where one is.
        expect(page.locator(".door")).to_have_css("outline-style", "solid")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{PAGE}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_thirty_cards_with_all_that_can_be_amiss(open: Open, page: Any, scheme: str) -> None:
    now = clock.now()
    for number in range(30):
        flow = ("data_source", "data_destination", "other")[number % 3]
        make_connection(f"Connection {number}", code=f"door{number}", flow_type=flow, now=now)
    rows = list(Connection.objects.order_by("id"))
    for number, left in enumerate((-1, 0.5, 5, 29, 12, 13, 14)):
        Connection.objects.filter(id=rows[number].id).update(expires_at=now + timedelta(days=left))
    failed = [
        replace(CALL, connection_id=row.id, status=500, at=now - timedelta(days=number % 4))
        for number, row in enumerate(rows)
    ]
    calls.write_calls(failed, missed={}, now=now)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (LIST, "/connect/data-flows", CREATE):
            open(path)
            fits(page, width)
            assert not grave_barriers(page), path
