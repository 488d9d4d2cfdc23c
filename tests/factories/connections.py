"""Connections for tests, made as a person would make them."""

from __future__ import annotations

from datetime import UTC, datetime

from limen.accounts import queries as accounts
from limen.accounts.rules import SYSTEM
from limen.connections import operations, rules
from limen.connections.models import Connection
from limen.connections.operations import NewConnection
from limen.kit import clock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make_connection(
    label: str = "My ERP",
    *,
    code: str = "",
    flow_type: str = rules.DATA_SOURCE,
    auditable: bool = False,
    role: str = "user",
    now: datetime = NOW,
) -> NewConnection:
    """Create a connection whose user has this role ("user", "administrator", or any role's code)."""
    return operations.create_connection(
        code=code,
        label=label,
        flow_type=flow_type,
        auditable=auditable,
        role_id=accounts.role_id(role),
        by=SYSTEM,
        now=now,
    )


def token_for(new: NewConnection, *, user_of: NewConnection | None = None, now: datetime | None = None) -> str:
    """Issue an access token to the connection's client, for its own user or that of another connection."""
    client = Connection.objects.get(code=new.code).client_id
    user = Connection.objects.get(code=(user_of or new).code).user_id
    return operations.issue_token(client_id=client, user_id=user, now=now or clock.now()).access_token
