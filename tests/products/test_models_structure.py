"""What models and variants mean to the structure: what cannot be removed, and what is cleaned."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.jobs.models import Run
from limen.kit import db
from limen.kit.errors import Invalid, Unprocessable
from limen.products import operations, queries
from limen.products.operations import Line
from limen.structure import operations as structure
from limen.structure import queries as structure_queries
from tests.factories.accounts import sign_in
from tests.factories.jobs import do_jobs
from tests.factories.products import NOW, make_product, values_of
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


@pytest.mark.parametrize(
    ("axis", "option", "other"), [("bulb_size", "s", {"lumens": 5}), ("finish", "brass", {"tagline": "Bright"})]
)
def test_without_its_axis_value_it_is_written_and_healed(
    tree: str, axis: str, option: str, other: dict[str, Any]
) -> None:
    def change(body: dict[str, Any]) -> Any:
        if axis == "finish":
            (result,) = operations.upsert_models([Line(body, "orbit_brass")], by=SYSTEM, now=NOW)
        else:
            (result,) = operations.upsert_products([Line(body, tree)], flavour="uuid", by=SYSTEM, now=NOW)
        return result.outcome

    def combinations() -> list[str]:
        table = "product_model_axes" if axis == "finish" else "product_axes"
        return [key for (key,) in db.fetch(f"SELECT axes_key FROM {table} ORDER BY axes_key")]

    make_model("orbit_white", {"finish": "white"}, parent="orbit")
    before = combinations()
    structure.remove_option(axis, option, by=SYSTEM, now=NOW)
    do_jobs()
    assert combinations() == [key for key in before if option not in key]
    found = document("orbit_brass") if axis == "finish" else variant()
    assert axis not in found["values"]
    assert change({"values": values_of(other)}) == 204
    assert next(iter(other)) in variant()["values"]
    assert combinations() == [key for key in before if option not in key]
    new = "white" if axis == "finish" else "m"
    if axis == "finish":
        # A sibling has it.
        refused = change({"values": values_of({axis: "white"})})
        assert isinstance(refused, Invalid) and refused.violations[0].code == "axis.taken"
        make_model("orbit_white", {"finish": "chrome"})
    assert change({"values": values_of({axis: new})}) == 204
    assert f'["{new}"]' in combinations()
    # Now that it has one, it keeps one.
    emptied = change({"values": {axis: [{"locale": None, "scope": None, "data": None}]}})
    assert isinstance(emptied, Invalid) and emptied.violations[0].code == "axis.empty"


def test_without_its_axis_value_it_is_not_moved(tree: str) -> None:
    make_model("orbit_white", {"finish": "white"}, parent="orbit")
    structure.remove_option("bulb_size", "s", by=SYSTEM, now=NOW)
    do_jobs()
    (result,) = operations.upsert_products([Line({"parent": "orbit_white"}, tree)], flavour="uuid", by=SYSTEM, now=NOW)
    assert isinstance(result.outcome, Invalid) and result.outcome.violations[0].code == "axis.empty"


def test_the_pages_of_what_has_no_axis_value_are_shown(tree: str, client: Client) -> None:
    structure.remove_option("bulb_size", "s", by=SYSTEM, now=NOW)
    structure.remove_option("finish", "brass", by=SYSTEM, now=NOW)
    do_jobs()
    sign_in(client)
    for page in (f"/products/{tree}", "/product-models/orbit", "/product-models/orbit_brass"):
        assert client.get(page).status_code == 200


def test_the_quality_of_models_follows_their_family() -> None:
    do_jobs()
    before = quality()
    requirements = {"attribute_requirements": {"webshop": ["sku", "title", "blurb"]}}
    structure.upsert("family", "luminaires", requirements, by=SYSTEM, now=NOW)
    do_jobs()
    assert before and quality() and quality() != before


def test_it_follows_also_where_nobody_asked_and_there_are_no_products(tree: str) -> None:
    operations.delete_product(flavour="uuid", key=tree, by=SYSTEM, now=NOW)
    do_jobs()
    before = quality()
    requirements = {"attribute_requirements": {"webshop": ["sku", "title", "blurb"]}}
    structure.upsert("family", "luminaires", requirements, by=SYSTEM, now=NOW)
    Run.objects.all().delete()
    operations.look_for_late(now=NOW)
    do_jobs()
    assert before and quality() != before


def quality() -> set[str]:
    rows = db.fetch(
        "SELECT x.value FROM product_model_idx_num x JOIN product_search_key k ON k.id = x.key"
        " JOIN product_model m ON m.id = x.model_id WHERE m.code = 'orbit' AND k.attribute_id = -1"
        " AND k.channel = 'webshop' AND k.locale = 'en_GB'"
    )
    return {str(value) for (value,) in rows}
