"""A token request, and the refusals of the token endpoint in the order the contract fixes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from limen.kit.errors import Unprocessable

PASSWORD = "password"  # noqa: S105  # the name of a grant
REFRESH_TOKEN = "refresh_token"  # noqa: S105
# Grants of a connection. An app has others.
GRANT_TYPES = (PASSWORD, REFRESH_TOKEN)

_KNOWN_GRANT = re.compile(
    r"password|refresh_token|authorization_code|client_credentials|token|https?://.+|urn:.+", re.DOTALL
)

_PASSWORD_PARAMETERS = 'One of "grant_type", "username" and "password" is missing, empty or invalid.'  # noqa: S105
_REFRESH_PARAMETERS = 'One of "grant_type" and "refresh_token" is missing or empty.'
# One text for all that can be wrong with a client, one for all that can be wrong with a user:
# an answer never tells which part was right.
_CLIENT = 'The "client_id" is missing or unknown, or the "client_secret" is wrong.'
_USER = "There is no user with this username and password."

_MESSAGES = {
    "password_parameters": ("invalid_request", _PASSWORD_PARAMETERS),
    "refresh_parameters": ("invalid_request", _REFRESH_PARAMETERS),
    "client": ("invalid_client", _CLIENT),
    "grant_not_allowed": ("unauthorized_client", "This grant type is not allowed for this client."),
    "user": ("invalid_grant", _USER),
    "foreign_user": ("invalid_grant", "This connection accepts only its own user."),
    "refresh": ("invalid_grant", "The refresh token is invalid or has expired. Authenticate again."),
    "scope": ("invalid_scope", 'The "scope" is not supported. Leave it out.'),
}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What was sent; a parameter that is missing, or no scalar, is empty."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    username: str = ""
    password: str = ""
    refresh_token: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens in clear: they are seen here once, and only their digests are stored. `lifetime` in seconds."""

    access_token: str
    refresh_token: str
    lifetime: int


def refuse_token(what: str) -> NoReturn:
    """Raise the refusal of one of the checks: always 422, with the reason of OAuth 2 beside the text."""
    reason, message = _MESSAGES[what]
    raise Unprocessable(message, reason=reason)


def check_grant_type(asked: TokenRequest) -> None:
    if not _KNOWN_GRANT.fullmatch(asked.grant_type):
        refuse_token("password_parameters")


def check_grant_allowed(asked: TokenRequest, allowed: Collection[str]) -> None:
    if asked.grant_type not in allowed:
        refuse_token("grant_not_allowed")


def check_password_parameters(asked: TokenRequest) -> None:
    if not asked.username or not asked.password:
        refuse_token("password_parameters")


def check_refresh_parameters(asked: TokenRequest) -> None:
    if not asked.refresh_token:
        refuse_token("refresh_parameters")


def check_scope(asked: TokenRequest) -> None:
    if asked.scope:
        refuse_token("scope")


def is_expired(expires_at: datetime, now: datetime) -> bool:
    return now > expires_at
