"""akeneo-api-client 1.2: requests, uuid flavour; modelled on the target's own PHP client.

What it needs of a server: `with_count=true` is sent together with `pagination_type=search_after`; error
bodies are JSON objects with `message`; bulk answers have no line feed at the end; an expired token is a 401.
Its error handling returns None for every refusal but 401 (a bug of the client), so refusals are looked at
where it raises them: at the token endpoint.
"""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
import requests
from akeneo_api_client.akeneo_client import AkeneoClient
from akeneo_api_client.client.akeneo_api_error import AkeneoApiError
from akeneo_api_client.client_builder import ClientBuilder
from akeneo_api_client.search.search_builder import SearchBuilder

from tests.clients.conftest import (
    PHOTO_OF_LAMP,
    STRUCTURE,
    assert_changed,
    by_colour,
    model,
    name_of,
    values,
    variant,
)
from tests.conftest import Live
from tests.factories.media import PNG

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])


@pytest.fixture
def client(live: Live) -> AkeneoClient:
    builder = ClientBuilder(live.url)
    return builder.build_authenticated_by_password(live.username, live.password, live.client_id, live.secret)


def lamp(identifier: str, name: str = "Lamp") -> dict[str, object]:
    sku = [{"locale": None, "scope": None, "data": identifier}]
    return {"uuid": str(uuid4()), "family": "lamps", "values": {"sku": sku, **values(name)}}


class TestAkeneoApiClient:
    def test_authenticates_with_the_first_call(self, client: AkeneoClient) -> None:
        assert client.channel_api.get("ecommerce")["code"] == "ecommerce"
        assert client.authentication.access_token

    def test_renews_its_tokens_on_a_401(self, client: AkeneoClient) -> None:
        client.channel_api.get("ecommerce")
        client.authentication.access_token = "no-longer-valid"
        assert client.channel_api.get("ecommerce")["code"] == "ecommerce"
        assert client.authentication.access_token != "no-longer-valid"

    def test_is_told_that_its_credentials_are_wrong(self, live: Live) -> None:
        builder = ClientBuilder(live.url)
        client = builder.build_authenticated_by_password(live.username, "wrong", live.client_id, live.secret)
        with pytest.raises(AkeneoApiError) as refused:
            client.channel_api.get("ecommerce")
        assert refused.value.response.status_code == 422
        assert refused.value.message == refused.value.response_body["message"]

    def test_creates_reads_changes_and_deletes_a_product(self, client: AkeneoClient, catalogue: httpx.Client) -> None:
        answer = client.product_uuid_api.create(lamp("lamp-1"))
        assert answer.status_code == 201
        uuid = answer.headers["location"].rsplit("/", 1)[1]
        assert client.product_uuid_api.upsert(uuid, {"values": values("Brighter")}).status_code == 204
        product = client.product_uuid_api.get(uuid)
        assert name_of(product) == "Brighter"
        assert product["values"]["price"][0]["data"] == [{"amount": "19.90", "currency": "EUR"}]
        assert client.product_uuid_api.delete(uuid).status_code == 204

    def test_upserts_a_product_that_is_not_there(self, client: AkeneoClient, catalogue: httpx.Client) -> None:
        assert client.product_uuid_api.upsert(str(uuid4()), {"values": values()}).status_code == 201

    def test_pushes_a_batch_and_reads_a_result_for_every_line(
        self, client: AkeneoClient, catalogue: httpx.Client
    ) -> None:
        without = lamp("lamp-2")
        del without["uuid"]
        results = client.product_uuid_api.upsert_list([lamp("lamp-1"), without, lamp("lamp-3")])
        assert [result["status_code"] for result in results] == [201, 422, 201]

    def test_lists_products_page_after_page(self, client: AkeneoClient, catalogue: httpx.Client) -> None:
        made = [lamp(f"lamp-{number}") for number in range(6)]
        client.product_uuid_api.upsert_list(made)
        pages = list(client.product_uuid_api.all(page_size=3, query_params={}))
        # A full last page links to an empty one: that is the contract.
        assert [len(page) for page in pages] == [3, 3, 0]
        found = [product["uuid"] for page in pages for product in page]
        assert found == sorted(str(product["uuid"]) for product in made)

    def test_sends_its_search(self, client: AkeneoClient, catalogue: httpx.Client) -> None:
        client.product_uuid_api.upsert_list([lamp("lamp-1")])
        search = SearchBuilder()
        search.add_filter("enabled", "=", True)
        pages = client.product_uuid_api.all(query_params={"search": search.get_filters()})
        assert [len(page) for page in pages] == [1]

    def test_writes_structure(self, client: AkeneoClient) -> None:
        client.attribute_api.upsert("colour", {"type": "pim_catalog_simpleselect", "group": "other"})
        results = client.attribute_option_api.upsert_list("colour", [{"code": "red"}, {"code": "blue"}])
        assert [result["status_code"] for result in results] == [201, 201]
        codes = [attribute["code"] for page in client.attribute_api.all(query_params={}) for attribute in page]
        assert codes == ["colour", "sku"]

    def test_reads_measurement_families_as_one_array(self, client: AkeneoClient) -> None:
        assert "Weight" in {family["code"] for family in client.measurement_family_api.all()}

    def test_writes_family_variants(self, client: AkeneoClient, coloured: httpx.Client) -> None:
        variants = client.family_variant_api
        assert variants.upsert("lamps", "lamps_by_colour", by_colour()).status_code == 201
        results = variants.upsert_list("lamps", [by_colour(), by_colour("second"), {"code": "third"}])
        assert [result["status_code"] for result in results] == [204, 201, 422]
        assert [one["code"] for page in variants.all("lamps", query_params={}) for one in page] == [
            "lamps_by_colour",
            "second",
        ]
        assert variants.get("lamps", "second")["variant_attribute_sets"][0]["axes"] == ["colour"]


class TestStructure:
    @pytest.mark.parametrize(
        "resource", [one for one in STRUCTURE if one not in ("attribute_options", "association_types")]
    )
    def test_creates_changes_and_lists_each_resource(
        self, client: AkeneoClient, catalogue: httpx.Client, resource: str
    ) -> None:
        first, change, second = (dict(one) for one in STRUCTURE[resource])
        api = getattr(client, f"{SINGULAR[resource]}_api")
        # Two of its creations take the code apart from the rest.
        apart = (first["code"],) if resource in ("categories", "channels") else ()
        assert api.create(*apart, first).status_code == 201
        assert api.upsert(first["code"], change).status_code == 204
        assert_changed(api.get(first["code"]), change)
        results = api.upsert_list([{"code": first["code"]}, second])
        assert [result["status_code"] for result in results] == [204, 201]
        listed = [one["code"] for page in api.all(page_size=2, query_params={}) for one in page]
        assert {first["code"], second["code"]} <= set(listed)
        assert len(listed) == len(set(listed))

    def test_creates_changes_and_lists_options(self, client: AkeneoClient, coloured: httpx.Client) -> None:
        first, change, second = STRUCTURE["attribute_options"]
        api = client.attribute_option_api
        assert api.create("colour", first["code"], {}).status_code == 201
        assert api.upsert("colour", first["code"], dict(change)).status_code == 204
        assert_changed(api.get("colour", first["code"]), change)
        assert [one["status_code"] for one in api.upsert_list("colour", [first, second])] == [204, 201]
        pages = list(api.all("colour", page_size=1, query_params={}))
        assert [one["code"] for page in pages for one in page] == ["blue", "red"]

    def test_lists_what_can_only_be_read(self, client: AkeneoClient) -> None:
        assert client.locale_api.get("en_US") == {"code": "en_US", "enabled": True}
        assert len([one for page in client.locale_api.all(100, {}) for one in page]) > 200
        assert client.currency_api.get("EUR") == {"code": "EUR", "enabled": True}
        assert next(iter(client.currency_api.all(100, {})))[0]["code"] == "ADP"
        assert client.measure_family_api.get("weight")["standard"] == "KILOGRAM"


SINGULAR = {
    "attributes": "attribute",
    "attribute_groups": "attribute_group",
    "families": "family",
    "categories": "category",
    "channels": "channel",
}


def test_case_178_reads_all_attributes_page_by_page_and_writes_them(client: AkeneoClient, http: httpx.Client) -> None:
    made = [{"code": f"a{number}", "type": "pim_catalog_text", "group": "other"} for number in range(37)]
    assert {one["status_code"] for one in client.attribute_api.upsert_list(made)} == {201}
    pages = list(client.attribute_api.all(page_size=10, query_params={}))
    assert sum(map(len, pages)) == http.get("/attributes", params={"with_count": "true"}).json()["items_count"] == 38
    one_more = {"code": "one_more", "type": "pim_catalog_text", "group": "other"}
    assert client.attribute_api.create(one_more).status_code == 201
    assert client.attribute_api.get("one_more")["code"] == "one_more"

    def test_writes_product_models_and_their_variants(self, client: AkeneoClient, varied: httpx.Client) -> None:
        models = client.product_model_api
        assert models.create(model()).status_code == 201
        results = models.upsert_list([model("beam"), {"code": "orbit", "categories": ["master"]}, {"code": "none"}])
        assert [result["status_code"] for result in results] == [201, 204, 422]
        answer = client.product_uuid_api.create(
            {name: one for name, one in variant("", "red").items() if name != "identifier"}
        )
        assert answer.status_code == 201
        product = client.product_uuid_api.get(answer.headers["location"].rsplit("/", 1)[1])
        assert (product["parent"], product["family"], name_of(product)) == ("orbit", "lamps", "Lamp")
        assert [one["code"] for page in models.all(query_params={}) for one in page] == ["beam", "orbit"]
        assert models.get("orbit")["categories"] == ["master"]


class Form:
    """A body as this client takes them: something that can be serialized."""

    def __init__(self, url: str) -> None:
        files = {"file": ("lamp.png", PNG, "image/png")}
        self.sent = requests.Request("POST", url, data={"product": PHOTO_OF_LAMP}, files=files).prepare()

    def serialize(self) -> bytes:
        body = self.sent.body
        assert isinstance(body, bytes)
        return body


class TestMediaFiles:
    """It has no methods for media; what is below its methods, with its tokens and addresses, can do it all."""

    def test_uploads_lists_and_downloads(self, client: AkeneoClient, live: Live, pictured: httpx.Client) -> None:
        below = client.product_uuid_api.resource_client
        form = Form(live.url)
        answer = below.authenticated_http_client.send_request(
            "POST",
            below.uri_generator.generate("api/rest/v1/media-files"),
            {"Content-Type": form.sent.headers["Content-Type"]},
            form,
        )
        assert answer.status_code == 201
        code = answer.headers["location"].split("/media-files/")[1]
        listed = below.get_resources("api/rest/v1/media-files", limit=10).json()
        assert (listed["items_count"], [one["code"] for one in listed["_embedded"]["items"]]) == (1, [code])
        (found,) = [one for page in client.product_uuid_api.all() for one in page]
        (photo,) = found["values"]["photo"]
        assert photo["data"] == code
        download = below.authenticated_http_client.send_request("GET", photo["_links"]["download"]["href"])
        assert (download.content, download.headers["content-type"]) == (PNG, "image/png")
