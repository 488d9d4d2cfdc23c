"""Completeness and quality of products (api-products 7): acceptance cases 266–270, and the letters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.products.rules.completeness import Part, fingerprint, plan_of
from limen.products.rules.rulebook import Rulebook
from limen.structure import operations as structure
from tests.conftest import Api
from tests.factories.jobs import do_jobs
from tests.factories.media import make_media_file
from tests.factories.products import NOW, change_product, make_product, value
from tests.products.catalogue import FAMILY
from tests.products.catalogue import lamps as lamps_structure

HERE, THERE = (None, None), ("en_GB", None)


def shown(pim: Api, uuid: str, **params: str) -> dict[tuple[str, str], str]:
    product = pim.get(f"/products-uuid/{uuid}", with_quality_scores="true", **params).json()
    return {(one["scope"], one["locale"]): one["data"] for one in product["quality_scores"]}


def completeness(pim: Api, uuid: str, channel: str, locale: str) -> int:
    product = pim.get(f"/products-uuid/{uuid}", with_completenesses="true").json()
    (found,) = [one["data"] for one in product["completenesses"] if (one["scope"], one["locale"]) == (channel, locale)]
    return int(found)


def require(*codes: str) -> None:
    requirements = {"attribute_requirements": {"webshop": ["sku", *codes], "print": ["sku", *codes]}}
    structure.upsert("family", "luminaires", requirements, by=SYSTEM, now=NOW)


class TestCompleteness:
    def test_case_267_a_ratio_is_rounded_down(self, pim: Api) -> None:
        require("tagline", "finish")
        uuid = make_product("a", "luminaires", {"tagline": "x"})
        assert completeness(pim, uuid, "print", "en_GB") == 66

    def test_case_269_false_is_a_value(self, pim: Api) -> None:
        require("dimmable")
        assert completeness(pim, make_product("a", "luminaires", {"dimmable": False}), "print", "en_GB") == 100
        assert completeness(pim, make_product("b", "luminaires"), "print", "en_GB") == 50

    def test_case_270_a_price_is_filled_by_the_currencies_of_the_channel(self, pim: Api) -> None:
        require("list_price")
        uuid = make_product("a", "luminaires", {"list_price": [{"amount": 1, "currency": "EUR"}]})
        assert completeness(pim, uuid, "print", "en_GB") == 100
        assert completeness(pim, uuid, "webshop", "en_GB") == 50

    def test_what_is_missing_is_told_on_demand(self, pim: Api) -> None:
        uuid = make_product("a", "luminaires", {"title": value("Lamp", "en_GB")})
        one = pim.get(f"/products-uuid/{uuid}", with_completenesses="detail").json()["completenesses"][-1]
        assert one == {"scope": "webshop", "locale": "en_GB", "data": 50, "missing": ["hero_image", "list_price"]}
        (listed,) = pim.get("/products", with_completenesses="detail", locales="de_DE").json()["_embedded"]["items"]
        assert [(one["locale"], one["missing"]) for one in listed["completenesses"]] == [
            ("de_DE", ["hero_image", "list_price", "title"])
        ]
        classic = pim.get(f"/products-uuid/{uuid}", with_completenesses="true").json()["completenesses"]
        assert all(list(one) == ["scope", "locale", "data"] for one in classic)


class TestQuality:
    """The family `luminaires` has nine attributes, one of them an image; print requires only sku, webshop four."""

    def test_7_2_the_letters_come_with_the_write(self, pim: Api) -> None:
        uuid = make_product("a", "luminaires")
        # webshop: 1 of 4 required, none of 5 others, no image → (2 × 25 + 0 + 0) / 5 = 10.
        # print and ecommerce: all required, 0 of 8 others, no image → 200 / 5 = 40.
        assert shown(pim, uuid) == {
            ("ecommerce", "en_US"): "E",
            ("print", "en_GB"): "E",
            ("webshop", "de_DE"): "E",
            ("webshop", "en_GB"): "E",
        }
        image = make_media_file("lamp.png").code
        change_product(uuid, values={"hero_image": image})
        # print and ecommerce: (200 + floor(100/8) + 200) / 5 = 82; webshop: (100 + 0 + 200) / 5 = 60.
        assert shown(pim, uuid)["print", "en_GB"] == "B"
        assert shown(pim, uuid)["ecommerce", "en_US"] == "B"
        assert shown(pim, uuid)["webshop", "en_GB"] == "D"
        rest = {"title": value("Lamp", "en_GB"), "tagline": "x", "finish": "Brass", "dimmable": False}
        change_product(uuid, values={**rest, "lumens": 5, "blurb": value("x", "en_GB", "print")})
        # print: 7 of 8 others → (200 + 87 + 200) / 5 = 97.
        assert shown(pim, uuid)["print", "en_GB"] == "A"
        change_product(uuid, values={"hero_image": None})
        # (200 + floor(600/8) + 0) / 5 = 55
        assert shown(pim, uuid)["print", "en_GB"] == "E"

    def test_7_2_scores_follow_family_scope_and_locales(self, pim: Api) -> None:
        uuid = make_product("a", categories=["lamps"])
        assert shown(pim, uuid) == {}
        change_product(uuid, family="luminaires")
        (item,) = pim.get("/products", scope="webshop", locales="en_GB", with_quality_scores="true").json()[
            "_embedded"
        ]["items"]
        assert item["quality_scores"] == [{"scope": "webshop", "locale": "en_GB", "data": "E"}]
        assert "quality_scores" not in pim.get(f"/products-uuid/{uuid}").json()
        change_product(uuid, family=None)
        assert shown(pim, uuid) == {}

    def test_a_change_of_the_family_is_followed_by_the_job(self, pim: Api) -> None:
        uuid = make_product("a", "luminaires", {"hero_image": make_media_file("lamp.png").code})
        do_jobs()
        assert shown(pim, uuid)["print", "en_GB"] == "B"
        less = {"attributes": ["title", "hero_image"], "attribute_requirements": {"webshop": ["sku"], "print": ["sku"]}}
        structure.upsert("family", "luminaires", less, by=SYSTEM, now=NOW)
        do_jobs()
        # sku is required, the image is there, of the two others one: (200 + 50 + 200) / 5 = 90, an A.
        assert shown(pim, uuid)["print", "en_GB"] == "A"

    def test_7_2_groups_can_be_left_out(self, pim: Api) -> None:
        """Of a group that does not count, what is required still does; images of it do not."""
        uuid = make_product("a", "luminaires")
        assert pim.post("/attribute-groups", {"code": "machine", "counts_for_quality": False}).status_code == 201
        images = {"attributes": ["hero_image", "title"]}
        assert pim.patch("/attribute-groups/machine", images).status_code == 204
        do_jobs()
        # print: 1 of 1 required, 0 of 6 others, images not applicable: 200 / 3 = 67. webshop: (2 × 25 + 0) / 3 = 17.
        assert (shown(pim, uuid)["print", "en_GB"], shown(pim, uuid)["webshop", "en_GB"]) == ("D", "E")
        assert completeness(pim, uuid, "webshop", "en_GB") == 25
        rest = ["tagline", "finish", "dimmable", "lumens", "blurb", "list_price"]
        assert pim.patch("/attribute-groups/machine", {"attributes": [*images["attributes"], *rest]}).status_code == 204
        do_jobs()
        # Only what is required is left.
        assert shown(pim, uuid)["print", "en_GB"] == "A"
        assert found(pim, ["A"]) == ["a"]
        assert pim.patch("/attribute-groups/machine", {"counts_for_quality": True}).status_code == 204
        do_jobs()
        assert shown(pim, uuid)["print", "en_GB"] == "E"

    def test_an_attribute_that_leaves_a_silent_group_counts_again(self, pim: Api) -> None:
        uuid = make_product("a", "luminaires")
        everything = FAMILY["attributes"]
        pim.patch("/attribute-groups/machine", {"counts_for_quality": False, "attributes": everything})
        do_jobs()
        assert shown(pim, uuid)["print", "en_GB"] == "A"
        assert pim.patch("/attributes/hero_image", {"group": "other"}).status_code == 204
        do_jobs()
        # (200 + 0 of 1 other + no image) / 5 = 40
        assert shown(pim, uuid)["print", "en_GB"] == "E"

    @pytest.mark.parametrize(("filled", "letter"), [(9, "A"), (8, "B"), (7, "C"), (6, "D"), (5, "E"), (0, "E")])
    def test_letters_by_score(self, filled: int, letter: str) -> None:
        book = Rulebook(lamps_structure())
        requirement = plan_of("luminaires", book).requirements[0]
        # Ten attributes that are not required, and nothing else.
        ten = replace(requirement, required=0, others=10, images=False, parts=(Part(HERE, 0, (1 << 10) - 1, 0),))
        quality = ten.scores({HERE: (1 << filled) - 1})[1]
        assert quality is not None and "ABCDE"[quality - 1] == letter

    def test_halves_are_rounded_down_and_nothing_to_judge_gives_no_letter(self) -> None:
        requirement = plan_of("luminaires", Rulebook(lamps_structure())).requirements[0]
        # Required 1 of 2 (50), images (100): 300 / 4 = 75; with others 1 of 1: 400 / 5 = 80 → B.
        half = replace(requirement, required=2, others=0, images=True, parts=(Part(HERE, 0b11, 0, 0b100),))
        assert half.scores({HERE: 0b101}) == (50, 3)
        more = replace(half, others=1, parts=(*half.parts, Part(THERE, 0, 0b1, 0)))
        assert more.scores({HERE: 0b101, THERE: 0b1}) == (50, 2)
        assert replace(half, required=0, images=False, parts=()).scores({HERE: 0b1}) == (100, None)

    def test_only_the_values_of_its_locale_and_channel_count(self) -> None:
        book = Rulebook(lamps_structure())
        for requirement in plan_of("luminaires", book).requirements:
            for part in requirement.parts:
                assert part.place[0] in (None, requirement.locale)
                assert part.place[1] in (None, requirement.channel)

    def test_families_are_told_apart_by_what_their_scores_come_from(self) -> None:
        book = Rulebook(lamps_structure())
        assert fingerprint("luminaires", book) == fingerprint("luminaires", Rulebook(lamps_structure()))


def found(pim: Api, value: Any, **more: str) -> list[str]:
    criterion = {"operator": "IN", "value": value, "scope": "print", "locale": "en_GB", **more}
    answer = pim.get("/products", search=orjson.dumps({"quality_score": [criterion]}).decode())
    assert answer.status_code == 200, answer.content
    return [one["identifier"] for one in answer.json()["_embedded"]["items"]]


def test_6_3_products_are_found_by_their_letter(pim: Api) -> None:
    make_product("a", "luminaires", {"hero_image": make_media_file("lamp.png").code})
    make_product("b", "luminaires"), make_product("c")
    assert found(pim, ["B"]) == found(pim, [2]) == found(pim, ["2"]) == ["a"]
    assert found(pim, ["A", "B", "E"]) == ["a", "b"]
    assert found(pim, ["A"], scope="webshop") == []
