"""The floor: the same rows, written and read by plain psycopg in one process, without Limen and without HTTP.

Limen cannot be faster than this on the same machine and database; how near it comes is the ratio. The floor
goes step by step beside what it is compared with, so that both meet the same disturbances.
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
Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
Way = Callable[[Cursor, sql.Identifier, Columns, Rows], None]

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


def settle(dsn: str) -> None:
    """Vacuum and analyze, as the server does by itself within minutes after many rows have come."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


class Floor:
    """A floor under way: `rows` done so far in `seconds`."""

    def __init__(self, dsn: str) -> None:
        self.rows = 0
        self.watch = Stopwatch()
        self.connection: Connection = psycopg.connect(dsn, autocommit=True)
        # A statement that comes again is planned once.
        self.connection.prepare_threshold = 0

    @property
    def seconds(self) -> float:
        return self.watch.seconds

    def close(self) -> None:
        self.connection.close()


class Writing(Floor):
    """Writes the rows of stored products again, into tables of the same definition, 100 products a transaction.

    `way` writes one table's rows of one batch. Reading the rows is not timed.
    """

    def __init__(self, dsn: str, way: Way) -> None:
        super().__init__(dsn)
        self._way = way
        self._schema = f"benchmark_{way.__name__}"
        self._after = 0
        self._drop()
        self.connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._schema)))
        for table, _ in TABLES:
            like = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
            self.connection.execute(like.format(sql.Identifier(self._schema, table), sql.Identifier(table)))
        self._columns = [_columns(self.connection, table) for table, _ in TABLES]

    def write_next(self) -> None:
        """Write the next batch; nothing when all that is stored has been written."""
        ids = _ids(self.connection, self._after, BATCH)
        if not ids:
            return
        rows = [
            _rows(self.connection, table, column, names, ids)
            for (table, column), names in zip(TABLES, self._columns, strict=True)
        ]
        with self.watch, self.connection.transaction(), self.connection.cursor() as cursor:
            for (table, _), names, some in zip(TABLES, self._columns, rows, strict=True):
                self._way(cursor, sql.Identifier(self._schema, table), names, some)
        self.rows, self._after = self.rows + len(ids), ids[-1]

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        self.connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(self._schema)))


def by_copy(cursor: Cursor, table: sql.Identifier, columns: Columns, rows: Rows) -> None:
    names = sql.SQL(",").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, names)) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def by_executemany(cursor: Cursor, table: sql.Identifier, columns: Columns, rows: Rows) -> None:
    names = sql.SQL(",").join(map(sql.Identifier, columns))
    values = sql.SQL(",").join([sql.Placeholder()] * len(columns))
    cursor.executemany(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, names, values), rows)


class Paging(Floor):
    """Reads products in pages of 100: ids by key, documents by id, joined into the list's envelope.

    `key` is `identifier_key` or `uuid`, what the two lists are sorted by.
    """

    def __init__(self, dsn: str, url: str, key: str) -> None:
        super().__init__(dsn)
        # One of two column names of ours goes into the query, and nothing else.
        self._choose = f"SELECT id, uuid, identifier, {key} FROM product WHERE {key} > %s ORDER BY {key} LIMIT {PAGE}"
        self._link = f"{url}/api/rest/v1/{'products-uuid' if key == 'uuid' else 'products'}/"
        self._first = "00000000-0000-0000-0000-000000000000" if key == "uuid" else ""
        self._after = self._first

    def read_all(self, most: int) -> None:
        """Read from the start, not more products than `most`."""
        self._after, rows = self._first, self.rows
        while self.rows - rows < most and self.read_next():
            pass

    def read_next(self) -> bool:
        """Read the next page; False when there was none."""
        with self.watch:
            rows = self.connection.execute(self._choose, [self._after]).fetchall()
            ids = [row[0] for row in rows]
            found = self.connection.execute("SELECT product_id, doc FROM product_doc WHERE product_id = ANY(%s)", [ids])
            docs: dict[int, str] = dict(found)
            items = [
                f'{{"_links":{{"self":{{"href":"{self._link}{name}"}}}},"uuid":"{uuid}","identifier":"{name}",'
                f"{docs[id_][1:]}"
                for id_, uuid, name, _ in rows
            ]
            f'{{"_links":{{}},"_embedded":{{"items":[{",".join(items)}]}}}}'.encode()
        if rows:
            self.rows, self._after = self.rows + len(rows), str(rows[-1][3])
        return bool(rows)


class Reading(Floor):
    """Reads single products: the row by key with its document, made into one object."""

    def read(self, identifier: str) -> None:
        query = (
            "SELECT uuid, identifier, doc FROM product JOIN product_doc ON product_id = id WHERE identifier_key = %s"
        )
        with self.watch:
            row = self.connection.execute(query, [identifier.lower()]).fetchone()
            assert row is not None
            f'{{"uuid":"{row[0]}","identifier":"{row[1]}",{row[2][1:]}'.encode()
        self.rows += 1


def _columns(connection: Connection, table: str) -> Columns:
    query = (
        "SELECT attname, typname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
    )
    return dict(connection.execute(query, [table]).fetchall())


def _ids(connection: Connection, after: int, limit: int) -> list[int]:
    query = "SELECT id FROM product WHERE id > %s ORDER BY id LIMIT %s"
    return [row[0] for row in connection.execute(query, [after, limit])]


def _rows(connection: Connection, table: str, column: str, names: Columns, ids: list[int]) -> Rows:
    query = sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
        sql.SQL(",").join(map(sql.Identifier, names)),
        sql.Identifier(table),
        sql.Identifier(column),
    )
    return connection.execute(query, [ids]).fetchall()
