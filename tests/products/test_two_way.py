"""Two-way associations (api-products 5.1, 5.3): whatever happens, what leads to another is led back to from there."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from limen.kit import db
from limen.products.rules.links import QUANTIFIED_KINDS
from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.trees import make_model, make_tree, make_variants

PRODUCTS, MODELS = ["a", "b", "c", "v", "w"], ["orbit", "orbit_brass", "orbit_white", "orbit2", "o2_brass", "beam"]
PARENTS = ["orbit_brass", "orbit_white", "o2_brass", None]
# (kind, uuid or code)
End = tuple[str, str]


@pytest.fixture
def trees(pim: Api) -> None:
    """Two trees of two levels with a variant each, a model without any, and three simple products."""
    make_variants()
    make_tree()
    make_model("orbit_white", {"finish": "white"}, parent="orbit")
    make_model("orbit2", family_variant="lum_finish_size")
    make_model("o2_brass", {"finish": "Brass"}, parent="orbit2")
    for code in "abc":
        make_product(code, "luminaires", {"bulb_size": "m"} if code == "a" else {})
    make_product("v", "luminaires", {"bulb_size": "s"}, parent="orbit_white")
    make_product("w", "luminaires", {"bulb_size": "s"}, parent="o2_brass")


class Something:
    """One thing after another that callers may do."""

    def __init__(self, pim: Api, seed: int) -> None:
        self.pim = pim
        self.random = random.Random(seed)

    def links(self) -> dict[str, Any]:
        kind = self.random.choice(QUANTIFIED_KINDS)
        some = self.random.sample(PRODUCTS if kind == "products" else MODELS, self.random.randint(0, 2))
        return {"associations": {"COMPATIBLE": {kind: some}}}

    def move(self) -> dict[str, Any]:
        size = value(self.random.choice("sm"))
        return {"parent": self.random.choice(PARENTS), "values": {"bulb_size": size}}

    def happens(self) -> Any:
        chance, choice, pim = self.random.random(), self.random.choice, self.pim
        if chance < 0.4:
            return pim.patch(f"/products/{choice(PRODUCTS)}", self.links())
        if chance < 0.6:
            return pim.patch(f"/product-models/{choice(MODELS)}", self.links())
        if chance < 0.75:
            return pim.patch(f"/products/{choice(['a', 'v', 'w'])}", self.move())
        if chance < 0.85:
            return pim.patch(f"/products/{choice(['a', 'v', 'w'])}", {**self.move(), **self.links()})
        if chance < 0.9:
            moved = {"parent": choice(["orbit", "orbit2"])}
            return pim.patch(f"/product-models/{choice(['orbit_brass', 'orbit_white', 'o2_brass'])}", moved)
        if chance < 0.95:
            pim.delete("/products/b")
            return pim.patch("/products/b", {"family": "luminaires"})
        return pim.bulk("/products", [{"identifier": choice(PRODUCTS), **self.links()} for _ in range(4)])


def stored() -> dict[End, tuple[End | None, set[End], set[End]]]:
    """What is there → its parent, what it leads to on its own, and with all that it has from above."""
    found = {}
    for kind, table, owner, name in (
        ("products", "product", "product_id", "p.uuid::text"),
        ("product_models", "product_model", "model_id", "p.code"),
    ):
        rows = db.fetch(
            f"SELECT {name}, m.code, d.associations, d.own FROM {table} p JOIN {table}_doc d ON d.{owner} = p.id"
            " LEFT JOIN product_model m ON m.id = p.parent_id",
            [],
        )
        for code, parent, associations, own in rows:
            merged = orjson.loads(associations or "{}")
            mine = orjson.loads(own)["associations"] if own else merged
            above = ("product_models", parent) if parent is not None else None
            found[kind, code] = (above, ends(mine), ends(merged))
    return found


def ends(associations: dict[str, Any]) -> set[End]:
    return {(kind, one) for kind, some in associations.get("COMPATIBLE", {}).items() for one in some}


@pytest.mark.usefixtures("trees")
@pytest.mark.parametrize("seed", [1, 2])
def test_both_ends_agree_and_what_is_inherited_follows(pim: Api, seed: int) -> None:
    something, most = Something(pim, seed), 0
    for _ in range(60):
        assert something.happens().status_code < 500
        found = stored()
        for one, (parent, own, merged) in found.items():
            assert all(one in found[other][1] for other in own), one
            assert merged == own | (found[parent][2] if parent is not None else set()), one
        most = max(most, sum(len(own) for _, own, _ in found.values()))
    assert most > 10
