"""What stands in the way of a removal, and what it takes along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from limen.structure.rules.attribute_groups import OTHER
from limen.structure.rules.records import (
    Attribute,
    AttributeGroup,
    Category,
    Channel,
    Coded,
    Family,
    MeasurementFamily,
    Structure,
)

MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Use:
    """`what` are the users in the plural ("families"), `examples` at most five of their codes.

    `blocks` says that a removal is refused because of it; without, it takes the use along. `more` says that
    counting stopped at `count`.
    """

    what: str
    count: int
    examples: tuple[str, ...]
    blocks: bool
    more: bool = False

    def told(self) -> str:
        """`3 families (chairs, sofas, …)`"""
        shown = ", ".join(self.examples) + (", …" if self.count > len(self.examples) else "")
        number = f"more than {self.count}" if self.more else str(self.count)
        return f"{number} {self.what} ({shown})" if self.examples else f"{number} {self.what}"


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed, or with `dry_run` would be; `uses` are those of before."""

    code: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Remains:
    """What products and models may still hold though it is removed; of options, by the code of their attribute."""

    options: Mapping[str, frozenset[str]]
    categories: frozenset[str]
    groups: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.options or self.categories or self.groups)


NOTHING_REMAINS = Remains({}, frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Subject:
    """What a removal is about, for the rooms above: they know records by code or by id.

    A category stands for all below it too, so there can be many. `attribute` is set for an option.
    """

    resource: str
    codes: tuple[str, ...]
    ids: tuple[int, ...]
    attribute: Attribute | None = None


@dataclass(frozen=True, slots=True)
class Removable:
    """How records of one kind are removed.

    `uses` gives what the structure itself makes of a record; `why_it_stays` a reason beside its uses. `cleaned`
    says that products hold its code: they are cleaned of it afterwards, and until then the code stays taken.
    """

    name: str
    find: Callable[[Structure, str], Any]
    uses: Callable[[Any, Structure], Iterable[Use]] = lambda one, structure: ()
    why_it_stays: Callable[[Any, Structure], str | None] = lambda one, structure: None
    cleaned: bool = True


def use_of(what: str, users: Iterable[Coded], *, blocks: bool = False) -> Iterator[Use]:
    """One use by these records, none when there are none."""
    codes = sorted(one.code for one in users)
    if codes:
        yield Use(what, len(codes), tuple(codes[:MOST_EXAMPLES]), blocks)


def subject_of(resource: str, one: Any, structure: Structure) -> Subject:
    if isinstance(one, Category):
        branch = [one, *structure.category_section.below(one.code)]
        return Subject(resource, tuple(part.code for part in branch), tuple(part.id for part in branch))
    return Subject(resource, (one.code,), (one.id,))


def refusal(name: str, code: str, uses: Iterable[Use], reason: str | None = None) -> str | None:
    """The sentence that refuses a removal, None when nothing is in its way."""
    blocking = [use.told() for use in uses if use.blocks]
    if reason is None and not blocking:
        return None
    because = reason or f"It is used by {' and '.join(blocking)}."
    return f'The {name} "{code}" cannot be removed. {because}'


def _attribute_uses(one: Attribute, structure: Structure) -> Iterator[Use]:
    families = structure.families.values()
    yield from use_of("families as their label", (f for f in families if f.attribute_as_label == one.code), blocks=True)
    converting = (channel for channel in structure.channels.values() if one.code in channel.conversion_units)
    yield from use_of("family variants as an axis", structure.variants_by_axis.get(one.code, ()), blocks=True)
    yield from use_of("channels that convert its unit", converting, blocks=True)
    yield from use_of("families", (family for family in families if one.code in family.attributes))


def _main_identifier(one: Attribute, structure: Structure) -> str | None:
    return "It is the main identifier of products." if one.is_main_identifier else None


def _family_uses(one: Family, structure: Structure) -> Iterator[Use]:
    return use_of("family variants", structure.variants_by_family.get(one.code, ()), blocks=True)


def _group_uses(one: AttributeGroup, structure: Structure) -> Iterator[Use]:
    return use_of("attributes", structure.attributes_by_group.get(one.code, ()), blocks=True)


def _group_of_the_rest(one: AttributeGroup, structure: Structure) -> str | None:
    return "Attributes without another group are in it." if one.code == OTHER else None


def _category_uses(one: Category, structure: Structure) -> Iterator[Use]:
    linked = (channel for channel in structure.channels.values() if channel.category_tree == one.code)
    yield from use_of("channels as their tree", linked, blocks=True)
    yield from use_of("categories below it", structure.category_section.below(one.code))


def _channel_uses(one: Channel, structure: Structure) -> Iterator[Use]:
    return use_of("families", (family for family in structure.families.values() if one.code in family.requirements))


def _last_channel(one: Channel, structure: Structure) -> str | None:
    return "It is the last channel." if len(structure.channels) == 1 else None


def _measurement_uses(one: MeasurementFamily, structure: Structure) -> Iterator[Use]:
    users = (attribute for attribute in structure.attributes.values() if attribute.metric_family == one.code)
    return use_of("attributes", users, blocks=True)


REMOVABLES: Mapping[str, Removable] = {
    "attribute": Removable("attribute", Structure.attribute, _attribute_uses, _main_identifier),
    "attribute_group": Removable(
        "attribute group", Structure.attribute_group, _group_uses, _group_of_the_rest, cleaned=False
    ),
    "family": Removable("family", Structure.family, _family_uses, cleaned=False),
    "family_variant": Removable("family variant", Structure.family_variant, cleaned=False),
    "association_type": Removable("association type", Structure.association_type),
    "category": Removable("category", Structure.category, _category_uses),
    "channel": Removable("channel", Structure.channel, _channel_uses, _last_channel),
    "group": Removable("group", Structure.group),
    "measurement_family": Removable(
        "measurement family", Structure.measurement_family, _measurement_uses, cleaned=False
    ),
}
