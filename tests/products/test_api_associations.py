"""Associations over the API: acceptance cases 46–48 and 188–203."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.answers import errors, fragment


def upsell(pim: Api, path: str) -> dict[str, Any]:
    return dict(pim.get(path).json()["associations"]["UPSELL"])


class TestAssociations:
    def test_case_48_every_plain_type_is_shown(self, pim: Api) -> None:
        make_product("a")
        product = pim.get("/products/a").json()
        nothing = {"products": [], "product_models": [], "groups": []}
        types = ["COMPATIBLE", "PACK", "SUBSTITUTION", "UPSELL", "X_SELL"]
        assert product["associations"] == dict.fromkeys(types, nothing)
        assert list(product["associations"]) == types
        assert product["quantified_associations"] == {}

    def test_cases_46_and_47_a_product_without_identifier(self, pim: Api) -> None:
        nameless = make_product(None)
        uuid = make_product("b")
        make_product("a")
        pim.patch(f"/products-uuid/{uuid}", {"associations": {"UPSELL": {"products": [nameless, uuid]}}})
        assert upsell(pim, "/products/b")["products"] == [None, "b"]
        assert upsell(pim, f"/products-uuid/{uuid}")["products"] == [nameless, uuid]

    def test_products_are_sorted_by_identifier(self, pim: Api) -> None:
        for code in ("c", "a", "b", "x"):
            make_product(code)
        pim.patch("/products/x", {"associations": {"UPSELL": {"products": ["c", "A", "b", "a"]}}})
        assert upsell(pim, "/products/x")["products"] == ["a", "b", "c"]
        assert pim.get("/products").json()["_embedded"]["items"][3]["associations"]["UPSELL"]["products"] == [
            "a",
            "b",
            "c",
        ]

    def test_case_188_lists_that_are_not_mentioned_stay(self, pim: Api) -> None:
        make_product("b")
        make_product("a", associations={"UPSELL": {"products": ["b"], "groups": ["clearance"]}})
        assert pim.patch("/products/a", {"associations": {"UPSELL": {"groups": []}}}).status_code == 204
        assert upsell(pim, "/products/a") == {"products": ["b"], "product_models": [], "groups": []}
        assert pim.patch("/products/a", {"associations": {}}).status_code == 204
        assert pim.patch("/products/a", {"associations": []}).status_code == 204
        assert upsell(pim, "/products/a")["products"] == ["b"]

    @pytest.mark.parametrize(
        ("case", "associations"),
        [
            ("case 189", {"UPSELL": {}}),
            ("case 190", {"NOPE": {"products": []}}),
            ("case 191", {"BUNDLE": {"products": []}}),
            ("case 192", {"UPSELL": {"products": ["ghost"]}}),
            ("no object", "x"),
            ("a list as type", {"UPSELL": ["a"]}),
            ("a text as list", {"UPSELL": {"products": "a"}}),
            ("a number as product", {"UPSELL": {"products": [1]}}),
            ("an unknown kind", {"UPSELL": {"things": []}}),
            ("an unknown model", {"UPSELL": {"product_models": ["orbit"]}}),
            ("an unknown group", {"UPSELL": {"groups": ["ghost"]}}),
            ("U+0000", {"UPSELL": {"products": ["gh\0st"]}}),
        ],
    )
    def test_misshaped_associations(self, pim: Api, case: str, associations: Any) -> None:
        make_product("a")
        answer = pim.patch("/products/a", {"associations": associations})
        assert fragment(answer) == "api.html#patch_products__code_"

    def test_case_193_uuids_are_checked(self, pim: Api) -> None:
        uuid = make_product("a")
        for target in ("abc", str(uuid4())):
            answer = pim.patch(f"/products-uuid/{uuid}", {"associations": {"UPSELL": {"products": [target]}}})
            assert fragment(answer) == "api.html#patch_products_uuid__uuid_"
        answer = pim.patch(f"/products-uuid/{uuid}", {"associations": {"UPSELL": {"product_uuids": [uuid.upper()]}}})
        assert answer.status_code == 204

    def test_case_194_two_way_types_have_two_ends(self, pim: Api) -> None:
        make_product("a"), make_product("b"), make_product("c")
        linked = {"associations": {"COMPATIBLE": {"products": ["b", "c"]}}}
        assert pim.patch("/products/a", linked).status_code == 204
        assert pim.get("/products/b").json()["associations"]["COMPATIBLE"]["products"] == ["a"]
        assert pim.patch("/products/b", {"associations": {"COMPATIBLE": {"products": []}}}).status_code == 204
        assert pim.get("/products/a").json()["associations"]["COMPATIBLE"]["products"] == ["c"]
        assert pim.patch("/products/c", {"associations": {"COMPATIBLE": {"products": ["b"]}}}).status_code == 204
        assert pim.get("/products/a").json()["associations"]["COMPATIBLE"]["products"] == []
        assert pim.get("/products/b").json()["associations"]["COMPATIBLE"]["products"] == ["c"]

    def test_case_195_a_two_way_type_needs_two_products(self, pim: Api) -> None:
        make_product("a")
        answer = pim.patch("/products/a", {"associations": {"COMPATIBLE": {"products": ["a"]}}})
        assert fragment(answer) == "glossary.html"
        assert pim.patch("/products/a", {"associations": {"UPSELL": {"products": ["a"]}}}).status_code == 204

    def test_a_line_may_point_at_a_product_that_an_earlier_line_makes(self, pim: Api) -> None:
        lines = [
            {"identifier": "a", "associations": {"COMPATIBLE": {"products": ["b"]}}},
            {"identifier": "b"},
            {"identifier": "c", "associations": {"COMPATIBLE": {"products": ["b"]}, "UPSELL": {"products": ["b"]}}},
        ]
        assert [one["status_code"] for one in pim.bulk("/products", lines).lines] == [422, 201, 201]
        assert pim.get("/products/b").json()["associations"]["COMPATIBLE"]["products"] == ["c"]
        assert pim.delete("/products/b").status_code == 204
        assert upsell(pim, "/products/c")["products"] == []


class TestQuantified:
    def test_links_are_read_back(self, pim: Api) -> None:
        a, b = make_product("a"), make_product("b")
        links = {"BUNDLE": {"products": [{"identifier": "b", "quantity": 2}, {"uuid": a, "quantity": 1}]}}
        assert pim.patch("/products/a", {"quantified_associations": links}).status_code == 204
        assert pim.get("/products/a").json()["quantified_associations"] == {
            "BUNDLE": {
                "products": [{"identifier": "b", "quantity": 2}, {"identifier": "a", "quantity": 1}],
                "product_models": [],
            }
        }
        assert pim.get(f"/products-uuid/{a}").json()["quantified_associations"]["BUNDLE"]["products"] == [
            {"uuid": b, "quantity": 2},
            {"uuid": a, "quantity": 1},
        ]
        cleared = {"quantified_associations": {"BUNDLE": {"products": []}}}
        assert pim.patch("/products/a", cleared).status_code == 204
        assert pim.get("/products/a").json()["quantified_associations"] == {}

    def test_case_197_other_types_are_left_alone(self, pim: Api) -> None:
        pim.patch("/association-types/BUNDLE2", {"is_quantified": True})
        for code in ("a", "b", "c"):
            make_product(code)
        both = {code: {"products": [{"identifier": "b", "quantity": 2}]} for code in ("BUNDLE", "BUNDLE2")}
        pim.patch("/products/a", {"quantified_associations": both})
        changed = {"BUNDLE": {"products": [{"identifier": "c", "quantity": 3}]}}
        assert pim.patch("/products/a", {"quantified_associations": changed}).status_code == 204
        assert pim.get("/products/a").json()["quantified_associations"] == {
            "BUNDLE": {"products": [{"identifier": "c", "quantity": 3}], "product_models": []},
            "BUNDLE2": {"products": [{"identifier": "b", "quantity": 2}], "product_models": []},
        }

    @pytest.mark.parametrize(
        ("case", "links", "path"),
        [
            ("case 198", {"BUNDLE": {"products": [{"identifier": "a", "quantity": 0}]}}, "BUNDLE.products[0].quantity"),
            (
                "too many",
                {"BUNDLE": {"products": [{"identifier": "a", "quantity": 2**31}]}},
                "BUNDLE.products[0].quantity",
            ),
            ("case 200", {"BUNDLEX": {"products": []}}, "BUNDLEX"),
            ("a plain type", {"UPSELL": {"products": []}}, "UPSELL"),
            ("case 202", {"BUNDLE": {"products": [{"identifier": "x", "quantity": 1}]}}, "BUNDLE.products"),
            (
                "an unknown model",
                {"BUNDLE": {"product_models": [{"code": "x", "quantity": 1}]}},
                "BUNDLE.product_models",
            ),
            ("case 203", {"BUNDLE": {"groups": [{"identifier": "x", "quantity": 1}]}}, "BUNDLE"),
        ],
    )
    def test_links_that_break_a_rule(self, pim: Api, case: str, links: Any, path: str) -> None:
        make_product("a")
        answer = pim.patch("/products/a", {"quantified_associations": links})
        assert errors(answer) == [{"property": f"quantifiedAssociations.{path}"}]

    def test_case_201_at_most_100_links(self, pim: Api) -> None:
        codes = [f"p{number}" for number in range(101)]
        pim.bulk("/products", [{"identifier": code} for code in codes[:100]])
        make_product(codes[100])
        links = [{"identifier": code, "quantity": 1} for code in codes]
        answer = pim.patch("/products/p0", {"quantified_associations": {"BUNDLE": {"products": links}}})
        assert errors(answer) == [{"property": "quantifiedAssociations.BUNDLE"}]

    @pytest.mark.parametrize(
        "links",
        [
            "x",
            {"BUNDLE": "x"},
            {"BUNDLE": {"products": "x"}},
            {"BUNDLE": {"products": ["x"]}},
            {"BUNDLE": {"products": [{"identifier": "a"}]}},
            {"BUNDLE": {"products": [{"quantity": 1}]}},
            {"BUNDLE": {"products": [{"identifier": "a", "quantity": "2"}]}},
            {"BUNDLE": {"products": [{"identifier": "a", "quantity": 2.5}]}},
            {"BUNDLE": {"products": [{"uuid": "x", "quantity": 2}]}},
            {"BUNDLE": {"products": [{"identifier": 1, "quantity": 2}]}},
        ],
    )
    def test_case_199_misshaped_links(self, pim: Api, links: Any) -> None:
        make_product("a")
        answer = pim.patch("/products/a", {"quantified_associations": links})
        assert fragment(answer) == "api.html#patch_products__code_"

    def test_values_are_still_checked_with_them(self, pim: Api) -> None:
        make_product("a")
        links = {"BUNDLE": {"products": [{"identifier": "x", "quantity": 1}]}}
        answer = pim.patch("/products/a", {"quantified_associations": links, "values": {"lumens": value(-1)}})
        assert [one["property"] for one in errors(answer)] == ["values", "quantifiedAssociations.BUNDLE.products"]


@pytest.mark.parametrize("kind", ["associations", "quantified_associations"])
def test_a_link_that_was_taken_away_can_be_made_again(pim: Api, kind: str) -> None:
    code, entry = (
        ("COMPATIBLE", "stool") if kind == "associations" else ("BUNDLE", {"identifier": "stool", "quantity": 2})
    )
    make_product("desk-one"), make_product("stool")
    for products in ([entry], [], [entry]):
        answer = pim.patch("/products/desk-one", {kind: {code: {"products": products}}})
        assert answer.status_code == 204, answer.content
    assert pim.delete("/products/stool").status_code == 204
    shown = pim.get("/products/desk-one").json()[kind]
    assert shown.get(code, {}).get("products", []) == []
