"""Who calls in this room's tests: a token names permissions instead of a connection's user."""

from __future__ import annotations

from typing import Any

from limen.accounts.rules import OVERALL, PERMISSIONS, Caller
from limen.kit.errors import Unauthenticated

EVERYTHING = "everything"
# A tracked connection of each direction.
SOURCE, DESTINATION = 7001, 7002


def authenticate(request: Any) -> Caller:
    """`Bearer everything` may do everything; `Bearer a,b` the permissions a and b; no header is nobody.

    `Bearer source` and `Bearer destination` are tracked connections.
    """
    header = request.headers.get("Authorization", "")
    if not header.startswith("Bearer "):
        raise Unauthenticated("Authentication is required.")
    named = header.removeprefix("Bearer ")
    if named == "source":
        return Caller(None, "erp_1234", "ERP", "api", frozenset(PERMISSIONS), author_connection_id=SOURCE)
    if named == "destination":
        return Caller(
            None, "shop", "Shop", "api", frozenset(PERMISSIONS), connection_id=DESTINATION, reads_counted=True
        )
    permissions = frozenset(PERMISSIONS) if named == EVERYTHING else frozenset(named.split(",")) | {OVERALL}
    return Caller(None, "tester", "Tester", "api", permissions)
