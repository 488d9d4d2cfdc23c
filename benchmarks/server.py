"""The server that is measured: one of its own on a free port of the loopback, or one that is already running."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

STARTS_WITHIN = 90.0
CREDENTIALS = ("PIM_CLIENT_ID", "PIM_SECRET", "PIM_USERNAME", "PIM_PASSWORD")
# Somebody who signs in, for what is measured on screens.
PERSON = ("LIMEN_PERSON", "LIMEN_PERSON_PASSWORD")


@dataclass(frozen=True, slots=True)
class Target:
    """`dsn` is the server's own database, for floors; `pid` its `limen serve`, for its memory; None: not known."""

    url: str
    credentials: dict[str, str]
    dsn: str | None = None
    pid: int | None = None
    person: tuple[str, str] | None = None


def given(url: str, dsn: str | None, environ: Mapping[str, str]) -> Target:
    """Measure a server that is already running, with the credentials of the environment."""
    missing = [name for name in CREDENTIALS if not environ.get(name)]
    if missing:
        raise SystemExit(f"Not set in the environment: {', '.join(missing)}.")
    name, password = (environ.get(one, "") for one in PERSON)
    person = (name, password) if name and password else None
    pid = int(environ["LIMEN_PID"]) if environ.get("LIMEN_PID") else None
    return Target(url.rstrip("/"), {name: environ[name] for name in CREDENTIALS}, dsn, pid, person)


@contextmanager
def own(settings: Mapping[str, str] | None = None) -> Iterator[Target]:
    """Start Limen with one web process on an empty data folder; stop it and remove the folder at the end."""
    # Not the usual folder for such things: the embedded database may run under a user of its own and must get there.
    folder = Path(tempfile.mkdtemp(prefix="limen-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("LIMEN_", "DJANGO_"))}
    environ |= {"LIMEN_DATA_DIR": str(folder), "LIMEN_PORT": str(port), "LIMEN_WEB_PROCESSES": "1"}
    environ |= settings or {}
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen([limen(), "serve"], env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, folder / "serve.log")
        from limen.config.database import embedded_url

        url, credentials = f"http://127.0.0.1:{port}", _connection(environ)
        yield Target(url, credentials, embedded_url(folder), process.pid, _person(environ))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def memory_mb(target: Target) -> float | None:
    """Give the memory of the web process (resident, the largest when there are several); None when it is elsewhere."""
    if target.pid is None or not Path("/proc/self/status").exists():
        return None
    return max((_memory_mb(pid) for pid in _web(target.pid)), default=None)


def peak_memory_mb(target: Target) -> float | None:
    """Give the most memory that the web process has ever had; None when it is elsewhere."""
    if target.pid is None or not Path("/proc/self/status").exists():
        return None
    return max((_memory_mb(pid, b"VmHWM:") for pid in _web(target.pid)), default=None)


def worker_memory_mb(target: Target) -> float | None:
    """Give the memory of the worker; None when it is elsewhere."""
    if target.pid is None or not Path("/proc/self/status").exists():
        return None
    below = _below(target.pid, _children())
    return max((_memory_mb(pid) for pid in below if b"\0work\0" in _read(pid, "cmdline")), default=None)


def cpu_seconds(target: Target) -> float:
    """Give the processor's time that the web process and the database have taken; 0 when they are elsewhere."""
    if target.pid is None or target.dsn is None:
        return 0.0
    with psycopg.connect(target.dsn) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    ticks = sum(_ticks(pid) for pid in (*_web(target.pid), *(pid for (pid,) in rows)))
    return ticks / os.sysconf("SC_CLK_TCK")


def _web(pid: int) -> list[int]:
    children = _children()
    web = [one for one in _below(pid, children) if b"\0web\0" in _read(one, "cmdline")]
    # A process below has the same words in its command line as the one that started it.
    return sorted({one for parent in web for one in (_below(parent, children) or [parent])})


def _ticks(pid: int) -> int:
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[11]) + int(fields[12]) if len(fields) > 12 else 0


def limen() -> str:
    beside = Path(sys.executable).with_name("limen")
    return str(beside) if beside.exists() else "limen"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while b"is ready" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"Limen did not start:\n{log.read_text()}")
        time.sleep(0.1)


def _connection(environ: dict[str, str]) -> dict[str, str]:
    command = [limen(), "connections", "create", "Benchmark", "--flow-type", "data_source", "--auditable"]
    command += ["--role", "administrator", "--format", "env"]
    printed = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60).stdout
    found = dict(line.removeprefix("export ").split("=", 1) for line in printed.splitlines() if "=" in line)
    return {name: found[name].strip("'\"") for name in CREDENTIALS}


def _person(environ: dict[str, str]) -> tuple[str, str]:
    name, password = "benchmark", secrets.token_urlsafe(16)
    command = [limen(), "users", "create", name, "--role", "administrator", "--password-stdin"]
    subprocess.run(command, env=environ, input=password, text=True, capture_output=True, check=True, timeout=60)
    return name, password


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            # The name in brackets may hold blanks and brackets itself; the parent stands second after it.
            fields = _read(int(entry.name), "stat").rpartition(b")")[2].split()
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    return children


def _below(pid: int, children: dict[int, list[int]]) -> list[int]:
    return [found for child in children.get(pid, []) for found in (child, *_below(child, children))]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes() + b"\0"
    except OSError:
        return b""


def _memory_mb(pid: int, name: bytes = b"VmRSS:") -> float:
    for line in _read(pid, "status").splitlines():
        if line.startswith(name):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0
