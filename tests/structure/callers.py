"""Who calls in this room's tests: a token names permissions instead of a connection's user."""

from __future__ import annotations

from typing import Any

from limen.accounts.rules import OVERALL, PERMISSIONS, Caller
from limen.kit.errors import Unauthenticated

EVERYTHING = "everything"


def authenticate(request: Any) -> Caller:
    """`Bearer everything` may do everything; `Bearer a,b` the permissions a and b; no header is nobody."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Bearer "):
        raise Unauthenticated("Authentication is required.")
    named = header.removeprefix("Bearer ")
    permissions = frozenset(PERMISSIONS) if named == EVERYTHING else frozenset(named.split(",")) | {OVERALL}
    return Caller(None, "tester", "Tester", "api", permissions)
