"""Changing how the secrets of clients are kept, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from limen.accounts.rules import Caller
from limen.connections import queries, rules
from limen.connections.models import ClientSecret
from limen.connections.rules import Sealed
from limen.events import operations as events
from limen.events.operations import Happening


@dataclass(frozen=True, slots=True)
class Kept:
    """How many secrets are kept otherwise now, and the codes of the connections whose secret no key opens."""

    changed: int
    unreadable: tuple[str, ...]


@transaction.atomic
def encrypt_anew() -> Kept:
    """Encrypt with the present key whatever lies under a former one. Secrets stay what they are.

    Cost: 1 statement, and 1 more for each that changes. A secret under a key that is gone stays as it is.
    """
    present = queries.instance_keys()[0]
    changed, unreadable = 0, set()
    for row, code in _encrypted():
        sealed = Sealed(row.key_id, bytes(row.ciphertext))
        if rules.is_under(sealed, present):
            continue
        try:
            secret = queries.open_secret(row.key_id, row.ciphertext, row.client_id)
        except rules.SealedWithUnknownKey:
            unreadable.add(code)
            continue
        _keep(row, rules.seal(secret, keys=[present], client=row.client_id))
        changed += 1
    return Kept(changed, tuple(sorted(unreadable)))


@transaction.atomic
def digest_secrets(*, by: Caller, now: datetime) -> Kept:
    """Keep of every secret its digest alone: it works on, and nobody can show it again. There is no way back.

    Cost: 1 statement, and 2 more for each that changes.
    """
    changed, unreadable = 0, set()
    for row, code in _encrypted():
        try:
            secret = queries.open_secret(row.key_id, row.ciphertext, row.client_id)
        except rules.SealedWithUnknownKey:
            unreadable.add(code)
            continue
        _keep(row, rules.digested(secret))
        events.record(Happening("connection.secret_digested", f"connection:{code}"), by=by, now=now)
        changed += 1
    return Kept(changed, tuple(sorted(unreadable)))


def _encrypted() -> Iterator[tuple[ClientSecret, str]]:
    rows = ClientSecret.objects.exclude(key_id=rules.DIGESTED).select_related("client__connection").order_by("id")
    for row in rows.select_for_update(of=("self",)):
        yield row, row.client.connection.code


def _keep(row: ClientSecret, sealed: Sealed) -> None:
    ClientSecret.objects.filter(id=row.id).update(key_id=sealed.key_id, ciphertext=sealed.ciphertext)
