"""What lists may be asked besides the contract's own words (api-products 10.3), and the order of refusals (3.2)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.conftest import Api
from tests.factories.media import make_media_file
from tests.factories.products import make_product, value
from tests.factories.structure import change_channel
from tests.products.answers import is_plain

EXTENDED = {"Limen-Limits": "extended"}


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return list(answer.json()["_embedded"]["items"])


class TestFields:
    def test_10_3_only_the_fields_that_are_asked_for(self, pim: Api) -> None:
        uuid = make_product("a", values={"tagline": "x"})
        (listed,) = items(pim.get("/products", fields="values, updated"))
        assert list(listed) == ["_links", "identifier", "values", "updated"]
        (listed,) = items(pim.get("/products-uuid", fields="identifier,enabled,associations"))
        assert list(listed) == ["_links", "uuid", "enabled", "associations"]
        one = pim.get(f"/products-uuid/{uuid}", fields="groups").json()
        assert one == {"uuid": uuid, "groups": []}
        assert list(pim.get("/products/a", fields="uuid").json()) == ["uuid", "identifier"]

    def test_what_is_asked_for_besides_has_to_be_named_too(self, pim: Api) -> None:
        make_product("a", "luminaires")
        asked = {"with_completenesses": "true", "with_quality_scores": "true"}
        (listed,) = items(pim.get("/products", fields="completenesses", **asked))
        assert list(listed) == ["_links", "identifier", "completenesses"]
        assert len(listed["completenesses"]) == 4

    def test_fields_stay_in_the_links(self, pim: Api) -> None:
        make_product("a")
        answer = pim.get("/products", fields="values", limit="1")
        assert "fields=values" in answer.json()["_links"]["next"]["href"]
        (again,) = items(pim.client.get(answer.json()["_links"]["first"]["href"]))
        assert list(again) == ["_links", "identifier", "values"]

    def test_a_field_that_there_is_not(self, pim: Api) -> None:
        answer = pim.get("/products", fields="values,ghost")
        assert answer.status_code == 422 and is_plain(answer)


class TestExtendedLimits:
    def test_10_3_pages_of_500(self, pim: Api) -> None:
        for flavour in ("products", "products-uuid", "product-models"):
            assert pim.get(f"/{flavour}", limit="101").status_code == 422
            assert pim.get(f"/{flavour}", limit="500", headers=EXTENDED).status_code == 200
            assert pim.get(f"/{flavour}", limit="501", headers=EXTENDED).status_code == 422

    def test_10_3_a_thousand_identifiers(self, pim: Api) -> None:
        make_product("p7")

        def ask(number: int, **more: Any) -> Any:
            names = [f"p{one}" for one in range(number)]
            return pim.get(
                "/products", search=orjson.dumps({"sku": [{"operator": "IN", "value": names}]}).decode(), **more
            )

        assert ask(101).status_code == 400
        assert len(items(ask(1000, headers=EXTENDED))) == 1
        assert ask(1001, headers=EXTENDED).status_code == 400


class TestAny:
    def any_of(self, pim: Api, *groups: dict[str, Any], **also: Any) -> list[str]:
        body = {"search": {"any": list(groups), **also}, "attributes": "sku"}
        return sorted(one["values"]["sku"][0]["data"] for one in items(pim.post("/products-uuid/search", body)))

    def test_10_3_one_of_several_searches(self, pim: Api) -> None:
        make_product("a", "luminaires"), make_product("b", enabled=False), make_product("c")
        of_family = {"family": [{"operator": "NOT EMPTY"}]}
        disabled = {"enabled": [{"operator": "=", "value": False}]}
        assert self.any_of(pim, of_family, disabled) == ["a", "b"]
        assert self.any_of(pim, {**of_family, **disabled}) == []
        assert self.any_of(pim, of_family, disabled, identifier=[{"operator": "=", "value": "b"}]) == ["b"]
        assert self.any_of(pim, {}, disabled) == ["a", "b", "c"]

    def test_categories_inside_take_the_place_of_the_tree_too(self, pim: Api) -> None:
        make_product("a"), make_product("b", categories=["autumn_book"])
        body = {"search": {"any": [{"categories": [{"operator": "UNCLASSIFIED"}]}]}, "scope": "webshop"}
        assert len(items(pim.post("/products-uuid/search", body))) == 1

    def test_each_of_them_is_checked(self, pim: Api) -> None:
        for wrong in ({"ghost": [{"operator": "EMPTY"}]}, {"finish": [{"operator": "IN", "value": ["gold"]}]}):
            body = {"search": {"any": [{"enabled": [{"operator": "=", "value": True}]}, wrong]}}
            assert pim.post("/products-uuid/search", body).status_code == 422
        many = [{"enabled": [{"operator": "=", "value": True}] * 11}] * 2
        assert pim.post("/products-uuid/search", {"search": {"any": many}}).status_code == 422

    def test_in_an_address_it_is_a_filter_that_there_is_not(self, pim: Api) -> None:
        search = orjson.dumps({"any": [{"operator": "EMPTY"}]}).decode()
        assert pim.get("/products-uuid", search=search).status_code == 422
        assert pim.get("/products", search=search).status_code == 404


class TestOrderOfRefusals:
    """Pagination, attributes, scope, locales, structure, categories, names, identifiers, locales of the search."""

    STEPS: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = (
        ("limit", {"limit": "x"}, {}),
        ("attribute", {"attributes": "ghost_attribute"}, {}),
        ("scope", {"scope": "ghost_scope"}, {}),
        ("locale", {"locales": "gh_GH"}, {}),
        ("structure", {}, {"enabled": {}}),
        ("nowhere", {}, {"categories": [{"operator": "IN", "value": ["nowhere"]}]}),
        ("ghost_filter", {}, {"ghost_filter": [{"operator": "EMPTY"}]}),
        ("at most", {}, {"identifier": [{"operator": "IN", "value": [f"p{number}" for number in range(101)]}]}),
        ("xx_XX", {"search_locale": "xx_XX"}, {}),
        ("yy_YY", {}, {"tagline": [{"operator": "=", "value": "x", "locale": "yy_YY"}]}),
        ("gold", {}, {"finish": [{"operator": "IN", "value": ["gold"]}]}),
    )

    @pytest.mark.parametrize("first", range(len(STEPS)))
    def test_3_2_the_first_of_several_is_told(self, pim: Api, first: int) -> None:
        params: dict[str, str] = {}
        search: dict[str, Any] = {}
        for _, some, criteria in self.STEPS[first:]:
            params |= some
            search |= criteria
        # What is wrong first is told whatever the order of the criteria.
        search = dict(reversed(search.items()))
        answer = pim.get("/products-uuid", search=orjson.dumps(search).decode(), **params)
        assert answer.status_code in (400, 422)
        assert self.STEPS[first][0] in answer.json()["message"]


class TestViews:
    def test_prices_files_and_options_survive_a_cut(self, pim: Api) -> None:
        code = make_media_file("lamp.png").code
        values = {
            "hero_image": code,
            "finish": "Brass",
            "list_price": [{"amount": 1, "currency": "EUR"}],
            "title": [*value('Lamp "A", \\ "data":', "en_GB"), *value("Leuchte", "de_DE")],
            "blurb": [*value(',"data":1', "en_GB", "webshop"), *value("Druck", "en_GB", "print")],
        }
        make_product("a", "luminaires", values, categories=["lamps"])
        whole = pim.get("/products/a").json()["values"]
        (cut,) = items(pim.get("/products", scope="webshop", locales="en_GB"))
        assert cut["values"]["hero_image"] == whole["hero_image"]
        assert cut["values"]["list_price"] == whole["list_price"]
        assert [one["data"] for one in cut["values"]["title"]] == ['Lamp "A", \\ "data":']
        assert [one["data"] for one in cut["values"]["blurb"]] == [',"data":1']
        (none,) = items(pim.get("/products", attributes="lumens"))
        assert none["values"] == {}

    def test_1_8_measurements_are_converted_or_left(self, pim: Api) -> None:
        change_channel("webshop", conversion_units={"net_weight": "GRAM", "cable_length": "CENTIMETER"})
        weights = {"net_weight": {"amount": "1.25", "unit": "KILOGRAM"}, "cable_length": {"amount": 2, "unit": "METER"}}
        make_product("a", values=weights, categories=["lamps", "autumn_book"])
        (shown,) = items(pim.get("/products", scope="webshop", convert_measurements="true"))
        assert shown["values"]["net_weight"][0]["data"]["amount"] == "1250.0000"
        assert shown["values"]["cable_length"][0]["data"] == {"amount": 200, "unit": "CENTIMETER", "symbol": "cm"}
        (other,) = items(pim.get("/products", scope="print", convert_measurements="true"))
        assert other["values"]["net_weight"][0]["data"]["unit"] == "KILOGRAM"
        (plain,) = items(pim.get("/products", scope="webshop"))
        assert plain["values"]["net_weight"][0]["data"]["unit"] == "KILOGRAM"


class TestLinkedEntities:
    def test_6_3_changes_of_linked_entities(self, pim: Api) -> None:
        make_product("a")
        moment = {"operator": ">", "value": "2026-03-01 00:00:00"}
        kinds = {"operator": "IN", "value": ["asset", "reference_entity_record"]}

        def ask(**criteria: Any) -> Any:
            return pim.get("/products", search=orjson.dumps({name: [one] for name, one in criteria.items()}).decode())

        assert len(items(ask(updated_including_linked_entities=moment))) == 1
        assert len(items(ask(updated_including_linked_entities=moment, updated_including_linked_type=kinds))) == 1
        assert ask(updated_including_linked_type=kinds).status_code == 422
        wrong = {"operator": "IN", "value": ["x"]}
        refused = ask(updated_including_linked_entities=moment, updated_including_linked_type=wrong)
        assert refused.status_code == 422

    @pytest.mark.parametrize("name", ["readiness", "readiness_by_channel"])
    def test_6_3_readiness_is_not_in_this_version(self, pim: Api, name: str) -> None:
        search = orjson.dumps({name: [{"operator": "ALL READY", "scope": "webshop"}]}).decode()
        answer = pim.get("/products-uuid", search=search)
        assert answer.status_code == 422 and is_plain(answer)


def test_3_3_null_in_the_body_of_a_search_is_nothing_asked(pim: Api) -> None:
    make_product("a", values={"tagline": "x"})
    names = ("search", "scope", "locales", "attributes", "with_attribute_options", "with_completenesses")
    (shown,) = items(pim.post("/products-uuid/search", dict.fromkeys(names)))
    assert shown["values"]["tagline"] == [{**value("x")[0], "attribute_type": "pim_catalog_text"}]
    assert "completenesses" not in shown
