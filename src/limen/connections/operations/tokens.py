"""Issuing tokens, noting their use, and purging them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce

from limen.accounts import operations as accounts
from limen.accounts import queries as accounts_queries
from limen.accounts.rules import SYSTEM
from limen.connections import queries, rules
from limen.connections.models import (
    AccessToken,
    ClientSecret,
    Connection,
    OldPassword,
    RefreshToken,
    UsedRefreshToken,
    WrongCombination,
)
from limen.connections.operations.access import note_failure
from limen.connections.queries import ClientToAuthenticate
from limen.connections.queries.access import limits_of
from limen.connections.rules import Holder, Limits, Origin, TokenPair, TokenRequest
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Unprocessable

# Where nobody said where a call came from.
NOWHERE = Origin()

# Tokens are purged in portions, so that no statement holds many rows for long.
PURGE_BATCH = 10_000


def grant_token(*, asked: TokenRequest, origin: Origin = NOWHERE, now: datetime) -> TokenPair:
    """Answer a token request; Unprocessable with the first check that fails, in the contract's order.

    TooMany before all of them but the grant type, when too many wrong credentials came from this address;
    Forbidden, once the client is known, from an address that its connection does not accept.
    The password is checked before the transaction: 25 ms of argon2 hold no lock.
    """
    rules.check_grant_type(asked)
    is_password = asked.grant_type == rules.PASSWORD
    keys = rules.failure_keys(
        client_id=asked.client_id, username=asked.username if is_password else "", address=origin.address
    )
    paused_until = queries.attempts_paused_until(keys, now=now)
    if paused_until is not None:
        rules.refuse_attempts(paused_until - now)
    # A client that is not known says nothing about the user that came with it.
    of_client = rules.failure_keys(client_id=asked.client_id, username="", address=origin.address)
    with _failures_noted(of_client, now):
        client, secret_id = _authenticate_client(asked, now)
    rules.check_address(origin.address, client.allowed_networks, reason="address_not_allowed")
    rules.check_grant_allowed(asked, client.grant_types)
    if not is_password:
        rules.check_refresh_parameters(asked)
        with _replay_ended(asked, client.id, origin, now):
            pair = refresh_token(asked=asked, client_id=client.id, origin=origin, now=now)
    else:
        rules.check_password_parameters(asked)
        with _failures_noted(keys, now):
            user, by_old_password = _authenticate_user(asked, now)
        rules.check_scope(asked)
        pair = _issue_checked(asked, client.id, secret_id, user, by_old_password, origin, now)
    if secret_id in client.ending:
        place = rules.known_address(origin.address)
        ClientSecret.objects.filter(id=secret_id).update(last_used_at=now, last_used_from=place)
    return pair


@transaction.atomic
def issue_token(
    *,
    client_id: int,
    user_id: int,
    now: datetime,
    address: str = "",
    limits: Limits | None = None,
    family: UUID | None = None,
) -> TokenPair:
    """Issue a pair of tokens to this client for this user, unasked: no credential is checked here. 2 statements.

    `limits` says how long they live, where the connection of the client has lifetimes of its own; `family` is
    that of the refresh token that bought them.
    """
    limits = limits or Limits()
    family = family or uuid4()
    lifetime = limits.access_token_lifetime or settings.LIMEN_ACCESS_TOKEN_LIFETIME
    refresh_lifetime = limits.refresh_token_lifetime or settings.LIMEN_REFRESH_TOKEN_LIFETIME
    pair = TokenPair(rules.new_token(), rules.new_token(), lifetime)
    AccessToken.objects.create(
        digest=rules.digest(pair.access_token),
        expires_at=now + timedelta(seconds=pair.lifetime),
        client_id=client_id,
        user_id=user_id,
        created_at=now,
        issued_to=address,
        family=family,
    )
    RefreshToken.objects.create(
        digest=rules.digest(pair.refresh_token),
        expires_at=now + timedelta(seconds=refresh_lifetime),
        client_id=client_id,
        user_id=user_id,
        created_at=now,
        issued_to=address,
        family=family,
    )
    return pair


@transaction.atomic
def refresh_token(*, asked: TokenRequest, client_id: int, origin: Origin = NOWHERE, now: datetime) -> TokenPair:
    """Exchange a refresh token of this client for a new pair. Of several who try at once, one gets it.

    A connection that is paused or has ended gets none, and keeps the token for when it may go on.
    """
    digest = rules.digest(asked.refresh_token)
    found = queries.refreshable(digest)
    if (
        found is None
        or found.client_id != client_id
        or rules.is_expired(found.expires_at, now)
        or not found.user_enabled
    ):
        rules.refuse_token("refresh")
    rules.check_scope(asked)
    connections = _lock_connections(client_id, found.user_id)
    if not _all_open(connections, now):
        rules.refuse_token("refresh")
    _refuse_foreign_user(connections, client_id, found.user_id)
    # The DELETE decides: whoever comes second waits for the first to commit, and finds no row.
    consumed, _ = RefreshToken.objects.filter(digest=digest).delete()
    if not consumed:
        rules.refuse_token("refresh")
    family = found.family or uuid4()
    if settings.LIMEN_REFRESH_REPLAY_GRACE:
        UsedRefreshToken.objects.create(
            digest=digest, family=family, client_id=client_id, used_at=now, expires_at=found.expires_at
        )
    pair = issue_token(
        client_id=client_id,
        user_id=found.user_id,
        now=now,
        address=rules.known_address(origin.address),
        limits=_limits_of(connections, client_id),
        family=family,
    )
    for connection in connections:
        if connection.client_id == client_id:
            _touch(connection.id, origin, now, grant=rules.REFRESH_TOKEN)
    return pair


@transaction.atomic
def end_replayed(*, digest: bytes, client_id: int, origin: Origin = NOWHERE, now: datetime) -> int:
    """End the family of a used refresh token that comes again: one of the two who have it is a thief.

    Nothing happens to a token that was never used, while LIMEN_REFRESH_REPLAY_GRACE is 0, and within that time when
    the same client sends it, which may be a double submission. Records an event when anything ended, so once for
    a family. Gives the number of tokens that ended. 1 query for a token that was never used.
    """
    grace = timedelta(seconds=settings.LIMEN_REFRESH_REPLAY_GRACE)
    used = UsedRefreshToken.objects.filter(digest=digest).first() if grace else None
    if used is None or (used.client_id == client_id and now - used.used_at <= grace):
        return 0
    # Under the lock of whoever refreshes: no token of this family is bought meanwhile.
    connection = Connection.objects.select_for_update().filter(client=used.client_id).first()
    ended = sum(
        model.objects.filter(client=used.client_id, family=used.family).delete()[0]
        for model in (AccessToken, RefreshToken)
    )
    if ended and connection is not None:
        data = orjson.dumps({"tokens": ended, "address": rules.known_address(origin.address)}).decode()
        events.record(Happening("connection.token_replayed", f"connection:{connection.code}", data), by=SYSTEM, now=now)
    return ended


def note_use(*, holder: Holder, origin: Origin = NOWHERE, now: datetime) -> bool:
    """Note that a connection is used, from where, and with whose user. No statement unless something is due.

    Called with every call of the API, so: the last use once a minute, the first once, a foreign
    user once a minute (1 query each call of such a pair). True when the holder does not know the last use any more.
    """
    connection = holder.connection
    if connection is None:
        return False
    if holder.is_wrong_pair:
        _note_wrong_combination(connection.id, holder.username, now)
    if not connection.use_is_due(now):
        return False
    _touch(connection.id, origin, now)
    return True


def purge_expired_tokens(*, now: datetime, batch: int = PURGE_BATCH) -> int:
    """Delete expired tokens, a transaction for each portion, and tell how many there were."""
    purged = 0
    for model in (AccessToken, RefreshToken):
        while portion := list(
            model.objects.filter(expires_at__lt=now).order_by("id").values_list("id", flat=True)[:batch]
        ):
            deleted, _ = model.objects.filter(id__in=portion).delete()
            purged += deleted
    return purged


@contextmanager
def _failures_noted(keys: list[bytes], now: datetime) -> Iterator[None]:
    try:
        yield
    except Unprocessable:
        note_failure(keys=keys, now=now)
        raise


@contextmanager
def _replay_ended(asked: TokenRequest, client_id: int, origin: Origin, now: datetime) -> Iterator[None]:
    """Look at a refused refresh token once more, in a transaction of its own: that of the refusal is gone."""
    try:
        yield
    except Unprocessable:
        end_replayed(digest=rules.digest(asked.refresh_token), client_id=client_id, origin=origin, now=now)
        raise


def _authenticate_client(asked: TokenRequest, now: datetime) -> tuple[ClientToAuthenticate, int]:
    """Give the client and the id of the secret it proved; the same refusal whatever is wrong."""
    identity = rules.parse_client_id(asked.client_id)
    client = queries.client_to_authenticate(*identity, now=now) if identity else None
    secrets = client.secrets if client else {}
    proved = [id for id, secret in secrets.items() if rules.same_secret(secret, asked.client_secret)]
    if client is None or not proved:
        rules.refuse_token("client")
    return client, proved[0]


def _authenticate_user(asked: TokenRequest, now: datetime) -> tuple[accounts_queries.UserRow, bool]:
    """Give the user, and whether it was the old password that proved it; the same refusal whatever is wrong."""
    user = accounts_queries.user_to_authenticate(asked.username)
    # Checked for nobody too, and before anything else is looked at: time tells nothing either.
    right = accounts.check_password(user, asked.password)
    old = not right and _is_old_password(user, asked.password, now)
    if user is None or not (right or old) or not user.enabled or user.type == "job":
        rules.refuse_token("user")
    return user, old


def _is_old_password(user: accounts_queries.UserRow | None, password: str, now: datetime) -> bool:
    """Compare with the old password, if one is kept; while any is kept, the check takes as long for everybody."""
    kept = queries.old_passwords(now=now)
    if not kept:
        return False
    old = kept.get(user.id) if user else None
    return accounts.check_password(replace(user, password=old) if user and old else None, password)


@transaction.atomic
def _issue_checked(
    asked: TokenRequest,
    client_id: int,
    secret_id: int,
    user: accounts_queries.UserRow,
    by_old_password: bool,
    origin: Origin,
    now: datetime,
) -> TokenPair:
    """Issue tokens if the credentials are still the right ones once nobody can change them any more."""
    connections = _lock_connections(client_id, user.id)
    if not ClientSecret.objects.filter(id=secret_id).exists():
        rules.refuse_token("client")
    if accounts_queries.user_to_authenticate(asked.username) != user:
        rules.refuse_token("user")
    if not _all_open(connections, now):
        rules.refuse_token("user")
    place = rules.known_address(origin.address)
    if by_old_password and not _note_old_password(user.id, place, now):
        rules.refuse_token("user")
    _refuse_foreign_user(connections, client_id, user.id)
    limits = _limits_of(connections, client_id)
    pair = issue_token(client_id=client_id, user_id=user.id, now=now, address=place, limits=limits)
    for connection in connections:
        if connection.client_id == client_id:
            _touch(connection.id, origin, now, grant=rules.PASSWORD)
            if connection.user_id != user.id:
                _note_wrong_combination(connection.id, user.username, now)
    return pair


def _note_old_password(user_id: int, address: str, now: datetime) -> bool:
    """Note a use of the old password; False when it was revoked since it was checked."""
    kept = OldPassword.objects.filter(connection__user=user_id)
    return bool(kept.update(last_used_at=now, last_used_from=address))


def _lock_connections(client_id: int, user_id: int) -> list[Connection]:
    return list(queries.connections_behind(client=client_id, user=user_id).select_for_update())


def _all_open(connections: list[Connection], now: datetime) -> bool:
    return not any(rules.closed_by(enabled=one.enabled, expires_at=one.expires_at, now=now) for one in connections)


def _limits_of(connections: list[Connection], client_id: int) -> Limits | None:
    return next((limits_of(row) for row in connections if row.client_id == client_id), None)


def _refuse_foreign_user(connections: list[Connection], client_id: int, user_id: int) -> None:
    if any(row.strict and row.client_id == client_id and row.user_id != user_id for row in connections):
        rules.refuse_token("foreign_user")


@transaction.atomic
def _touch(connection: int, origin: Origin, now: datetime, *, grant: str = "") -> None:
    """Set the last use, and the first; with `grant` the last token too. Whoever comes second within the minute
    writes nothing. 1 statement."""
    address, agent = rules.known_address(origin.address) or None, rules.agent_of(origin.agent)
    before = now - rules.NOTED_AT_MOST_EVERY
    due = Q(last_used_at=None) | Q(last_used_at__lte=before) | Q(first_call_at=None)
    noted: dict[str, Any] = {
        "last_used_at": now,
        "last_used_address": address,
        "last_used_agent": agent,
        "first_call_at": Coalesce(F("first_call_at"), Value(now, DateTimeField())),
    }
    if grant:
        due |= Q(last_token_at=None) | Q(last_token_at__lte=before)
        noted |= {
            "last_token_at": now,
            "last_token_address": address,
            "last_token_agent": agent,
            "last_token_grant": grant,
        }
    Connection.objects.filter(due, id=connection).update(**noted)


def _note_wrong_combination(connection: int, username: str, now: datetime) -> None:
    if not rules.is_due(queries.wrong_combination_noted_at(connection, username), now):
        return
    note = WrongCombination(connection_id=connection, username=username, last_seen_at=now)
    try:
        with transaction.atomic():
            WrongCombination.objects.bulk_create(
                [note],
                update_conflicts=True,
                unique_fields=["connection", "username"],
                update_fields=["last_seen_at"],
            )
    except IntegrityError:
        # The connection has just been deleted; the next call with this token will be told.
        return
