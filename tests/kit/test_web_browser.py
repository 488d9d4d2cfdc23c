"""What the small scripts do, in a real browser; and that nothing is lost without them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from playwright.sync_api import expect

from limen.accounts.access import requires
from tests.browser.looks import fits, scripts_held_back

pytestmark = [pytest.mark.browser, pytest.mark.urls(__name__)]

THINGS = """{% extends "kit/page.html" %}
{% block title %}Things{% endblock %}
{% block heading %}Things{% endblock %}
{% block panel %}
{% panel title="Connect" %}{% panel_link "Data flows" "connections:data-flows" %}{% endpanel %}{% endblock %}
{% block content %}
<p>{% badge "Unsaved changes" tone="warn" as sign %}<span data-unsaved hidden>{{ sign }}</span></p>
<form method="post" data-guard>{% csrf_token %}
<input class="input" name="label" aria-label="Label" value="as it was"></form>
<form method="get"><select name="size" aria-label="Size" data-autosubmit><option>S</option><option>M</option></select>
<button class="btn" data-submit>Choose</button></form>
<code id="secret">3fx0c9q2</code>{% copy_button "#secret" name="Secret" %}
<a class="btn danger" href="/sure" data-dialog="sure">Delete</a>
{% dialog id="sure" title="Sure?" %}<button class="btn" data-close>Cancel</button>{% enddialog %}
<button class="btn" hx-post="/toast" hx-swap="none">Save</button>
{% endblock %}"""


@requires(None)
def things(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Welcome back.")
    return HttpResponse(engines["django"].from_string(THINGS).render({"section": "connect"}, request))


@requires(None)
def sure(request: HttpRequest) -> HttpResponse:
    return render(request, "kit/refused.html", {"base": "kit/page.html", "title": "Sure?", "message": "Really?"})


@requires(None)
def elsewhere(request: HttpRequest) -> HttpResponse:
    return render(request, "kit/refused.html", {"base": "kit/page.html", "title": "Elsewhere", "message": ""})


others = [path("connect/data-flows", elsewhere, name="data-flows"), path("connect/list", elsewhere, name="list")]
urlpatterns = [
    path("things", things),
    path("sure", sure),
    path("", include("limen.accounts.urls")),
    path("", include((others, "connections"))),
    path("", include(([path("products", elsewhere, name="grid")], "products"))),
    path("", include(([path("settings", elsewhere, name="settings")], "structure"))),
]


@pytest.fixture
def open_things(transactional_db: None, live_server: Any, person: Any, page: Any) -> Callable[[], Any]:
    """Sign in as a person would, and open the page of things."""

    def open_page() -> Any:
        page.goto(f"{live_server.url}/things")
        page.get_by_label("Username or e-mail").fill(person.username)
        page.get_by_label("Password").fill(person.password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live_server.url}/things")
        return page

    return open_page


class TestScripts:
    def test_the_first_stop_of_the_keyboard_leads_to_the_content(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()

    def test_a_toast_shows_and_can_be_closed(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        toast = page.locator(".toast", has_text="Welcome back.")
        toast.wait_for()
        toast.get_by_role("button", name="Close").click()
        toast.wait_for(state="detached")

    def test_nothing_moves_for_who_wants_no_motion(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        # The script's own, which can be closed: what the server left is replaced by it.
        toast = page.locator(".toast:has(button)", has_text="Welcome back.")
        assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
        assert toast.evaluate("one => parseFloat(getComputedStyle(one).animationDuration)") < 0.001

    def test_copying_puts_the_text_on_the_clipboard_and_says_so(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        page.get_by_role("button", name="Copy Secret").click()
        page.locator(".toast", has_text="Secret copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == "3fx0c9q2"

    def test_a_dialog_opens_holds_the_keyboard_and_closes(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        dialog = page.get_by_role("dialog", name="Sure?")
        page.get_by_role("link", name="Delete").click()
        dialog.wait_for()
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        page.get_by_role("link", name="Delete").click()
        dialog.get_by_role("button", name="Cancel").click()
        dialog.wait_for(state="hidden")
        expect(page).to_have_url(re.compile("/things$"))

    def test_the_menu_closes_on_escape_and_on_a_click_elsewhere(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        change = page.get_by_role("link", name="Change password")
        page.locator("summary").press("Enter")
        change.wait_for()
        page.keyboard.press("Escape")
        change.wait_for(state="hidden")
        page.get_by_text("Account").click()
        page.get_by_role("heading", name="Things").click()
        change.wait_for(state="hidden")

    def test_unsaved_changes_are_shown_and_asked_about(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        questions: list[str] = []
        page.on("dialog", lambda question: (questions.append(question.type), question.dismiss()))
        sign = page.get_by_text("Unsaved changes")
        page.get_by_label("Label").fill("changed")
        sign.wait_for()
        with page.expect_event("dialog"):
            page.get_by_role("link", name="Products").click()
        assert questions == ["beforeunload"]
        expect(page).to_have_url(re.compile("/things$"))
        page.get_by_label("Label").fill("as it was")
        sign.wait_for(state="hidden")
        page.get_by_role("link", name="Products").click()
        page.wait_for_url("**/products")

    def test_what_was_typed_before_the_scripts_had_loaded_is_unsaved(
        self, open_things: Callable[[], Any], live_server: Any
    ) -> None:
        page = open_things()
        sign = page.get_by_text("Unsaved changes")
        with scripts_held_back(page):
            page.goto(f"{live_server.url}/things?again", wait_until="commit")
            page.get_by_label("Label").fill("changed")
            expect(sign).to_be_hidden()
        expect(sign).to_be_visible()
        page.get_by_label("Label").fill("as it was")
        expect(sign).to_be_hidden()

    def test_a_choice_made_before_the_scripts_had_loaded_takes_effect_but_not_after_going_back(
        self, open_things: Callable[[], Any], live_server: Any
    ) -> None:
        page = open_things()
        with scripts_held_back(page):
            page.goto(f"{live_server.url}/things?first", wait_until="commit")
            page.get_by_label("Size").select_option("M")
        page.wait_for_url("**/things?size=M")
        page.go_back()
        expect(page.get_by_role("heading", name="Things")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/things\?first$"))

    def test_a_choice_takes_effect_at_once(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        expect(page.get_by_role("button", name="Choose")).to_be_hidden()
        page.get_by_label("Size").select_option("M")
        page.wait_for_url("**/things?size=M")

    def test_nothing_is_cut_off_in_a_narrow_window(self, open_things: Callable[[], Any]) -> None:
        page = open_things()
        for width in (360, 640, 768, 960, 1280):
            page.set_viewport_size({"width": width, "height": 720})
            fits(page, width)
            for name in ("Products", "Connect", "System", "Data flows"):
                expect(page.get_by_role("link", name=name)).to_be_visible()


def test_without_scripts_everything_still_works(
    transactional_db: None, live_server: Any, person: Any, chromium: Any
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/things")
    page.get_by_label("Username or e-mail").fill(person.username)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Welcome back.")).to_be_visible()
    expect(page.get_by_role("button", name="Copy Secret")).to_be_hidden()
    page.get_by_label("Size").select_option("M")
    page.get_by_role("button", name="Choose").click()
    expect(page).to_have_url(re.compile(r"/things\?size=M$"))
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Sure?")).to_be_visible()
    page.get_by_text("Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
