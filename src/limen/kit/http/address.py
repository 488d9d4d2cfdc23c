"""From where a request comes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

# Listening on these means every address; they cannot be called themselves.
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared with, not bound to


def client_address(request: HttpRequest) -> str:
    """Give the address of the client: the peer's, or what the proxy in front saw when one is declared.

    A proxy appends the peer it saw to `X-Forwarded-For`, so only the last entry can be believed.
    """
    if settings.LIMEN_BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if forwarded:
            return str(forwarded)
    return str(request.META.get("REMOTE_ADDR", ""))


def address_to_call(host: str) -> str:
    """Give the host under which a server of this machine can be called that listens on `host`, ready for a URL."""
    host = _EVERY_ADDRESS.get(host, host)
    return f"[{host}]" if ":" in host else host
