"""How writers of products share the tables: side by side, and when two of them get in each other's way, one alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from limen.kit.errors import Conflict
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure

log = logging.getLogger(__name__)

# SQLSTATE of a transaction that was ended to break a deadlock.
DEADLOCK = "40P01"

Done = TypeVar("Done")


def side_by_side(work: Callable[[Structure], Done]) -> Done:
    """Do some work on products in a transaction that holds the structure still.

    Writers go side by side. One that another came before, with the same new code or unique value or by a deadlock, is
    done again on its own: it waits for those at work, and holds up the others for the length of its transaction.
    Raises Conflict when even that meets a deadlock, which takes a transaction around this call.
    """
    for alone in (False, True):
        try:
            with transaction.atomic():
                return work(structure_queries.snapshot_for_change() if alone else structure_queries.locked_snapshot())
        except IntegrityError:
            # Another writer has committed the same identifier, code, uuid, axes or unique value since we looked.
            if alone:
                raise
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
                raise
    log.error("work on products met a deadlock though it was alone")
    raise Conflict("Others are writing the same products at this moment. Send the request again.")
