"""The resources of the catalogue's structure that follow the common road."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from limen.kit.errors import Malformed, Unprocessable
from limen.kit.http.endpoint import ApiRequest
from limen.kit.text import fold
from limen.structure import queries, wire
from limen.structure.api.resources import Resource, Test
from limen.structure.rules.records import Structure
from limen.structure.rules.search import CODES, FLAG, UPDATED, Criterion, Filter


def _codes(criterion: Criterion, structure: Structure) -> Test:
    assert isinstance(criterion.value, frozenset)
    wanted = {fold(code) for code in criterion.value}
    return lambda one: fold(one.code) in wanted


def _updated(criterion: Criterion, structure: Structure) -> Test:
    since = criterion.value
    assert isinstance(since, datetime)
    # To the second, as it is printed: what a client has seen is not new to it.
    return lambda one: one.updated.replace(microsecond=0) > since


def _type(criterion: Criterion, structure: Structure) -> Test:
    assert isinstance(criterion.value, frozenset)
    wanted = criterion.value
    return lambda one: one.type in wanted


def _flag(read: Callable[[Any, Structure], bool]) -> Callable[[Criterion, Structure], Test]:
    return lambda criterion, structure: lambda one: read(one, structure) is criterion.value


def _has_products(criterion: Criterion, structure: Structure) -> Test:
    with_products = queries.families_with_products()
    return lambda one: (one.id in with_products) is criterion.value


def _below(criterion: Criterion, structure: Structure) -> Test:
    parent = structure.category(str(criterion.value))
    if parent is None:
        raise Malformed(f'The category "{criterion.value}", filtered by, does not exist.')
    below = structure.descendants(parent.code) - {parent.code}
    return lambda one: one.code in below


_TRUE = {"true", "1", "on", "yes"}


def _category_options(request: ApiRequest) -> Mapping[str, bool]:
    return {
        "with_position": request.GET.get("with_position", "").lower() in _TRUE,
        "with_values": request.GET.get("with_enriched_attributes", "").lower() in _TRUE,
    }


ATTRIBUTES = Resource(
    path="attributes",
    name="pim_api_attribute",
    title="Attribute",
    noun="attribute",
    anchor="attributes",
    section=lambda structure: structure.attribute_section,
    printed=wire.attribute,
    filters={"code": CODES, "type": CODES, "updated": UPDATED, "is_main_identifier": FLAG},
    tests={
        "code": _codes,
        "type": _type,
        "updated": _updated,
        "is_main_identifier": _flag(lambda one, structure: bool(one.is_main_identifier)),
    },
)

ATTRIBUTE_GROUPS = Resource(
    path="attribute-groups",
    name="pim_api_attribute_group",
    title="Attribute group",
    noun="attribute_group",
    anchor="attribute_groups",
    section=lambda structure: structure.attribute_group_section,
    printed=wire.attribute_group,
    filters={"code": CODES, "updated": UPDATED},
    tests={"code": _codes, "updated": _updated},
)

FAMILIES = Resource(
    path="families",
    name="pim_api_family",
    title="Family",
    noun="family",
    anchor="families",
    section=lambda structure: structure.family_section,
    printed=wire.family,
    filters={"code": CODES, "updated": UPDATED, "has_products": FLAG},
    tests={"code": _codes, "updated": _updated, "has_products": _has_products},
)

ASSOCIATION_TYPES = Resource(
    path="association-types",
    name="pim_api_association_type",
    title="Association type",
    noun="association_type",
    anchor="association_types",
    section=lambda structure: structure.association_type_section,
    printed=wire.association_type,
)

CATEGORIES = Resource(
    path="categories",
    name="pim_api_category",
    title="Category",
    noun="category",
    anchor="categories",
    section=lambda structure: structure.category_section,
    printed=wire.category,
    filters={"code": CODES, "parent": Filter("=", "code"), "is_root": FLAG, "updated": UPDATED},
    tests={
        "code": _codes,
        "parent": _below,
        "is_root": _flag(lambda one, structure: one.parent is None),
        "updated": _updated,
    },
    options=_category_options,
)

CHANNELS = Resource(
    path="channels",
    name="pim_api_channel",
    title="Channel",
    noun="channel",
    anchor="channels",
    section=lambda structure: structure.channel_section,
    printed=wire.channel,
)

LOCALES = Resource(
    path="locales",
    name="pim_api_locale",
    title="Locale",
    section=lambda structure: structure.locale_section,
    printed=wire.locale,
    filters={"enabled": FLAG},
    tests={"enabled": _flag(lambda one, structure: structure.locales[one.code])},
    search_refusal=Unprocessable,
)

CURRENCIES = Resource(
    path="currencies",
    name="pim_api_currency",
    title="Currency",
    section=lambda structure: structure.currency_section,
    printed=wire.currency,
    filters={"enabled": FLAG},
    tests={"enabled": _flag(lambda one, structure: bool(one.enabled))},
    search_refusal=Unprocessable,
)

MEASURE_FAMILIES = Resource(
    path="measure-families",
    name="legacy_pim_api_measure_family",
    title="Measure family",
    section=lambda structure: structure.measurement_family_section,
    printed=wire.measure_family,
    list_permission=None,
)
