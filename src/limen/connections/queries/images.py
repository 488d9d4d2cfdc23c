"""The pictures of connections."""

from __future__ import annotations

from django.db.models.functions import Lower

from limen.connections import rules
from limen.connections.models import ConnectionImage
from limen.kit.text import fold


def image_of(code: str, digest: str) -> bytes | None:
    """Give the picture of a connection made by a person, as WebP; None when it has another now, or none. 1 query."""
    if not rules.is_code(code):
        return None
    found = ConnectionImage.objects.alias(key=Lower("connection__code"))
    found = found.filter(key=fold(code), connection__type=rules.DEFAULT, connection__image=digest)
    content = found.values_list("content", flat=True).first()
    return None if content is None else bytes(content)
