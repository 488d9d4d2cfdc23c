"""Everything an answer needs beside the rows themselves: ends of associations, labels, completeness, quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from django.conf import settings

from limen.kit import db
from limen.products import wire
from limen.products.queries.lists import identifiers_of
from limen.products.queries.search_keys import COMPLETENESS, QUALITY, Place, search_keys
from limen.products.queries.stores import MODELS, PRODUCTS, Store
from limen.products.rules.completeness import LETTERS, completenesses
from limen.products.rules.cutting import narrowing, without_types
from limen.products.rules.rulebook import Rulebook, rulebook
from limen.products.rules.views import View, is_visible, option_pairs
from limen.products.rules.world import Row
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure


def writer_for(
    rows: Sequence[Row], *, view: View, flavour: wire.Written, base: str, structure: Structure
) -> wire.Writer:
    """Prepare the writing of some products or models.

    Cost: none for plain products; 1 query each for associations, labels of options, and for completenesses and
    quality together.
    """
    book = rulebook(structure)
    if flavour == "model":
        # They have none of their own (api-products 1.3).
        view = replace(view, with_completenesses=False, with_missing=False)
    gone = structure_queries.remains(structure)
    labels = structure_queries.option_labels(_option_pairs(rows, book)) if view.with_options else {}
    body = narrowing(view, book, labels, hides=hides_values(book), gone=gone)
    if not settings.LIMEN_API_VALUE_TYPES:
        body = without_types(body)
    identifiers = identifiers_of(wire.linked_uuids(rows))
    members = _members(rows, view, book, MODELS if flavour == "model" else PRODUCTS)
    return wire.Writer(
        flavour, base, structure, identifiers=identifiers, body=body, members=members, fields=view.fields
    )


def _option_pairs(rows: Sequence[Row], book: Rulebook) -> set[tuple[str, str]]:
    return {pair for row in rows for pair in option_pairs(orjson.loads(row.doc)["values"], book)}


def _members(rows: Sequence[Row], view: View, book: Rulebook, store: Store) -> dict[int, dict[str, Any]]:
    """Give what products or models have besides their documents."""
    if not (view.extras or view.with_completenesses or view.with_quality):
        return {}
    found = scores([row.id for row in rows], view, book.structure, store)
    roots = root_codes([row.id for row in rows], store) if _ROOT in dict(view.extras) else {}
    members: dict[int, dict[str, Any]] = {}
    for row in rows:
        shown = members[row.id] = dict(view.extras)
        if _ROOT in shown:
            shown[_ROOT] = roots.get(row.id)
        completenesses, qualities = found.get(row.id, ([], []))
        if store is MODELS:
            # Models have none, whoever asks.
            pass
        elif view.with_missing:
            shown["completenesses"] = _detailed(row, view, book)
        elif view.with_completenesses:
            shown["completenesses"] = completenesses
        if view.with_quality:
            shown["quality_scores"] = qualities
    return members


_ROOT = "root_parent"


def root_codes(ids: Sequence[int], store: Store) -> dict[int, str]:
    """Give the code of the topmost model above products or models; absent for what has none. 1 query."""
    rows = db.fetch(
        f"SELECT p.id, coalesce(r.code, m.code) FROM {store.table} p JOIN product_model m ON m.id = p.parent_id"  # noqa: S608
        " LEFT JOIN product_model r ON r.id = m.parent_id WHERE p.id = ANY(%b)",
        [list(ids)],
    )
    return dict(rows)


def _detailed(row: Row, view: View, book: Rulebook) -> list[dict[str, Any]]:
    document = orjson.loads(row.doc)
    return [
        {"scope": one.channel, "locale": one.locale, "data": one.ratio, "missing": one.missing}
        for one in completenesses(document["family"], document["values"], book)
        if _is_shown(one.channel, one.locale, view)
    ]


def _is_shown(channel: str, locale: str, view: View) -> bool:
    return view.channel in (None, channel) and (view.locales is None or locale in view.locales)


# Entries of `completenesses` and of `quality_scores`.
Scores = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def scores(ids: Sequence[int], view: View, structure: Structure, store: Store = PRODUCTS) -> dict[int, Scores]:
    """Give the completenesses and qualities that a view asks for, by channel and locale. 1 query, none for neither.

    What has none of both is absent: products without family.
    """
    kinds = [COMPLETENESS] if view.with_completenesses and not view.with_missing else []
    kinds += [QUALITY] if view.with_quality else []
    places: list[Place] = [
        (kind, channel.code, locale, "")
        for channel in structure.channel_section.in_order
        for locale in sorted(channel.locales)
        if _is_shown(channel.code, locale, view)
        for kind in kinds
    ]
    keys = {key: place for place, key in search_keys(places).items()}
    if not keys or not ids:
        return {}
    rows = db.fetch(
        f"SELECT {store.owner}, key, value FROM {store.numbers} WHERE {store.owner} = ANY(%b) AND key = ANY(%b)",  # noqa: S608  # own names
        [list(ids), list(keys)],
    )
    found: dict[int, Scores] = {}
    for id, key, value in sorted(rows, key=lambda row: keys[row[1]]):
        kind, channel_code, locale, _ = keys[key]
        ratios, letters = found.setdefault(id, ([], []))
        entry = {"scope": channel_code, "locale": locale}
        if kind == QUALITY:
            letters.append({**entry, "data": LETTERS[int(value) - 1]})
        else:
            ratios.append({**entry, "data": int(value)})
    return found


_judged: tuple[int, bool] = (0, False)


def hides_values(book: Rulebook) -> bool:
    """Tell whether the structure hides any stored value, so that documents have to be looked into.

    Values stay stored when a locale, channel, currency or attribute is taken away, and come back with it.
    Prices that a channel does not show may be written at any time and are not meant (`Rulebook.channel_prices`).
    The places that values were ever written to are known by their search keys; as long as all of them are
    visible, or nothing stands there any more, documents are passed on as they are. Cost: 1 or 2 queries per version
    of the structure and process.
    """
    global _judged
    version = book.structure.version
    if _judged[0] != version or not version:
        rows = db.fetch(
            "SELECT id, attribute_id, channel, locale, currency FROM product_search_key WHERE attribute_id > %b",
            [COMPLETENESS],
        )
        hidden = [key for key, id, *place in rows if not is_visible((id, *place), book)]
        _judged = (version, bool(hidden) and _hold_values(hidden))
    return _judged[1]


def _hold_values(keys: list[int]) -> bool:
    """Whether any product or model has a value at one of these keys. 1 query, four looks into an index for each key."""
    rows = db.fetch(
        "SELECT 1 FROM unnest(%b::int4[]) AS asked (key)"
        " WHERE EXISTS (SELECT FROM product_idx_text t WHERE t.key = asked.key)"
        " OR EXISTS (SELECT FROM product_idx_num n WHERE n.key = asked.key)"
        " OR EXISTS (SELECT FROM product_model_idx_text t WHERE t.key = asked.key)"
        " OR EXISTS (SELECT FROM product_model_idx_num n WHERE n.key = asked.key) LIMIT 1",
        [keys],
    )
    return bool(rows)
