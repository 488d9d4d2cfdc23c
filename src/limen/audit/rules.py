"""What an exported event looks like, as a row of a table and as a line of JSON. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import orjson

from limen.kit import clock

COLUMNS = ("id", "at", "kind", "subject", "author", "author_name", "author_kind", "data")

# A spreadsheet runs a cell that begins like this, and text in the log was typed by others.
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")


class EventRow(Protocol):
    """What of an event is read here."""

    id: int
    kind: str
    subject: str
    author: str
    author_kind: str
    author_name: str
    at: datetime
    data: str


class _Line:
    """What the CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(events: Iterable[EventRow]) -> Iterator[bytes]:
    """Give a table with a head, line by line, in UTF-8 (RFC 4180)."""
    writer = csv.writer(_Line())
    yield _written(writer.writerow(COLUMNS))
    for event in events:
        cells = (event.kind, event.subject, event.author, event.author_name, event.author_kind, event.data)
        yield _written(writer.writerow([event.id, clock.iso(event.at), *map(cell, cells)]))


def cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(RUN_BY_SPREADSHEETS) else text


def ndjson_lines(events: Iterable[EventRow]) -> Iterator[bytes]:
    """Give each event as a line of JSON."""
    for event in events:
        line = {
            "id": event.id,
            "at": clock.iso(event.at),
            "kind": event.kind,
            "subject": event.subject,
            "author": {"username": event.author, "name": event.author_name, "kind": event.author_kind},
            "data": orjson.Fragment(event.data or "{}"),
        }
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _written(line: object) -> bytes:
    # The writer gives what `write` gave, whatever its type says.
    return str(line).encode()
