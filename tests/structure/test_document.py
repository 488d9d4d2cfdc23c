"""The structure as a file: what is exported is applied without a change, and everything that differs is told."""

from __future__ import annotations

import pytest
from django.db import transaction

from limen.accounts.rules import SYSTEM
from limen.demo import catalogue
from limen.kit import clock, yaml
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
