"""What the audit log tells of signing in and out. Never a password, nor a name that no person has."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.db import transaction

from limen.accounts import queries
from limen.accounts.operations.guard import record
from limen.accounts.rules import SYSTEM, Caller
from limen.events import queries as events

LOCKED_OUT = "user.locked_out"


@transaction.atomic
def note_sign_in(*, user_id: int, address: str, now: datetime) -> None:
    """Record that a person has signed in. Call it before the session opens: nobody is in unrecorded."""
    person = queries.caller_for(user_id)
    if person is not None:
        _note("user.signed_in", person.username, address, by=person, now=now)


@transaction.atomic
def note_sign_out(*, by: Caller, address: str, now: datetime) -> None:
    _note("user.signed_out", by.username, address, by=by, now=now)


@transaction.atomic
def note_lock_out(*, username: str, address: str, now: datetime) -> None:
    """Record that signing in is paused for what was typed as a name, from this address; once in a pause.

    The subject names nobody when no person has that name: what is typed into the wrong field is kept nowhere.
    """
    row = queries.user_to_authenticate(username)
    known = row.username if row is not None and row.type == "user" else ""
    since = now - timedelta(seconds=settings.LIMEN_SIGN_IN_PAUSE)
    for event in events.history(f"user:{known}"):
        if event.kind == LOCKED_OUT and event.at > since and event.data == _data(address):
            return
    _note(LOCKED_OUT, known, address, by=SYSTEM, now=now)


def _note(kind: str, username: str, address: str, *, by: Caller, now: datetime) -> None:
    record(kind, f"user:{username}", _data(address), by=by, now=now)


def _data(address: str) -> str:
    return orjson.dumps({"address": address}).decode()
