"""Counts what happened, and prints it: what a person reads in the morning, or a machine with --json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """`position` is the article's place in the export; `where` the property or attribute, if one is named."""

    position: int
    number: str
    where: str
    reason: str


@dataclass(slots=True)
class Tally:
    """`refused` counts articles; `refusals` has a row for every reason, and an article may have several."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    structure: dict[str, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, position: int, number: str, reasons: list[tuple[str, str]]) -> None:
        self.refused += 1
        self.refusals += [Refusal(position, number, where, reason) for where, reason in reasons]

    def finish(self) -> None:
        """Put the refusals in the order of the export: the PIM's own come a batch later than ours."""
        self.refusals.sort(key=lambda refusal: refusal.position)


def reasons_of(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Give (where, reason) for a refused line of a bulk answer; values name their attribute, locale and so on."""
    errors = result.get("errors")
    if not errors:
        return [("", str(result.get("message", f"status {result.get('status_code')}")))]
    return [(_where(error), str(error.get("message", ""))) for error in errors]


def _where(error: dict[str, Any]) -> str:
    names = ("attribute", "locale", "scope", "currency")
    parts = [str(error[name]) for name in names if error.get(name)]
    return " ".join(parts) or str(error.get("property", ""))


def as_text(tally: Tally) -> str:
    return "\n".join(_lines(tally))


def as_json(tally: Tally) -> str:
    return json.dumps(asdict(tally), ensure_ascii=False)


def _lines(tally: Tally) -> Iterator[str]:
    for name in ("read", "created", "updated", "unchanged", "refused"):
        yield f"{name:<10}{getattr(tally, name):>9,}"
    changed = ", ".join(f"{count} {name}" for name, count in tally.structure.items() if count)
    yield f"structure  {changed or 'nothing to change'}"
    if not tally.refusals:
        return
    rows = [("line", "article", "where", "reason")]
    rows += [(str(row.position), row.number, row.where, row.reason) for row in tally.refusals]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    yield ""
    yield "Refused"
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]])
