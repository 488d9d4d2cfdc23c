"""A recorder with nothing in it, and what it has written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from limen.calls import queries
from limen.calls.models import ApiCall
from limen.calls.recorder import recorder
from limen.calls.rules import Recorded


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    """Other tests have called the API too, and their calls wait in the same process."""
    recorder.clear()
    yield
    recorder.clear()


@pytest.fixture
def written(db: None) -> Callable[[], list[Recorded]]:
    """`written()`: write what waits, and give all calls, the newest first."""

    def write() -> list[Recorded]:
        recorder.flush()
        rows = ApiCall.objects.order_by("-id").values_list("id", "connection_id")
        return [queries.call(connection_id=connection, id=id) for id, connection in rows]

    return write
