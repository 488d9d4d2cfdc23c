"""The pictures of connections."""

from __future__ import annotations

from django.db.models.functions import Lower

from limen.connections import rules
from limen.connections.models import ConnectionImage
from limen.kit.text import fold


def image_digest(connection: int) -> str | None:
    """Tell which picture a connection has, without reading it. 1 query."""
    return ConnectionImage.objects.filter(connection=connection).values_list("digest", flat=True).first()


def image_of(code: str) -> tuple[bytes, str] | None:
    """Give the picture of a connection made by a person, as WebP, and its digest; None when it has none. 1 query."""
    found = ConnectionImage.objects.alias(key=Lower("connection__code"))
    found = found.filter(key=fold(code), connection__type=rules.DEFAULT)
    row = found.values_list("content", "digest").first() if rules.is_code(code) else None
    return None if row is None else (bytes(row[0]), row[1])
