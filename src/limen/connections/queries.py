"""What the room's screens, its token endpoint and every call of the API read."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import connection as database
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from limen.accounts import queries as accounts
from limen.accounts.rules import display_name
from limen.connections import rules
from limen.connections.models import (
    AccessToken,
    ClientSecret,
    Connection,
    RefreshToken,
    WrongCombination,
)
from limen.connections.rules import ClientConnection, Holder, Period, Sealed, SealedWithUnknownKey, Week
from limen.events import queries as events
from limen.kit import db
from limen.kit.errors import NotFound
from limen.kit.text import fold

log = logging.getLogger(__name__)

# Any number that is ours alone among the advisory locks of this database.
_CREATION_LOCK = 7_300_001


# --- the list and the settings page


@dataclass(frozen=True, slots=True)
class ListedConnection:
    code: str
    label: str
    flow_type: str
    auditable: bool
    created_at: datetime
    last_used_at: datetime | None
    wrong_combination: bool


def connections_for_list(*, now: datetime) -> list[ListedConnection]:
    """Give the connections made by people (no apps), oldest first, ties by code. 1 query."""
    wrong = WrongCombination.objects.filter(connection=OuterRef("id"), last_seen_at__gte=_shown_since(now))
    rows = (
        Connection.objects.filter(type=rules.DEFAULT)
        .order_by("created_at", "code")
        .values_list("code", "label", "flow_type", "auditable", "created_at", "last_used_at", Exists(wrong))
    )
    return [ListedConnection(*row) for row in rows]


def connections_count() -> int:
    """Count all connections, apps included: this is what the limit is about. 1 query."""
    return Connection.objects.count()


def limit_is_reached() -> bool:
    """Tell whether there can be no further connection. 1 query."""
    return connections_count() >= int(settings.LIMEN_CONNECTIONS_MAX)


@dataclass(frozen=True, slots=True)
class WrongUser:
    username: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """All the settings page shows but the secret and the password. `role_id` is None only if the role vanished;
    `group_id` is None when the user is in no group but All; `wrong_users` are the latest first."""

    code: str
    label: str
    flow_type: str
    auditable: bool
    client_id: str
    username: str
    role_id: int | None
    group_id: int | None
    created_at: datetime
    first_call_at: datetime | None
    last_used_at: datetime | None
    version: int
    wrong_users: tuple[WrongUser, ...]


def connection_settings(code: str, *, now: datetime) -> ConnectionSettings:
    """Give one connection made by a person; NotFound for any other code, an app's too. 4 queries."""
    row = find(code)
    role, group = accounts.role_and_group_of(row.user_id)
    return ConnectionSettings(
        code=row.code,
        label=row.label,
        flow_type=row.flow_type,
        auditable=row.auditable,
        client_id=row.client.public_id,
        username=row.user.username,
        role_id=role.id if role else None,
        group_id=group.id if group else None,
        created_at=row.created_at,
        first_call_at=row.first_call_at,
        last_used_at=row.last_used_at,
        version=row.version,
        wrong_users=tuple(_wrong_users(row.id, now)),
    )


def first_call_at(code: str) -> datetime | None:
    """Tell when the first call with this connection's client came in, for the page that waits for it. 1 query."""
    return find(code).first_call_at


def secret_of(code: str) -> str:
    """Give the secret in clear; NotFound as `connection_settings`, Conflict when its key is gone. 2 queries."""
    client = find(code).client_id
    key_id, ciphertext = (
        ClientSecret.objects.filter(client=client).order_by("-id").values_list("key_id", "ciphertext")[0]
    )
    return _open(key_id, ciphertext, client)


def find(code: str, *, lock: bool = False) -> Connection:
    """Give the row of a connection made by a person, with its client and its user. 1 query.

    `lock` holds it until the transaction ends: issuing tokens waits for the same lock, so that no
    token slips through between a revocation's DELETE and its commit.
    """
    found = Connection.objects.alias(key=Lower("code")).filter(key=fold(code), type=rules.DEFAULT)
    found = found.select_related("client", "user")
    if lock:
        found = found.select_for_update(of=("self",))
    row = found.first() if rules.is_code(code) else None
    if row is None:
        raise NotFound(f'There is no connection "{code}".')
    return row


def code_is_taken(code: str) -> bool:
    """Tell whether any connection, app or not, has this code in any spelling. 1 query."""
    return Connection.objects.alias(key=Lower("code")).filter(key=fold(code)).exists()


def hold_creation_lock() -> None:
    """Wait until no other creation of a connection runs, and keep the others waiting until commit. 1 query."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])


def _wrong_users(connection: int, now: datetime) -> list[WrongUser]:
    rows = (
        WrongCombination.objects.filter(connection=connection, last_seen_at__gte=_shown_since(now))
        .order_by("-last_seen_at", "username")
        .values_list("username", "last_seen_at")
    )
    return [WrongUser(*row) for row in rows]


def _shown_since(now: datetime) -> datetime:
    return rules.wrong_use_shown_since(now)


def instance_keys() -> list[str]:
    """Give the keys that secrets may be encrypted with, the current one first."""
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def _open(key_id: str, ciphertext: bytes | memoryview, client: int) -> str:
    return rules.open_sealed(Sealed(key_id, bytes(ciphertext)), keys=instance_keys(), client=client)


# --- Data flows


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of count: of all tracked connections of its flow type together, and of each by its code."""

    all: Week
    by_connection: Mapping[str, Week]

    def of(self, code: str | None) -> Week:
        """Give the week of one connection; of all for None and for a code that is not among them."""
        return self.by_connection.get(code or "", self.all)


@dataclass(frozen=True, slots=True)
class DataFlows:
    """`source` and `destination` are the connections chosen, None for all; `created`, `updated` and `read`
    hold every connection, so that a page can show any choice. `is_empty`: nothing is tracked at all."""

    sources: tuple[Choice, ...]
    destinations: tuple[Choice, ...]
    source: str | None
    destination: str | None
    created: Flow
    updated: Flow
    read: Flow

    @property
    def is_empty(self) -> bool:
        return not self.sources and not self.destinations


def data_flows(*, timezone: str, now: datetime, source: str | None = None, destination: str | None = None) -> DataFlows:
    """Give the counts of the last seven days and the day before them, in days of the viewer's zone.

    Only connections tracked now, with their present flow type: what is not tracked any more takes
    its past with it, from the sum too. 5 queries; 2 when nothing is tracked.
    """
    period = Period.until(now, rules.read_zone(timezone))
    sources = _tracked(rules.DATA_SOURCE)
    destinations = _tracked(rules.DATA_DESTINATION)
    return DataFlows(
        sources=_choices(sources),
        destinations=_choices(destinations),
        source=_chosen(source, sources),
        destination=_chosen(destination, destinations),
        created=_flow("product.created", sources, period),
        updated=_flow("product.updated", sources, period),
        read=_flow("product.read", destinations, period),
    )


_Tracked = dict[int, Choice]


def _tracked(flow_type: str) -> _Tracked:
    rows = (
        Connection.objects.filter(flow_type=flow_type, auditable=True)
        .order_by("created_at", "code")
        .values_list("id", "code", "label")
    )
    return {id: Choice(code, label) for id, code, label in rows}


def _choices(tracked: _Tracked) -> tuple[Choice, ...]:
    return tuple(tracked.values())


def _chosen(code: str | None, tracked: _Tracked) -> str | None:
    return code if any(choice.code == code for choice in tracked.values()) else None


def _flow(kind: str, tracked: _Tracked, period: Period) -> Flow:
    counts = events.hour_counts(kind, tracked, start=period.start, end=period.end) if tracked else []
    of_each: dict[int, list[events.HourCount]] = {id: [] for id in tracked}
    for one in counts:
        of_each[one.connection_id].append(one)
    return Flow(period.week(counts), {tracked[id].code: period.week(of) for id, of in of_each.items()})


# --- tokens


@dataclass(frozen=True, slots=True)
class ClientToAuthenticate:
    """`secrets` are those valid now, in clear, by the id of their row."""

    id: int
    grant_types: tuple[str, ...]
    secrets: Mapping[int, str]


def client_to_authenticate(client: int, random_id: str) -> ClientToAuthenticate | None:
    """Give a client by both halves of its public id. 1 query."""
    rows = list(
        ClientSecret.objects.filter(client=client, client__random_id=random_id)
        .order_by("id")
        .values_list("id", "key_id", "ciphertext", "client__grant_types")
    )
    if not rows:
        return None
    opened = {id: _open_if_possible(key_id, ciphertext, client) for id, key_id, ciphertext, _ in rows}
    readable = {id: secret for id, secret in opened.items() if secret is not None}
    return ClientToAuthenticate(client, tuple(rows[0][3]), readable)


def _open_if_possible(key_id: str, ciphertext: bytes | memoryview, client: int) -> str | None:
    """Give a secret, or None with a line in the log: to a connector a lost key looks like a wrong secret."""
    try:
        return _open(key_id, ciphertext, client)
    except SealedWithUnknownKey:
        log.error("secret cannot be read with the present key; regenerate it", extra={"client": client, "key": key_id})
        return None


def connections_behind(*, client: int, user: int) -> QuerySet[Connection]:
    """Give the connections a token of this pair touches: the client's and the user's, usually one, by id."""
    return Connection.objects.filter(Q(client=client) | Q(user=user)).order_by("id")


@dataclass(frozen=True, slots=True)
class Refreshable:
    user_id: int
    client_id: int
    expires_at: datetime
    user_enabled: bool


def refreshable(digest: bytes) -> Refreshable | None:
    """Give what a refresh token was issued for. 1 query."""
    row = (
        RefreshToken.objects.filter(digest=digest)
        .values_list("user_id", "client_id", "expires_at", "user__enabled")
        .first()
    )
    return None if row is None else Refreshable(*row)


def wrong_combination_noted_at(connection: int, username: str) -> datetime | None:
    """Tell when a foreign user was last noted for a connection. 1 query."""
    noted = WrongCombination.objects.filter(connection=connection, username=username)
    return noted.values_list("last_seen_at", flat=True).first()


def holder(digest: bytes) -> Holder | None:
    """Give what a token stands for: user, rights, connections. 1 query.

    Every call of the API comes through here, and nothing of it is kept between calls: a token that
    was revoked, a user that was disabled and a right that was taken away are seen at once, in every
    process.
    """
    # By the driver's cursor, so that the server keeps the plan where statements are prepared:
    # planning these seven tables takes longer than reading them.
    rows = db.fetch(_holder_statement(), [digest])
    if not rows:
        return None
    # One row per role; they differ in the last column only.
    first = rows[0]
    expires_at, user_id, username, first_name, last_name, user_type, enabled, timezone = first[:8]
    own_connection, own_label, connection_id, flow_type, auditable, called_at, used_at = first[8:15]
    return Holder(
        expires_at=expires_at,
        user_id=user_id,
        username=username,
        name=own_label or display_name(username, first_name, last_name),
        kind="api" if user_type == "api" else "user",
        enabled=enabled,
        timezone=timezone,
        permissions=frozenset(id for row in rows for id in row[15] or ()),
        own_connection=own_connection,
        connection=None
        if connection_id is None
        else ClientConnection(connection_id, flow_type, auditable, called_at, used_at),
    )


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
    )
    statement, parameters = found.query.sql_with_params()
    # The digest is the only parameter, whatever joins the statement has.
    assert len(parameters) == 1
    return statement
