"""The snapshot and the options: what they cost, and that they never show the past."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from limen.structure.models import Version
from limen.structure.queries.snapshot import forget
from tests.factories.structure import NOW, make_attribute, make_category, make_family, make_family_variant, make_option

# The module: the package has a function of the same name.
reading: Any = sys.modules["limen.structure.queries.snapshot"]


@pytest.mark.django_db
@pytest.mark.usefixtures("installed")
class TestSnapshot:
    def test_an_unchanged_structure_costs_one_query(self, count_queries: Any) -> None:
        before = queries.snapshot()
        with count_queries(1):
            assert queries.snapshot() is before

    def test_reading_everything_costs_sixteen(self, count_queries: Any) -> None:
        make_option(make_attribute("origin", "pim_catalog_simpleselect").code, "assam")
        make_family("teapot", ["origin"])
        make_family_variant("teapot", "by_origin", (["origin"], []))
        operations.create("group", {"code": "sale"}, by=SYSTEM, now=NOW)
        forget()
        with count_queries(16):
            queries.snapshot()

    def test_after_a_change_only_what_changed_is_read(self, count_queries: Any) -> None:
        before = queries.snapshot()
        operations.create("category", {"code": "tea"}, by=SYSTEM, now=NOW)
        # version, what changed, categories, version
        with count_queries(4):
            after = queries.snapshot()
        assert "tea" in after.categories
        assert after.attribute_section is before.attribute_section

    def test_a_stream_of_new_options_keeps_nobody_reading(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        read, times = reading._at, []

        def read_beside_a_writer(versions: Any) -> Any:
            times.append(versions)
            structure = read(versions)
            with monkeypatch.context() as quiet:
                quiet.setattr(reading, "_at", read)
                make_option("origin", f"o{len(times)}")
                reading.forget()
            return structure

        forget()
        monkeypatch.setattr(reading, "_at", read_beside_a_writer)
        found = queries.snapshot()
        assert len(times) == 1
        assert "origin" in found.attributes
        assert found.options_version == Version.objects.get().options_version

    def test_a_snapshot_brought_up_to_date_equals_one_read_anew(self) -> None:
        make_attribute("name")
        make_category("tea", None)
        make_category("green", "tea")
        queries.snapshot()
        make_family("teapot", ["name"], requirements={"ecommerce": ["name"]})
        make_attribute("grade", "pim_catalog_simpleselect")
        operations.upsert("family", "teapot", {"attributes": ["name", "grade"]}, by=SYSTEM, now=NOW)
        make_family_variant("teapot", "by_grade", (["grade"], ["name"]))
        operations.upsert("category", "green", {"parent": "master"}, by=SYSTEM, now=NOW)
        operations.upsert("attribute", "name", {"labels": {"en_US": "Name"}}, by=SYSTEM, now=NOW)
        operations.upsert("channel", "ecommerce", {"locales": ["fr_FR"]}, by=SYSTEM, now=NOW)
        updated = queries.snapshot()
        forget()
        assert queries.snapshot() == updated

    def test_a_change_that_was_rolled_back_is_forgotten(self) -> None:
        before = queries.snapshot()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make_attribute("name")
            assert "name" in queries.snapshot().attributes
            raise ZeroDivisionError
        assert queries.snapshot() == before
        make_attribute("other_one")
        assert "name" not in queries.snapshot().attributes

    def test_a_process_that_missed_many_changes_reads_everything_anew(self) -> None:
        queries.snapshot()
        make_attribute("name")
        Version.objects.update(trail=[])
        assert "name" in queries.snapshot().attributes

    def test_a_database_without_the_version_row_has_no_structure(self) -> None:
        Version.objects.all().delete()
        assert not queries.snapshot().attributes

    def test_option_changes_leave_the_structure_alone(self, count_queries: Any) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        before = queries.snapshot()
        assert before.main_identifier
        make_option("origin", "assam")
        with count_queries(1):
            after = queries.snapshot()
        assert after.attribute_section is before.attribute_section
        assert after.options_version > before.options_version


@pytest.mark.django_db
@pytest.mark.usefixtures("installed")
class TestOptions:
    @pytest.fixture(autouse=True)
    def origin(self) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        make_attribute("grade", "pim_catalog_multiselect")
        make_option("origin", "Assam", labels={"en_US": "Assam"})
        make_option("grade", "ftgfop")

    def test_codes_are_found_whatever_their_case_and_given_as_stored(self) -> None:
        pairs = {("origin", "assam"), ("grade", "ftgfop"), ("grade", "assam"), ("nope", "x"), ("origin", "a\0b")}
        assert queries.options(pairs, queries.snapshot()) == {
            ("origin", "assam"): "Assam",
            ("grade", "ftgfop"): "ftgfop",
        }

    def test_one_query_for_what_is_new_and_none_for_what_is_known(self, count_queries: Any) -> None:
        structure = queries.snapshot()
        pairs = {("origin", "assam"), ("grade", "nope")}
        with count_queries(1):
            queries.options(pairs, structure)
        with count_queries(0):
            queries.options(pairs, structure)
        with count_queries(1):
            queries.options(pairs | {("grade", "ftgfop")}, structure)

    def test_a_new_option_is_seen_at_once(self) -> None:
        assert queries.options({("origin", "ceylon")}, queries.snapshot()) == {}
        make_option("origin", "ceylon")
        assert queries.options({("origin", "ceylon")}, queries.snapshot()) == {("origin", "ceylon"): "ceylon"}

    def test_labels(self, count_queries: Any) -> None:
        with count_queries(1):
            found = queries.option_labels({("origin", "Assam"), ("grade", "ftgfop"), ("grade", "nope")})
        assert found == {("origin", "Assam"): {"en_US": "Assam"}, ("grade", "ftgfop"): {}}
        with count_queries(0):
            assert queries.option_labels(set()) == {}


@pytest.mark.django_db(transaction=True)
class TestLocks:
    """Two connections: writers of products share the structure, a writer of the structure has it alone."""

    def test_a_structure_writer_waits_for_product_writers(self, installed: None) -> None:
        waited: list[bool] = []

        def write() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '300ms'")
                make_attribute("name")
                waited.append(False)
            except Exception:
                waited.append(True)
            finally:
                connection.close()

        with transaction.atomic():
            queries.locked_snapshot()
            _in_thread(write)
        _in_thread(write)
        assert waited == [True, False]

    def test_product_writers_do_not_wait_for_each_other(self, installed: None) -> None:
        done: list[bool] = []

        def read() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
            with transaction.atomic():
                queries.locked_snapshot()
            done.append(True)
            connection.close()

        with transaction.atomic():
            queries.locked_snapshot()
            _in_thread(read)
        assert done == [True]

    def test_a_waiting_structure_writer_is_not_overtaken(self, installed: None) -> None:
        seen: list[bool] = []

        def write() -> None:
            make_attribute("name")
            connection.close()

        def read() -> None:
            with transaction.atomic():
                seen.append("name" in queries.locked_snapshot().attributes)
            connection.close()

        with transaction.atomic():
            queries.locked_snapshot()
            writer = threading.Thread(target=write)
            writer.start()
            _wait_for_waiters(1)
            reader = threading.Thread(target=read)
            reader.start()
            _wait_for_waiters(2)
        writer.join()
        reader.join()
        assert seen == [True]

    def test_another_process_sees_a_change_at_its_next_look(self, installed: None) -> None:
        seen: list[bool] = []

        def look() -> None:
            seen.append("name" in queries.snapshot().attributes)
            connection.close()

        _in_thread(look)
        make_attribute("name")
        _in_thread(look)
        assert seen == [False, True]


def _wait_for_waiters(number: int) -> None:
    """Until so many connections wait for an advisory lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()"
            )
            if cursor.fetchone() == (number,):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def _in_thread(work: Any) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
