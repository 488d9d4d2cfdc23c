"""Every operator of the search language on every property and type of attribute: (name, operator, value, more).

The values fit the catalogue of lamps. What a table of cases shares, tests of plans, of the reference and of the
language itself read from here.
"""

from __future__ import annotations

from typing import Any

Case = tuple[str, str, Any, dict[str, Any]]

LOCALIZED = {"locale": "en_GB"}
BOTH = {"locale": "en_GB", "scope": "webshop"}
PRINT = {"scope": "print"}
MOMENT, LATER = "2026-03-02 10:00:00", "2026-03-02 11:00:00"
DAY, NEXT_DAY = "2025-05-01", "2025-05-02"

TEXT = ("STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=")
EMPTINESS = ("EMPTY", "NOT EMPTY")
COMPARISONS = ("<", "<=", "=", "!=", ">=", ">")


def _each(name: str, operators: tuple[str, ...], value: Any, more: dict[str, Any] | None = None) -> list[Case]:
    return [(name, operator, value, more or {}) for operator in operators]


def _texts(name: str, text: str, more: dict[str, Any] | None = None) -> list[Case]:
    return [
        *_each(name, TEXT, text, more),
        *_each(name, ("IN", "NOT IN"), [text, "x"], more),
        *_each(name, EMPTINESS, None, more),
    ]


PROPERTIES: list[Case] = [
    *_each("uuid", ("IN", "NOT IN"), ["7d3f1c0a-4b0e-4c39-9a5f-0c2f6f1d2b11"]),
    *_texts("identifier", "lamp-1"),
    *_each("family", ("IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", *EMPTINESS), ["luminaires"]),
    *_each(
        "categories",
        ("IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED", "UNCLASSIFIED", "NOT EMPTY"),
        ["lamps"],
    ),
    *_each("groups", ("IN", "NOT IN", *EMPTINESS), ["clearance"]),
    *_each("enabled", ("=", "!="), True),
    *_each("parent", ("=",), "orbit"),
    *_each("parent", ("IN", *EMPTINESS), ["orbit"]),
    *[
        case
        for name in ("created", "updated", "updated_including_linked_entities")
        for case in (
            *_each(name, ("=", "!=", "<", ">"), MOMENT),
            *_each(name, ("BETWEEN", "NOT BETWEEN"), [MOMENT, LATER]),
            *_each(name, ("SINCE LAST N DAYS",), 4),
            *_each(name, EMPTINESS, None),
        )
    ],
    *_each("completeness", COMPARISONS, 50, {"scope": "webshop"}),
    *_each("completeness", COMPARISONS, 50, BOTH),
    *_each(
        "completeness",
        tuple(
            f"{word} ON ALL LOCALES"
            for word in ("GREATER THAN", "GREATER OR EQUALS THAN", "LOWER THAN", "LOWER OR EQUALS THAN")
        ),
        50,
        {"scope": "webshop", "locales": ["en_GB", "de_DE"]},
    ),
    *_each(
        "completeness",
        tuple(
            f"{word} ON AT LEAST ONE LOCALE"
            for word in (
                "GREATER THAN",
                "GREATER OR EQUALS THAN",
                "LOWER THAN",
                "LOWER OR EQUALS THAN",
                "EQUALS",
                "NOT EQUALS",
            )
        ),
        50,
        {"scope": "webshop"},
    ),
    *_each("completeness", ("EMPTY",), None),
    *_each("quality_score", ("IN",), ["A", "E"], BOTH),
    *_each("label_or_identifier", ("CONTAINS",), "lamp", BOTH),
]

ATTRIBUTES: list[Case] = [
    *_texts("sku", "lamp-1"),
    *_texts("gtin", "lamp-1"),
    *_texts("tagline", "warm"),
    *_texts("title", "warm", LOCALIZED),
    *_texts("blurb", "warm", BOTH),
    *_each("lumens", (*COMPARISONS, *EMPTINESS), 800),
    *_each("beam_angle", (*COMPARISONS, *EMPTINESS), "36.5"),
    *_each("net_weight", (*COMPARISONS, *EMPTINESS), {"amount": 1250, "unit": "GRAM"}),
    *_each("list_price", (*COMPARISONS, *EMPTINESS), {"amount": 10, "currency": "EUR"}),
    *_each("list_price", ("EMPTY FOR CURRENCY", "NOT EMPTY FOR CURRENCY"), {"currency": "EUR"}),
    *_each("list_price", ("EMPTY ON ALL CURRENCIES", "NOT EMPTY ON AT LEAST ONE CURRENCY"), None),
    *_each("finish", ("IN", "NOT IN", *EMPTINESS), ["Brass"]),
    *_each("materials", ("IN", "NOT IN", *EMPTINESS), ["oak", "steel"]),
    *_each("dimmable", ("=", "!=", *EMPTINESS), True),
    *_each("launch_on", ("=", "!=", "<", ">", *EMPTINESS), DAY, PRINT),
    *_each("launch_on", ("BETWEEN", "NOT BETWEEN"), [DAY, NEXT_DAY], PRINT),
    *_each("hero_image", (*TEXT, *EMPTINESS), "lamp", {}),
    *_each("datasheet", (*TEXT, *EMPTINESS), "lamp", {}),
]

MODELS: list[Case] = [
    *_texts("identifier", "orbit"),
    *_texts("code", "orbit"),
    *_each("family", ("IN", "NOT IN", *EMPTINESS), ["luminaires"]),
    *[case for case in PROPERTIES if case[0] in ("categories", "created", "updated", "quality_score")],
    *_each("parent", ("=",), "orbit"),
    *_each("parent", ("IN", *EMPTINESS), ["orbit"]),
    *_each("completeness", ("AT LEAST COMPLETE", "AT LEAST INCOMPLETE", "ALL COMPLETE", "ALL INCOMPLETE"), None, BOTH),
    *[case for case in ATTRIBUTES if case[0] != "sku"],
]

# What every type of attribute has no operator for; beside them each refuses those of the others.
NEVER = ("", "=<", "LIKE", "contains", "EQUALS")


def operators_of(name: str, cases: list[Case]) -> set[str]:
    return {operator for one, operator, _, _ in cases if one == name}


def names(cases: list[Case]) -> list[str]:
    return list(dict.fromkeys(name for name, _, _, _ in cases))


def identify(case: Case) -> str:
    return f"{case[0]} {case[1]}"
