"""Where the edges of products hand in what was refused to a connection: what the settings name as LIMEN_API_WATCHER.

A module of its own, as `tokens.py`: it answers no request.
"""

from __future__ import annotations

from collections.abc import Sequence

from limen.accounts.rules import Caller
from limen.connections import operations
from limen.kit import clock
from limen.kit.http.watching import Mistake


def record_errors(caller: Caller, mistakes: Sequence[Mistake]) -> None:
    """Keep the mistakes of a call that came through a connection."""
    if caller.connection_id is not None and mistakes:
        operations.record_errors(connection_id=caller.connection_id, mistakes=mistakes, now=clock.now())
