"""The history of a record of the structure, as people read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.events import queries as events

ROWS = 25

_VERBS = {
    "created": gettext_lazy("created"),
    "updated": gettext_lazy("changed"),
    "deleted": gettext_lazy("deleted"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """`name` of the property, words or codes before and after; empty for nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Happened:
    id: int
    who: str
    verb: str
    by_connection: bool
    by_limen: bool
    at: datetime
    changes: tuple[Change, ...]


def history_of(request: HttpRequest, subject: str) -> dict[str, Any]:
    """Give what `structure/_history.html` shows of one subject ("attribute:name"), newest first. 1 query.

    `?before=` is the id of the last one already seen.
    """
    before = request.GET.get("before", "")
    rows = events.history(subject, before=int(before) if before.isdecimal() else None, limit=ROWS + 1)
    shown = rows[:ROWS]
    return {
        "happened": [
            Happened(
                row.id,
                row.author_name,
                str(_VERBS.get(row.kind.rpartition(".")[2], row.kind)),
                row.author_kind == "api",
                row.author_kind == "system",
                row.at,
                tuple(_changes(row.data)),
            )
            for row in shown
        ],
        "older": shown[-1].id if len(rows) > ROWS else None,
    }


def _changes(data: str) -> list[Change]:
    return [
        Change(one["path"].replace("_", " ").capitalize(), _text(one["before"]), _text(one["after"]))
        for one in json.loads(data or "{}").get("changes", ())
    ]


def _text(data: Any) -> str:
    if data is None or data in ([], {}):
        return ""
    if isinstance(data, bool):
        return _("Yes") if data else _("No")
    if isinstance(data, list):
        return ", ".join(_text(one) for one in data)
    if isinstance(data, dict):
        return "; ".join(f"{key}: {_text(one)}" for key, one in data.items())
    return str(data)
