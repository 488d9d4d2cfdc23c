"""Which calls somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Class → the statuses from and below which it goes.
STATUS_CLASSES = {"2": (200, 300), "3": (300, 400), "4": (400, 500), "5": (500, 600)}
METHODS = ("GET", "POST", "PATCH", "DELETE")
_PATH_MAX = 200
_SLOWEST = 3_600_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What is left out is "" or None or False. `slow` in milliseconds; `errors`: a status from 400 on."""

    status: str = ""
    method: str = ""
    path: str = ""
    slow: int | None = None
    errors: bool = False
    refused: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Filters()


def read_filters(given: Mapping[str, str]) -> Filters:
    """Read the parameters of an address; what makes no sense is as if it were not there."""
    status, method, slow = given.get("status", ""), given.get("method", "").upper(), given.get("slow", "").strip()
    number = int(slow) if slow.isascii() and slow.isdigit() and len(slow) < 9 else None
    return Filters(
        status=status if status in STATUS_CLASSES else "",
        method=method if method in METHODS else "",
        path=given.get("path", "").strip().replace("\0", "")[:_PATH_MAX],
        slow=min(number, _SLOWEST) if number else None,
        errors=given.get("errors") == "1",
        refused=given.get("refused") == "1",
    )
