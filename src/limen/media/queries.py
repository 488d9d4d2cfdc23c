"""Reading files and what is known about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.files import File
from django.core.files.storage import default_storage

from limen.media.models import MediaFile
from limen.media.rules import MediaRow, Owner, is_code

_FIELDS = ("code", "original_filename", "mime_type", "size", "extension", "hash")


def media_files(codes: Iterable[str], owner: Owner = "product") -> dict[str, MediaRow]:
    """Give the files of an owner that exist among these codes. 1 query; none when no code can be one."""
    possible = {code for code in codes if is_code(code)}
    if not possible:
        return {}
    rows = MediaFile.objects.filter(code__in=possible, owner=owner).values_list(*_FIELDS)
    return {row[0]: MediaRow(*row) for row in rows}


def media_file(code: str, owner: Owner = "product") -> MediaRow | None:
    """1 query at most."""
    return media_files([code], owner).get(code)


def media_files_by_hash(hashes: Iterable[str]) -> dict[str, MediaRow]:
    """Give the oldest product file of each content, by the content's hash. 1 query."""
    rows = MediaFile.objects.filter(hash__in=set(hashes), owner="product").order_by("-id").values_list(*_FIELDS)
    return {row[5]: MediaRow(*row) for row in rows}


def media_file_page(*, offset: int, limit: int) -> Sequence[MediaRow]:
    """Give one page of product files, oldest first. 1 query."""
    rows = MediaFile.objects.filter(owner="product").order_by("id").values_list(*_FIELDS)
    return [MediaRow(*row) for row in rows[offset : offset + limit]]


def count_media_files() -> int:
    """Count the product files. 1 query."""
    return MediaFile.objects.filter(owner="product").count()


def open_file(code: str) -> File[bytes] | None:
    """Open the bytes of a file for reading; None when the storage has lost them. No query."""
    try:
        return default_storage.open(code, "rb")
    except FileNotFoundError:
        return None
