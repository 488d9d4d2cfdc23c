"""The product grid and the product page in a real browser: typed, clicked, by keyboard, on a small screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.accounts.rules import SYSTEM, Caller
from limen.products.views import grid
from tests.browser.looks import barriers, fits
from tests.factories.products import change_product, make_product
from tests.factories.structure import change_channel, make_attribute, make_channel, make_family

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONTEXT = "channel=ecommerce&locale=en_US"


@pytest.fixture
def catalogue(installed: None) -> str:
    """Sixty numbered lamps and one chair, named in English and German, pushed by a connection; the chair's uuid."""
    change_channel("ecommerce", locales=["en_US", "de_DE"], labels={"en_US": "Shop", "de_DE": "Laden"})
    make_channel("print", labels={"en_US": "Catalogue"})
    make_attribute("name", localizable=True, labels={"en_US": "Name"})
    make_attribute("weight", "pim_catalog_metric", labels={"en_US": "Weight"})
    for code, label in (("chairs", "Chairs"), ("lamps", "Lamps")):
        make_family(
            code,
            ["sku", "name", "weight"],
            attribute_as_label="name",
            requirements={"ecommerce": ["sku", "name", "weight"]},
            labels={"en_US": label},
        )
    erp = Caller(None, "my_erp_0001", "My ERP", "api", SYSTEM.permissions)
    for number in range(60):
        make_product(
            f"lamp-{number:02}", family="lamps", values=named(f"Lamp {number:02}", f"Lampe {number:02}"), by=erp
        )
    return make_product("fjord", family="chairs", values=named("Fjord chair", "Fjord-Stuhl"), by=erp)


@pytest.fixture
def signed_in(page: Any, person: Any, live_server: Any, catalogue: str) -> Any:
    page.goto(f"{live_server.url}/products?{CONTEXT}")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").first.fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Products", level=1)).to_be_visible()
    # Scripts run before the page counts as loaded; what is done sooner, they do not see.
    page.wait_for_load_state()
    return page


def named(english: str, german: str) -> dict[str, Any]:
    return {
        "name": [
            {"locale": "en_US", "scope": None, "data": english},
            {"locale": "de_DE", "scope": None, "data": german},
        ]
    }


def rows(page: Any) -> Any:
    return page.locator("#products tbody tr")


def test_typing_searches_and_going_back_brings_back_what_was_there(signed_in: Any) -> None:
    page = signed_in
    expect(rows(page)).to_have_count(grid.ROWS)
    page.get_by_role("searchbox").press_sequentially("fjo", delay=30)
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="product")).to_have_text("1 product")
    expect(page).to_have_url(re.compile("search=fjo"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("searchbox").fill("zebra")
    expect(page.get_by_text("No product matches")).to_be_visible()
    page.go_back()
    expect(rows(page)).to_have_count(grid.ROWS)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_a_family_narrows_and_the_pages_lead_on(signed_in: Any) -> None:
    page = signed_in
    page.get_by_label("Family").select_option("Lamps")
    expect(page.get_by_text("60 products").first).to_be_visible()
    first = rows(page).first.inner_text()
    page.get_by_role("link", name="Next").click()
    expect(rows(page)).to_have_count(60 - grid.ROWS)
    expect(page.locator("html")).to_have_js_property("scrollTop", 0)
    page.get_by_role("link", name="Previous").click()
    expect(rows(page)).to_have_count(grid.ROWS)
    expect(rows(page).first).to_have_text(first, use_inner_text=True)
    expect(page.get_by_label("Family")).to_have_value("lamps")


def test_another_locale_shows_its_labels_and_stays_chosen(signed_in: Any) -> None:
    page = signed_in
    page.get_by_label("Locale").focus()
    page.get_by_label("Locale").select_option("German (DE)")
    expect(page.get_by_role("link", name="Fjord-Stuhl")).to_be_visible()
    expect(page.get_by_label("Locale")).to_be_focused()
    page.get_by_role("link", name="Fjord-Stuhl").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fjord-Stuhl")
    page.get_by_label("Channel").select_option("print")
    # The catalogue is in English only.
    expect(page.get_by_role("heading", level=1)).to_have_text("Fjord chair")
    expect(page.get_by_label("Locale").locator("option")).to_have_count(1)


def test_the_keyboard_leads_from_the_grid_to_what_is_missing(signed_in: Any) -> None:
    page = signed_in
    page.get_by_role("searchbox").fill("fjord")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name="Fjord chair").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fjord chair")
    page.get_by_role("complementary").get_by_role("link", name="Weight").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#attribute-weight$"))
    expect(page.locator("#attribute-weight")).to_be_in_viewport()
    page.get_by_label("Only missing").check()
    expect(page.locator("#attribute-weight")).to_be_visible()
    expect(page.locator("#attribute-name")).to_be_hidden()


def test_a_click_beside_the_label_opens_the_row(signed_in: Any) -> None:
    page = signed_in
    # The link covers its whole row, so it is the link that takes the click.
    rows(page).first.locator(".family").click(force=True)
    expect(page.get_by_role("navigation", name="Product", exact=True)).to_be_visible()


def test_history_says_who_changed_what_and_shows_older_below(signed_in: Any, catalogue: str) -> None:
    page = signed_in
    ada = Caller(None, "ada", "Ada Admin", "user", SYSTEM.permissions)
    for number in range(30):
        change_product(catalogue, values=named(f"Fjord chair {number}.", "Fjord-Stuhl"), by=ada)
    page.get_by_role("searchbox").fill("fjord")
    page.get_by_role("link", name="Fjord chair 29.").click()
    page.get_by_role("link", name="History").click()
    newest = page.get_by_role("listitem").filter(has_text="Ada Admin").first
    expect(newest).to_contain_text("Fjord chair 28.")
    expect(newest).to_contain_text("Fjord chair 29.")
    expect(page.get_by_text("created the product")).to_have_count(0)
    page.get_by_role("link", name="Show older").click()
    expect(page.get_by_text("created the product")).to_be_visible()
    expect(newest).to_be_visible()
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    expect(page.get_by_role("listitem").filter(has_text="My ERP")).to_contain_text("connection")


def test_without_javascript_everything_still_answers(
    chromium: Any, person: Any, live_server: Any, catalogue: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/products?{CONTEXT}")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").first.fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("searchbox").fill("fjord")
    page.get_by_label("Locale").select_option("de_DE")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Fjord-Stuhl").click()
    page.get_by_label("Locale").select_option("en_US")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fjord chair")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_their_window_and_are_open_to_all(
    signed_in: Any, live_server: Any, catalogue: str, width: int, scheme: str
) -> None:
    page, address = signed_in, f"/products/{catalogue}"
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    for path in ("/products", "/products?search=zebra", address, f"{address}/categories", f"{address}/history"):
        page.goto(live_server.url + path)
        fits(page, width)
        assert barriers(page, "serious", "critical") == [], path
