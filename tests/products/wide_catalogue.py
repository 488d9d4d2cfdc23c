"""The lamps and their variants, and further attributes, in every kind of place.

Reference data is left out: no installation can name any in this version, so no attribute can be of it.
"""

from __future__ import annotations

from typing import Any

from limen.accounts.rules import SYSTEM
from limen.structure import operations
from tests.factories.structure import NOW, make_option
from tests.products import catalogue
from tests.products.trees import ONE_LEVEL, TWO_LEVELS

PLACED = {"localizable": True, "scopable": True}
SPREAD: dict[str, dict[str, Any]] = {
    "local_price": {"type": "pim_catalog_price_collection", "decimals_allowed": True, **PLACED},
    "whole_price": {"type": "pim_catalog_price_collection", "decimals_allowed": False, "scopable": True},
    "local_weight": {
        "type": "pim_catalog_metric",
        "metric_family": "Weight",
        "default_metric_unit": "GRAM",
        "decimals_allowed": True,
        "negative_allowed": True,
        **PLACED,
    },
    "heat": {
        "type": "pim_catalog_metric",
        "metric_family": "Temperature",
        "default_metric_unit": "CELSIUS",
        "decimals_allowed": True,
        "negative_allowed": True,
        "number_max": "1000",
    },
    "local_number": {"type": "pim_catalog_number", "decimals_allowed": True, "negative_allowed": True, **PLACED},
    "local_flag": {"type": "pim_catalog_boolean", "localizable": True},
    "local_finish": {"type": "pim_catalog_simpleselect", **PLACED},
    "local_tags": {"type": "pim_catalog_multiselect", "scopable": True},
    "local_date": {"type": "pim_catalog_date", **PLACED, "date_max": "2035-12-31"},
    "local_image": {"type": "pim_catalog_image", "localizable": True},
    "local_file": {"type": "pim_catalog_file", **PLACED},
    "rich": {"type": "pim_catalog_textarea", "wysiwyg_enabled": True},
    "serial": {
        "type": "pim_catalog_number",
        "unique": True,
        "decimals_allowed": True,
        "negative_allowed": True,
    },
    "born_on": {"type": "pim_catalog_date", "unique": True},
    "short_note": {"type": "pim_catalog_text", "max_characters": 5, "scopable": True},
    "switchable": {"type": "pim_catalog_boolean", "default_value": True},
}
ATTRIBUTES: dict[str, dict[str, Any]] = {**catalogue.ATTRIBUTES, **SPREAD}
OPTIONS = {**catalogue.OPTIONS, "local_finish": ["1", "Ab_c", "z9"], "local_tags": ["new", "NEWER", "0"]}
UNITS = {
    "net_weight": ["KILOGRAM", "GRAM", "MILLIGRAM", "TON"],
    "cable_length": ["METER", "CENTIMETER", "INCH"],
    "local_weight": ["KILOGRAM", "GRAM", "POUND"],
    "heat": ["CELSIUS", "FAHRENHEIT", "KELVIN"],
}
FAMILY: dict[str, Any] = {
    **catalogue.FAMILY,
    "attributes": [*catalogue.FAMILY["attributes"], "bulb_size", *SPREAD],
    "attribute_as_image": "hero_image",
}
FAMILY_VARIANTS = {"lum_finish_size": TWO_LEVELS, "lum_size": ONE_LEVEL}
# A family with little, for products that change their family.
SHOES = {"attributes": ["sku", "title", "switchable", "finish"], "attribute_as_label": "sku"}
ASSOCIATION_TYPES = {**catalogue.ASSOCIATION_TYPES, "BUNDLE2": {"is_quantified": True}}


def make_wide() -> None:
    """Make the catalogue in the database, through the structure's operations."""
    catalogue.make_lamps()
    add_spread()


def add_spread() -> None:
    """Add to the lamps what they lack."""
    for code, properties in SPREAD.items():
        operations.create("attribute", {"code": code, "group": "other", **properties}, by=SYSTEM, now=NOW)
    for attribute in ("local_finish", "local_tags"):
        for code in OPTIONS[attribute]:
            make_option(attribute, code, labels={"de_DE": code})
    operations.upsert("family", "luminaires", FAMILY, by=SYSTEM, now=NOW)
    for code, levels in FAMILY_VARIANTS.items():
        body = {"code": code, "variant_attribute_sets": levels}
        operations.create_family_variant("luminaires", body, by=SYSTEM, now=NOW)
    operations.create("family", {"code": "shoes", **SHOES}, by=SYSTEM, now=NOW)
    operations.create("association_type", {"code": "BUNDLE2", "is_quantified": True}, by=SYSTEM, now=NOW)
