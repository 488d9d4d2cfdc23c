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


def same_secret(expected: bytes, given: str) -> bool:
    """Compare the digest of a secret with what was sent, in a time that does not tell how much of it is right."""
    return compare_digest(expected, digest(given))


# LIMEN_SECRET_REVEAL: a secret is shown when it is made, and never again.
ONCE = "once"

# Stands where the id of a key would, when there is nothing to open.
DIGESTED = "sha256"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret at rest: under the instance key `key_id`, or, when that is DIGESTED, as a digest alone."""

    key_id: str
    ciphertext: bytes


class SealedWithUnknownKey(Conflict):
    """The instance key that sealed this secret is gone, or the row was tampered with."""

    def __init__(self) -> None:
        super().__init__("This secret cannot be read: the key of this installation has changed. Regenerate it.")


class SecretShownOnce(Conflict):
    """Only the digest of this secret was kept."""

    def __init__(self) -> None:
        super().__init__("This secret was shown once, when it was made, and is not kept. If it is lost, regenerate it.")


def digested(secret: str) -> Sealed:
    """Keep so little of a secret that nobody can show it again; as with a token, there is nothing to guess."""
    return Sealed(DIGESTED, digest(secret))


def digest_of(sealed: Sealed, *, keys: Sequence[str], client: int) -> bytes:
    """Give what `same_secret` compares with, however the secret is kept."""
    if sealed.key_id == DIGESTED:
        return sealed.ciphertext
    return digest(open_sealed(sealed, keys=keys, client=client))


def is_under(sealed: Sealed, key: str) -> bool:
    """Tell whether a secret is encrypted with this instance key."""
    return sealed.key_id == _key_id(_derived(key))


def seal(secret: str, *, keys: Sequence[str], client: int) -> Sealed:
    """Encrypt with the first key (AES-256-GCM). The client is bound in: a row moved to another one does not open."""
    key = _derived(keys[0])
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return Sealed(_key_id(key), nonce + AESGCM(key).encrypt(nonce, secret.encode(), _binding(client)))


def open_sealed(sealed: Sealed, *, keys: Sequence[str], client: int) -> str:
    """Decrypt with whichever of the instance's keys sealed it (the current one first, then former ones).

    Raises SealedWithUnknownKey, and SecretShownOnce when there is only a digest.
    """
    if sealed.key_id == DIGESTED:
        raise SecretShownOnce
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
    for name, value in (("password", password), ("secret", secret)):
        if not value:
            at = text.index(f"PIM_{name.upper()}=")
            text.insert(
                at, f"# The {name} is shown only once, right after it is made. Fill it in, or generate a new one."
            )
    return "\n".join(text) + "\n"
