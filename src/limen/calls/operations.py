"""Writing calls and forgetting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from limen.calls import rules
from limen.calls.models import ApiCall, MissedCalls
from limen.calls.rules import Call
from limen.kit import db

COLUMNS = {
    "connection_id": "int8",
    "at": "timestamptz",
    "method": "text",
    "path": "text",
    "query": "text",
    "status": "int2",
    "milliseconds": "float8",
    "username": "text",
    "user_agent": "text",
    "address": "text",
    "request_id": "text",
    "lines": "int4",
    "refused": "int4",
    "request_type": "text",
    "request_size": "int8",
    "request_whole": "bool",
    "request_lines": "int4[]",
    "request": "bytea",
    "answer_type": "text",
    "answer_size": "int8",
    "answer_whole": "bool",
    "answer": "bytea",
}
MISSED_COLUMNS = {"connection_id": "int8", "at": "timestamptz", "count": "int4"}

# Nobody writes longer ones but to fill the table.
TEXT_MAX = 2_000


def write_calls(calls: Sequence[Call], *, missed: Mapping[int, int], now: datetime) -> None:
    """Append calls, and how many of each connection were missed. 1 statement each, none for nothing.

    Credentials are hidden here, so that it costs no caller any time.
    """
    db.insert_rows("api_call", COLUMNS, [_row(call) for call in calls])
    db.insert_rows("api_call_missed", MISSED_COLUMNS, [(id, now, count) for id, count in sorted(missed.items())])


def purge_calls(*, now: datetime) -> int:
    """Keep of each connection the newest LIMEN_CALLS_KEPT, and none older than LIMEN_CALLS_DAYS. 3 statements.

    Gives the number of calls that are gone.
    """
    before = now - timedelta(days=settings.LIMEN_CALLS_DAYS)
    MissedCalls.objects.filter(at__lt=before).delete()
    gone, _ = ApiCall.objects.filter(at__lt=before).delete()
    with connection.cursor() as cursor:
        # For each connection one step along the index to where the ring ends, not a number for every row.
        cursor.execute(
            "DELETE FROM api_call USING ("
            "SELECT connection_id, (SELECT id FROM api_call AS own WHERE own.connection_id = every.connection_id"
            " ORDER BY id DESC OFFSET %s LIMIT 1) AS last FROM (SELECT DISTINCT connection_id FROM api_call) AS every"
            ") AS ring WHERE api_call.connection_id = ring.connection_id AND api_call.id <= ring.last",
            [settings.LIMEN_CALLS_KEPT],
        )
        return gone + int(cursor.rowcount)


def forget_calls(*, connection_id: int) -> None:
    """Delete all that is kept of a connection. 2 statements; the caller opens the transaction."""
    ApiCall.objects.filter(connection_id=connection_id).delete()
    MissedCalls.objects.filter(connection_id=connection_id).delete()


def _row(call: Call) -> tuple[object, ...]:
    def text(value: str) -> str:
        shown = value.replace(call.credential, rules.MASK) if call.credential else value
        return shown[:TEXT_MAX].replace("\0", "").encode("utf-8", "replace").decode()

    credential = call.credential.encode("utf-8", "replace")
    request, answer = call.request, call.answer
    sent, got = _hidden(request.content, credential), _hidden(answer.content, credential)
    return (
        call.connection_id,
        call.at,
        text(call.method),
        text(call.path),
        text(rules.hide_in_query(call.query, call.credential)),
        call.status,
        call.milliseconds,
        text(call.username),
        text(call.user_agent),
        text(call.address),
        text(call.request_id),
        call.lines,
        call.refused,
        text(call.request_type),
        request.size,
        # What was hidden is no longer what was sent.
        request.whole and sent == request.content,
        list(request.lines) if request.lines is not None else None,
        sent,
        text(call.answer_type),
        answer.size,
        answer.whole and got == answer.content,
        got,
    )


def _hidden(content: bytes | None, credential: bytes) -> bytes | None:
    return None if content is None else rules.hide(content, credential)
