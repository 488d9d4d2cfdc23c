"""Files for tests, stored by the room's own operation."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from limen.accounts.rules import SYSTEM
from limen.media import operations
from limen.media.rules import MediaRow

PNG = b"\x89PNG\r\n\x1a\n" + bytes(56)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make_media_file(filename: str = "chair.png", content: bytes = PNG) -> MediaRow:
    return operations.store_file(file=BytesIO(content), filename=filename, by=SYSTEM, now=NOW)
