"""The one way in for writes about connections, their credentials and their tokens."""

from limen.connections.operations.access import (
    count_call,
    note_failure,
    purge_limits,
    revoke_old_password,
    revoke_old_secret,
    revoke_token,
    revoke_tokens,
    set_limits,
)
from limen.connections.operations.checks import request_check, run_check
from limen.connections.operations.connections import (
    NewConnection,
    create_connection,
    delete_connection,
    end_tokens_of,
    pause_connection,
    regenerate_password,
    regenerate_secret,
    resume_connection,
    reveal_secret,
    update_connection,
)
from limen.connections.operations.rights import give_own_group, give_own_role, set_scopes
from limen.connections.operations.secrets import Kept, digest_secrets, encrypt_anew
from limen.connections.operations.tokens import (
    grant_token,
    issue_token,
    note_use,
    purge_expired_tokens,
    refresh_token,
)

__all__ = [
    "Kept",
    "NewConnection",
    "count_call",
    "create_connection",
    "delete_connection",
    "digest_secrets",
    "encrypt_anew",
    "end_tokens_of",
    "give_own_group",
    "give_own_role",
    "grant_token",
    "issue_token",
    "note_failure",
    "note_use",
    "pause_connection",
    "purge_expired_tokens",
    "purge_limits",
    "refresh_token",
    "regenerate_password",
    "regenerate_secret",
    "request_check",
    "resume_connection",
    "reveal_secret",
    "revoke_old_password",
    "revoke_old_secret",
    "revoke_token",
    "revoke_tokens",
    "run_check",
    "set_limits",
    "set_scopes",
    "update_connection",
]
