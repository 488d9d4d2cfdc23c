"""What every change of people and roles must keep: that nobody is locked out, and that history tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import orjson
from django.db import connection

from limen.accounts import queries, rules
from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Conflict, Invalid, Refused

_RIGHTS_LOCK = 5_466_002


def hold_rights() -> None:
    """Let one change of rights happen at a time, until commit. Take it before any row. 1 statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RIGHTS_LOCK])


@contextmanager
def nobody_locked_out(*, refusal: Callable[[], Refused] | None = None) -> Iterator[None]:
    """Let a change of rights through while somebody can still edit roles after it; else Invalid, or `refusal`.

    Inside a transaction. Such changes wait for each other until commit, so that two people cannot take the last
    right from each other at the same time. Cost: 3 statements.
    """
    hold_rights()
    before = queries.somebody_manages_roles()
    yield
    if before and not queries.somebody_manages_roles():
        raise refusal() if refusal else Invalid([rules.LOCKED_OUT])


def locked_out() -> Conflict:
    """Give the refusal where there is no form to put it at."""
    return Conflict(rules.LOCKED_OUT.message)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Give the data of an event: what differs, by path; "" when nothing does."""
    found = [
        {"path": path, "before": before.get(path), "after": after.get(path)}
        for path in dict.fromkeys([*before, *after])
        if before.get(path) != after.get(path)
    ]
    return orjson.dumps({"changes": found}).decode() if found else ""


def record(kind: str, subject: str, data: str, *, by: Caller, now: datetime) -> None:
    events.record(Happening(kind, subject, data or "{}"), by=by, now=now)
