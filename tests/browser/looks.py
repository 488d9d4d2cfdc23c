"""What every screen is looked at for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


@contextmanager
def scripts_held_back(page: Any) -> Iterator[None]:
    """Within, a page is there to be used and none of its scripts is: go there with `wait_until="commit"`."""
    held: list[Any] = []
    page.route("**/*.js", lambda route: held.append(route))
    yield
    for route in held:
        route.continue_()
    page.unroute("**/*.js")
    page.wait_for_load_state()


def fits(page: Any, width: int) -> None:
    """Nothing on the page is cut off in a window of this width, as soon as the page has settled."""
    expect(page.locator("html"), f"{page.url} in {width} pixels").to_have_js_property("scrollWidth", width)


def barriers(page: Any, *impacts: str) -> list[tuple[str, list[str]]]:
    """Give what keeps people with disabilities out, by the rule it breaks: all of it, or what has these impacts."""
    # A page that is still on its way shows neither its last words nor what its scripts make of it.
    page.wait_for_load_state()
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    chosen = [one for one in found if not impacts or one["impact"] in impacts]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in chosen]


def looks_well(page: Any, width: int) -> None:
    """The page is open to everybody, and fits."""
    assert barriers(page) == [], page.url
    fits(page, width)
