"""The last test of a connection, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from limen.connections.models import Check
from limen.connections.rules import Step
from limen.kit.http.address import address_to_call

# A test that takes longer than this has been lost, for example with the process that ran it.
LOST_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Report:
    """`steps` are those done so far; `finished_at` is None while there are more to come."""

    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    address: str
    role: str
    steps: tuple[Step, ...]
    permissions: frozenset[str]

    def is_running(self, now: datetime) -> bool:
        return self.finished_at is None and now - (self.started_at or self.asked_at) < LOST_AFTER


def report_of(code: str) -> Report | None:
    """Give the last test of a connection; None when there was none. 1 query."""
    row = Check.objects.filter(connection__code=code).first()
    if row is None:
        return None
    return Report(
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        address=row.address,
        role=row.role,
        steps=tuple(Step(**one) for one in row.steps),
        permissions=frozenset(row.permissions),
    )


def proof_of(nonce: str) -> str | None:
    """Give what answers the nonce of a test that runs; None for any other. 1 query."""
    found = Check.objects.filter(nonce=nonce).values_list("proof", flat=True)
    return found.first() if "\0" not in nonce else None


def own_address() -> str:
    """Give the address of this installation, from its settings alone.

    Never from a request: its Host is whatever its sender says, and what is called here gets credentials.
    """
    if settings.LIMEN_PUBLIC_URL:
        return str(settings.LIMEN_PUBLIC_URL)
    return f"http://{address_to_call(settings.LIMEN_HOST)}:{settings.LIMEN_PORT}"
