"""Records as the API prints them. Key order and empty forms (`{}`, `[]`, null) are part of the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from limen.kit import clock
from limen.kit.conditions import tag_of
from limen.structure.rules.enriched import Data, Slot, Values
from limen.structure.rules.family_variants import sets_of
from limen.structure.rules.options import Option
from limen.structure.rules.records import (
    IDENTIFIER,
    AssociationType,
    Attribute,
    AttributeGroup,
    Category,
    Channel,
    Currency,
    Family,
    FamilyVariant,
    Group,
    Locale,
    MeasurementFamily,
    Structure,
    Unit,
)
from limen.structure.rules.removal import Removal

Plain = dict[str, Any]


def attribute(one: Attribute, structure: Structure) -> Plain:
    group = structure.attribute_groups.get(one.group)
    printed: Plain = {
        "code": one.code,
        "type": one.type,
        "group": one.group,
        "unique": one.unique,
        "useable_as_grid_filter": one.useable_as_grid_filter,
        "allowed_extensions": list(one.allowed_extensions),
        "metric_family": one.metric_family,
        "default_metric_unit": one.default_metric_unit,
        "reference_data_name": one.reference_data_name,
        "available_locales": sorted(one.available_locales),
        "max_characters": one.max_characters,
        "validation_rule": one.validation_rule,
        "validation_regexp": one.validation_regexp,
        "wysiwyg_enabled": one.wysiwyg_enabled,
        "number_min": _decimal(one.number_min, 4),
        "number_max": _decimal(one.number_max, 4),
        "decimals_allowed": one.decimals_allowed,
        "negative_allowed": one.negative_allowed,
        "date_min": _day(one.date_min),
        "date_max": _day(one.date_max),
        "max_file_size": _decimal(one.max_file_size, 2),
        "minimum_input_length": one.minimum_input_length,
        "sort_order": one.sort_order,
        "localizable": one.localizable,
        "scopable": one.scopable,
        "labels": _labels(one.labels, structure),
        "guidelines": dict(one.guidelines),
        "auto_option_sorting": one.auto_option_sorting,
        "default_value": one.default_value,
        "group_labels": _labels(group.labels, structure) if group else {},
    }
    if one.type == IDENTIFIER:
        printed["is_main_identifier"] = one.is_main_identifier
    return printed


def option(one: Option, structure: Structure) -> Plain:
    return {
        "code": one.code,
        "attribute": one.attribute,
        "sort_order": one.sort_order,
        "labels": _labels(one.labels, structure),
    }


def attribute_group(one: AttributeGroup, structure: Structure) -> Plain:
    """Ours is printed only where it says something: clients of the target know no such key."""
    return {
        "code": one.code,
        "sort_order": one.sort_order,
        "attributes": [attribute.code for attribute in structure.attributes_by_group.get(one.code, ())],
        "labels": _labels(one.labels, structure),
        **({} if one.counts_for_quality else {"counts_for_quality": False}),
    }


def family(one: Family, structure: Structure) -> Plain:
    return {
        "code": one.code,
        "attributes": sorted(one.attributes),
        "attribute_as_label": one.attribute_as_label,
        "attribute_as_image": one.attribute_as_image,
        "attribute_requirements": {channel: sorted(codes) for channel, codes in sorted(one.requirements.items())},
        "labels": _labels(one.labels, structure),
    }


def family_variant(one: FamilyVariant, structure: Structure) -> Plain:
    return {
        "code": one.code,
        "labels": _labels(one.labels, structure),
        "variant_attribute_sets": sets_of(one.levels),
    }


def category(
    one: Category,
    structure: Structure,
    *,
    with_position: bool = False,
    values: Mapping[int, Values] | None = None,
) -> Plain:
    """Labels of all locales, activated or not: categories are the exception.

    `values` are those of many categories, by id; without, they are not printed.
    """
    printed: Plain = {
        "code": one.code,
        "parent": one.parent,
        "updated": clock.iso(one.updated),
        "labels": dict(one.labels),
    }
    if with_position:
        printed["position"] = structure.category_section.ranks[one.code]
    if values is not None:
        printed["values"] = {slot.key: _category_value(slot, data) for slot, data in values.get(one.id, {}).items()}
    return printed


def _category_value(slot: Slot, data: Data) -> Plain:
    return {
        "data": data,
        "type": slot.attribute.type,
        "channel": slot.channel,
        "locale": slot.locale,
        "attribute_code": slot.attribute.key,
    }


def channel(one: Channel, structure: Structure) -> Plain:
    return {
        "code": one.code,
        "currencies": list(one.currencies),
        "locales": list(one.locales),
        "category_tree": one.category_tree,
        "conversion_units": dict(one.conversion_units),
        "labels": _labels(one.labels, structure),
    }


def association_type(one: AssociationType, structure: Structure) -> Plain:
    return {
        "code": one.code,
        "labels": _labels(one.labels, structure),
        "is_two_way": one.is_two_way,
        "is_quantified": one.is_quantified,
    }


def group(one: Group, structure: Structure) -> Plain:
    return {"code": one.code, "labels": _labels(one.labels, structure)}


def locale(one: Locale, structure: Structure) -> Plain:
    return {"code": one.code, "enabled": structure.locales[one.code]}


def currency(one: Currency, structure: Structure) -> Plain:
    return {"code": one.code, "enabled": one.enabled}


def measure_family(one: MeasurementFamily, structure: Structure) -> Plain:
    """The older form: operators as keys, so repeated ones collapse and their order is lost."""
    return {
        "code": one.code,
        "standard": one.standard_unit_code,
        "units": [
            {"code": unit.code, "convert": dict(unit.convert_from_standard), "symbol": unit.symbol}
            for unit in one.units.values()
        ],
    }


def measurement_family(one: MeasurementFamily) -> Plain:
    return {
        "code": one.code,
        "labels": dict(one.labels),
        "standard_unit_code": one.standard_unit_code,
        "units": {code: _unit(unit) for code, unit in one.units.items()},
    }


def _unit(unit: Unit) -> Plain:
    return {
        "code": unit.code,
        "labels": dict(unit.labels),
        "convert_from_standard": [
            {"operator": operator, "value": value} for operator, value in unit.convert_from_standard
        ],
        "symbol": unit.symbol,
    }


def removal(one: Removal) -> Plain:
    """What a removal would do: an answer of ours, for `dry_run`."""
    return {
        "code": one.code,
        "uses": [
            {"what": use.what, "count": use.count, "more": use.more, "examples": list(use.examples)} for use in one.uses
        ],
    }


def encode(plain: Plain) -> bytes:
    return orjson.dumps(plain)


def tag(plain: Plain) -> str:
    """Give the tag of a record as it is printed: what others contribute to it, such as active locales, counts too."""
    return tag_of(encode(plain))


def _day(value: date | None) -> str | None:
    return None if value is None else f"{value.isoformat()}T00:00:00+00:00"


def _decimal(value: Decimal | None, places: int) -> str | None:
    return None if value is None else f"{value:.{places}f}"


def _labels(labels: Mapping[str, str], structure: Structure) -> dict[str, str]:
    active = structure.active_locales
    return {locale: text for locale, text in labels.items() if text and locale in active}


Printer = Callable[[Any, Structure], Plain]
