"""The floor: the same rows, written and read by plain psycopg in one process, without Limen and without HTTP.

Limen cannot be faster than this on the same machine and database; how near it comes is the ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.session import Stopwatch

# Column name → PostgreSQL type.
Columns = dict[str, str]
Rows = Sequence[Sequence[Any]]
Cursor = psycopg.Cursor[Any]
Way = Callable[[Cursor, str, Columns, Rows], None]

SCHEMA = "benchmark_floor"
BATCH = 100
PAGE = 100

# What the store writes for a product (table, column of the product's id, columns), first the product itself.
TABLES = (
    ("product", "id"),
    ("product_doc", "product_id"),
    ("product_category", "product_id"),
    ("product_idx_text", "product_id"),
    ("product_idx_num", "product_id"),
)


def write(dsn: str, most: int, way: Way) -> tuple[int, float]:
    """Write the rows of up to `most` stored products again, into tables of the same definition.

    Batches of 100 products, one transaction each; per table one COPY (the fastest way there is) or one
    `executemany` (the usual way). Reading the rows is not timed. Gives the number of products and the seconds.
    """
    watch = Stopwatch()
    written = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        _make_tables(connection)
        try:
            columns = [_columns(connection, table) for table, _ in TABLES]
            after = 0
            while written < most:
                ids = _ids(connection, after, min(BATCH, most - written))
                if not ids:
                    break
                rows = [_rows(connection, *table, names, ids) for table, names in zip(TABLES, columns, strict=True)]
                with watch, connection.transaction(), connection.cursor() as cursor:
                    for (table, _), names, some in zip(TABLES, columns, rows, strict=True):
                        way(cursor, table, names, some)
                written, after = written + len(ids), ids[-1]
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(SCHEMA)))
    return written, watch.seconds


def by_copy(cursor: Cursor, table: str, columns: Columns, rows: Rows) -> None:
    names = sql.SQL(",").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(SCHEMA, table), names)
    with cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def by_executemany(cursor: Cursor, table: str, columns: Columns, rows: Rows) -> None:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(SCHEMA, table),
        sql.SQL(",").join(map(sql.Identifier, columns)),
        sql.SQL(",").join([sql.Placeholder()] * len(columns)),
    )
    cursor.executemany(statement, rows)


def read_pages(dsn: str, url: str, key: str, most: int) -> tuple[int, float]:
    """Read up to `most` products in pages of 100: ids by key, documents by id, joined into the list's envelope.

    `key` is `identifier_key` or `uuid`, what the two lists are sorted by.
    """
    watch = Stopwatch()
    read = 0
    # One of two column names of ours goes into the query, and nothing else.
    choose = f"SELECT id, uuid, identifier, {key} FROM product WHERE {key} > %s ORDER BY {key} LIMIT {PAGE}"
    after = "00000000-0000-0000-0000-000000000000" if key == "uuid" else ""
    path = "products-uuid" if key == "uuid" else "products"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.prepare_threshold = 0
        while read < most:
            with watch:
                rows = connection.execute(choose, [after]).fetchall()
                ids = [row[0] for row in rows]
                found = connection.execute("SELECT product_id, doc FROM product_doc WHERE product_id = ANY(%s)", [ids])
                docs: dict[int, str] = dict(found)
                items = [
                    f'{{"_links":{{"self":{{"href":"{url}/api/rest/v1/{path}/{name}"}}}},"uuid":"{uuid}",'
                    f'"identifier":"{name}",{docs[id_][1:]}'
                    for id_, uuid, name, _ in rows
                ]
                envelope = f'{{"_links":{{}},"_embedded":{{"items":[{",".join(items)}]}}}}'.encode()
            if not rows or not envelope:
                break
            read, after = read + len(rows), str(rows[-1][3])
    return read, watch.seconds


def read_one(dsn: str, identifiers: Sequence[str]) -> tuple[int, float]:
    """Read single products: the row by key, the document by id, joined into one object."""
    watch = Stopwatch()
    query = (
        "SELECT uuid, identifier, doc FROM product JOIN product_doc ON product_id = id WHERE identifier_key = lower(%s)"
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.prepare_threshold = 0
        for wanted in identifiers:
            with watch:
                row = connection.execute(query, [wanted]).fetchone()
                assert row is not None
                f'{{"uuid":"{row[0]}","identifier":"{row[1]}",{row[2][1:]}'.encode()
    return len(identifiers), watch.seconds


def _make_tables(connection: psycopg.Connection[Any]) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA)))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
    for table, _ in TABLES:
        like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
        connection.execute(like.format(sql.Identifier(SCHEMA, table), sql.Identifier(table)))


def _columns(connection: psycopg.Connection[Any], table: str) -> Columns:
    query = (
        "SELECT attname, typname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
    )
    return dict(connection.execute(query, [table]).fetchall())


def _ids(connection: psycopg.Connection[Any], after: int, limit: int) -> list[int]:
    query = "SELECT id FROM product WHERE id > %s ORDER BY id LIMIT %s"
    return [row[0] for row in connection.execute(query, [after, limit])]


def _rows(connection: psycopg.Connection[Any], table: str, column: str, names: Columns, ids: list[int]) -> Rows:
    query = sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
        sql.SQL(",").join(map(sql.Identifier, names)),
        sql.Identifier(table),
        sql.Identifier(column),
    )
    return connection.execute(query, [ids]).fetchall()
