"""The family variants, models and variants of the acceptance cases (api-products 0), on top of the lamps."""

from __future__ import annotations

from typing import Any

from limen.accounts.rules import SYSTEM
from limen.kit.errors import Refused
from limen.products import operations
from limen.products.operations import Line
from limen.structure import operations as structure
from tests.factories.products import NOW, make_product, values_of
from tests.products.catalogue import FAMILY

TWO_LEVELS: list[dict[str, Any]] = [
    {"level": 1, "axes": ["finish"], "attributes": ["finish", "tagline", "hero_image"]},
    {"level": 2, "axes": ["bulb_size"], "attributes": ["bulb_size", "sku", "lumens", "list_price"]},
]
ONE_LEVEL = [{"level": 1, "axes": ["bulb_size"], "attributes": ["bulb_size", "sku", "lumens"]}]


def make_variants() -> None:
    """Make the family variants, and another family."""
    family = {"attributes": [*FAMILY["attributes"], "bulb_size"]}
    structure.upsert("family", "luminaires", family, by=SYSTEM, now=NOW)
    for code, levels in (("lum_finish_size", TWO_LEVELS), ("lum_size", ONE_LEVEL)):
        body = {"code": code, "variant_attribute_sets": levels}
        structure.create_family_variant("luminaires", body, by=SYSTEM, now=NOW)
    structure.create("family", {"code": "shoes", "attributes": ["sku"]}, by=SYSTEM, now=NOW)
    structure.create("association_type", {"code": "BUNDLE2", "is_quantified": True}, by=SYSTEM, now=NOW)


def make_model(code: str, values: dict[str, Any] | None = None, **properties: Any) -> str:
    """Make or change a product model, and give its code."""
    body = {**properties, **({"values": values_of(values)} if values is not None else {})}
    (result,) = operations.upsert_models([Line(body, code)], by=SYSTEM, now=NOW)
    if isinstance(result.outcome, Refused):
        raise result.outcome
    return code


def make_tree() -> str:
    """Make orbit → orbit_brass → orbit-brass-s, and the root beam of one level; give the uuid of the variant."""
    title = [{"locale": "en_GB", "scope": None, "data": "Orbit lamp"}]
    make_model("orbit", {"title": title}, family_variant="lum_finish_size", categories=["lamps"])
    make_model("orbit_brass", {"finish": "Brass"}, parent="orbit")
    make_model("beam", family_variant="lum_size")
    return make_product("orbit-brass-s", "luminaires", {"bulb_size": "s"}, parent="orbit_brass")


def set_levels(*levels: dict[str, Any]) -> None:
    """Change the levels of the family variant of two levels."""
    body = {"variant_attribute_sets": list(levels)}
    structure.upsert_family_variant("luminaires", "lum_finish_size", body, by=SYSTEM, now=NOW)


def put(attribute: str, level: int) -> None:
    """Let an attribute stand on a level of that family variant, 0 for what is common, and all others where they
    were at first."""
    sets = []
    for one in TWO_LEVELS:
        others: list[str] = [code for code in one["attributes"] if code != attribute]
        sets.append({**one, "attributes": [*others, attribute] if one["level"] == level else others})
    set_levels(*sets)
