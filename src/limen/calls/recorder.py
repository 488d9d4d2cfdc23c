"""The queue between answering a call and writing it down, and the thread that empties it.

A module of its own, beside the roles: state with a lifetime, that of the process. No call waits for it:
`put` appends to a list and returns; when the list is full the call is counted instead.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from multiprocessing.util import Finalize

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from limen.calls import operations
from limen.calls.rules import Call
from limen.kit import clock

log = logging.getLogger(__name__)

# With bodies of 16 kB both ways, some 16 MB at most in each process.
MOST_WAITING = 500
# Few enough writes, and soon enough for somebody who watches.
EVERY = 0.3

Write = Callable[[Sequence[Call], Mapping[int, int], datetime], None]


class Recorder:
    """Takes calls from any thread and writes them in batches by one of its own, with its own connection to the
    database. The thread starts with the first call: a process that was forked has none of its parent's."""

    def __init__(self, write: Write, *, most: int = MOST_WAITING, every: float = EVERY) -> None:
        self._write = write
        self._most = most
        self._every = every
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._calls: list[Call] = []
        self._missed: Counter[int] = Counter()
        self._changing = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, call: Call) -> None:
        """Take a call to be written soon; count it as missed when too many wait already."""
        with self._changing:
            if len(self._calls) >= self._most:
                self._missed[call.connection_id] += 1
                return
            self._calls.append(call)
            if self._thread is None and settings.LIMEN_CALLS_WRITER:
                self._start()
        if not self._wake.is_set():
            self._wake.set()

    def flush(self) -> None:
        """Write what waits, now and in this thread. Fails silently but for the log: what is lost is counted."""
        with self._writing:
            with self._changing:
                calls, self._calls = self._calls, []
                missed, self._missed = self._missed, Counter()
            if not calls and not missed:
                return
            try:
                self._write(calls, missed, clock.now())
            except Exception as error:
                # A database that is away is no news to anybody who reads the log; anything else is a bug.
                known = isinstance(error, DatabaseError)
                log.warning("calls could not be written", extra={"calls": len(calls)}, exc_info=not known)
                missed.update(call.connection_id for call in calls)
                with self._changing:
                    self._missed.update(missed)

    def clear(self) -> None:
        """Forget what waits."""
        with self._changing:
            self._calls, self._missed = [], Counter()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="calls", daemon=True)
        self._thread.start()
        # A process of the web server is a fork, which ends without `atexit`; another process knows that alone.
        Finalize(None, self.flush, exitpriority=0)
        atexit.register(self.flush)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(self._every)
            self._wake.clear()
            close_old_connections()
            self.flush()


def _write(calls: Sequence[Call], missed: Mapping[int, int], now: datetime) -> None:
    try:
        operations.write_calls(calls, missed=missed, now=now)
    except DatabaseError:
        if not connection.in_atomic_block:
            connection.close()
        raise


recorder = Recorder(_write)
