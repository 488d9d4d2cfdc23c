"""What happens to values when an attribute moves to another level of a family variant."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.products import queries
from limen.structure import operations as structure
from tests.factories.products import NOW, change_product
from tests.products.trees import TWO_LEVELS, make_model, make_tree, make_variants


@pytest.fixture
def u2(lamps: None) -> str:
    make_variants()
    return make_tree()


def values(key: str) -> dict[str, Any]:
    row = queries.product(flavour="model", key=key) or queries.product(flavour="identifier", key=key)
    assert row is not None
    return {code: entries[0]["data"] for code, entries in orjson.loads(row.doc)["values"].items()}


def set_levels(*levels: dict[str, Any]) -> None:
    body = {"variant_attribute_sets": list(levels)}
    structure.upsert_family_variant("luminaires", "lum_finish_size", body, by=SYSTEM, now=NOW)


def test_to_a_lower_level_what_is_below_keeps_the_value_as_its_own(u2: str) -> None:
    first, second = TWO_LEVELS
    set_levels(first, {**second, "attributes": [*second["attributes"], "title"]})
    title = [{"locale": "en_GB", "scope": None, "data": "New"}]
    # It is no longer the root's to change.
    make_model("orbit", {"title": title, "dimmable": True})
    assert (values("orbit-brass-s")["title"], values("orbit-brass-s")["dimmable"]) == ("Orbit lamp", True)
    change_product(u2, values={"title": title})
    assert values("orbit-brass-s")["title"] == "New"


def test_to_a_higher_level_the_values_below_count_no_more(u2: str) -> None:
    change_product(u2, values={"lumens": 7})
    first, second = TWO_LEVELS
    set_levels({**first, "attributes": [*first["attributes"], "lumens"]},
               {**second, "attributes": [code for code in second["attributes"] if code != "lumens"]})  # fmt: skip
    make_model("orbit_brass", {"lumens": 9})
    assert values("orbit-brass-s")["lumens"] == 9
