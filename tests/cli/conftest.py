"""Commands run as a person runs them: in a process of their own, on a data folder of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Installation:
    folder: Path
    port: int

    @property
    def environ(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith(("LIMEN_", "DJANGO_"))}
        return {**others, "LIMEN_DATA_DIR": str(self.folder), "LIMEN_PORT": str(self.port)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "limen", *arguments],
            env={**self.environ, **settings},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "limen", *arguments],
            env={**self.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    # Not pytest's own folder, which is closed to the user that the embedded server runs under when we are root.
    folder = Path(tempfile.mkdtemp(prefix="limen-cli-", dir="/var/tmp"))
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield Installation(folder, port)
    shutil.rmtree(folder)
