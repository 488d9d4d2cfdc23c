"""Everything an answer needs beside the rows themselves: ends of associations, labels, completeness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from limen.kit import db
from limen.products import wire
from limen.products.queries.lists import Flavour, identifiers_of
from limen.products.queries.search_keys import COMPLETENESS, Place, search_keys
from limen.products.rules.rulebook import Rulebook, rulebook
from limen.products.rules.views import View, is_visible, option_pairs
from limen.products.rules.world import Row
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure


def writer_for(rows: Sequence[Row], *, view: View, flavour: Flavour, base: str, structure: Structure) -> wire.Writer:
    """Prepare the writing of some products.

    Cost: none for plain products; 1 query each for associations, labels of options, completenesses.
    """
    book = rulebook(structure)
    body = None
    if view.narrows or hides_values(book):
        labels = structure_queries.option_labels(_option_pairs(rows, book)) if view.with_options else {}
        body = wire.narrowing(view, book, labels)
    members: dict[int, dict[str, Any]] = {}
    if view.extras or view.with_completenesses:
        ratios = completenesses([row.id for row in rows], view, structure) if view.with_completenesses else {}
        for row in rows:
            shown = {"completenesses": ratios.get(row.id, [])} if view.with_completenesses else {}
            members[row.id] = {**shown, **dict(view.extras)}
    identifiers = identifiers_of(wire.linked_uuids(rows))
    return wire.Writer(flavour, base, structure, identifiers=identifiers, body=body, members=members)


def _option_pairs(rows: Sequence[Row], book: Rulebook) -> set[tuple[str, str]]:
    return {pair for row in rows for pair in option_pairs(orjson.loads(row.doc)["values"], book)}


def completenesses(ids: Sequence[int], view: View, structure: Structure) -> dict[int, list[dict[str, Any]]]:
    """Give the completenesses of products with a family, by channel and locale, within a view. 1 query."""
    places: dict[Place, tuple[str, str]] = {}
    for channel in structure.channel_section.in_order:
        for locale in sorted(channel.locales):
            if view.channel in (None, channel.code) and (view.locales is None or locale in view.locales):
                places[(COMPLETENESS, channel.code, locale, "")] = (channel.code, locale)
    keys = {key: places[place] for place, key in search_keys(list(places)).items()}
    rows = db.fetch(
        "SELECT product_id, key, value FROM product_idx_num WHERE product_id = ANY(%b) AND key = ANY(%b)",
        [list(ids), list(keys)],
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for id, key, value in rows:
        channel_code, locale = keys[key]
        found.setdefault(id, []).append({"scope": channel_code, "locale": locale, "data": int(value)})
    for shown in found.values():
        shown.sort(key=lambda one: (one["scope"], one["locale"]))
    return found


_judged: tuple[int, bool] = (0, False)


def hides_values(book: Rulebook) -> bool:
    """Tell whether the structure hides any stored value, so that documents have to be looked into.

    Values stay stored when a locale, channel, currency or attribute is taken away, and come back with it.
    The places that values were ever written to are known by their search keys; as long as all of them are
    visible, or nothing stands there any more, documents are passed on as they are. Cost: 1 or 2 queries per version
    of the structure and process.
    """
    global _judged
    version = book.structure.version
    if _judged[0] != version or not version:
        rows = db.fetch(
            "SELECT id, attribute_id, channel, locale, currency FROM product_search_key WHERE attribute_id <> %b",
            [COMPLETENESS],
        )
        hidden = [key for key, id, *place in rows if not is_visible((id, *place), book)]
        _judged = (version, bool(hidden) and _hold_values(hidden))
    return _judged[1]


def _hold_values(keys: list[int]) -> bool:
    """Whether any product has a value at one of these keys. 1 query, two looks into an index for each key."""
    rows = db.fetch(
        "SELECT 1 FROM unnest(%b::int4[]) AS asked (key)"
        " WHERE EXISTS (SELECT FROM product_idx_text t WHERE t.key = asked.key)"
        " OR EXISTS (SELECT FROM product_idx_num n WHERE n.key = asked.key) LIMIT 1",
        [keys],
    )
    return bool(rows)
