"""Client ids, secrets and tokens: made at random, compared in constant time, sealed or digested at rest."""

from __future__ import annotations

import hashlib
import re
import secrets
import shlex
import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from limen.kit.errors import Conflict

_BASE_36 = string.digits + string.ascii_lowercase
# 50 characters of base 36 hold 258 bits.
_RANDOM_LENGTH = 50
# 64 bytes are 86 characters of URL-safe base64 without padding.
_TOKEN_BYTES = 64
_NONCE_BYTES = 12

_CLIENT_ID = re.compile(r"([1-9][0-9]{0,17})_(.+)", re.DOTALL)


def new_random() -> str:
    """Make the random part of a client id, or a secret: `[0-9a-z]{50}`."""
    return "".join(secrets.choice(_BASE_36) for _ in range(_RANDOM_LENGTH))


def new_token() -> str:
    """Make an access or refresh token: 86 characters of URL-safe base64."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> bytes:
    """Give what is stored of a token. It needs no salt and no slow hash: a token is 512 random bits."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def public_client_id(client: int, random_id: str) -> str:
    return f"{client}_{random_id}"


def parse_client_id(text: str) -> tuple[int, str] | None:
    """Cut a public client id at its first underscore; None when it cannot be anyone's.

    The random part may have any shape: credentials brought from another PIM stay valid.
    """
    match = _CLIENT_ID.fullmatch(text)
    if match is None or "\0" in text or len(text) > 255:
        return None
    return int(match[1]), match[2]


def same_secret(expected: str | None, given: str) -> bool:
    """Compare secrets in a time that does not tell how much of them is right; None is no one's secret."""
    return compare_digest((expected or "").encode(), given.encode(errors="replace")) and expected is not None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret at rest. `key_id` says under which instance key, so that keys can be changed one day."""

    key_id: str
    ciphertext: bytes


class SealedWithUnknownKey(Conflict):
    """The instance key that sealed this secret is gone, or the row was tampered with."""

    def __init__(self) -> None:
        super().__init__("This secret cannot be read: the key of this installation has changed. Regenerate it.")


def seal(secret: str, *, keys: Sequence[str], client: int) -> Sealed:
    """Encrypt with the first key (AES-256-GCM). The client is bound in: a row moved to another one does not open."""
    key = _derived(keys[0])
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return Sealed(_key_id(key), nonce + AESGCM(key).encrypt(nonce, secret.encode(), _binding(client)))


def open_sealed(sealed: Sealed, *, keys: Sequence[str], client: int) -> str:
    """Decrypt with whichever of the instance's keys sealed it (the current one first, then former ones)."""
    nonce, ciphertext = sealed.ciphertext[:_NONCE_BYTES], sealed.ciphertext[_NONCE_BYTES:]
    for key in map(_derived, keys):
        if _key_id(key) == sealed.key_id:
            try:
                return AESGCM(key).decrypt(nonce, ciphertext, _binding(client)).decode()
            except InvalidTag:
                break
    raise SealedWithUnknownKey


@cache
def _derived(instance_key: str) -> bytes:
    """Derive the key for secrets, so that this use and Django's signing never share one."""
    return HKDF(SHA256(), 32, salt=None, info=b"limen connections client secret").derive(instance_key.encode())


@cache
def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"key id" + key).hexdigest()[:16]


def _binding(client: int) -> bytes:
    return b"client %d" % client


def env_text(*, url: str, client_id: str, secret: str, username: str, password: str) -> str:
    """Write the credentials as lines that a shell can source, and that `.env` readers understand."""
    lines = {
        "PIM_URL": url,
        "PIM_CLIENT_ID": client_id,
        "PIM_SECRET": secret,
        "PIM_USERNAME": username,
        "PIM_PASSWORD": password,
    }
    text = [f"{name}={shlex.quote(value) if value else ''}" for name, value in lines.items()]
    if not password:
        text.insert(-1, "# The password is shown only once, right after it is made. Fill it in, or generate a new one.")
    return "\n".join(text) + "\n"
