"""Makes catalogues of any size from a seed: the structure, products, and changes to them.

The defaults give products of 30 and more values and about 3.3 kB as stored, a usual size. Everything that
depends on the number of a product is made when it is asked for, so a million of them need no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

Json = dict[str, Any]

CHANNEL = "ecommerce"
LARGE = "bench_large_select"
USUAL = "bench_usual"
WIDE, DEEP = "bench_wide", "bench_deep"
FAN_OUT = 20
LINES_AT_ONCE = 100
LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "sv_SE", "da_DK", "fi_FI", "cs_CZ", "sk_SK")
LOCALES += ("hu_HU", "ro_RO", "bg_BG", "el_GR", "pt_PT", "pt_BR", "en_GB", "en_AU", "en_CA", "en_IE", "en_NZ", "fr_BE")
LOCALES += ("fr_CA", "fr_CH", "de_AT", "de_CH", "it_CH", "nl_BE", "es_MX", "es_AR", "ja_JP", "ko_KR")
WORDS = ("amber", "brisk", "cedar", "delta", "ember", "frost", "grove", "hazel", "inlet", "jetty", "kelp", "larch")
OPTIONS = 30

# One attribute after the other takes the next type; localizable ones have a value per locale.
TYPES = (
    "text_localizable",
    "number",
    "simpleselect",
    "metric",
    "text",
    "boolean",
    "price_collection",
    "date",
    "multiselect",
    "text",
    "textarea_localizable",
)
_PROPERTIES: dict[str, Json] = {
    "number": {"decimals_allowed": True, "negative_allowed": False},
    "metric": {
        "decimals_allowed": True,
        "negative_allowed": False,
        "metric_family": "Weight",
        "default_metric_unit": "KILOGRAM",
    },
    "price_collection": {"decimals_allowed": True},
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a catalogue looks like. `attributes` are those beside the identifier; a family has nine in ten of them.

    `options` are those of each select; products have values from the usual number of them.
    """

    products: int = 10_000
    attributes: int = 34
    locales: int = 2
    families: int = 5
    categories: int = 40
    seed: int = 1
    options: int = OPTIONS


def identifier(number: int) -> str:
    return f"bench-{number:08}"


def structure(shape: Shape) -> Iterator[tuple[str, list[Json]]]:
    """Give what a PIM needs before the products come, as (path, lines for a bulk PATCH), in order of need."""
    channel = {"code": CHANNEL, "locales": list(_locales(shape)), "currencies": ["EUR", "USD"]}
    yield "channels", [channel]
    attributes = [_attribute(index) for index in range(shape.attributes)]
    yield from _in_batches("attributes", attributes)
    for index, attribute in enumerate(attributes):
        if _kind(index).endswith("select"):
            options = [{"code": f"o{number:02}"} for number in range(shape.options)]
            yield from _in_batches(f"attributes/{attribute['code']}/options", options)
    yield from _in_batches("categories", [{"code": _category(n), "parent": "master"} for n in range(shape.categories)])
    yield from _in_batches("families", [_family(shape, number) for number in range(shape.families)])


def large_select() -> Json:
    """A select, for `large_options`."""
    return {"code": LARGE, "type": "pim_catalog_simpleselect", "group": "other", "labels": {"en_US": "Large select"}}


def usual_family(shape: Shape) -> tuple[Json, Json]:
    """A family of at most 500 attributes, however many there are, and a variant of it by its first select."""
    codes = [_code(index) for index in range(min(shape.attributes, 500))]
    select = next(code for code in codes if "simpleselect" in code)
    family = {"code": USUAL, "labels": {"en_US": "Usual"}, "attributes": ["sku", *codes]}
    # Half of what is left belongs to each product, the other half is common.
    level = {"level": 1, "axes": [select], "attributes": [code for code in codes if code != select][::2]}
    return family, {"code": f"{USUAL}_by_select", "variant_attribute_sets": [level]}


def large_options(shape: Shape, count: int) -> Iterator[str]:
    """Give so many options as lines of a list to paste: code, then a label per locale."""
    random = Random(shape.seed)
    for number in range(count):
        label = f"{' '.join(random.choices(WORDS, k=2)).title()} {number}"
        yield "\t".join([f"large_{number:06}", *(label for _ in _locales(shape))])


def trees(count: int) -> Iterator[tuple[str, list[Json]]]:
    """Give two trees of so many categories each, as `structure` does: one all in one level, one of FAN_OUT each."""
    roots = [{"code": WIDE, "parent": None}, {"code": DEEP, "parent": None}]
    yield from _in_batches("categories", roots)
    yield from _in_batches("categories", [{"code": f"{WIDE}_{n:05}", "parent": WIDE} for n in range(count)])
    yield from _in_batches("categories", [{"code": f"{DEEP}_{n:05}", "parent": _deep_parent(n)} for n in range(count)])


def sorted_products(shape: Shape, products: int, count: int) -> Iterator[tuple[str, list[Json]]]:
    """Give products that have nothing but categories, three of each of the two `trees` of `count`."""
    random = Random(shape.seed)

    def some() -> list[str]:
        return sorted({f"{tree}_{random.randrange(count):05}" for tree in (WIDE, DEEP) for _ in range(3)})

    yield from _in_batches("products", [{"identifier": identifier(n), "categories": some()} for n in range(products)])


def product(shape: Shape, number: int) -> Json:
    """Give a whole product, identifier flavour; the same number gives the same product."""
    random = Random(f"{shape.seed} {number}")
    family = number % shape.families
    return {
        "identifier": identifier(number),
        "enabled": True,
        "family": f"bench_family_{family}",
        "categories": sorted({_category(random.randrange(shape.categories)) for _ in range(2)}),
        "values": {_code(index): _values(shape, index, random) for index in _indexes(shape, family)},
    }


def change(shape: Shape, number: int) -> Json:
    """Give a PATCH that changes three values of that product: a text, a number, a select or what comes there."""
    random = Random(f"{shape.seed} change {number}")
    chosen = _indexes(shape, number % shape.families)[:3]
    return {
        "identifier": identifier(number),
        "values": {_code(index): _values(shape, index, random)[:1] for index in chosen},
    }


def changed(shape: Shape, number: int) -> Json:
    """Give the whole product as it is after its change: sending it then changes nothing."""
    whole = product(shape, number)
    for code, values in change(shape, number)["values"].items():
        whole["values"][code][: len(values)] = values
    return whole


def some_values(shape: Shape, indexes: list[int], random: Random) -> Iterator[tuple[str, list[Json]]]:
    """Give values of some attributes by code; localizable ones in two locales at most."""
    for index in indexes:
        yield _code(index), _values(shape, index, random)[:2]


def bodies(lines: Iterator[Json]) -> Iterator[tuple[int, bytes]]:
    """Encode lines as bodies of bulk PATCHes; with each goes the number of its lines."""
    batch: list[bytes] = []
    for line in lines:
        batch.append(orjson.dumps(line))
        if len(batch) == LINES_AT_ONCE:
            yield len(batch), b"\n".join(batch)
            batch = []
    if batch:
        yield len(batch), b"\n".join(batch)


def _locales(shape: Shape) -> tuple[str, ...]:
    if not 1 <= shape.locales <= len(LOCALES):
        raise ValueError(f"A catalogue has 1 to {len(LOCALES)} locales.")
    return LOCALES[: shape.locales]


def _in_batches(path: str, lines: list[Json]) -> Iterator[tuple[str, list[Json]]]:
    for start in range(0, len(lines), LINES_AT_ONCE):
        yield path, lines[start : start + LINES_AT_ONCE]


def _deep_parent(number: int) -> str:
    return DEEP if number < FAN_OUT else f"{DEEP}_{number // FAN_OUT - 1:05}"


def _kind(index: int) -> str:
    return TYPES[index % len(TYPES)].removesuffix("_localizable")


def _code(index: int) -> str:
    return f"bench_{_kind(index)}_{index:03}"


def _category(number: int) -> str:
    return f"bench_category_{number:03}"


def _attribute(index: int) -> Json:
    kind = _kind(index)
    return {
        "code": _code(index),
        "type": f"pim_catalog_{kind}",
        "group": "other",
        "localizable": TYPES[index % len(TYPES)].endswith("_localizable"),
        "labels": {"en_US": f"Benchmark {kind} {index}"},
        **_PROPERTIES.get(kind, {}),
    }


def _family(shape: Shape, number: int) -> Json:
    codes = [_code(index) for index in _indexes(shape, number)]
    return {
        "code": f"bench_family_{number}",
        "attributes": ["sku", *codes],
        "attribute_requirements": {CHANNEL: ["sku", *codes[:10]]},
    }


def _indexes(shape: Shape, family: int) -> list[int]:
    return [index for index in range(shape.attributes) if index % 10 != family % 10]


def _values(shape: Shape, index: int, random: Random) -> list[Json]:
    kind = _kind(index)
    if TYPES[index % len(TYPES)].endswith("_localizable"):
        return [{"locale": locale, "scope": None, "data": _data(kind, random)} for locale in _locales(shape)]
    return [{"locale": None, "scope": None, "data": _data(kind, random)}]


def _data(kind: str, random: Random) -> Any:
    if kind == "text":
        return " ".join(random.choices(WORDS, k=5))
    if kind == "textarea":
        return f"<p>{' '.join(random.choices(WORDS, k=16))}.</p>"
    if kind == "number":
        return f"{random.randint(1, 99_999)}.{random.randint(0, 9999):04}"
    if kind == "simpleselect":
        return f"o{random.randrange(OPTIONS):02}"
    if kind == "multiselect":
        return sorted(f"o{number:02}" for number in random.sample(range(OPTIONS), 3))
    if kind == "metric":
        return {"amount": f"{random.randint(1, 9999)}.{random.randint(0, 99):02}00", "unit": "KILOGRAM"}
    if kind == "boolean":
        return random.random() < 0.5
    if kind == "date":
        return f"20{random.randint(10, 29)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    cents = random.randint(100, 999_999)
    return [{"amount": f"{cents / 100:.2f}", "currency": "EUR"}, {"amount": f"{cents / 90:.2f}", "currency": "USD"}]
