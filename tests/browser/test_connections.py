"""The screens of connections in a real browser: cases of the specification §11.1–11.4 that are the page's own doing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client
from playwright.sync_api import expect

from limen.accounts.models import User
from limen.connections import operations, queries
from limen.connections.models import Connection, WrongCombination
from limen.connections.rules import code_from_label
from limen.kit import clock
from tests.browser.looks import barriers, fits
from tests.factories.accounts import make_group, make_role
from tests.factories.connections import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/connect/connection-settings"
CREATE = f"{LIST}/create"
PAGE = f"{LIST}/erp/edit"
BULLETS = "••••••••"
SECRET = re.compile("^[0-9a-z]{50}$")
PASSWORD = re.compile("^[0-9A-Za-z]{24}$")

Open = Callable[[str], Any]


@pytest.fixture
def open(page: Any, live_server: Any, person: Any) -> Open:
    """`open(path)`: go there, signed in."""
    page.context.add_cookies([cookie_of(person.username, live_server.url)])

    def open_page(path: str) -> Any:
        page.goto(f"{live_server.url}{path}")
        return page

    return open_page


@pytest.fixture
def erp(live_server: Any, installed: None) -> operations.NewConnection:
    return make_connection("My ERP", code="erp")


def cookie_of(username: str, url: str) -> Any:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return {"name": "limen_session", "value": client.cookies["limen_session"].value, "url": url}


def window(chromium: Any, live_server: Any, person: Any, **options: Any) -> Any:
    """Open a page of its own kind, signed in. What its console says does not fail the test; close its context."""
    # Without motion, as the fixture `page`: what is looked at stands still.
    context = chromium.new_context(**{"reduced_motion": "reduce", **options})
    context.add_cookies([cookie_of(person.username, live_server.url)])
    return context.new_page()


def save(page: Any) -> Any:
    return page.get_by_role("button", name="Save")


def toast(page: Any, text: str) -> None:
    """Wait until this is told, and take it away: the next time it is told is not taken for this one."""
    # The script's own, which can be closed: what the server left is replaced by it.
    told = page.locator(".toast:has(button)", has_text=text)
    expect(told).to_be_visible()
    told.evaluate("toast => toast.remove()")


def clipboard(page: Any) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


class TestCreate:
    def test_cases_1_2_3_from_the_list_to_the_credentials(self, open: Open) -> None:
        page = open(LIST)
        page.get_by_role("link", name="Create", exact=True).click()
        page.wait_for_url(f"**{CREATE}")
        page.get_by_label("Label").press_sequentially("My ERP")
        # The page may still be on its way to its script, which then takes up what was typed.
        expect(page.locator("#id_code")).to_have_value("myerp")
        expect(page.get_by_role("radio", name="Source")).to_be_checked()
        expect(save(page)).to_be_enabled()
        save(page).click()
        page.wait_for_url(f"**{LIST}/myerp/edit")
        toast(page, "The connection is created.")
        expect(page.locator("#client-id")).to_have_text(re.compile(r"^[1-9]\d*_[0-9a-z]{50}$"))
        expect(page.locator("#secret")).to_have_text(SECRET)
        expect(page.locator("#username")).to_have_text(re.compile(r"^myerp_\d{4}$"))
        expect(page.locator("#password")).to_have_text(PASSWORD)
        expect(page.get_by_text("Copy the password now")).to_be_visible()
        assert not queries.connection_settings("myerp", now=clock.now()).auditable

    def test_cases_4_5_6_and_the_rest_of_the_rule_are_the_servers(self, open: Open) -> None:
        page = open(CREATE)
        labels = [
            "Translations.com", "SAP S/4-HANA", "Ünïx", "A B", "___", "My ERP", "a😀b", "İıI", "x" * 120,
            "tab\there", "ÀÉ—«ß»", " lead and trail ", "K ſ", "0_9.Z",
        ]  # fmt: skip
        made = page.evaluate(
            """async (labels) => {
                const { codeFromLabel } = await import(document.querySelector("script[src*=code-from-label]").src);
                return labels.map(codeFromLabel);
            }""",
            labels,
        )
        assert made == [code_from_label(label) for label in labels]
        assert made[:3] == ["translations_com", "saps_4_hana", "_n_x"]

    def test_case_7_a_code_typed_by_hand_is_left_alone(self, open: Open) -> None:
        page = open(CREATE)
        page.fill("#id_label", "Magento")
        page.fill("#id_code", "shop")
        page.fill("#id_label", "Magento 2")
        expect(page.locator("#id_code")).to_have_value("shop")

    def test_case_8_a_code_emptied_by_hand_stays_empty_and_is_missing(self, open: Open) -> None:
        page = open(CREATE)
        page.fill("#id_label", "Magento")
        page.fill("#id_code", "shop")
        page.fill("#id_code", "")
        page.fill("#id_label", "Magento 2")
        expect(page.locator("#id_code")).to_have_value("")
        expect(page.get_by_text("Give the connection a code.")).to_be_visible()
        expect(save(page)).to_be_disabled()

    def test_case_9_a_turkish_browser_makes_ascii(self, chromium: Any, live_server: Any, person: Any) -> None:
        page = window(chromium, live_server, person, locale="tr-TR")
        page.goto(f"{live_server.url}{CREATE}")
        page.fill("#id_label", "INFO")
        expect(page.locator("#id_code")).to_have_value("info")
        page.context.close()

    def test_what_is_wrong_is_said_once_the_field_was_edited_by_hand(self, open: Open) -> None:
        page = open(CREATE)
        too_short = page.get_by_text("A code has at least 3 characters.")
        expect(save(page)).to_be_disabled()
        page.fill("#id_label", "A B")
        # The code `ab` is too short, but nobody typed it.
        expect(page.locator("#id_code")).to_have_value("ab")
        expect(too_short).to_be_hidden()
        expect(save(page)).to_be_disabled()
        page.fill("#id_code", "xy")
        expect(too_short).to_be_visible()
        page.fill("#id_code", "x-y-z")
        expect(page.get_by_text("A code has only the letters")).to_be_visible()
        page.fill("#id_code", "xyz")
        expect(page.locator("#id_code")).not_to_have_attribute("aria-invalid", re.compile(""))
        expect(save(page)).to_be_enabled()
        page.fill("#id_label", "  a  ")
        expect(page.get_by_text("A label has at least 3 characters.")).to_be_visible()
        expect(save(page)).to_be_disabled()

    def test_a_code_that_is_taken_is_said_below_it_until_it_is_changed(
        self, chromium: Any, live_server: Any, person: Any, erp: Any
    ) -> None:
        # An answer 422 stands in the console, where the fixture `page` would mind it.
        page = window(chromium, live_server, person)
        page.goto(f"{live_server.url}{CREATE}")
        page.fill("#id_label", "ERP")
        save(page).click()
        taken = page.get_by_text("belongs to another connection")
        taken.wait_for()
        expect(page.locator("#id_label")).to_have_value("ERP")
        page.fill("#id_label", "ERP 2")
        expect(page.locator("#id_code")).to_have_value("erp2")
        expect(taken).to_be_hidden()
        save(page).click()
        page.wait_for_url("**/erp2/edit")
        page.context.close()

    def test_escape_the_cross_and_cancel_save_nothing(self, open: Open, live_server: Any) -> None:
        for leave in ("Escape", "Close", "Cancel"):
            page = open(CREATE)
            page.get_by_label("Label").press_sequentially("My ERP")
            if leave == "Escape":
                page.keyboard.press("Escape")
            else:
                page.get_by_role("link", name=leave).click()
            page.wait_for_url(f"{live_server.url}{LIST}")
        assert not Connection.objects.exists()

    def test_the_door_that_is_made_is_shown_on_the_way(self, open: Open) -> None:
        page = open(CREATE)
        page.fill("#id_label", "Web shop")
        expect(page.locator("[data-preview] .face")).to_have_text("WS")
        expect(page.locator("[data-preview] .plate")).to_have_text(re.compile(r"^\s*Web shop\s*webshop\s*$"))

    def test_without_script_the_server_does_it_all(self, chromium: Any, live_server: Any, person: Any) -> None:
        page = window(chromium, live_server, person, java_script_enabled=False)
        page.goto(f"{live_server.url}{CREATE}")
        page.fill("#id_label", "My ERP")
        page.fill("#id_code", "my-erp")
        page.locator("form").evaluate("form => form.noValidate = true")
        save(page).click()
        page.get_by_text("A code has only the letters").wait_for()
        page.fill("#id_code", "")
        save(page).click()
        page.wait_for_url("**/myerp/edit")
        expect(page.locator("#password")).to_have_text(PASSWORD)
        page.get_by_role("link", name="Connection settings", exact=True).first.click()
        page.get_by_role("link", name="My ERP").click()
        expect(page.locator("#secret")).to_contain_text(BULLETS)
        page.get_by_role("button", name="Show secret").click()
        expect(page.locator("#secret")).to_have_text(SECRET)
        page.context.close()


class TestSettings:
    def test_case_48_the_password_is_gone_in_the_next_display_and_in_other_tabs(
        self, open: Open, live_server: Any
    ) -> None:
        page = open(CREATE)
        page.fill("#id_label", "ERP")
        save(page).click()
        page.wait_for_url(f"**{PAGE}")
        expect(page.locator("#password")).to_have_text(PASSWORD)
        other = page.context.new_page()
        other.goto(f"{live_server.url}{PAGE}")
        expect(other.locator("#password")).to_have_text(BULLETS)
        page.get_by_role("link", name="Connection settings").first.click()
        page.get_by_role("link", name="ERP").click()
        page.wait_for_url(f"**{PAGE}")
        expect(page.locator("#password")).to_have_text(BULLETS)
        expect(page.get_by_role("link", name="Regenerate password")).to_be_visible()
        expect(page.get_by_role("button", name="Copy Password")).to_have_count(0)

    def test_cases_50_51_52_from_clean_to_changed_to_saved(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        mention = page.get_by_text("Unsaved changes")
        expect(save(page)).to_be_disabled()
        expect(mention).to_be_hidden()
        page.fill("#id_label", "SAP")
        expect(save(page)).to_be_enabled()
        expect(mention).to_be_visible()
        expect(page.locator("h1")).to_have_text("My ERP")
        page.fill("#id_label", "My ERP")
        expect(save(page)).to_be_disabled()
        expect(mention).to_be_hidden()
        page.fill("#id_label", "SAP")
        save(page).click()
        toast(page, "The connection is saved.")
        expect(page.locator("h1")).to_have_text("SAP")
        expect(save(page)).to_be_disabled()
        expect(page.get_by_text("Unsaved changes")).to_be_hidden()
        expect(page.locator("#client-id")).to_have_text(erp.client_id)

    def test_case_53_an_empty_label_is_missing(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        page.fill("#id_label", "")
        expect(page.get_by_text("Give the connection a label.")).to_be_visible()
        expect(save(page)).to_be_disabled()

    def test_cases_54_55_other_cannot_be_tracked_and_coming_back_does_not_tick_again(
        self, open: Open, erp: Any
    ) -> None:
        Connection.objects.update(auditable=True)
        page = open(PAGE)
        box = page.get_by_label("Track this connection in Data flows")
        why = page.get_by_text("Only sources and destinations can be tracked.")
        expect(box).to_be_checked()
        expect(why).to_be_hidden()
        page.get_by_role("radio", name="Other").check()
        expect(box).not_to_be_checked()
        expect(box).to_be_disabled()
        expect(why).to_be_visible()
        page.get_by_role("radio", name="Source").check()
        expect(box).to_be_enabled()
        expect(box).not_to_be_checked()
        expect(why).to_be_hidden()
        expect(save(page)).to_be_enabled()

    def test_cases_61_62_warnings_follow_what_is_chosen(self, open: Open, erp: Any) -> None:
        make_role("ROLE_API_SOURCE", "pim_api_overall_access")
        make_group("SAP")
        page = open(PAGE)
        role = page.get_by_text("Give this one a role of its own")
        group = page.get_by_text("Without a group it sees the whole catalogue")
        expect(role).to_be_visible()
        expect(group).to_be_visible()
        page.get_by_label("Role").select_option(label="ROLE_API_SOURCE")
        page.get_by_label("Group").select_option(label="SAP")
        expect(role).to_be_hidden()
        expect(group).to_be_hidden()
        save(page).click()
        toast(page, "The connection is saved.")
        user = User.objects.get(username=erp.username)
        assert [one.code for one in user.roles.all()] == ["ROLE_API_SOURCE"]

    def test_case_66_unsaved_changes_are_asked_about(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        page.fill("#id_label", "SAP")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        for link in ("Regenerate secret", "Delete", "Data flows"):
            with page.expect_event("dialog"):
                page.get_by_role("link", name=link).click()
        assert asked == ["beforeunload"] * 3
        expect(page.locator("#id_label")).to_have_value("SAP")
        # Leave the page in peace, or the question comes again when the browser closes it.
        page.fill("#id_label", "My ERP")

    def test_what_stands_there_is_copied(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        for name, expected in (("Client ID", erp.client_id), ("Username", erp.username)):
            page.get_by_role("button", name=f"Copy {name}").click()
            toast(page, f"{name} copied")
            assert clipboard(page) == expected

    def test_case_70_the_secret_is_copied_in_full_without_being_shown(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        expect(page.locator("#secret")).to_contain_text(BULLETS)
        assert erp.secret not in page.content()
        page.get_by_role("button", name="Copy Secret").click()
        toast(page, "Secret copied")
        assert clipboard(page) == erp.secret
        expect(page.locator("#secret")).to_contain_text(BULLETS)
        assert erp.secret not in page.content()

    def test_the_secret_is_shown_and_hidden_in_place(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        page.get_by_role("button", name="Show secret").click()
        page.get_by_text(erp.secret).wait_for()
        page.get_by_role("button", name="Hide secret").click()
        expect(page.locator("#secret")).to_contain_text(BULLETS)
        expect(page.get_by_role("button", name="Show secret")).to_be_visible()

    def test_on_a_page_without_the_clipboard_the_old_way_works(self, open: Open, page: Any, erp: Any) -> None:
        page.add_init_script("delete window.ClipboardItem")
        open(PAGE).get_by_role("button", name="Copy Secret").click()
        toast(page, "Secret copied")
        assert clipboard(page) == erp.secret

    def test_a_secret_that_cannot_be_fetched_is_said(
        self, chromium: Any, live_server: Any, person: Any, erp: Any
    ) -> None:
        page = window(chromium, live_server, person)
        page.goto(f"{live_server.url}{PAGE}")
        page.route("**/secret", lambda route: route.abort())
        for name in ("Show secret", "Copy Secret"):
            page.get_by_role("button", name=name).click()
            toast(page, "This did not work.")
        expect(page.locator("#secret")).to_contain_text(BULLETS)
        page.context.close()

    def test_a_warning_names_the_foreign_user(self, open: Open, erp: Any) -> None:
        connection = Connection.objects.get()
        WrongCombination.objects.create(connection=connection, username="julia", last_seen_at=clock.now())
        page = open(LIST)
        expect(page.locator(".door", has_text="My ERP").get_by_text("Wrong credentials")).to_be_visible()
        page.get_by_role("link", name="My ERP").click()
        page.locator(".notice", has_text="Wrong credentials").get_by_text("julia").wait_for()


class TestFirstCall:
    def test_the_variables_lead_to_a_call_and_the_call_turns_the_card(
        self, open: Open, live_server: Any, tmp_path: Any
    ) -> None:
        page = open(CREATE)
        page.fill("#id_label", "My ERP")
        save(page).click()
        page.wait_for_url("**/myerp/edit")
        page.get_by_text("Waiting for the first call").wait_for()
        page.get_by_role("button", name="Copy as .env").click()
        toast(page, "Variables copied")
        (tmp_path / ".env").write_text(clipboard(page))
        page.get_by_role("button", name="Copy Command").click()
        toast(page, "Command copied")
        script = f"set -eu; set -a; . ./.env; set +a\n{clipboard(page)}"
        called = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert '"access_token"' in called.stdout
        # By itself, within some seconds.
        page.get_by_text("Connected").wait_for(timeout=10_000)
        expect(page.get_by_text("Waiting for the first call")).to_be_hidden()
        expect(page.locator("[hx-trigger]")).to_have_count(0)

    def test_the_python_program_runs(self, open: Open, live_server: Any, erp: Any) -> None:
        page = open(PAGE)
        page.get_by_text("Python", exact=True).click()
        page.get_by_role("button", name="Copy Program").click()
        toast(page, "Program copied")
        environment = os.environ | {"PIM_SECRET": erp.secret, "PIM_PASSWORD": erp.password}
        ran = subprocess.run(
            [sys.executable, "-c", clipboard(page)], env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr

    def test_a_connection_that_has_called_does_not_ask(self, open: Open, live_server: Any, erp: Any) -> None:
        credentials = {"grant_type": "password", "username": erp.username, "password": erp.password}
        httpx.post(
            f"{live_server.url}/api/oauth/v1/token", auth=(erp.client_id, erp.secret), json=credentials
        ).raise_for_status()
        page = open(PAGE)
        page.get_by_text("Connected").wait_for()
        expect(page.locator("[hx-trigger]")).to_have_count(0)


class TestConfirmations:
    def test_case_77_leaving_changes_nothing(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        for name in ("Regenerate secret", "Regenerate password", "Delete"):
            for leave in (lambda: page.keyboard.press("Escape"), page.get_by_role("link", name="Cancel").click):
                page.get_by_role("link", name=name).click()
                # Not before its script has run, or Escape does nothing yet.
                page.wait_for_url(re.compile(f"{LIST}/erp/(regenerate-|delete)"))
                leave()
                page.wait_for_url(f"**{PAGE}")
        assert queries.secret_of("erp") == erp.secret

    def test_a_new_password_is_shown_once(self, open: Open, erp: Any) -> None:
        page = open(PAGE)
        page.get_by_role("link", name="Regenerate password").click()
        page.get_by_role("button", name="Regenerate").click()
        page.wait_for_url(f"**{PAGE}")
        toast(page, "new password")
        expect(page.locator("#password")).to_have_text(PASSWORD)
        page.reload()
        expect(page.locator("#password")).to_have_text(BULLETS)

    def test_deleting(self, open: Open, erp: Any, live_server: Any) -> None:
        page = open(PAGE)
        page.get_by_role("link", name="Delete").click()
        page.get_by_role("button", name="Delete").click()
        page.wait_for_url(f"{live_server.url}{LIST}")
        toast(page, "My ERP is deleted")
        expect(page.get_by_text("No connection yet")).to_be_visible()


def test_everything_can_be_done_by_keyboard(page: Any, live_server: Any, person: Any) -> None:
    """From signing in to the copied password, tracked and saved, without a mouse."""
    page.goto(f"{live_server.url}{LIST}")
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}{LIST}")
    tab_to(page, "Create")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{CREATE}")
    tab_to(page, "Label")
    page.keyboard.type("My ERP")
    tab_to(page, "Source")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Destination")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    page.wait_for_url("**/myerp/edit")
    tab_to(page, "Track this connection in Data flows")
    page.keyboard.press("Space")
    tab_to(page, "Copy Password")
    page.keyboard.press("Enter")
    toast(page, "Password copied")
    expect(page.locator("#password")).to_have_text(clipboard(page))
    page.get_by_label("Label").focus()
    page.keyboard.press("Enter")
    toast(page, "The connection is saved.")
    assert queries.connection_settings("myerp", now=clock.now()).auditable


def tab_to(page: Any, name: str, *, most: int = 40) -> None:
    """Press Tab until what has this accessible name, or this label, has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const at = document.activeElement;
                const label = at.labels?.length ? at.labels[0].querySelector("b") ?? at.labels[0] : null;
                return (at.getAttribute("aria-label") ?? label?.textContent ?? at.textContent).trim();
            }"""
        )
        if found == name:
            return
    raise AssertionError(f"Tab never reached {name!r}")


ALL = (
    LIST,
    CREATE,
    PAGE,
    f"{LIST}?search=nothing&condition=unused",
    f"{LIST}/erp/pause",
    f"{LIST}/erp/resume",
    f"{LIST}/erp/delete",
    f"{LIST}/erp/regenerate-secret",
    f"{LIST}/erp/regenerate-password",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(open: Open, page: Any, scheme: str) -> None:
    connection = make_connection("My ERP, whose label is so long that no card can ever hold all of it", code="erp")
    WrongCombination.objects.create(
        connection=Connection.objects.get(code=connection.code), username="julia", last_seen_at=clock.now()
    )
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path in ALL:
        open(path)
        assert not grave_barriers(page), path


def grave_barriers(page: Any) -> list[tuple[str, list[str]]]:
    """Give what keeps people with disabilities out of the page, by the rule it breaks."""
    return barriers(page, "serious", "critical")


def test_it_fits_a_phone(open: Open, page: Any) -> None:
    make_connection("Warenwirtschaftssystemdatenaustausch", code="erp")
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ALL:
        open(path)
        fits(page, 360)
