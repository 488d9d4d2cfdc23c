"""`limen serve`: one process to start, everything ends with it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from tests.cli.conftest import Installation


@pytest.fixture
def served(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    process = installation.start("serve")
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "Limen is ready" in line or "Error" in line:
            return line
    return ""


def processes_of(installation: Installation) -> list[psutil.Process]:
    """Everything that runs for this data folder: by its command line or its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            here = str(installation.folder)
            if here in " ".join(process.cmdline()) or process.environ().get("LIMEN_DATA_DIR") == here:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def wait_until_gone(installation: Installation, seconds: float) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while (left := processes_of(installation)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


class TestServe:
    def test_it_answers_when_it_says_so_and_sigterm_ends_everything(
        self, installation: Installation, served: subprocess.Popen[str]
    ) -> None:
        line = first_line(served)
        assert f"http://localhost:{installation.port}" in line
        assert "/set-up/" in line, "without people, the line leads to the first administrator"
        with urllib.request.urlopen(f"{installation.url}/api/rest/v1") as answer:
            assert json.load(answer)["host"] == installation.url
            # A whole body is sent at once, not in chunks.
            assert answer.headers["Content-Length"] and not answer.headers["Transfer-Encoding"]
        # Not in the folder for temporary files, where one user's lock would stop the next.
        assert (installation.folder / "run" / "python_PostgresServer" / ".lockfile").exists()
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=10) == 0
        assert wait_until_gone(installation, 1) == []
        assert "database system is shut down" in (installation.folder / "postgresql" / "log").read_text()

    def test_a_second_one_says_that_the_first_runs(
        self, installation: Installation, served: subprocess.Popen[str]
    ) -> None:
        first_line(served)
        second = installation.run("serve")
        assert second.returncode == 1
        assert f"already running at http://localhost:{installation.port} (process {served.pid})" in second.stderr

    def test_a_killed_one_leaves_no_children_and_the_next_takes_the_database_over(
        self, installation: Installation, served: subprocess.Popen[str]
    ) -> None:
        first_line(served)
        served.kill()
        served.wait()
        left = [one for one in wait_until_gone(installation, 6) if "postgres" not in one.name()]
        assert left == []
        again = installation.start("serve")
        try:
            assert "Limen is ready" in first_line(again)
        finally:
            again.send_signal(signal.SIGINT)
            again.communicate(timeout=10)
            assert again.returncode == 0
        assert wait_until_gone(installation, 1) == []

    def test_a_worker_that_ends_is_started_again(
        self, installation: Installation, served: subprocess.Popen[str]
    ) -> None:
        first_line(served)
        worker = self.child(served, "work")
        worker.kill()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not self.children(served, "work") - {worker}:
            time.sleep(0.1)
        assert self.child(served, "work") != worker
        with urllib.request.urlopen(f"{installation.url}/api/rest/v1") as answer:
            assert answer.status == 200
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=10) == 0
        assert wait_until_gone(installation, 1) == []

    def child(self, served: subprocess.Popen[str], command: str) -> psutil.Process:
        (found,) = self.children(served, command)
        return found

    def children(self, served: subprocess.Popen[str], command: str) -> set[psutil.Process]:
        return {
            one
            for one in psutil.Process(served.pid).children()
            if one.status() != psutil.STATUS_ZOMBIE and one.cmdline()[-1:] == [command]
        }

    def test_a_taken_port_is_named(self, installation: Installation) -> None:
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            answer = installation.run("serve", "--port", str(taken.getsockname()[1]))
        assert answer.returncode == 1
        assert "cannot listen" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_the_secret_key_is_made_once_and_for_us_alone(installation: Installation) -> None:
    installation.run("migrate")
    path = installation.folder / "secret.key"
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    installation.run("check")
    assert path.read_text() == first
