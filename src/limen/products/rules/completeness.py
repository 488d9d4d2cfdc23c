"""How much of what a channel requires is filled (api-products 7.1)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from limen.products.rules.rulebook import Field, Rulebook, Slot, Values
from limen.structure.rules import PRICE, Channel, Family

# Slots that hold a value, and the currencies of those that hold prices.
Prices = Mapping[Slot, Set[str]]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one channel requires in one locale. A price is filled by all the currencies of the channel."""

    channel: str
    locale: str
    slots: frozenset[Slot]
    prices: tuple[tuple[Slot, frozenset[str]], ...]

    def ratio(self, filled: Set[Slot], prices: Prices) -> int:
        total = len(self.slots) + len(self.prices)
        if total == 0:
            return 100
        missing = len(self.slots - filled)
        for slot, currencies in self.prices:
            if not currencies <= prices.get(slot, frozenset()):
                missing += 1
        return 100 * (total - missing) // total

    def missing(self, filled: Set[Slot], prices: Prices) -> list[str]:
        """Codes of the attributes that are not filled, sorted."""
        empty = [slot.field.code for slot in self.slots - filled]
        for slot, currencies in self.prices:
            if not currencies <= prices.get(slot, frozenset()):
                empty.append(slot.field.code)
        return sorted(empty)


@dataclass(frozen=True, slots=True)
class Plan:
    """The requirements of a family by channel and locale, and every slot that any of them asks for."""

    requirements: tuple[Requirement, ...]
    slots: frozenset[Slot]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what a channel requires is filled in one locale; `missing` names what is not."""

    channel: str
    locale: str
    ratio: int
    missing: list[str]


def plan_of(family_code: str, book: Rulebook) -> Plan:
    """Give the requirements of a family, compiled once per rulebook."""
    plan: Plan | None = book.plans.get(family_code)
    if plan is None:
        family = book.structure.families[family_code]
        plan = book.plans[family_code] = _compile(family, book)
    return plan


def fingerprint(plan: Plan) -> str:
    """Tell plans apart across processes and versions of the structure."""
    told = [
        (
            one.channel,
            one.locale,
            sorted(slot.path for slot in one.slots),
            sorted((slot.path, sorted(currencies)) for slot, currencies in one.prices),
        )
        for one in plan.requirements
    ]
    return sha256(repr(told).encode()).hexdigest()


def ratios(plan: Plan, values: Values, book: Rulebook) -> dict[tuple[str, str], int]:
    """Give the ratio of every channel and locale for stored values."""
    slots, prices = filled(values, book)
    return {(one.channel, one.locale): one.ratio(slots, prices) for one in plan.requirements}


def filled(values: Values, book: Rulebook) -> tuple[set[Slot], dict[Slot, Set[str]]]:
    """Tell which slots hold a value, and which currencies those with prices hold."""
    slots: set[Slot] = set()
    prices: dict[Slot, Set[str]] = {}
    for slot, entry in book.placed(values):
        slots.add(slot)
        if slot.field.type == PRICE:
            prices[slot] = {price["currency"] for price in entry["data"]}
    return slots, prices


def filling(slot: Slot, data: Any) -> object:
    """Tell what of a value counts: that it is there, and for prices in which currencies."""
    if data is not None and slot.field.type == PRICE:
        return {price["currency"] for price in data}
    return data is not None


def completenesses(family_code: str | None, values: Values, book: Rulebook) -> list[Completeness]:
    """Give all of a product's completenesses with what is missing, by channel and locale; none without family."""
    if family_code is None or family_code not in book.structure.families:
        return []
    slots, prices = filled(values, book)
    return [
        Completeness(one.channel, one.locale, one.ratio(slots, prices), one.missing(slots, prices))
        for one in plan_of(family_code, book).requirements
    ]


def _compile(family: Family, book: Rulebook) -> Plan:
    requirements = tuple(
        _requirement(family, channel, locale, book)
        for channel in book.structure.channel_section.in_order
        for locale in sorted(channel.locales)
    )
    asked = {slot for one in requirements for slot in one.slots}
    asked.update(slot for one in requirements for slot, _ in one.prices)
    return Plan(requirements, frozenset(asked))


def _requirement(family: Family, channel: Channel, locale: str, book: Rulebook) -> Requirement:
    slots: list[Slot] = []
    prices: list[tuple[Slot, frozenset[str]]] = []
    for code in sorted(family.requirements.get(channel.code, ())):
        field = book.field(code)
        slot = _required_slot(field, channel.code, locale) if field is not None else None
        if slot is None:
            continue
        if slot.field.type == PRICE:
            prices.append((slot, frozenset(channel.currencies)))
        else:
            slots.append(slot)
    return Requirement(channel.code, locale, frozenset(slots), tuple(prices))


def _required_slot(field: Field, channel: str, locale: str) -> Slot | None:
    """Give the one value that counts for a channel and locale; None for a locale the attribute does not have."""
    attribute = field.attribute
    if attribute.available_locales and locale not in attribute.available_locales:
        return None
    return field.at(locale if attribute.localizable else None, channel if attribute.scopable else None)
