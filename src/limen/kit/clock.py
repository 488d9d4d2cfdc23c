"""The one clock. Operations get `now` as an argument; edges ask for it here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write a moment as the API does: UTC, seconds, numeric offset (`2026-03-29T08:30:00+00:00`)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
