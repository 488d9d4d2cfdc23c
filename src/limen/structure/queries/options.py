"""Attribute options: too many for the snapshot, so looked up in batches and remembered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from django.db import connection

from limen.kit.text import fold
from limen.structure import models
from limen.structure.rules.options import Option
from limen.structure.rules.records import Attribute, Structure

Pair = tuple[str, str]

_MOST_REMEMBERED = 500_000

_remembered: dict[Pair, str | None] = {}
_remembered_at = 0


def options(pairs: Collection[Pair], structure: Structure) -> dict[Pair, str]:
    """Find options: (attribute code, folded option code) → the option's code as stored; unknown ones are absent.

    Cost: 1 query for those this process has not looked up since options last changed, none otherwise.
    `structure` comes from `locked_snapshot` where the answer decides a write.
    """
    remembered = _remembered_for(structure)
    unknown = {pair for pair in pairs if pair not in remembered and pair[0] in structure.attributes}
    # A text with U+0000 is no code, and PostgreSQL would not even take the question.
    asked = [pair for pair in unknown if "\0" not in pair[1]]
    if asked:
        ids = {code: structure.attributes[code].id for code, _ in asked}
        found: dict[Pair, str | None] = dict.fromkeys(asked)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT asked.attribute, o.code"
                " FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS asked (attribute, attribute_id, folded)"
                " JOIN structure_option o ON o.attribute_id = asked.attribute_id AND o.folded = asked.folded"
                " AND o.removed_at IS NULL",
                [[code for code, _ in asked], [ids[code] for code, _ in asked], [folded for _, folded in asked]],
            )
            found.update(((attribute, fold(code)), code) for attribute, code in cursor.fetchall())
        remembered.update(found)
    return {pair: code for pair in pairs if (code := remembered.get(pair)) is not None}


def option_labels(pairs: Collection[Pair]) -> dict[Pair, Mapping[str, str]]:
    """Give the stored labels of options: (attribute code, option code) → labels. 1 query, none for no pairs."""
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code, o.code, o.labels FROM unnest(%s::text[], %s::text[]) AS asked (attribute, folded)"
            " JOIN structure_attribute a ON lower(a.code) = lower(asked.attribute)"
            " JOIN structure_option o ON o.attribute_id = a.id AND o.folded = asked.folded"
            " AND o.removed_at IS NULL",
            [[attribute for attribute, _ in pairs], [fold(code) for _, code in pairs]],
        )
        return {(attribute, code): orjson.loads(labels) for attribute, code, labels in cursor.fetchall()}


def option_of(attribute: Attribute, code: str) -> Option | None:
    """Give one option, whatever the case of its code. 1 query."""
    if "\0" in code:
        return None
    row = _rows(attribute).filter(folded=fold(code)).first()
    return _option(attribute, row) if row else None


def count_options(attribute: Attribute) -> int:
    """1 query."""
    return int(_rows(attribute).count())


def _rows(attribute: Attribute) -> Any:
    return models.Option.objects.filter(attribute_id=attribute.id, removed_at=None).values_list(
        "id", "code", "sort_order", "labels"
    )


def _option(attribute: Attribute, row: tuple[int, str, int, str]) -> Option:
    id, code, sort_order, labels = row
    return Option(id, code, attribute.code, sort_order, orjson.loads(labels))


def _remembered_for(structure: Structure) -> dict[Pair, str | None]:
    """What was looked up since options last changed; None stands for "there is none"."""
    global _remembered, _remembered_at
    if structure.options_version != _remembered_at or len(_remembered) > _MOST_REMEMBERED:
        _remembered, _remembered_at = {}, structure.options_version
    return _remembered


def all_options(structure: Structure) -> dict[str, list[Option]]:
    """Give all options there are, by attribute, in their order. 1 query; some 400 bytes each."""
    attributes = {one.id: one for one in structure.attributes.values()}
    rows: Any = (
        models.Option.objects.filter(removed_at=None)
        .order_by("attribute_id", "sort_order", "folded")
        .values_list("attribute_id", "id", "code", "sort_order", "labels")
    )
    found: dict[str, list[Option]] = {}
    for attribute_id, *row in rows.iterator(chunk_size=10_000):
        attribute = attributes.get(attribute_id)
        if attribute is not None:
            found.setdefault(attribute.code, []).append(_option(attribute, tuple(row)))
    return found
