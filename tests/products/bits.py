"""The bits that say which products have a value: as they are kept, and as the index of values has them."""

from __future__ import annotations

from django.db import connection

from limen.products.queries.filled import FROM_INDEX

Bits = set[tuple[int, int, str]]


def kept() -> Bits:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, part, bit_xor(bits)::text FROM (SELECT key, part, bits FROM product_filled"
            " UNION ALL SELECT key, part, bits FROM product_filled_lately) a GROUP BY key, part"
        )
        return {row for row in cursor.fetchall() if "1" in row[2]}


def due() -> Bits:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, part, bits::text FROM ({FROM_INDEX}) a")
        return set(cursor.fetchall())
