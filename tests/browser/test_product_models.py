"""A product model and its variants in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.looks import barriers, looks_well
from tests.conftest import _install
from tests.factories.products import make_product
from tests.products.catalogue import make_lamps
from tests.products.trees import make_model, make_tree, make_variants

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CONTEXT = "channel=webshop&locale=en_GB"


@pytest.fixture
def signed_in(page: Any, person: Any, live_server: Any) -> Any:
    _install()
    make_lamps()
    make_variants()
    uuid = make_tree()
    make_model("orbit_white", {"finish": "white"}, parent="orbit")
    make_product("orbit-brass-m", "luminaires", {"bulb_size": "m", "lumens": 7}, parent="orbit_brass")
    page.goto(f"{live_server.url}/products/{uuid}?{CONTEXT}")
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").first.fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Orbit lamp", level=1)).to_be_visible()
    page.wait_for_load_state()
    return page


def test_from_a_variant_to_its_models_and_back(signed_in: Any) -> None:
    page = signed_in
    finish = page.locator("#attribute-finish")
    expect(finish).to_contain_text("Brass")
    expect(finish).to_contain_text("inherited from")
    expect(page.locator("#attribute-title")).to_contain_text("orbit")
    expect(page.locator("#attribute-lumens")).not_to_contain_text("inherited from")
    assert barriers(page) == []
    finish.get_by_role("link", name="orbit_brass").click()
    expect(page.get_by_role("heading", name="Variants")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("row", name="orbit-brass-m")).to_contain_text("M")
    expect(page.get_by_role("heading", name="What happened last")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("complementary").get_by_role("link", name="orbit").click()
    expect(page.get_by_role("heading", name="Models below it")).to_be_visible()
    page.get_by_role("link", name="orbit_white").click()
    expect(page.get_by_text("Nothing is below this model yet.")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="orbit_brass").click()
    page.get_by_role("link", name="orbit-brass-s").click()
    expect(page.get_by_role("link", name="orbit_brass").first).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("What it inherits changes with its model:")).to_be_visible()
    assert barriers(page) == []


def test_an_unknown_model_says_so(signed_in: Any, live_server: Any) -> None:
    answer = signed_in.request.get(f"{live_server.url}/product-models/ghost")
    assert answer.status == 404


def test_from_products_to_models_and_back(signed_in: Any, live_server: Any) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/products?{CONTEXT}")
    # The row leads to the variant, the link in it to its model.
    page.get_by_role("row", name="orbit-brass-m").get_by_role("link", name="orbit_brass").click()
    expect(page.get_by_role("heading", name="Variants")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Product models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Product models")
    expect(page.get_by_role("row")).to_have_count(5)
    page.get_by_role("searchbox").press_sequentially("orbit_")
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page).to_have_url(re.compile("/product-models\\?search=orbit_&"))
    # The link of the label covers its whole row.
    page.get_by_role("row", name="orbit_white").locator(".family").click(force=True)
    expect(page.get_by_text("Nothing is below this model yet.")).to_be_visible()


def test_models_are_listed_and_searched_without_javascript(chromium: Any, signed_in: Any, live_server: Any) -> None:
    context = chromium.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    page = context.new_page()
    page.goto(f"{live_server.url}/products?{CONTEXT}")
    page.get_by_role("link", name="Product models").click()
    page.get_by_role("searchbox").fill("beam")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="[beam]").click()
    expect(page.get_by_text("Nothing is below this model yet.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_lists_fit_their_window_and_are_open_to_all(
    signed_in: Any, live_server: Any, width: int, scheme: str
) -> None:
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    for path in ("/products", "/product-models", "/product-models?search=zebra"):
        page.goto(live_server.url + path)
        looks_well(page, width)
