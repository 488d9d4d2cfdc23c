"""What the page Access of a connection shows: its limits, an old secret on its way out, its live tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal

from limen.connections import rules
from limen.connections.models import AccessToken, ClientSecret, Connection, OldPassword, RefreshToken
from limen.connections.queries.connections import find
from limen.connections.rules import Limits

MOST_TOKENS = 50

TOKENS: dict[str, type[AccessToken | RefreshToken]] = {"access": AccessToken, "refresh": RefreshToken}


@dataclass(frozen=True, slots=True)
class OldCredential:
    """A secret or password that still works until `valid_until`; `last_used_at` is None while nobody used it since."""

    valid_until: datetime
    last_used_at: datetime | None
    last_used_from: str


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """`foreign_user` is empty for the connection's own user, `issued_to` where the address is not known."""

    id: int
    kind: Literal["access", "refresh"]
    issued_at: datetime
    expires_at: datetime
    issued_to: str
    foreign_user: str

    @property
    def is_access(self) -> bool:
        return self.kind == "access"


@dataclass(frozen=True, slots=True)
class ActiveTokens:
    """The newest live tokens, MOST_TOKENS at most, and how many there are in all."""

    newest: tuple[ActiveToken, ...]
    count: int


@dataclass(frozen=True, slots=True)
class AccessPage:
    code: str
    label: str
    flow_type: str
    image: str
    version: int
    limits: Limits
    old_secret: OldCredential | None
    old_password: OldCredential | None
    tokens: ActiveTokens

    @property
    def initials(self) -> str:
        return rules.initials(self.label)


def access_page(code: str, *, now: datetime) -> AccessPage:
    """Give how one connection may be used and what is in use; NotFound as `find`. 7 queries."""
    row = find(code)
    return AccessPage(
        code=row.code,
        label=row.label,
        flow_type=row.flow_type,
        image=row.image,
        version=row.version,
        limits=limits_of(row),
        old_secret=_described(ClientSecret.objects.filter(client=row.client_id, valid_until__gt=now).first()),
        old_password=_described(OldPassword.objects.filter(connection=row, valid_until__gt=now).first()),
        tokens=_active_tokens(row, now),
    )


def limits_of(row: Connection) -> Limits:
    return Limits(
        allowed_networks=tuple(row.allowed_networks),
        calls_per_minute=row.calls_per_minute,
        concurrent_calls=row.concurrent_calls,
        access_token_lifetime=row.access_token_lifetime,
        refresh_token_lifetime=row.refresh_token_lifetime,
        strict=row.strict,
    )


def _described(old: ClientSecret | OldPassword | None) -> OldCredential | None:
    if old is None or old.valid_until is None:
        return None
    return OldCredential(old.valid_until, old.last_used_at, old.last_used_from)


def _active_tokens(row: Connection, now: datetime) -> ActiveTokens:
    found = [*_live("access", row, now), *_live("refresh", row, now)]
    # A pair has one moment and one order: access before refresh.
    found.sort(key=attrgetter("issued_at", "id"), reverse=True)
    count = sum(model.objects.filter(client=row.client_id, expires_at__gte=now).count() for model in TOKENS.values())
    return ActiveTokens(tuple(found[:MOST_TOKENS]), count)


def _live(kind: Literal["access", "refresh"], row: Connection, now: datetime) -> Iterator[ActiveToken]:
    rows = (
        TOKENS[kind]
        .objects.filter(client=row.client_id, expires_at__gte=now)
        .order_by("-created_at", "-id")
        .values_list("id", "created_at", "expires_at", "issued_to", "user_id", "user__username")[:MOST_TOKENS]
    )
    for id, issued_at, expires_at, issued_to, user, username in rows:
        foreign = "" if user == row.user_id else username
        yield ActiveToken(id, kind, issued_at, expires_at, issued_to, foreign)
