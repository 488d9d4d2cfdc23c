"""Secrets of clients, decrypted."""

from __future__ import annotations

from django.conf import settings

from limen.connections import rules
from limen.connections.models import ClientSecret
from limen.connections.queries.connections import find
from limen.connections.rules import Sealed


def secret_of(code: str) -> str:
    """Give the secret in clear; NotFound as `connection_settings`, Conflict when its key is gone or only its digest
    is kept. 2 queries."""
    client = find(code).client_id
    key_id, ciphertext = (
        ClientSecret.objects.filter(client=client).order_by("-id").values_list("key_id", "ciphertext")[0]
    )
    return open_secret(key_id, ciphertext, client)


def secret_can_be_shown(code: str) -> bool:
    """Tell whether the secret of a connection could be shown on demand. 1 query, none when the setting forbids it."""
    if settings.LIMEN_SECRET_REVEAL == rules.ONCE:
        return False
    of_client = ClientSecret.objects.filter(client__connection__code=code).order_by("-id")
    return of_client.values_list("key_id", flat=True).first() != rules.DIGESTED


def instance_keys() -> list[str]:
    """Give the keys that secrets may be encrypted with, the current one first."""
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def open_secret(key_id: str, ciphertext: bytes | memoryview, client: int) -> str:
    """Decrypt the secret of a client as its row holds it; Conflict when its key is gone."""
    return rules.open_sealed(Sealed(key_id, bytes(ciphertext)), keys=instance_keys(), client=client)


def digest_of_secret(key_id: str, ciphertext: bytes | memoryview, client: int) -> bytes:
    """Give what a secret is checked by, however its row holds it; Conflict when its key is gone."""
    return rules.digest_of(Sealed(key_id, bytes(ciphertext)), keys=instance_keys(), client=client)
