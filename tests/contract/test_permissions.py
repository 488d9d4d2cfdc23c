"""Every permission on every screen and endpoint: without exactly this one 403, with it anything but 403."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from limen import reference
from limen.accounts.access import asked_for
from limen.accounts.models import Role
from limen.accounts.rules import OVERALL, PERMISSIONS
from limen.kit.http.root import api_endpoints
from tests.factories.accounts import make_role, sign_in
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

# What stands for a part of an address: nothing has these, so that whatever is let in changes nothing.
PARTS = {"int": "987654321", "uuid": str(UUID(int=7)), "str": "nothing_has_this", "path": "nothing_has_this"}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from routes(pattern, route)


def address(route: str) -> str:
    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", lambda part: PARTS.get(part[2], PARTS.get(part[1], PARTS["str"])), route)


SCREENS = sorted((address(route), needed) for route, view in routes(get_resolver()) for needed in set(asked_for(view)))
ENDPOINTS = sorted(
    (
        (address(route), method, endpoint.permission or OVERALL, (endpoint.accepts or ("application/json",))[0])
        for route, view in routes(get_resolver())
        for method, endpoint in getattr(view, "endpoints", {}).items()
        if not endpoint.public
    ),
)


def all_but(*permissions: str) -> list[str]:
    return sorted(PERMISSIONS.keys() - {*permissions})


def statuses(client: Client, path: str) -> set[int]:
    """Try both ways into a screen; 405 is the answer of the way that it does not have."""
    return {client.get(path).status_code, client.post(path).status_code} - {405}


def test_there_are_screens_and_endpoints_to_walk() -> None:
    assert len(SCREENS) > 20
    for route, view in routes(get_resolver()):
        # The address is really that of this view, so a 404 is the view's own.
        if getattr(view, "permission", None) is not None or hasattr(view, "endpoints"):
            assert resolve(address(route)).func is view, route
    assert len(ENDPOINTS) > 40
    assert {permission for _, needed in SCREENS for permission in needed} <= PERMISSIONS.keys()
    assert {permission for _, _, permission, _ in ENDPOINTS} <= PERMISSIONS.keys()


@pytest.mark.parametrize("permissions", sorted({needed for _, needed in SCREENS}), ids=" or ".join)
def test_a_screen_is_closed_to_who_lacks_just_its_permission(permissions: tuple[str, ...]) -> None:
    lacking, full = Client(), Client()
    sign_in(lacking, *all_but(*permissions), username="lacking")
    sign_in(full, *PERMISSIONS, username="full")
    for path, needed in SCREENS:
        if needed == permissions:
            assert statuses(lacking, path) == {403}, path
            found = statuses(full, path)
            assert found and 403 not in found and max(found) < 500, (path, found)


@pytest.mark.parametrize("permission", sorted({permission for _, _, permission, _ in ENDPOINTS}))
def test_an_endpoint_is_closed_to_who_lacks_just_its_permission(permission: str) -> None:
    role = make_role("ROLE_TRIAL", *PERMISSIONS)
    client = Client(headers={"authorization": f"Bearer {token_for(make_connection(role=role.code))}"})
    # Without overall access no endpoint at all is open.
    walked = [one for one in ENDPOINTS if permission in (one[2], OVERALL)]

    def status(path: str, method: str, accepts: str) -> int:
        # A body, for the test client names its type only then; none that anything could be made of.
        return client.generic(method, path, b" ", content_type=accepts).status_code

    for path, method, _, accepts in walked:
        assert status(path, method, accepts) not in (401, 403, 405, 406, 415, 500), (method, path)
    # The same token: what a role loses is lost from the next call on.
    Role.objects.filter(id=role.id).update(permissions=all_but(permission))
    for path, method, _, accepts in walked:
        assert status(path, method, accepts) == 403, (method, path)


def test_nothing_is_open_to_everybody_but_what_has_to_be() -> None:
    """A screen or an endpoint that nobody needs to sign in for is a decision: it is made here."""
    screens = {
        route
        for route, view in routes(get_resolver())
        if not getattr(view, "login_required", True) and not hasattr(view, "endpoints")
    }
    endpoints = {
        (method, route)
        for route, view in routes(get_resolver())
        for method, endpoint in getattr(view, "endpoints", {}).items()
        if endpoint.public
    }
    assert screens == {
        "help",
        "help/",
        "help/<slug:name>.html",
        "set-up/<str:token>",
        "sign-in",
        "sign-out",
    }
    assert endpoints == {
        ("GET", "api/rest/v1"),
        ("GET", "api/rest/v1/openapi.json"),
        ("POST", "api/oauth/v1/token"),
        ("GET", "api/oauth/v1/check/<str:nonce>"),
    }


def test_the_reference_has_every_screen_endpoint_and_permission() -> None:
    page = reference.permissions_page()
    for path, method, _endpoint in api_endpoints():
        assert f"{method} `{path}`" in page, (method, path)
    for route, view in routes(get_resolver()):
        if not hasattr(view, "endpoints") and not route.startswith("api/"):
            shown = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}")
            assert f"`{shown}`" in page, route
    for permission in PERMISSIONS:
        assert f"`{permission}`" in page
