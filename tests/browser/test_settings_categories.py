"""Categories in a real browser: by hand, by keyboard, and without a script."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from limen.structure.operations import Upload
from limen.structure.rules import Written
from tests.browser.looks import looks_well
from tests.browser.test_connections import cookie_of, window
from tests.factories.products import make_product
from tests.factories.structure import NOW, make_category

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[[str], Any]


def png() -> bytes:
    """A picture that a browser can draw."""
    drawn = BytesIO()
    Image.new("RGB", (96, 64), "teal").save(drawn, "PNG")
    return drawn.getvalue()


PATH = "/settings/categories"
TREE = f"{PATH}/shop/tree"


@pytest.fixture
def open(page: Any, live_server: Any, person: Any) -> Open:
    """`open(path)`: go there, signed in."""
    page.context.add_cookies([cookie_of(person.username, live_server.url)])

    def open_page(path: str) -> Any:
        page.goto(f"{live_server.url}{path}")
        return page

    return open_page


@pytest.fixture
def shop(live_server: Any, installed: None, settings: Any, tmp_path: Any) -> None:
    """`shop` › `seating` › `chairs`, `sofas`, and beside it `tables`, `lamps`."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    for code, parent in (
        ("shop", None),
        ("seating", "shop"),
        ("tables", "shop"),
        ("lamps", "shop"),
        ("chairs", "seating"),
        ("sofas", "seating"),
    ):
        make_category(code, parent, labels={"en_US": code.capitalize()})
    make_product("stool", categories=["chairs", "seating"])


@pytest.fixture
def template(shop: None) -> str:
    """A template of the shop whose chairs have a banner; gives the uuid of their story."""
    operations.create_template("shop", code="pages", labels={}, by=SYSTEM, now=NOW)

    def add(code: str, type: str, localizable: bool = False) -> str:
        labels = {"en_US": code.capitalize()}
        return operations.add_category_attribute(
            "shop", code=code, type=type, scopable=False, localizable=localizable, labels=labels, by=SYSTEM, now=NOW
        )

    add("banner", "image")
    add("note", "textarea")
    story = add("story", "richtext", localizable=True)
    texts = [Written("story", None, "en_US", "<p>Once <b>upon</b> a chair</p>")]
    banner = Upload(Written("banner", None, None, None), BytesIO(png()), "banner.png")
    operations.save_category_values("chairs", texts, [banner], by=SYSTEM, now=NOW)
    return story


def children(parent: str) -> list[str]:
    return [one.code for one in queries.snapshot().category_section.children.get(parent, ())]


def item(page: Any, code: str) -> Any:
    return page.locator(f"#at-{code}")


@pytest.mark.usefixtures("shop")
class TestTree:
    def test_it_is_walked_by_arrow_keys_and_loads_a_level_when_it_is_opened(self, open: Open) -> None:
        page = open(TREE)
        press = page.keyboard.press
        root = page.get_by_role("treeitem", name="Shop 1 product, 0 directly")
        expect(root).to_have_attribute("tabindex", "0")
        root.focus()
        press("ArrowDown")
        expect(item(page, "seating")).to_be_focused()
        expect(item(page, "chairs")).to_have_count(0)
        press("ArrowRight")
        expect(item(page, "seating")).to_have_attribute("aria-expanded", "true")
        expect(item(page, "chairs")).to_be_visible()
        press("ArrowRight")
        expect(item(page, "chairs")).to_be_focused()
        press("End")
        expect(item(page, "lamps")).to_be_focused()
        press("ArrowUp")
        press("ArrowUp")
        expect(item(page, "sofas")).to_be_focused()
        press("ArrowLeft")
        press("ArrowLeft")
        expect(item(page, "chairs")).to_be_hidden()
        expect(item(page, "seating")).to_be_focused()
        press("ArrowDown")
        expect(item(page, "tables")).to_be_focused()
        # One stop of Tab for the whole tree, and its buttons.
        expect(page.locator("[data-tree] [tabindex='0']")).to_have_count(3)
        press("Enter")
        page.wait_for_url(f"**{PATH}/tables")

    def test_a_category_is_moved_by_arrow_keys_with_shift(self, open: Open) -> None:
        page = open(f"{TREE}?open=seating")
        press = page.keyboard.press
        item(page, "sofas").focus()
        press("Shift+ArrowUp")
        page.get_by_text("Sofas is now number 1 in Seating.").wait_for()
        expect(item(page, "sofas")).to_be_focused()
        press("Shift+ArrowLeft")
        page.get_by_text("Sofas is now number 2 in Shop.").wait_for()
        expect(item(page, "sofas")).to_be_focused()
        expect(item(page, "sofas")).to_have_attribute("aria-level", "2")
        press("Shift+ArrowDown")
        page.get_by_text("Sofas is now number 3 in Shop.").wait_for()
        press("Shift+ArrowRight")
        page.get_by_text("Sofas is now number 1 in Tables.").wait_for()
        # What was open stays open.
        expect(item(page, "chairs")).to_be_visible()
        expect(item(page, "sofas")).to_be_focused()
        assert (children("seating"), children("shop"), children("tables")) == (
            ["chairs"],
            ["seating", "tables", "lamps"],
            ["sofas"],
        )

    def test_a_category_is_dragged_beside_and_into_others(self, open: Open) -> None:
        page = open(TREE)

        def row(code: str) -> Any:
            return page.locator(f"#at-{code} > .node")

        row("lamps").drag_to(row("seating"), target_position={"x": 120, "y": 3})
        page.get_by_text("Lamps is now number 1 in Shop.").wait_for()
        assert children("shop") == ["lamps", "seating", "tables"]
        row("lamps").drag_to(row("tables"), target_position={"x": 120, "y": 20})
        page.get_by_text("Lamps is now number 1 in Tables.").wait_for()
        assert children("tables") == ["lamps"]

    def test_what_cannot_be_is_said_and_the_tree_is_as_it_was(
        self, chromium: Any, live_server: Any, person: Any
    ) -> None:
        page = window(chromium, live_server, person)
        page.goto(f"{live_server.url}{TREE}?open=seating")
        operations.move_category("sofas", parent="lamps", by=SYSTEM, now=NOW)
        item(page, "sofas").focus()
        page.keyboard.press("Shift+ArrowUp")
        page.get_by_text("Somebody else has moved it meanwhile.").wait_for()
        expect(item(page, "lamps").locator("#at-sofas")).to_be_visible()
        page.context.close()
        assert children("lamps") == ["sofas"]

    def test_categories_are_added_in_place_one_after_the_other(
        self, chromium: Any, live_server: Any, person: Any
    ) -> None:
        page = window(chromium, live_server, person)
        page.goto(f"{live_server.url}{TREE}?open=seating")
        page.get_by_role("link", name="Add a category below Tables").focus()
        page.keyboard.press("Enter")
        label = page.get_by_label("Label", exact=True)
        expect(label).to_be_focused()
        page.keyboard.type("Coffee tables")
        expect(page.get_by_label("Code", exact=True)).to_have_value("coffeetables")
        page.keyboard.press("Enter")
        expect(item(page, "coffeetables")).to_be_visible()
        expect(label).to_be_focused()
        expect(label).to_have_value("")
        page.keyboard.type("Desks")
        page.get_by_label("Code", exact=True).fill("chairs")
        page.keyboard.press("Enter")
        page.get_by_text("already").first.wait_for()
        page.get_by_label("Code", exact=True).fill("desks")
        page.keyboard.press("Enter")
        expect(item(page, "desks")).to_be_visible()
        # What was open before is still.
        expect(item(page, "chairs")).to_be_visible()
        page.locator("#add").get_by_role("link", name="Cancel").click()
        expect(page.locator("#add")).to_have_count(0)
        page.context.close()
        assert children("tables") == ["coffeetables", "desks"]

    def test_the_search_narrows_while_one_types(self, open: Open) -> None:
        page = open(TREE)
        page.get_by_label("Label or code of a category in this tree").press_sequentially("hair")
        expect(page.locator("#list tbody tr")).to_have_count(1)
        page.get_by_role("link", name="In the tree").click()
        expect(item(page, "chairs")).to_be_visible()

    def test_without_a_script_levels_open_and_categories_move(
        self, chromium: Any, live_server: Any, person: Any
    ) -> None:
        context = chromium.new_context(java_script_enabled=False)
        context.add_cookies([cookie_of(person.username, live_server.url)])
        page = context.new_page()
        page.goto(f"{live_server.url}{TREE}")
        page.get_by_role("link", name="Open Seating").click()
        page.get_by_role("link", name="Add a category below Seating").click()
        page.get_by_label("Label", exact=True).fill("Bar stools")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(item(page, "barstools")).to_be_visible()
        page.get_by_role("link", name="Move Sofas").click()
        page.get_by_label("Label or code of where it should be").fill("tab")
        page.get_by_role("button", name="Search").click()
        page.get_by_label("Tables").check()
        page.get_by_label("Place among the categories there").fill("1")
        page.get_by_role("button", name="Move").click()
        expect(page.locator("#at-tables #at-sofas")).to_be_visible()
        page.get_by_role("link", name="Close Tables").click()
        expect(page.locator("#at-sofas")).to_have_count(0)
        context.close()
        assert (children("tables"), children("seating")) == (["sofas"], ["chairs", "barstools"])


@pytest.mark.usefixtures("shop")
def test_a_tree_is_made_asks_for_an_image_and_is_deleted(page: Any, open: Open, tmp_path: Any) -> None:
    picture = tmp_path / "banner.png"
    picture.write_bytes(png())
    open(PATH)
    page.get_by_role("link", name="Create").click()
    page.get_by_label("Code", exact=True).fill("outlet")
    page.get_by_label("English (US)").fill("Outlet")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(f"**{PATH}/outlet")
    page.get_by_role("link", name="Attributes", exact=True).last.click()
    page.get_by_label("Code", exact=True).fill("outlet_pages")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Code", exact=True).fill("banner")
    page.get_by_label("Type").select_option("image")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="[banner]").wait_for()
    page.get_by_role("link", name="Content", exact=True).click()
    page.get_by_label("[banner]").set_input_files(picture)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    banner = page.get_by_role("img", name="[banner]")
    assert banner.evaluate("image => image.decode().then(() => image.naturalWidth)") == 96
    page.get_by_label("Remove the image").check()
    page.get_by_role("button", name="Save").click()
    expect(banner).to_have_count(0)
    page.get_by_role("link", name="Tree", exact=True).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(f"**{PATH}")
    assert queries.snapshot().category("outlet") is None


@pytest.mark.usefixtures("template")
def test_leaving_with_a_text_unsaved_is_asked_about(page: Any, open: Open) -> None:
    open(f"{PATH}/chairs/content")
    page.get_by_label("Note").fill("Not yet")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Properties").click()
    page.wait_for_url(f"**{PATH}/chairs")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_the_screens_are_open_to_everybody_and_fit(
    page: Any, open: Open, template: str, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in (
        "/settings",
        PATH,
        f"{PATH}?search=nothing",
        f"{PATH}/create-tree",
        TREE,
        f"{TREE}?open=seating&add=seating",
        f"{TREE}?search=s",
        f"{PATH}/shop",
        f"{PATH}/chairs",
        f"{PATH}/chairs/move",
        f"{PATH}/master/move",
        f"{PATH}/chairs/content",
        f"{PATH}/shop/attributes",
        f"{PATH}/shop/attributes/{template}",
        f"{PATH}/master/attributes",
        f"{PATH}/master/content",
        f"{PATH}/chairs/history",
        f"{PATH}/seating/delete",
        f"{PATH}/master/delete",
    ):
        open(path)
        for details in page.locator("main details").all():
            details.evaluate("one => { one.open = true }")
        looks_well(page, width)
