"""What connections got wrong lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from limen.connections.models import ApiError
from limen.connections.rules import errors as error_rules


@dataclass(frozen=True, slots=True)
class RecordedError:
    """`content` as `rules.errors.contents` wrote it."""

    at: datetime
    content: dict[str, Any]


def api_errors(connection_id: int, *, now: datetime, oldest_first: bool = False) -> list[RecordedError]:
    """Give the newest errors of a connection that are shown, the newest of them first unless asked. 1 query."""
    rows = ApiError.objects.filter(connection_id=connection_id, at__gte=error_rules.shown_since(now))
    newest = list(rows.order_by("-id").values_list("at", "content")[: error_rules.ERRORS_KEPT])
    found = [RecordedError(at, orjson.loads(content)) for at, content in newest]
    return found[::-1] if oldest_first else found
