"""What the frame of a page is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the rail. `section` is what a page names to mark its entry as the current one."""

    section: str
    label: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One way on from a page that only leads to others."""

    label: str
    sentence: str
    url: str
    icon: str
