"""Looking at answers of the API."""

from __future__ import annotations

from typing import Any


def fragment(answer: Any) -> str:
    """The page and anchor that a documented error links to."""
    assert answer.status_code == 422, answer.content
    return str(answer.json()["_links"]["documentation"]["href"].rsplit("/", 1)[1])


def errors(answer: Any) -> list[dict[str, Any]]:
    """The violations, without their texts."""
    assert answer.status_code == 422, answer.content
    return [{key: part for key, part in one.items() if key != "message"} for one in answer.json()["errors"]]


def is_plain(answer: Any) -> bool:
    return list(answer.json()) == ["code", "message"]
