"""The tag of a product or model: what conditions of a write are compared with."""

from __future__ import annotations

from limen.kit.conditions import tag_of
from limen.products.rules.world import ModelRow, Row


def tag_of_row(row: Row | ModelRow) -> str:
    """Make the tag out of all that is stored of it: what it inherits is in its document. 5 µs."""
    name = row.code if isinstance(row, ModelRow) else row.identifier or ""
    return tag_of(b"\0".join((name.encode(), row.doc, row.associations or b"", row.quantified or b"")))
