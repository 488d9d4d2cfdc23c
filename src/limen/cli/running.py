"""Running database, web and worker together, and stopping them together.

Own code on `subprocess`: see docs/decisions/0002-one-command-runs-everything.md for what was weighed.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from limen.cli.start import set_up
from limen.config.env import read_settings
from limen.kit.http.address import address_to_call

# All must have ended within 5 s of the signal; the database takes the last of them.
GRACE = 3.5

# A child that ends by itself is started again after this pause, which doubles while it keeps ending at once.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


@dataclass(slots=True)
class Child:
    """One of our processes. It is started again after `pause` seconds, at `again_at`; None: it runs."""

    command: str
    environ: dict[str, str]
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float | None = None

    def start(self) -> None:
        self.process, self.started_at, self.again_at = _start(self.command, self.environ), time.monotonic(), None

    def look_after(self) -> None:
        """Start it again when it has ended by itself, the later the more often that happens."""
        now = time.monotonic()
        if self.again_at is None and self.process.poll() is not None:
            if now - self.started_at > 2 * LONGEST_PAUSE:
                self.pause = FIRST_PAUSE
            click.echo(
                f"limen: `limen {self.command}` ended unexpectedly (exit code {self.process.returncode});"
                f" it starts again in {self.pause:.0f} s.",
                err=True,
            )
            self.again_at, self.pause = now + self.pause, min(2 * self.pause, LONGEST_PAUSE)
        elif self.again_at is not None and now >= self.again_at:
            self.start()


def run(*, demo: bool) -> int:
    """Start everything, print one line when it answers, wait for a signal; give the exit code."""
    values = read_settings(os.environ)
    _heed_signals()
    try:
        with _only_one(values):
            _run(values, demo=demo)
    except KeyboardInterrupt:
        return 0


def serve_web(values: dict[str, Any]) -> None:
    """Become granian: processes with one blocking thread each (architecture: measured)."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "limen.config.wsgi:application",
        address=values["LIMEN_HOST"],
        port=values["LIMEN_PORT"],
        interface=Interfaces.WSGI,
        workers=values["LIMEN_WEB_PROCESSES"],
        blocking_threads=1,
        backpressure=128,
        websockets=False,
        log_enabled=True,
        log_level="warning",
        respawn_failed_workers=True,
        workers_kill_timeout=3,
    ).serve()


def _run(values: dict[str, Any], *, demo: bool) -> NoReturn:
    set_up()
    from limen.cli.server import prepare_database

    prepare_database()
    _collect_static_files()
    sign_in = _how_to_sign_in(values, demo=demo)
    # The children get the address of the database: whether it is embedded is the parent's business alone.
    environ = {**os.environ, "LIMEN_DATABASE_URL": _database_url(values)}
    children = [Child("web", environ), Child("work", environ)]
    try:
        for child in children:
            child.start()
        _wait_until_it_answers(values, children)
        click.echo(f"Limen is ready at {_address(values)} · {sign_in}")
        _watch(children)
    finally:
        _end(children)


def _heed_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not break the orderly end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


@contextmanager
def _only_one(values: dict[str, Any]) -> Iterator[None]:
    """Hold the data folder's lock; say plainly who has it when another Limen does."""
    folder: Path = values["LIMEN_DATA_DIR"]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "limen.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = json.loads(file.read() or "{}")
            raise click.ClickException(
                f"Limen is already running at {other.get('address', 'another address')}"
                f" (process {other.get('pid', 'unknown')}) on {folder}."
                " Stop it first, or set another LIMEN_DATA_DIR and --port."
            ) from None
        _refuse_taken_port(values)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "address": _address(values)}))
        file.flush()
        yield


def _refuse_taken_port(values: dict[str, Any]) -> None:
    with socket.socket(socket.AF_INET6 if ":" in values["LIMEN_HOST"] else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((values["LIMEN_HOST"], values["LIMEN_PORT"]))
        except OSError as error:
            raise click.ClickException(
                f"Limen cannot listen on {values['LIMEN_HOST']}:{values['LIMEN_PORT']} ({error.strerror})."
                " Choose another with --port or LIMEN_PORT."
            ) from None


def _collect_static_files() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0, clear=False)


def _how_to_sign_in(values: dict[str, Any], *, demo: bool) -> str:
    from limen.accounts import operations as accounts
    from limen.accounts import queries
    from limen.kit import clock

    if demo:
        from limen import demo as demo_catalogue

        result = demo_catalogue.load(clock.now())
        if result.password:
            return f"sign in as {result.username} with the password {result.password} (shown this once)"
    if queries.no_person_yet():
        token = accounts.make_setup_token(now=clock.now())
        return f"make the first administrator at {_address(values)}/set-up/{token}"
    return "sign in as you know; `limen users set-password NAME` mends a forgotten password"


def _database_url(values: dict[str, Any]) -> str:
    from limen.config.database import embedded_url

    return values["LIMEN_DATABASE_URL"] or embedded_url(values["LIMEN_DATA_DIR"])


def _start(command: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches the parent alone, which ends the children in order.
    return subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "limen", command],
        env=environ,
        # What is said goes to the log, on standard error; the console has the one line of the parent.
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """Ask Linux for a SIGTERM when the parent is killed, so that it leaves no children behind."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _wait_until_it_answers(values: dict[str, Any], children: Sequence[Child]) -> None:
    url = f"http://{address_to_call(values['LIMEN_HOST'])}:{values['LIMEN_PORT']}/api/rest/v1"
    for _ in range(600):
        if any(child.process.poll() is not None for child in children):
            raise click.ClickException("A process of Limen ended while starting; its message is above.")
        try:
            with urllib.request.urlopen(url, timeout=2):  # our own address
                return
        except urllib.error.HTTPError as error:
            raise click.ClickException(f"The web server answers with {error.code}; its log is above.") from None
        except OSError:
            time.sleep(0.05)
    raise click.ClickException(f"The web server does not answer at {url}.")


def _watch(children: Sequence[Child]) -> NoReturn:
    """Keep the children running until a signal comes. A worker ends when its database is restarted, for one."""
    while True:
        time.sleep(0.2)
        for child in children:
            child.look_after()


def _end(children: Sequence[Child]) -> None:
    processes = [child.process for child in children if child.started_at]
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _address(values: dict[str, Any]) -> str:
    if values["LIMEN_PUBLIC_URL"]:
        return str(values["LIMEN_PUBLIC_URL"])
    host = address_to_call(values["LIMEN_HOST"])
    shown = "localhost" if host in ("127.0.0.1", "[::1]") else host
    return f"http://{shown}:{values['LIMEN_PORT']}"
