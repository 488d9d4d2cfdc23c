"""How much of what a channel requires is filled, and how good that makes a product (api-products 7).

Both are told by the same pass. Every slot that a family's plan asks for has a bit among those of its locale and
channel; a product is the integers of the bits that its values fill. So what a product costs follows the values it
has: a locale without any costs a look, and no integer is as long as all the family's places together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from limen.products.rules.rulebook import Field, Place, Rulebook, Slot, Values
from limen.structure.rules import IMAGE, PRICE, Channel, Family

Currencies = frozenset[str]
# The bits that values fill, by the locale and channel they stand at.
Filled = Mapping[Place, int]

# The letters of quality from the best on, and the least score of each but the last.
LETTERS = "ABCDE"
_LEAST = (90, 80, 70, 60)


class Part(NamedTuple):
    """What counts of the values at one place, in its bits."""

    place: Place
    required: int
    others: int
    images: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """What counts in one channel and locale: `required` and `others` tell how many, `parts` which. `codes` names what
    is required, with its place and bit."""

    channel: str
    locale: str
    required: int
    others: int
    images: bool
    parts: tuple[Part, ...]
    codes: tuple[tuple[Place, int, str], ...]

    def ratio(self, filled: Filled) -> int:
        return self.scores(filled)[0]

    def missing(self, filled: Filled) -> list[str]:
        """Codes of the required attributes that are not filled, sorted."""
        return [code for place, bit, code in self.codes if not bit & filled.get(place, 0)]

    def scores(self, filled: Filled) -> tuple[int, int | None]:
        """Give the completeness in percent, and the place of the quality's letter, 1 for A, None when no criterion
        applies. Weights: required 2, others 1, images 2."""
        required = others = images = 0
        for part in self.parts:
            bits = filled.get(part.place)
            if bits:
                required += (part.required & bits).bit_count()
                others += (part.others & bits).bit_count()
                images |= part.images & bits
        ratio = 100 * required // self.required if self.required else 100
        total = weights = 0
        if self.required:
            total, weights = 2 * ratio, 2
        if self.others:
            total, weights = total + 100 * others // self.others, weights + 1
        if self.images:
            # One image is enough.
            total, weights = total + (200 if images else 0), weights + 2
        if not weights:
            return ratio, None
        # Rounded to the nearest integer, half down.
        score = -((weights - 2 * total) // (2 * weights))
        return ratio, 1 + sum(score < least for least in _LEAST)


@dataclass(frozen=True, slots=True)
class Plan:
    """The requirements of a family by channel and locale. A value fills the bit of its slot; a price those of the
    sets of currencies that it has all of."""

    requirements: tuple[Requirement, ...]
    bits: Mapping[Slot, int]
    prices: Mapping[Slot, tuple[tuple[int, Currencies], ...]]

    def filled(self, held: Iterable[tuple[Slot, Any]]) -> Filled:
        """Give the bits that values fill, by slot; data None is no value."""
        bits, prices, filled = self.bits, self.prices, dict[Place, int]()
        for slot, data in held:
            if data is None:
                continue
            bit = bits.get(slot, 0)
            if not bit and slot in prices:
                there = {price["currency"] for price in data}
                for one, currencies in prices[slot]:
                    if currencies <= there:
                        bit |= one
            if bit:
                place = slot.locale, slot.scope
                filled[place] = filled.get(place, 0) | bit
        return filled


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what a channel requires is filled in one locale; `missing` names what is not."""

    channel: str
    locale: str
    ratio: int
    missing: list[str]


def plan_of(family_code: str, book: Rulebook, without: Set[str] = frozenset()) -> Plan:
    """Give the plan of a family, compiled once per rulebook; for a model `without` attributes of levels below."""
    key = (family_code, frozenset(without))
    plan: Plan | None = book.plans.get(key)
    if plan is None:
        plan = book.plans[key] = _Compiling(book.structure.families[family_code], book, without).plan()
    return plan


def fingerprint(family_code: str, book: Rulebook) -> str:
    """Tell what a family's plan is made of apart across processes and versions of the structure.

    It is made from the structure, not from the plan: that has a slot for every attribute, channel and locale.
    """
    family = book.structure.families[family_code]
    channels = [
        (one.code, sorted(one.locales), sorted(one.currencies), sorted(family.requirements.get(one.code, ())))
        for one in book.structure.channel_section.in_order
    ]
    fields = [book.field(code) for code in sorted(family.attributes)]
    attributes = [
        (one.code, one.type, one.attribute.localizable, one.attribute.scopable, _own_locales(one))
        for one in fields
        if one is not None
    ]
    ungraded = sorted(one.code for one in fields if one is not None and not _is_graded(one))
    # Without any the mark is that of before, so that an upgrade computes nothing anew.
    parts = ("with quality", channels, attributes, *((ungraded,) if ungraded else ()))
    return sha256(repr(parts).encode()).hexdigest()


def _own_locales(field: Field) -> list[str]:
    return sorted(field.attribute.available_locales or ())


def held_by(values: Values, book: Rulebook) -> Iterator[tuple[Slot, Any]]:
    """Walk stored values as slot and data."""
    return ((slot, entry["data"]) for slot, entry in book.placed(values))


def filling(slot: Slot, data: Any) -> object:
    """Tell what of a value counts: that it is there, and for prices in which currencies."""
    if data is not None and slot.field.type == PRICE:
        return {price["currency"] for price in data}
    return data is not None


def completenesses(family_code: str | None, values: Values, book: Rulebook) -> list[Completeness]:
    """Give all of a product's completenesses with what is missing, by channel and locale; none without family."""
    if family_code is None or family_code not in book.structure.families:
        return []
    plan = plan_of(family_code, book)
    filled = plan.filled(held_by(values, book))
    return [Completeness(one.channel, one.locale, one.ratio(filled), one.missing(filled)) for one in plan.requirements]


class _Compiling:
    """A plan in the making: hands out bits, at each place from the lowest on."""

    def __init__(self, family: Family, book: Rulebook, without: Set[str]) -> None:
        self.family = family
        self.book = book
        self.fields = [field for code in sorted(family.attributes - without) if (field := book.field(code)) is not None]
        self.bits: dict[Slot, int] = {}
        self.prices: dict[Slot, dict[Currencies, int]] = {}
        self.next: dict[Place, int] = {}

    def plan(self) -> Plan:
        requirements = tuple(
            self._requirement(channel, locale)
            for channel in self.book.structure.channel_section.in_order
            for locale in sorted(channel.locales)
        )
        prices = {slot: tuple((bit, one) for one, bit in some.items()) for slot, some in self.prices.items()}
        return Plan(requirements, self.bits, prices)

    def _requirement(self, channel: Channel, locale: str) -> Requirement:
        required, others, images = dict[Place, int](), dict[Place, int](), dict[Place, int]()
        codes: list[tuple[Place, int, str]] = []
        asked = self.family.requirements.get(channel.code, frozenset())
        for field in self.fields:
            slot = _counting_slot(field, channel.code, locale)
            if slot is None:
                continue
            graded = _is_graded(field)
            if field.code not in asked and not graded:
                continue
            place, bit = (slot.locale, slot.scope), self._bit(slot, channel)
            counted = required if field.code in asked else others
            counted[place] = counted.get(place, 0) | bit
            if field.code in asked:
                codes.append((place, bit, field.code))
            if field.type == IMAGE and graded:
                images[place] = images.get(place, 0) | bit
        parts = tuple(
            Part(place, required.get(place, 0), others.get(place, 0), images.get(place, 0))
            for place in dict.fromkeys((*required, *others))
        )
        numbers = [sum(bits.bit_count() for bits in some.values()) for some in (required, others)]
        return Requirement(channel.code, locale, numbers[0], numbers[1], bool(images), parts, tuple(codes))

    def _bit(self, slot: Slot, channel: Channel) -> int:
        if slot.field.type != PRICE:
            known: dict[Any, int] = self.bits
            key: Any = slot
        else:
            known, key = self.prices.setdefault(slot, {}), frozenset(channel.currencies)
        if key not in known:
            place = slot.locale, slot.scope
            known[key] = self.next.get(place, 1)
            self.next[place] = known[key] << 1
        return known[key]


def _is_graded(field: Field) -> bool:
    """Tell whether an attribute counts for quality even where it is not required: its group says so (7.2)."""
    group = field.structure.attribute_groups.get(field.attribute.group)
    return group is None or group.counts_for_quality


def _counting_slot(field: Field, channel: str, locale: str) -> Slot | None:
    """Give the one value that counts for a channel and locale; None for a locale the attribute does not have."""
    attribute = field.attribute
    if attribute.available_locales and locale not in attribute.available_locales:
        return None
    return field.at(locale if attribute.localizable else None, channel if attribute.scopable else None)
