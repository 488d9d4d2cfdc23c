"""The catalogue's structure as frozen values: what products are judged by, and what the API prints."""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Generic, Protocol, Self, TypeVar

from limen.kit.text import fold

Labels = Mapping[str, str]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

IDENTIFIER = "pim_catalog_identifier"
TEXT = "pim_catalog_text"
TEXTAREA = "pim_catalog_textarea"
NUMBER = "pim_catalog_number"
BOOLEAN = "pim_catalog_boolean"
DATE = "pim_catalog_date"
SIMPLE_SELECT = "pim_catalog_simpleselect"
MULTI_SELECT = "pim_catalog_multiselect"
PRICE = "pim_catalog_price_collection"
METRIC = "pim_catalog_metric"
FILE = "pim_catalog_file"
IMAGE = "pim_catalog_image"
REFERENCE_SIMPLE = "pim_reference_data_simpleselect"
REFERENCE_MULTI = "pim_reference_data_multiselect"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`labels` and `guidelines` hold every stored locale, activated or not."""

    id: int
    code: str
    type: str
    group: str = "other"
    unique: bool = False
    localizable: bool = False
    scopable: bool = False
    available_locales: frozenset[str] = frozenset()
    max_characters: int | None = None
    validation_rule: str | None = None
    validation_regexp: str | None = None
    wysiwyg_enabled: bool | None = None
    number_min: Decimal | None = None
    number_max: Decimal | None = None
    decimals_allowed: bool | None = None
    negative_allowed: bool | None = None
    date_min: date | None = None
    date_max: date | None = None
    metric_family: str | None = None
    default_metric_unit: str | None = None
    allowed_extensions: tuple[str, ...] = ()
    max_file_size: Decimal | None = None
    minimum_input_length: int | None = None
    sort_order: int = 0
    labels: Labels = field(default_factory=dict)
    guidelines: Labels = field(default_factory=dict)
    auto_option_sorting: bool | None = None
    default_value: bool | None = None
    reference_data_name: str | None = None
    useable_as_grid_filter: bool = False
    is_main_identifier: bool = False
    updated: datetime = EPOCH


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """`counts_for_quality`: its attributes count for the quality score even where they are not required."""

    id: int
    code: str
    sort_order: int = 0
    labels: Labels = field(default_factory=dict)
    updated: datetime = EPOCH
    counts_for_quality: bool = True


@dataclass(frozen=True, slots=True)
class Family:
    """`requirements`: channel code → codes of required attributes; a channel without any is absent."""

    id: int
    code: str
    attributes: frozenset[str]
    attribute_as_label: str
    attribute_as_image: str | None = None
    requirements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    updated: datetime = EPOCH


@dataclass(frozen=True, slots=True)
class VariantLevel:
    """`axes` are among the `attributes`; both in stored order."""

    axes: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyVariant:
    """How products of a family vary: `levels` from the outermost to that of the products themselves.

    What the family has and no level, is common to all.
    """

    id: int
    code: str
    family: str
    levels: tuple[VariantLevel, ...]
    labels: Labels = field(default_factory=dict)
    updated: datetime = EPOCH

    @property
    def axes(self) -> tuple[str, ...]:
        """Those of all levels."""
        return tuple(code for level in self.levels for code in level.axes)


@dataclass(frozen=True, slots=True)
class Channel:
    """`conversion_units`: attribute code → unit code. Locales and currencies in stored order."""

    id: int
    code: str
    locales: tuple[str, ...]
    currencies: tuple[str, ...]
    category_tree: str
    conversion_units: Mapping[str, str] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Category:
    """`root` is the code of its tree, its own for a root; `position` orders siblings, with gaps."""

    id: int
    code: str
    parent: str | None
    root: str
    position: int = 0
    labels: Labels = field(default_factory=dict)
    updated: datetime = EPOCH


@dataclass(frozen=True, slots=True)
class AssociationType:
    id: int
    code: str
    is_two_way: bool = False
    is_quantified: bool = False
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of products."""

    id: int
    code: str
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """`convert_from_standard`: (operator, value) pairs that turn this unit INTO the standard one, in order.

    The name is the wire's. Values are decimal texts, kept as they were written.
    """

    code: str
    symbol: str
    convert_from_standard: tuple[tuple[str, str], ...]
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasurementFamily:
    """`units` in stored order; the standard unit is not necessarily the first."""

    id: int
    code: str
    standard_unit_code: str
    units: Mapping[str, Unit]
    labels: Labels = field(default_factory=dict)

    def to_standard(self, amount: Decimal, unit_code: str) -> Decimal:
        """Convert an amount of one of the units into the standard unit. KeyError for a unit it has not."""
        for operator, text in self.units[unit_code].convert_from_standard:
            value = Decimal(text)
            if operator == "mul":
                amount *= value
            elif operator == "div":
                amount /= value
            elif operator == "add":
                amount += value
            else:
                amount -= value
        return amount


@dataclass(frozen=True, slots=True)
class Locale:
    code: str


@dataclass(frozen=True, slots=True)
class Currency:
    code: str
    enabled: bool


class Coded(Protocol):
    @property
    def code(self) -> str: ...


R = TypeVar("R", bound=Coded)


@dataclass(frozen=True)
class Section(Generic[R]):
    """All records of one kind, by code and by folded code. Shared by snapshots until one of them changes."""

    records: Mapping[str, R]
    by_folded: Mapping[str, R]

    @classmethod
    def of(cls, records: Iterable[R]) -> Self:
        found = list(records)
        return cls({one.code: one for one in found}, {fold(one.code): one for one in found})

    def find(self, code: str) -> R | None:
        """Look up whatever the case; the spelling as stored is tried first."""
        return self.records.get(code) or self.by_folded.get(fold(code))

    def with_changed(self, changed: Sequence[R], gone: Collection[str] = ()) -> Self:
        """Give the section with these records new or anew, and without those of the codes `gone`."""
        if not changed and not gone:
            return self
        new = type(self).of(changed)
        records, by_folded = {**self.records, **new.records}, {**self.by_folded, **new.by_folded}
        for code in gone:
            records.pop(code, None)
            by_folded.pop(fold(code), None)
        return type(self)(records, by_folded)

    @cached_property
    def in_order(self) -> tuple[R, ...]:
        """By code, case ignored: the order of every list of the API but the categories'."""
        return tuple(one for _, one in sorted(self.by_folded.items()))

    def cursor(self, one: R) -> str:
        """Name the place of a record in the order, for `behind`."""
        return one.code

    def behind(self, records: Sequence[R], cursor: str) -> Sequence[R]:
        """Give those of some records, in their order, that come behind a place, whether or not that is still taken.

        ValueError for a text that names no place.
        """
        return records[bisect_right(records, fold(cursor), key=lambda one: fold(one.code)) :]


@dataclass(frozen=True)
class CategorySection(Section[Category]):
    @cached_property
    def children(self) -> Mapping[str | None, tuple[Category, ...]]:
        """Parent code (None: the roots) → its children, first to last."""
        found: dict[str | None, list[Category]] = {}
        for one in sorted(self.records.values(), key=lambda one: (one.position, one.id)):
            found.setdefault(one.parent, []).append(one)
        return {parent: tuple(ones) for parent, ones in found.items()}

    @cached_property
    def branches(self) -> dict[str, frozenset[str]]:
        """What `branch` has given so far."""
        return {}

    def branch(self, code: str) -> frozenset[str]:
        """Codes of a category and of all below it. At 50,000 categories the whole tree takes 17 ms, once."""
        if code not in self.branches:
            self.branches[code] = frozenset([code, *(one.code for one in self.below(code))])
        return self.branches[code]

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Code → place among its siblings, from 1; every root has 1."""
        return {
            one.code: 1 if parent is None else rank
            for parent, ones in self.children.items()
            for rank, one in enumerate(ones, 1)
        }

    def below(self, code: str | None) -> Iterator[Category]:
        """Everything below a category (None: below nothing, so all), depth first, without itself."""
        waiting = list(reversed(self.children.get(code, ())))
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(self.children.get(one.code, ())))

    @cached_property
    def in_order(self) -> tuple[Category, ...]:
        """Tree by tree, parents before their children."""
        return tuple(self.below(None))

    def cursor(self, one: Category) -> str:
        """The way to it from its root, so that a page goes on at the right place also where it has been removed."""
        return ",".join(f"{position}:{id}" for position, id in self._way(one))

    def behind(self, records: Sequence[Category], cursor: str) -> Sequence[Category]:
        if not re.fullmatch(r"-?[0-9]{1,19}:[0-9]{1,19}(,-?[0-9]{1,19}:[0-9]{1,19})*", cursor):
            raise ValueError(cursor)
        way = [(int(position), int(id)) for position, id in (step.split(":") for step in cursor.split(","))]
        return records[bisect_right(records, way, key=self._way) :]

    def _way(self, one: Category) -> list[tuple[int, int]]:
        way: list[tuple[int, int]] = []
        found: Category | None = one
        while found is not None:
            way.insert(0, (found.position, found.id))
            found = self.records[found.parent] if found.parent else None
        return way


@dataclass(frozen=True)
class Structure:
    """The whole structure at one version. `structure.attribute("NAME")` finds `name`; `.attributes` is exact."""

    version: int
    options_version: int
    attribute_section: Section[Attribute]
    attribute_group_section: Section[AttributeGroup]
    family_section: Section[Family]
    channel_section: Section[Channel]
    category_section: CategorySection
    association_type_section: Section[AssociationType]
    group_section: Section[Group]
    measurement_family_section: Section[MeasurementFamily]
    locale_section: Section[Locale]
    currency_section: Section[Currency]
    family_variant_section: Section[FamilyVariant]

    @classmethod
    def of(
        cls,
        *,
        attributes: Iterable[Attribute] = (),
        attribute_groups: Iterable[AttributeGroup] = (),
        families: Iterable[Family] = (),
        channels: Iterable[Channel] = (),
        categories: Iterable[Category] = (),
        association_types: Iterable[AssociationType] = (),
        groups: Iterable[Group] = (),
        measurement_families: Iterable[MeasurementFamily] = (),
        locales: Iterable[str] = (),
        currencies: Mapping[str, bool] | None = None,
        family_variants: Iterable[FamilyVariant] = (),
        version: int = 0,
        options_version: int = 0,
    ) -> Structure:
        return cls(
            version,
            options_version,
            Section.of(attributes),
            Section.of(attribute_groups),
            Section.of(families),
            Section.of(channels),
            CategorySection.of(categories),
            Section.of(association_types),
            Section.of(groups),
            Section.of(measurement_families),
            Section.of(Locale(code) for code in locales),
            Section.of(Currency(code, enabled) for code, enabled in (currencies or {}).items()),
            Section.of(family_variants),
        )

    def with_options_version(self, options_version: int) -> Structure:
        if options_version == self.options_version:
            return self
        # A copy, not `replace`: what was computed from the sections stays computed.
        same = copy.copy(self)
        object.__setattr__(same, "options_version", options_version)
        return same

    # By code as stored

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        return self.attribute_section.records

    @property
    def attribute_groups(self) -> Mapping[str, AttributeGroup]:
        return self.attribute_group_section.records

    @property
    def families(self) -> Mapping[str, Family]:
        return self.family_section.records

    @property
    def family_variants(self) -> Mapping[str, FamilyVariant]:
        return self.family_variant_section.records

    @property
    def channels(self) -> Mapping[str, Channel]:
        return self.channel_section.records

    @property
    def categories(self) -> Mapping[str, Category]:
        return self.category_section.records

    @property
    def association_types(self) -> Mapping[str, AssociationType]:
        return self.association_type_section.records

    @property
    def groups(self) -> Mapping[str, Group]:
        return self.group_section.records

    @property
    def measurement_families(self) -> Mapping[str, MeasurementFamily]:
        return self.measurement_family_section.records

    @cached_property
    def locales(self) -> Mapping[str, bool]:
        """Every known locale → whether a channel has it."""
        active = self.active_locales
        return {one.code: one.code in active for one in self.locale_section.in_order}

    @cached_property
    def currencies(self) -> Mapping[str, bool]:
        """Every known currency → whether it is enabled."""
        return {one.code: one.enabled for one in self.currency_section.in_order}

    # Whatever the case

    def attribute(self, code: str) -> Attribute | None:
        return self.attribute_section.find(code)

    def attribute_group(self, code: str) -> AttributeGroup | None:
        return self.attribute_group_section.find(code)

    def family(self, code: str) -> Family | None:
        return self.family_section.find(code)

    def family_variant(self, code: str) -> FamilyVariant | None:
        return self.family_variant_section.find(code)

    def channel(self, code: str) -> Channel | None:
        return self.channel_section.find(code)

    def category(self, code: str) -> Category | None:
        return self.category_section.find(code)

    def association_type(self, code: str) -> AssociationType | None:
        return self.association_type_section.find(code)

    def group(self, code: str) -> Group | None:
        return self.group_section.find(code)

    def measurement_family(self, code: str) -> MeasurementFamily | None:
        return self.measurement_family_section.find(code)

    def locale(self, code: str) -> str | None:
        """Give the locale's code as stored: `en_us` → `en_US`."""
        found = self.locale_section.find(code)
        return found.code if found else None

    def currency(self, code: str) -> str | None:
        found = self.currency_section.find(code)
        return found.code if found else None

    # Derived

    @cached_property
    def main_identifier(self) -> Attribute:
        """The one attribute that identifies products. LookupError before the installation made it."""
        for attribute in self.attributes.values():
            if attribute.is_main_identifier:
                return attribute
        raise LookupError("No main identifier: the installation has not been made.")

    @cached_property
    def active_locales(self) -> frozenset[str]:
        """Locales of at least one channel."""
        return frozenset(locale for channel in self.channels.values() for locale in channel.locales)

    @cached_property
    def active_currencies(self) -> frozenset[str]:
        """Currencies of at least one channel."""
        return frozenset(currency for channel in self.channels.values() for currency in channel.currencies)

    @cached_property
    def attributes_by_group(self) -> Mapping[str, tuple[Attribute, ...]]:
        """Attribute group code → its attributes by sort order, then code."""
        found: dict[str, list[Attribute]] = {}
        for one in sorted(self.attribute_section.in_order, key=lambda one: one.sort_order):
            found.setdefault(one.group, []).append(one)
        return {group: tuple(ones) for group, ones in found.items()}

    @cached_property
    def variants_by_family(self) -> Mapping[str, tuple[FamilyVariant, ...]]:
        """Family code → its variants by code; a family without any is absent."""
        return _grouped((one.family, one) for one in self.family_variant_section.in_order)

    @cached_property
    def variants_by_axis(self) -> Mapping[str, tuple[FamilyVariant, ...]]:
        """Attribute code → the variants that it is an axis of."""
        return _grouped((axis, one) for one in self.family_variant_section.in_order for axis in one.axes)

    def descendants(self, category_code: str) -> frozenset[str]:
        """Codes of a category and all below it; empty when there is no such category."""
        category = self.category(category_code)
        return self.category_section.branch(category.code) if category else frozenset()


def _grouped(pairs: Iterable[tuple[str, FamilyVariant]]) -> Mapping[str, tuple[FamilyVariant, ...]]:
    found: dict[str, list[FamilyVariant]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return {key: tuple(ones) for key, ones in found.items()}
