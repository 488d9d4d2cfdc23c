"""The connections as people see them: the list, the settings page, the limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import connection as database
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from limen.accounts import queries as accounts
from limen.accounts.rules import Caller
from limen.connections import rules
from limen.connections.models import AccessToken, Connection, WrongCombination
from limen.kit.errors import NotFound
from limen.kit.text import fold

# Any number that is ours alone among the advisory locks of this database.
_CREATION_LOCK = 7_300_001


@dataclass(frozen=True, slots=True)
class ListedConnection:
    id: int
    code: str
    label: str
    flow_type: str
    auditable: bool
    created_at: datetime
    last_used_at: datetime | None
    enabled: bool
    expires_at: datetime | None
    username: str
    image: str
    wrong_combination: bool


def connections_for_list(*, now: datetime) -> list[ListedConnection]:
    """Give the connections made by people (no apps), oldest first, ties by code. 1 query."""
    wrong = WrongCombination.objects.filter(connection=OuterRef("id"), last_seen_at__gte=_shown_since(now))
    rows = (
        Connection.objects.filter(type=rules.DEFAULT)
        .order_by("created_at", "code")
        .values_list(
            "id",
            "code",
            "label",
            "flow_type",
            "auditable",
            "created_at",
            "last_used_at",
            "enabled",
            "expires_at",
            "user__username",
            "image",
            Exists(wrong),
        )
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
class Noted:
    """The last call, or the last token: when, from which address, by which software ("" when it said nothing).

    `grant` is what a token was bought with, "" for a call and where it is not known.
    """

    at: datetime
    address: str | None
    agent: str
    grant: str = ""

    @property
    def by_password(self) -> bool:
        return self.grant == rules.PASSWORD


@dataclass(frozen=True, slots=True)
class Owner:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """All the settings page shows but the secret and the password. `role_id` is None only if the role vanished;
    `group_id` is None when the user is in no group but All; `wrong_users` are the latest first.
    `scopes` are the permissions it is limited to, None for all that its role allows."""

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
    enabled: bool
    expires_at: datetime | None
    owner: Owner | None
    notes: str
    image: str
    last_use: Noted | None
    last_token: Noted | None
    scopes: tuple[str, ...] | None

    @property
    def initials(self) -> str:
        return rules.initials(self.label)


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
        enabled=row.enabled,
        expires_at=row.expires_at,
        owner=Owner(row.owner.id, row.owner.display_name) if row.owner else None,
        notes=row.notes,
        image=row.image,
        last_use=_noted(row.last_used_at, row.last_used_address, row.last_used_agent),
        last_token=_noted(row.last_token_at, row.last_token_address, row.last_token_agent, row.last_token_grant),
        scopes=None if row.scopes is None else tuple(row.scopes),
    )


def caller_through(row: Connection) -> Caller | None:
    """Give whom a call through this connection comes from, with what is left within its scopes; None when its user
    is disabled. 1 query."""
    caller = accounts.caller_for(row.user_id, author_connection_id=row.id, connection_id=row.id)
    return caller and replace(caller, permissions=rules.effective(caller.permissions, row.scopes))


@dataclass(frozen=True, slots=True)
class Rights:
    """What the role of a connection allows, and what is left of it within its scopes."""

    role: frozenset[str]
    here: frozenset[str]


def permissions_within(code: str) -> Rights:
    """NotFound as `find`. 2 queries."""
    row = find(code)
    role = accounts.permissions_of(row.user_id)
    return Rights(role, rules.effective(role, row.scopes))


def first_call_at(code: str) -> datetime | None:
    """Tell when the first call with this connection's client came in, for the page that waits for it. 1 query."""
    return find(code).first_call_at


def find(code: str, *, lock: bool = False) -> Connection:
    """Give the row of a connection made by a person, with its client, its user and its owner. 1 query.

    `lock` holds it until the transaction ends: issuing tokens waits for the same lock, so that no
    token slips through between a revocation's DELETE and its commit.
    """
    found = Connection.objects.alias(key=Lower("code")).filter(key=fold(code), type=rules.DEFAULT)
    found = found.select_related("client", "user", "owner")
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


def live_tokens(code: str, *, now: datetime) -> int:
    """Count the access tokens that work now for a connection's client or for its user. 2 queries."""
    row = find(code)
    return AccessToken.objects.filter(Q(client=row.client_id) | Q(user=row.user_id), expires_at__gte=now).count()


def _noted(at: datetime | None, address: str | None, agent: str, grant: str = "") -> Noted | None:
    return Noted(at, address, agent, grant) if at else None


def _wrong_users(connection: int, now: datetime) -> list[WrongUser]:
    rows = (
        WrongCombination.objects.filter(connection=connection, last_seen_at__gte=_shown_since(now))
        .order_by("-last_seen_at", "username")
        .values_list("username", "last_seen_at")
    )
    return [WrongUser(*row) for row in rows]


def _shown_since(now: datetime) -> datetime:
    return rules.wrong_use_shown_since(now)
