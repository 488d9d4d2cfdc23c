"""Answers that stream a file: whole, or the part that was asked for, or not again when the client has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from limen.kit.conditions import ANY, read_tags
from limen.kit.http.json import json_answer

CHUNK = 65_536

_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")

# From the first byte to the last one.
Part = tuple[int, int]
BEYOND: Part = (0, -1)


def file_answer(
    request: HttpRequest,
    open_file: Callable[[], File[bytes] | None],
    *,
    size: int,
    media_type: str,
    tag: str,
) -> HttpResponseBase | None:
    """Stream a file that never changes under its address; None when it cannot be opened. Never whole in memory.

    `tag` names the content. Answers 304, 206 and 416 where the request's headers ask for it; of several
    ranges in one header none is served, which the protocol allows (RFC 9110, 14.2): then comes the whole.
    """
    answer: HttpResponseBase
    etag = f'"{tag}"'
    known = read_tags(request.headers.get("If-None-Match", ""), weak=True)
    if known == ANY or tag in known:
        answer = HttpResponse(status=304)
        del answer["Content-Type"]
        answer["ETag"] = etag
        return answer
    part = _part(request, size, etag)
    if part == BEYOND:
        message = f"The file has {size} bytes; the range that was asked for lies beyond."
        answer = json_answer({"code": 416, "message": message}, 416)
        answer["Content-Range"] = f"bytes */{size}"
        return answer
    file = open_file()
    if file is None:
        return None
    if part is None:
        answer = FileResponse(file, content_type=media_type)
        answer.block_size = CHUNK
    else:
        first, last = part
        answer = StreamingHttpResponse(_Piece(file, first, last - first + 1), status=206, content_type=media_type)
        answer["Content-Length"] = str(last - first + 1)
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["ETag"] = etag
    answer["Accept-Ranges"] = "bytes"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _part(request: HttpRequest, size: int, etag: str) -> Part | None:
    """Give the part that is asked for: None for the whole file, BEYOND for one that it does not have."""
    condition = request.headers.get("If-Range")
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or (condition is not None and condition.strip() != etag):
        return None
    start, end, from_end = found.groups()
    if from_end is not None:
        return (max(size - int(from_end), 0), size - 1) if int(from_end) and size else BEYOND
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if end and int(end) < first:
        # Not a range at all.
        return None
    return (first, last) if first < size else BEYOND


class _Piece:
    """A part of an open file. Closed by the answer, also when nobody has read it."""

    def __init__(self, file: File[bytes], first: int, length: int) -> None:
        self.file = file
        self.first = first
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.first)
        left = self.length
        while left > 0 and (chunk := self.file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
