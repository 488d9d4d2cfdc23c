"""What the pages of variants and models show of their tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.search_keys import COMPLETENESS, search_keys
from limen.products.rules.completeness import Completeness
from limen.products.rules.inheriting import levels_of
from limen.products.rules.rulebook import Rulebook, Values, rulebook
from limen.products.rules.views import View, shown_values
from limen.structure.rules import Structure

# Children that a page shows.
MOST_CHILDREN = 100


@dataclass(frozen=True, slots=True)
class Child:
    """A sub model (`code`) or a variant (`uuid`); `values` as stored, for its axes and its label."""

    code: str | None
    uuid: str | None
    name: str
    values: Values
    completeness: int | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A product model as its page shows it. `attributes`: codes of those of its level and above; `inherited`: attribute
    code → code of the model that has the value;
    `axes` are those that set its children apart; `number` counts these, of which `children` are the first."""

    code: str
    family: str
    variant: str
    parent: str | None
    categories: list[str]
    values: Values
    attributes: frozenset[str]
    inherited: Mapping[str, str]
    axes: tuple[str, ...]
    children: list[Child]
    number: int
    created: datetime
    updated: datetime
    completenesses: list[Completeness] = field(default_factory=list)


def inherited_by_product(uuid: str, book: Rulebook) -> dict[str, str]:
    """Tell which attributes of a variant stand on a level above it: code → code of the model there. 1 query."""
    rows = db.fetch(
        "SELECT m.family_variant_id, m.code, r.code FROM product p JOIN product_model m ON m.id = p.parent_id"
        " LEFT JOIN product_model r ON r.id = m.parent_id WHERE p.uuid = %s::uuid",
        [uuid],
    )
    if not rows:
        return {}
    variant_id, parent, root = rows[0]
    return _inherited(variant_id, [root, parent] if root is not None else [parent], book)


def _inherited(variant_id: int, models: list[str], book: Rulebook) -> dict[str, str]:
    """`models` are the codes from the root down to the parent."""
    variant = next((one for one in book.structure.family_variants.values() if one.id == variant_id), None)
    if variant is None:
        return {}
    levels = levels_of(variant.code, book).attributes
    return {attribute: model for level, model in enumerate(models) for attribute in levels[level]}


def model_page(code: str, *, channel: str, locale: str, structure: Structure) -> ModelView | None:
    """Give one model for its page, None when there is none. 3 queries, 1 more for its children's completeness."""
    book = rulebook(structure)
    rows = db.fetch(
        "SELECT m.id, m.code, m.family_variant_id, r.code, d.doc FROM product_model m"
        " JOIN product_model_doc d ON d.model_id = m.id LEFT JOIN product_model r ON r.id = m.parent_id"
        " WHERE m.code_key = %s",
        [fold(code)],
    )
    if not rows:
        return None
    id, code, variant_id, root, doc = rows[0]
    document = orjson.loads(doc)
    levels = levels_of(document["family_variant"], book)
    level = 0 if root is None else 1
    children = _sub_models(id) if level + 1 < levels.last else _variants(id, channel, locale)
    number = len(children)
    if number == MOST_CHILDREN:
        table = "product_model" if level + 1 < levels.last else "product"
        number = db.fetch(f"SELECT count(*) FROM {table} WHERE parent_id = %s", [id])[0][0]  # noqa: S608  # own name
    return ModelView(
        code=code,
        family=document["family"],
        variant=document["family_variant"],
        parent=root,
        categories=document["categories"],
        values=shown_values(document["values"], View(), book, {}),
        attributes=frozenset().union(*levels.attributes[: level + 1]),
        inherited=_inherited(variant_id, [root], book) if root is not None else {},
        axes=levels.axes[level + 1],
        children=children,
        number=number,
        created=datetime.fromisoformat(document["created"]),
        updated=datetime.fromisoformat(document["updated"]),
    )


def _sub_models(id: int) -> list[Child]:
    rows = db.fetch(
        "SELECT m.code, d.doc FROM product_model m JOIN product_model_doc d ON d.model_id = m.id"
        " WHERE m.parent_id = %s ORDER BY m.code_key LIMIT %s",
        [id, MOST_CHILDREN],
    )
    return [Child(code, None, code, orjson.loads(doc)["values"], None) for code, doc in rows]


def _variants(id: int, channel: str, locale: str) -> list[Child]:
    rows: list[tuple[Any, ...]] = db.fetch(
        "SELECT p.id, p.uuid::text, coalesce(p.identifier, p.uuid::text), d.doc FROM product p"
        " JOIN product_doc d ON d.product_id = p.id WHERE p.parent_id = %s ORDER BY p.id LIMIT %s",
        [id, MOST_CHILDREN],
    )
    keys = search_keys([(COMPLETENESS, channel, locale, "")])
    ratios = dict(
        db.fetch(
            "SELECT product_id, value FROM product_idx_num WHERE product_id = ANY(%b) AND key = ANY(%b)",
            [[row[0] for row in rows], list(keys.values())],
        )
    )
    return [
        Child(None, uuid, name, orjson.loads(doc)["values"], int(ratios[id]) if id in ratios else None)
        for id, uuid, name, doc in rows
    ]
