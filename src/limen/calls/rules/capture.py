"""What is kept of a call while it is answered: little work, and never more than the limit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

# Bulk answers are written without blanks, and a quote inside a message is escaped: so this is a member, not a text.
_GOOD = b'"status_code":2'


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a body of `size` bytes. `content` is None when nothing was read, or nothing can be shown.

    `lines` are the numbers of the kept lines when those of a bulk body were chosen; None: it is the beginning.
    """

    content: bytes | None
    size: int
    whole: bool
    lines: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, as it waits to be written. `credential` is what it came with; it is hidden, never kept."""

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
    request: Kept
    answer_type: str
    answer: Kept
    credential: str = field(default="", repr=False)


def keep(content: bytes, limit: int) -> Kept:
    """Keep the first `limit` bytes; what is short is kept without a copy."""
    size = len(content)
    return Kept(content, size, True) if size <= limit else Kept(content[:limit], size, False)


def refused_lines(answer: bytes) -> list[int]:
    """Give the numbers of the lines that a bulk answer refuses, from 1 on."""
    lines = answer.count(b"\n") + 1 if answer else 0
    if answer.count(_GOOD) == lines:
        return []
    return [number for number, line in enumerate(answer.split(b"\n"), start=1) if _GOOD not in line]


def keep_lines(content: bytes, wanted: Collection[int], limit: int) -> Kept:
    """Keep a bulk body of lines: the wanted ones first, then others from the start, as many as the limit holds.

    A wanted line that does not fit is cut; the lines stay in order.
    """
    size = len(content)
    if size <= limit:
        return Kept(content, size, True)
    if not wanted:
        return keep(content, limit)
    lines = content.removesuffix(b"\n").split(b"\n")
    chosen: dict[int, bytes] = {}
    left = limit
    first = [number for number in sorted(wanted) if number <= len(lines)]
    others = [number for number in range(1, len(lines) + 1) if number not in set(first)]
    for number in (*first, *others):
        line = lines[number - 1]
        if len(line) >= left:
            if number in wanted:
                chosen[number] = line[:left]
            break
        chosen[number] = line
        left -= len(line) + 1
    numbers = sorted(chosen)
    return Kept(b"\n".join(chosen[number] for number in numbers), size, False, tuple(numbers))
