"""Changes of the structure below products that hold its values: taken away, given back, changed, or made wrong."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.products.catalogue import CATEGORIES, CHANNELS
from tests.products.grammar import junk, mostly, text
from tests.products.requests import REST, Request, patch, segment
from tests.products.wide_catalogue import (
    ASSOCIATION_TYPES,
    ATTRIBUTES,
    FAMILY,
    FAMILY_VARIANTS,
    OPTIONS,
    SHOES,
)

# Most things are given back more often than they are taken, so that most requests still meet what they name.
TAKEN = 0.3

# What may change of an attribute that has values.
CHANGES: dict[str, list[Any]] = {
    "max_characters": [None, 1, 5, 255, 65_535],
    "number_min": [None, "0", "-5.5", "100"],
    "number_max": [None, "20000", "100", "0"],
    "decimals_allowed": [True, False],
    "negative_allowed": [True, False],
    "date_min": [None, "2020-01-01", "2030-01-01"],
    "date_max": [None, "2035-12-31"],
    "allowed_extensions": [[], ["png"], ["pdf"], ["jpg", "png"]],
    "max_file_size": [None, "0.01", "2"],
    "wysiwyg_enabled": [True, False],
    "validation_rule": [None, "email", "url", "regexp"],
    "validation_regexp": [None, "/^LX/", "/(/", "/(a+)+$/", "x"],
    "available_locales": [[], ["de_DE"], ["en_GB", "de_DE"]],
    "default_metric_unit": ["GRAM", "KILOGRAM", "METER", "KELVIN", "NOPE"],
    "default_value": [None, True, False],
    "unique": [True, False],
    "localizable": [True, False],
    "scopable": [True, False],
    "useable_as_grid_filter": [True, False],
    "auto_option_sorting": [True, False],
    "sort_order": [0, 3, 2**31],
    "labels": [{"en_GB": "x", "de_DE": ""}, {"en_GB": None}, {}, {"xx": "y"}],
}


def structure(r: Random) -> Request:
    """Make up one change of the structure."""
    return r.choice(
        [
            _attribute,
            _attribute,
            _option,
            _option,
            _family,
            _family,
            _variant,
            _channel,
            _channel,
            _category,
            _link,
            _units,
        ]
    )(r)


def _taken_or_given(r: Random, path: str, whole: dict[str, Any], change: Callable[[], dict[str, Any]]) -> Request:
    chosen = r.random()
    if chosen < TAKEN:
        return Request("DELETE", f"{REST}/{path}", r.choice(["", "", "", "dry_run=1"]))
    if chosen < 0.6:
        return patch(path, whole)
    return patch(path, {name: mostly(r, value, 0.97) for name, value in change().items()})


def _attribute(r: Random) -> Request:
    code = r.choice(list(ATTRIBUTES))

    def change() -> dict[str, Any]:
        return {name: r.choice(CHANGES[name]) for name in r.sample(list(CHANGES), r.randrange(1, 3))}

    return _taken_or_given(r, f"attributes/{code}", {"group": "other", **ATTRIBUTES[code]}, change)


def _option(r: Random) -> Request:
    attribute = r.choice(list(OPTIONS))
    code = r.choice(OPTIONS[attribute])
    labels = {"labels": {"en_GB": code, "de_DE": code}}
    path = f"attributes/{attribute}/options/{segment(code)}"
    return _taken_or_given(r, path, labels, lambda: {"labels": {"en_GB": text(r)}, "sort_order": r.randrange(9)})


def _family(r: Random) -> Request:
    code, whole = r.choice([("luminaires", FAMILY), ("luminaires", FAMILY), ("shoes", SHOES)])
    fewer = [one for one in whole["attributes"] if one == "sku" or r.random() < 0.9]

    def change() -> dict[str, Any]:
        made = {
            "attributes": fewer,
            "attribute_requirements": {
                channel: r.sample(fewer, min(3, len(fewer))) for channel in r.sample(list(CHANNELS), r.randrange(3))
            },
            "attribute_as_label": r.choice(["title", "sku", "tagline", "short_note", "lumens"]),
            "attribute_as_image": r.choice([None, "hero_image", "local_image"]),
            "labels": {"en_GB": text(r)},
        }
        return {name: made[name] for name in r.sample(list(made), r.choice([1, 1, 2]))}

    return _taken_or_given(r, f"families/{code}", whole, change)


def _variant(r: Random) -> Request:
    code = r.choice(list(FAMILY_VARIANTS))
    levels = FAMILY_VARIANTS[code]
    moved = [
        {**level, "attributes": [*level["attributes"], *_own_level(r, number)]} for number, level in enumerate(levels)
    ]
    whole = {"variant_attribute_sets": levels}
    path = f"families/luminaires/variants/{code}"
    if r.random() < 0.1:
        return patch(path, {"variant_attribute_sets": mostly(r, moved[:1], 0.5), "labels": {"en_GB": text(r)}})
    if r.random() < 0.1:
        return Request("DELETE", f"{REST}/{path}")
    return patch(path, whole if r.random() < 0.4 else {"variant_attribute_sets": moved})


def _own_level(r: Random, level: int) -> list[str]:
    free = ["title", "blurb", "dimmable", "local_price", "local_tags", "local_image", "heat", "rich", "switchable"]
    return [one for place, one in enumerate(free) if place % 2 == level and r.random() < 0.3]


def _channel(r: Random) -> Request:
    code = r.choice(["webshop", "webshop", "print", "ecommerce"])
    whole = CHANNELS.get(code, {"locales": ["en_US"], "currencies": ["USD", "EUR"], "category_tree": "master"})

    def change() -> dict[str, Any]:
        made = {
            "locales": r.choice([["en_GB"], ["en_GB", "de_DE"], ["de_DE"], ["fr_FR", "en_US"], []]),
            "currencies": r.choice([["EUR"], ["USD"], ["EUR", "USD"], ["JPY"], []]),
            "category_tree": r.choice(["shop", "paper", "master", "lamps"]),
            "conversion_units": r.choice([{}, {"net_weight": "GRAM", "heat": "KELVIN"}, {"tagline": "GRAM"}]),
            "labels": {"en_GB": text(r)},
        }
        return {name: made[name] for name in r.sample(list(made), r.choice([1, 1, 2]))}

    return _taken_or_given(r, f"channels/{code}", whole, change)


def _category(r: Random) -> Request:
    code = r.choice(list(CATEGORIES))
    change = {"parent": r.choice([None, *CATEGORIES]), "labels": {"de_DE": text(r)}}
    return _taken_or_given(r, f"categories/{code}", {"parent": CATEGORIES[code]}, lambda: change)


def _link(r: Random) -> Request:
    kinds: dict[str, dict[str, Any]] = {"UPSELL": {}, "X_SELL": {}, **ASSOCIATION_TYPES}
    code = r.choice(list(kinds))
    change = {"is_two_way": r.random() < 0.5, "is_quantified": r.random() < 0.5, "labels": {"en_GB": text(r)}}
    return _taken_or_given(r, f"association-types/{code}", kinds[code], lambda: change)


def _units(r: Random) -> Request:
    units = {
        code: {
            "code": code,
            "convert_from_standard": [
                {
                    "operator": r.choice(["mul", "div", "add", "sub"]),
                    "value": r.choice(["1", "0.001", "1000", "0", "-7"]),
                }
            ],
            "symbol": text(r)[:10],
        }
        for code in r.sample(["GRAM", "POUND", "TON", "DRAM"], r.randrange(3))
    }
    body = [{"code": "Weight", "units": mostly(r, units, 0.95)}]
    return patch("measurement-families", body if r.random() < 0.95 else junk(r))
