"""The screens of users, roles and groups in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from limen.accounts.models import Role
from tests.browser.test_connections import cookie_of
from tests.factories.accounts import make_group, make_role, make_user
from tests.factories.connections import make_connection

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


def test_the_editor_searches_and_gives_what_it_shows(open: Open) -> None:
    page = open("/system/roles/create")
    page.get_by_label("Label").fill("Reader")
    search = page.get_by_label("Search the permissions")
    search.fill("api famil")
    assert page.get_by_role("heading", name="Products").is_hidden()
    assert page.get_by_label("List families").is_visible()
    assert page.get_by_label("List attributes").is_hidden()
    assert page.get_by_label("Overall Web API access").is_hidden()
    search.press("Enter")
    page.get_by_role("button", name="Grant all").click()
    search.fill("nothing like this")
    assert page.get_by_text("No permission matches.").is_visible()
    search.fill("")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/system/roles/ROLE_READER/edit")
    assert Role.objects.get(code="ROLE_READER").permissions == [
        "pim_api_family_edit",
        "pim_api_family_list",
        "pim_api_family_variant_edit",
        "pim_api_family_variant_list",
        "pim_api_measurement_family_edit",
        "pim_api_measurement_family_list",
    ]


def test_the_editor_works_without_a_script(chromium: Any, live_server: Any, person: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([cookie_of(person.username, live_server.url)])
    page = context.new_page()
    page.goto(f"{live_server.url}/system/roles/create")
    assert page.get_by_label("Search the permissions").is_hidden()
    assert page.get_by_role("button", name="Grant all").count() == 0
    page.get_by_label("Label").fill("Reader")
    page.get_by_label("List attribute options").check()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("List attribute options").is_checked()
    context.close()
    assert Role.objects.get(code="ROLE_READER").permissions == ["pim_api_attribute_option_list"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_the_screens_are_open_to_everybody_and_fit(page: Any, open: Open, width: int, scheme: str) -> None:
    julia, group = make_user("julia", email="julia@example.com"), make_group("Paris")
    make_role("ROLE_READER", "pim_api_product_list")
    make_connection()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in (
        "/system",
        "/system/users",
        "/system/users/create",
        f"/system/users/{julia.id}/edit",
        f"/system/users/{julia.id}/password",
        f"/system/users/{julia.id}/delete",
        "/system/roles",
        "/system/roles/ROLE_READER/edit",
        "/system/roles/ROLE_USER/delete",
        "/system/groups",
        f"/system/groups/{group.id}/edit",
        f"/system/groups/{group.id}/delete",
    ):
        open(path)
        violations = Axe().run(page).response["violations"]
        assert violations == [], (path, [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
