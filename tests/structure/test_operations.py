"""Writes: one transaction each, one event, nothing when nothing changes, a constant number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.kit.errors import Invalid
from limen.structure import operations, queries
from limen.structure.models import Attribute, Category, Option, Version
from tests.factories.structure import (
    NOW,
    make_attribute,
    make_attribute_group,
    make_category,
    make_channel,
    make_family,
    make_family_variant,
    make_group,
    make_option,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installed")]

LATER = NOW + timedelta(days=1)


def upsert(resource: str, code: str, **body: Any) -> operations.Outcome:
    return operations.upsert(resource, code, body, by=SYSTEM, now=LATER)


def history(subject: str) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(event.kind, orjson.loads(event.data)["changes"]) for event in events.history(subject)]


class TestEvents:
    def test_a_creation_is_recorded_with_what_it_said(self) -> None:
        make_attribute("name", labels={"en_US": "Name"})
        ((kind, changes),) = history("attribute:name")
        assert kind == "attribute.created"
        assert {"path": "labels", "before": None, "after": {"en_US": "Name"}} in changes
        assert "number_min" not in {change["path"] for change in changes}

    def test_an_update_is_recorded_with_what_it_changed(self) -> None:
        make_attribute("size", "pim_catalog_number", number_max="10")
        assert upsert("attribute", "size", number_max="12.5").changed
        assert history("attribute:size")[0] == (
            "attribute.updated",
            [{"path": "number_max", "before": "10.0000", "after": "12.5000"}],
        )

    @pytest.mark.parametrize(
        ("resource", "code"),
        [
            ("attribute_group", "legal"),
            ("family", "teapot"),
            ("category", "oolong"),
            ("association_type", "pairs"),
            ("group", "sale"),
        ],
    )
    def test_every_resource_records(self, resource: str, code: str) -> None:
        upsert(resource, code)
        upsert(resource, code, labels={"en_US": "A label"})
        assert [kind for kind, _ in history(f"{resource}:{code}")] == [f"{resource}.updated", f"{resource}.created"]

    def test_a_family_variant_is_recorded_with_its_levels_before_and_after(self) -> None:
        make_attribute("grade", "pim_catalog_simpleselect")
        make_attribute("name")
        make_family("teapot", ["grade", "name"])
        make_family_variant("teapot", "by_grade", (["grade"], ["name"]))
        body = {"variant_attribute_sets": [{"level": 1, "attributes": []}]}
        assert operations.upsert_family_variant("teapot", "by_grade", body, by=SYSTEM, now=LATER).changed
        (kind, (change,)), (created, _) = history("family_variant:by_grade")
        assert (kind, created) == ("family_variant.updated", "family_variant.created")
        assert (change["path"], change["before"], change["after"]) == (
            "variant_attribute_sets",
            [{"level": 1, "axes": ["grade"], "attributes": ["name", "grade", "sku"]}],
            [{"level": 1, "axes": ["grade"], "attributes": ["grade", "sku"]}],
        )

    def test_options_and_measurement_families_record_too(self) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        make_option("origin", "assam")
        assert [kind for kind, _ in history("attribute_option:origin:assam")] == ["attribute_option.created"]
        body = {"code": "Weight", "labels": {"fr_FR": "Poids"}}
        operations.upsert_measurement_family(body, by=SYSTEM, now=LATER)
        assert events.history("measurement_family:Weight")[0].kind == "measurement_family.updated"


class TestUnchanged:
    def test_a_change_that_changes_nothing_writes_nothing(self, count_queries: Any) -> None:
        make_attribute("name", labels={"en_US": "Name"}, sort_order=2)
        version = Version.objects.get().version
        before = queries.snapshot()
        # savepoint, version row, release
        with count_queries(3):
            outcome = upsert("attribute", "name", labels={"en_us": "Name"}, sort_order="2", type="pim_catalog_text")
        assert outcome == operations.Outcome("name", created=False, changed=False)
        assert Version.objects.get().version == version
        assert queries.snapshot() is before
        assert Attribute.objects.get(code="name").updated_at == NOW
        assert len(history("attribute:name")) == 1

    def test_a_family_in_another_order_is_the_same_family(self) -> None:
        make_attribute("name")
        make_attribute("size")
        make_family("teapot", ["name", "size"], requirements={"ecommerce": ["size", "name"]})
        body = {"attributes": ["size", "sku", "name"], "attribute_requirements": {"ecommerce": ["sku", "name", "size"]}}
        assert not upsert("family", "teapot", **body).changed

    def test_a_measurement_family_too(self, count_queries: Any) -> None:
        body = {"code": "Weight", "labels": {"en_US": "Weight"}, "units": {"GRAM": {"code": "GRAM", "symbol": "g"}}}
        queries.snapshot()
        with count_queries(3):
            outcome = operations.upsert_measurement_family(body, by=SYSTEM, now=LATER)
        assert not outcome.changed

    def test_an_option_too(self, count_queries: Any) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        make_option("origin", "assam", labels={"en_US": "Assam"})
        queries.snapshot()
        # savepoint, version row, option, release
        with count_queries(4):
            outcome = operations.upsert_option("origin", "ASSAM", {"labels": {}}, by=SYSTEM, now=LATER)
        assert outcome == operations.Outcome("assam", created=False, changed=False)


class TestCost:
    """Statements of one change; savepoint and release are two of them."""

    def test_an_attribute(self, count_queries: Any) -> None:
        queries.snapshot()
        body = {"code": "name", "type": "pim_catalog_text", "group": "other"}
        with count_queries(6):
            operations.create("attribute", body, by=SYSTEM, now=NOW)
        # What changed since the last look is read first: 2 more.
        with count_queries(8):
            upsert("attribute", "name", sort_order=1)

    @pytest.mark.parametrize("size", [3, 60])
    def test_a_family_whatever_its_size(self, count_queries: Any, size: int) -> None:
        codes = [f"a{number}" for number in range(size)]
        for code in codes:
            make_attribute(code)
        make_family("teapot", codes[:1])
        queries.snapshot()
        with count_queries(11):
            upsert("family", "teapot", attributes=codes, attribute_requirements={"ecommerce": codes})
        queries.snapshot()
        # Its job waits already.
        with count_queries(9):
            upsert("family", "teapot", attributes=[], attribute_requirements={"ecommerce": []})

    @pytest.mark.parametrize("size", [1, 40])
    def test_a_category_with_its_branch_whatever_its_size(self, count_queries: Any, size: int) -> None:
        make_category("tea", None)
        for number in range(size):
            make_category(f"tea_{number}", "tea")
        with count_queries(8):
            upsert("category", "tea", parent="master")
        assert queries.snapshot().categories["tea_0"].root == "master"

    @pytest.mark.parametrize("size", [1, 20])
    def test_a_channel_whatever_the_number_of_families(self, count_queries: Any, size: int) -> None:
        for number in range(size):
            make_family(f"family_{number}")
        queries.snapshot()
        body = {"code": "print", "locales": ["de_DE", "en_US"], "currencies": ["EUR", "USD"], "category_tree": "master"}
        with count_queries(12):
            operations.create("channel", body, by=SYSTEM, now=NOW)

    @pytest.mark.parametrize("size", [1, 30])
    def test_a_group_whatever_the_number_of_its_attributes(self, count_queries: Any, size: int) -> None:
        codes = [f"a{number}" for number in range(size)]
        for code in codes:
            make_attribute(code)
        queries.snapshot()
        with count_queries(7):
            operations.create("attribute_group", {"code": "legal", "attributes": codes}, by=SYSTEM, now=NOW)
        queries.snapshot()
        with count_queries(7):
            upsert("attribute_group", "legal", attributes=[])

    def test_a_family_variant(self, count_queries: Any) -> None:
        make_attribute("grade", "pim_catalog_simpleselect")
        make_family("teapot", ["grade"])
        queries.snapshot()
        body = {"code": "by_grade", "variant_attribute_sets": [{"level": 1, "axes": ["grade"]}]}
        # savepoint, lock, number, row, event, release
        with count_queries(6):
            operations.create_family_variant("teapot", body, by=SYSTEM, now=NOW)
        queries.snapshot()
        with count_queries(3):
            operations.upsert_family_variant("teapot", "by_grade", body, by=SYSTEM, now=NOW)

    def test_an_option(self, count_queries: Any) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        queries.snapshot()
        with count_queries(8):
            operations.create_option("origin", {"code": "assam"}, by=SYSTEM, now=NOW)
        with count_queries(7):
            operations.upsert_option("origin", "assam", {"sort_order": 4}, by=SYSTEM, now=NOW)


class TestIntegrity:
    def test_a_code_that_was_taken_meanwhile_is_refused_like_any_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_attribute("name")
        # A snapshot that has not seen it: the index is what refuses.
        monkeypatch.setattr("limen.structure.rules.records.Structure.attribute", lambda self, code: None)
        with pytest.raises(Invalid) as refusal:
            operations.create(
                "attribute", {"code": "NAME", "type": "pim_catalog_text", "group": "other"}, by=SYSTEM, now=NOW
            )
        assert [one.path for one in refusal.value.violations] == ["code"]

    def test_a_refused_change_leaves_everything_as_it_was(self) -> None:
        make_attribute("name")
        version = Version.objects.get().version
        with pytest.raises(Invalid):
            upsert("attribute", "name", labels={"en_US": "Name"}, sort_order=-1)
        assert Version.objects.get().version == version
        assert queries.snapshot().attributes["name"].labels == {}

    def test_members_of_a_branch_keep_their_root(self) -> None:
        make_category("tea", None)
        make_category("green", "tea")
        make_category("sencha", "green")
        upsert("category", "green", parent=None)
        categories = queries.snapshot().categories
        assert (categories["green"].root, categories["sencha"].root) == ("green", "green")
        upsert("category", "green", parent="master")
        categories = queries.snapshot().categories
        assert (categories["green"].root, categories["sencha"].root) == ("master", "master")
        assert Category.objects.get(code="sencha").root.code == "master"  # type: ignore[union-attr]

    def test_a_new_channel_reaches_families_that_this_process_knows(self) -> None:
        make_family("teapot")
        queries.snapshot()
        make_channel("print")
        assert queries.snapshot().families["teapot"].requirements == {
            "ecommerce": frozenset({"sku"}),
            "print": frozenset({"sku"}),
        }

    def test_groups_of_products_can_be_made(self) -> None:
        assert make_group("promotion", labels={"en_US": "Promotion"}).labels == {"en_US": "Promotion"}

    def test_moving_attributes_touches_them(self) -> None:
        make_attribute("name")
        make_attribute_group("legal")
        upsert("attribute_group", "legal", attributes=["name"])
        assert queries.snapshot().attributes["name"].updated == LATER

    def test_an_option_does_not_touch_its_attribute(self) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        before = queries.snapshot()
        operations.create_option("origin", {"code": "assam"}, by=SYSTEM, now=LATER)
        after = queries.snapshot()
        assert after.attributes["origin"] is before.attributes["origin"]
        assert after.options_version > before.options_version
        assert after.version == before.version

    def test_option_codes_are_kept_as_they_were_written(self) -> None:
        make_attribute("origin", "pim_catalog_simpleselect")
        make_option("origin", "Assam")
        assert Option.objects.get().folded == "assam"
