"""What the grid and the product page show."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.conditions import TRUE, Where, both, either
from limen.products.queries.lists import product as find_product
from limen.products.queries.search_keys import COMPLETENESS, search_keys
from limen.products.queries.searching import identifier_contains, label_contains
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.products.queries.tree_screens import inherited_by_product
from limen.products.rules import completeness
from limen.products.rules.completeness import Completeness as Completeness
from limen.products.rules.links import Associations, Quantified
from limen.products.rules.rulebook import Entry, Rulebook, Values, rulebook
from limen.products.rules.views import View, shown_values
from limen.structure.rules import Structure

# Beyond this a count says "more than": an exact one costs up to a second on a million products (architecture §4).
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class GridRow:
    """`label` is the value of the family's label attribute; `completeness` a ratio of 0–100, None without family;
    `image` the media code of the family's image attribute; `model` the code of the model that it is a variant of."""

    uuid: str
    identifier: str | None
    label: str | None
    family_code: str | None
    completeness: int | None
    enabled: bool
    updated: datetime
    image: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class ModelGridRow:
    """As GridRow, of a product model; `variants` counts the products below it, those of its sub models among them;
    `root` is the code of the model that a sub model is below."""

    code: str
    label: str | None
    family_variant: str
    variants: int
    updated: datetime
    image: str | None
    root: str | None


GridRows = TypeVar("GridRows", GridRow, ModelGridRow)


@dataclass(frozen=True, slots=True)
class GridPage(Generic[GridRows]):
    """`next` and `previous` are opaque cursors for `after` and `before`, None where there is nothing more.

    `count` never exceeds MOST_COUNTED; when `count_is_exact` is false there are more than that.
    """

    rows: list[GridRows]
    next: str | None
    previous: str | None
    count: int
    count_is_exact: bool


@dataclass(frozen=True, slots=True)
class ProductView:
    """One product as a page shows it; `values` as the API prints them: attribute code → list of
    `{"locale", "scope", "data", "attribute_type", …}`, without links. Associations as stored: only types
    that lead anywhere, products by uuid."""

    uuid: str
    identifier: str | None
    family: str | None
    categories: list[str]
    groups: list[str]
    enabled: bool
    created: datetime
    updated: datetime
    parent: str | None
    values: dict[str, list[dict[str, Any]]]
    completenesses: list[Completeness]
    associations: Associations = field(default_factory=dict)
    quantified_associations: Quantified = field(default_factory=dict)
    # Attribute code → code of the model that has its value.
    inherited: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProductName:
    """How a product is called where others lead to it; label and image as in GridRow."""

    uuid: str
    identifier: str | None
    label: str | None
    family_code: str | None
    image: str | None


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The place of a row in the order of the grid: `updated`, then `id`, both descending."""

    updated: datetime
    id: int

    def encode(self) -> str:
        return urlsafe_b64encode(f"{self.updated.isoformat()} {self.id}".encode()).decode()

    @classmethod
    def decode(cls, text: str) -> _Cursor | None:
        try:
            moment, _, id = urlsafe_b64decode(text.encode()).decode().partition(" ")
            updated, number = datetime.fromisoformat(moment), int(id)
        except ValueError:
            return None
        return cls(updated, number) if updated.tzinfo is not None and 0 <= number < 2**63 else None


def grid(
    *,
    search: str,
    family: str | None,
    channel: str,
    locale: str,
    after: str | None,
    before: str | None,
    limit: int,
    structure: Structure,
) -> GridPage[GridRow]:
    """Give one page of products, last changed first; `search` looks into identifiers and labels.

    A cursor that means nothing starts from the top. Cost: 3 queries whatever the page, 2 more for a search,
    1 more for search keys that are not remembered yet.
    """
    where = _wanted(search.strip(), family, channel, locale, structure, PRODUCTS)
    part = _part(where, after, before, limit, PRODUCTS)
    return _page(_grid_rows(part.rows, channel, locale, structure), part, where, PRODUCTS)


def grid_of_models(
    *,
    search: str,
    family: str | None,
    channel: str,
    locale: str,
    after: str | None,
    before: str | None,
    limit: int,
    structure: Structure,
) -> GridPage[ModelGridRow]:
    """As grid, of product models: `search` looks into codes and labels."""
    where = _wanted(search.strip(), family, channel, locale, structure, MODELS)
    part = _part(where, after, before, limit, MODELS)
    return _page(_model_rows(part.rows, channel, locale, structure), part, where, MODELS)


def _wanted(search: str, family: str | None, channel: str, locale: str, structure: Structure, store: Store) -> Where:
    conditions = []
    if family is not None:
        known = structure.family(family)
        conditions.append(Where("p.family_id = %s", (known.id if known is not None else 0,)))
    if search:
        folded = fold(search).replace("\0", "")
        of_label = label_contains(folded, channel, locale, structure, store)
        conditions.append(either([identifier_contains(folded, store), of_label]))
    return both(conditions) if conditions else TRUE


# id, updated, doc, and what the store has of its own: see _COLUMNS
_StoredRow = tuple[Any, ...]
_COLUMNS = {PRODUCTS: "s.uuid::text, s.identifier, s.enabled", MODELS: "s.code"}


@dataclass(frozen=True, slots=True)
class _Part:
    rows: list[_StoredRow]
    has_next: bool
    has_previous: bool


def _part(where: Where, after: str | None, before: str | None, limit: int, store: Store) -> _Part:
    start = _Cursor.decode(after or before or "")
    backwards = start is not None and not after
    found = _stored_rows(where, start, backwards=backwards, limit=limit + 1, store=store)
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, start is not None)
    return _Part(found, has_next, has_previous)


def _page(rows: list[GridRows], part: _Part, where: Where, store: Store) -> GridPage[GridRows]:
    number = _count(where, store)
    return GridPage(
        rows,
        _cursor(part.rows[-1]).encode() if rows and part.has_next else None,
        _cursor(part.rows[0]).encode() if rows and part.has_previous else None,
        min(number, MOST_COUNTED),
        number <= MOST_COUNTED,
    )


def _stored_rows(where: Where, start: _Cursor | None, *, backwards: bool, limit: int, store: Store) -> list[_StoredRow]:
    condition, params = where.sql, [*where.params]
    if start is not None:
        condition += f" AND (p.updated, p.id) {'>' if backwards else '<'} (%s, %s)"
        params += [start.updated, start.id]
    direction = "ASC" if backwards else "DESC"
    return db.fetch(
        f"SELECT s.id, s.updated, d.doc, {_COLUMNS[store]} FROM"  # noqa: S608  # own parts
        f" (SELECT p.* FROM {store.table} p WHERE {condition}"
        f" ORDER BY p.updated {direction}, p.id {direction} LIMIT {int(limit)}) s"
        f" JOIN {store.table}_doc d ON d.{store.owner} = s.id ORDER BY s.updated {direction}, s.id {direction}",
        params,
        by_values=bool(where.params),
    )


def _cursor(row: _StoredRow) -> _Cursor:
    return _Cursor(row[1], row[0])


def _count(where: Where, store: Store) -> int:
    statement = f"SELECT count(*) FROM (SELECT 1 FROM {store.table} p WHERE {where.sql} LIMIT {MOST_COUNTED + 1}) s"  # noqa: S608  # own parts
    return int(db.fetch(statement, where.params, by_values=bool(where.params))[0][0])


def _grid_rows(rows: Sequence[_StoredRow], channel: str, locale: str, structure: Structure) -> list[GridRow]:
    ratios = _ratios([row[0] for row in rows], channel, locale)
    shown = []
    for id, updated, doc, uuid, identifier, enabled in rows:
        document = orjson.loads(doc)
        label, family, image = _face(document, channel, locale, structure)
        model = document["parent"]
        shown.append(GridRow(uuid, identifier, label, family, ratios.get(id), enabled, updated, image, model))
    return shown


def _model_rows(rows: Sequence[_StoredRow], channel: str, locale: str, structure: Structure) -> list[ModelGridRow]:
    counts = _variants([row[0] for row in rows])
    shown = []
    for id, updated, doc, code in rows:
        document = orjson.loads(doc)
        label, _family, image = _face(document, channel, locale, structure)
        variant = document["family_variant"]
        shown.append(ModelGridRow(code, label, variant, counts.get(id, 0), updated, image, document["parent"]))
    return shown


def _variants(ids: Sequence[int]) -> dict[int, int]:
    """Count the products below models, directly or below their sub models. 1 query."""
    rows = db.fetch(
        "SELECT m.id, count(p.id) FROM product_model m LEFT JOIN product_model s ON s.parent_id = m.id"
        " LEFT JOIN product p ON p.parent_id = coalesce(s.id, m.id) WHERE m.id = ANY(%b) GROUP BY m.id",
        [list(ids)],
    )
    return dict(rows)


def _value(values: Values, code: str | None, channel: str, locale: str) -> str | None:
    """Give the text that an attribute has for a channel and locale."""
    entries: list[Entry] = values.get(code, []) if code is not None else []
    for entry in entries:
        if entry["scope"] in (None, channel) and entry["locale"] in (None, locale):
            return str(entry["data"])
    return None


def _ratios(ids: Sequence[int], channel: str, locale: str) -> dict[int, int]:
    keys = search_keys([(COMPLETENESS, channel, locale, "")])
    rows = db.fetch(
        "SELECT product_id, value FROM product_idx_num WHERE product_id = ANY(%b) AND key = ANY(%b)",
        [list(ids), list(keys.values())],
    )
    return {id: int(value) for id, value in rows}


def product_page(uuid: str, structure: Structure) -> ProductView | None:
    """Give one product for its page, None when there is none. 1 query, 2 for a variant."""
    row = find_product(flavour="uuid", key=uuid)
    if row is None:
        return None
    document = orjson.loads(row.doc)
    book: Rulebook = rulebook(structure)
    return ProductView(
        uuid=row.uuid,
        identifier=row.identifier,
        family=document["family"],
        categories=document["categories"],
        groups=document["groups"],
        enabled=document["enabled"],
        created=datetime.fromisoformat(document["created"]),
        updated=datetime.fromisoformat(document["updated"]),
        parent=document["parent"],
        values=_without_links(shown_values(document["values"], View(), book, {})),
        completenesses=completeness.completenesses(document["family"], document["values"], book),
        associations=orjson.loads(row.associations) if row.associations else {},
        quantified_associations=orjson.loads(row.quantified) if row.quantified else {},
        inherited=inherited_by_product(row.uuid, book) if document["parent"] is not None else {},
    )


def names(uuids: Collection[str], *, channel: str, locale: str, structure: Structure) -> dict[str, ProductName]:
    """Give how products are called in a channel and locale; unknown ones are absent. 1 query, none for nothing."""
    if not uuids:
        return {}
    rows = db.fetch(
        "SELECT p.uuid::text, p.identifier, d.doc FROM product p JOIN product_doc d ON d.product_id = p.id"
        " WHERE p.uuid = ANY(%b::uuid[])",
        [list(uuids)],
    )
    return {
        uuid: ProductName(uuid, identifier, *_face(orjson.loads(doc), channel, locale, structure))
        for uuid, identifier, doc in rows
    }


def _face(
    document: Mapping[str, Any], channel: str, locale: str, structure: Structure
) -> tuple[str | None, str | None, str | None]:
    """Give label, family and image of a document."""
    family = structure.families.get(document["family"] or "")
    values: Values = document["values"]
    label = _value(values, family.attribute_as_label if family else None, channel, locale)
    image = _value(values, family.attribute_as_image if family else None, channel, locale)
    return label, family.code if family else None, image


def _without_links(values: Values) -> dict[str, list[Entry]]:
    """Links of documents are unfinished: only an answer of the API knows its host."""
    return {
        code: [{name: part for name, part in entry.items() if name != "_links"} for entry in entries]
        for code, entries in values.items()
    }
