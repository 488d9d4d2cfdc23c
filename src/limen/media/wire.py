"""A media file as JSON (api-products 1.7)."""

from __future__ import annotations

import orjson

from limen.media.rules import MediaRow


def encode(row: MediaRow, base: str) -> bytes:
    """`base` is scheme and host; a single file carries its download link at its end."""
    return orjson.dumps({**_facts(row), "_links": {"download": {"href": download_url(row.code, base)}}})


def encode_item(row: MediaRow, base: str) -> bytes:
    """An item of a list carries both its links, first."""
    links = {"self": {"href": media_file_url(row.code, base)}, "download": {"href": download_url(row.code, base)}}
    return orjson.dumps({"_links": links, **_facts(row)})


def media_file_url(code: str, base: str) -> str:
    # A code holds nothing that an address would need to quote, and clients expect its slashes as they are.
    return f"{base}/api/rest/v1/media-files/{code}"


def download_url(code: str, base: str) -> str:
    return media_file_url(code, base) + "/download"


def _facts(row: MediaRow) -> dict[str, str | int]:
    return {
        "code": row.code,
        "original_filename": row.original_filename,
        "mime_type": row.mime_type,
        "size": row.size,
        "extension": row.extension,
    }
