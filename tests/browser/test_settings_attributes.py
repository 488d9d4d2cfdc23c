"""The screens of attributes and their options in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.structure import queries
from tests.browser.looks import looks_well, scripts_held_back
from tests.browser.test_connections import cookie_of
from tests.factories.structure import make_attribute, make_attribute_group, make_option

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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
def colour(installed: None) -> None:
    make_attribute_group("look", labels={"en_US": "Look"})
    make_attribute("colour", "pim_catalog_simpleselect", group="look", labels={"en_US": "Colour"})
    make_option("colour", "red", labels={"en_US": "Red"})
    make_option("colour", "green", labels={"en_US": "Green"})


def test_a_select_and_its_options_are_made_by_keyboard_alone(open: Open) -> None:
    page = open("/settings/attributes")
    press, type = page.keyboard.press, page.keyboard.type

    def focus(role: str, name: str) -> None:
        page.get_by_role(role, name=name).focus()

    focus("link", "Create")
    press("Enter")
    page.wait_for_url("**/create-attribute")
    focus("link", "Simple select")
    press("Enter")
    page.get_by_label("Code", exact=True).focus()
    type("colour")
    page.get_by_label("Usable as filter").focus()
    press("Space")
    page.locator("[name='labels[en_US]']").focus()
    type("Colour")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    press("Enter")
    page.wait_for_url("**/settings/attributes/colour")
    focus("link", "Options")
    press("Enter")
    page.wait_for_url("**/options")
    page.get_by_label("Code", exact=True).focus()
    for code in ("red", "green"):
        type(code)
        press("Tab")
        type(code.title())
        press("Enter")
        expect(page.get_by_role("link", name=code.title())).to_be_visible()
        # The next one can be typed as soon as the page has loaded: what comes after is the button, then its code.
        page.wait_for_load_state()
        press("Tab")
        press("Tab")
    focus("button", "Move green up")
    press("Enter")
    page.wait_for_url("**#option-green")
    made = queries.snapshot().attributes["colour"]
    assert made.useable_as_grid_filter
    assert [one.code for one in queries.search_options(made).rows] == ["green", "red"]


def test_lists_are_narrowed_while_one_types_and_chooses(open: Open, colour: None) -> None:
    page = open("/settings/attributes")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Search by label or code").press_sequentially("colo")
    expect(rows).to_have_count(1)
    page.get_by_label("Type").select_option("pim_catalog_text")
    expect(page.get_by_text("No attribute matches")).to_be_visible()
    page.get_by_label("Type").select_option("")
    page.get_by_role("link", name="Colour").click()
    page.get_by_role("link", name="Options").click()
    page.get_by_label("Search the options").press_sequentially("gre")
    expect(rows).to_have_count(1)


def test_what_was_typed_before_the_scripts_had_loaded_narrows_too(
    page: Any, open: Open, colour: None, live_server: Any
) -> None:
    open("/settings")
    with scripts_held_back(page):
        page.goto(f"{live_server.url}/settings/attributes", wait_until="commit")
        page.get_by_label("Search by label or code").fill("colo")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("search=colo"))


def test_a_new_measurement_offers_the_units_of_its_family(open: Open) -> None:
    page = open("/settings/attributes/create-attribute?type=pim_catalog_metric")
    units = page.get_by_label("Unit to begin with").locator("option")
    expect(units).to_have_count(1)
    page.get_by_label("Measurement family").select_option("Duration")
    expect(units.filter(has_text="Minute")).to_have_count(1)
    page.get_by_label("Unit to begin with").select_option("MINUTE")
    page.get_by_label("Measurement family").select_option("Weight")
    expect(units.filter(has_text="Minute")).to_have_count(0)
    expect(page.get_by_label("Unit to begin with")).to_have_value("")


def test_the_screens_work_without_a_script(chromium: Any, live_server: Any, person: Any, colour: None) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([cookie_of(person.username, live_server.url)])
    page = context.new_page()
    page.goto(f"{live_server.url}/settings/attributes")
    page.get_by_label("Group").select_option("look")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"{live_server.url}/settings/attributes/create-attribute?type=pim_catalog_metric")
    page.get_by_label("Code", exact=True).fill("length")
    page.get_by_label("Measurement family").select_option("Length")
    page.get_by_label("Unit to begin with").select_option("METER")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/attributes/length")
    page.goto(f"{live_server.url}/settings/attributes/colour/paste-options")
    page.get_by_label("Options", exact=True).fill("blue;Blue\nred;Crimson")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("1 new, 1 changed")).to_be_visible()
    page.get_by_role("button", name="Save them").click()
    expect(page.get_by_role("link", name="Crimson")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_the_screens_are_open_to_everybody_and_fit(
    page: Any, open: Open, colour: None, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    for path in (
        "/settings",
        "/settings/attributes",
        "/settings/attributes?search=nothing",
        "/settings/attributes/create-attribute",
        "/settings/attributes/create-attribute?type=pim_catalog_metric",
        "/settings/attributes/create-attribute?type=pim_catalog_image",
        "/settings/attributes/colour",
        "/settings/attributes/colour/options",
        "/settings/attributes/colour/options/red",
        "/settings/attributes/colour/options/red/delete",
        "/settings/attributes/colour/usage",
        "/settings/attributes/colour/history",
        "/settings/attributes/colour/delete",
        "/settings/attributes/sku/delete",
    ):
        open(path)
        looks_well(page, width)
    open("/settings/attributes/colour/paste-options")
    page.get_by_label("Options", exact=True).fill("blue;Blue\nbad code;Bad")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Nothing is saved").wait_for()
    looks_well(page, width)
