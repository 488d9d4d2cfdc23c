"""What can be read from a call that was kept: its lines, its search, the products it touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

import orjson

_PRODUCTS = re.compile(r"/api/rest/v1/products(-uuid)?(?:/(.+))?")
_SELF = re.compile(rb'"_links":\{"self":\{"href":"[^"]*/api/rest/v1/products(?:-uuid)?/([^"]+)"')
_COLLECTION = "application/vnd.akeneo.collection+json"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call as it is kept. `request_lines` are the numbers of the kept lines of a bulk body that was cut."""

    id: int
    connection_id: int
    at: datetime
    method: str
    path: str
    query: str
    status: int
    milliseconds: float
    username: str
    user_agent: str
    address: str
    request_id: str
    lines: int | None
    refused: int | None
    request_type: str
    request_size: int
    request_whole: bool
    request_lines: tuple[int, ...] | None
    request: bytes | None
    answer_type: str
    answer_size: int
    answer_whole: bool
    answer: bytes | None

    @property
    def is_bulk(self) -> bool:
        return self.lines is not None

    @property
    def params(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bulk call as it was answered. `sent` is what was sent, "" when that was not kept."""

    number: int
    status: int
    key: str
    message: str
    errors: tuple[tuple[str, str], ...]
    sent: str

    @property
    def is_refused(self) -> bool:
        return self.status >= 400


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a `search`. `more` are its locale, scope and whatever else it has."""

    property: str
    operator: str
    value: str
    more: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """The products a call names, by identifier or by uuid, in the order it names them."""

    flavour: Literal["identifier", "uuid"]
    keys: tuple[str, ...]


def lines_of(call: Recorded) -> list[Line]:
    """Give the lines of a bulk answer, as far as they are kept; none for another call."""
    if not call.is_bulk or call.answer is None:
        return []
    sent = _sent_lines(call)
    found = []
    for raw in call.answer.split(b"\n"):
        result = _decoded(raw)
        if isinstance(result, dict) and isinstance(result.get("line"), int):
            found.append(_line(result, sent))
    return found


def _line(result: dict[str, Any], sent: dict[int, bytes]) -> Line:
    errors = [one for one in result.get("errors") or () if isinstance(one, dict)]
    key = next((str(result[name]) for name in ("identifier", "uuid", "code") if name in result), "")
    return Line(
        number=result["line"],
        status=int(result.get("status_code") or 0),
        key=key,
        message=str(result.get("message", "")),
        errors=tuple((str(one.get("property", "")), str(one.get("message", ""))) for one in errors),
        sent=pretty(sent.get(result["line"], b""), ""),
    )


def _sent_lines(call: Recorded) -> dict[int, bytes]:
    lines = (call.request or b"").split(b"\n")
    return dict(zip(call.request_lines or range(1, len(lines) + 1), lines, strict=False))


def search_conditions(call: Recorded) -> list[Condition] | None:
    """Give the conditions of a search, in the address or in the body; None without one, or when it cannot be read."""
    text = dict(call.params).get("search")
    if text is None and call.path.endswith("/search"):
        body = _decoded(call.request or b"")
        text = body.get("search") if isinstance(body, dict) else None
    search = _decoded(text.encode()) if isinstance(text, str) else text
    if not isinstance(search, dict) or not all(isinstance(listed, list) for listed in search.values()):
        return None
    return [_condition(property, one) for property, listed in search.items() for one in listed if isinstance(one, dict)]


def _condition(property: str, one: dict[str, Any]) -> Condition:
    more = tuple((name, _text(value)) for name, value in one.items() if name not in ("operator", "value"))
    value = _text(one["value"]) if "value" in one else ""
    return Condition(property, _text(one.get("operator", "")), value, more)


def _text(value: object) -> str:
    try:
        return value if isinstance(value, str) else orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        # Nested deeper than is written.
        return "…"


def products_touched(call: Recorded) -> Touched | None:
    """Give the products that a call wrote or read, as far as what is kept tells; None for other calls."""
    match = _PRODUCTS.fullmatch(call.path)
    if match is None:
        return None
    by_uuid, key = match.groups()
    if key == "search" and by_uuid:
        key = None
    keys = [key] if key else list(_keys(call, "uuid" if by_uuid else "identifier"))
    return Touched("uuid" if by_uuid else "identifier", tuple(dict.fromkeys(keys)))


def _keys(call: Recorded, name: str) -> Iterator[str]:
    if call.is_bulk:
        yield from (line.key for line in lines_of(call) if line.key)
    elif call.method == "POST" and not call.path.endswith("/search"):
        body = _decoded(call.request or b"")
        if isinstance(body, dict) and isinstance(body.get(name), str):
            yield body[name]
    else:
        for found in _SELF.finditer(call.answer or b""):
            yield unquote(found[1].decode())


def why_not_replayed(call: Recorded) -> str:
    """Say why a call cannot be sent again as a dry run; "" when it can."""
    match = _PRODUCTS.fullmatch(call.path)
    is_search = match is not None and match[1] is not None and match[2] == "search"
    if match is None or is_search or call.method not in ("POST", "PATCH", "DELETE"):
        return "Only calls that write products can be tried again."
    if call.method == "DELETE":
        return ""
    if call.request is None:
        return "The body of this call was not kept: the call was refused before the body was read."
    if not call.request_whole:
        return "Only a part of the body was kept: it was too long, or it held a credential."
    return ""


def pretty(content: bytes, media_type: str) -> str:
    """Give a body as people read it: JSON with indentation, several lines one after the other, else its text."""
    if media_type.startswith(_COLLECTION):
        return "\n".join(pretty(line, "") for line in content.split(b"\n"))
    try:
        return orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        # No JSON, or nested deeper than is written.
        return content.decode("utf-8", "replace")


def _decoded(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
