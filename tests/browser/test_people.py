"""The screens of users, roles and groups in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from limen.accounts.models import Role, User
from limen.connections.models import Connection
from tests.browser.looks import looks_well
from tests.browser.test_connections import cookie_of, window
from tests.factories.accounts import make_group, make_role, make_user
from tests.factories.connections import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[[str], Any]


# Every screen of System, and those of a connection that make roles and groups; the ids are filled in.
SCREENS = (
    "/system",
    "/system/users",
    "/system/users/create",
    "/system/users/{user}/edit",
    "/system/users/{user}/password",
    "/system/users/{user}/delete",
    "/system/users/{self}/edit",
    "/system/roles",
    "/system/roles/create",
    "/system/roles/ROLE_READER/edit",
    "/system/roles/ROLE_USER/edit",
    "/system/roles/ROLE_USER/delete",
    "/system/jobs",
    "/system/audit",
    "/system/audit?what=user.signed_in",
    "/system/groups",
    "/system/groups/create",
    "/system/groups/{group}/edit",
    "/system/groups/{group}/delete",
    "/connect/connection-settings/erp/own-role",
    "/connect/connection-settings/erp/own-group",
    "/connect/connection-settings/erp/scopes",
    "/connect/connection-settings/erp/scopes?preset=write-products",
)


@pytest.fixture
def open(page: Any, live_server: Any, person: Any) -> Open:
    """`open(path)`: go there, signed in."""
    page.context.add_cookies([cookie_of(person.username, live_server.url)])

    def open_page(path: str) -> Any:
        page.goto(f"{live_server.url}{path}")
        return page

    return open_page


def test_the_editor_searches_and_gives_what_it_shows(open: Open) -> None:
    page = open("/system/roles/create")
    page.get_by_label("Label").fill("Reader")
    search = page.get_by_label("Search the permissions")
    search.fill("api famil")
    expect(page.get_by_role("heading", name="Products")).to_be_hidden()
    # The screens under Settings have permissions of the same names.
    api = page.get_by_role("region", name="Web API")
    expect(api.get_by_label("List families")).to_be_visible()
    expect(api.get_by_label("List attributes")).to_be_hidden()
    expect(page.get_by_label("Overall Web API access")).to_be_hidden()
    search.press("Enter")
    page.get_by_role("button", name="Grant all").click()
    search.fill("nothing like this")
    expect(page.get_by_text("No permission matches.")).to_be_visible()
    search.fill("")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/system/roles/ROLE_READER/edit")
    assert Role.objects.get(code="ROLE_READER").permissions == [
        "pim_api_family_edit",
        "pim_api_family_list",
        "pim_api_family_remove",
        "pim_api_family_variant_edit",
        "pim_api_family_variant_list",
        "pim_api_family_variant_remove",
        "pim_api_measurement_family_edit",
        "pim_api_measurement_family_list",
        "pim_api_measurement_family_remove",
    ]


def test_the_editor_works_without_a_script(chromium: Any, live_server: Any, person: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([cookie_of(person.username, live_server.url)])
    page = context.new_page()
    page.goto(f"{live_server.url}/system/roles/create")
    expect(page.get_by_label("Search the permissions")).to_be_hidden()
    expect(page.get_by_role("button", name="Grant all")).to_have_count(0)
    page.get_by_label("Label").fill("Reader")
    page.get_by_label("List attribute options").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/system/roles/ROLE_READER/edit")
    expect(page.get_by_label("List attribute options")).to_be_checked()
    context.close()
    assert Role.objects.get(code="ROLE_READER").permissions == ["pim_api_attribute_option_list"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_the_screens_are_open_to_everybody_and_fit(page: Any, open: Open, width: int, scheme: str) -> None:
    julia, group = make_user("julia", email="julia@example.com"), make_group("Paris")
    make_role("ROLE_READER", "pim_api_product_list")
    make_connection(code="erp")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for screen in SCREENS:
        open(screen.format(user=julia.id, self=julia.id - 1, group=group.id))
        looks_well(page, width)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_what_comes_back_from_a_form_is_open_to_everybody_and_fits(
    chromium: Any, live_server: Any, person: Any, width: int, scheme: str
) -> None:
    julia = make_user("julia")
    make_role("ROLE_READER", "pim_api_product_list")
    make_connection(code="erp")
    # An answer 422 stands in the console, where the fixture `page` would mind it.
    size = {"width": width, "height": 900}
    page = window(chromium, live_server, person, viewport=size, color_scheme=scheme, locale="en-US")

    def open(path: str) -> None:
        page.goto(f"{live_server.url}{path}")

    # Wrong at several fields.
    open("/system/users/create")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Username")).to_have_attribute("aria-invalid", "true")
    looks_well(page, width)
    # A password that is shown this once.
    page.get_by_label("Username").fill("mary")
    page.get_by_label("User", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="The user is created").wait_for()
    looks_well(page, width)
    # Somebody else was quicker: a user, a role, what a connection may call.
    open(f"/system/users/{julia.id}/edit")
    User.objects.filter(id=julia.id).update(first_name="Julie")
    page.get_by_label("Last name").fill("Sand")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Somebody else saved this user").wait_for()
    looks_well(page, width)
    open("/system/roles/ROLE_READER/edit")
    Role.objects.filter(code="ROLE_READER").update(label="Theirs")
    page.get_by_label("Label").fill("Mine")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Somebody else saved this role").wait_for()
    looks_well(page, width)
    open("/connect/connection-settings/erp/scopes")
    expect(page.get_by_label("List products")).to_be_hidden()
    page.get_by_label("Only what is ticked here").check()
    expect(page.get_by_label("List products")).to_be_visible()
    Connection.objects.update(version=7)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Somebody else has changed this connection").wait_for()
    looks_well(page, width)
    open("/system/audit?start=2020-02-01&end=2020-01-01")
    looks_well(page, width)
    page.context.close()


def test_a_role_of_its_own_in_two_clicks(open: Open) -> None:
    make_connection(code="erp")
    page = open("/connect/connection-settings/erp/edit")
    page.get_by_role("link", name="Create a role of its own").click()
    page.get_by_role("link", name="Read the catalogue").click()
    expect(page.get_by_label("Create or update products")).not_to_be_checked()
    page.get_by_role("button", name="Create and assign").click()
    page.wait_for_url("**/erp/edit")
    expect(page.get_by_label("Role").locator("option:checked")).to_have_text("My ERP")
    expect(page.get_by_text("The role is created, and this connection has it.")).to_be_visible()
