"""What this room's tests say about answers of the API."""

from __future__ import annotations

from typing import Any


def violations(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    assert list(answer.json())[:2] == ["code", "message"]
    return [error["property"] for error in answer.json()["errors"]]


def assert_plain(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content
    assert list(answer.json()) == ["code", "message"]
    assert answer.json()["code"] == status


def assert_documented(answer: Any, anchor: str) -> None:
    assert answer.status_code == 422, answer.content
    assert list(answer.json()) == ["code", "message", "_links"]
    assert answer.json()["_links"]["documentation"]["href"].endswith(f"#{anchor}")
