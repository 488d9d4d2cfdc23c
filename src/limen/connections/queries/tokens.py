"""What the token endpoint and every call of the API look up."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from sys import intern
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from limen.accounts.rules import display_name
from limen.connections import rules
from limen.connections.models import (
    AccessToken,
    ClientSecret,
    Connection,
    OldPassword,
    RefreshToken,
    TokenFailure,
    WrongCombination,
)
from limen.connections.queries.secrets import digest_of_secret
from limen.connections.rules import ClientConnection, Holder, SealedWithUnknownKey
from limen.kit import db
from limen.structure import queries as structure

log = logging.getLogger(__name__)

# Of each process, some 5 kB each. More tokens than these are read anew now and then, and nothing else.
MOST_HOLDERS = 1_000

_VERSION = "SELECT coalesce(sum(changes), 0)::bigint FROM connection_access_change"

# By the digest of their token: the access version they were read at, and what was read.
_holders: dict[bytes, tuple[int, Holder]] = {}
_holders_change = Lock()


@dataclass(frozen=True, slots=True)
class ClientToAuthenticate:
    """`secrets` are the digests of those valid now, by the id of their row; `ending` says which have an end."""

    id: int
    grant_types: tuple[str, ...]
    secrets: Mapping[int, bytes]
    ending: frozenset[int] = frozenset()
    allowed_networks: tuple[str, ...] = ()


def client_to_authenticate(client: int, random_id: str, *, now: datetime) -> ClientToAuthenticate | None:
    """Give a client by both halves of its public id, with what its connection is held to. 1 query."""
    rows = list(
        ClientSecret.objects.filter(Q(valid_until=None) | Q(valid_until__gt=now))
        .filter(client=client, client__random_id=random_id)
        .order_by("id")
        .values_list(
            "id",
            "key_id",
            "ciphertext",
            "client__grant_types",
            "valid_until",
            "client__connection__allowed_networks",
        )
    )
    if not rows:
        return None
    digests = {row[0]: _digest_if_possible(row[1], row[2], client) for row in rows}
    readable = {id: digest for id, digest in digests.items() if digest is not None}
    ending = frozenset(row[0] for row in rows if row[4] is not None)
    return ClientToAuthenticate(client, tuple(rows[0][3]), readable, ending, tuple(rows[0][5] or ()))


def _digest_if_possible(key_id: str, ciphertext: bytes | memoryview, client: int) -> bytes | None:
    """Give what a secret is checked by, or None and a line in the log: a lost key looks like a wrong secret."""
    try:
        return digest_of_secret(key_id, ciphertext, client)
    except SealedWithUnknownKey:
        log.error("secret cannot be read with the present key; regenerate it", extra={"client": client, "key": key_id})
        return None


def old_passwords(*, now: datetime) -> dict[int, str]:
    """Give the hashes of all old passwords that still work, by user: few, and none most of the time. 1 query."""
    kept = OldPassword.objects.filter(valid_until__gt=now)
    return dict(kept.values_list("connection__user_id", "password"))


def connection_of_client(public_id: str) -> int | None:
    """Give the connection that a client id names, whoever sends it; None for any other. 1 query, none for nonsense."""
    identity = rules.parse_client_id(public_id)
    if identity is None:
        return None
    named = Connection.objects.filter(client=identity[0], client__random_id=identity[1])
    return named.values_list("id", flat=True).first()


def connections_behind(*, client: int, user: int) -> QuerySet[Connection]:
    """Give the connections a token of this pair touches: the client's and the user's, usually one, by id."""
    return Connection.objects.filter(Q(client=client) | Q(user=user)).order_by("id")


@dataclass(frozen=True, slots=True)
class Refreshable:
    """`family` is None for a token from before there were families."""

    user_id: int
    client_id: int
    expires_at: datetime
    user_enabled: bool
    family: UUID | None


def refreshable(digest: bytes) -> Refreshable | None:
    """Give what a refresh token was issued for. 1 query."""
    row = (
        RefreshToken.objects.filter(digest=digest)
        .values_list("user_id", "client_id", "expires_at", "user__enabled", "family")
        .first()
    )
    return None if row is None else Refreshable(*row)


def attempts_paused_until(keys: list[bytes], *, now: datetime) -> datetime | None:
    """Tell until when too many failures keep these keys out; None lets them in. 1 query, none for no keys."""
    if not keys:
        return None
    pause = timedelta(seconds=settings.LIMEN_TOKEN_PAUSE)
    failures = TokenFailure.objects.filter(
        key__in=keys, failures__gte=settings.LIMEN_TOKEN_FAILURES, since__gt=now - pause
    )
    since = failures.order_by("-since").values_list("since", flat=True).first()
    return None if since is None else since + pause


def wrong_combination_noted_at(connection: int, username: str) -> datetime | None:
    """Tell when a foreign user was last noted for a connection. 1 query."""
    noted = WrongCombination.objects.filter(connection=connection, username=username)
    return noted.values_list("last_seen_at", flat=True).first()


def holder(digest: bytes) -> Holder | None:
    """Give what a token stands for: user, rights, connections. 1 query."""
    found = _read_holder(digest)
    return found[1] if found else None


def known_holder(digest: bytes) -> tuple[Holder, structure.Versions] | None:
    """As `holder`, with the versions of the structure, but read again only when it may have become another. 1 query.

    What this process has read is trusted while the access version is what it was: triggers move it in the very
    transaction that changes a token, a connection, a user or a role (migration 0006), so that a change counts from
    the next call on in every process. Times are not changes: whoever asks judges them by the clock.
    Cost: 1 short query; at first, and after a change, 1 long one more.
    """
    known = _holders.get(digest)
    if known is not None:
        version, *versions = db.fetch(_version_statement())[0]
        if version == known[0]:
            return known[1], structure.versions_of(versions)
    found = _read_holder(digest)
    if found is None:
        forget_holder(digest)
        return None
    version, holder, structure_versions = found
    with _holders_change:
        # The newest last: what has to go is what was read longest ago.
        _holders.pop(digest, None)
        if len(_holders) >= MOST_HOLDERS:
            del _holders[next(iter(_holders))]
        _holders[digest] = version, holder
    return holder, structure_versions


def forget_holder(digest: bytes) -> None:
    """Have a holder read again by its next call, because of something that moves no version."""
    with _holders_change:
        _holders.pop(digest, None)


def _read_holder(digest: bytes) -> tuple[int, Holder, structure.Versions] | None:
    # By the driver's cursor, so that the server keeps the plan where statements are prepared:
    # planning these seven tables takes longer than reading them.
    rows = db.fetch(_holder_statement(), [digest], binary=True)
    if not rows:
        return None
    # One row per role; they differ in the permissions only.
    first = rows[0]
    expires_at, user_id, username, first_name, last_name, user_type, enabled, timezone = first[:8]
    own_connection, own_label, connection_id, flow_type, auditable, called_at, used_at = first[8:15]
    client_enabled, client_expires_at, own_enabled, own_expires_at = first[16:20]
    networks, calls_per_minute, concurrent_calls, strict, client_scopes, own_scopes, version = first[20:27]
    found = Holder(
        expires_at=expires_at,
        user_id=user_id,
        username=username,
        name=own_label or display_name(username, first_name, last_name),
        kind="api" if user_type == "api" else "user",
        enabled=enabled,
        timezone=timezone,
        permissions=rules.effective(
            frozenset(intern(id) for row in rows for id in row[15] or ()), client_scopes, own_scopes
        ),
        own_connection=own_connection,
        connection=None
        if connection_id is None
        else ClientConnection(
            connection_id,
            flow_type,
            auditable,
            called_at,
            used_at,
            enabled=client_enabled,
            expires_at=client_expires_at,
            allowed_networks=tuple(networks),
            calls_per_minute=calls_per_minute,
            concurrent_calls=concurrent_calls,
            strict=strict,
        ),
        # Of a person, who belongs to no connection, there is nothing to be closed.
        own_enabled=own_enabled is not False,
        own_expires_at=own_expires_at,
    )
    return version, found, structure.versions_of(first)


@cache
def _version_statement() -> str:
    return structure.with_versions(_VERSION)


@cache
def _holder_statement() -> str:
    """Let Django write the statement once: building it costs a call ten times what running it does."""
    found = AccessToken.objects.filter(digest=b"").values_list(
        "expires_at",
        "user_id",
        "user__username",
        "user__first_name",
        "user__last_name",
        "user__type",
        "user__enabled",
        "user__timezone",
        "user__connection__id",
        "user__connection__label",
        "client__connection__id",
        "client__connection__flow_type",
        "client__connection__auditable",
        "client__connection__first_call_at",
        "client__connection__last_used_at",
        "user__roles__permissions",
        "client__connection__enabled",
        "client__connection__expires_at",
        "user__connection__enabled",
        "user__connection__expires_at",
        "client__connection__allowed_networks",
        "client__connection__calls_per_minute",
        "client__connection__concurrent_calls",
        "client__connection__strict",
        "client__connection__scopes",
        "user__connection__scopes",
    )
    statement, parameters = found.query.sql_with_params()
    # The digest is the only parameter, whatever joins the statement has.
    assert len(parameters) == 1
    # One statement, so one moment: the version is that of what is read with it.
    return structure.with_versions(f"SELECT held.*, ({_VERSION}) FROM ({statement}) held")  # noqa: S608  # our own
