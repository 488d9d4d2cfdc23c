"""Makes parts of the catalogue's structure, through the room's own operations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from limen.accounts.rules import SYSTEM
from limen.structure import operations, queries
from limen.structure.rules import (
    AssociationType,
    Attribute,
    AttributeGroup,
    Category,
    Channel,
    Family,
    FamilyVariant,
    Group,
)

NOW = datetime(2026, 2, 11, 9, 14, 3, tzinfo=UTC)

# What a type cannot do without.
NEEDED: dict[str, dict[str, Any]] = {
    "pim_catalog_identifier": {"useable_as_grid_filter": True},
    "pim_catalog_number": {"decimals_allowed": True, "negative_allowed": False},
    "pim_catalog_price_collection": {"decimals_allowed": True},
    "pim_catalog_metric": {
        "metric_family": "Weight",
        "default_metric_unit": "KILOGRAM",
        "decimals_allowed": True,
        "negative_allowed": False,
    },
}


def make_attribute(code: str = "name", type: str = "pim_catalog_text", **properties: Any) -> Attribute:
    body = {"code": code, "type": type, "group": "other", **NEEDED.get(type, {}), **properties}
    operations.create("attribute", body, by=SYSTEM, now=NOW)
    return queries.snapshot().attributes[code]


def make_option(attribute: str, code: str, **properties: Any) -> str:
    return operations.create_option(attribute, {"code": code, **properties}, by=SYSTEM, now=NOW).code


def make_attribute_group(code: str = "marketing", **properties: Any) -> AttributeGroup:
    operations.create("attribute_group", {"code": code, **properties}, by=SYSTEM, now=NOW)
    return queries.snapshot().attribute_groups[code]


def make_family(code: str = "chairs", attributes: tuple[str, ...] | list[str] = (), **properties: Any) -> Family:
    """`requirements={"ecommerce": ["name"]}` is short for `attribute_requirements`."""
    if "requirements" in properties:
        properties["attribute_requirements"] = properties.pop("requirements")
    body = {"code": code, "attributes": list(attributes), **properties}
    operations.create("family", body, by=SYSTEM, now=NOW)
    return queries.snapshot().families[code]


def make_family_variant(
    family: str = "chairs", code: str = "chairs_by_colour", *levels: tuple[list[str], list[str]], **properties: Any
) -> FamilyVariant:
    """Each level as its axes and its further attributes."""
    sets = [
        {"level": number, "axes": axes, "attributes": attributes} for number, (axes, attributes) in enumerate(levels, 1)
    ]
    body = {"code": code, "variant_attribute_sets": sets, **properties}
    operations.create_family_variant(family, body, by=SYSTEM, now=NOW)
    return queries.snapshot().family_variants[code]


def make_category(code: str = "seating", parent: str | None = "master", **properties: Any) -> Category:
    operations.create("category", {"code": code, "parent": parent, **properties}, by=SYSTEM, now=NOW)
    return queries.snapshot().categories[code]


def make_channel(
    code: str = "print",
    locales: tuple[str, ...] | list[str] = ("en_US",),
    currencies: tuple[str, ...] | list[str] = ("EUR",),
    category_tree: str = "master",
    **properties: Any,
) -> Channel:
    body = {
        "code": code,
        "locales": list(locales),
        "currencies": list(currencies),
        "category_tree": category_tree,
        **properties,
    }
    operations.create("channel", body, by=SYSTEM, now=NOW)
    return queries.snapshot().channels[code]


def change_channel(code: str = "ecommerce", **properties: Any) -> Channel:
    """`change_channel(locales=["en_US", "fr_FR"])` activates French."""
    operations.upsert("channel", code, properties, by=SYSTEM, now=NOW)
    return queries.snapshot().channels[code]


def make_association_type(code: str = "served_with", **properties: Any) -> AssociationType:
    operations.create("association_type", {"code": code, **properties}, by=SYSTEM, now=NOW)
    return queries.snapshot().association_types[code]


def make_group(code: str = "promotion", **properties: Any) -> Group:
    operations.create("group", {"code": code, **properties}, by=SYSTEM, now=NOW)
    return queries.snapshot().groups[code]
