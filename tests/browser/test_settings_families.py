"""Families and their variants in a real browser: by hand, by keyboard, and without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from tests.browser.looks import looks_well, scripts_held_back
from tests.browser.test_connections import cookie_of, toast
from tests.factories.structure import (
    NOW,
    make_attribute,
    make_attribute_group,
    make_channel,
    make_family,
    make_family_variant,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[[str], Any]
MUGS = "/settings/families/mugs"
BY_COLOUR = f"{MUGS}/variants/mugs_by_colour"


@pytest.fixture
def open(page: Any, live_server: Any, person: Any) -> Open:
    """`open(path)`: go there, signed in."""
    page.context.add_cookies([cookie_of(person.username, live_server.url)])

    def open_page(path: str) -> Any:
        page.goto(f"{live_server.url}{path}")
        return page

    return open_page


@pytest.fixture
def mugs(live_server: Any, installed: None) -> None:
    """A family of mugs for two channels; it varies by colour, and each colour by size."""
    make_channel("print", labels={"en_US": "Print"})
    operations.upsert("channel", "ecommerce", {"labels": {"en_US": "Web"}}, by=SYSTEM, now=NOW)
    make_attribute_group("looks", labels={"en_US": "Looks"})
    for code in ("colour", "size", "glaze"):
        make_attribute(code, "pim_catalog_simpleselect", group="looks", labels={"en_US": code.capitalize()})
    for code in ("name", "story"):
        make_attribute(code, labels={"en_US": code.capitalize()})
    make_attribute("picture", "pim_catalog_image", labels={"en_US": "Picture"})
    make_family("mugs", ["colour", "size", "name", "picture"], labels={"en_US": "Mugs"})
    make_family_variant("mugs", "mugs_by_colour", (["colour"], ["picture"]), (["size"], []))


def levels() -> list[tuple[str, ...]]:
    return [level.attributes for level in queries.snapshot().family_variants["mugs_by_colour"].levels]


@pytest.mark.usefixtures("mugs")
class TestFamily:
    def test_a_family_is_made_filled_and_its_requirements_set_by_keyboard(self, open: Open) -> None:
        page = open("/settings/families")
        page.get_by_role("link", name="Create").press("Enter")
        page.get_by_label("Code").fill("bowls")
        page.get_by_label("English (US)").fill("Bowls")
        page.get_by_label("English (US)").press("Enter")
        page.wait_for_url("**/families/bowls/attributes")
        search = page.get_by_label("Search attributes by label or code")
        search.fill("sto")
        expect(page.get_by_role("checkbox", name="Name name · Text")).to_be_hidden()
        search.press("Enter")
        page.get_by_role("checkbox", name="Story").press("Space")
        page.get_by_label("All attributes of a group").select_option(label="Looks (3)")
        expect(page.get_by_text("Unsaved changes")).to_be_visible()
        page.get_by_role("button", name="Save").first.press("Enter")
        toast(page, "The attributes are saved.")
        story = page.get_by_role("checkbox", name="Story is required for Web")
        story.focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Save").first.press("Enter")
        toast(page, "The attributes are saved.")
        family = queries.snapshot().families["bowls"]
        assert family.attributes == {"sku", "story", "colour", "size", "glaze"}
        assert "story" in family.requirements["ecommerce"]
        assert "story" not in family.requirements["print"]

    def test_arrow_keys_walk_the_dots_and_the_search_narrows_them(self, open: Open) -> None:
        page = open(f"{MUGS}/attributes")

        def dot(attribute: str, channel: str) -> Any:
            return page.get_by_role("checkbox", name=f"{attribute} is required for {channel}")

        dot("Size", "Web").focus()
        for key, attribute, channel in (
            ("ArrowUp", "Colour", "Web"),
            ("ArrowRight", "Colour", "Print"),
            ("ArrowDown", "Size", "Print"),
            # Below is another group.
            ("ArrowDown", "Name", "Print"),
            ("ArrowLeft", "Name", "Web"),
        ):
            page.keyboard.press(key)
            expect(dot(attribute, channel)).to_be_focused()
        search = page.get_by_label("Search the attributes of this family")
        search.fill("siz")
        expect(dot("Name", "Web")).to_be_hidden()
        expect(dot("Size", "Web")).to_be_visible()
        search.fill("nothing like this")
        expect(page.get_by_text("No attribute matches.").first).to_be_visible()

    def test_an_attribute_is_looked_for_before_the_scripts_have_loaded(self, open: Open, live_server: Any) -> None:
        page = open(MUGS)
        with scripts_held_back(page):
            page.goto(f"{live_server.url}{MUGS}/attributes", wait_until="commit")
            page.get_by_label("Search attributes by label or code").fill("sto")
        expect(page.get_by_role("checkbox", name="Glaze")).to_be_hidden()
        expect(page.get_by_role("checkbox", name="Story")).to_be_visible()

    def test_leaving_with_something_unsaved_is_asked_about(self, open: Open) -> None:
        page = open(MUGS)
        page.get_by_label("English (US)").fill("Cups")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.get_by_role("link", name="Attributes", exact=False).first.click()
        page.wait_for_url("**/attributes")
        assert asked == ["beforeunload"]


@pytest.mark.usefixtures("mugs")
class TestVariant:
    def test_a_variant_is_made_and_only_the_chosen_levels_are_asked_for(self, open: Open) -> None:
        page = open(f"{MUGS}/variants")
        page.get_by_role("link", name="Create a variant").click()
        page.get_by_label("Code").fill("by_size")
        second = page.get_by_role("group", name="Axes of level 2")
        expect(second).to_be_hidden()
        page.get_by_text("Two levels").click()
        expect(second).to_be_visible()
        page.get_by_text("One level").click()
        page.get_by_role("group", name="Axes of level 1").get_by_label("Size").check()
        page.get_by_role("button", name="Create").click()
        page.wait_for_url("**/variants/by_size")
        assert [level.axes for level in queries.snapshot().family_variants["by_size"].levels] == [("size",)]

    def test_attributes_are_moved_by_keyboard_and_the_effect_told_first(self, open: Open) -> None:
        page = open(BY_COLOUR)
        choice = page.get_by_label("Level of Name")
        choice.focus()
        page.keyboard.press("ArrowDown")
        expect(choice).to_be_focused()
        expect(page.get_by_role("region", name="Level 1").get_by_label("Level of Name")).to_be_visible()
        expect(page.get_by_text("1 attribute moves from Common to Level 1: Name")).to_be_visible()
        assert "name" not in levels()[0]
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Save").first.press("Enter")
        expect(page.get_by_text("The variant is saved.")).to_be_visible()
        assert levels() == [("picture", "colour", "name"), ("size", "sku")]

    def test_what_was_chosen_before_the_script_had_loaded_is_taken_over(self, open: Open, live_server: Any) -> None:
        page = open(MUGS)
        with scripts_held_back(page):
            page.goto(f"{live_server.url}{BY_COLOUR}", wait_until="commit")
            page.get_by_label("Level of Name").select_option(label="Level 1")
        expect(page.get_by_role("region", name="Level 1").get_by_label("Level of Name")).to_be_visible()
        expect(page.get_by_text("1 attribute moves from Common to Level 1: Name")).to_be_visible()
        expect(page.get_by_text("Unsaved changes")).to_be_visible()
        # Leave the page in peace, or it asks when the browser closes it.
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_text("The variant is saved.")).to_be_visible()

    def test_attributes_are_moved_by_dragging(self, open: Open) -> None:
        page = open(BY_COLOUR)
        piece = page.get_by_role("listitem").filter(has=page.get_by_label("Level of Picture"))
        piece.drag_to(page.get_by_role("region", name="Level 2"))
        expect(page.get_by_text("1 attribute moves from Level 1 to Level 2: Picture")).to_be_visible()
        expect(page.get_by_text("Picture is in Level 2 now.")).to_be_attached()
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_text("The variant is saved.")).to_be_visible()
        assert levels() == [("colour",), ("size", "sku", "picture")]

    def test_the_editor_works_without_a_script(self, chromium: Any, live_server: Any, person: Any) -> None:
        context = chromium.new_context(java_script_enabled=False)
        context.add_cookies([cookie_of(person.username, live_server.url)])
        page = context.new_page()
        page.goto(f"{live_server.url}{BY_COLOUR}")
        page.get_by_label("Level of Name").select_option(label="Level 2")
        page.get_by_role("button", name="Show the effect").click()
        expect(page.get_by_text("1 attribute moves from Common to Level 2: Name")).to_be_visible()
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_text("The variant is saved.")).to_be_visible()
        page.goto(f"{live_server.url}{MUGS}/attributes")
        page.get_by_label("Search attributes by label or code").fill("glaze")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("checkbox", name="Glaze").check()
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_text("The attributes are saved.")).to_be_visible()
        context.close()
        assert levels()[1] == ("size", "sku", "name")
        assert "glaze" in queries.snapshot().families["mugs"].attributes


@pytest.mark.usefixtures("mugs")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_the_screens_are_open_to_everybody_and_fit(page: Any, open: Open, width: int, scheme: str) -> None:
    make_family("bare")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in (
        "/settings",
        "/settings/families",
        "/settings/families?search=nothing",
        "/settings/families/create-family",
        MUGS,
        f"{MUGS}/attributes",
        f"{MUGS}/history",
        f"{MUGS}/delete",
        f"{MUGS}/variants",
        "/settings/families/bare/variants",
        "/settings/families/bare/variants/create-variant",
        f"{MUGS}/variants/create-variant",
        BY_COLOUR,
        f"{BY_COLOUR}/history",
        f"{BY_COLOUR}/delete",
    ):
        open(path)
        looks_well(page, width)
