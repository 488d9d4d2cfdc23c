"""Bulk writes: many rows in one statement, whatever their number.

The reason is a measurement (embedded PostgreSQL, two shared cores, batches of 100 products with one
document and 30 index rows each): COPY 129 µs a product, `INSERT … SELECT unnest(…)` with binary
arrays 148, `executemany` on Django's cursor 266. Django's cursor binds parameters on the client,
which escapes every quote of a JSON document, so statements here go to the driver's own cursor, in
the same connection and the same transaction. They are counted and logged like all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorDebugWrapper
from psycopg.types.string import ByteaBinaryLoader

# Column name → PostgreSQL type, in the order of the rows' items.
Columns = Mapping[str, str]
Rows = Sequence[Sequence[Any]]


def insert_rows(table: str, columns: Columns, rows: Rows) -> None:
    """Append rows by COPY. 1 statement, none for no rows. A broken constraint is Django's IntegrityError."""
    if not rows:
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with _driver(statement) as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        write = copy.write_row
        for row in rows:
            write(row)


def update_rows(table: str, key: str, columns: Columns, rows: Rows) -> None:
    """Set the columns of the rows whose `key` (one of the columns) is given. 1 statement, none for no rows."""
    if not rows:
        return
    sets = ", ".join(f"{name} = new.{name}" for name in columns if name != key)
    statement = (
        f"UPDATE {table} AS old SET {sets} FROM {_unnest(columns)} AS new ({', '.join(columns)})"  # noqa: S608
        f" WHERE old.{key} = new.{key}"
    )
    with _driver(statement) as cursor:
        cursor.execute(statement, _arrays(rows))


def delete_rows(table: str, columns: Columns, rows: Rows) -> None:
    """Delete the rows that have these values in these columns. 1 statement, none for no rows."""
    _delete(table, columns, rows, "")


def take_rows(table: str, columns: Columns, rows: Rows) -> list[tuple[Any, ...]]:
    """As delete_rows; give these columns of what was there, once for each row that is gone."""
    return _delete(table, columns, rows, f" RETURNING {', '.join(f'old.{name}' for name in columns)}")


def _delete(table: str, columns: Columns, rows: Rows, returning: str) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    same = " AND ".join(f"old.{name} = gone.{name}" for name in columns)
    statement = (
        f"DELETE FROM {table} AS old USING {_unnest(columns)} AS gone ({', '.join(columns)})"  # noqa: S608  # our own names
        f" WHERE {same}{returning}"
    )
    with _driver(statement) as cursor:
        cursor.execute(statement, _arrays(rows))
        return cursor.fetchall() if returning else []


def next_ids(sequence: str, number: int) -> list[int]:
    """Draw ids from a sequence before the rows exist, so that all tables can be written at once. 1 statement."""
    if not number:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, number])
        return [id for (id,) in cursor.fetchall()]


def fetch(
    statement: str, params: Sequence[Any] = (), *, binary: bool = False, encoded: bool = False, by_values: bool = False
) -> list[tuple[Any, ...]]:
    """Run a query with parameters bound by the server, for long arrays and texts. 1 query.

    `binary` has the results sent in binary: quicker for `bytea`, times and arrays. `encoded` gives columns of type
    `text` (not `varchar`) as bytes in UTF-8, for JSON that is passed on: it is neither decoded nor encoded.
    `by_values` plans the statement each time for the values it gets, 0.2 ms and more, where the best way depends on
    them: the plan that the server keeps for all values took seconds where the right one takes milliseconds.
    """
    with _driver(statement) as cursor:
        if encoded:
            cursor.adapters.register_loader("text", ByteaBinaryLoader)
        cursor.execute(statement, params, binary=binary or encoded, prepare=False if by_values else None)
        return cursor.fetchall()


def _unnest(columns: Columns) -> str:
    return f"unnest({', '.join(f'%b::{type}[]' for type in columns.values())})"


def _arrays(rows: Rows) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@contextmanager
def _driver(statement: str) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """Give the driver's cursor on Django's connection, with Django's error types and its log of queries."""
    # Taken once: each look at Django's `connection` goes through a thread-local, 2 µs.
    database = connections[DEFAULT_DB_ALIAS]
    database.validate_no_broken_transaction()
    # What `cursor()` does first. The cursor itself, 20 µs, is only needed where it counts and logs.
    database.close_if_health_check_failed()
    database.ensure_connection()
    if database.queries_logged or database.execute_wrappers:
        with database.cursor() as outer, database.wrap_database_errors:
            logged = outer.debug_sql(statement) if isinstance(outer, CursorDebugWrapper) else nullcontext()
            with logged, psycopg.Cursor(database.connection) as cursor:
                yield cursor
        return
    with database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        yield cursor


def like(text: str) -> str:
    """Escape a text so that it stands for itself in a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
