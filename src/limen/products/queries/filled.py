"""Which products could have a value and have none, by bits: what hardly anybody lacks is found without asking all."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from limen.kit import db
from limen.products.models import PART
from limen.products.queries import conditions

_ALL = "SELECT key, part, bits FROM product_filled UNION ALL SELECT key, part, bits FROM product_filled_lately"

# The key of all products; no place of the index has it.
EVERY = 0
# More families and places are not looked at one by one: all products stand for those of them.
MOST_KEYS = 20

# What there should be, from the tables that say so. A family stands for its products, under its id negated.
FROM_INDEX = (
    f"SELECT key, product_id / {PART} AS part,"  # noqa: S608  # own parts
    f" bit_or(set_bit(repeat('0', {PART})::bit({PART}), {PART - 1} - (product_id % {PART})::int, 1)) AS bits FROM ("
    "SELECT key::bigint AS key, product_id FROM product_idx_text"
    " UNION ALL SELECT n.key, n.product_id FROM product_idx_num n"
    " JOIN product_search_key k ON k.id = n.key WHERE k.attribute_id > 0"
    " UNION ALL SELECT -family_id, id FROM product WHERE family_id IS NOT NULL"
    f" UNION ALL SELECT {EVERY}, id FROM product) there GROUP BY 1, 2"
)


def lacking(*, families: Collection[int], somewhere: Collection[int], here: Collection[int]) -> list[int] | None:
    """Give the ids of products that are of one of some families, or have a value under a key of `somewhere`, and have
    none under the keys of `here`; None where they are many.

    Some may be among them that are not, such as were deleted meanwhile. Cost: 1 query, 1 to 2 ms for each key and
    family and a million products.
    """
    could = [*(-id for id in families), *somewhere]
    if len(could) > MOST_KEYS:
        could = [EVERY]
    none = f"repeat('0', {PART})::bit({PART})"
    statement = (
        f"WITH summed AS (SELECT key, part, bit_xor(bits) AS bits FROM ({_ALL}) a WHERE key = ANY(%s::bigint[])"  # noqa: S608  # own parts
        " GROUP BY key, part),"
        f" found AS (SELECT part, coalesce(bit_or(bits) FILTER (WHERE key = ANY(%s::bigint[])), {none})"
        f" & ~coalesce(bit_or(bits) FILTER (WHERE key = ANY(%s::bigint[])), {none}) AS bits"
        " FROM summed GROUP BY part),"
        f" counted AS (SELECT part, bits, sum(bit_count(bits)) OVER () AS number FROM found WHERE bits <> {none})"
        f" SELECT part, CASE WHEN number <= {conditions.FEW} THEN bits::text END FROM counted"
    )
    rows = db.fetch(statement, [list({*could, *here}), could, list(here)], by_values=True)
    if any(bits is None for _, bits in rows):
        return None
    return [part * PART + place for part, bits in rows for place in _places(int(bits, 2))]


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
