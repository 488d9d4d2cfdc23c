"""From where a request comes."""

from __future__ import annotations

from typing import Any

from django.test import RequestFactory

from limen.kit.http.address import client_address


def ask(**headers: str) -> str:
    return client_address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers))


def test_without_a_declared_proxy_only_the_peer_is_believed() -> None:
    assert ask(x_forwarded_for="203.0.113.9") == "192.0.2.1"


def test_behind_a_proxy_its_own_entry_is_believed_and_not_the_clients(settings: Any) -> None:
    settings.LIMEN_BEHIND_PROXY = True
    assert ask(**{"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}) == "203.0.113.9"
    assert ask() == "192.0.2.1"
