"""The list of product models, and what the grid says of variants, through Django's client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from re import sub
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.products.views import grid
from limen.structure import operations as structure
from tests.factories.accounts import sign_in
from tests.factories.products import NOW, make_product
from tests.products.trees import make_model, make_tree, make_variants

CONTEXT = "channel=webshop&locale=en_GB"
LIST = f"/product-models?{CONTEXT}"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/product-models"}


@pytest.fixture
def julia(client: Client, lamps: None) -> Client:
    """A browser in which somebody is signed in who may see products."""
    make_variants()
    sign_in(client, "pim_enrich_product_index")
    return client


@pytest.fixture
def tree(julia: Client) -> str:
    return make_tree()


def text_of(answer: Any) -> str:
    """Give the page as it is read: without markup, each run of space as one."""
    page = answer.content.decode()
    return sub(r"\s+", " ", unescape(sub(r"<[^>]+>", " ", page[page.find("<main") :])))


def codes(answer: Any) -> list[str]:
    return [row.known_by for row in answer.context["rows"]]


class TestVariantsInTheGrid:
    def test_a_variant_says_so_and_leads_to_its_model(self, julia: Client, tree: str) -> None:
        make_product("desk")
        answer = julia.get(f"/products?{CONTEXT}")
        assert text_of(answer).count("variant of") == 1
        assert "Orbit lamp orbit-brass-s · variant of orbit_brass" in text_of(answer)
        assert '<a href="/product-models/orbit_brass?channel=webshop&amp;locale=en_GB">' in answer.content.decode()

    def test_the_switch_is_there_when_there_are_family_variants(self, julia: Client) -> None:
        assert 'href="/product-models"' in julia.get("/products").content.decode()
        for code in ("lum_finish_size", "lum_size"):
            structure.remove("family_variant", code, by=SYSTEM, now=NOW)
        assert 'href="/product-models"' not in julia.get("/products").content.decode()


class TestListOfModels:
    def test_a_row_says_label_family_variant_and_number_of_variants(self, julia: Client, tree: str) -> None:
        make_model("orbit_white", {"finish": "white"}, parent="orbit")
        make_product("orbit-white-s", "luminaires", {"bulb_size": "s"}, parent="orbit_white")
        make_product("orbit-white-m", "luminaires", {"bulb_size": "m"}, parent="orbit_white")
        answer = julia.get(LIST)
        found = {row.known_by: (row.name, row.family_variant, row.variants, row.root) for row in answer.context["rows"]}
        assert found == {
            "orbit": ("Orbit lamp", "[lum_finish_size]", 3, None),
            "orbit_brass": ("Orbit lamp", "[lum_finish_size]", 1, "orbit"),
            "orbit_white": ("Orbit lamp", "[lum_finish_size]", 2, "orbit"),
            "beam": ("[beam]", "[lum_size]", 0, None),
        }
        page = text_of(answer)
        assert "Orbit lamp orbit_brass · below orbit [lum_finish_size] 1 variant" in page
        assert "4 product models" in page
        assert '<a href="/product-models/beam?channel=webshop&amp;locale=en_GB">' in answer.content.decode()

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("search=ORBIT_", ["orbit_brass"]),
            ("search=orbit+lamp", ["orbit_brass", "orbit"]),
            ("search=BEA", ["beam"]),
            ("search=nothing", []),
            ("family=luminaires", ["beam", "orbit_brass", "orbit"]),
            ("family=shoes", []),
        ],
    )
    def test_they_are_searched_by_label_or_code(self, julia: Client, tree: str, asked: str, found: list[str]) -> None:
        answer = julia.get(f"{LIST}&{asked}")
        assert codes(answer) == found
        assert ("No product model matches" in text_of(answer)) is (not found)

    def test_pages_lead_on_and_back(self, julia: Client, tree: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(grid, "ROWS", 2)
        first = julia.get(LIST)
        second = julia.get(f"{LIST}&after={first.context['page'].next}")
        assert (codes(first), codes(second)) == (["beam", "orbit_brass"], ["orbit"])
        assert codes(julia.get(f"{LIST}&before={second.context['page'].previous}")) == codes(first)

    def test_htmx_gets_the_list_alone_and_its_address(self, julia: Client, tree: str) -> None:
        answer = julia.get(f"{LIST}&search=beam", headers=HTMX)
        page = answer.content.decode()
        assert "<html" not in page and 'id="products"' in page and "[beam]" in page
        assert answer["HX-Push-Url"] == "/product-models?search=beam&channel=webshop&locale=en_GB"

    def test_without_any_it_says_what_they_are(self, julia: Client) -> None:
        assert "No product models yet" in text_of(julia.get(LIST))

    def test_without_the_permission_the_page_says_so(self, client: Client, lamps: None) -> None:
        assert client.get("/product-models")["Location"].startswith("/sign-in")
        sign_in(client, "limen_system_index")
        assert client.get("/product-models").status_code == 403

    def test_many_models_cost_as_many_queries_as_one(
        self, julia: Client, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        make_model("m0", family_variant="lum_size")
        julia.get(LIST)
        # Session, user, caller; structure; rows, their number and that of their variants.
        with count_queries(7):
            julia.get(LIST)
        for number in range(1, 20):
            make_model(f"m{number}", family_variant="lum_size")
            make_product(f"p{number}", "luminaires", {"bulb_size": "s"}, parent=f"m{number}")
        with count_queries(7):
            assert len(julia.get(LIST).context["rows"]) == 20
