"""The page Settings, and who is led there."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.accounts import sign_in
from tests.factories.structure import change_channel

pytestmark = pytest.mark.usefixtures("installed")


def test_whoever_may_see_one_list_is_led_to_settings(client: Client) -> None:
    sign_in(client, "pim_enrich_attribute_index")
    assert 'href="/settings"' in client.get("/settings").content.decode()


def test_labels_are_read_in_the_language_of_the_screens(client: Client) -> None:
    person = sign_in(client)
    change_channel(locales=["de_DE", "en_US"], labels={"de_DE": "Laden", "en_US": "Shop"})
    assert "Shop" in client.get("/settings/channels").content.decode()
    person.catalog_locale = "de_DE"
    person.save()
    assert "Laden" in client.get("/settings/channels").content.decode()


def test_others_are_not(client: Client) -> None:
    sign_in(client, "pim_enrich_product_index")
    assert 'href="/settings"' not in client.get("/products").content.decode()
    assert client.get("/settings").status_code == 403
