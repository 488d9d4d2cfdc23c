"""How a credential just made gets from the POST to the one page that shows it.

It waits in the session on the server, encrypted under a key that only this session and this
connection give, for ten minutes at most, and is gone once it is read. It is in no address, no
message and no log.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass

import orjson
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest

from limen.kit import clock

LIFE_IN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class InClear:
    """What of the credentials this one display may show; None is what it does not know."""

    secret: str | None = None
    password: str | None = None

    def __bool__(self) -> bool:
        return self.secret is not None or self.password is not None


def hand_over(request: HttpRequest, *, to: str, secret: str | None = None, password: str | None = None) -> None:
    """Leave credentials for the next display of the connection `to`."""
    note = orjson.dumps({"secret": secret, "password": password})
    sealed = _lock(request, to).encrypt_at_time(note, int(clock.now().timestamp()))
    request.session[_place(to)] = sealed.decode()


def take_over(request: HttpRequest, code: str) -> InClear:
    """Give what was left for this connection, once."""
    sealed = request.session.pop(_place(code), None)
    if sealed is None:
        return InClear()
    # Now, not at the end of the request: a second window must find nothing.
    request.session.save()
    try:
        note = _lock(request, code).decrypt_at_time(sealed, LIFE_IN_SECONDS, int(clock.now().timestamp()))
    except InvalidToken:
        return InClear()
    return InClear(**orjson.loads(note))


def _place(code: str) -> str:
    return f"connections.handover.{code}"


def _lock(request: HttpRequest, code: str) -> Fernet:
    binding = f"limen connections handover {request.session.session_key} {code}".encode()
    key = HKDF(SHA256(), 32, salt=None, info=binding).derive(settings.SECRET_KEY.encode())
    return Fernet(urlsafe_b64encode(key))
