"""Remembers what the PIM has accepted, so that a run sends only what has changed since.

One small SQLite file. For each article it keeps a digest of the product as it was accepted, never the
product itself. Memory stays flat, and a run that is interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


class State:
    """`target` names the PIM and the connection: what one has accepted says nothing about another."""

    def __init__(self, path: Path, target: str) -> None:
        self._target = target
        self._db = sqlite3.connect(path)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS accepted"
            " (target TEXT, number TEXT, digest BLOB NOT NULL, PRIMARY KEY (target, number)) WITHOUT ROWID"
        )
        self._db.execute("CREATE TEMP TABLE seen (number TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID")

    def close(self) -> None:
        self._db.close()

    def first_position(self, number: str, position: int) -> int:
        """Note that this run met an article number; give the position where it was met first."""
        self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number.casefold(), position))
        row = self._db.execute("SELECT position FROM seen WHERE number = ?", (number.casefold(),)).fetchone()
        return int(row[0])

    def is_accepted(self, number: str, digest: bytes) -> bool:
        """Say whether the PIM has accepted exactly this product before."""
        row = self._db.execute(
            "SELECT digest FROM accepted WHERE target = ? AND number = ?", (self._target, number.casefold())
        ).fetchone()
        return row is not None and row[0] == digest

    def keep(self, accepted: Iterable[tuple[str, bytes]], refused: Iterable[str]) -> None:
        """Write down the answers of one batch. What was refused is forgotten, so the next run sends it again."""
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO accepted VALUES (?, ?, ?)",
                [(self._target, number.casefold(), digest) for number, digest in accepted],
            )
            self._db.executemany(
                "DELETE FROM accepted WHERE target = ? AND number = ?",
                [(self._target, number.casefold()) for number in refused],
            )


def digest_of(product: Mapping[str, Any]) -> bytes:
    """Give a digest of a mapped product: it changes with the article and with the mapping table."""
    return hashlib.sha256(json.dumps(product, sort_keys=True).encode()).digest()[:16]
