"""Small pictures of stored images, drawn once and kept beside the files.

A module of its own, beside the roles: neither rows nor rules, and the only place of the room that unpacks what
somebody has uploaded.
"""

from __future__ import annotations

import logging
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase
from PIL import Image, ImageOps, UnidentifiedImageError

from limen.kit.http.files import file_answer
from limen.media import queries
from limen.media.rules import MediaRow

log = logging.getLogger(__name__)

# Name → the edge of the square that a preview fits into, in pixels; twice what screens show, for fine ones.
SIZES = {"small": 96, "medium": 480, "large": 1200}
MEDIA_TYPE = "image/webp"

# A small file can claim a huge picture: what it says of itself is looked at before anything is unpacked.
MOST_PIXELS = 64_000_000
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
# Pillow's ways of saying that a file is broken, or more than it seems.
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def has_preview(row: MediaRow) -> bool:
    """Tell whether a file is of a kind that previews are drawn of."""
    return row.mime_type in _FORMATS


def preview(row: MediaRow, size: str) -> File[bytes] | None:
    """Give the preview of a file in one of SIZES as WebP, drawn anew when it is not kept yet.

    None for what is no image, is damaged or has too many pixels, and when the storage has lost the file. No query.
    Cost: opening a file; at first 5 to 400 ms.
    """
    if not has_preview(row):
        return None
    name = f"previews/{size}/{row.code}.webp"
    kept = queries.open_file(name)
    if kept is not None:
        return kept
    file = queries.open_file(row.code)
    if file is None:
        return None
    with file:
        drawn = _draw(file, row, SIZES[size])
    if drawn is not None:
        _keep(name, drawn)
    return ContentFile(drawn) if drawn is not None else None


def preview_answer(request: HttpRequest, row: MediaRow, size: str) -> HttpResponseBase | None:
    """Stream a preview; None where `preview` gives none."""
    drawn = preview(row, size)
    if drawn is None:
        return None
    tag = f"{row.hash}.{size}"
    answer = file_answer(request, lambda: drawn, size=drawn.size, media_type=MEDIA_TYPE, tag=tag)
    if answer is None or answer.status_code in (304, 416):
        drawn.close()
    return answer


def forget_previews(code: str) -> None:
    """Take the previews of a file away with it."""
    for size in SIZES:
        default_storage.delete(f"previews/{size}/{code}.webp")


def _draw(file: IO[bytes] | File[bytes], row: MediaRow, edge: int) -> bytes | None:
    try:
        picture = Image.open(file, formats=[_FORMATS[row.mime_type]])
        if picture.width * picture.height > MOST_PIXELS:
            return None
        # JPEG can be read at a fraction of its size, which is many times quicker.
        picture.draft(None, (2 * edge, 2 * edge))
        upright = ImageOps.exif_transpose(picture)
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        small = upright.convert("RGBA" if has_alpha else "RGB")
        small.thumbnail((edge, edge))
        drawn = BytesIO()
        small.save(drawn, "WEBP", quality=82)
    except _BROKEN:
        return None
    return drawn.getvalue()


def _keep(name: str, drawn: bytes) -> None:
    """Store a preview; somebody else may have done so at this moment, which is the same one."""
    try:
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(drawn))
    except OSError:
        # A disk that is full shows previews all the same.
        log.warning("a preview could not be kept", exc_info=True)
