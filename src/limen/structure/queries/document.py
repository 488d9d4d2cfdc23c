"""The whole structure as one document."""

from __future__ import annotations

from limen.structure.queries.options import all_options
from limen.structure.queries.snapshot import snapshot
from limen.structure.rules.document import Document, document_of


def document() -> Document:
    """Give the structure as it is, options and all. Cost: as `snapshot`, and 1 query."""
    structure = snapshot()
    return document_of(structure, all_options(structure))
