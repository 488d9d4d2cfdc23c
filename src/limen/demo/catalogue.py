"""The catalogue of Fjord & Lamella, a house for furniture and light that does not exist. Pure.

`data/` holds what a person wrote: structure, designs, texts. This file multiplies designs by finishes and
sizes, and lets chance (with a fixed seed) decide how far the work on each has come, so that the catalogue
looks like one that people are busy with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count, product
from random import Random
from typing import Any
from zlib import crc32

from limen.demo.papers import paper
from limen.demo.pictures import picture

# The words of the data come in this order; those without a third have no French yet.
LOCALES = ("en_US", "de_DE", "fr_FR")
CARE = ("Care", "Pflege", "Entretien")
SURCHARGE = {"walnut": 1.14, "brass": 1.2, "oak_black": 1.05}

# Shapes as the API takes them.
Body = dict[str, Any]
Values = dict[str, list[Body]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the catalogue's structure: `kind` as the room structure names it, `body` as the API takes it."""

    kind: str
    code: str
    body: Body


@dataclass(frozen=True, slots=True)
class Article:
    """A product in three hands: what its supplier sends, what the copywriter adds, what the supplier sends later.

    The latter two may be missing. `pictured` says that its picture has been taken; `care` names the care
    sheet it comes with, and the locales this is needed in.
    """

    sku: str
    kind: str
    family: str
    finish: str
    shape: float
    supplied: Body
    written: Body | None
    supplied_later: Body | None
    pictured: bool
    care: str | None
    care_locales: tuple[str, ...]


def resources() -> Iterator[Resource]:
    """Give the structure in an order in which everything exists before it is named."""
    data = _structure()
    for kind, key in (("attribute_group", "attribute_groups"), ("attribute", "attributes")):
        for body in data[key]:
            yield Resource(kind, body["code"], body)
    for kind, key in (("category", "categories"), ("channel", "channels")):
        for body in data[key]:
            yield Resource(kind, body["code"], body)
    for body in data["families"]:
        yield Resource("family", body["code"], _family(data, body))


def options() -> Iterator[tuple[str, str, Body]]:
    """Give attribute, code and body of every option."""
    for attribute, of_attribute in _structure()["options"].items():
        for position, (code, labels) in enumerate(of_attribute.items(), 1):
            # Finishes are written as they stand in the middle of a name.
            shown = {locale: label[0].upper() + label[1:] for locale, label in zip(LOCALES, labels, strict=False)}
            yield attribute, code, {"sort_order": position, "labels": shown}


@cache
def articles() -> tuple[Article, ...]:
    """Give all articles, always the same ones, and mixed as deliveries are."""
    chance = Random("Fjord & Lamella, summer")  # noqa: S311  # variety, not secrecy
    numbers = count(1)
    made = [
        _article(design, finish, size, next(numbers), progress, chance)
        for design in _designs()["designs"]
        for progress in [_progress(design, chance)]
        for finish, size in product(design["finishes"], design.get("sizes", [{}]))
    ]
    chance.shuffle(made)
    return tuple(made)


def picture_of(article: Article) -> bytes:
    """Paint the article: a PNG of some kilobytes. Takes 15 ms."""
    return picture(article.family, article.kind, _structure()["options"]["finish"][article.finish][3], article.shape)


def care_sheets() -> dict[tuple[str, str], bytes]:
    """Give a PDF for each material and locale."""
    return {
        (material, locale): paper("Fjord & Lamella", [f"{CARE[index]}:", sentences[index]])
        for material, sentences in _designs()["care"].items()
        for index, locale in enumerate(LOCALES)
    }


def _family(data: Mapping[str, Any], family: Body) -> Body:
    return {
        "attributes": [*data["everywhere"], *family["attributes"]],
        "attribute_as_label": "name",
        "attribute_as_image": "picture",
        "attribute_requirements": {
            channel: [*required, *(family["required"] if channel == "ecommerce" else [])]
            for channel, required in data["required"].items()
        },
        "labels": family["labels"],
    }


def _progress(design: Body, chance: Random) -> int:
    """Tell in how many languages a design's texts are done; 0: it has only been announced."""
    if design.get("new"):
        return chance.choice([0, 1])
    return chance.choices([len(design["text"]), 2, 1], [75, 10, 15])[0]


def _article(design: Body, finish: str, size: Body, number: int, progress: int, chance: Random) -> Article:
    facts = {**design, **size}
    if chance.random() < 0.04:
        # Of every design some finish is late.
        progress = 0
    drafted = chance.random() < 0.08
    sku = _sku(design, finish, size)
    kind = _designs()["kinds"][design["kind"]]
    materials = sorted({*facts["materials"], *([_wood(finish)] if _wood(finish) else [])})
    has_sheet = kind["family"] in ("seating", "tables", "storage", "textiles")
    care = next((material for material in materials if material in _designs()["care"]), None) if has_sheet else None
    values = _supplied_values(facts, finish, materials, number, chance)
    supplied = {
        "identifier": sku,
        "enabled": progress > 0,
        "family": kind["family"],
        "values": values,
    }
    if drafted:
        written = _draft(sku, kind, facts, finish)
    else:
        written = _written(sku, kind, facts, finish, care, progress, chance)
    later = chance.randint(1, 9)
    moved = chance.random() < 0.2 and "delivery_weeks" in values
    return Article(
        sku=sku,
        kind=design["kind"],
        family=kind["family"],
        finish=finish,
        shape=crc32(design["code"].encode()) / 2**32,
        supplied=supplied,
        written=written if progress else None,
        supplied_later={"identifier": sku, "values": {"delivery_weeks": [_any(later)]}} if moved else None,
        pictured=progress > 0 and not drafted and chance.random() > 0.07,
        care=None if drafted else care,
        care_locales=LOCALES[:progress],
    )


def _supplied_values(facts: Body, finish: str, materials: list[str], number: int, chance: Random) -> Values:
    price = _price(facts["price"], finish)
    values: dict[str, Any] = {
        "gtin": _gtin(number),
        "collection": facts["collection"],
        "designed_by": facts["by"],
        "finish": finish,
        "available_from": facts["since"],
        "materials": materials,
        "width": _measure(facts.get("w"), "CENTIMETER"),
        "depth": _measure(facts.get("d"), "CENTIMETER"),
        "height": _measure(facts.get("h"), "CENTIMETER"),
        "seat_height": _measure(facts.get("seat"), "CENTIMETER"),
        "seats": facts.get("seats"),
        "load_capacity": _measure(facts.get("load"), "KILOGRAM"),
        "volume": _measure(facts.get("volume"), "LITER"),
        "weight": _measure(facts["weight"], "KILOGRAM"),
        "repair_score": str(facts["repair"]),
        "packages": facts.get("packages", 1),
        "delivery_weeks": chance.randint(1, 9),
        "price": [_amount(price, "EUR"), _amount(round(price * 0.117) * 10 - 1, "USD")],
        "purchase_price": [_amount(round(price * 0.46, 1), "EUR")],
    }
    if facts["kind"] in ("chair", "stool", "round_table", "side_table", "trolley", "table_lamp", "throw", "rug"):
        values["outdoor"] = facts.get("outdoor", False)
    if ("light" not in facts and "seat" in facts) or facts.get("assembly"):
        values["assembly_required"] = facts.get("assembly", False)
    if "light" in facts:
        socket, power, flux, kelvin, dimmable = facts["light"]
        values |= {
            "socket": socket,
            "power": _measure(power, "WATT"),
            "luminous_flux": flux,
            "colour_temperature": _measure(kelvin, "KELVIN"),
            "dimmable": dimmable,
        }
    # Suppliers forget things.
    for forgotten in ("height", "delivery_weeks", "gtin", "repair_score"):
        if chance.random() < 0.05:
            values[forgotten] = None
    return {code: [_any(data)] for code, data in values.items() if data is not None}


def _draft(sku: str, kind: Body, facts: Body, finish: str) -> Body:
    """A name, so that one can talk about it."""
    return {"identifier": sku, "values": {"name": [_in(LOCALES[0], _name(kind, facts, finish, 0))]}}


def _written(sku: str, kind: Body, facts: Body, finish: str, care: str | None, progress: int, chance: Random) -> Body:
    locales = list(enumerate(LOCALES[:progress]))
    claimed = [(index, locale) for index, locale in locales if index == 0 or chance.random() > 0.12]
    printed = [(index, locale) for index, locale in locales if index < 2 and progress > 1 and chance.random() > 0.15]
    values: Values = {
        "name": [_in(locale, _name(kind, facts, finish, index)) for index, locale in locales],
        "claim": [_in(locale, facts["claim"][index]) for index, locale in claimed],
        "description": [
            *[_in(locale, _story(facts, care, index), "ecommerce") for index, locale in locales],
            *[_in(locale, f"<p>{facts['text'][index]}</p>", "print") for index, locale in printed],
        ],
        "rooms": [_any(sorted(facts["rooms"]))],
        "new_arrival": [_any(facts.get("new", False))],
        "story_link": [_any(f"https://fjord-lamella.example/stories/{facts['design']}")],
    }
    chapter = [facts["chapter"]] if "chapter" in facts else []
    return {
        "identifier": sku,
        "categories": [kind["category"], *chapter],
        "values": values,
        "associations": {"X_SELL": {"products": _goes_with(facts, finish)}},
    }


def _goes_with(facts: Body, finish: str) -> list[str]:
    """Give one article each of the next three designs of the collection, in the same finish where there is one."""
    same = [design for design in _designs()["designs"] if design["collection"] == facts["collection"]]
    place = [design["design"] for design in same].index(facts["design"])
    return [
        _sku(design, finish if finish in design["finishes"] else design["finishes"][0], design.get("sizes", [{}])[0])
        for design in [*same, *same][place + 1 : place + 4]
    ]


def _sku(design: Body, finish: str, size: Body) -> str:
    return "-".join([design["design"], finish, *([size["code"]] if size else [])]).replace("_", "-")


def _name(kind: Body, facts: Body, finish: str, language: int) -> str:
    title = facts.get("title") or _title(facts)
    noun = kind["noun"][language]
    # "Halden chair" in English, "Stuhl Halden" and "Chaise Halden" elsewhere.
    words = f"{title} {noun}" if language == 0 else f"{noun} {title}"
    shade = _structure()["options"]["finish"][finish][language]
    return ", ".join([words, shade, *([facts["label"]] if "label" in facts else [])])


def _title(facts: Body) -> str:
    design: str = facts["design"]
    return design.capitalize()


def _story(facts: Body, care: str | None, language: int) -> str:
    story = f"<p>{facts['text'][language]}</p>"
    if care is None:
        return story
    return f"{story}<p><strong>{CARE[language]}:</strong> {_designs()['care'][care][language]}</p>"


def _price(price: float, finish: str) -> int:
    """Dearer finishes cost more; a price ends in 9 up to a thousand, and in 0 above."""
    dearer = round(price * SURCHARGE.get(finish, 1))
    if dearer == price:
        return dearer
    return dearer // 10 * 10 + (9 if dearer < 1000 else 0)


def _wood(finish: str) -> str | None:
    material: str | None = _designs()["finish_materials"].get(finish)
    return material


def _gtin(number: int) -> str:
    """Thirteen digits that no company owns (29… is for use within a shop), with their check digit."""
    digits = f"29{number * 7919:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _measure(amount: float | None, unit: str) -> Body | None:
    return None if amount is None else {"amount": str(amount), "unit": unit}


def _amount(amount: float, currency: str) -> Body:
    return {"amount": f"{amount:.2f}", "currency": currency}


def _any(data: object) -> Body:
    return {"locale": None, "scope": None, "data": data}


def _in(locale: str, data: str, scope: str | None = None) -> Body:
    return {"locale": locale, "scope": scope, "data": data}


@cache
def _structure() -> Body:
    return _read("structure.json")


@cache
def _designs() -> Body:
    data = _read("designs.json")
    for design in data["designs"]:
        # A size has a code too, and would cover the design's.
        design["design"] = design["code"]
    return data


def _read(name: str) -> Body:
    data: Body = json.loads((files("limen.demo") / "data" / name).read_text(encoding="utf-8"))
    return data
