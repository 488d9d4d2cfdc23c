"""The catalogue of lamps, and its API with callers made up for the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from limen.kit.http import endpoint
from tests.conftest import Api, _install
from tests.products.callers import EVERYTHING
from tests.products.catalogue import make_lamps


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    """Files of a test go where they are taken away after it."""
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


@pytest.fixture(scope="module")
def lamps_of_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Made once per module, in a transaction around those of its tests; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        # A test that emptied the tables may have run before.
        _install()
        make_lamps()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def lamps(lamps_of_module: None, db: None) -> None:
    """The catalogue of the acceptance cases, without any product."""


@pytest.fixture
def api_of(lamps: None, settings: Any) -> Iterator[Callable[..., Api]]:
    """The API as called by somebody with these permissions only (none named: with all)."""
    settings.LIMEN_API_AUTHENTICATOR = "tests.products.callers.authenticate"
    endpoint._authenticator.cache_clear()
    yield lambda *permissions: Api(",".join(permissions) or EVERYTHING)
    endpoint._authenticator.cache_clear()


@pytest.fixture
def pim(api_of: Callable[..., Api]) -> Api:
    """The API on the lamps, with every permission."""
    return api_of()
