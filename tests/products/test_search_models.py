"""Searching product models, and products by their models: acceptance cases 223, 226, 244, 247, 254 and 255."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.kit import clock
from limen.products import operations
from limen.products.operations import Line
from limen.structure import operations as structure
from tests.conftest import Api
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, change_product, make_product, value
from tests.products.answers import is_plain
from tests.products.search_table import MODELS, identify
from tests.products.trees import make_model, make_tree, make_variants

PRINT = {"scope": "print", "locale": "en_GB"}


@pytest.fixture
def tree(pim: Api) -> str:
    """orbit → orbit_brass → orbit-brass-s, and beam without variants; the uuid of the variant."""
    make_variants()
    return make_tree()


def ask(pim: Api, path: str, criteria: dict[str, Any], **params: str) -> Any:
    lists = {name: one if isinstance(one, list) else [one] for name, one in criteria.items()}
    return pim.get(path, search=orjson.dumps(lists).decode(), limit="100", **params)


def models(pim: Api, name: str, operator: str, given: Any = None, **more: Any) -> list[str]:
    answer = ask(pim, "/product-models", {name: {"operator": operator, "value": given, **more}})
    assert answer.status_code == 200, answer.content
    return [one["code"] for one in answer.json()["_embedded"]["items"]]


def products(pim: Api, name: str, operator: str, given: Any = None, **more: Any) -> list[str]:
    answer = ask(pim, "/products", {name: {"operator": operator, "value": given, **more}})
    assert answer.status_code == 200, answer.content
    return [one["identifier"] for one in answer.json()["_embedded"]["items"]]


class TestModels:
    @pytest.mark.parametrize("text", ["abc", '"x"', "12", "[1]"])
    def test_case_223_what_is_no_search(self, pim: Api, text: str) -> None:
        answer = pim.get("/product-models", search=text)
        assert answer.status_code == 422 and is_plain(answer)

    def test_case_226_an_unknown_filter(self, pim: Api) -> None:
        assert ask(pim, "/product-models", {"ghost": {"operator": "EMPTY"}}).status_code == 404

    @pytest.mark.parametrize("name", ["enabled", "groups", "uuid", "readiness"])
    def test_case_255_properties_that_models_do_not_have(self, pim: Api, name: str) -> None:
        answer = ask(pim, "/product-models", {name: {"operator": "=", "value": True}})
        assert answer.status_code == 422 and is_plain(answer)

    @pytest.mark.parametrize("operator", ["IN CHILDREN", "NOT IN CHILDREN"])
    def test_6_6_families_above_are_not_asked_for(self, pim: Api, operator: str) -> None:
        answer = ask(pim, "/product-models", {"family": {"operator": operator, "value": ["luminaires"]}})
        assert answer.status_code == 422 and is_plain(answer)

    @pytest.mark.parametrize("case", MODELS, ids=identify)
    def test_6_6_every_operator_is_answered(self, pim: Api, tree: str, case: Any) -> None:
        name, operator, given, more = case
        assert isinstance(models(pim, name, operator, given, **more), list)

    def test_6_6_codes(self, pim: Api, tree: str) -> None:
        assert models(pim, "identifier", "=", "ORBIT") == ["orbit"]
        assert models(pim, "code", "STARTS WITH", "orb") == ["orbit", "orbit_brass"]
        assert models(pim, "identifier", "CONTAINS", "_") == ["orbit_brass"]
        assert models(pim, "identifier", "DOES NOT CONTAIN", "orbit") == ["beam"]
        assert models(pim, "identifier", "IN", ["beam", "nope"]) == ["beam"]
        assert models(pim, "identifier", "NOT IN", ["beam"]) == ["orbit", "orbit_brass"]
        assert models(pim, "identifier", "EMPTY") == []

    def test_6_6_parents(self, pim: Api, tree: str) -> None:
        assert models(pim, "parent", "EMPTY") == ["beam", "orbit"]
        assert models(pim, "parent", "NOT EMPTY") == ["orbit_brass"]
        assert models(pim, "parent", "IN", ["ORBIT", "nope"]) == models(pim, "parent", "=", "orbit") == ["orbit_brass"]

    def test_6_2_their_own_and_inherited_values_and_categories(self, pim: Api, tree: str) -> None:
        assert models(pim, "title", "CONTAINS", "orbit", locale="en_GB") == ["orbit", "orbit_brass"]
        assert models(pim, "finish", "IN", ["Brass"]) == ["orbit_brass"]
        assert models(pim, "bulb_size", "IN", ["s"]) == []
        assert models(pim, "categories", "IN", ["lamps"]) == ["orbit", "orbit_brass"]
        assert models(pim, "categories", "UNCLASSIFIED") == ["beam"]
        assert models(pim, "family", "IN", ["luminaires"]) == ["beam", "orbit", "orbit_brass"]

    def test_6_2_empty_is_for_what_stands_on_their_level_or_above(self, pim: Api, tree: str) -> None:
        """`tagline` and `finish` are of sub models below orbit and common below beam; `lumens` is of products."""
        assert models(pim, "tagline", "EMPTY") == ["beam", "orbit_brass"]
        assert models(pim, "finish", "EMPTY") == ["beam"]
        assert models(pim, "lumens", "EMPTY") == []
        assert models(pim, "title", "EMPTY", locale="en_GB") == ["beam"]
        assert models(pim, "net_weight", "EMPTY") == []

    def test_3_2_a_scope_narrows_models_to_its_tree(self, pim: Api, tree: str) -> None:
        shown = pim.get("/product-models", scope="webshop").json()["_embedded"]["items"]
        assert [one["code"] for one in shown] == ["orbit", "orbit_brass"]

    def test_long_texts_of_models(self, pim: Api, tree: str) -> None:
        make_model("orbit", {"blurb": value("<b>Warm</b> " + "and so on " * 30 + "end", "en_GB", "webshop")})
        place = {"locale": "en_GB", "scope": "webshop"}
        assert models(pim, "blurb", "CONTAINS", "on end", **place) == ["orbit", "orbit_brass"]
        assert products(pim, "blurb", "CONTAINS", "on end", **place) == ["orbit-brass-s"]
        make_model("orbit", {"blurb": value(None, "en_GB", "webshop")})
        assert models(pim, "blurb", "CONTAINS", "on end", **place) == []

    def test_6_6_quality(self, pim: Api, tree: str) -> None:
        found = {
            letter: models(pim, "quality_score", "IN", [letter], scope="webshop", locale="en_GB") for letter in "ABCDE"
        }
        assert sorted(code for codes in found.values() for code in codes) == ["beam", "orbit", "orbit_brass"]
        shown = pim.get("/product-models", with_quality_scores="true", with_completenesses="true")
        for one in shown.json()["_embedded"]["items"]:
            letters = {(each["scope"], each["locale"]): each["data"] for each in one["quality_scores"]}
            assert one["code"] in found[letters["webshop", "en_GB"]]
            assert "completenesses" not in one


class TestCompletenessOfVariants:
    """print requires sku alone, so every variant is complete there; webshop requires a title per locale and more."""

    def of(self, pim: Api, operator: str, **place: Any) -> list[str]:
        return models(pim, "completeness", operator, **place)

    def test_case_254_models_by_the_completeness_of_their_variants(self, pim: Api, tree: str) -> None:
        assert self.of(pim, "ALL COMPLETE", **PRINT) == ["orbit", "orbit_brass"]
        assert self.of(pim, "AT LEAST COMPLETE", **PRINT) == ["orbit", "orbit_brass"]
        assert self.of(pim, "AT LEAST INCOMPLETE", **PRINT) == []
        assert self.of(pim, "ALL INCOMPLETE", **PRINT) == []
        assert self.of(pim, "ALL INCOMPLETE", scope="webshop", locale="en_GB") == ["orbit", "orbit_brass"]
        assert self.of(pim, "ALL COMPLETE", scope="webshop", locale="en_GB") == []

    def test_case_254_some_are_complete_and_some_are_not(self, pim: Api, tree: str) -> None:
        require_lumens_for_print()
        do_jobs()
        make_model("orbit_white", {"finish": "white"}, parent="orbit")
        make_product("orbit-white-s", "luminaires", {"bulb_size": "s", "lumens": 5}, parent="orbit_white")
        assert self.of(pim, "ALL COMPLETE", **PRINT) == ["orbit_white"]
        assert self.of(pim, "AT LEAST COMPLETE", **PRINT) == ["orbit", "orbit_white"]
        assert self.of(pim, "AT LEAST INCOMPLETE", **PRINT) == ["orbit", "orbit_brass"]
        assert self.of(pim, "ALL INCOMPLETE", **PRINT) == ["orbit_brass"]

    def test_several_locales(self, pim: Api, tree: str) -> None:
        both = {"scope": "webshop", "locales": ["en_GB", "de_DE"]}
        assert self.of(pim, "ALL INCOMPLETE", **both) == ["orbit", "orbit_brass"]
        assert self.of(pim, "AT LEAST INCOMPLETE", **both) == ["orbit", "orbit_brass"]
        assert self.of(pim, "AT LEAST COMPLETE", **both) == []

    @pytest.mark.parametrize(
        "criterion",
        [
            {"operator": "ALL COMPLETE", "locale": "en_GB"},
            {"operator": "ALL COMPLETE", "scope": "webshop"},
            {"operator": "ALL COMPLETE", "scope": "webshop", "locales": "en_GB"},
            {"operator": "ALL COMPLETE", "scope": "nope", "locale": "en_GB"},
            {"operator": "ALL COMPLETE", "scope": "webshop", "locale": "it_IT"},
            {"operator": "=", "value": 100, "scope": "webshop", "locale": "en_GB"},
        ],
    )
    def test_what_is_refused(self, pim: Api, criterion: Any) -> None:
        answer = ask(pim, "/product-models", {"completeness": criterion})
        assert answer.status_code == 422 and is_plain(answer)


def require_lumens_for_print() -> None:
    requirements = {"attribute_requirements": {"webshop": ["sku"], "print": ["sku", "lumens"]}}
    structure.upsert("family", "luminaires", requirements, by=SYSTEM, now=NOW)


class TestProductsByTheirModels:
    def test_case_244_descendants_and_children(self, pim: Api, tree: str) -> None:
        make_product("desk-one", "luminaires")
        assert products(pim, "parent", "=", "ORBIT") == ["orbit-brass-s"]
        assert products(pim, "parent", "=", "orbit_brass") == ["orbit-brass-s"]
        assert products(pim, "parent", "IN", ["orbit"]) == []
        assert products(pim, "parent", "IN", ["orbit_brass", "nope"]) == ["orbit-brass-s"]
        assert products(pim, "parent", "=", "nope") == []
        assert products(pim, "parent", "EMPTY") == ["desk-one"]
        assert products(pim, "parent", "NOT EMPTY") == ["orbit-brass-s"]

    def test_case_247_a_model_counts_as_change_of_its_variants(self, pim: Api, tree: str) -> None:
        make_product("desk-one", "luminaires")
        later = NOW + timedelta(hours=1)
        before = f"{later - timedelta(seconds=2):%Y-%m-%d %H:%M:%S}"
        (result,) = operations.upsert_models(
            [Line({"values": {"title": value("New", "en_GB")}}, "orbit")], by=SYSTEM, now=later
        )
        assert result.outcome == 204
        assert products(pim, "updated", ">", before) == ["orbit-brass-s"]
        assert products(pim, "updated", "<", before) == ["desk-one"]
        assert models(pim, "updated", ">", before) == ["orbit", "orbit_brass"]
        assert products(pim, "created", ">", before) == []
        shown = pim.get(f"/products-uuid/{tree}").json()
        assert shown["updated"] == clock.iso(NOW)

    def test_6_2_variants_are_searched_with_what_they_inherit(self, pim: Api, tree: str) -> None:
        assert products(pim, "finish", "IN", ["Brass"]) == ["orbit-brass-s"]
        assert products(pim, "categories", "IN CHILDREN", ["shop"]) == ["orbit-brass-s"]
        change_product(tree, categories=["autumn_book"])
        both = [{"operator": "IN", "value": [code]} for code in ("lamps", "autumn_book")]
        answer = ask(pim, "/products", {"categories": both})
        assert [one["identifier"] for one in answer.json()["_embedded"]["items"]] == ["orbit-brass-s"]

    def test_6_2_empty_is_for_any_attribute_of_the_family(self, pim: Api, tree: str) -> None:
        make_product("desk-one")
        assert products(pim, "tagline", "EMPTY") == ["orbit-brass-s"]
        assert products(pim, "lumens", "EMPTY") == ["orbit-brass-s"]
        assert products(pim, "net_weight", "EMPTY") == []
