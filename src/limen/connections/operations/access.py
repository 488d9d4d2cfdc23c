"""Limits of connections, an old secret's end, revoked tokens, and the counters of failures and calls."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from limen.accounts.rules import Caller
from limen.connections import queries, rules
from limen.connections.models import ClientSecret, OldPassword, TokenFailure, UsedRefreshToken
from limen.connections.queries.access import TOKENS, limits_of
from limen.connections.rules import Limits, Rate
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit import db
from limen.kit.errors import Conflict, Invalid, NotFound, Unauthenticated

# Keys of advisory locks, ours alone: a name, then the connection, then the slot.
_SLOTS = 0x4C53 << 48
_SLOT_BITS = 12


@transaction.atomic
def set_limits(*, code: str, limits: Limits, version: int | None = None, by: Caller, now: datetime) -> None:
    """Hold a connection to these limits from the next call on; lifetimes count for new tokens.

    Invalid with everything that is wrong; Conflict when `version` is not the present one. Saving what is
    already there changes nothing.
    """
    row = queries.find(code, lock=True)
    if version is not None and version != row.version:
        raise Conflict("Somebody else has changed this connection since you opened it. Reload it and try again.")
    violations = rules.check_limits(limits)
    if violations:
        raise Invalid(violations)
    before, after = asdict(limits_of(row)), asdict(limits)
    changes = [
        {"path": path, "before": before[path], "after": after[path]} for path in after if before[path] != after[path]
    ]
    if not changes:
        return
    for path, value in after.items():
        setattr(row, path, list(value) if isinstance(value, tuple) else value)
    row.version, row.updated_at = row.version + 1, now
    row.save(update_fields=[*after, "version", "updated_at"])
    _record("limits_changed", row.code, {"changes": changes}, by=by, now=now)


@transaction.atomic
def revoke_old_secret(*, code: str, by: Caller, now: datetime) -> None:
    """End the secret that was kept beside the present one; tokens live on. Nothing happens when there is none."""
    row = queries.find(code, lock=True)
    ended, _ = ClientSecret.objects.filter(client=row.client_id).exclude(valid_until=None).delete()
    if ended:
        _record("old_secret_revoked", row.code, {}, by=by, now=now)


@transaction.atomic
def revoke_old_password(*, code: str, by: Caller, now: datetime) -> None:
    """End the password that was kept beside the present one, as `revoke_old_secret` does."""
    row = queries.find(code, lock=True)
    ended, _ = OldPassword.objects.filter(connection=row).delete()
    if ended:
        _record("old_password_revoked", row.code, {}, by=by, now=now)


@transaction.atomic
def revoke_token(*, code: str, kind: str, token: int, by: Caller, now: datetime) -> None:
    """End one access or refresh token of this connection's client; NotFound when it is not there any more."""
    row = queries.find(code, lock=True)
    ended = 0
    if kind in TOKENS:
        ended, _ = TOKENS[kind].objects.filter(id=token, client=row.client_id).delete()
    if not ended:
        raise NotFound("This token has ended already.")
    _record("tokens_revoked", row.code, {"tokens": 1, "kind": kind}, by=by, now=now)


@transaction.atomic
def revoke_tokens(*, code: str, by: Caller, now: datetime) -> int:
    """End all tokens of this connection's client, whoever they were issued to, and tell how many there were."""
    row = queries.find(code, lock=True)
    ended = sum(model.objects.filter(client=row.client_id).delete()[0] for model in TOKENS.values())
    if ended:
        _record("tokens_revoked", row.code, {"tokens": ended}, by=by, now=now)
    return ended


def note_failure(*, keys: list[bytes], now: datetime) -> None:
    """Count wrong credentials under these keys; a count older than the pause starts anew. 1 statement."""
    if not keys:
        return
    start = now - timedelta(seconds=settings.LIMEN_TOKEN_PAUSE)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO connection_token_failure AS known (key, failures, since)"
            " SELECT key, 1, %s FROM unnest(%s::bytea[]) AS given (key)"
            " ON CONFLICT (key) DO UPDATE SET"
            " failures = CASE WHEN known.since <= %s THEN 1 ELSE known.failures + 1 END,"
            " since = CASE WHEN known.since <= %s THEN excluded.since ELSE known.since END",
            [now, keys, start, start],
        )


def count_call(*, connection_id: int, limit: int, now: datetime) -> Rate:
    """Count a call of a connection in this minute, for all processes. 1 statement, which writes nothing once
    the limit is reached."""
    try:
        return Rate(limit, _counted(connection_id, limit, rules.minute_of(now)), now)
    except IntegrityError:
        # The connection has been deleted since its token was read.
        raise Unauthenticated("The access token is invalid. Authenticate again.") from None


def take_slot(*, connection_id: int, limit: int) -> int | None:
    """Take one of as many slots as a connection may have calls at the same time; None when all are taken. 1 query.

    A slot is a lock of the database session, for all processes: it is given back by `give_back_slot`, and by itself
    when its process ends. It writes nothing.
    """
    first = _SLOTS | connection_id << _SLOT_BITS
    taken = db.fetch(
        "SELECT slot FROM generate_series(%s::int8, %s::int8) AS slot WHERE pg_try_advisory_lock(slot) LIMIT 1",
        [first, first + limit - 1],
    )
    return int(taken[0][0]) if taken else None


def give_back_slot(slot: int) -> None:
    """Give back what `take_slot` gave. 1 query. A session that cannot is closed, which gives it back too."""
    try:
        db.fetch("SELECT pg_advisory_unlock(%s::int8)", [slot])
    except DatabaseError:
        connection.close()


def purge_limits(*, now: datetime) -> None:
    """Delete old secrets and passwords that have ended, counts of failures that keep nobody out any more, and used
    refresh tokens that would have expired.

    4 statements.
    """
    UsedRefreshToken.objects.filter(expires_at__lt=now).delete()
    ClientSecret.objects.filter(valid_until__lte=now).delete()
    OldPassword.objects.filter(valid_until__lte=now).delete()
    TokenFailure.objects.filter(since__lte=now - timedelta(seconds=settings.LIMEN_TOKEN_PAUSE)).delete()


def _counted(connection_id: int, limit: int, minute: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO connection_call_count AS known (connection_id, minute, calls) VALUES (%s, %s, 1)"
            " ON CONFLICT (connection_id) DO UPDATE SET"
            # A process whose clock is behind counts in the minute of the others.
            " calls = CASE WHEN known.minute < excluded.minute THEN 1 ELSE known.calls + 1 END,"
            " minute = GREATEST(known.minute, excluded.minute)"
            " WHERE known.minute < excluded.minute OR known.calls < %s"
            " RETURNING calls",
            [connection_id, minute, limit],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _record(what: str, code: str, data: object, *, by: Caller, now: datetime) -> None:
    """Record an event of a connection. Its data never holds a credential."""
    events.record(Happening(f"connection.{what}", f"connection:{code}", orjson.dumps(data).decode()), by=by, now=now)
