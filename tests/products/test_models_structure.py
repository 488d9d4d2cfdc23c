"""What models and variants mean to the structure: what cannot be removed, and what is cleaned."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.kit import db
from limen.kit.errors import Unprocessable
from limen.products import operations, queries
from limen.structure import operations as structure
from limen.structure import queries as structure_queries
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, make_product
from tests.factories.structure import make_option
from tests.products.trees import make_model, make_tree, make_variants

pytestmark = pytest.mark.usefixtures("tree")


@pytest.fixture
def tree(lamps: None) -> str:
    make_variants()
    return make_tree()


def document(code: str) -> dict[str, Any]:
    row = queries.product(flavour="model", key=code)
    assert row is not None
    found: dict[str, Any] = orjson.loads(row.doc)
    return found


def variant() -> dict[str, Any]:
    row = queries.product(flavour="identifier", key="orbit-brass-s")
    assert row is not None
    found: dict[str, Any] = orjson.loads(row.doc)
    return found


def test_a_family_variant_with_models_stays() -> None:
    (use,) = structure_queries.uses_of("family_variant", "lum_size")
    assert (use.what, use.count, use.examples, use.blocks) == ("product models", 1, ("beam",), True)
    with pytest.raises(Unprocessable, match="1 product models"):
        structure.remove("family_variant", "lum_size", by=SYSTEM, now=NOW)
    operations.delete_model(code="beam", by=SYSTEM, now=NOW)
    structure.remove("family_variant", "lum_size", by=SYSTEM, now=NOW)


def test_a_category_goes_out_of_models_and_variants() -> None:
    uses = {one.what: one.count for one in structure_queries.uses_of("category", "lamps")}
    assert (uses["products"], uses["product models"]) == (1, 2)
    structure.remove("category", "lamps", by=SYSTEM, now=NOW)
    do_jobs()
    assert document("orbit")["categories"] == document("orbit_brass")["categories"] == variant()["categories"] == []
    assert structure_queries.removals_under_way() == ()
    # A change of the model hands nothing of it down again.
    make_model("orbit", {"dimmable": True})
    assert variant()["categories"] == []
    assert events.history("product_model:orbit", limit=9)[1].kind == "product_model.updated"


def test_an_attribute_goes_out_of_models_and_variants() -> None:
    make_model("orbit", {"dimmable": True})
    assert "dimmable" in variant()["values"]
    structure.remove("attribute", "dimmable", by=SYSTEM, now=NOW)
    do_jobs()
    assert "dimmable" not in document("orbit")["values"] and "dimmable" not in variant()["values"]


def test_an_association_type_goes_out_of_what_is_own() -> None:
    make_product("desk")
    make_model("orbit_brass", associations={"UPSELL": {"products": ["desk"]}, "COMPATIBLE": {"products": ["desk"]}})
    structure.remove("association_type", "UPSELL", by=SYSTEM, now=NOW)
    do_jobs()
    row = queries.product(flavour="identifier", key="orbit-brass-s")
    assert row is not None and row.associations is not None
    assert list(orjson.loads(row.associations)) == ["COMPATIBLE"]
    make_model("orbit", {"dimmable": True})
    row = queries.product(flavour="model", key="orbit_brass")
    assert row is not None and row.associations is not None
    assert list(orjson.loads(row.associations)) == ["COMPATIBLE"]


def test_an_option_that_was_an_axis_is_free_again() -> None:
    structure.remove_option("bulb_size", "s", by=SYSTEM, now=NOW)
    do_jobs()
    assert "bulb_size" not in variant()["values"]
    make_option("bulb_size", "s")
    make_product("another", "luminaires", {"bulb_size": "s"}, parent="orbit_brass")


def test_the_quality_of_models_follows_their_family() -> None:
    def quality() -> set[str]:
        rows = db.fetch(
            "SELECT x.value FROM product_model_idx_num x JOIN product_search_key k ON k.id = x.key"
            " JOIN product_model m ON m.id = x.model_id WHERE m.code = 'orbit' AND k.attribute_id = -1"
            " AND k.channel = 'webshop' AND k.locale = 'en_GB'"
        )
        return {str(value) for (value,) in rows}

    before = quality()
    requirements = {"attribute_requirements": {"webshop": ["sku", "title", "blurb"]}}
    structure.upsert("family", "luminaires", requirements, by=SYSTEM, now=NOW)
    do_jobs()
    assert before and quality() and quality() != before
