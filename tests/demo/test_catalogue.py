"""The data is written by hand: what it names must exist."""

from __future__ import annotations

from collections import Counter

from limen.demo import catalogue
from limen.demo.pictures import KINDS, WALLS

TYPES = {
    "pim_catalog_identifier",
    "pim_catalog_text",
    "pim_catalog_textarea",
    "pim_catalog_number",
    "pim_catalog_boolean",
    "pim_catalog_date",
    "pim_catalog_simpleselect",
    "pim_catalog_multiselect",
    "pim_catalog_price_collection",
    "pim_catalog_metric",
    "pim_catalog_image",
    "pim_catalog_file",
}


class TestResources:
    def test_every_community_type_of_attribute_is_there(self) -> None:
        assert {one.body["type"] for one in catalogue.resources() if one.kind == "attribute"} == TYPES

    def test_everything_has_a_label_in_every_language(self) -> None:
        for resource in catalogue.resources():
            assert set(resource.body["labels"]) == set(catalogue.LOCALES), resource.code
        for attribute, code, body in catalogue.options():
            assert set(body["labels"]) == set(catalogue.LOCALES), (attribute, code)

    def test_there_are_six_families_two_channels_and_some_25_categories(self) -> None:
        counts = Counter(one.kind for one in catalogue.resources())
        assert (counts["family"], counts["channel"], counts["category"]) == (6, 2, 26)


class TestArticles:
    def test_there_are_some_150_in_every_family_some(self) -> None:
        counts = Counter(article.family for article in catalogue.articles())
        assert sum(counts.values()) == len({article.sku for article in catalogue.articles()}) == 157
        assert set(counts) == set(WALLS)
        assert min(counts.values()) > 20

    def test_they_are_the_same_every_time(self) -> None:
        before = catalogue.articles()
        catalogue.articles.cache_clear()
        assert catalogue.articles() == before

    def test_each_can_be_painted(self) -> None:
        assert {article.kind for article in catalogue.articles()} <= set(KINDS)

    def test_each_number_has_its_check_digit(self) -> None:
        for article in catalogue.articles():
            for value in article.supplied["values"].get("gtin", []):
                digits = [int(digit) for digit in value["data"]]
                assert len(digits) == 13
                assert sum(digits[0::2]) % 10 == (-3 * sum(digits[1::2])) % 10

    def test_the_work_on_them_has_come_to_different_points(self) -> None:
        languages = Counter(len(article.care_locales) for article in catalogue.articles())
        assert set(languages) == {0, 1, 2, 3}
        assert any(article.written and not article.pictured for article in catalogue.articles())
        assert any(article.supplied_later for article in catalogue.articles())

    def test_what_goes_with_an_article_exists_and_is_another(self) -> None:
        skus = {article.sku for article in catalogue.articles()}
        for article in catalogue.articles():
            associations = (article.written or {}).get("associations", {"X_SELL": {"products": []}})
            for sku in associations["X_SELL"]["products"]:
                assert sku in skus
                assert sku != article.sku
