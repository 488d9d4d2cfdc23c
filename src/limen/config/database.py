"""Which PostgreSQL: the embedded one under the data folder, or the one `LIMEN_DATABASE_URL` names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

DATABASE_NAME = "limen"


def database_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """Give Django's settings for the database; starts nothing (see config.embedded)."""
    parts = urlsplit(url or embedded_url(data_dir))
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    # Statements that come again are planned once: the token check 183 µs instead of 625 (2026-11-23, two shared
    # cores). A pooler in transaction mode before PgBouncer 1.22 needs `?prepare_threshold=0` in the address.
    prepare = int(options.pop("prepare_threshold", 5))
    options["prepare_threshold"] = prepare or None
    host = options.pop("host", None) or unquote(parts.hostname or "")
    is_embedded = host == str(data_dir / "postgresql")
    if is_embedded:
        # The server's own 4.0 is for disks that seek. With it an identifier that contains some text was looked for in
        # the whole table instead of its index: 346 ms for a million products, and 163 with this.
        options.setdefault("options", "-c random_page_cost=1.1")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or DATABASE_NAME,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "") or ""),
        # One connection per thread, kept between requests.
        "CONN_MAX_AGE": None,
        # The embedded server ends with us; asking each time whether it is there costs a call 50 µs and more. Any
        # other may be restarted behind our back, also one behind a socket.
        "CONN_HEALTH_CHECKS": not is_embedded,
        "OPTIONS": options,
        "TEST": {"NAME": os.environ.get("LIMEN_TEST_DATABASE", "limen_test")},
    }


def embedded_url(data_dir: Path) -> str:
    """Address of the embedded server's database: the unix socket lies in its own folder, which only it can open."""
    return f"postgresql://postgres@/{DATABASE_NAME}?host={data_dir / 'postgresql'}"
