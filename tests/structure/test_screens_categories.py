"""The screens of categories: trees, one tree, a category's labels and place, its deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from limen.structure.views.category_tree import LEVEL
from tests.factories.accounts import sign_in
from tests.factories.products import make_product
from tests.factories.structure import NOW, change_channel, make_category

pytestmark = pytest.mark.usefixtures("furniture")

PATH = "/settings/categories"
TREE = f"{PATH}/shop/tree"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def furniture(installed: None) -> None:
    """`shop` › `seating` › `chairs`, `sofas`, and beside it `tables`; another tree, `master`, is the channel's."""
    make_category("shop", None, labels={"en_US": "Shop"})
    make_category("seating", "shop", labels={"en_US": "Seating"})
    make_category("tables", "shop", labels={"en_US": "Tables"})
    make_category("chairs", "seating", labels={"en_US": "Chairs"})
    make_category("sofas", "seating", labels={"en_US": "Sofas"})


@pytest.fixture
def signed_in(client: Client) -> Client:
    sign_in(client)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def children(parent: str | None) -> list[str]:
    return [one.code for one in queries.snapshot().category_section.children.get(parent, ())]


def nodes(level: Any) -> list[str]:
    return [one.code for one in level.nodes]


class TestTrees:
    def test_each_says_what_is_in_it_and_who_publishes_it(self, signed_in: Client) -> None:
        change_channel("ecommerce", category_tree="shop", labels={"en_US": "Web"})
        make_product("stool", categories=["chairs", "sofas"])
        make_product("desk", categories=["tables"])
        rows = {row.code: row for row in signed_in.get(PATH).context["rows"]}
        assert (rows["shop"].name, rows["shop"].categories, rows["shop"].channels) == ("Shop", 4, "Web")
        # A product in two of its categories is one product.
        assert rows["shop"].products == "2 products"
        assert (rows["master"].categories, rows["master"].products, rows["master"].channels) == (0, "0 products", "")

    def test_one_is_made_and_opened_as_the_last(self, signed_in: Client) -> None:
        answer = signed_in.post(f"{PATH}/create-tree", {"code": "outlet", "labels[en_US]": "Outlet"})
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/outlet")
        assert children(None) == ["master", "shop", "outlet"]
        assert signed_in.post(f"{PATH}/create-tree", {"code": "outlet"}).status_code == 422

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ({"move": "up:shop"}, ["shop", "master"]),
            ({"move": "down:shop"}, ["master", "shop"]),
            ({"code": "shop", "before": "master"}, ["shop", "master"]),
            ({"code": "master", "before": ""}, ["shop", "master"]),
            ({"code": "master", "before": "master"}, ["master", "shop"]),
        ],
    )
    def test_they_are_put_in_order(self, signed_in: Client, data: dict[str, str], expected: list[str]) -> None:
        assert signed_in.post(PATH, data).status_code == 303
        assert children(None) == expected

    def test_the_search_finds_label_and_code_and_is_not_put_in_order(self, signed_in: Client) -> None:
        page = signed_in.get(PATH, {"search": "sho"})
        assert [row.code for row in page.context["rows"]] == ["shop"]
        assert 'name="move"' not in text(page)
        assert "Nothing matches" in text(signed_in.get(PATH, {"search": "nothing like this"}))

    def test_settings_leads_to_them(self, signed_in: Client) -> None:
        assert text(signed_in.get("/settings")).count(f'href="{PATH}"') == 2


class TestTree:
    def test_at_first_there_is_the_level_below_the_root(self, signed_in: Client) -> None:
        root = signed_in.get(TREE).context["root"]
        assert nodes(root.level) == ["seating", "tables"]
        assert [one.below for one in root.level.nodes] == [2, 0]
        assert root.level.nodes[0].level is None

    def test_what_is_asked_for_is_open_or_shown(self, signed_in: Client) -> None:
        def seating(**asked: str) -> Any:
            return signed_in.get(TREE, asked).context["root"].level.nodes[0].level

        assert nodes(seating(open="seating")) == ["chairs", "sofas"]
        assert nodes(seating(at="chairs")) == ["chairs", "sofas"]
        assert seating(at="seating") is None
        assert seating(open="nothing_like_this") is None

    def test_products_are_counted_directly_and_with_those_below(self, signed_in: Client) -> None:
        make_product("stool", categories=["chairs", "seating"])
        make_product("bench", categories=["chairs"])
        root = signed_in.get(TREE, {"open": "seating"}).context["root"]
        assert root.products == "2 products, 0 directly"
        assert [one.products for one in root.level.nodes] == ["2 products, 1 directly", "0 products"]
        assert [one.products for one in root.level.nodes[0].level.nodes] == ["2 products", "0 products"]

    def test_a_level_comes_alone(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/seating/children")
        assert nodes(page.context["level"]) == ["chairs", "sofas"]
        assert 'aria-level="3"' in text(page) and "<html" not in text(page)

    def test_of_many_siblings_those_around_what_is_looked_for_are_shown(self, signed_in: Client) -> None:
        for number in range(LEVEL + 20):
            make_category(f"table_{number:03}", "tables")
        level = signed_in.get(TREE, {"open": "tables"}).context["root"].level.nodes[1].level
        assert (len(level.nodes), level.earlier, level.later) == (LEVEL, "", "20 behind these")
        level = signed_in.get(TREE, {"at": level.later_at}).context["root"].level.nodes[1].level
        assert (level.nodes[0].code, level.nodes[0].place, len(level.nodes)) == (f"table_{LEVEL}", LEVEL + 1, 20)
        assert (level.earlier, level.earlier_at, level.later) == (f"{LEVEL} in front of these", "table_000", "")

    def test_of_a_category_within_it_leads_to_where_it_is(self, signed_in: Client) -> None:
        answer = signed_in.get(f"{PATH}/chairs/tree")
        assert (answer.status_code, answer["Location"]) == (302, f"{TREE}?at=chairs")
        assert signed_in.get(f"{PATH}/nothing/tree").status_code == 404

    def test_the_search_looks_into_the_whole_tree(self, signed_in: Client) -> None:
        make_product("stool", categories=["chairs"])
        (row,) = signed_in.get(TREE, {"search": "hair"}).context["rows"]
        assert (row.code, row.path, row.products) == ("chairs", "Shop › Seating", "1 product")
        assert row.in_tree_url == f"{TREE}?at=chairs"
        assert "Nothing matches" in text(signed_in.get(TREE, {"search": "master"}))

    def test_its_cost_does_not_grow_with_the_tree(self, signed_in: Client, count_queries: Callable[[int], Any]) -> None:
        for number in range(10):
            make_category(f"few_{number}", "tables")
        signed_in.get(TREE)

        def look() -> None:
            with count_queries(6):  # session, user, version, jobs, counts; and one that all pages have
                signed_in.get(TREE, {"open": ["seating", "tables"]})
            with count_queries(6):
                signed_in.get(PATH)
            with count_queries(6):
                signed_in.get(TREE, {"search": "few"})
            with count_queries(6):
                signed_in.get(f"{PATH}/tables/children")

        look()
        many = [{"code": f"many_{number}", "parent": "tables" if number % 2 else "sofas"} for number in range(1000)]
        for line in many:
            operations.create("category", line, by=SYSTEM, now=NOW)
        signed_in.get(TREE)
        look()


class TestAdding:
    def test_the_form_is_in_the_place_of_the_new_one(self, signed_in: Client) -> None:
        page = signed_in.get(TREE, {"add": "seating"})
        assert nodes(page.context["root"].level.nodes[0].level) == ["chairs", "sofas"]
        assert f'action="{PATH}/seating/children"' in text(page) and 'data-code-of="id_label"' in text(page)

    def test_the_code_follows_the_label(self, signed_in: Client) -> None:
        answer = signed_in.post(f"{PATH}/seating/children", {"label": "Bar stools", "code": ""})
        assert (answer.status_code, answer["Location"]) == (303, f"{TREE}?at=barstools")
        assert children("seating") == ["chairs", "sofas", "barstools"]
        assert queries.snapshot().categories["barstools"].labels == {"en_US": "Bar stools"}

    def test_to_htmx_the_tree_comes_back_with_room_for_the_next(self, signed_in: Client) -> None:
        data = {"label": "Stools", "code": "stools", "open": ["shop", "seating"]}
        answer = signed_in.post(f"{PATH}/tables/children", data, headers=HTMX)
        shown = answer.context["root"].level.nodes
        assert answer.status_code == 200 and "is added" in answer["HX-Trigger"]
        assert (nodes(shown[0].level), nodes(shown[1].level)) == (["chairs", "sofas"], ["stools"])
        assert answer.context["form"]["label"].value() is None

    @pytest.mark.parametrize(
        ("data", "field"), [({"code": "chairs"}, "code"), ({"code": "bar stools"}, "code"), ({}, "code")]
    )
    def test_what_is_wrong_is_said_in_place(self, signed_in: Client, data: dict[str, str], field: str) -> None:
        answer = signed_in.post(f"{PATH}/seating/children", data, headers=HTMX)
        assert answer.status_code == 422 and field in answer.context["form"].errors
        assert children("seating") == ["chairs", "sofas"]


class TestMoving:
    def place(self, signed_in: Client, code: str, **place: str) -> Any:
        version = signed_in.get(f"{PATH}/{code}/move").context["form"].initial["version"]
        return signed_in.post(TREE, {"code": code, "version": version, **place}, headers=HTMX)

    def test_by_dragging_or_a_key_it_is_saved_at_once(self, signed_in: Client) -> None:
        answer = self.place(signed_in, "sofas", parent="seating", before="chairs")
        assert answer.status_code == 200 and children("seating") == ["sofas", "chairs"]
        assert "Sofas is now number 1 in Seating." in answer["HX-Trigger"]
        assert nodes(answer.context["root"].level.nodes[0].level) == ["sofas", "chairs"]
        self.place(signed_in, "sofas", parent="shop", after="seating")
        assert children("shop") == ["seating", "sofas", "tables"]
        self.place(signed_in, "sofas", parent="tables")
        assert children("tables") == ["sofas"]

    def test_without_htmx_one_is_led_to_where_it_is(self, signed_in: Client) -> None:
        version = signed_in.get(f"{PATH}/sofas/move").context["form"].initial["version"]
        answer = signed_in.post(TREE, {"code": "sofas", "version": version, "parent": "tables"})
        assert (answer.status_code, answer["Location"]) == (303, f"{TREE}?at=sofas")

    def test_what_somebody_else_has_moved_is_not_moved_over_their_head(self, signed_in: Client) -> None:
        version = signed_in.get(f"{PATH}/sofas/move").context["form"].initial["version"]
        operations.move_category("sofas", parent="tables", by=SYSTEM, now=NOW)
        data = {"code": "sofas", "version": version, "parent": "shop"}
        answer = signed_in.post(TREE, data, headers=HTMX)
        assert answer.status_code == 422 and "Somebody else has moved it" in text(answer)
        assert signed_in.post(f"{PATH}/sofas/move", data).status_code == 409
        assert children("tables") == ["sofas"]

    def test_into_itself_or_beside_what_is_gone_is_refused_where_it_stands(self, signed_in: Client) -> None:
        answer = self.place(signed_in, "seating", parent="chairs")
        assert answer.status_code == 422 and "its own ancestor" in text(answer)
        assert self.place(signed_in, "chairs", parent="seating", before="tables").status_code == 422
        assert children("shop") == ["seating", "tables"]

    def test_the_form_takes_it_anywhere(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/sofas/move")
        offered = {one.code: one for one in page.context["places"]}
        assert offered["seating"].chosen and "sofas" not in offered and offered["chairs"].path == "Shop › Seating"
        (found, chosen) = (
            [one.code for one in signed_in.get(f"{PATH}/sofas/move", {"find": "tab"}).context["places"]],
            "seating",
        )
        assert found == [chosen, "tables"]
        version = page.context["form"].initial["version"]
        answer = signed_in.post(f"{PATH}/sofas/move", {"version": version, "parent": "shop", "position": "1"})
        assert (answer.status_code, answer["Location"]) == (303, f"{TREE}?at=sofas")
        assert children("shop") == ["sofas", "seating", "tables"]

    def test_to_a_tree_of_its_own_and_back(self, signed_in: Client) -> None:
        version = signed_in.get(f"{PATH}/seating/move").context["form"].initial["version"]
        answer = signed_in.post(f"{PATH}/seating/move", {"version": version, "parent": "", "position": "1"})
        assert answer["Location"] == f"{PATH}/seating/tree?at=seating"
        assert children(None) == ["seating", "master", "shop"]
        assert queries.snapshot().categories["chairs"].root == "seating"

    def test_the_tree_of_a_channel_stays_one(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/master/move")
        assert "stays a tree" in text(page)
        version = page.context["form"].initial["version"]
        assert signed_in.post(f"{PATH}/master/move", {"version": version, "parent": "shop"}).status_code == 422

    def test_history_tells_it(self, signed_in: Client) -> None:
        self.place(signed_in, "sofas", parent="tables")
        page = text(signed_in.get(f"{PATH}/sofas/history"))
        assert "<del>seating</del>" in page and "<ins>tables</ins>" in page


class TestCategory:
    def test_its_labels_change_and_what_it_is_is_said(self, signed_in: Client) -> None:
        make_product("stool", categories=["chairs"])
        page = signed_in.get(f"{PATH}/seating")
        assert "number 1 in Shop" in text(page) and "1 product with those below" in text(page)
        version = page.context["form"].initial["version"]
        answer = signed_in.post(f"{PATH}/seating", {"version": version, "labels[en_US]": "Seats"})
        assert answer.status_code == 303
        assert queries.snapshot().categories["seating"].labels == {"en_US": "Seats"}
        # Others have a newer version now; a move in between would not have mattered.
        operations.move_category("seating", parent="shop", by=SYSTEM, now=NOW)
        assert signed_in.post(f"{PATH}/seating", {"version": version, "labels[en_US]": "X"}).status_code == 409

    def test_deleting_says_what_goes_along_and_leads_back(self, signed_in: Client) -> None:
        make_product("stool", categories=["chairs"])
        page = text(signed_in.get(f"{PATH}/seating/delete"))
        assert "2</b> categories below it" in page and "1</b> products" in page and "Products stay" in page
        answer = signed_in.post(f"{PATH}/seating/delete")
        assert (answer.status_code, answer["Location"]) == (303, f"{TREE}?open=shop")
        assert queries.snapshot().categories.keys() == {"master", "shop", "tables"}

    def test_the_tree_of_a_channel_is_not_deleted(self, signed_in: Client) -> None:
        change_channel("ecommerce", category_tree="shop")
        page = text(signed_in.get(f"{PATH}/shop/delete"))
        assert "Delete the tree?" in page and "must go first" in page and "<code>ecommerce</code>" in page
        assert signed_in.post(f"{PATH}/shop/delete").status_code == 422
        assert signed_in.post(f"{PATH}/master/delete")["Location"] == PATH

    @pytest.mark.parametrize(
        "page", ["", "/tree", "/children", "/move", "/content", "/attributes", "/history", "/delete"]
    )
    def test_what_is_not_there(self, signed_in: Client, page: str) -> None:
        assert signed_in.get(f"{PATH}/nothing{page}").status_code == 404

    def test_who_only_sees_them_changes_nothing(self, client: Client) -> None:
        sign_in(client, "pim_enrich_category_index")
        page = text(client.get(TREE, {"add": "seating"}))
        assert "data-movable" not in page and 'id="add"' not in page and "/move" not in page
        for path in (PATH, TREE, f"{PATH}/seating", f"{PATH}/seating/children", f"{PATH}/shop/attributes"):
            assert client.get(path).status_code == 200, path
            assert client.post(path).status_code == 403, path
        assert client.get(f"{PATH}/seating/move").status_code == 403
