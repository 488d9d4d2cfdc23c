"""Lists by cursor and options by their order (api-conventions D2, D8)."""

from __future__ import annotations

from typing import Any

import pytest

from limen.accounts.rules import SYSTEM
from limen.structure import operations
from tests.conftest import Api
from tests.factories.structure import NOW, make_category, make_option
from tests.structure.answers import assert_plain

pytestmark = pytest.mark.usefixtures("tea")

LISTS = [
    "/attributes",
    "/attributes/origin/options",
    "/attribute-groups",
    "/families",
    "/families/loose_tea/variants",
    "/association-types",
    "/categories",
    "/channels",
    "/locales",
    "/currencies",
    "/measure-families",
]


def codes(page: Any) -> list[str]:
    return [item["code"] for item in page["_embedded"]["items"]]


def follow(api: Api, link: str) -> Any:
    return api.client.get(link.removeprefix("http://testserver")).json()


def read_by_cursor(api: Api, path: str, **params: str) -> list[str]:
    """Follow the links alone, as a client does."""
    page = api.get(path, pagination_type="search_after", **params).json()
    found = codes(page)
    while "next" in page["_links"]:
        page = follow(api, page["_links"]["next"]["href"])
        found += codes(page)
    return found


def read_by_page(api: Api, path: str, **params: str) -> list[str]:
    page = api.get(path, **params).json()
    found = codes(page)
    while "next" in page["_links"]:
        page = follow(api, page["_links"]["next"]["href"])
        found += codes(page)
    return found


@pytest.mark.parametrize("path", LISTS)
def test_d2_a_list_by_cursor_is_the_list_by_page(api: Api, path: str) -> None:
    expected = read_by_page(api, path, limit="100")
    assert expected
    assert read_by_cursor(api, path, limit="100" if len(expected) > 100 else "2") == expected


def test_d2_the_links_of_a_cursor_page(api: Api) -> None:
    first = api.get(
        "/attributes", pagination_type="search_after", limit="2", page="x", with_count="x", foo="b c"
    ).json()
    assert list(first) == ["_links", "_embedded"]
    here = "http://testserver/api/rest/v1/attributes?limit=2&pagination_type=search_after&foo=b%20c"
    assert [first["_links"][name]["href"].removeprefix(here) for name in ("self", "first", "next")] == [
        *("", "", f"&search_after={codes(first)[-1]}"),
    ]
    second = follow(api, first["_links"]["next"]["href"])
    assert list(second["_links"]) == ["self", "first", "next"]
    assert second["_links"]["self"]["href"] == first["_links"]["next"]["href"]


def test_d2_a_cursor_page_is_searched_as_any_other(api: Api) -> None:
    search = '{"parent":[{"operator":"=","value":"tea"}]}'
    assert read_by_cursor(api, "/categories", limit="1", search=search) == ["green_tea", "black_tea", "earl_grey"]


@pytest.mark.parametrize("path", ["/categories", "/attributes", "/attributes/origin/options"])
def test_d2_a_page_goes_on_at_the_right_place_when_its_cursor_is_removed(api: Api, path: str) -> None:
    for number in range(3):
        make_category(f"branch_{number}", "green_tea")
        make_option("origin", f"origin_{number}")
    expected = read_by_page(api, path, limit="100")
    at = {"/categories": "branch_0", "/attributes": "organic", "/attributes/origin/options": "origin_0"}[path]
    page = api.get(path, pagination_type="search_after", limit=str(expected.index(at) + 1)).json()
    assert codes(page)[-1] == at
    assert api.delete(f"{path}/{at}").status_code == 204
    rest = follow(api, page["_links"]["next"]["href"].replace(f"limit={expected.index(at) + 1}", "limit=100"))
    assert codes(rest) == expected[expected.index(at) + 1 :]


def test_d2_a_cursor_that_is_none_is_refused_where_it_says_nothing(api: Api) -> None:
    assert_plain(api.get("/categories", pagination_type="search_after", search_after="tea"), 422)


def test_d2_categories_that_were_put_elsewhere_keep_their_order_by_cursor(api: Api) -> None:
    operations.move_category("earl_grey", parent="tea", position=1, by=SYSTEM, now=NOW)
    assert read_by_cursor(api, "/categories", limit="1") == ["master", "tea", "earl_grey", "green_tea", "black_tea"]


class TestOptions:
    @pytest.fixture(autouse=True)
    def options(self, tea: None) -> None:
        make_option("origin", "zhejiang", sort_order=5)
        make_option("origin", "Fujian", sort_order=20)

    def test_d8_options_come_by_code_unless_asked_for_by_their_order(self, api: Api) -> None:
        path = "/attributes/origin/options"
        assert read_by_page(api, path) == ["assam", "darjeeling", "Fujian", "zhejiang"]
        by_order = ["zhejiang", "assam", "darjeeling", "Fujian"]
        assert read_by_page(api, path, sort="sort_order", limit="1") == by_order
        assert read_by_cursor(api, path, sort="sort_order", limit="1") == by_order
        assert_plain(api.get(path, sort="label"), 422)

    def test_d8_links_keep_the_order(self, api: Api) -> None:
        page = api.get("/attributes/origin/options", sort="sort_order", limit="2").json()
        assert page["_links"]["next"]["href"].endswith("?page=2&limit=2&with_count=false&sort=sort_order")
