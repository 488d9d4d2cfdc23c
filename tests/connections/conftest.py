"""Who looks at the screens of connections."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import sign_in


@pytest.fixture
def admin(installed: None) -> Client:
    """A browser in which somebody who may manage connections has signed in."""
    client = Client()
    sign_in(client)
    return client


@pytest.fixture
def reader(installed: None) -> Client:
    """A browser in which somebody without that permission has signed in."""
    client = Client()
    sign_in(client, "pim_enrich_product_index", username="reader")
    return client


@pytest.fixture
def read(admin: Client) -> Any:
    """`read(path)`: the page as its text, which must be there."""

    def page(path: str) -> str:
        answer = admin.get(path)
        assert answer.status_code == 200, answer
        return answer.content.decode()

    return page
