"""Every setting of Limen, declared once as data: name, type, default, sentence.

The reference page `docs/reference/settings.md` is made from SETTINGS, and a test holds them equal.
A secret may also be given as a file: `LIMEN_SECRET_KEY_FILE` names a file whose content is the value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class BadSetting(Exception):
    """A variable has a value Limen cannot start with; the message names it."""


def text(value: str) -> str:
    return value


def switch(value: str) -> bool:
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("", "0", "false", "no", "off"):
        return False
    raise ValueError("expects 1 or 0")


def positive(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if number < 1:
        raise ValueError("expects a whole number from 1 on")
    return number


def natural(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("expects a whole number, 0 or more")
    return int(value)


def days_of_audit(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else -1
    if number != 0 and number < 30:
        raise ValueError("expects a number of days from 30 on, or 0")
    return number


def days_of_changes(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else -1
    if number < 30:
        raise ValueError("expects a number of days from 30 on")
    return number


def reveal(value: str) -> str:
    if value not in ("on-demand", "once"):
        raise ValueError("expects on-demand or once")
    return value


def edition(value: str) -> str:
    if value not in ("CE", "GE", "EE", "Serenity"):
        raise ValueError("expects CE, GE, EE or Serenity")
    return value


def port(value: str) -> int:
    number = positive(value)
    if number > 65535:
        raise ValueError("expects a port from 1 to 65535")
    return number


def folder(value: str) -> Path:
    return Path(value or _usual_folder()).expanduser().absolute()


def _usual_folder() -> str:
    # As root the embedded server runs under a system user that must reach its files: never under a home.
    return "/var/lib/limen" if hasattr(os, "geteuid") and os.geteuid() == 0 else "~/.local/share/limen"


def web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/")):
        raise ValueError("expects an address such as https://pim.example.com, without a path")
    return value.rstrip("/")


def page_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise ValueError("expects an address such as https://docs.example.com/pim")
    return value.rstrip("/")


def time_zone(value: str) -> tzinfo:
    if value == "UTC":
        # Known without a database of zones.
        return UTC
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expects a time zone such as UTC or Europe/Berlin") from None


def database(value: str) -> str:
    if value and urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise ValueError("expects postgresql://user:password@host:port/name")
    if not dict(parse_qsl(urlsplit(value).query)).get("prepare_threshold", "0").isdecimal():
        raise ValueError("expects a whole number as prepare_threshold")
    return value


def names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Setting:
    """`read` turns the variable's text into the value; `default` is that text, so that it is checked too."""

    name: str
    read: Callable[[str], Any]
    default: str
    sentence: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "LIMEN_DATA_DIR",
        folder,
        "",
        "Folder that holds the embedded database, media files and keys. Without it: `~/.local/share/limen`,"
        " and `/var/lib/limen` for root.",
    ),
    Setting("LIMEN_DATABASE_URL", database, "", "A PostgreSQL (15 or later) to use instead of the embedded one."),
    Setting("LIMEN_PUBLIC_URL", web_address, "", "Address that links carry; without it, the one of each request."),
    Setting("LIMEN_HOST", text, "127.0.0.1", "Address the web server listens on."),
    Setting("LIMEN_PORT", port, "8000", "Port the web server listens on."),
    Setting("LIMEN_WEB_PROCESSES", positive, "2", "Number of web processes, each with one thread."),
    Setting(
        "LIMEN_SECRET_KEY",
        text,
        "",
        "Key that signs sessions and encrypts secrets; made on first start and kept in the data folder when absent.",
        True,
    ),
    Setting(
        "LIMEN_SECRET_KEY_OLD",
        text,
        "",
        "The key before, while it is being changed: what is signed or encrypted with it can still be read.",
        True,
    ),
    Setting(
        "LIMEN_SECRET_REVEAL",
        reveal,
        "on-demand",
        "When the secret of a connection is shown: `on-demand` keeps it encrypted and shows it to those who may;"
        " `once` shows it when it is made and keeps a digest alone.",
    ),
    Setting(
        "LIMEN_BEHIND_PROXY",
        switch,
        "0",
        "Trust X-Forwarded-Proto, X-Forwarded-Host and X-Forwarded-For of the proxy in front.",
    ),
    Setting("LIMEN_ALLOWED_HOSTS", names, "*", "Host names to answer for, separated by commas; * is any."),
    Setting(
        "LIMEN_WRITABLE_POSITION",
        switch,
        "0",
        "Let the API place a category: a PATCH of nothing but `position`, or `position` and `parent`, moves it.",
    ),
    Setting("LIMEN_CONNECTIONS_MAX", positive, "100", "Most connections (apps included) that can exist."),
    Setting("LIMEN_PASSWORD_LENGTH", positive, "24", "Length of the passwords made for connections; at least 16."),
    Setting("LIMEN_ACCESS_TOKEN_LIFETIME", positive, "3600", "Seconds an access token lives."),
    Setting("LIMEN_REFRESH_TOKEN_LIFETIME", positive, "1209600", "Seconds a refresh token lives."),
    Setting(
        "LIMEN_CORS_ORIGINS",
        names,
        "",
        "Origins such as `https://tool.example.com`, separated by commas, whose pages may call the API from a browser.",
    ),
    Setting(
        "LIMEN_API_VERSION",
        text,
        "",
        "Version that system information tells connectors; without it `7.0.` and the last number of Limen's own.",
    ),
    Setting(
        "LIMEN_API_EDITION",
        edition,
        "CE",
        "Edition that system information tells connectors: `CE`, `GE`, `EE` or `Serenity`.",
    ),
    Setting("LIMEN_BODY_MAX", positive, "2000000", "Most bytes in a body about one resource of the API, decoded."),
    Setting(
        "LIMEN_COLLECTION_BODY_MAX",
        positive,
        "110000000",
        "Most bytes in a body about many resources (a bulk PATCH), decoded.",
    ),
    Setting("LIMEN_TOKEN_BODY_MAX", positive, "2048", "Most bytes in a body sent to the token endpoint."),
    Setting("LIMEN_SIGN_IN_FAILURES", positive, "10", "Failed sign-ins of one name from one address before a pause."),
    Setting("LIMEN_SIGN_IN_PAUSE", positive, "300", "Seconds of that pause."),
    Setting(
        "LIMEN_API_VALUE_TYPES",
        switch,
        "1",
        "Print `attribute_type` with each value of a product, and the `symbol` of a measurement; 0 leaves them out.",
    ),
    Setting(
        "LIMEN_API_TIME_ZONE",
        time_zone,
        "UTC",
        "Time zone of what searches of products say without one: moments, and which day `now` is.",
    ),
    Setting(
        "LIMEN_API_DOC_BASE_URL",
        page_address,
        "",
        "Address of the documentation that errors of the API link to; without it, the help pages of this installation.",
    ),
    Setting("LIMEN_CALLS_RECORDED", switch, "1", "Keep the last calls of each connection, for its console."),
    Setting("LIMEN_CALLS_KEPT", positive, "1000", "Most calls kept of one connection; the oldest go first."),
    Setting("LIMEN_CALLS_DAYS", positive, "7", "Days after which a call is forgotten."),
    Setting("LIMEN_CALLS_BODY_MAX", positive, "16384", "Most bytes kept of a body sent, and of one answered."),
    Setting(
        "LIMEN_AUDIT_DAYS",
        days_of_audit,
        "365",
        "Days after which an entry of the audit log is removed, at least 30; 0 keeps them for ever.",
    ),
    Setting(
        "LIMEN_CHANGES_DAYS",
        days_of_changes,
        "90",
        "Days that the feed of changes reaches back, at least 30; a connector that was away longer reads everything.",
    ),
    Setting(
        "LIMEN_TOKEN_FAILURES",
        positive,
        "10",
        "Wrong credentials of one client or username from one address before the token endpoint pauses for them.",
    ),
    Setting("LIMEN_TOKEN_PAUSE", positive, "300", "Seconds of that pause, counted from the first failure."),
    Setting(
        "LIMEN_REFRESH_REPLAY_GRACE",
        natural,
        "0",
        "Seconds after which a used refresh token that comes again ends all tokens bought with it; 0: never.",
    ),
    Setting(
        "LIMEN_DEBUG", switch, "0", "Developer mode: error pages with a traceback. Never where others can reach it."
    ),
)


def read_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read all settings; BadSetting names the first variable that has no usable value."""
    values = {setting.name: _read(setting, environ) for setting in SETTINGS}
    if values["LIMEN_PASSWORD_LENGTH"] < 16:
        raise BadSetting("LIMEN_PASSWORD_LENGTH is too small: passwords of connections have at least 16 characters.")
    _refuse_unknown(environ)
    return values


def _read(setting: Setting, environ: Mapping[str, str]) -> Any:
    given = environ.get(setting.name)
    file = environ.get(f"{setting.name}_FILE")
    if given is None and file is not None and setting.secret:
        try:
            given = Path(file).read_text().strip()
        except OSError as error:
            raise BadSetting(f"{setting.name}_FILE cannot be read: {error.strerror}.") from None
    try:
        return setting.read(setting.default if given is None else given.strip())
    except ValueError as error:
        shown = "" if setting.secret or setting.name == "LIMEN_DATABASE_URL" else f', and got "{given}"'
        raise BadSetting(f"{setting.name} {error}{shown}.") from None


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {setting.name for setting in SETTINGS} | {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    for name in environ:
        if name.startswith("LIMEN_") and name not in known and not name.startswith("LIMEN_TEST_"):
            raise BadSetting(f"{name} is no setting of Limen. See docs/reference/settings.md for those that are.")
