"""Reading products over the API: acceptance cases 33–52, 205–222 and 266–272."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from json import dumps
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from limen.accounts.rules import SYSTEM
from limen.events.models import Tally
from limen.products import queries
from limen.structure.operations import remove, remove_option
from tests.conftest import Api
from tests.factories.products import NOW, change_product, make_product, value
from tests.factories.structure import change_channel, make_family
from tests.products.answers import fragment, is_plain
from tests.products.callers import DESTINATION, SOURCE
from tests.products.trees import make_model, make_variants


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return list(answer.json()["_embedded"]["items"])


def codes(answer: Any) -> list[str]:
    return [one["identifier"] for one in items(answer)]


def links(answer: Any) -> dict[str, dict[str, list[str]]]:
    """The query of each link."""
    found = answer.json()["_links"].items()
    return {name: parse_qs(urlsplit(link["href"]).query, keep_blank_values=True) for name, link in found}


class TestOne:
    def test_case_33_by_uuid(self, pim: Api) -> None:
        uuid = make_product("desk-one")
        product = pim.get(f"/products-uuid/{uuid}").json()
        assert list(product) == [
            "uuid",
            "enabled",
            "family",
            "categories",
            "groups",
            "parent",
            "values",
            "created",
            "updated",
            "associations",
            "quantified_associations",
        ]
        assert product["values"]["sku"][0] == {**value("desk-one")[0], "attribute_type": "pim_catalog_identifier"}
        assert product["created"] == product["updated"] == "2026-03-02T10:00:00+00:00"

    def test_case_34_in_upper_case(self, pim: Api) -> None:
        assert pim.get(f"/products-uuid/{make_product('desk-one').upper()}").status_code == 200

    def test_cases_35_to_38_what_there_is_not(self, pim: Api) -> None:
        make_product("desk-one")
        for path in (f"/products-uuid/{uuid4()}", "/products-uuid/abc", "/products/nope", "/products/no%00pe"):
            answer = pim.get(path)
            assert answer.status_code == 404 and is_plain(answer)
        product = pim.get("/products/DESK-ONE").json()
        assert list(product)[:2] == ["uuid", "identifier"]

    def test_case_39_an_identifier_with_slashes_and_blanks(self, pim: Api) -> None:
        make_product("a/b c")
        assert pim.client.get("/api/rest/v1/products/a/b%20c").json()["identifier"] == "a/b c"

    def test_case_40_another_media_type(self, pim: Api) -> None:
        make_product("desk-one")
        assert pim.get("/products/desk-one", headers={"accept": "text/html"}).status_code == 406

    def test_cases_41_to_43_completenesses_are_shown_on_demand(self, pim: Api) -> None:
        make_product("desk-one", "luminaires"), make_product("stool")
        shown = pim.get("/products/desk-one", with_completenesses="true").json()["completenesses"]
        assert [(one["scope"], one["locale"]) for one in shown] == [
            ("ecommerce", "en_US"),
            ("print", "en_GB"),
            ("webshop", "de_DE"),
            ("webshop", "en_GB"),
        ]
        assert pim.get("/products/stool", with_completenesses="true").json()["completenesses"] == []
        assert not {"completenesses", "quality_scores"} & set(pim.get("/products/desk-one").json())

    def test_cases_44_and_45_options_with_their_labels(self, pim: Api) -> None:
        make_product("desk-one", values={"finish": "Brass", "materials": ["steel", "oak"]})
        values = pim.get("/products/desk-one", with_attribute_options="true").json()["values"]
        assert values["finish"][0]["linked_data"] == {
            "attribute": "finish",
            "code": "Brass",
            "labels": {"en_GB": "Brass"},
        }
        assert values["materials"][0]["linked_data"] == {
            "oak": {"attribute": "materials", "code": "oak", "labels": {}},
            "steel": {"attribute": "materials", "code": "steel", "labels": {"en_GB": "Steel"}},
        }
        assert (
            "linked_data" not in pim.get("/products/desk-one", with_attribute_options="1").json()["values"]["finish"][0]
        )

    def test_case_50_a_removed_option_is_not_shown_from_then_on(self, pim: Api) -> None:
        # The products are cleaned by a job, which here never comes.
        make_product("desk-one", values={"finish": "white", "materials": ["oak", "steel"], "bulb_size": "s"})
        for attribute, code in (("finish", "white"), ("materials", "oak")):
            remove_option(attribute, code, by=SYSTEM, now=NOW)
        for params in ({}, {"with_attribute_options": "true"}, {"attributes": "finish,materials,bulb_size"}):
            (listed,) = items(pim.get("/products", **params))
            for values in (pim.get("/products/desk-one", **params).json()["values"], listed["values"]):
                assert "finish" not in values
                assert [values[code][0]["data"] for code in ("materials", "bulb_size")] == [["steel"], "s"]
                assert set(values["materials"][0].get("linked_data", {"steel"})) == {"steel"}
        body = pim.get("/products/desk-one").json()
        assert pim.patch("/products/desk-one", body).status_code == 204
        pim.patch("/products/desk-one", {"values": {"materials": value(["glass"]), "finish": value("chrome")}})
        values = pim.get("/products/desk-one").json()["values"]
        assert (values["materials"][0]["data"], values["finish"][0]["data"]) == (["glass"], "chrome")

    def test_a_removed_category_is_not_shown_from_then_on(self, pim: Api) -> None:
        # The products are cleaned by a job, which here never comes.
        make_product("desk-one", categories=["autumn_book", "desk_lamps", "lamps"], groups=["clearance", "spring_push"])
        for resource, code in (("category", "lamps"), ("group", "clearance")):
            remove(resource, code, by=SYSTEM, now=NOW)
        (listed,) = items(pim.get("/products"))
        body = pim.get("/products/desk-one").json()
        for shown in (listed, body):
            assert (shown["categories"], shown["groups"]) == (["autumn_book"], ["spring_push"])
        assert pim.patch("/products/desk-one", {**body, "enabled": False}).status_code == 204
        assert pim.patch("/products/desk-one", {"categories": ["paper"]}).status_code == 204
        assert pim.get("/products/desk-one").json()["categories"] == ["paper"]

    def test_case_51_values_of_a_locale_come_and_go_with_it(self, pim: Api) -> None:
        both = [*value("Warm", "en_GB", "webshop"), *value("Warmes", "de_DE", "webshop")]
        uuid = make_product("desk-one", values={"blurb": both, "title": value("Tisch", "de_DE")})
        path = f"/products-uuid/{uuid}"
        before = pim.get(path).content
        change_channel("webshop", locales=["en_GB"])
        values = pim.get(path).json()["values"]
        assert [one["locale"] for one in values["blurb"]] == ["en_GB"]
        assert "title" not in values
        change_channel("webshop", locales=["en_GB", "de_DE"])
        assert pim.get(path).content == before

    def test_prices_are_hidden_with_their_currency(self, pim: Api) -> None:
        prices = [{"amount": 1, "currency": "EUR"}, {"amount": 1, "currency": "USD"}]
        make_product("desk-one", values={"list_price": prices})
        for channel in ("webshop", "ecommerce"):
            change_channel(channel, currencies=["EUR"])
        assert [one["currency"] for one in pim.get("/products/desk-one").json()["values"]["list_price"][0]["data"]] == [
            "EUR"
        ]

    def test_attributes_locales_and_scope_do_not_narrow_one_product(self, pim: Api) -> None:
        make_product("desk-one")
        assert (
            "sku" in pim.get("/products/desk-one", attributes="title", locales="en_GB", scope="print").json()["values"]
        )


class TestPages:
    def test_case_205_by_page(self, pim: Api) -> None:
        uuids = sorted(make_product(f"p{number}") for number in range(7))
        answer = pim.get("/products-uuid", limit="3", with_count="true")
        body = answer.json()
        assert list(body) == ["_links", "current_page", "items_count", "_embedded"]
        assert (body["items_count"], body["current_page"]) == (7, 1)
        assert list(body["_links"]) == ["self", "first", "next"]
        assert [one["uuid"] for one in items(answer)] == uuids[:3]
        assert list(items(answer)[0])[:2] == ["_links", "uuid"]
        assert items(answer)[0]["_links"]["self"]["href"] == f"http://testserver/api/rest/v1/products-uuid/{uuids[0]}"

    @pytest.mark.parametrize("flavour", ["products", "products-uuid"])
    @pytest.mark.parametrize("search", ["", '{"enabled":[{"operator":"=","value":true}]}'])
    def test_pages_follow_each_other(self, pim: Api, flavour: str, search: str) -> None:
        for number in range(7):
            make_product(f"p{number}")
        params = {"search": search} if search else {}
        whole = [one["uuid"] for one in items(pim.get(f"/{flavour}", **params))]
        pages = [items(pim.get(f"/{flavour}", limit="3", page=str(page), **params)) for page in (1, 2, 3, 4)]
        assert [[one["uuid"] for one in page] for page in pages] == [whole[:3], whole[3:6], whole[6:], []]

    def test_a_list_costs_two_queries(
        self, api: Api, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        make_product("p1")
        api.get("/products-uuid")
        # Token with the versions of the structure, products.
        ways: list[dict[str, str]] = [{}, {"page": "2"}, {"pagination_type": "search_after"}]
        for params in ways:
            with count_queries(2):
                assert api.get("/products-uuid", **params).status_code == 200

    def test_a_full_page_of_a_channel_costs_no_more(
        self, pim: Api, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        for number in range(3):
            make_product(f"p{number}", categories=["lamps"])
        pim.get("/products-uuid", scope="webshop")
        for pagination in ("page", "search_after"):
            with count_queries(2):
                answer = pim.get("/products-uuid", scope="webshop", limit="2", pagination_type=pagination)
            assert len(items(answer)) == 2
            # One more asks whether the list goes on where the walk ended.
            with count_queries(3):
                answer = pim.get("/products-uuid", scope="webshop", limit="4", pagination_type=pagination)
            assert len(items(answer)) == 3

    def test_case_206_the_last_page_may_be_empty(self, pim: Api) -> None:
        for number in range(6):
            make_product(f"p{number}")
        assert "next" in links(pim.get("/products-uuid", limit="3", page="2"))
        answer = pim.get("/products-uuid", limit="3", page="3")
        assert items(answer) == [] and list(links(answer)) == ["self", "first", "previous"]

    @pytest.mark.parametrize(
        "params",
        [
            {"limit": "101"},
            {"limit": "0"},
            {"page": "x"},
            {"with_count": "yes"},
            {"pagination_type": "cursor"},
            {"locales": "it_IT"},
            {"locales": "de_DE", "scope": "print"},
            {"attributes": "ghost"},
            {"scope": "ghost"},
            {"search_locale": "it_IT"},
            {"convert_measurements": "true"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("flavour", ["products", "products-uuid"])
    def test_cases_207_to_221_refused_parameters(self, pim: Api, flavour: str, params: dict[str, str]) -> None:
        answer = pim.get(f"/{flavour}", **params)
        assert answer.status_code == 422 and is_plain(answer)

    def test_case_210_by_cursor(self, pim: Api) -> None:
        uuids = sorted(make_product(f"p{number}") for number in range(5))
        answer = pim.get("/products-uuid", pagination_type="search_after", limit="3", with_completenesses="true")
        assert list(answer.json()) == ["_links", "_embedded"]
        assert list(links(answer)) == ["self", "first", "next"]
        seen = [one["uuid"] for one in items(answer)]
        following = pim.client.get(answer.json()["_links"]["next"]["href"])
        assert "next" not in links(following)
        assert links(following)["self"]["search_after"] == [seen[-1]]
        assert "search_after" not in links(following)["first"]
        assert seen + [one["uuid"] for one in items(following)] == uuids

    def test_case_211_a_cursor_may_be_any_identifier(self, pim: Api) -> None:
        for code in ("a", "Desk-one", "desk-two", "e"):
            make_product(code)
        after = {"pagination_type": "search_after"}
        assert codes(pim.get("/products", search_after="DESK-ONE", **after)) == ["desk-two", "e"]
        assert codes(pim.get("/products", search_after="b", **after)) == ["Desk-one", "desk-two", "e"]
        assert pim.get("/products-uuid", search_after="nonsense", **after).status_code == 200
        assert pim.get("/products-uuid", search_after="8" + "0" * 7, **after).status_code == 200

    def test_case_212_pages_end_at_10000(self, pim: Api) -> None:
        answer = pim.get("/products", page="101", limit="100")
        assert fragment(answer) == "pagination.html#the-search-after-method"
        assert pim.get("/products", page="100", limit="100").status_code == 200

    def test_products_without_identifier_are_only_in_the_list_by_uuid(self, pim: Api) -> None:
        make_product(None), make_product("a")
        assert codes(pim.get("/products", with_count="true")) == ["a"]
        assert pim.get("/products", with_count="true").json()["items_count"] == 1
        assert len(items(pim.get("/products-uuid"))) == 2

    def test_identifiers_are_sorted_whatever_the_case(self, pim: Api) -> None:
        for code in ("b", "A", "É", "c/d e"):
            make_product(code)
        answer = pim.get("/products")
        assert codes(answer) == ["A", "b", "c/d e", "É"]
        assert items(answer)[2]["_links"]["self"]["href"].endswith("/products/c/d%20e")
        assert items(answer)[3]["_links"]["self"]["href"].endswith("/products/%C3%89")

    def test_case_222_links_carry_every_parameter_in_order(self, pim: Api) -> None:
        make_product("a")
        params = {
            "search_locale": "en_GB",
            "search": '{"enabled": [{"operator": "=", "value": true}]}',
            "locales": "en_GB",
            "limit": "1",
            "own": "x y",
        }
        answer = pim.get("/products", **params)
        assert list(links(answer)["next"].items()) == [
            ("page", ["2"]),
            ("with_count", ["false"]),
            ("pagination_type", ["page"]),
            ("limit", ["1"]),
            ("search", ['{"enabled":[{"operator":"=","value":true}]}']),
            ("search_locale", ["en_GB"]),
            ("locales", ["en_GB"]),
            ("own", ["x y"]),
        ]
        assert pim.client.get(answer.json()["_links"]["next"]["href"]).status_code == 200

    def test_permission_is_needed(self, api_of: Callable[..., Api]) -> None:
        writer = api_of("pim_api_product_edit")
        assert writer.get("/products").status_code == writer.get("/products-uuid").status_code == 403
        assert writer.delete("/products/a").status_code == 403


class TestViews:
    def test_case_213_a_scope_narrows_products_and_values(self, pim: Api) -> None:
        launch = [*value("2025-01-01", None, "webshop"), *value("2025-02-01", None, "print")]
        title = [*value("Lamp", "en_GB"), *value("Leuchte", "de_DE")]
        make_product("a", categories=["lamps"], values={"launch_on": launch, "title": title})
        make_product("b", categories=["autumn_book"], values={"launch_on": launch, "title": title})
        make_product("c")
        (shown,) = items(pim.get("/products", scope="print", with_count="true"))
        assert shown["identifier"] == "b"
        assert [one["scope"] for one in shown["values"]["launch_on"]] == ["print"]
        assert [one["locale"] for one in shown["values"]["title"]] == ["en_GB"]

    def test_case_214_criteria_about_categories_take_the_place_of_the_tree(self, pim: Api) -> None:
        make_product("a", categories=["lamps"]), make_product("b")
        search = '{"categories":[{"operator":"UNCLASSIFIED"}]}'
        assert codes(pim.get("/products", scope="webshop", search=search)) == ["b"]

    def test_case_217_attributes_may_be_chosen(self, pim: Api) -> None:
        make_product("a", values={"title": value("Lamp", "en_GB"), "lumens": 5, "tagline": "x"})
        (shown,) = items(pim.get("/products", attributes="title, LUMENS"))
        assert list(shown["values"]) == ["title", "lumens"]

    def test_locales_may_be_chosen(self, pim: Api) -> None:
        title = [*value("Lamp", "en_GB"), *value("Leuchte", "de_DE")]
        make_product("a", values={"title": title, "lumens": 5})
        (shown,) = items(pim.get("/products", locales=" DE_de "))
        assert [one["locale"] for one in shown["values"]["title"]] == ["de_DE"]
        assert "lumens" in shown["values"]

    def test_case_219_completenesses_follow_the_view(self, pim: Api) -> None:
        make_product("a", "luminaires", categories=["lamps"])
        (shown,) = items(pim.get("/products", scope="webshop", locales="en_GB", with_completenesses="true"))
        assert shown["completenesses"] == [{"scope": "webshop", "locale": "en_GB", "data": 25}]

    def test_case_220_brackets(self, pim: Api) -> None:
        assert pim.client.get("/api/rest/v1/products?search[]=x").status_code == 400

    def test_measurements_are_converted_for_a_channel(self, pim: Api) -> None:
        change_channel("webshop", conversion_units={"net_weight": "GRAM"})
        weight = {"amount": "1.25", "unit": "KILOGRAM"}
        make_product("a", values={"net_weight": weight}, categories=["lamps"])
        (shown,) = items(pim.get("/products", scope="webshop", convert_measurements="true"))
        assert shown["values"]["net_weight"][0]["data"] == {"amount": "1250.0000", "unit": "GRAM", "symbol": "g"}

    def test_case_256_a_search_in_the_body(self, pim: Api) -> None:
        make_product("a", "luminaires"), make_product("b")
        search = '{"family":[{"operator":"IN","value":["luminaires"]}]}'
        found = pim.post("/products-uuid/search?limit=5&with_count=true", {"search": search, "attributes": "sku"})
        assert items(found) == items(pim.get("/products-uuid", search=search, attributes="sku"))
        assert found.json()["items_count"] == 1
        assert links(found)["self"]["limit"] == ["5"]
        assert found.json()["_links"]["self"]["href"].split("?")[0].endswith("/products-uuid/search")

    @pytest.mark.parametrize(
        "body",
        [
            {"attributes": ",".join(["sku"] * 801)},
            {"search": {"enabled": [{"operator": "=", "value": True}] * 21}},
            {"search": {"uuid": [{"operator": "IN", "value": ["x"] * 801}]}},
            {"search": '{"uuid":[{"operator":"IN","value":"x"}]}'},
        ],
    )
    def test_a_search_in_the_body_has_limits(self, pim: Api, body: dict[str, Any]) -> None:
        assert pim.post("/products-uuid/search", body).status_code == 422
        assert pim.post("/products-uuid/search", {"search": "abc"}).status_code == 400


class TestCompleteness:
    @pytest.fixture
    def shown(self, pim: Api) -> Callable[[str], dict[tuple[str, str], int]]:
        def shown(uuid: str) -> dict[tuple[str, str], int]:
            product = pim.get(f"/products-uuid/{uuid}", with_completenesses="true").json()
            return {(one["scope"], one["locale"]): one["data"] for one in product["completenesses"]}

        return shown

    def test_case_266_the_example(self, shown: Callable[[str], Any]) -> None:
        prices = [{"amount": 1, "currency": "EUR"}]
        uuid = make_product("a", "luminaires", {"title": value("Lamp", "en_GB"), "list_price": prices})
        assert shown(uuid)["webshop", "en_GB"] == 50
        assert shown(uuid)["webshop", "de_DE"] == 25
        assert shown(uuid)["print", "en_GB"] == 100
        change_product(uuid, values={"list_price": [*prices, {"amount": 2, "currency": "USD"}]})
        assert shown(uuid)["webshop", "en_GB"] == 75
        change_product(uuid, values={"title": value(None, "en_GB"), "list_price": prices})
        assert shown(uuid)["webshop", "en_GB"] == 25

    def test_case_268_without_requirements_all_is_there(self, shown: Callable[[str], Any]) -> None:
        assert shown(make_product("a", "luminaires"))["ecommerce", "en_US"] == 100

    def test_it_follows_the_family(self, shown: Callable[[str], Any]) -> None:
        uuid = make_product("a")
        assert shown(uuid) == {}
        change_product(uuid, family="luminaires")
        assert shown(uuid)["webshop", "en_GB"] == 25
        change_product(uuid, family=None)
        assert shown(uuid) == {}


class TestDataFlows:
    def counts(self, connection: int) -> dict[str, int]:
        return {one.kind: one.count for one in Tally.objects.filter(connection_id=connection)}

    def test_case_271_writes_of_a_source_are_counted(self, api_of: Callable[..., Api]) -> None:
        source = api_of("source")
        source.post("/products", {"identifier": "a"})
        for _ in range(2):
            source.patch("/products/a", {"values": {"lumens": value(1)}})
        source.bulk("/products", [{"identifier": "a", "enabled": False}, {"identifier": "b"}, {"identifier": "b"}])
        source.bulk("/products?dry_run=1", [{"identifier": "c"}])
        assert self.counts(SOURCE) == {"product.created": 2, "product.updated": 2}

    def test_case_272_reads_of_a_destination_are_counted(self, api_of: Callable[..., Api]) -> None:
        for number in range(7):
            make_product(f"p{number}")
        destination = api_of("destination")
        destination.get("/products")
        destination.get("/products/p1")
        destination.get("/products", search='{"enabled":[{"operator":"=","value":false}]}')
        assert self.counts(DESTINATION) == {"product.read": 8}


def test_case_118_families_by_whether_they_have_products(pim: Api, count_queries: Any) -> None:
    def found(having: bool) -> list[str]:
        search = {"has_products": [{"operator": "=", "value": having}]}
        return [one["code"] for one in items(pim.get("/families", search=dumps(search), limit="100"))]

    make_family("empty")
    make_product("desk-one", family="luminaires")
    families = [one["code"] for one in items(pim.get("/families", limit="100"))]
    assert found(True) == ["luminaires"]
    assert found(False) == [code for code in families if code != "luminaires"]
    with count_queries(1):
        assert len(queries.families_with_products()) == 1


def test_case_118_a_family_of_models_alone_has_no_products(pim: Api) -> None:
    search = dumps({"has_products": [{"operator": "=", "value": True}]})
    make_variants()
    make_model("beam", family_variant="lum_size")
    assert items(pim.get("/families", search=search)) == []
    make_product("beam-s", "luminaires", {"bulb_size": "s"}, parent="beam")
    assert [one["code"] for one in items(pim.get("/families", search=search))] == ["luminaires"]
