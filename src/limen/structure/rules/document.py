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
_BY_SECTION = {kind.section: kind for kind in KINDS}
SECTIONS = ("currencies", "measurement_families", *_BY_SECTION)

# What stands below an entry, and is an entry itself.
_NESTED = {"attributes": "options", "categories": "children"}


def document_of(structure: Structure, options: Mapping[str, Iterable[Option]]) -> Document:
    """Give the document of a structure. `options`: attribute code → its options, in their order."""
    document: Document = {
        "currencies": [code for code, enabled in structure.currencies.items() if enabled],
        "measurement_families": {one.code: _measurement(one) for one in structure.measurement_family_section.in_order},
    }
    for kind in KINDS:
        if kind.noun is CATEGORY:
            document[kind.section] = _branch(kind, None, structure)
        else:
            document[kind.section] = {
                one.code: _entry(kind, one, structure) for one in kind.records(structure).in_order
            }
    for code, ones in options.items():
        entries = {}
        for place, one in enumerate(ones, 1):
            order = {"sort_order": one.sort_order} if one.sort_order != place else {}
            entries[one.code] = {**order, **({"labels": dict(one.labels)} if one.labels else {})}
        if entries and code in document["attributes"]:
            document["attributes"][code]["options"] = entries
    return document


def _entry(kind: Kind, one: Any, structure: Structure) -> Entry:
    draft = kind.noun.draft_of(one, structure)
    defaults = kind.defaults(structure, draft)
    left_out = kind.apart | {"code"}
    return {
        name: _plain(value) for name, value in draft.items() if name not in left_out and value != defaults.get(name)
    }


def _branch(kind: Kind, parent: str | None, structure: Structure) -> Entry:
    return {one.code: _node(kind, one, structure) for one in structure.category_section.children.get(parent, ())}


def _node(kind: Kind, one: Category, structure: Structure) -> Entry:
    below = _branch(kind, one.code, structure)
    return {**_entry(kind, one, structure), **({"children": below} if below else {})}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def _measurement(one: MeasurementFamily) -> Entry:
    return {
        **({"labels": dict(one.labels)} if one.labels else {}),
        "standard_unit_code": one.standard_unit_code,
        "units": {code: _unit(unit) for code, unit in one.units.items()},
    }


def _unit(unit: Unit) -> Entry:
    return {
        **({"symbol": unit.symbol} if unit.symbol else {}),
        "convert_from_standard": [{operator: value} for operator, value in unit.convert_from_standard],
        **({"labels": dict(unit.labels)} if unit.labels else {}),
    }


# Reading a document


# Every entry of a document by its place, in the order of applying, without what stands below it.
# Options have their `sort_order`, categories their `parent` and `place` among their siblings, from 1.
Flat = dict[Place, Entry]


def flatten(document: object) -> tuple[Flat, list[Violation]]:
    """Give the entries of a document, and what is wrong with its shape."""
    flat, wrong = Flat(), list[Violation]()
    if not isinstance(document, dict):
        return flat, [Violation("", "document.shape", "The file must be a map of sections, such as attributes.")]
    for name in document:
        if name not in SECTIONS:
            message = f'There is no section "{name}". There are: {", ".join(SECTIONS)}.'
            wrong.append(Violation(name, "section.unknown", message))
    for section in SECTIONS:
        if section not in document:
            continue
        if section == "currencies":
            flat[section,] = {"enabled": document[section]}
        else:
            wrong.extend(_flatten_into(flat, (section,), document[section]))
    return flat, wrong


def _flatten_into(flat: Flat, place: Place, entries: object, **inherited: Any) -> Iterator[Violation]:
    if not isinstance(entries, dict):
        yield Violation(".".join(place), "section.shape", "Codes are expected here, each with its properties below it.")
        return
    nested = _NESTED.get(place[0])
    for number, (code, given) in enumerate(entries.items(), 1):
        here = (place[0], code) if nested == "children" else (*place, code)
        # A code with nothing below it has nothing but defaults.
        if not isinstance(given, dict | None):
            yield Violation(".".join(here), "entry.shape", "Properties are expected here, such as labels.")
            continue
        if here in flat:
            yield Violation(".".join(here), "entry.twice", f'The code "{code}" stands here for the second time.')
            continue
        entry = dict(given or {})
        below = entry.pop(nested, None) if nested and len(here) == 2 else None
        flat[here] = _completed(here, entry, number, inherited)
        if below is not None and nested == "children":
            yield from _flatten_into(flat, place, below, parent=code)
        elif below is not None:
            yield from _flatten_into(flat, (*here, "options"), below)


def _completed(place: Place, entry: Entry, number: int, inherited: Entry) -> Entry:
    if place[0] == "categories":
        return {**entry, "parent": inherited.get("parent"), "place": number}
    return {"sort_order": number, **entry} if len(place) == 4 else entry


def body_of(place: Place, entry: Entry, stored: Entry | None, structure: Structure) -> Entry:
    """Give what the API would be sent to make an entry what the document says, and nothing else."""
    if place[0] == "measurement_families":
        return _measurement_body(place[1], entry)
    kind = _BY_SECTION[place[0]]
    if len(place) == 4:
        defaults, apart = OPTION.blank(structure), frozenset({"attribute"})
    else:
        defaults, apart = kind.defaults(structure, entry), kind.apart - {"parent"}
    given = {name: value for name, value in entry.items() if name != "place"}
    rest = {name: _plain(value) for name, value in defaults.items() if name not in apart | {"code"} | given.keys()}
    # What was written comes first: the first wrong shape answers, and it should be one of theirs.
    body = given | rest
    for name, default in defaults.items():
        before = (stored or {}).get(name)
        if isinstance(default, dict) and isinstance(before, dict) and isinstance(body[name], dict):
            gone: Any = [] if name == "attribute_requirements" else None
            body[name] = {**dict.fromkeys(before, gone), **body[name]}
    return body


def _measurement_body(code: str, entry: Entry) -> Entry:
    units = entry.get("units")
    if not isinstance(units, dict):
        return {**entry, "code": code}
    return {**entry, "code": code, "units": {unit: _unit_body(unit, one) for unit, one in units.items()}}


def _unit_body(code: str, given: object) -> object:
    if not isinstance(given, dict):
        return given
    steps = given.get("convert_from_standard")
    if not isinstance(steps, list) or not all(isinstance(one, dict) for one in steps):
        return {**given, "code": code}
    written = [{"operator": operator, "value": str(value)} for one in steps for operator, value in one.items()]
    return {**given, "code": code, "convert_from_standard": written}


# Comparing two


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` is None for an entry that is new, `after` for one that is gone."""

    place: Place
    before: Entry | None
    after: Entry | None

    @property
    def verb(self) -> str:
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "change"

    def properties(self) -> Iterator[tuple[str, Any, Any]]:
        """Each property that differs, before and after; maps key by key."""
        before, after = self.before or {}, self.after or {}
        for name in {**before, **after}:
            yield from _compared(name, before.get(name), after.get(name))


def differences(before: Flat, after: Flat) -> list[Difference]:
    """What came, changed and went, in the order of the document; what went comes last, the inmost first."""
    found = [
        Difference(place, before.get(place), entry) for place, entry in after.items() if before.get(place) != entry
    ]
    gone = [Difference(place, entry, None) for place, entry in before.items() if place not in after]
    return found + gone[::-1]


def _compared(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if isinstance(before, dict | None) and isinstance(after, dict | None) and (before or after):
        for key in {**(before or {}), **(after or {})}:
            yield from _compared(f"{path}.{key}", (before or {}).get(key), (after or {}).get(key))
    else:
        yield path, before, after
