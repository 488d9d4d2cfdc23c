"""The one way in for writes about connections, their credentials and their tokens."""

from limen.connections.operations.access import (
    count_call,
    give_back_slot,
    note_failure,
    purge_limits,
    revoke_old_password,
    revoke_old_secret,
    revoke_token,
    revoke_tokens,
    set_limits,
    take_slot,
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
    remind_of_ends,
    resume_connection,
    reveal_secret,
    update_connection,
)
from limen.connections.operations.errors import purge_errors, record_errors
from limen.connections.operations.rights import give_own_group, give_own_role, set_scopes
from limen.connections.operations.secrets import Kept, digest_secrets, encrypt_anew
from limen.connections.operations.tokens import (
    end_replayed,
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
    "end_replayed",
    "end_tokens_of",
    "give_back_slot",
    "give_own_group",
    "give_own_role",
    "grant_token",
    "issue_token",
    "note_failure",
    "note_use",
    "pause_connection",
    "purge_errors",
    "purge_expired_tokens",
    "purge_limits",
    "record_errors",
    "refresh_token",
    "regenerate_password",
    "regenerate_secret",
    "remind_of_ends",
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
    "take_slot",
    "update_connection",
]
