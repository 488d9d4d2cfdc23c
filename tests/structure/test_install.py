"""What every installation starts with (issue: "What every installation starts with, demo data or not")."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from limen.structure import operations, queries
from limen.structure.queries.snapshot import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty() -> None:
    """A database whose structure tables hold nothing, not even the version row."""
    tables = ", ".join(model._meta.db_table for model in apps.get_app_config("structure").get_models())
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


class TestInstall:
    def test_a_new_installation_has_the_identifier_the_group_the_channel_and_its_tree(self) -> None:
        operations.install()
        structure = queries.snapshot()
        sku = structure.main_identifier
        assert (sku.code, sku.type, sku.group) == ("sku", "pim_catalog_identifier", "other")
        assert sku.unique
        assert sku.useable_as_grid_filter
        assert list(structure.attribute_groups) == ["other"]
        channel = structure.channels["ecommerce"]
        assert (channel.category_tree, channel.locales, channel.currencies) == ("master", ("en_US",), ("EUR", "USD"))
        assert structure.categories["master"].parent is None

    def test_every_locale_is_known_and_only_that_of_the_channel_is_active(self) -> None:
        operations.install()
        locales = queries.snapshot().locales
        assert len(locales) > 200
        assert [code for code, enabled in locales.items() if enabled] == ["en_US"]
        expected = ("af_ZA", "de_DE", "fr_FR", "zh_Hans_CN", "zh_CN", "zh_TW", "sr_RS", "sr_Latn_RS", "es_419")
        assert set(expected) <= set(locales)

    def test_every_currency_is_known_with_those_of_the_past_and_two_are_enabled(self) -> None:
        operations.install()
        currencies = queries.snapshot().currencies
        assert {"ADP", "AED", "AFA", "DEM", "JPY", "XXX"} <= set(currencies)
        assert [code for code, enabled in currencies.items() if enabled] == ["EUR", "USD"]

    def test_the_association_types_are_neither_quantified_nor_two_way(self) -> None:
        operations.install()
        types = queries.snapshot().association_types
        assert set(types) == {"PACK", "SUBSTITUTION", "UPSELL", "X_SELL"}
        assert not any(one.is_two_way or one.is_quantified for one in types.values())

    def test_installing_again_changes_nothing(self, count_queries) -> None:
        operations.install()
        before = queries.snapshot()
        # savepoint, version row, snapshot, release
        with count_queries(4):
            operations.install()
        assert queries.snapshot() is before

    def test_installing_takes_a_handful_of_statements(self, empty: None, count_queries) -> None:
        with count_queries(17):
            operations.install()
        assert queries.snapshot().main_identifier.code == "sku"

    def test_what_people_removed_from_the_starting_catalogue_stays_removed(self, empty: None) -> None:
        operations.install()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM structure_association_type WHERE code = 'PACK'")
        operations.install()
        forget()
        assert "PACK" not in queries.snapshot().association_types
