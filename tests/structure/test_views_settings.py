"""The page Settings, and who is led there."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.accounts import sign_in

pytestmark = pytest.mark.usefixtures("installed")


def test_whoever_may_see_one_list_is_led_to_settings(client: Client) -> None:
    sign_in(client, "pim_enrich_attribute_index")
    assert 'href="/settings"' in client.get("/settings").content.decode()


def test_others_are_not(client: Client) -> None:
    sign_in(client, "pim_enrich_product_index")
    assert 'href="/settings"' not in client.get("/products").content.decode()
    assert client.get("/settings").status_code == 403
