"""Secrets of clients, decrypted."""

from __future__ import annotations

from django.conf import settings

from limen.connections import rules
from limen.connections.models import ClientSecret
from limen.connections.queries.connections import find
from limen.connections.rules import Sealed


def secret_of(code: str) -> str:
    """Give the secret in clear; NotFound as `connection_settings`, Conflict when its key is gone. 2 queries."""
    client = find(code).client_id
    key_id, ciphertext = (
        ClientSecret.objects.filter(client=client).order_by("-id").values_list("key_id", "ciphertext")[0]
    )
    return open_secret(key_id, ciphertext, client)


def instance_keys() -> list[str]:
    """Give the keys that secrets may be encrypted with, the current one first."""
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def open_secret(key_id: str, ciphertext: bytes | memoryview, client: int) -> str:
    """Decrypt the secret of a client as its row holds it; Conflict when its key is gone."""
    return rules.open_sealed(Sealed(key_id, bytes(ciphertext)), keys=instance_keys(), client=client)
