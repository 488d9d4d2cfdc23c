"""The structure, compiled for judging products: made once per structure version and process.

A *slot* is one place a value can stand in: an attribute in one channel and locale. The slots of a
rulebook are unique objects, so that sets and dictionaries of them are compared by identity: whether
a value may stand where it was sent is one dictionary lookup, completeness is one set difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from functools import cached_property
from typing import Any, NamedTuple

from limen.kit.errors import Violation
from limen.kit.text import fold
from limen.products.rules.kinds import KINDS, Fault, Shape, json_name
from limen.structure.rules import IDENTIFIER, PRICE, Attribute, Family, Structure

Entry = dict[str, Any]
# As stored and as printed: attribute code → its entries.
Values = MutableMapping[str, list[Entry]]
Place = tuple[str | None, str | None]

# Where a media file is downloaded; `~` stands for scheme and host, which only a request knows (see `wire`).
DOWNLOAD = "~/api/rest/v1/media-files/{code}/download"


class Slot:
    """An attribute in one locale and channel (None where it has none)."""

    __slots__ = ("code", "field", "locale", "path", "place", "scope")

    def __init__(self, field: Field, locale: str | None, scope: str | None) -> None:
        self.field = field
        self.code = field.code
        self.locale = locale
        self.scope = scope
        # What the search key of this place is found by; prices put their currency last.
        self.place = (field.attribute.id, scope or "", locale or "", "")
        self.path = ".".join(part for part in ("values", field.code, locale, scope) if part)

    def entry(self, data: Any) -> Entry:
        """Write a value as the API prints it."""
        entry = {"locale": self.locale, "scope": self.scope, "data": data, "attribute_type": self.field.type}
        if self.field.needs == "media":
            entry["_links"] = {"download": {"href": DOWNLOAD.format(code=data)}}
        return entry

    def violation(self, fault: Fault) -> Violation:
        return self.field.violation(fault, self.locale, self.scope)

    def __repr__(self) -> str:
        return f"<{self.path}>"


class Field:
    """An attribute with its reader, its indexer and its slots.

    `slots` fills as places are met. Only codes in their own spelling get in: others are looked up each
    time, so that no caller fills the memory with variants.
    """

    __slots__ = ("attribute", "code", "index", "needs", "read", "slots", "structure", "table", "type", "unique")

    def __init__(self, attribute: Attribute, structure: Structure) -> None:
        kind = KINDS[attribute.type]
        self.attribute = attribute
        self.structure = structure
        self.code = attribute.code
        self.type = attribute.type
        self.read = kind.reader(attribute, structure)
        # The main identifier is a column of its own.
        indexed = kind.index if not attribute.is_main_identifier else None
        self.index = indexed(attribute, structure) if indexed is not None else None
        self.table = kind.table
        self.needs = kind.needs
        self.unique = attribute.unique or attribute.type == IDENTIFIER
        self.slots: dict[Place, Slot] = {}

    def slot(self, locale: object, scope: object) -> Slot | list[Fault]:
        """Give the slot of a place that is not in `slots` yet, or why no value can stand there.

        Raises Shape for a place of the wrong form (api-products 2.2, 2.3).
        """
        attribute = self.attribute
        for name, given in (("locale", locale), ("scope", scope)):
            if given is not None and given.__class__ is not str:
                found = json_name(given)
                raise Shape(2, f'The attribute "{self.code}" expects the {name} as a string, and found {found}.')
        self._require("locale", attribute.localizable, locale)
        self._require("channel", attribute.scopable, scope)
        channel = self.structure.channel(str(scope)) if attribute.scopable else None
        known = self.structure.locale(str(locale)) if attribute.localizable else None
        faults = self._faults(str(locale), str(scope), known, channel.locales if channel else None)
        if faults:
            return faults
        place = (known, channel.code if channel else None)
        slot = self.slots.get(place)
        if slot is None:
            slot = self.slots[place] = Slot(self, *place)
        return slot

    def at(self, locale: str | None, scope: str | None) -> Slot | None:
        """Give the slot for codes as stored, None where the structure knows no such place (any more)."""
        found = self.slots.get((locale, scope))
        if found is not None:
            return found
        try:
            slot = self.slot(locale, scope)
        except Shape:
            return None
        return slot if isinstance(slot, Slot) else None

    def violation(self, fault: Fault, locale: object, scope: object) -> Violation:
        """Identifiers are reported at `identifier` alone, whichever attribute holds them (api-products 9.3)."""
        if self.type == IDENTIFIER:
            return Violation("identifier", fault.code, fault.message)
        extra: dict[str, Any] = {"attribute": self.code, "locale": locale, "scope": scope}
        if fault.currency is not None:
            extra["currency"] = fault.currency
        return Violation("values", fault.code, fault.message, extra)

    def _require(self, word: str, required: bool, given: object) -> None:
        if required and given is None:
            raise Shape(3, f'The attribute "{self.code}" requires a value per {word}, and found nothing as {word}.')
        if not required and given is not None:
            raise Shape(3, f'The attribute "{self.code}" has no value per {word}, and found "{given}" as {word}.')

    def _faults(
        self, sent_locale: str, sent_scope: str, locale: str | None, bound: tuple[str, ...] | None
    ) -> list[Fault]:
        """Judge whether channel and locale exist for this attribute; of the locale's faults the first one counts."""
        attribute, faults = self.attribute, []
        if attribute.scopable and bound is None:
            message = f'The attribute "{self.code}" needs a value per channel, and there is no channel "{sent_scope}".'
            faults.append(Fault("value.channel_unknown", message))
        if not attribute.localizable:
            return faults
        if locale is None or locale not in self.structure.active_locales:
            message = f'The attribute "{self.code}" needs an active locale, and there is no locale "{sent_locale}".'
            faults.append(Fault("value.locale_unknown", message))
        elif bound is not None and locale not in bound:
            message = f'The locale "{locale}" is not bound to the channel "{sent_scope}" (attribute "{self.code}").'
            faults.append(Fault("value.locale_not_bound", message))
        elif attribute.available_locales and locale not in attribute.available_locales:
            message = f'The locale "{locale}" is not available on the attribute "{self.code}".'
            faults.append(Fault("value.locale_not_available", message))
        return faults


class PlaceKinds(NamedTuple):
    """Whether any attribute has a value per locale, one per channel alone, one per locale and channel."""

    localizable: bool
    scopable_only: bool
    both: bool


class Rulebook:
    """Use `rulebook(structure)`. Fields are compiled when they are first met."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.fields: dict[str, Field] = {}
        self.main = structure.main_identifier
        self.has_uniques = any(
            one.unique or one.type == IDENTIFIER for one in structure.attributes.values() if one is not self.main
        )
        # Compiled when they are first met: requirements by family, levels by family variant.
        self.plans: dict[tuple[str, frozenset[str]], Any] = {}
        self.levels: dict[str, Any] = {}
        self.codes_by_id = {one.id: one.code for one in structure.attributes.values()}

    def field(self, code: str) -> Field | None:
        """Find an attribute whatever the case; None when there is none that holds values."""
        found = self.fields.get(code)
        if found is not None:
            return found
        attribute = self.structure.attribute(code)
        if attribute is None or attribute.type not in KINDS:
            return None
        found = self.fields.get(attribute.code)
        if found is None:
            found = self.fields[attribute.code] = Field(attribute, self.structure)
        return found

    @cached_property
    def places(self) -> PlaceKinds:
        found = {(one.localizable, one.scopable) for one in self.structure.attributes.values()}
        both = (True, True) in found
        return PlaceKinds(both or (True, False) in found, (False, True) in found, both)

    @cached_property
    def identifier_slot(self) -> Slot:
        field = self.field(self.main.code)
        slot = field.at(None, None) if field else None
        if slot is None:
            raise LookupError("The main identifier must be neither localizable nor scopable.")
        return slot

    @cached_property
    def channel_prices(self) -> frozenset[str]:
        """Attributes of which a price could be written that is not shown: any active currency is taken, and a channel
        shows its own only (api-products 1.4, 2.5)."""
        structure = self.structure
        if all(structure.active_currencies <= {*one.currencies} for one in structure.channels.values()):
            return frozenset()
        return frozenset(one.code for one in structure.attributes.values() if one.type == PRICE and one.scopable)

    def placed(self, values: Values) -> Iterator[tuple[Slot, Entry]]:
        """Walk stored values with their slots; what the structure no longer knows is left out."""
        for code, entries in values.items():
            field = self.field(code)
            if field is None:
                continue
            slots = field.slots
            for entry in entries:
                slot = slots.get((entry["locale"], entry["scope"])) or field.at(entry["locale"], entry["scope"])
                if slot is not None:
                    yield slot, entry

    def family(self, code: str | None) -> Family | None:
        families: Mapping[str, Family] = self.structure.families
        return families.get(code) if code is not None else None


_latest: Rulebook | None = None


def rulebook(structure: Structure) -> Rulebook:
    """Give the rulebook of a structure; the latest one is kept."""
    global _latest
    known = _latest
    # A change of options alone gives a new structure with the very same sections.
    if known is None or (
        known.structure.version != structure.version
        or known.structure.attribute_section is not structure.attribute_section
    ):
        _latest = known = Rulebook(structure)
    return known


def unique_key(data: Any) -> str:
    """Give the form under which a unique value is compared."""
    return fold(str(data))


def find_entry(entries: list[Entry] | None, slot: Slot) -> Entry | None:
    """Find the stored value of a slot among the entries of its attribute."""
    for entry in entries or ():
        if entry["scope"] == slot.scope and entry["locale"] == slot.locale:
            return entry
    return None
