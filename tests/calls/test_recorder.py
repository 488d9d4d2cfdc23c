"""The queue and its thread, without a database."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from limen.calls.recorder import Recorder
from limen.calls.rules import Call, Kept
from limen.kit import clock

NOTHING = Kept(None, 0, True)
CALL = Call(
    connection_id=1,
    at=clock.now(),
    method="GET",
    path="/api/rest/v1/products",
    query="",
    status=200,
    milliseconds=1.0,
    username="erp",
    user_agent="",
    address="",
    request_id="",
    lines=None,
    refused=None,
    request_type="",
    request=NOTHING,
    answer_type="",
    answer=NOTHING,
    credential="top-secret",
)


class Table:
    """Takes what a recorder writes, or is broken."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.missed: dict[int, int] = {}
        self.broken = False
        self.wrote = threading.Event()

    def write(self, calls: Sequence[Call], missed: Mapping[int, int], now: datetime) -> None:
        if self.broken:
            raise RuntimeError("no table")
        self.calls += calls
        self.missed |= missed
        self.wrote.set()


@pytest.fixture
def table() -> Table:
    return Table()


class TestRecorder:
    def test_calls_are_written_in_their_order(self, table: Table) -> None:
        recorder = Recorder(table.write)
        for number in range(3):
            recorder.put(replace(CALL, status=number))
        assert not table.calls
        recorder.flush()
        assert [call.status for call in table.calls] == [0, 1, 2]

    def test_what_is_too_much_is_counted_by_connection(self, table: Table) -> None:
        recorder = Recorder(table.write, most=2)
        for number in range(5):
            recorder.put(replace(CALL, connection_id=number % 2))
        recorder.flush()
        assert len(table.calls) == 2
        assert table.missed == {0: 2, 1: 1}

    def test_calls_that_could_not_be_written_are_counted_and_the_next_ones_are_written(self, table: Table) -> None:
        recorder = Recorder(table.write)
        table.broken = True
        recorder.put(CALL)
        recorder.flush()
        table.broken = False
        recorder.put(CALL)
        recorder.flush()
        assert len(table.calls) == 1
        assert table.missed == {1: 1}

    def test_a_thread_of_its_own_writes_soon(self, table: Table, settings: Any) -> None:
        settings.LIMEN_CALLS_WRITER = True
        recorder = Recorder(table.write, every=0.01)
        recorder.put(CALL)
        assert table.wrote.wait(10)
        assert table.calls == [CALL]

    @pytest.mark.parametrize(("end", "written"), [(lambda: None, "2"), (lambda: os.kill(os.getpid(), SIGKILL), "")])
    def test_a_forked_process_writes_its_own_when_it_ends_and_nothing_when_it_is_killed(
        self, tmp_path: Path, settings: Any, end: Callable[[], None], written: str
    ) -> None:
        file = tmp_path / "written"
        file.touch()
        recorder = Recorder(lambda calls, missed, now: file.write_text(str(len(calls))) and None, every=60)
        # What waits in the parent is the parent's business.
        recorder.put(CALL)

        def live() -> None:
            settings.LIMEN_CALLS_WRITER = True
            recorder.put(CALL)
            recorder.put(CALL)
            end()

        child = get_context("fork").Process(target=live)
        child.start()
        child.join(20)
        assert child.exitcode is not None
        assert file.read_text() == written

    def test_the_credential_is_not_shown_with_the_call(self) -> None:
        assert "top-secret" not in repr(CALL)
