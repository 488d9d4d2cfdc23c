"""What the screens read: the grid and the product page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from limen.products import queries
from limen.products.queries import GridPage
from limen.structure import queries as structure_queries
from tests.factories.media import make_media_file
from tests.factories.products import NOW, change_product, make_product, value
from tests.factories.structure import change_channel

pytestmark = pytest.mark.usefixtures("lamps")


def grid(**asked: Any) -> GridPage:
    usual = {
        "search": "",
        "family": None,
        "channel": "webshop",
        "locale": "en_GB",
        "after": None,
        "before": None,
        "limit": 25,
    }
    return queries.grid(**{**usual, **asked}, structure=structure_queries.snapshot())


def identifiers(page: GridPage) -> list[str | None]:
    return [row.identifier for row in page.rows]


class TestGrid:
    def test_a_row_has_what_a_person_looks_for(self) -> None:
        title = [*value("Orbit lamp", "en_GB"), *value("Orbit Leuchte", "de_DE")]
        uuid = make_product("orbit", "luminaires", {"title": title}, enabled=False)
        (row,) = grid().rows
        assert (row.uuid, row.identifier, row.label, row.family_code) == (uuid, "orbit", "Orbit lamp", "luminaires")
        assert (row.completeness, row.enabled, row.updated, row.image) == (50, False, NOW, None)
        assert grid(locale="de_DE").rows[0].label == "Orbit Leuchte"

    def test_a_product_without_anything(self) -> None:
        make_product(None)
        (row,) = grid().rows
        assert (row.identifier, row.label, row.family_code, row.completeness) == (None, None, None, None)

    def test_the_image_is_that_of_the_family(self) -> None:
        from limen.accounts.rules import SYSTEM
        from limen.structure import operations

        operations.upsert("family", "luminaires", {"attribute_as_image": "hero_image"}, by=SYSTEM, now=NOW)
        code = make_media_file("orbit.png").code
        make_product("orbit", "luminaires", {"hero_image": code})
        assert grid().rows[0].image == code

    def test_pages_go_forth_and_back_by_key(self) -> None:
        for number in range(7):
            make_product(f"p{number}", now=NOW + timedelta(seconds=number // 2))
        first = grid(limit=3)
        second = grid(limit=3, after=first.next)
        third = grid(limit=3, after=second.next)
        assert [identifiers(page) for page in (first, second, third)] == [
            ["p6", "p5", "p4"],
            ["p3", "p2", "p1"],
            ["p0"],
        ]
        assert (first.previous, third.next) == (None, None)
        back = grid(limit=3, before=third.previous)
        assert identifiers(back) == ["p3", "p2", "p1"]
        start = grid(limit=3, before=back.previous)
        assert identifiers(start) == ["p6", "p5", "p4"]
        assert start.previous is None and start.next is not None

    def test_a_cursor_of_nonsense_starts_from_the_top(self) -> None:
        make_product("a")
        for cursor in ("x", "é", "AAAA", "MjAyNiA1"):
            assert identifiers(grid(after=cursor)) == ["a"]

    def test_search_by_identifier_or_label(self) -> None:
        make_product("desk-one", "luminaires")
        make_product("b", "luminaires", {"title": value("A desk lamp", "en_GB")})
        make_product("c", "luminaires", {"title": value("Desk", "de_DE")})
        make_product("d", values={"tagline": "desk"})
        assert set(identifiers(grid(search=" DESK "))) == {"desk-one", "b"}
        assert set(identifiers(grid(search="desk", locale="de_DE"))) == {"desk-one", "c"}
        assert grid(search="%").rows == grid(search="no\0thing").rows == []
        assert grid(search="desk").count == 2

    def test_families_may_be_chosen(self) -> None:
        make_product("a", "luminaires"), make_product("b")
        assert identifiers(grid(family="luminaires")) == ["a"]
        assert grid(family="nope").rows == []

    def test_a_count_is_capped_and_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("limen.products.queries.screens.MOST_COUNTED", 2)
        for number in range(3):
            make_product(f"p{number}")
            page = grid()
            assert (page.count, page.count_is_exact) == (min(number + 1, 2), number < 2)

    def test_a_page_costs_four_queries(self, count_queries: Callable[[int], AbstractContextManager[Any]]) -> None:
        for number in range(5):
            make_product(f"p{number}", "luminaires")
        structure = structure_queries.snapshot()
        with count_queries(4):
            # One of them for the key of completeness, which is not committed here.
            queries.grid(
                search="",
                family=None,
                channel="print",
                locale="en_GB",
                after=None,
                before=None,
                limit=5,
                structure=structure,
            )


class TestProductPage:
    def test_everything_of_a_product(self, count_queries: Callable[[int], AbstractContextManager[Any]]) -> None:
        code = make_media_file("orbit.png").code
        values = {"title": value("Orbit", "en_GB"), "hero_image": code}
        uuid = make_product("orbit", "luminaires", values, categories=["lamps"], groups=["clearance"])
        change_product(uuid, now=NOW + timedelta(hours=1), enabled=False)
        structure = structure_queries.snapshot()
        with count_queries(1):
            page = queries.product_page(uuid, structure)
        assert page is not None
        assert (page.identifier, page.family, page.categories, page.groups) == (
            "orbit",
            "luminaires",
            ["lamps"],
            ["clearance"],
        )
        assert (page.enabled, page.created, page.updated) == (False, NOW, NOW + timedelta(hours=1))
        assert page.values["hero_image"] == [{**value(code)[0], "attribute_type": "pim_catalog_image"}]
        ratios = {(one.channel, one.locale): (one.ratio, one.missing) for one in page.completenesses}
        assert ratios["webshop", "en_GB"] == (75, ["list_price"])
        assert ratios["ecommerce", "en_US"] == (100, [])

    def test_values_of_a_locale_that_is_gone_are_hidden(self) -> None:
        uuid = make_product("orbit", values={"title": value("Orbit", "de_DE")})
        change_channel("webshop", locales=["en_GB"])
        page = queries.product_page(uuid, structure_queries.snapshot())
        assert page is not None and "title" not in page.values

    @pytest.mark.parametrize("uuid", ["7d3f1c0a-4b0e-4c39-9a5f-0c2f6f1d2b11", "nonsense"])
    def test_an_unknown_product(self, uuid: str) -> None:
        assert queries.product_page(uuid, structure_queries.snapshot()) is None


class TestLists:
    def test_a_page_of_plain_products_costs_one_query(
        self, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        from limen.products.queries.searching import TRUE
        from limen.products.rules.views import View

        for number in range(10):
            make_product(f"p{number}", "luminaires", {"lumens": number})
        structure = structure_queries.snapshot()
        queries.writer_for([], view=View(), flavour="uuid", base="", structure=structure)
        with count_queries(1):
            rows = queries.page(TRUE, flavour="uuid", offset=0, limit=10)
            writer = queries.writer_for(rows, view=View(), flavour="uuid", base="", structure=structure)
            assert len(writer.items(rows)) == 10


class TestProductsInCategories:
    def test_a_product_counts_once_in_each_group(
        self, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        make_product("orbit", categories=["floor_lamps", "desk_lamps"])
        make_product("comet", categories=["desk_lamps"])
        ids = {one.code: one.id for one in structure_queries.snapshot().categories.values()}
        floor, desk, empty = ids["floor_lamps"], ids["desk_lamps"], ids["autumn_book"]
        with count_queries(1):
            counts = queries.count_in_categories([[floor, desk], [floor], [desk], [empty], [], [floor, empty]])
        assert [one.count for one in counts] == [2, 1, 2, 0, 0, 1]
        assert not any(one.more for one in counts)
        with count_queries(0):
            assert queries.count_in_categories([]) == []

    def test_it_ends_where_it_would_be_dear(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("limen.products.queries.uses.MOST_COUNTED", 2)
        for number in range(4):
            make_product(f"p{number}", categories=["desk_lamps"])
        ids = {one.code: one.id for one in structure_queries.snapshot().categories.values()}
        (count,) = queries.count_in_categories([[ids["desk_lamps"]]])
        assert (count.count, count.more) == (2, True)
