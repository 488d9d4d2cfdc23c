"""Files as people look at them; which of them somebody may see, the room of their values says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from limen.kit.errors import NotFound
from limen.kit.http.files import file_answer
from limen.media import queries, rules
from limen.media.previews import SIZES, preview_answer
from limen.media.rules import MediaRow, Owner

# What a browser draws and cannot be made to run; anything else is saved, not opened, on this host.
SHOWN = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))


def show_file(request: HttpRequest, code: str, owner: Owner) -> HttpResponseBase:
    """Stream a file, or with `preview` a small picture of it, and the file itself where there is none.

    Its bytes never change under its code, so the browser may keep it, and nobody between. Raises NotFound.
    """
    row = queries.media_file(code, owner)
    size = request.GET.get("preview", "")
    answer = preview_answer(request, row, size) if row and size in SIZES else None
    if row is not None and answer is None:
        answer = _whole(request, row)
    if answer is None:
        raise NotFound(_("This file does not exist any more."))
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    # An SVG drawn by <img> runs nothing; opened by its address it must not either.
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def _whole(request: HttpRequest, row: MediaRow) -> HttpResponseBase | None:
    answer = file_answer(
        request, lambda: queries.open_file(row.code), size=row.size, media_type=row.mime_type, tag=row.hash
    )
    if answer is not None and row.mime_type not in SHOWN:
        answer["Content-Disposition"] = rules.content_disposition(row.original_filename)
    return answer
