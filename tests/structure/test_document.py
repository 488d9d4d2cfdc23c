"""The structure as a file: what is exported is applied without a change, and everything that differs is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from limen.accounts.rules import SYSTEM
from limen.demo import catalogue
from limen.kit import clock, yaml
from limen.kit.errors import Invalid
from limen.structure import operations, queries
from limen.structure.operations import Plan

pytestmark = pytest.mark.usefixtures("installed")


def apply(document: object, *, delete: bool = False, dry_run: bool = False) -> Plan:
    return operations.apply_document(document, delete=delete, dry_run=dry_run, by=SYSTEM, now=clock.now())


def told(plan: Plan) -> list[str]:
    return [f"{step.difference.verb} {'.'.join(step.difference.place)}" for step in plan.steps]


def load_demo() -> None:
    for resource in catalogue.resources():
        operations.upsert(resource.kind, resource.code, resource.body, by=SYSTEM, now=clock.now())
    for attribute, code, body in catalogue.options():
        operations.upsert_option(attribute, code, body, by=SYSTEM, now=clock.now())


def test_what_is_exported_is_applied_without_a_change() -> None:
    load_demo()
    document, _ = yaml.read(yaml.write(queries.document()))
    assert document == queries.document()
    assert apply(document) == Plan((), ())


def exported_demo() -> object:
    """Give the document of the demo catalogue, and leave the database without it."""
    with transaction.atomic():
        load_demo()
        document = queries.document()
        transaction.set_rollback(True)
    return document


def test_an_empty_catalogue_becomes_the_exported_one() -> None:
    document = exported_demo()
    plan = apply(document)
    assert queries.document() == document
    assert "create attributes.name" in told(plan)
    assert apply(document) == Plan((), ())


def test_a_dry_run_tells_the_same_and_does_nothing() -> None:
    document, before = exported_demo(), queries.document()
    plan = apply(document, dry_run=True)
    assert queries.document() == before
    assert apply(document) == plan


class TestDeleting:
    def test_what_a_section_has_no_more_is_kept_unless_asked_for(self) -> None:
        load_demo()
        document = queries.document()
        first, *rest = document["association_types"]
        thinner = {"association_types": {code: document["association_types"][code] for code in rest}}
        assert apply(thinner) == Plan((), (("association_types", first),))
        assert queries.document() == document
        assert told(apply(thinner, delete=True)) == [f"delete association_types.{first}"]
        assert list(queries.document()["association_types"]) == rest
        assert apply(thinner, delete=True) == Plan((), ())

    def test_back_to_the_start(self) -> None:
        empty = queries.document()
        load_demo()
        apply(empty, delete=True)
        assert queries.document() == empty


class TestCurrencies:
    def test_they_are_enabled_before_the_channels_that_have_them_and_disabled_after(self) -> None:
        channels = queries.document()["channels"]
        document = {"currencies": ["JPY", "EUR"], "channels": {"ecommerce": {**channels["ecommerce"]}}}
        document["channels"]["ecommerce"]["currencies"] = ["JPY"]
        assert told(apply(document)) == ["change currencies", "change channels.ecommerce"]
        assert queries.document()["currencies"] == ["EUR", "JPY"]
        assert queries.snapshot().channels["ecommerce"].currencies == ("JPY",)
        assert apply(document) == Plan((), ())

    def test_what_cannot_be_is_refused_at_its_place(self) -> None:
        with pytest.raises(Invalid) as refusal:
            apply({"currencies": ["USD", "QQQ"]})
        assert {one.path for one in refusal.value.violations} == {"currencies.QQQ", "currencies.EUR"}
        assert queries.document()["currencies"] == ["EUR", "USD"]
        with pytest.raises(Invalid) as refusal:
            apply({"currencies": "EUR"})
        assert [one.path for one in refusal.value.violations] == ["currencies"]


class TestVariants:
    SHIRTS: dict[str, Any] = {
        "attributes": {"colour": {"type": "pim_catalog_simpleselect", "group": "other"}},
        "families": {
            "shirts": {
                "attributes": ["colour", "sku"],
                "variants": {
                    "by_colour": {
                        "labels": {"en_US": "By colour"},
                        "variant_attribute_sets": [{"level": 1, "axes": ["colour"], "attributes": ["colour", "sku"]}],
                    }
                },
            }
        },
    }

    def test_they_stand_in_their_family_and_come_back(self) -> None:
        assert "create families.shirts.variants.by_colour" in told(apply(self.SHIRTS))
        shirts = queries.document()["families"]["shirts"]
        assert shirts["variants"] == self.SHIRTS["families"]["shirts"]["variants"]
        assert apply(queries.document()) == Plan((), ())

    def test_a_label_that_is_left_out_goes(self) -> None:
        apply(self.SHIRTS)
        document = queries.document()
        del document["families"]["shirts"]["variants"]["by_colour"]["labels"]
        assert told(apply(document)) == ["change families.shirts.variants.by_colour"]
        assert queries.document() == document

    def test_they_go_before_their_family_and_its_attributes(self) -> None:
        before = queries.document()
        apply(self.SHIRTS)
        assert told(apply(before, delete=True)) == [
            "delete families.shirts.variants.by_colour",
            "delete families.shirts",
            "delete attributes.colour",
        ]
        assert queries.document() == before

    def test_what_a_variant_says_against_its_family_is_refused(self) -> None:
        apply(self.SHIRTS)
        operations.upsert(
            "attribute", "care", {"type": "pim_catalog_text", "group": "other"}, by=SYSTEM, now=clock.now()
        )
        document = queries.document()
        shirts = document["families"]["shirts"]
        shirts["attributes"] = ["care", "colour", "sku"]
        shirts["variants"]["by_colour"]["variant_attribute_sets"][0]["attributes"] = ["care", "colour", "sku"]
        apply(document)
        shirts["attributes"] = ["colour", "sku"]
        with pytest.raises(Invalid) as refusal:
            apply(document)
        (violation,) = refusal.value.violations
        assert violation.path == "families.shirts.variants.by_colour.variant_attribute_sets"


class TestOrder:
    def test_siblings_stand_in_the_order_of_the_file(self) -> None:
        tree = {"categories": {"master": {"children": {"tea": None, "coffee": None, "cocoa": None}}}}
        apply(tree)
        turned = {"categories": {"master": {"children": {"cocoa": None, "tea": None, "coffee": None}}}}
        assert set(told(apply(turned))) == {f"change categories.{code}" for code in ("cocoa", "tea", "coffee")}
        assert list(queries.document()["categories"]["master"]["children"]) == ["cocoa", "tea", "coffee"]
        assert apply(turned) == Plan((), ())

    def test_what_the_file_does_not_have_stays_where_it_is(self) -> None:
        apply({"categories": {"master": {"children": {"tea": None, "coffee": None, "cocoa": None}}}})
        apply({"categories": {"master": {"children": {"cocoa": None, "tea": None}}}})
        assert list(queries.document()["categories"]["master"]["children"]) == ["cocoa", "tea", "coffee"]


def test_a_wrong_option_is_told_at_its_place() -> None:
    with pytest.raises(Invalid) as refusal:
        apply({"attributes": {"hue": {"type": "pim_catalog_simpleselect", "group": "other", "options": {"a b": None}}}})
    assert [one.path for one in refusal.value.violations] == ["attributes.hue.options.a b"]
    assert queries.snapshot().attribute("hue") is None
