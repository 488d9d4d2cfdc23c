"""Trees of product models: locking and reading models, and what is below them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from limen.kit import db
from limen.kit.text import fold
from limen.products.queries.loading import with_documents
from limen.products.rules.links import Kind
from limen.products.rules.world import ModelRow, Row, Sibling


@dataclass
class Wanted:
    """Folded codes of models: those to be changed, which locks what is below them too; those to be parents; and those
    that are only pointed at."""

    changed: set[str] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    pointed: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.changed or self.parents or self.pointed)


def lock_models(wanted: Wanted) -> tuple[list[ModelRow], list[tuple[int, str]]]:
    """Lock models, roots before sub models and each in id order; give those to work with whole, and (id, code) of
    those that are pointed at.

    Parents are locked like what is changed: so children that come at the same time are judged one after another.
    Sub models of changed models are locked and not read. Who is pointed at cannot be deleted meanwhile.
    Cost: 2 queries, 1 when none exists; 1 more for those that are pointed at.
    """
    changed, parents = _codes(wanted.changed), _codes(wanted.parents)
    found: list[ModelRow] = []
    if changed or parents:
        locked = db.fetch(
            "SELECT id, code_key FROM product_model WHERE code_key = ANY(%b) OR code_key = ANY(%b) OR parent_id IN"
            " (SELECT id FROM product_model WHERE code_key = ANY(%b))"
            " ORDER BY parent_id IS NOT NULL, id FOR NO KEY UPDATE",
            [changed, parents, changed],
        )
        named = {*changed, *parents}
        found = read_models([id for id, key in locked if key in named])
    pointed = _codes(wanted.pointed - wanted.changed - wanted.parents)
    if not pointed:
        return found, []
    others = db.fetch(
        "SELECT id, code FROM product_model WHERE code_key = ANY(%b) ORDER BY parent_id IS NOT NULL, id FOR KEY SHARE",
        [pointed],
    )
    return found, [(id, code) for id, code in others]


def _codes(codes: Collection[str]) -> list[str]:
    # The server's text cannot hold U+0000, so nothing has such a code.
    return sorted(code for code in codes if "\0" not in code)


def read_models(ids: Collection[int]) -> list[ModelRow]:
    """Read models whole, without locking them. 1 query, none for nothing."""
    if not ids:
        return []
    rows = db.fetch(
        "SELECT m.id, m.code::varchar, d.doc, d.associations, d.quantified, d.own, m.parent_id FROM product_model m"
        " JOIN product_model_doc d ON d.model_id = m.id WHERE m.id = ANY(%b) ORDER BY m.parent_id IS NOT NULL, m.id",
        [list(ids)],
        encoded=True,
    )
    return [ModelRow(*row) for row in rows]


def lock_models_by_id(ids: Collection[int]) -> list[ModelRow]:
    """Lock models, roots first, and read them whole. 2 queries, 1 when none exists any more."""
    locked = db.fetch(
        "SELECT id FROM product_model WHERE id = ANY(%b) ORDER BY parent_id IS NOT NULL, id FOR NO KEY UPDATE",
        [list(ids)],
    )
    return read_models([id for (id,) in locked])


def siblings(parents: Collection[tuple[int, str]]) -> dict[tuple[str, str], Sibling]:
    """Give who has which combination of axes below some models, (id, code) each: (code of the parent, combination) →
    child. 1 query, none for nothing."""
    if not parents:
        return {}
    codes = dict(parents)
    rows = db.fetch(
        "SELECT a.parent_id, a.axes_key, 'products', p.uuid::text, coalesce(p.identifier, p.uuid::text)"
        " FROM product_axes a JOIN product p ON p.id = a.product_id WHERE a.parent_id = ANY(%b)"
        " UNION ALL SELECT a.parent_id, a.axes_key, 'product_models', m.code, m.code"
        " FROM product_model_axes a JOIN product_model m ON m.id = a.model_id WHERE a.parent_id = ANY(%b)",
        [list(codes), list(codes)],
    )
    kinds: dict[str, Kind] = {"products": "products", "product_models": "product_models"}
    return {(codes[parent], key): (kinds[kind], name, shown) for parent, key, kind, name, shown in rows}


def mentioned_models(codes: Collection[str]) -> list[tuple[int, str]]:
    """Give (id, code) of the models that exist, without locking them. 1 query, none for nothing."""
    keys = _codes({fold(code) for code in codes})
    if not keys:
        return []
    rows = db.fetch("SELECT id, code FROM product_model WHERE code_key = ANY(%b)", [keys])
    return [(id, code) for id, code in rows]


def lock_tree(code: str) -> list[int]:
    """Lock a model and its sub models for their deletion, and give their ids; the model comes first, and nothing is
    given when there is no such model. 1 query."""
    keys = _codes([fold(code)])
    if not keys:
        return []
    # Also against those who point at them, so that what leads to them is all there to be seen.
    locked = db.fetch(
        "SELECT id FROM product_model WHERE code_key = ANY(%b) OR parent_id IN"
        " (SELECT id FROM product_model WHERE code_key = ANY(%b))"
        " ORDER BY parent_id IS NOT NULL, id FOR UPDATE",
        [keys, keys],
    )
    return [id for (id,) in locked]


def next_sub_models(roots: Collection[int], *, after: int, limit: int) -> list[ModelRow]:
    """Read the next sub models of some roots, by id; they are locked with their roots. 2 queries, 1 for none."""
    rows = db.fetch(
        "SELECT id FROM product_model WHERE parent_id = ANY(%b) AND id > %b ORDER BY id LIMIT %b",
        [list(roots), after, limit],
    )
    return read_models([id for (id,) in rows])


def lock_variants(parents: Collection[int], *, after: int, limit: int) -> list[Row]:
    """Lock the next variants of some models, by id, and read them whole. 2 queries, 1 for none."""
    locked = db.fetch(
        "SELECT id, uuid::text, identifier, parent_id FROM product WHERE parent_id = ANY(%b) AND id > %b"
        " ORDER BY id LIMIT %b FOR NO KEY UPDATE",
        [list(parents), after, limit],
    )
    return with_documents(locked)
