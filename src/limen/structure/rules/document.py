"""The whole structure as one plain document: what `limen structure export` writes and `apply` reads. Pure.

An entry has the properties that the API has, under its code; what stands at its default is left out, so that a
document is short and two of them can be compared line by line. Options stand in their attribute, family variants
in their family, categories below their parent, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from limen.kit.errors import Violation
from limen.structure.rules.association_types import ASSOCIATION_TYPE, GROUP
from limen.structure.rules.attribute_groups import ATTRIBUTE_GROUP
from limen.structure.rules.attributes import ATTRIBUTE
from limen.structure.rules.categories import CATEGORY
from limen.structure.rules.channels import CHANNEL
from limen.structure.rules.draft import Draft
from limen.structure.rules.families import FAMILY
from limen.structure.rules.nouns import Noun
from limen.structure.rules.options import OPTION, Option
from limen.structure.rules.records import IDENTIFIER, Category, MeasurementFamily, Section, Structure, Unit

Entry = dict[str, Any]
Document = dict[str, Any]
# An entry's place in a document: ("attributes", "color", "options", "red").
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One section of a document. `apart` are properties that stand elsewhere, or that the document does not hold."""

    section: str
    noun: Noun
    records: Callable[[Structure], Section[Any]]
    defaults: Callable[[Structure, Entry], Draft]
    apart: frozenset[str] = frozenset()


def _attribute_defaults(structure: Structure, entry: Entry) -> Draft:
    blank = ATTRIBUTE.blank(structure)
    return {**blank, "unique": entry.get("type") == IDENTIFIER}


def _family_defaults(structure: Structure, entry: Entry) -> Draft:
    return {**FAMILY.blank(structure), "attribute_requirements": {}}


def _blank_of(noun: Noun) -> Callable[[Structure, Entry], Draft]:
    return lambda structure, entry: noun.blank(structure)


# In the order of applying: each may name what stands before it.
KINDS = (
    Kind(
        "attribute_groups",
        ATTRIBUTE_GROUP,
        lambda structure: structure.attribute_group_section,
        _blank_of(ATTRIBUTE_GROUP),
        apart=frozenset({"attributes"}),
    ),
    Kind(
        "attributes",
        ATTRIBUTE,
        lambda structure: structure.attribute_section,
        _attribute_defaults,
        apart=frozenset({"required"}),
    ),
    Kind(
        "association_types",
        ASSOCIATION_TYPE,
        lambda structure: structure.association_type_section,
        _blank_of(ASSOCIATION_TYPE),
    ),
    Kind(
        "categories",
        CATEGORY,
        lambda structure: structure.category_section,
        _blank_of(CATEGORY),
        apart=frozenset({"parent"}),
    ),
    Kind("channels", CHANNEL, lambda structure: structure.channel_section, _blank_of(CHANNEL)),
    Kind("families", FAMILY, lambda structure: structure.family_section, _family_defaults),
    Kind("groups", GROUP, lambda structure: structure.group_section, _blank_of(GROUP)),
)
