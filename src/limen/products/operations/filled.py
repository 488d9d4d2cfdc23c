"""Keeping the bits that tell which products have a value: what a write turns over is added, and summed later."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from limen.kit import db
from limen.products.models import PART
from limen.products.queries.filled import EVERY

# By key and part, the bits of some ids.
Bits = dict[tuple[int, int], int]

# Fewer rows are not worth a sum: searches read them as they are.
WORTH = 1_000


def bits_of(pairs: Iterable[tuple[int, int]]) -> Bits:
    """Give the bits of (key, product id); a pair may come several times."""
    found: Bits = {}
    for key, id in pairs:
        place = (key, id // PART)
        found[place] = found.get(place, 0) | 1 << id % PART
    return found


def turn_over(before: Mapping[tuple[int, int], int], after: Mapping[tuple[int, int], int]) -> None:
    """Add the bits that differ. Of products that are new or locked, in the transaction of what they tell. 1 statement,
    none where nothing differs."""
    rows = [
        (*place, f"x{bits:0{PART // 4}x}")
        for place in sorted(before.keys() | after.keys())
        if (bits := before.get(place, 0) ^ after.get(place, 0))
    ]
    if not rows:
        return
    statement = (
        f"INSERT INTO product_filled_lately (key, part, bits) SELECT key, part, bits::bit({PART})"  # noqa: S608  # own name
        " FROM unnest(%s::int8[], %s::int8[], %s::text[]) AS turned (key, part, bits)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


@contextmanager
def followed(ids: Sequence[int], keys: Collection[int] | None = None) -> Iterator[None]:
    """Bring the bits of products, of some keys or all, to what a block of statements leaves. At most 3 statements."""
    before = _stored(ids, keys)
    yield
    turn_over(before, _stored(ids, keys))


def _stored(ids: Sequence[int], keys: Collection[int] | None) -> Bits:
    statement = (
        f"SELECT {EVERY}, id FROM product WHERE id = ANY(%(ids)s)"  # noqa: S608  # own parts
        " UNION SELECT key, product_id FROM product_idx_text WHERE product_id = ANY(%(ids)s)"
        " UNION SELECT n.key, n.product_id FROM product_idx_num n JOIN product_search_key k ON k.id = n.key"
        " WHERE n.product_id = ANY(%(ids)s) AND k.attribute_id > 0"
        " UNION SELECT -family_id, id FROM product WHERE id = ANY(%(ids)s) AND family_id IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(ids)})
        return bits_of((key, id) for key, id in cursor.fetchall() if keys is None or key in keys)


def sum_filled() -> None:
    """Add what was written lately to the sums, in one transaction: a search sees all of it before, or after.

    Cost: 2 statements, some 3 µs for each row that was added since the last time.
    """
    if len(db.fetch(f"SELECT 1 FROM product_filled_lately LIMIT {WORTH}")) < WORTH:  # noqa: S608  # own parts
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM product_filled_lately RETURNING key, part, bits)"
            " INSERT INTO product_filled AS old (key, part, bits)"
            " SELECT key, part, bit_xor(bits) FROM gone GROUP BY key, part ORDER BY key, part"
            " ON CONFLICT (key, part) DO UPDATE SET bits = old.bits # excluded.bits"
        )
