"""The history of a record of the structure, as people read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    found = []
    for one in json.loads(data or "{}").get("changes", ()):
        before, after = _narrowed(one["before"], one["after"])
        found.append(Change(_name(one["path"]), _text(before), _text(after)))
    return found


def _name(path: str) -> str:
    """`max_characters` → "Max characters"; what holds codes, as `headline (ecommerce, en_US)` does, stays as it is."""
    return path.replace("_", " ").capitalize() if path.isidentifier() else path[:1].upper() + path[1:]


def _narrowed(before: Any, after: Any) -> tuple[Any, Any]:
    """Leave out what is the same in both: a family has hundreds of attributes, and three of them came.

    Of objects in a list what is no list stays: it says which one it is ("level").
    """
    if isinstance(before, dict) and isinstance(after, dict):
        return _narrowed_by_key(
            before, after, [key for key in {**before, **after} if before.get(key) != after.get(key)]
        )
    if not isinstance(before, list) or not isinstance(after, list):
        return before, after
    if all(isinstance(one, dict) for one in (*before, *after)) and len(before) == len(after):
        pairs = [
            _narrowed_by_key(
                old, new, [key for key in old if old[key] != new.get(key) or not isinstance(old[key], list)]
            )
            for old, new in zip(before, after, strict=True)
            if old != new
        ]
        return [old for old, _new in pairs], [new for _old, new in pairs]
    came, went = [one for one in after if one not in before], [one for one in before if one not in after]
    # With neither only the order is new.
    return (went, came) if came or went else (before, after)


def _narrowed_by_key(before: Any, after: Any, keys: Sequence[str]) -> tuple[Any, Any]:
    pairs = {key: _narrowed(before.get(key), after.get(key)) for key in keys}
    return {key: old for key, (old, _new) in pairs.items() if old}, {
        key: new for key, (_old, new) in pairs.items() if new
    }


def _text(data: Any) -> str:
    if data is None or data in ([], {}):
        return ""
    if isinstance(data, bool):
        return _("Yes") if data else _("No")
    if isinstance(data, list):
        return (" · " if any(isinstance(one, dict) for one in data) else ", ").join(_text(one) for one in data)
    if isinstance(data, dict):
        return "; ".join(f"{key}: {_text(one)}" for key, one in data.items())
    return str(data)
