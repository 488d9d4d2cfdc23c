"""Fills the store with products inside the database, for the benchmark of searches: a minute or two a million."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import orjson
import psycopg
from psycopg import sql

from benchmarks.catalogue import CHANNEL, WORDS

Connection = psycopg.Connection[Any]

GROUPS = [f"bench_group_{number}" for number in range(5)]
# The first moment of the changes, and one that few products were changed after; ten a second.
FIRST, LATEST = "2025-01-01 00:00:00", "2026-06-01 00:00:00"
_TABLES = ("product", "product_doc", "product_category", "product_group", "product_idx_text", "product_idx_num")
_LONG = "product_long_text"


def a_text(random: Random) -> str:
    return f"{random.choice(WORDS)} {random.choice(WORDS)} {random.randrange(1_000_000):06} {random.choice(WORDS)}"


def a_day(random: Random) -> str:
    return f"20{random.randint(10, 29)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def a_moment(random: Random) -> str:
    return f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02} {random.randint(0, 23):02}:00:00"


def fill(connection: Connection, products: int, seed: int, document: str = "") -> None:
    """Make products 1 to `products`, with one value of each kind; nine in ten values are there. None if all are.

    All have the same `document`, by default one without values.
    """
    (there,) = connection.execute("SELECT count(*) FROM product").fetchone() or (0,)
    if there:
        if there != products:
            raise SystemExit(f"There are {there} products already, and not {products}.")
        return
    connection.execute("SET maintenance_work_mem = '256MB'")
    connection.execute("SET synchronous_commit = off")
    connection.execute(f"SELECT setseed({1 / (1 + seed)})")
    _groups(connection)
    with _without_indexes(connection, (*_TABLES, _LONG)):
        _products(connection, products, document)
        _members(connection, products)
        for statement in _values(connection):
            connection.execute(statement, {"products": products})
    connection.execute(_FILLED)
    # As the server does by itself within minutes after many rows have come.
    connection.execute("VACUUM ANALYZE")


# As the migration that made the table does it.
_FILLED = (
    "INSERT INTO product_filled (key, part, bits) SELECT key, id / 1024,"
    " bit_or(set_bit(repeat('0', 1024)::bit(1024), 1023 - (id % 1024)::int, 1)) FROM ("
    "SELECT key, product_id AS id FROM product_idx_text UNION ALL SELECT n.key, n.product_id FROM product_idx_num n"
    " JOIN product_search_key k ON k.id = n.key AND k.attribute_id > 0"
    " UNION ALL SELECT -family_id, id FROM product WHERE family_id IS NOT NULL"
    " UNION ALL SELECT 0, id FROM product) there GROUP BY 1, 2"
)


def _groups(connection: Connection) -> None:
    """Groups of products have no API."""
    for code in GROUPS:
        connection.execute(
            "INSERT INTO structure_group (code, labels, revision, created_at, updated_at)"
            " VALUES (%s, '{}', 1, now(), now())",
            [code],
        )
    # Whoever keeps the structure reads all of it anew.
    connection.execute("UPDATE structure_version SET version = version + 1000, trail = '{}'")


def _products(connection: Connection, products: int, document: str) -> None:
    span = sql.Literal((_days_between() * 86_400) / products)
    connection.execute(
        sql.SQL(
            "INSERT INTO product (id, uuid, identifier, identifier_key, enabled, family_id, created, updated)"
            " SELECT i, gen_random_uuid(), key, key, random() < 0.95,"
            " (SELECT (array_agg(id ORDER BY id))[1 + i %% 5] FROM structure_family WHERE code LIKE 'bench_family%%'),"
            " timestamptz '2025-01-01 00:00:00+00' + i * {span} * interval '1 second',"
            " timestamptz '2025-01-01 00:00:00+00' + random() * {days} * interval '1 day'"
            " FROM generate_series(1, %(products)s) i, LATERAL (SELECT 'bench-' || lpad(i::text, 8, '0') AS key) k"
        ).format(span=span, days=sql.Literal(_days_between())),
        {"products": products},
    )
    # Here and there one without family.
    connection.execute("UPDATE product SET family_id = NULL WHERE id % 997 = 0")
    empty = {"enabled": True, "family": "bench_family_0", "categories": [], "groups": [], "parent": None}
    empty |= {"values": {}, "created": "2025-01-01T00:00:00+00:00", "updated": "2025-01-01T00:00:00+00:00"}
    connection.execute(
        "INSERT INTO product_doc (product_id, doc) SELECT id, %(doc)s FROM product",
        {"doc": document or orjson.dumps(empty).decode()},
    )


def _days_between() -> int:
    # Changes end shortly after LATEST.
    return 517


def _members(connection: Connection, products: int) -> None:
    for table, column, source, share in (
        ("product_category", "category_id", "structure_category WHERE code LIKE 'bench_category%%'", 0.98),
        ("product_group", "group_id", "structure_group WHERE code LIKE 'bench_group%%'", 0.1),
    ):
        connection.execute(
            f"WITH all_of AS (SELECT array_agg(id) AS ids FROM {source})"
            f" INSERT INTO {table} ({column}, product_id)"
            " SELECT ids[1 + (random() * (cardinality(ids) - 1))::int], i"
            f" FROM all_of, generate_series(1, %(products)s) i WHERE random() < {share}",
            {"products": products},
        )


def _values(connection: Connection) -> Iterator[str]:
    """Give the statements that fill the index, one for each kind."""
    words = "(ARRAY[" + ",".join(f"'{word}'" for word in WORDS) + "])"
    word = f"{words}[1 + (random() * {len(WORDS) - 1})::int]"
    text = f"{word} || ' ' || {word} || ' ' || lpad((random() * 999999)::int::text, 6, '0') || ' ' || {word}"
    texts: dict[tuple[str, str], str] = {
        ("bench_text_000", "en_US"): text,
        ("bench_text_004", ""): text,
        # Three in a hundred options of a select are rare; the last one is.
        ("bench_simpleselect_002", ""): "'o' || lpad((sqrt(random()) * 28.51)::int::text, 2, '0')",
    }
    for (code, locale), value in texts.items():
        yield _one_value("product_idx_text", _key(connection, code, locale=locale), value)
    multi = _key(connection, "bench_multiselect_008")
    for half in ("0", "15"):
        yield _one_value("product_idx_text", multi, f"'o' || lpad(({half} + random() * 14)::int::text, 2, '0')")
    yield from _long_texts(_key(connection, "bench_textarea_010", locale="en_US"), word)
    numbers = {
        _key(connection, "bench_number_001"): "(random() * 99999)::int",
        _key(connection, "bench_metric_003"): "(random() * 999900)::int / 100.0",
        _key(connection, "bench_price_collection_006", currency="EUR"): "(random() * 999900)::int / 100.0",
        _key(connection, "bench_price_collection_006", currency="USD"): "(random() * 999900)::int / 100.0",
        _key(connection, "bench_boolean_005"): "(random() < 0.5)::int",
        # From 2010 to 2029.
        _key(connection, "bench_date_007"): "733773 + (random() * 7300)::int",
    }
    for key, value in numbers.items():
        yield _one_value("product_idx_num", key, value)
    for locale in ("en_US", "de_DE"):
        for place, value in ((0, "(random() * 10)::int * 10"), (-1, "1 + (random() * 4)::int")):
            yield _one_value("product_idx_num", _search_key(connection, place, CHANNEL, locale, ""), value, share=1.0)


def _one_value(table: str, key: int, value: str, share: float = 0.9) -> str:
    return (
        f"INSERT INTO {table} (key, value, product_id) SELECT {key}, {value}, i"
        f" FROM generate_series(1, %(products)s) i WHERE random() < {share}"
    )


def _long_texts(key: int, word: str) -> Iterator[str]:
    """One in five long texts is longer than what the narrow index holds."""
    sentence = " || ' ' || ".join([word, word, "lpad((random() * 999999)::int::text, 6, '0')", word, word])
    yield (
        f"WITH made AS MATERIALIZED (SELECT i, {sentence} AS text FROM generate_series(1, %(products)s) i),"
        " whole AS MATERIALIZED (SELECT i, CASE WHEN i %% 5 = 0 THEN repeat(text || ' ', 8) ELSE text END AS text"
        " FROM made),"
        f" longs AS (INSERT INTO {_LONG} (key, value, product_id) SELECT {key}, text, i FROM whole"
        " WHERE length(text) > 120)"
        f" INSERT INTO product_idx_text (key, value, product_id) SELECT {key},"
        " CASE WHEN length(text) > 120 THEN left(text, 120) || U&'\\+10FFFF' ELSE text END, i FROM whole"
    )


def _key(connection: Connection, code: str, locale: str = "", currency: str = "") -> int:
    row = connection.execute("SELECT id FROM structure_attribute WHERE code = %s", [code]).fetchone()
    if row is None:
        raise SystemExit(f"There is no attribute {code}.")
    return _search_key(connection, row[0], "", locale, currency)


def _search_key(connection: Connection, attribute: int, channel: str, locale: str, currency: str) -> int:
    place = [attribute, channel, locale, currency]
    connection.execute(
        "INSERT INTO product_search_key (attribute_id, channel, locale, currency) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        place,
    )
    row = connection.execute(
        "SELECT id FROM product_search_key WHERE (attribute_id, channel, locale, currency) = (%s, %s, %s, %s)", place
    ).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def _without_indexes(connection: Connection, tables: tuple[str, ...]) -> Iterator[None]:
    """Take indexes and constraints away and make them again: sorting at the end is many times as fast."""
    again: list[str] = []
    for table in tables:
        constraints = connection.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype IN ('p', 'u') AND conname NOT IN ('product_pkey')",
            [table],
        ).fetchall()
        for name, definition in constraints:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname <> 'product_pkey'", [table]
        ).fetchall()
        for name, definition in indexes:
            connection.execute(f"DROP INDEX {name}")
            again.append(definition)
    yield
    for statement in again:
        connection.execute(statement)
