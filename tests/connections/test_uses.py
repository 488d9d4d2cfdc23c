"""Which connections wrote an attribute lately, as its tab Usage tells."""

from __future__ import annotations

from typing import Any

import pytest

from limen.accounts.rules import PERMISSIONS, Caller
from limen.connections.models import Connection
from limen.connections.queries import uses
from limen.structure import queries as structure
from limen.structure.rules import Use
from tests.factories.connections import make_connection
from tests.factories.products import change_product, make_product
from tests.factories.structure import make_attribute, make_family

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def chair() -> str:
    make_attribute("name")
    make_attribute("name_2")
    make_family("chairs", ["name", "name_2"])
    return make_product(family="chairs", values={"name": "Chair"})


def caller(code: str) -> Caller:
    make_connection(code=code)
    id = Connection.objects.get(code=code).id
    return Caller(None, code, code, "api", frozenset(PERMISSIONS), author_connection_id=id)


def told(attribute: str = "name") -> list[Use]:
    return [use for use in structure.uses_of("attribute", attribute) if "connections" in use.what]


def test_who_wrote_most_comes_first_and_nobody_is_in_the_way(chair: str) -> None:
    shop, erp = caller("shop"), caller("erp")
    change_product(chair, values={"name": "Stool"}, by=shop)
    change_product(chair, values={"name": "Bench"}, by=erp)
    change_product(chair, values={"name": "Sofa"}, by=erp)
    assert told() == [Use("connections that wrote it lately", 2, ("erp", "shop"), False)]


def test_people_other_attributes_and_what_is_quoted_do_not_count(chair: str) -> None:
    erp = caller("erp")
    change_product(chair, values={"name": "Stool"})
    change_product(chair, values={"name_2": '"path":"values.name"'}, by=erp)
    assert (told(), len(told("name_2"))) == ([], 1)


def test_only_the_newest_events_are_looked_at(chair: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "LATELY", 2)
    change_product(chair, values={"name": "Stool"}, by=caller("erp"))
    assert len(told()) == 1
    for name in ("Bench", "Sofa"):
        change_product(chair, values={"name": name})
    assert told() == []


def test_a_connection_that_is_gone_is_not_named(chair: str) -> None:
    change_product(chair, values={"name": "Stool"}, by=caller("erp"))
    Connection.objects.all().delete()
    assert told() == []


def test_costs_two_queries_at_most(chair: str, count_queries: Any) -> None:
    change_product(chair, values={"name": "Stool"}, by=caller("erp"))
    structure.uses_of("attribute", "name")
    # Products, product models, family variants, and two of ours.
    with count_queries(5):
        structure.uses_of("attribute", "name")
