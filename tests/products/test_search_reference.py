"""The reference page of the search tells every operator of every property and type, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from limen.products.rules.search import PROPERTIES as KNOWN
from tests.products.catalogue import ATTRIBUTES as LAMPS
from tests.products.search_table import ATTRIBUTES, MODELS, PROPERTIES, Case, names, operators_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "search.md"


def told(section: str) -> dict[str, set[str]]:
    """Name → operators, from the table of a section."""
    text = PAGE.read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            first, operators = line.strip("| ").split(" | ")[:2]
            for name in re.findall(r"`([^`]+)`", first):
                found[name] = set(re.findall(r"`([^`]+)`", operators))
    return found


def operators(cases: list[Case]) -> dict[str, set[str]]:
    return {name: operators_of(name, cases) for name in names(cases)}


def test_properties_of_products() -> None:
    assert told("Properties of products") == operators(PROPERTIES)
    missing = KNOWN - set(told("Properties of products"))
    assert missing == {"readiness", "readiness_by_channel", "updated_including_linked_type"}


def test_properties_of_models() -> None:
    page, products = told("Properties of product models"), operators(PROPERTIES)
    tested = operators([case for case in MODELS if case[0] not in LAMPS])
    assert {name: found or products[name] for name, found in page.items()} == tested


def test_types_of_attributes() -> None:
    by_type: dict[str, set[str]] = {}
    for name, found in operators(ATTRIBUTES).items():
        kind = str(LAMPS[name]["type"]) if name != "sku" else "pim_catalog_identifier"
        assert by_type.setdefault(kind, found) == found, name
    assert told("Attributes") == by_type
