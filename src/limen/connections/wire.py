"""The token request and its answer, as bytes (connections §6.2–6.4 of the contract)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson

from limen.connections.rules import TokenPair, TokenRequest
from limen.kit.errors import Malformed, TooLarge, UnsupportedMedia

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_BAD_JSON = "The body is not one valid JSON object."


def check_size(size: int, most: int) -> None:
    if size > most:
        raise TooLarge(f"The body is too large: at most {most} bytes are possible here.", reason="too_large")


def check_content_type(received: str) -> str:
    """Give the media type without what follows `;`."""
    media_type = received.split(";", 1)[0].strip().lower()
    if not received.strip():
        message = f'The "Content-Type" header is missing. Send "{JSON}" or "{FORM}".'
        raise UnsupportedMedia(message, reason="content_type_missing")
    if media_type not in (JSON, FORM):
        message = f'"{received}" in "Content-Type" is not possible here. Send "{JSON}" or "{FORM}".'
        raise UnsupportedMedia(message, reason="content_type_invalid")
    return media_type


def read_token_request(body: bytes, *, media_type: str, authorization: str) -> TokenRequest:
    """Read the parameters; client credentials of a usable Basic header win over those of the body."""
    given = _form(body) if media_type == FORM else _json(body)
    client_id, client_secret = _basic(authorization) or (_scalar(given, "client_id"), _scalar(given, "client_secret"))
    return TokenRequest(
        grant_type=_scalar(given, "grant_type"),
        client_id=client_id,
        client_secret=client_secret,
        username=_scalar(given, "username"),
        password=_scalar(given, "password"),
        refresh_token=_scalar(given, "refresh_token"),
        scope=_scope(given),
    )


def token_answer(pair: TokenPair) -> bytes:
    return orjson.dumps(
        {
            "access_token": pair.access_token,
            "expires_in": pair.lifetime,
            "token_type": "bearer",
            "scope": None,
            "refresh_token": pair.refresh_token,
        }
    )


def _form(body: bytes) -> Mapping[str, object]:
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _json(body: bytes) -> Mapping[str, object]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed(_BAD_JSON, reason="bad_json") from None
    if not isinstance(given, dict):
        raise Malformed(_BAD_JSON, reason="bad_json")
    return given


def _scalar(given: Mapping[str, object], name: str) -> str:
    """Give a parameter as text; whatever is no text and no number counts as missing."""
    value = given.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _scope(given: Mapping[str, object]) -> str:
    """Give the scope; a list of scopes is as unsupported as one, and must not pass for none."""
    value = given.get("scope")
    return _scalar(given, "scope") or ("unsupported" if value else "")


def _basic(authorization: str) -> tuple[str, str] | None:
    """Read client id and secret from the header; None when it is not Basic or cannot be read."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        # Missing padding is forgiven, as most servers do.
        decoded = b64decode(encoded.strip() + "==").decode(errors="replace")
    except (binascii.Error, ValueError):
        return None
    # `echo` without -n puts a line feed behind the secret, an everyday mistake.
    client_id, colon, secret = decoded.removesuffix("\n").removesuffix("\r").partition(":")
    return (client_id, secret) if colon and client_id else None
