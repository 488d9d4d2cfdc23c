"""Bulk writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from limen.kit import db

COLUMNS = {"id": "int8", "name": "text", "size": "float8"}
AWKWARD = "tab\t, line\n, backslash \\N, quotes \"' {braces}, é"


@pytest.fixture(autouse=True)
def table(db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bulk (id bigserial PRIMARY KEY, name text, size float8)")
    yield


def rows() -> list[tuple[Any, ...]]:
    return db.fetch("SELECT id, name, size FROM bulk ORDER BY id")


def test_rows_are_inserted_as_they_are() -> None:
    db.insert_rows("bulk", COLUMNS, [(1, AWKWARD, 0.5), (2, None, None)])
    assert rows() == [(1, AWKWARD, 0.5), (2, None, None)]


def test_rows_are_updated_by_their_key() -> None:
    db.insert_rows("bulk", COLUMNS, [(1, "a", 1.0), (2, "b", 2.0), (3, "c", 3.0)])
    db.update_rows("bulk", "id", {"id": "int8", "name": "text"}, [(1, AWKWARD), (3, None), (9, "x")])
    assert rows() == [(1, AWKWARD, 1.0), (2, "b", 2.0), (3, None, 3.0)]


def test_rows_are_deleted_by_several_columns() -> None:
    db.insert_rows("bulk", COLUMNS, [(1, "a", 1.0), (2, "b", 2.0), (3, "c", 3.0)])
    db.delete_rows("bulk", {"id": "int8", "name": "text"}, [(1, "a"), (2, "x")])
    assert [row[0] for row in rows()] == [2, 3]


def test_ids_are_drawn_from_a_sequence() -> None:
    assert db.next_ids("bulk_id_seq", 3) == [1, 2, 3]
    assert db.next_ids("bulk_id_seq", 0) == []


def test_a_broken_constraint_is_an_error_of_django() -> None:
    db.insert_rows("bulk", COLUMNS, [(1, "a", 1.0)])
    with pytest.raises(IntegrityError), transaction.atomic():
        db.insert_rows("bulk", COLUMNS, [(1, "b", 1.0)])
    assert rows() == [(1, "a", 1.0)]


def test_statements_are_counted_and_none_is_sent_for_no_rows(
    count_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    with count_queries(4):
        db.insert_rows("bulk", COLUMNS, [(number, "a", 1.0) for number in range(100)])
        db.update_rows("bulk", "id", COLUMNS, [(number, "b", 2.0) for number in range(100)])
        db.delete_rows("bulk", {"id": "int8"}, [(number,) for number in range(100)])
        db.fetch("SELECT 1")
    with count_queries(0):
        db.insert_rows("bulk", COLUMNS, [])
        db.update_rows("bulk", "id", COLUMNS, [])
        db.delete_rows("bulk", COLUMNS, [])


def test_a_text_stands_for_itself_in_a_pattern() -> None:
    assert db.fetch("SELECT %s LIKE %s", [r"50%_\x", db.like(r"50%_\x")]) == [(True,)]
    assert db.fetch("SELECT %s LIKE %s", ["50a", db.like("50%")]) == [(False,)]
