"""Calling a resource with a token (connections §6.7 and §7 of the contract, cases 108 to 117)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts.models import Role, User
from limen.accounts.rules import OVERALL, SYSTEM
from limen.connections import operations
from limen.connections.models import WrongCombination
from limen.kit import clock
from tests.conftest import Api
from tests.factories.connections import make_connection, token_for
from tests.factories.products import make_product

API = "/api/rest/v1"
JSON = "application/json"

pytestmark = pytest.mark.usefixtures("installed")


def allow(*permissions: str) -> None:
    Role.objects.update_or_create(
        code="ROLE_TRIAL", defaults={"label": "Trial", "type": "default", "permissions": list(permissions)}
    )


@pytest.fixture
def token() -> str:
    """A token whose role may do what `allow` says, and nothing at first."""
    allow()
    return token_for(make_connection(code="erp", role="ROLE_TRIAL"))


def call(token: str | None, path: str, method: str = "GET", body: object = None, **headers: str) -> Any:
    given = {"authorization": f"Bearer {token}"} if token else {}
    content = b"" if body is None else orjson.dumps(body)
    return Client(headers=given | headers).generic(method, f"{API}{path}", content, content_type=JSON)


def assert_refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == JSON
    body = answer.json()
    assert set(body) == {"code", "message"}
    assert body["code"] == status
    return str(body["message"])


class TestUnauthenticated:
    @pytest.mark.parametrize(
        "headers", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}, {"authorization": "Bearer x"}]
    )
    def test_case_108_without_a_good_token(self, headers: dict[str, str]) -> None:
        answer = call(None, "/categories", **headers)
        assert_refused(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_case_109_an_hour_and_a_second_later(self) -> None:
        old = token_for(make_connection(), now=clock.now() - timedelta(seconds=3601))
        assert "expired" in assert_refused(call(old, "/categories"), 401)

    def test_case_117_a_token_in_the_address(self, token: str) -> None:
        allow(OVERALL, "pim_api_category_list")
        assert call(token, "/categories").status_code == 200
        assert_refused(call(None, f"/categories?access_token={token}"), 401)

    def test_case_116_a_user_that_was_disabled(self, token: str) -> None:
        allow(OVERALL, "pim_api_category_list")
        User.objects.filter(type="api").update(enabled=False)
        assert "invalid" in assert_refused(call(token, "/categories"), 401)

    @pytest.mark.parametrize(
        "revoke", [operations.regenerate_secret, operations.regenerate_password, operations.delete_connection]
    )
    def test_cases_71_74_and_78_after_a_revocation(self, token: str, revoke: Callable[..., object]) -> None:
        allow(OVERALL, "pim_api_category_list")
        assert call(token, "/categories").status_code == 200
        revoke(code="erp", by=SYSTEM, now=clock.now())
        assert "invalid" in assert_refused(call(token, "/categories"), 401)


def make_model(code: str) -> None:
    """Make a product model, and all that it needs, over the API."""
    pim = Api(token_for(make_connection(code="maker", role="administrator")))
    levels = [{"level": 1, "axes": ["size"], "attributes": []}]
    for path, body in (
        ("/attributes", {"code": "size", "type": "pim_catalog_simpleselect", "group": "other"}),
        ("/families", {"code": "chairs", "attributes": ["sku", "size"]}),
        ("/families/chairs/variants", {"code": "by_size", "variant_attribute_sets": levels}),
        ("/product-models", {"code": code, "family_variant": "by_size"}),
    ):
        answer = pim.post(path, body)
        assert answer.status_code == 201, answer.content


class TestForbidden:
    def test_case_110_without_overall_access(self, token: str) -> None:
        allow("pim_api_category_list")
        assert "web API" in assert_refused(call(token, "/categories"), 403)

    def test_case_111_list_and_create_are_named(self, token: str) -> None:
        allow(OVERALL)
        assert "list categories" in assert_refused(call(token, "/categories"), 403)
        refused = assert_refused(call(token, "/categories", "POST", {"code": "a"}), 403)
        assert "create or update categories" in refused

    def test_case_112_each_right_of_products_by_itself(self, token: str) -> None:
        allow(OVERALL, "pim_api_product_list")
        make_product("chair")
        make_model("chairs")
        assert call(token, "/products/chair").status_code == 200
        assert call(token, "/product-models/chairs").status_code == 200
        assert call(token, "/product-models").status_code == 200
        assert "delete products" in assert_refused(call(token, "/products/chair", "DELETE"), 403)
        assert "create or update products" in assert_refused(call(token, "/products/chair", "PATCH", {}), 403)

    def test_case_113_measurement_families_are_open_to_every_role_of_the_installation(self, token: str) -> None:
        allow(OVERALL)
        assert call(token, "/measure-families").status_code == 200
        assert call(token_for(make_connection(code="shop")), "/measurement-families").status_code == 200

    def test_case_114_a_right_taken_away_is_gone_with_the_next_call(self, token: str) -> None:
        allow(OVERALL, "pim_api_category_list")
        assert call(token, "/categories").status_code == 200
        allow(OVERALL)
        assert_refused(call(token, "/categories"), 403)

    def test_case_115_rights_come_before_existence(self, token: str) -> None:
        allow(OVERALL)
        assert_refused(call(token, "/families/unknown", "PATCH", {}), 403)

    def test_overall_access_comes_before_the_media_type_and_that_before_the_right(self, token: str) -> None:
        answer = Client(headers={"authorization": f"Bearer {token}"}).post(
            f"{API}/categories", b"x", content_type="text/plain"
        )
        assert_refused(answer, 403)
        allow(OVERALL)
        answer = Client(headers={"authorization": f"Bearer {token}"}).post(
            f"{API}/categories", b"x", content_type="text/plain"
        )
        assert_refused(answer, 415)


def test_case_118_a_foreign_users_token_works_and_is_noted() -> None:
    erp, shop = make_connection(code="erp", role="administrator"), make_connection(code="shop")
    assert call(token_for(shop, user_of=erp), "/categories").status_code == 200
    assert WrongCombination.objects.values_list("connection__code", "username").get() == ("shop", erp.username)
