"""`ETag`, `If-None-Match` and `If-Match` on products and models (api-products 10.3, case 275)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from limen.events.models import Tally
from limen.products.queries import product
from tests.conftest import Api
from tests.factories.products import change_product, make_product, value
from tests.products.callers import DESTINATION
from tests.products.trees import make_variants


@pytest.fixture(params=["/products", "/products-uuid"])
def chair(request: Any, pim: Api) -> tuple[str, str]:
    """A product's address and uuid."""
    uuid = make_product("chair", values={"tagline": "Flat"})
    return f"{request.param}/{uuid if 'uuid' in request.param else 'chair'}", uuid


def tagline(data: str) -> dict[str, Any]:
    return {"values": {"tagline": value(data)}}


class TestReading:
    def test_what_has_not_changed_is_not_sent_again(self, pim: Api, chair: tuple[str, str]) -> None:
        path, uuid = chair
        first = pim.get(path)
        again = pim.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        change_product(uuid, values={"tagline": "Round"})
        assert pim.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200

    def test_each_view_has_a_tag_of_its_own(self, pim: Api, chair: tuple[str, str]) -> None:
        whole, part = pim.get(chair[0]), pim.get(chair[0], fields="enabled")
        assert whole["ETag"] != part["ETag"]
        assert pim.get(chair[0], fields="enabled", headers={"if-none-match": whole["ETag"]}).status_code == 200

    def test_the_name_of_what_it_is_linked_with_is_part_of_what_is_shown(self, pim: Api) -> None:
        other = make_product("stool")
        make_product("chair", associations={"COMPATIBLE": {"products": ["stool"]}})
        tag = pim.get("/products/chair")["ETag"]
        change_product(other, values={"sku": "stool-2"})
        assert pim.get("/products/chair", headers={"if-none-match": tag}).status_code == 200

    def test_what_is_not_sent_is_not_read(self, api_of: Callable[..., Api]) -> None:
        make_product("chair")
        shop = api_of("destination")
        tag = shop.get("/products/chair")["ETag"]
        assert shop.get("/products/chair", headers={"if-none-match": tag}).status_code == 304
        assert Tally.objects.get(connection_id=DESTINATION).count == 1


class TestWriting:
    def test_case_275_a_stale_tag_refuses_and_no_header_does_not(self, pim: Api, chair: tuple[str, str]) -> None:
        path, _ = chair
        tag = pim.get(path)["ETag"]
        assert pim.patch(path, tagline("Round"), **{"If-Match": tag}).status_code == 204
        stale = pim.patch(path, tagline("Square"), **{"If-Match": tag})
        assert (stale.status_code, list(stale.json())) == (412, ["code", "message"])
        assert pim.get(path).json()["values"]["tagline"][0]["data"] == "Round"
        assert pim.patch(path, tagline("Square")).status_code == 204

    def test_a_stale_tag_refuses_also_what_would_change_nothing(self, pim: Api, chair: tuple[str, str]) -> None:
        path, uuid = chair
        tag = pim.get(path)["ETag"]
        change_product(uuid, values={"tagline": "Round"})
        assert pim.patch(path, {}, **{"If-Match": tag}).status_code == 412
        assert pim.patch(path, {}, **{"If-Match": pim.get(path)["ETag"]}).status_code == 204

    def test_the_tag_of_any_view_will_do(self, pim: Api, chair: tuple[str, str]) -> None:
        tag = pim.get(chair[0], fields="enabled")["ETag"]
        assert pim.patch(chair[0], tagline("Round"), **{"If-Match": tag}).status_code == 204

    def test_deleting_is_bound_in_the_same_way(self, pim: Api, chair: tuple[str, str]) -> None:
        path, uuid = chair
        tag = pim.get(path)["ETag"]
        change_product(uuid, values={"tagline": "Round"})
        delete = pim.client.delete
        assert delete(f"/api/rest/v1{path}", headers={"if-match": tag}).status_code == 412
        assert product(flavour="uuid", key=uuid) is not None
        assert delete(f"/api/rest/v1{path}", headers={"if-match": pim.get(path)["ETag"]}).status_code == 204

    def test_only_if_it_is_not_there(self, pim: Api) -> None:
        assert pim.patch("/products/new", {}, **{"If-None-Match": "*"}).status_code == 201
        assert pim.patch("/products/new", tagline("x"), **{"If-None-Match": "*"}).status_code == 412
        assert pim.patch("/products/other", {}, **{"If-Match": "*"}).status_code == 412
        assert product(flavour="identifier", key="other") is None


class TestModels:
    def test_a_model_in_all_of_these_ways(self, pim: Api) -> None:
        make_variants()
        body = {"code": "orbit", "family_variant": "lum_size"}
        made = [pim.post("/product-models", body, **{"Idempotency-Key": "1"}) for _ in range(2)]
        assert [one.status_code for one in made] == [201, 201], made[0].content
        assert made[1]["Idempotency-Replayed"] == "true"
        tag = pim.get("/product-models/orbit")["ETag"]
        assert pim.get("/product-models/orbit", headers={"if-none-match": tag}).status_code == 304
        change = {"categories": ["lamps"]}
        assert pim.patch("/product-models/orbit", change, **{"If-Match": tag}).status_code == 204
        assert pim.patch("/product-models/orbit", {}, **{"If-Match": tag}).status_code == 412
        delete = pim.client.delete
        assert delete("/api/rest/v1/product-models/orbit", headers={"if-match": tag}).status_code == 412
        streamed = pim.get("/product-models", headers={"accept": "application/x-ndjson"})
        assert b"".join(streamed.streaming_content).count(b'"code":"orbit"') == 1
