"""Which products use a part of the structure; asked by `structure.queries.uses_of` through the settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from limen.kit import db
from limen.kit.text import fold
from limen.structure.queries import Counted
from limen.structure.rules import Subject, Use
from limen.structure.rules.removal import MOST_EXAMPLES

# Rows that are looked at: beyond, a count says "more than".
MOST_COUNTED = 20_000

_KEYS = "key IN (SELECT id FROM product_search_key WHERE attribute_id = %b)"
_WITH_OPTION = f"SELECT product_id AS id FROM product_idx_text WHERE {_KEYS} AND value = %b"  # noqa: S608
_CHANNEL_KEYS = "key IN (SELECT id FROM product_search_key WHERE channel = ANY(%b) AND attribute_id <> 0)"


def uses_of_structure(subject: Subject) -> tuple[Use, ...]:
    """Tell how many products use a part of the structure, up to MOST_COUNTED rows of theirs. 1 query, or none."""
    found = _where(subject)
    if found is None:
        return ()
    rows, params = found
    counted = db.fetch(
        f"WITH seen AS ({rows} LIMIT {MOST_COUNTED + 1}), used AS (SELECT DISTINCT id FROM seen)"  # noqa: S608
        " SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM used),"
        " (SELECT array_agg(coalesce(p.identifier, p.uuid::text) ORDER BY p.id) FROM product p"
        f" WHERE p.id IN (SELECT id FROM used ORDER BY id LIMIT {MOST_EXAMPLES}))",
        params,
    )
    seen, number, examples = counted[0]
    if not number:
        return ()
    return (Use("products", number, tuple(examples or ()), subject.resource == "family", seen > MOST_COUNTED),)


def _where(subject: Subject) -> tuple[str, list[Any]] | None:
    """Give the rows, product id as `id`, that say that a product uses the subject; None where products cannot."""
    match subject.resource:
        case "family":
            return "SELECT id FROM product WHERE family_id = ANY(%b)", [list(subject.ids)]
        case "category":
            return "SELECT product_id AS id FROM product_category WHERE category_id = ANY(%b)", [list(subject.ids)]
        case "group":
            return "SELECT product_id AS id FROM product_group WHERE group_id = ANY(%b)", [list(subject.ids)]
        case "association_type":
            return "SELECT owner_id AS id FROM product_link WHERE type_id = ANY(%b)", [list(subject.ids)]
        case "attribute":
            (id,) = subject.ids
            return _in_both(_KEYS), [id, id]
        case "channel":
            return _in_both(_CHANNEL_KEYS), [list(subject.codes), list(subject.codes)]
        case "attribute_option":
            assert subject.attribute is not None
            return _WITH_OPTION, [subject.attribute.id, fold(subject.codes[0])]
    return None


def _in_both(condition: str) -> str:
    return (
        f"SELECT product_id AS id FROM product_idx_text WHERE {condition}"  # noqa: S608  # a condition of ours
        f" UNION ALL SELECT product_id FROM product_idx_num WHERE {condition}"
    )


def families_with_products() -> frozenset[int]:
    """Give the ids of the families that have products. 1 query: a look into an index for each such family."""
    rows = db.fetch(
        "WITH RECURSIVE used AS (SELECT min(family_id) AS id FROM product UNION ALL"
        " SELECT (SELECT min(family_id) FROM product WHERE family_id > used.id) FROM used WHERE used.id IS NOT NULL)"
        " SELECT id FROM used WHERE id IS NOT NULL"
    )
    return frozenset(id for (id,) in rows)


def count_in_categories(groups: Sequence[Collection[int]]) -> list[Counted]:
    """Count the products that are in at least one category of each group, given as ids. 1 query, none for no groups.

    Of each group up to MOST_COUNTED rows are looked at.
    """
    if not groups:
        return []
    pairs = [(place, id) for place, ids in enumerate(groups) for id in ids]
    rows = db.fetch(
        "SELECT wanted.place, counted.seen, counted.number FROM (SELECT place, array_agg(id) AS ids"  # noqa: S608
        " FROM unnest(%b::int8[], %b::int8[]) AS pair(place, id) GROUP BY place) wanted,"
        " LATERAL (SELECT count(*) AS seen, count(DISTINCT product_id) AS number FROM (SELECT product_id"
        f" FROM product_category WHERE category_id = ANY(wanted.ids) LIMIT {MOST_COUNTED + 1}) looked) counted",
        [[place for place, _id in pairs], [id for _place, id in pairs]],
    )
    found = {place: Counted(min(number, MOST_COUNTED), seen > MOST_COUNTED) for place, seen, number in rows}
    return [found.get(place, Counted(0, False)) for place in range(len(groups))]
