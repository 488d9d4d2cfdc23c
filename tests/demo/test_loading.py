"""The whole demo catalogue is loaded once for this module, in a transaction around those of its tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from limen import demo
from limen.accounts import operations as accounts
from limen.accounts import queries as accounts_queries
from limen.connections import queries as connections
from limen.demo import catalogue
from limen.demo.loading import DemoResult
from limen.kit import clock
from limen.structure import operations as structure
from limen.structure import queries as structure_queries

pytestmark = pytest.mark.django_db

NOW = clock.now()


@pytest.fixture(scope="module")
def first(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[DemoResult]:
    """The result of the first load."""
    folder: Path = tmp_path_factory.mktemp("media")
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGES={**settings.STORAGES, "default": default}),
        transaction.atomic(),
    ):
        accounts.install()
        structure.install()
        yield demo.load(NOW)
        transaction.set_rollback(True)


def number_of(what: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {what}")
        count: int = cursor.fetchone()[0]
        return count


class TestLoad:
    def test_the_first_load_tells_the_password_it_made(self, first: DemoResult) -> None:
        assert first.products == 157
        assert first.username == "admin"
        row = accounts_queries.user_to_authenticate("admin")
        assert first.password is not None
        assert len(first.password) == 24
        assert accounts.check_password(row, first.password)

    def test_all_products_are_in(self, first: DemoResult) -> None:
        assert number_of("product") == first.products

    def test_a_second_load_writes_nothing_and_tells_no_password(self, first: DemoResult) -> None:
        before = number_of("event"), number_of("media_file")
        assert demo.load(NOW + timedelta(days=1)) == DemoResult(first.products, "admin", None)
        assert (number_of("event"), number_of("media_file")) == before

    def test_the_supplier_created_and_the_copywriter_wrote(self, first: DemoResult) -> None:
        created = "event WHERE kind = 'product.created' AND author_name = 'Supplier feed'"
        assert number_of(created) == first.products
        assert number_of("event WHERE kind = 'product.updated' AND author_name = 'Julia Sand'") > 140
        assert number_of("event WHERE kind = 'product.updated' AND author_name = 'Supplier feed'") > 15

    def test_data_flows_shows_todays_figures(self, first: DemoResult) -> None:
        flows = connections.data_flows(timezone="UTC", now=NOW)
        assert [choice.label for choice in flows.sources] == ["Supplier feed"]
        assert [choice.label for choice in flows.destinations] == ["Webshop"]
        assert number_of("event_tally WHERE kind = 'product.created' AND count = 157") == 1

    def test_the_structure_is_as_it_was_written(self, first: DemoResult) -> None:
        snapshot = structure_queries.snapshot()
        assert set(snapshot.families) == {one.code for one in catalogue.resources() if one.kind == "family"}
        assert snapshot.channels["ecommerce"].locales == ("en_US", "de_DE", "fr_FR")
        assert snapshot.channels["print"].category_tree == "print_edition"

    def test_the_connection_of_the_tutorial_is_left_to_the_reader(self, first: DemoResult) -> None:
        assert not any("erp" in row.label.lower() for row in connections.connections_for_list(now=NOW))

    def test_an_interrupted_load_is_taken_up_again(self, first: DemoResult) -> None:
        with connection.cursor() as cursor:
            # The end of a load is its last word; the table refuses to forget it otherwise.
            cursor.execute("ALTER TABLE event DISABLE TRIGGER event_append_only")
            cursor.execute("DELETE FROM event WHERE subject = 'demo'")
            cursor.execute("ALTER TABLE event ENABLE TRIGGER event_append_only")
        before = number_of("media_file"), number_of("product"), number_of("event WHERE kind LIKE 'attribute%'")
        assert demo.load(NOW) == DemoResult(first.products, "admin", None)
        after = number_of("media_file"), number_of("product"), number_of("event WHERE kind LIKE 'attribute%'")
        assert after == before

    def test_all_files_are_stored_once(self, first: DemoResult) -> None:
        pictured = sum(article.pictured for article in catalogue.articles())
        assert number_of("media_file") == pictured + len(catalogue.care_sheets())
