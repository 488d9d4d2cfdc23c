"""The one way in for writes about connections, their credentials and their tokens."""

from limen.connections.operations.checks import request_check, run_check
from limen.connections.operations.connections import (
    NewConnection,
    create_connection,
    delete_connection,
    regenerate_password,
    regenerate_secret,
    reveal_secret,
    update_connection,
)
from limen.connections.operations.tokens import (
    grant_token,
    issue_token,
    note_use,
    purge_expired_tokens,
    refresh_token,
)

__all__ = [
    "NewConnection",
    "create_connection",
    "delete_connection",
    "grant_token",
    "issue_token",
    "note_use",
    "purge_expired_tokens",
    "refresh_token",
    "regenerate_password",
    "regenerate_secret",
    "request_check",
    "reveal_secret",
    "run_check",
    "update_connection",
]
