"""Reading files and what is known about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.files import File
from django.core.files.storage import default_storage

from limen.media.models import MediaFile
from limen.media.rules import MediaRow, is_code

_FIELDS = ("code", "original_filename", "mime_type", "size", "extension", "hash")


def media_files(codes: Iterable[str]) -> dict[str, MediaRow]:
    """Give the files that exist among these codes. 1 query; none when no code can be one."""
    possible = {code for code in codes if is_code(code)}
    if not possible:
        return {}
    rows = MediaFile.objects.filter(code__in=possible).values_list(*_FIELDS)
    return {row[0]: MediaRow(*row) for row in rows}


def media_file(code: str) -> MediaRow | None:
    """1 query at most."""
    return media_files([code]).get(code)


def media_files_by_hash(hashes: Iterable[str]) -> dict[str, MediaRow]:
    """Give the oldest file of each content, by the content's hash. 1 query."""
    rows = MediaFile.objects.filter(hash__in=set(hashes)).order_by("-id").values_list(*_FIELDS)
    return {row[5]: MediaRow(*row) for row in rows}


def media_file_page(*, offset: int, limit: int) -> Sequence[MediaRow]:
    """Give one page, oldest first. 1 query."""
    return [MediaRow(*row) for row in MediaFile.objects.order_by("id").values_list(*_FIELDS)[offset : offset + limit]]


def count_media_files() -> int:
    """1 query."""
    return MediaFile.objects.count()


def open_file(code: str) -> File[bytes] | None:
    """Open the bytes of a file for reading; None when the storage has lost them. No query."""
    try:
        return default_storage.open(code, "rb")
    except FileNotFoundError:
        return None
