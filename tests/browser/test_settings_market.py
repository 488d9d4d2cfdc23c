"""Channels, locales, currencies, measurement families, attribute groups, association types in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.structure import queries
from limen.structure.rules.attribute_groups import in_order
from tests.browser.looks import looks_well
from tests.browser.test_connections import cookie_of
from tests.factories.structure import make_association_type, make_attribute, make_attribute_group, make_channel

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


def test_a_channel_is_made_by_keyboard(open: Open) -> None:
    make_attribute("weight", "pim_catalog_metric", labels={"en_US": "Weight"})
    page = open("/settings/channels")
    page.get_by_role("link", name="Create").press("Enter")
    page.get_by_label("Code", exact=True).fill("shop_fr")
    search = page.get_by_label("Language, country or code to add")
    search.type("french (france)")
    # Enter in the search sends nothing.
    search.press("Enter")
    page.get_by_role("button", name="French (France)").press("Enter")
    page.get_by_text("French (France) becomes active.").wait_for()
    page.get_by_role("button", name="English (United States)").press("Enter")
    page.get_by_role("button", name="Move English (United States) up").press("Enter")
    expect(page.locator("#picks-locales .picked li").first).to_contain_text("English")
    # The focus stays on the button that was pressed.
    expect(page.locator("#up-locales-en_US")).to_be_focused()
    page.get_by_role("button", name="Euro").press("Enter")
    page.get_by_role("button", name="Take out Euro").wait_for()
    page.get_by_role("button", name="Weight weight").press("Enter")
    page.get_by_label("Unit of weight").select_option("GRAM")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Create").press("Enter")
    page.wait_for_url("**/settings/channels/shop_fr")
    made = queries.snapshot().channels["shop_fr"]
    assert (made.locales, made.currencies) == (("en_US", "fr_FR"), ("EUR",))
    assert made.conversion_units == {"weight": "GRAM"}


def test_a_channel_is_changed_without_a_script(chromium: Any, live_server: Any, person: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([cookie_of(person.username, live_server.url)])
    page = context.new_page()
    page.goto(f"{live_server.url}/settings/channels/ecommerce")
    page.get_by_label("Language, country or code to add").fill("german (germany)")
    page.get_by_role("button", name="Search").first.click()
    page.get_by_role("button", name="German (Germany) de_DE", exact=True).click()
    page.get_by_role("button", name="Take out English (United States)").click()
    expect(page.get_by_text("German (Germany) becomes active.")).to_be_visible()
    expect(page.get_by_text("English (United States) will no longer be active")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    context.close()
    assert queries.snapshot().channels["ecommerce"].locales == ("de_DE",)


def test_a_currency_is_enabled_where_it_was_found(open: Open) -> None:
    page = open("/settings/currencies")
    page.get_by_label("Name or code").type("yen")
    button = page.get_by_role("button", name="Enable Japanese Yen")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    button.press("Enter")
    page.get_by_role("button", name="Disable Japanese Yen").wait_for()
    page.get_by_text("Japanese Yen (JPY) is enabled.").wait_for()
    expect(page.locator("#switch-JPY")).to_be_focused()
    expect(page.get_by_label("Name or code")).to_have_value("yen")
    assert queries.snapshot().currencies["JPY"]


def test_groups_are_put_in_order_by_key_and_by_dragging(open: Open) -> None:
    for place, code in enumerate(("legal", "brewing", "media")):
        make_attribute_group(code, sort_order=place, labels={"en_US": code.capitalize()})
    page = open("/settings/attribute-groups")
    page.get_by_role("button", name="Move Media up").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-code]").nth(1)).to_contain_text("Media")
    expect(page.locator("#up-media")).to_be_focused()
    # The row is in its new place before it is saved there.
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("row", name="Other").drag_to(
            page.get_by_role("row", name="Legal"), target_position={"x": 90, "y": 4}
        )
    expect(page.locator("[data-code]").first).to_contain_text("Other")
    assert [one.code for one in in_order(queries.snapshot())] == ["other", "legal", "media", "brewing"]


def test_attributes_are_moved_into_a_group(open: Open) -> None:
    make_attribute_group("brewing", labels={"en_US": "Brewing"})
    make_attribute("steeping_time", labels={"en_US": "Steeping time"})
    page = open("/settings/attribute-groups/brewing/attributes")
    page.get_by_label("Label or code of an attribute elsewhere").type("steep")
    expect(page.locator("#found input[name=into]")).to_have_count(1)
    page.get_by_label("Steeping time").check()
    page.get_by_role("button", name="Move the ticked here").click()
    page.get_by_text("1 attribute moved.").wait_for()
    assert queries.snapshot().attributes["steeping_time"].group == "brewing"


def test_a_unit_is_added_and_counts_in_the_calculator(open: Open) -> None:
    page = open("/settings/measurement-families/Length")
    page.get_by_role("link", name="Add a unit").click()
    page.get_by_label("Code", exact=True).fill("SPAN")
    page.get_by_label("Symbol").fill("span")
    page.get_by_label("Step 1: by which number").fill("9")
    page.get_by_role("button", name="Add a step").press("Enter")
    page.get_by_label("Step 2: by which number").fill("0.0254")
    page.get_by_role("button", name="Move step 2 up").press("Enter")
    expect(page.get_by_label("Step 1: by which number")).to_have_value("0.0254")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/measurement-families/Length")
    page.get_by_label("From", exact=True).select_option("SPAN")
    page.get_by_label("To", exact=True).select_option("INCH")
    page.get_by_label("Amount").type("2")
    page.get_by_text("2 span = 18 in").wait_for()
    unit = queries.snapshot().measurement_families["Length"].units["SPAN"]
    assert unit.convert_from_standard == (("mul", "0.0254"), ("mul", "9"))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_the_screens_are_open_to_everybody_and_fit(page: Any, open: Open, width: int, scheme: str) -> None:
    make_attribute_group("brewing", labels={"en_US": "Brewing"})
    make_attribute("weight", "pim_catalog_metric", group="brewing", labels={"en_US": "Weight"})
    make_channel("print", locales=["de_DE", "fr_FR"], conversion_units={"weight": "GRAM"})
    make_association_type("served_with", is_quantified=True, labels={"en_US": "Served with"})
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in (
        "/settings",
        "/settings/channels",
        "/settings/channels/create-channel",
        "/settings/channels/print",
        "/settings/channels/print/history",
        "/settings/channels/print/delete",
        "/settings/locales",
        "/settings/currencies",
        "/settings/currencies?search=nothing",
        "/settings/currencies/EUR/history",
        "/settings/measurement-families",
        "/settings/measurement-families/create-measurement-family",
        "/settings/measurement-families/Weight?amount=2",
        "/settings/measurement-families/Length/units/FEET",
        "/settings/attribute-groups",
        "/settings/attribute-groups/brewing",
        "/settings/attribute-groups/brewing/attributes",
        "/settings/association-types",
        "/settings/association-types/create-association-type",
        "/settings/association-types/served_with",
    ):
        open(path)
        looks_well(page, width)
