"""Files as people look at them; which of them somebody may see, the room of their values says."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _

from limen.kit.errors import NotFound
from limen.media import queries, rules
from limen.media.rules import Owner

# What a browser draws and cannot be made to run; anything else is saved, not opened, on this host.
SHOWN = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))


def show_file(code: str, owner: Owner) -> FileResponse:
    """Stream a file. Its bytes never change under its code, so the browser may keep it, and nobody between."""
    row = queries.media_file(code, owner)
    file = queries.open_file(row.code) if row else None
    if row is None or file is None:
        raise NotFound(_("This file does not exist any more."))
    answer = FileResponse(file, content_type=row.mime_type)
    if row.mime_type not in SHOWN:
        answer["Content-Disposition"] = rules.content_disposition(row.original_filename)
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    # An SVG drawn by <img> runs nothing; opened by its address it must not either.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
