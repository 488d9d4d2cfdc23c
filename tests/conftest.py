"""Fixtures that all rooms share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest


@pytest.fixture
def count_queries(django_assert_num_queries: Any) -> Callable[[int], AbstractContextManager[Any]]:
    """`with count_queries(3): …` fails, and lists the statements, when another number was sent."""
    fixture: Callable[[int], AbstractContextManager[Any]] = django_assert_num_queries
    return fixture
