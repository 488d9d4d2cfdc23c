"""What a live token stands for, and what has to be noted about its use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from limen.connections.rules.connection import DATA_DESTINATION
from limen.connections.rules.life import closed_by

# A date that is a minute old is as good as one of this second, and a call must not wait for a write.
NOTED_AT_MOST_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ClientConnection:
    """The connection whose client a call came with."""

    id: int
    flow_type: str
    auditable: bool
    first_call_at: datetime | None
    last_used_at: datetime | None
    enabled: bool = True
    expires_at: datetime | None = None
    allowed_networks: tuple[str, ...] = ()
    calls_per_minute: int | None = None
    concurrent_calls: int | None = None
    strict: bool = False

    def use_is_due(self, now: datetime) -> bool:
        """Tell whether this call should move `last_used_at` (or is the first one)."""
        return self.first_call_at is None or is_due(self.last_used_at, now)


@dataclass(frozen=True, slots=True)
class Holder:
    """A token, its user, and the connections behind both.

    Two questions, two holders: what the call may do is the user's matter (`permissions`), which
    connection it is, the client's (`connection`; None for a client without connection). `own_connection`
    is the connection that the user belongs to, `own_enabled` and `own_expires_at` say whether that one is open.
    """

    expires_at: datetime
    user_id: int
    username: str
    name: str
    kind: Literal["user", "api"]
    enabled: bool
    timezone: str
    permissions: frozenset[str]
    own_connection: int | None
    connection: ClientConnection | None
    own_enabled: bool = True
    own_expires_at: datetime | None = None

    def closed_by(self, now: datetime) -> Literal["paused", "expired"] | None:
        """Tell why one of the two connections lets nobody in: the client's, or the user's; None when both do."""
        own = closed_by(enabled=self.own_enabled, expires_at=self.own_expires_at, now=now)
        client = self.connection
        return own or (client and closed_by(enabled=client.enabled, expires_at=client.expires_at, now=now)) or None

    @property
    def is_valid_pair(self) -> bool:
        return self.connection is not None and self.connection.id == self.own_connection

    @property
    def is_wrong_pair(self) -> bool:
        return self.connection is not None and self.connection.id != self.own_connection

    @property
    def reads_counted(self) -> bool:
        connection = self.connection
        if connection is None or not self.is_valid_pair:
            return False
        return connection.auditable and connection.flow_type == DATA_DESTINATION


def is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= NOTED_AT_MOST_EVERY
