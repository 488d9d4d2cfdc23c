"""What the tests of the example share: its folder on the path, and a small PIM to talk to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "erp_connector"
sys.path.insert(0, str(EXAMPLE))

from tests.examples.fake_pim import FakePim  # noqa: E402  # needs nothing of the example, but stands with it


@pytest.fixture
def pim() -> Iterator[FakePim]:
    """A PIM on the loopback that knows just enough; tests mark themselves with `allow_hosts`."""
    fake = FakePim()
    with fake.running():
        yield fake
