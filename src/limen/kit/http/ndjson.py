"""Bulk PATCH: one JSON object per line in, one result per line out (api-conventions A9).

The limits on lines and bytes are kept here and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from uuid import uuid4

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from limen.kit.errors import Malformed, Refused, TooLarge, Unprocessable
from limen.kit.http.endpoint import COLLECTION, NDJSON, refusal_body
from limen.kit.http.json import JsonObject, decode_object
from limen.kit.http.pages import extended_limits

log = logging.getLogger(__name__)

MOST_LINES = 100
MOST_LINES_EXTENDED = 1000
MOST_BYTES = 1_000_000


def lines(request: HttpRequest, *, extended: bool = False) -> list[bytes]:
    """Split the body; a final line feed adds no line, an empty line in the middle keeps its number.

    Raises TooLarge before anything is processed when there are more than MOST_LINES; or, where `extended` limits are
    possible and asked for, more than MOST_LINES_EXTENDED.
    """
    body, most = request.body, MOST_LINES_EXTENDED if extended and extended_limits(request) else MOST_LINES
    if not body:
        return []
    if body.endswith(b"\n"):
        body = body[:-1]
    if body.count(b"\n") >= most:
        raise TooLarge(f"Too many lines: at most {most} resources can be sent at once.")
    return [line.removesuffix(b"\r") for line in body.split(b"\n")]


def read_line(line: bytes) -> JsonObject:
    """Decode one line: TooLarge above MOST_BYTES, Malformed when it is no JSON.

    A scalar or an array is an object without its key, so it answers as that; see read_key.
    """
    if len(line) > MOST_BYTES:
        raise TooLarge(f"Line is too long: at most {MOST_BYTES} bytes are possible.")
    try:
        return decode_object(line)
    except Malformed:
        if line.strip() in (b"", b"null"):
            raise
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError:
            raise Malformed("The line is not valid JSON.") from None
        return {}


def read_key(body: JsonObject, key: str) -> str:
    """Give the line's identification; Unprocessable when it is missing, blank or no string."""
    value = body.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Unprocessable(f"{key.capitalize()} is missing.")
    if not isinstance(value, str):
        raise Unprocessable(f'"{key}" must be of type string.')
    return value


def line_result(
    number: int,
    outcome: int | Refused,
    base: str,
    anchor: str | None,
    key: Mapping[str, str] | None = None,
    *,
    report_all: bool = False,
    codes: bool = True,
) -> bytes:
    """Encode one result: `outcome` is a status, or the refusal; `key` is what identified the line, if read."""
    result: JsonObject = {"line": number, **(key or {})}
    if isinstance(outcome, Refused):
        body = refusal_body(outcome, base, anchor, report_all=report_all, codes=codes)
        result["status_code"] = body.pop("code")
        result.update(body)
    else:
        result["status_code"] = outcome
    return orjson.dumps(result)


def answer(results: Iterable[bytes]) -> HttpResponse:
    """200 with one result per line and no line feed after the last: a known client stumbles over it."""
    return HttpResponse(b"\n".join(results), content_type=COLLECTION)


def wants_stream(request: HttpRequest) -> bool:
    return NDJSON in request.META.get("HTTP_ACCEPT", "")


def stream(portions: Iterator[bytes]) -> StreamingHttpResponse:
    """Answer with lines as they are made; memory holds one portion.

    The status is gone before the last line is made, so what breaks on the way is told by a line of its own, after
    which there is none: an object with the one key `limen_error`.
    """
    return StreamingHttpResponse(_to_the_end(portions), content_type=NDJSON)


def _to_the_end(portions: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from portions
    except Exception:
        incident = uuid4().hex[:12]
        log.exception("a stream broke", extra={"incident": incident})
        message = f"The stream broke here and is not complete. The server's log has it under {incident}."
        yield orjson.dumps({"limen_error": {"code": 500, "message": message}}) + b"\n"
