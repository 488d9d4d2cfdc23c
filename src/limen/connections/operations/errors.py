"""Recording what connections get wrong, and forgetting it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.db.models import Q

from limen.connections import rules
from limen.connections.models import ApiError, Connection
from limen.connections.rules import errors as error_rules
from limen.events import operations as events
from limen.kit import db
from limen.kit.http.watching import Mistake

COLUMNS = {"connection_id": "int8", "at": "timestamptz", "content": "text"}


def record_errors(*, connection_id: int, mistakes: Sequence[Mistake], now: datetime) -> None:
    """Keep the errors of one call and count them, when the connection is a source that is tracked.

    Cost: 1 query for others, else 1 transaction of 3 statements whatever their number. Of one call at most
    ERRORS_KEPT are kept: more are never shown.
    """
    watched = Connection.objects.filter(id=connection_id, flow_type=rules.DATA_SOURCE, auditable=True).exists()
    if not watched:
        return
    business = [
        content
        for one in mistakes
        if one.watched == "business" and one.refusal is not None
        for content in error_rules.contents(one.refusal, one.about)
    ]
    technical = sum(one.watched == "technical" for one in mistakes)
    kept = business[-error_rules.ERRORS_KEPT :]
    with transaction.atomic():
        db.insert_rows(
            "connection_api_error", COLUMNS, [(connection_id, now, orjson.dumps(one).decode()) for one in kept]
        )
        # Last, as with events: the row of the tally is locked until the end.
        counts = {error_rules.BUSINESS: len(business), error_rules.TECHNICAL: technical}
        events.tally(counts, connection_id, now=now)


_OLDER = """
DELETE FROM connection_api_error WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY connection_id ORDER BY id DESC) AS place FROM connection_api_error
    ) AS placed WHERE place > %s
)
"""


def purge_errors(*, now: datetime) -> int:
    """Forget what is not shown any more: too old, beyond the newest, or of a connection no longer tracked.

    Gives how many; safe to run twice. 4 statements.
    """
    with transaction.atomic():
        outdated = Q(at__lt=now - timedelta(days=error_rules.DAYS_KEPT))
        untracked = ~Q(connection__auditable=True, connection__flow_type=rules.DATA_SOURCE)
        forgotten: int = ApiError.objects.filter(outdated | untracked).delete()[0]
        with connection.cursor() as cursor:
            cursor.execute(_OLDER, [error_rules.ERRORS_KEPT])
            forgotten += cursor.rowcount
        before = now.replace(minute=0, second=0, microsecond=0) - error_rules.COUNTS_KEPT
        events.forget_tallies(before=before, kinds=(error_rules.BUSINESS, error_rules.TECHNICAL))
        return forgotten
