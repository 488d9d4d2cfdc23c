"""What of a connection's calls is counted for Data flows (connections §6.9, cases 123 to 125)."""

from __future__ import annotations

import pytest
from django.test import Client

from limen.connections import rules
from limen.connections.models import Connection
from limen.events.models import Tally
from tests.conftest import Api
from tests.factories.accounts import sign_in
from tests.factories.connections import make_connection, token_for
from tests.factories.products import make_product

pytestmark = pytest.mark.usefixtures("installed")


def counted(code: str) -> dict[str, int]:
    id = Connection.objects.get(code=code).id
    return {one.kind: one.count for one in Tally.objects.filter(connection_id=id)}


@pytest.fixture
def products(installed: None) -> list[str]:
    codes = ["chair", "table", "lamp"]
    for code in codes:
        make_product(code)
    return codes


def test_case_123_products_read_with_the_own_user_are_counted(products: list[str]) -> None:
    shop = make_connection(code="shop", flow_type=rules.DATA_DESTINATION, auditable=True)
    api = Api(token_for(shop))
    for code in products:
        assert api.get(f"/products/{code}").status_code == 200
    assert counted("shop") == {"product.read": 3}
    assert len(api.get("/products").json()["_embedded"]["items"]) == 3
    assert counted("shop") == {"product.read": 6}


def test_case_124_with_a_foreign_user_they_are_not(products: list[str]) -> None:
    shop = make_connection(code="shop", flow_type=rules.DATA_DESTINATION, auditable=True)
    erp = make_connection(code="erp", flow_type=rules.DATA_DESTINATION, auditable=True)
    api = Api(token_for(shop, user_of=erp))
    for code in products:
        assert api.get(f"/products/{code}").status_code == 200
    assert counted("shop") == counted("erp") == {}


def test_case_125_nothing_is_collected_of_what_an_untracked_source_sends_amiss() -> None:
    erp = make_connection("My ERP", code="erp", flow_type=rules.DATA_SOURCE, auditable=False)
    api = Api(token_for(erp))
    assert api.post("/products", {"identifier": "chair", "family": "nope"}).status_code == 422
    (line,) = api.bulk("/products", [{"identifier": "chair", "family": "nope"}]).lines
    assert line["status_code"] == 422
    assert counted("erp") == {}
    client = Client()
    sign_in(client)
    assert "My ERP" not in client.get("/connect/data-flows").content.decode().partition('id="content"')[2]
