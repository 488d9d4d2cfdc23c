"""The floor: the same rows, written and read by plain psycopg in one process, without Limen and without HTTP.

Limen cannot be faster than this on the same machine and database; how near it comes is the ratio. The floor
goes step by step beside what it is compared with, so that both meet the same disturbances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.string import ByteaBinaryLoader

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

    def forget(self) -> None:
        """Begin anew: what was done so far was to warm up."""
        self.rows, self.watch = 0, Stopwatch()

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
    """Reads products in pages of 100 and joins them into the list's answer, the quickest plain way there is.

    One prepared statement, as narrow as ours, its rows in binary; documents stay bytes and are copied once, into the
    answer, which is the server's but for the links of the page. Two statements, ids before documents, took a third
    longer, documents as `str` a tenth. `key` is `identifier_key` or `uuid`, what the two lists are sorted by; `tail` is
    what an item has after its document.
    """

    def __init__(self, dsn: str, url: str, key: str, tail: bytes) -> None:
        super().__init__(dsn)
        # One of two column names of ours goes into the query, and nothing else.
        self._statement = (
            "SELECT s.uuid::varchar, s.identifier::varchar, d.doc"
            f" FROM (SELECT id, uuid, identifier, {key} AS place FROM product WHERE {key} > %s ORDER BY {key}"
            f" LIMIT {PAGE}) s JOIN product_doc d ON d.product_id = s.id ORDER BY s.place"
        )
        path = "products-uuid" if key == "uuid" else "products"
        self._start = f'{{"_links":{{"self":{{"href":"{url}/api/rest/v1/{path}/'.encode()
        self._by_uuid = key == "uuid"
        self._tail = tail
        self._first = "00000000-0000-0000-0000-000000000000" if key == "uuid" else ""
        self._after = self._first

    def start(self) -> None:
        """Read from the first page again."""
        self._after = self._first

    def read_next(self) -> bytes:
        """Read the next page; give it, without the links."""
        with self.watch:
            cursor = self.connection.cursor(binary=True)
            cursor.adapters.register_loader("text", ByteaBinaryLoader)
            rows = cursor.execute(self._statement, [self._after]).fetchall()
            start, tail, by_uuid = self._start, self._tail, self._by_uuid
            parts: list[bytes | memoryview] = [b'{"_links":{},"_embedded":{"items":[']
            for uuid, identifier, doc in rows:
                name = uuid.encode()
                if by_uuid:
                    parts.append(b'%b%b"}},"uuid":"%b",' % (start, name, name))
                else:
                    code = identifier.encode()
                    parts.append(b'%b%b"}},"uuid":"%b","identifier":"%b",' % (start, code, name, code))
                parts += (memoryview(doc)[1:-1], tail, b",")
            parts[-1] = b"]}}"
            content = b"".join(parts)
        if rows:
            uuid, identifier, _ = rows[-1]
            self.rows, self._after = self.rows + len(rows), uuid if by_uuid else identifier.lower()
        return content


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
