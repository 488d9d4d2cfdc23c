"""The screens of products through Django's client: who may see them, what stands there, what they cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from io import BytesIO
from pathlib import Path
from re import sub
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from limen.accounts.rules import SYSTEM, Caller
from limen.products import queries
from limen.products.views import grid
from tests.factories.accounts import sign_in
from tests.factories.media import PNG, make_media_file
from tests.factories.products import change_product, make_product, value
from tests.factories.structure import (
    change_channel,
    make_attribute,
    make_attribute_group,
    make_category,
    make_channel,
    make_family,
    make_option,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/products"}


@pytest.fixture
def catalogue(installed: None) -> None:
    """Chairs and lamps; a shop in English and German, a printed catalogue in English."""
    change_channel("ecommerce", locales=["en_US", "de_DE"], labels={"en_US": "Shop"})
    make_channel("print", labels={"en_US": "Catalogue"})
    make_attribute_group("marketing", sort_order=1, labels={"en_US": "Marketing"})
    make_attribute("name", localizable=True, group="marketing", labels={"en_US": "Name"})
    make_attribute("blurb", "pim_catalog_textarea", localizable=True, scopable=True, group="marketing")
    make_attribute("weight", "pim_catalog_metric", labels={"en_US": "Weight"})
    make_attribute("finish", "pim_catalog_simpleselect", labels={"en_US": "Finish"})
    make_attribute("photo", "pim_catalog_image")
    make_option("finish", "brass", labels={"en_US": "Polished brass"})
    make_category("seating", labels={"en_US": "Seating"})
    make_category("chairs", parent="seating", labels={"en_US": "Chairs for one"})
    make_family(
        "chairs",
        ["sku", "name", "blurb", "weight", "photo"],
        attribute_as_label="name",
        attribute_as_image="photo",
        requirements={"ecommerce": ["sku", "name", "weight"], "print": ["sku"]},
        labels={"en_US": "Chairs", "de_DE": "Stühle"},
    )
    make_family("lamps", ["sku", "name"], attribute_as_label="name", labels={"en_US": "Lamps"})


@pytest.fixture
def julia(client: Client, catalogue: None) -> Client:
    """A browser in which somebody is signed in who may see products and their history."""
    sign_in(client, "pim_enrich_product_index", "pim_enrich_product_history")
    return client


def make_chair(identifier: str = "fjord", name: str = "Fjord chair", **values: Any) -> str:
    """Make a chair with an English name and give its uuid."""
    return make_product(identifier, family="chairs", values={"name": value(name, "en_US"), **values})


def text_of(answer: Any) -> str:
    """Give the page as it is read: without markup, each run of space as one."""
    page = answer.content.decode()
    return sub(r"\s+", " ", unescape(sub(r"<[^>]+>", " ", page[page.find("<main") :])))


class TestWhoMaySee:
    @pytest.mark.parametrize("path", ["/products", "/products/{uuid}", "/products/{uuid}/history", "/media/{code}"])
    def test_a_stranger_signs_in_first(self, client: Client, installed: None, path: str) -> None:
        answer = client.get(path.format(uuid=uuid4(), code="a/b"))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in")

    @pytest.mark.parametrize(
        "path",
        [
            "/products",
            "/products/{uuid}",
            "/products/{uuid}/categories",
            "/products/{uuid}/associations",
            "/products/{uuid}/history",
            "/media/{code}",
        ],
    )
    def test_without_the_permission_the_page_says_so(self, client: Client, catalogue: None, path: str) -> None:
        sign_in(client, "limen_system_index")
        uuid = make_chair()
        assert client.get(path.format(uuid=uuid, code="a/b")).status_code == 403

    def test_history_is_a_permission_of_its_own(self, client: Client, catalogue: None) -> None:
        sign_in(client, "pim_enrich_product_index")
        uuid = make_chair()
        assert "History" not in text_of(client.get(f"/products/{uuid}"))
        assert client.get(f"/products/{uuid}/history").status_code == 403

    @pytest.mark.parametrize("page", ["", "/categories", "/associations", "/history"])
    def test_an_unknown_product_is_not_found(self, julia: Client, page: str) -> None:
        assert julia.get(f"/products/{uuid4()}{page}").status_code == 404

    @pytest.mark.parametrize("path", ["/products/none", "/media/none", "/media/3/b/9/0/../../secret"])
    def test_an_address_that_can_be_none_is_not_found(self, julia: Client, path: str) -> None:
        assert julia.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/products", "/products/{uuid}"])
    def test_nothing_is_posted_to_a_page_that_is_read(self, julia: Client, path: str) -> None:
        assert julia.post(path.format(uuid=make_chair())).status_code == 405


class TestGrid:
    def test_an_empty_catalogue_says_how_products_come_in(self, julia: Client) -> None:
        page = text_of(julia.get("/products"))
        assert "No products yet" in page
        assert "Ask somebody who manages connections" in page

    def test_who_manages_connections_is_led_there(self, client: Client, catalogue: None) -> None:
        sign_in(client)
        assert 'href="/connect/connection-settings"' in client.get("/products").content.decode()

    def test_a_row_says_label_identifier_family_and_completeness(self, julia: Client) -> None:
        make_chair()
        page = text_of(julia.get("/products?channel=ecommerce&locale=en_US"))
        assert "Fjord chair fjord Chairs 66 %" in page
        assert "1 product" in page

    def test_labels_follow_the_locale(self, julia: Client) -> None:
        make_chair()
        page = text_of(julia.get("/products?channel=ecommerce&locale=de_DE"))
        assert "[fjord] fjord Stühle 33 %" in page

    def test_without_family_there_is_a_dash(self, julia: Client) -> None:
        make_product("loose")
        assert "[loose] loose – –" in text_of(julia.get("/products"))

    def test_a_disabled_product_is_marked(self, julia: Client) -> None:
        make_product("old", enabled=False)
        assert "[old] disabled old" in text_of(julia.get("/products"))

    @pytest.mark.parametrize("search", ["fjord", "FJORD", "ord ch", "Fjord chair"])
    def test_searching_looks_into_identifiers_and_labels(self, julia: Client, search: str) -> None:
        make_chair()
        make_product("orbit", family="lamps", values={"name": value("Orbit lamp", "en_US")})
        page = text_of(julia.get("/products", {"search": search, "locale": "en_US", "channel": "ecommerce"}))
        assert "Fjord chair" in page
        assert "Orbit lamp" not in page

    def test_what_matches_nothing_offers_all(self, julia: Client) -> None:
        make_chair()
        answer = julia.get("/products?search=%3Cb%3Ezebra&channel=ecommerce&locale=en_US")
        assert "contains “<b>zebra”" in text_of(answer)
        assert 'href="/products?channel=ecommerce&amp;locale=en_US"' in answer.content.decode()

    def test_a_family_narrows(self, julia: Client) -> None:
        make_chair()
        make_product("orbit", family="lamps")
        page = text_of(julia.get("/products?family=lamps"))
        assert "[orbit]" in page
        assert "fjord" not in page

    def test_pages_lead_to_each_other(self, julia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(grid, "ROWS", 2)
        for number in range(5):
            make_product(f"p{number}")
        seen, address = [], "?search=p"
        for _ in range(3):
            answer = julia.get(f"/products{address}")
            seen += [row.identifier for row in answer.context["page"].rows]
            after = answer.context["page"].next
            address = f"?search=p&after={after}"
        assert sorted(seen) == ["p0", "p1", "p2", "p3", "p4"]
        assert after is None
        back = julia.get("/products", {"search": "p", "before": answer.context["page"].previous})
        assert [row.identifier for row in back.context["page"].rows] == seen[2:4]
        assert "search=p" in back.content.decode()

    @pytest.mark.parametrize("cursor", ["after", "before"])
    @pytest.mark.parametrize("text", ["x", "\x00", "9" * 500, "é"])
    def test_a_cursor_that_means_nothing_shows_the_first_page(self, julia: Client, cursor: str, text: str) -> None:
        make_chair()
        assert "Fjord chair" in text_of(julia.get("/products", {cursor: text, "locale": "en_US"}))

    def test_the_channel_and_locale_chosen_last_are_kept(self, julia: Client) -> None:
        uuid = make_chair()
        julia.get("/products?channel=ecommerce&locale=de_DE")
        assert "Stühle" in text_of(julia.get("/products"))
        assert "Stühle" in text_of(julia.get(f"/products/{uuid}"))

    def test_a_count_that_was_capped_says_so(self, julia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        page = queries.GridPage([], None, None, 10_000, False)
        monkeypatch.setattr(queries, "grid", lambda **_: page)
        assert "10,000+ products" in text_of(julia.get("/products"))

    def test_htmx_gets_the_list_alone_and_an_address_without_empty_fields(self, julia: Client) -> None:
        make_chair()
        answer = julia.get("/products?search=fjo&family=&channel=ecommerce&locale=en_US", headers=HTMX)
        assert answer.content.decode().lstrip().startswith('<section class="products"')
        assert answer["HX-Push-Url"] == "/products?search=fjo&channel=ecommerce&locale=en_US"
        assert "HX-Request" in answer["Vary"]

    def test_typing_on_is_no_new_step_to_go_back_to(self, julia: Client) -> None:
        typed = HTMX | {"HX-Current-URL": "http://testserver/products?search=fj"}
        answer = julia.get("/products?search=fjo", headers=typed)
        assert "HX-Push-Url" not in answer
        assert answer["HX-Replace-Url"].startswith("/products?search=fjo")

    def test_going_back_gets_the_whole_page(self, julia: Client) -> None:
        answer = julia.get("/products", headers=HTMX | {"HX-History-Restore-Request": "true"})
        assert "<html" in answer.content.decode()

    def test_fifty_products_cost_as_many_queries_as_one(
        self, julia: Client, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        make_chair("c0")
        julia.get("/products?channel=ecommerce&locale=en_US")
        # session, user, caller; structure; 3 of the grid, and 1 for a search key that only a commit makes remembered
        with count_queries(8):
            julia.get("/products?channel=ecommerce&locale=en_US")
        for number in range(1, 30):
            make_chair(f"c{number}")
        julia.get("/products")
        with count_queries(8):
            julia.get("/products?channel=ecommerce&locale=en_US")


class TestProduct:
    def test_values_stand_in_their_groups_and_what_is_missing_is_marked(self, julia: Client) -> None:
        uuid = make_chair(finish=value("brass"))
        page = text_of(julia.get(f"/products/{uuid}?channel=ecommerce&locale=en_US"))
        assert page.index("Marketing") < page.index("Name English (US) Fjord chair") < page.index("Weight missing")
        assert "Finish Polished brass optional" in page

    def test_every_channel_says_what_it_misses(self, julia: Client) -> None:
        uuid = make_chair()
        answer = julia.get(f"/products/{uuid}?channel=ecommerce&locale=en_US")
        page = text_of(answer)
        assert "Shop German (DE) 33 % 2 missing Name Weight English (US) 66 % 1 missing Weight" in page
        assert "Catalogue English (US) 100 %" in page
        link = f'href="/products/{uuid}?channel=ecommerce&amp;locale=de_DE#attribute-name"'
        assert link in answer.content.decode()

    def test_markup_in_a_value_stays_text(self, julia: Client) -> None:
        attack = "<img src=x onerror=alert(1)>"
        uuid = make_chair(name=attack, blurb=value(attack, "en_US", "ecommerce"))
        page = julia.get(f"/products/{uuid}?channel=ecommerce&locale=en_US").content.decode()
        assert "<img src=x" not in page
        assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 2

    def test_no_style_and_no_script_stand_in_the_page(self, julia: Client) -> None:
        uuid = make_chair()
        for path in ("/products", f"/products/{uuid}", f"/products/{uuid}/history"):
            page = julia.get(path).content.decode()
            assert " style=" not in page
            assert "<script>" not in page
            assert " onclick" not in page

    def test_categories_are_ways_from_the_root(self, julia: Client) -> None:
        uuid = make_product("stool", categories=["chairs"])
        page = text_of(julia.get(f"/products/{uuid}/categories?locale=en_US"))
        assert "Seating › Chairs for one" in page
        assert "In no group." in page

    def test_associations_lead_to_the_other_products(self, julia: Client) -> None:
        chair = make_chair()
        uuid = make_product("stool", associations={"X_SELL": {"products": ["fjord"]}})
        answer = julia.get(f"/products/{uuid}/associations?channel=ecommerce&locale=en_US")
        assert "Fjord chair fjord" in text_of(answer)
        assert f'href="/products/{chair}?channel=ecommerce&amp;locale=en_US"' in answer.content.decode()

    def test_a_page_costs_a_constant_number_of_queries(
        self, julia: Client, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        uuid = make_chair(finish=value("brass"))
        julia.get(f"/products/{uuid}?channel=ecommerce&locale=en_US")
        # session, user, caller; structure, product, options
        with count_queries(6):
            julia.get(f"/products/{uuid}?channel=ecommerce&locale=en_US")
        # session, user, caller; structure, product, events; of the creation: row, document, later events, options
        with count_queries(10):
            julia.get(f"/products/{uuid}/history?channel=ecommerce&locale=en_US")


class TestHistory:
    def test_a_connections_changes_are_told_from_a_persons(self, julia: Client) -> None:
        erp = Caller(None, "my_erp_0001", "My ERP", "api", SYSTEM.permissions)
        ada = Caller(None, "ada", "Ada Admin", "user", SYSTEM.permissions)
        uuid = make_product("fjord", by=erp)
        change_product(uuid, family="chairs", values={"name": value("Fjord chair", "en_US")}, by=ada)
        change_product(uuid, values={"name": value("Fjord armchair", "en_US")}, by=erp)
        page = text_of(julia.get(f"/products/{uuid}/history?channel=ecommerce&locale=en_US"))
        newest = page.index("My ERP connection changed the product")
        person = page.index("Ada Admin changed the product")
        first = page.index("My ERP connection created the product")
        assert newest < person < first
        assert "Name English (US) Fjord chair → Fjord armchair" in page
        assert "Family Chairs" in page

    def test_a_creation_tells_what_it_made_and_not_what_came_later(self, julia: Client) -> None:
        uuid = make_chair()
        change_product(uuid, values={"name": value("Fjord armchair", "en_US")})
        page = text_of(julia.get(f"/products/{uuid}/history?channel=ecommerce&locale=en_US"))
        created = page[page.index("created the product") :]
        assert "Identifier fjord" in created
        assert "Family Chairs" in created
        assert "Name English (US) Fjord chair" in created
        assert "armchair" not in created

    def test_older_ones_are_a_page_of_their_own(self, julia: Client) -> None:
        uuid = make_chair()
        for number in range(30):
            change_product(uuid, values={"name": value(f"Name {number}.", "en_US")})
        path = f"/products/{uuid}/history"
        answer = julia.get(path)
        assert "Name 5." in text_of(answer)
        assert "Name 3." not in text_of(answer)
        older = julia.get(path, {"before": answer.context["older"]})
        assert "Name 3." in text_of(older)
        assert "Show the newest" in text_of(older)
        assert older.context["older"] is None
        fragment = julia.get(path, {"before": answer.context["older"]}, headers=HTMX).content.decode()
        assert fragment.lstrip().startswith("<li")

    @pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²"])
    def test_a_place_that_means_nothing_shows_the_newest(self, julia: Client, before: str) -> None:
        uuid = make_chair()
        assert "created the product" in text_of(julia.get(f"/products/{uuid}/history", {"before": before}))


class TestMedia:
    @pytest.fixture(autouse=True)
    def storage(self, settings: Any, tmp_path: Path) -> None:
        default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
        settings.STORAGES = {**settings.STORAGES, "default": default}

    def test_a_picture_is_shown_and_kept_by_this_browser_alone(self, julia: Client) -> None:
        code = make_media_file("chair.png").code
        answer = julia.get(f"/media/{code}")
        assert b"".join(answer) == PNG
        assert answer["Content-Type"] == "image/png"
        assert "attachment" not in answer.get("Content-Disposition", "")
        assert "private" in answer["Cache-Control"]

    def test_a_small_picture_is_drawn_and_the_file_itself_where_that_cannot_be(self, julia: Client) -> None:
        drawn = BytesIO()
        Image.new("RGB", (960, 480), "red").save(drawn, "PNG")
        answer = julia.get(f"/media/{make_media_file('chair.png', drawn.getvalue()).code}?preview=small")
        assert (answer["Content-Type"], Image.open(BytesIO(b"".join(answer))).size) == ("image/webp", (96, 48))
        assert "private" in answer["Cache-Control"] and "sandbox" in answer["Content-Security-Policy"]
        whole = julia.get(f"/media/{make_media_file('chair.png').code}?preview=small")
        assert (whole["Content-Type"], b"".join(whole)) == ("image/png", PNG)

    @pytest.mark.parametrize("filename", ["page.html", "drawing.svg", "sheet.pdf"])
    def test_what_could_run_is_saved_and_never_opened(self, julia: Client, filename: str) -> None:
        answer = julia.get(f"/media/{make_media_file(filename, b'<svg onload=alert(1)>').code}")
        answer.close()
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_picture_stands_in_grid_and_page(self, julia: Client) -> None:
        code = make_media_file("chair.png").code
        uuid = make_chair(photo=value(code))
        assert f'src="/media/{code}?preview=small"' in julia.get("/products").content.decode()
        page = julia.get(f"/products/{uuid}").content.decode()
        assert page.count(f'src="/media/{code}?preview=') == 2
        assert "chair.png" in page
