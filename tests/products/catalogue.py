"""The lamps of the acceptance cases (api-products 0), without what only other editions have.

Every installation has the channel `ecommerce` (en_US) besides; dollars stand in for pounds, which it does not enable.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from limen.structure.rules import (
    AssociationType,
    Attribute,
    Category,
    Channel,
    Family,
    Group,
    MeasurementFamily,
    Structure,
    Unit,
)

TEXT, AREA, NUMBER = "pim_catalog_text", "pim_catalog_textarea", "pim_catalog_number"
SELECT, MULTI, METRIC = "pim_catalog_simpleselect", "pim_catalog_multiselect", "pim_catalog_metric"

ATTRIBUTES: dict[str, dict[str, Any]] = {
    "gtin": {"type": "pim_catalog_identifier", "useable_as_grid_filter": True},
    "title": {"type": TEXT, "localizable": True},
    "tagline": {"type": TEXT},
    "blurb": {"type": AREA, "localizable": True, "scopable": True},
    "finish": {"type": SELECT},
    "materials": {"type": MULTI},
    "bulb_size": {"type": SELECT},
    "dimmable": {"type": "pim_catalog_boolean"},
    "lumens": {
        "type": NUMBER,
        "decimals_allowed": False,
        "negative_allowed": False,
        "number_min": "0",
        "number_max": "20000",
    },
    "beam_angle": {"type": NUMBER, "decimals_allowed": True, "negative_allowed": False},
    "temp_offset": {"type": NUMBER, "decimals_allowed": True, "negative_allowed": True},
    "net_weight": {
        "type": METRIC,
        "metric_family": "Weight",
        "default_metric_unit": "KILOGRAM",
        "decimals_allowed": True,
        "negative_allowed": False,
    },
    "cable_length": {
        "type": METRIC,
        "metric_family": "Length",
        "default_metric_unit": "METER",
        "decimals_allowed": False,
        "negative_allowed": False,
    },
    "list_price": {"type": "pim_catalog_price_collection", "decimals_allowed": True},
    "launch_on": {"type": "pim_catalog_date", "scopable": True, "date_min": "2020-01-01"},
    "hero_image": {"type": "pim_catalog_image", "allowed_extensions": ["jpg", "png"], "max_file_size": "2"},
    "datasheet": {"type": "pim_catalog_file", "allowed_extensions": ["pdf"]},
    "contact_mail": {"type": TEXT, "validation_rule": "email"},
    "support_url": {"type": TEXT, "validation_rule": "url"},
    "part_no": {"type": TEXT, "validation_rule": "regexp", "validation_regexp": r"/^LX-\d{4}$/"},
    "batch_code": {"type": TEXT, "unique": True},
    "warranty_note": {"type": TEXT, "localizable": True, "available_locales": ["de_DE"]},
}
OPTIONS = {
    "finish": ["Brass", "chrome", "white"],
    "materials": ["steel", "glass", "oak"],
    "bulb_size": ["s", "m"],
}
FAMILY = {
    "attributes": ["sku", "title", "tagline", "blurb", "finish", "dimmable", "lumens", "list_price", "hero_image"],
    "attribute_as_label": "title",
    "attribute_requirements": {"webshop": ["sku", "title", "list_price", "hero_image"], "print": ["sku"]},
}
CATEGORIES = {
    "shop": None,
    "lamps": "shop",
    "floor_lamps": "lamps",
    "desk_lamps": "lamps",
    "paper": None,
    "autumn_book": "paper",
}
CHANNELS = {
    "webshop": {"locales": ["en_GB", "de_DE"], "currencies": ["EUR", "USD"], "category_tree": "shop"},
    "print": {"locales": ["en_GB"], "currencies": ["EUR"], "category_tree": "paper"},
}
GROUPS = ["spring_push", "clearance"]
ASSOCIATION_TYPES = {"COMPATIBLE": {"is_two_way": True}, "BUNDLE": {"is_quantified": True}}


def make_lamps() -> None:
    """Make the catalogue in the database, through the structure's operations."""
    from limen.accounts.rules import SYSTEM
    from limen.structure import operations
    from tests.factories.structure import NOW, make_category, make_channel, make_group, make_option

    for code, parent in CATEGORIES.items():
        make_category(code, parent)
    for code, channel in CHANNELS.items():
        make_channel(code, **channel)
    for code, properties in ATTRIBUTES.items():
        operations.create("attribute", {"code": code, "group": "other", **properties}, by=SYSTEM, now=NOW)
    for attribute, codes in OPTIONS.items():
        for code in codes:
            make_option(attribute, code, labels={"en_GB": code.capitalize()} if code != "oak" else {})
    for code in GROUPS:
        make_group(code)
    for code, properties in ASSOCIATION_TYPES.items():
        operations.create("association_type", {"code": code, **properties}, by=SYSTEM, now=NOW)
    operations.create("family", {"code": "luminaires", **FAMILY}, by=SYSTEM, now=NOW)


def lamps() -> Structure:
    """Give the same catalogue as a snapshot, without any database."""
    weight = MeasurementFamily(
        1,
        "Weight",
        "KILOGRAM",
        {
            "KILOGRAM": Unit("KILOGRAM", "kg", (("mul", "1"),)),
            "GRAM": Unit("GRAM", "g", (("mul", "0.001"),)),
        },
    )
    length = MeasurementFamily(2, "Length", "METER", {"METER": Unit("METER", "m", (("mul", "1"),))})
    sku = Attribute(1, "sku", "pim_catalog_identifier", unique=True, is_main_identifier=True)
    attributes = [
        Attribute(id, code, **_pure(properties)) for id, (code, properties) in enumerate(ATTRIBUTES.items(), start=2)
    ]
    requirements = {code: frozenset(codes) for code, codes in FAMILY["attribute_requirements"].items()}
    family = Family(1, "luminaires", frozenset(FAMILY["attributes"]), "title", requirements=requirements)
    roots = {"lamps": "shop", "floor_lamps": "shop", "desk_lamps": "shop", "autumn_book": "paper"}
    return Structure.of(
        attributes=[sku, *attributes],
        families=[family],
        channels=[
            Channel(id, code, tuple(one["locales"]), tuple(one["currencies"]), one["category_tree"])
            for id, (code, one) in enumerate(CHANNELS.items(), start=1)
        ],
        categories=[
            Category(id, code, parent, roots.get(code, code))
            for id, (code, parent) in enumerate(CATEGORIES.items(), start=1)
        ],
        association_types=[
            AssociationType(1, "UPSELL"),
            AssociationType(2, "COMPATIBLE", is_two_way=True),
            AssociationType(3, "BUNDLE", is_quantified=True),
        ],
        groups=[Group(id, code) for id, code in enumerate(GROUPS, start=1)],
        measurement_families=[weight, length],
        locales=["en_GB", "de_DE", "it_IT"],
        currencies={"EUR": True, "USD": True, "XAU": False},
        version=1,
    )


def _pure(properties: dict[str, Any]) -> dict[str, Any]:
    shapes: dict[str, Any] = {
        "number_min": Decimal,
        "number_max": Decimal,
        "max_file_size": Decimal,
        "date_min": date.fromisoformat,
        "allowed_extensions": tuple,
        "available_locales": frozenset,
    }
    return {name: shapes.get(name, lambda value: value)(value) for name, value in properties.items()}
