"""The product's settings for tests: a data folder of their own, and the embedded PostgreSQL running in it."""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import psycopg

from limen.config.embedded import start_embedded

# The browser driver keeps an event loop in the thread of the tests; ours are synchronous all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

if "LIMEN_DATABASE_URL" not in os.environ:
    # Not below the checkout: as root the embedded server runs under its own user and must reach its files.
    # Named by the checkout, so that tests of two of them do not meet in one database.
    checkout = crc32(os.fsencode(Path(__file__).resolve().parent.parent))
    data_dir = Path(os.environ.setdefault("LIMEN_DATA_DIR", f"/var/tmp/limen-tests-{checkout:08x}"))
    server = start_embedded(data_dir)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # Nothing here outlives the run: leave the disk alone.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")

from limen.config.settings import *  # noqa: F403  # the environment above must be set first
from limen.config.settings import STATIC_ROOT

# Hashed names need a collected folder; tests serve the files from where they are.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
# Calls are written when a test says so: a thread of its own would not see what a test has not committed.
LIMEN_CALLS_WRITER = False
# Nothing is collected in tests, and a folder that is missing is a warning.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Many tests send wrong credentials, all of them from one address.
LIMEN_TOKEN_FAILURES = 1_000_000
