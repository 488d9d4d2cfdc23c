"""Looking at answers of the API."""

from __future__ import annotations

from typing import Any


def fragment(answer: Any) -> str:
    """The page and anchor that a documented error links to."""
    assert answer.status_code == 422, answer.content
    return str(answer.json()["_links"]["documentation"]["href"].rsplit("/", 1)[1])


def errors(answer: Any) -> list[dict[str, Any]]:
    """The violations, without their texts and codes of ours."""
    assert answer.status_code == 422, answer.content
    unstable = ("message", "limen_code")
    return [{key: part for key, part in one.items() if key not in unstable} for one in answer.json()["errors"]]


def is_plain(answer: Any) -> bool:
    return list(answer.json()) == ["code", "message"]
