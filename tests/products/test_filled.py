"""The bits that say which products have a value: they are always what the index of values says."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection

from limen.accounts.rules import SYSTEM
from limen.kit.errors import Refused
from limen.products import operations, queries
from limen.products.models import PART, Filled, FilledLately, Product
from limen.products.operations import Line, filled
from limen.products.queries.filled import lacking
from limen.products.rules.rulebook import rulebook
from limen.products.rules.search import read_search
from limen.products.rules.views import View
from limen.products.rules.world import Row
from limen.structure import operations as structure_operations
from limen.structure import queries as structure_queries
from tests.factories.jobs import do_jobs
from tests.factories.media import make_media_file
from tests.factories.products import NOW, change_product, make_product, value, values_of
from tests.factories.structure import make_attribute, make_option
from tests.products.bits import due, kept
from tests.products.trees import make_model, make_tree, make_variants

pytestmark = pytest.mark.usefixtures("lamps")


def write(*bodies: dict[str, Any]) -> None:
    lines = [Line(body, str(body["identifier"])) for body in bodies]
    results = operations.upsert_products(lines, flavour="identifier", by=SYSTEM, now=NOW)
    assert [one.outcome for one in results if isinstance(one.outcome, Refused)] == []


def delete(identifier: str) -> None:
    operations.delete_product(flavour="identifier", key=identifier, by=SYSTEM, now=NOW)


def lumens_key() -> int:
    attribute = structure_queries.snapshot().attributes["lumens"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM product_search_key WHERE attribute_id = %s", [attribute.id])
        return int(cursor.fetchone()[0])


def search(criteria: dict[str, Any]) -> list[Row]:
    """Find products by criteria that bits must answer."""
    structure = structure_queries.snapshot()
    read = read_search(criteria, flavour="uuid", book=rulebook(structure), now=NOW)
    where = queries.list_condition(read, View(), structure)
    assert where.few
    return queries.page_after(where, flavour="uuid", after=None, limit=10)


def some_values(random: Random, file: str) -> dict[str, Any]:
    """A few values, of every kind that the index knows, among them empty ones and such as go."""
    possible: dict[str, Any] = {
        "tagline": random.choice(["warm", "cold", None]),
        "title": [*value(random.choice(["a", None]), "en_GB"), *value(random.choice(["b", None]), "de_DE")],
        "blurb": value(random.choice(["short", "<p>long</p>" * 60, "<p></p>", None]), "en_GB", "webshop"),
        "lumens": random.choice([1, 2, None]),
        "net_weight": random.choice([{"amount": 1, "unit": "GRAM"}, None]),
        "list_price": random.choice(
            [
                [{"amount": 1, "currency": "EUR"}],
                [{"amount": n, "currency": c} for n, c in ((1, "EUR"), (2, "USD"))],
                [],
            ]
        ),
        "finish": random.choice(["Brass", "white", None]),
        "materials": random.choice([["oak", "steel"], ["oak"], None]),
        "dimmable": random.choice([True, False, None]),
        "launch_on": value(random.choice(["2025-05-01", None]), None, "print"),
        "hero_image": random.choice([file, None]),
    }
    return {code: possible[code] for code in random.sample(sorted(possible), random.randrange(len(possible)))}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_written_the_bits_are_those_of_the_index(seed: int) -> None:
    random = Random(seed)
    structure_operations.create("family", {"code": "shoes", "attributes": ["sku", "tagline"]}, by=SYSTEM, now=NOW)
    file = make_media_file("orbit.png").code
    for _ in range(25):
        names = random.sample([f"lamp-{number}" for number in range(8)], random.randrange(1, 5))
        write(
            *(
                {
                    "identifier": name,
                    "values": values_of(some_values(random, file)),
                    **({"family": random.choice(["luminaires", "shoes", None])} if random.random() < 0.5 else {}),
                }
                for name in names
            )
        )
        if random.random() < 0.2:
            delete(names[0])
        assert kept() == due()
        if random.random() < 0.3:
            filled.sum_filled()
            assert kept() == due()
    for name in range(8):
        delete(f"lamp-{name}")
    assert kept() == due() == set()


def test_bits_follow_what_models_hand_down() -> None:
    make_variants()
    make_tree()
    assert kept() == due() != set()
    make_model("orbit", {"dimmable": True})
    make_model("orbit_brass", {"tagline": "warm"})
    assert kept() == due()
    make_model("orbit", {"dimmable": None})
    assert kept() == due()
    operations.delete_model(code="orbit", by=SYSTEM, now=NOW)
    assert kept() == due() == set()


@pytest.mark.parametrize(("resource", "code"), [("attribute", "tagline"), ("channel", "print")])
def test_bits_follow_what_the_structure_loses(resource: str, code: str) -> None:
    values = {"tagline": "warm", "launch_on": value("2025-05-01", None, "print"), "lumens": 1}
    make_product("a", "luminaires", values)
    do_jobs()
    before = kept()
    structure_operations.remove(resource, code, by=SYSTEM, now=NOW)
    do_jobs()
    assert kept() == due() < before


def test_bits_follow_the_removal_of_an_option() -> None:
    make_attribute("feet", "pim_catalog_multiselect")
    for code in ("round", "square"):
        make_option("feet", code)
    make_product("a", None, {"feet": ["round"]})
    make_product("b", None, {"feet": ["round", "square"]})
    before = kept()
    structure_operations.remove_option("feet", "round", by=SYSTEM, now=NOW)
    do_jobs()
    assert kept() == due() != before


def test_a_change_of_values_turns_nothing_over() -> None:
    uuid = make_product("a", "luminaires", {"tagline": "warm", "lumens": 1, "materials": ["oak"]})
    rows = FilledLately.objects.count()
    change_product(uuid, values={"tagline": "cold", "lumens": 2, "materials": ["steel", "oak"]})
    assert FilledLately.objects.count() == rows


def test_what_was_noted_is_summed_once_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    make_product("a", "luminaires", {"tagline": "warm"})
    rows = FilledLately.objects.count()
    operations.sum_filled()
    assert (Filled.objects.count(), FilledLately.objects.count()) == (0, rows)
    monkeypatch.setattr(filled, "WORTH", 1)
    for tagline in ("cold", None, "warm"):
        write({"identifier": "a", "values": values_of({"tagline": tagline})}, {"identifier": tagline or "none"})
        operations.sum_filled()
        assert FilledLately.objects.count() == 0
        assert kept() == due()


def test_who_lacks_a_value_is_told_across_parts() -> None:
    bodies = [
        {
            "identifier": f"p-{number}",
            "family": "luminaires",
            "values": values_of({"lumens": 1} if number % 400 else {}),
        }
        for number in range(PART + 200)
    ]
    write(*bodies)
    family, key = structure_queries.snapshot().families["luminaires"], lumens_key()
    without = [f"p-{number}" for number in range(0, PART + 200, 400)]
    expected = set(Product.objects.filter(identifier__in=without).values_list("id", flat=True))
    found = lacking(families=[family.id], somewhere=[key], here=[key])
    assert found is not None and (len(found), set(found)) == (4, expected)


def test_of_many_families_all_products_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is of another family is named, too, and then not shown."""
    structure_operations.create("family", {"code": "shoes", "attributes": ["sku"]}, by=SYSTEM, now=NOW)
    empty = make_product("empty", "luminaires")
    make_product("full", "luminaires", {"lumens": 1}), make_product("other", "shoes"), make_product("none")
    delete("none")
    monkeypatch.setattr("limen.products.queries.filled.MOST_KEYS", 0)
    family = structure_queries.snapshot().families["luminaires"].id
    assert len(lacking(families=[family], somewhere=[], here=[lumens_key()]) or []) == 2
    assert [row.uuid for row in search({"lumens": [{"operator": "EMPTY"}]})] == [empty]


def test_too_many_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    make_product("a", "luminaires")
    make_product("b", "luminaires")
    family = structure_queries.snapshot().families["luminaires"].id
    assert len(lacking(families=[family], somewhere=[], here=[]) or []) == 2
    monkeypatch.setattr("limen.products.queries.conditions.FEW", 1)
    assert lacking(families=[family], somewhere=[], here=[]) is None


def test_bits_that_are_wrong_show_nobody_who_has_a_value() -> None:
    """A product that gets its value between the look at the bits and the page is not found either."""
    uuid = make_product("a", "luminaires", {"lumens": 1})
    (id,) = Product.objects.filter(uuid=uuid).values_list("id", flat=True)
    filled.turn_over(filled.bits_of([(lumens_key(), id)]), {})
    assert search({"lumens": [{"operator": "EMPTY"}]}) == []
