"""The edge that every call of the API passes first: from the request's header to its caller.

A module of its own, beside `api.py`: it answers no request, it is what the settings name as
LIMEN_API_AUTHENTICATOR, and LIMEN_API_CONNECTION_OF.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.http import HttpRequest

from limen.accounts.rules import OVERALL, Caller
from limen.connections import operations, queries, rules
from limen.connections.rules import ClientConnection, Holder, Origin
from limen.kit import clock
from limen.kit.errors import Unauthenticated
from limen.kit.http.address import client_address

_REQUIRED = 'Authentication is required: send the access token as "Authorization: Bearer …".'
_INVALID = "The access token is invalid. Authenticate again."
_EXPIRED = "The access token has expired. Refresh it or authenticate again."
_CLOSED = {
    "paused": "This connection is paused. Whoever manages the connections of this PIM can resume it.",
    "expired": "This connection has ended. Whoever manages the connections of this PIM can give it a later end.",
}


def authenticate(request: HttpRequest) -> Caller:
    """Give the caller of a request. 1 short query, see `queries.known_holder`.

    More in the first call of a minute of a connection, which notes that it is used, and one more for
    each limit of a connection's calls. Raises Unauthenticated; Forbidden from an address or with a user
    that the connection does not accept, and without overall access; TooMany.
    """
    digest = rules.digest(_bearer(request))
    holder, versions = queries.known_holder(digest) or (None, None)
    now = clock.now()
    if holder is not None and holder.connection is not None:
        # A call that is refused below is still this connection's: its console shows it.
        request.connection_id = holder.connection.id  # type: ignore[attr-defined]  # our own addition
    if holder is None or not holder.enabled:
        raise Unauthenticated(_INVALID)
    if rules.is_expired(holder.expires_at, now):
        raise Unauthenticated(_EXPIRED)
    closed = holder.closed_by(now)
    if closed:
        raise Unauthenticated(_CLOSED[closed])
    origin = Origin(client_address(request), request.META.get("HTTP_USER_AGENT", ""))
    if holder.connection is not None:
        _hold_to_limits(request, holder, holder.connection, origin.address, now)
    if operations.note_use(holder=holder, origin=origin, now=now):
        queries.forget_holder(digest)
    caller = Caller(
        user_id=holder.user_id,
        username=holder.username,
        name=holder.name,
        kind=holder.kind,
        permissions=holder.permissions,
        timezone=holder.timezone,
        author_connection_id=holder.own_connection,
        connection_id=holder.connection.id if holder.connection else None,
        reads_counted=holder.reads_counted,
        structure_versions=versions,
    )
    caller.require(OVERALL)
    return caller


def connection_of(request: HttpRequest) -> int | None:
    """Tell which connection a call belongs to that no endpoint has taken. 1 short query, none without a token."""
    try:
        digest = rules.digest(_bearer(request))
    except Unauthenticated:
        return None
    holder, _ = queries.known_holder(digest) or (None, None)
    return holder.connection.id if holder and holder.connection else None


def _hold_to_limits(
    request: HttpRequest, holder: Holder, connection: ClientConnection, address: str, now: datetime
) -> None:
    if connection.allowed_networks:
        rules.check_address(address, connection.allowed_networks)
    if connection.strict and holder.is_wrong_pair:
        rules.refuse_foreign_user()
    if connection.concurrent_calls is not None:
        slot = operations.take_slot(connection_id=connection.id, limit=connection.concurrent_calls)
        if slot is None:
            rules.refuse_concurrent_call(connection.concurrent_calls)
        # Called by kit.http.middleware, however the call ends.
        request.at_end = partial(operations.give_back_slot, slot)  # type: ignore[attr-defined]
    if connection.calls_per_minute is not None:
        rate = operations.count_call(connection_id=connection.id, limit=connection.calls_per_minute, now=now)
        # Read by kit.http.middleware, so that refusals tell it too.
        request.answer_headers = rate.headers()  # type: ignore[attr-defined]
        rate.check()


def _bearer(request: HttpRequest) -> str:
    """Take the token from the header only: in an address it would end up in logs."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(_REQUIRED)
    return str(token.strip())
