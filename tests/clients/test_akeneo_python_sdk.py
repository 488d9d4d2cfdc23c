"""akeneo-python-sdk 1.0: generated from the target's OpenAPI document; urllib3 and typed models.

It sends no `Content-Type` and no token by itself: both are set as headers, as every user of it must do.
Three of its methods cannot work with any server, because of the generated models: `to_dict` of a product
with values, reading one product, and lists of the uuid flavour. There the test takes the client's own way
around (`call_api`, `_preload_content=False`), so that what is tested is still its HTTP.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import akeneo
import httpx
import pytest
from akeneo.models.family_variant import FamilyVariant
from akeneo.models.patch_families_family_code_variants_request import PatchFamiliesFamilyCodeVariantsRequest
from akeneo.models.patch_products_request import PatchProductsRequest
from akeneo.models.post_token_request import PostTokenRequest

from tests.clients.conftest import (
    COLLECTION,
    PHOTO_OF_LAMP,
    STRUCTURE,
    assert_changed,
    by_colour,
    model,
    name_of,
    values,
)
from tests.conftest import Live
from tests.factories.media import PNG

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    # The client uses names that newer releases of its own libraries have deprecated.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def anonymous(live: Live) -> Iterator[akeneo.ApiClient]:
    with akeneo.ApiClient(akeneo.Configuration(host=live.url)) as client:
        yield client
        client.rest_client.pool_manager.clear()


@pytest.fixture
def client(anonymous: akeneo.ApiClient, live: Live) -> akeneo.ApiClient:
    token = _token(anonymous, live, live.password)
    anonymous.set_default_header("Authorization", f"Bearer {token.access_token}")
    return anonymous


@pytest.fixture
def products(client: akeneo.ApiClient) -> akeneo.ProductIdentifierApi:
    return akeneo.ProductIdentifierApi(client)


def _token(client: akeneo.ApiClient, live: Live, password: str) -> Any:
    basic = base64.b64encode(f"{live.client_id}:{live.secret}".encode()).decode()
    body = PostTokenRequest(username=live.username, password=password, grant_type="password")
    return akeneo.AuthenticationApi(client).post_token("application/json", f"Basic {basic}", body)


def _push(client: akeneo.ApiClient, identifier: str, name: str = "Lamp") -> int:
    """PATCH one product with values, by the client's own call below its models."""
    path, body = {"code": identifier}, {"family": "lamps", "values": values(name)}
    _, status, _ = client.call_api("/api/rest/v1/products/{code}", "PATCH", path, [], dict(JSON), body=body,
                                   response_types_map={})  # fmt: skip
    return int(status)


class TestAkeneoPythonSdk:
    def test_authenticates(self, anonymous: akeneo.ApiClient, live: Live) -> None:
        token = _token(anonymous, live, live.password)
        assert (token.token_type, token.expires_in, token.scope) == ("bearer", 3600, None)

    def test_is_told_that_its_credentials_are_wrong(self, anonymous: akeneo.ApiClient, live: Live) -> None:
        with pytest.raises(akeneo.ApiException) as refused:
            _token(anonymous, live, "wrong")
        assert refused.value.status == 422
        assert json.loads(refused.value.body)["message"]

    def test_creates_and_changes_a_product(self, client: akeneo.ApiClient, catalogue: httpx.Client) -> None:
        assert _push(client, "lamp/1 a") == 201
        assert _push(client, "lamp/1 a", "Brighter") == 204

    def test_reads_one_product(
        self, client: akeneo.ApiClient, products: akeneo.ProductIdentifierApi, catalogue: httpx.Client
    ) -> None:
        _push(client, "lamp-1")
        answer = products.get_products_code("lamp-1", _preload_content=False)
        product = json.loads(answer.data)
        assert product["identifier"] == "lamp-1"
        assert name_of(product, "de_DE") == "Lamp für draußen"

    def test_pushes_a_line(self, products: akeneo.ProductIdentifierApi, catalogue: httpx.Client) -> None:
        # Without family and parent it would send the words of its own documentation as their codes.
        line = PatchProductsRequest(identifier="lamp-1", family="lamps", parent=None, enabled=False)
        result = products.patch_products(line, _headers={"Content-Type": COLLECTION})
        assert (result.line, result.identifier, result.status_code) == (1, "lamp-1", 201)

    def test_lists_products_page_after_page(
        self, client: akeneo.ApiClient, products: akeneo.ProductIdentifierApi, catalogue: httpx.Client
    ) -> None:
        for number in range(5):
            _push(client, f"lamp-{number}")
        found: list[str] = []
        cursor = None
        while True:
            page = products.get_products(limit=2, pagination_type="search_after", search_after=cursor)
            found += [item.identifier for item in page.embedded.items]
            if page.links.next is None:
                break
            cursor = parse_qs(urlsplit(page.links.next.href).query)["search_after"][0]
        assert found == [f"lamp-{number}" for number in range(5)]

    def test_reads_the_members_of_a_listed_product(
        self, client: akeneo.ApiClient, products: akeneo.ProductIdentifierApi, catalogue: httpx.Client
    ) -> None:
        _push(client, "lamp-1")
        page = products.get_products(limit=10)
        (item,) = page.embedded.items
        assert page.current_page == 1
        assert (item.family, item.enabled, item.categories) == ("lamps", True, [])
        assert {value.locale: value.data for value in item.values["name"]}["en_US"] == "Lamp"
        assert set(item.associations) == {"PACK", "SUBSTITUTION", "UPSELL", "X_SELL"}
        assert item.links.var_self.href.endswith("/products/lamp-1")

    def test_is_told_what_is_missing(self, products: akeneo.ProductIdentifierApi) -> None:
        with pytest.raises(akeneo.exceptions.NotFoundException) as refused:
            products.get_products_code("nobody")
        assert json.loads(refused.value.body)["code"] == 404

    def test_writes_family_variants(self, client: akeneo.ApiClient, coloured: httpx.Client) -> None:
        variants = akeneo.FamilyVariantApi(client)
        variant = FamilyVariant.parse_obj(by_colour())
        variants.patch_families_family_code_variants_code("lamps", variant.code, variant, _headers=JSON)
        line = PatchFamiliesFamilyCodeVariantsRequest.parse_obj(by_colour("second"))
        variants.patch_families_family_code_variants("lamps", line, _headers={"Content-Type": COLLECTION})
        found = variants.get_families_family_code_variants("lamps").embedded.items
        assert [one.code for one in found] == ["lamps_by_colour", "second"]
        one = variants.get_families_family_code_variants_code("lamps", "second")
        assert [(level.level, level.axes) for level in one.variant_attribute_sets] == [(1, ["colour"])]


# Resource → its API, and its methods for a list, one, creating, changing one and many.
METHODS: dict[str, tuple[type[Any], tuple[str, str, str, str, str]]] = {
    "attributes": (
        akeneo.AttributeApi,
        ("get_attributes", "get_attributes_code", "post_attributes", "patch_attributes_code", "patch_attributes"),
    ),
    "attribute_groups": (
        akeneo.AttributeGroupApi,
        (
            *("attribute_groups_get_list", "attribute_groups_get", "attribute_groups_post", "attribute_groups_patch"),
            "several_attribute_groups_patch",
        ),
    ),
    "families": (
        akeneo.FamilyApi,
        ("get_families", "get_families_code", "post_families", "patch_families_code", "patch_families"),
    ),
    "association_types": (
        akeneo.AssociationTypeApi,
        (
            *("association_types_get_list", "association_types_get", "association_types_post"),
            *("association_types_patch", "several_association_types_patch"),
        ),
    ),
    "categories": (
        akeneo.CategoryApi,
        ("get_categories", "get_categories_code", "post_categories", "patch_categories_code", "patch_categories"),
    ),
    "channels": (
        akeneo.ChannelApi,
        ("get_channels", "get_channels_code", "channels_post", "channels_patch", "several_channels_patch"),
    ),
}


# Without these its models refuse a body, or send the word "null" of its own documentation as a code.
NEEDED: dict[str, dict[str, Any]] = {
    "families": {"attribute_as_label": "sku", "attribute_as_image": None},
    "categories": {"parent": "master"},
}

# Its models take the labels of these, and fail to send them.
WITHOUT_LABELS = ("association_types",)


class TestStructure:
    @pytest.mark.parametrize("resource", METHODS)
    def test_creates_changes_and_lists_each_resource(
        self, client: akeneo.ApiClient, catalogue: httpx.Client, resource: str
    ) -> None:
        first, change, second = STRUCTURE[resource]
        first, second = first | NEEDED.get(resource, {}), second | NEEDED.get(resource, {})
        change = {} if resource in WITHOUT_LABELS else change
        kind, names = METHODS[resource]
        api = kind(client)
        listing, reading, creating, changing, pushing = (getattr(api, name) for name in names)
        creating(body=first, _headers=JSON)
        changing(first["code"], body=first | change, _headers=JSON)
        printed = json.loads(reading(first["code"], _preload_content=False).data)
        assert_changed(printed, change)
        answer = pushing(body=second, _headers={"Content-Type": COLLECTION}, _preload_content=False)
        assert json.loads(answer.data)["status_code"] == 201, answer.data
        items = json.loads(listing(limit=100, _preload_content=False).data)["_embedded"]["items"]
        assert {first["code"], second["code"]} <= {item["code"] for item in items}

    def test_writes_product_models(self, client: akeneo.ApiClient, varied: httpx.Client) -> None:
        models = akeneo.ProductModelApi(client)
        for code in ("orbit", "beam"):
            path = {"code": code}
            _, status, _ = client.call_api("/api/rest/v1/product-models/{code}", "PATCH", path, [], dict(JSON),
                                           body=model(code), response_types_map={})  # fmt: skip
            assert status == 201
        found = json.loads(models.get_product_models(limit=10, _preload_content=False).data)
        assert [one["code"] for one in found["_embedded"]["items"]] == ["beam", "orbit"]
        one = json.loads(models.get_product_models_code("orbit", _preload_content=False).data)
        assert (one["family_variant"], name_of(one)) == ("lamps_by_colour", "Lamp")
        models.delete_product_models_code("beam")
        assert varied.get("/product-models/beam").status_code == 404


class TestMediaFiles:
    """Its own upload writes the form as JSON; the call below it can send forms. Slashes of codes come as %2F."""

    def test_uploads_lists_reads_and_downloads(self, client: akeneo.ApiClient, pictured: httpx.Client) -> None:
        form = [("product", PHOTO_OF_LAMP), ("file", ("lamp.png", PNG, "image/png"))]
        headers = {"Content-Type": "multipart/form-data"}
        _, status, answered = client.call_api(
            "/api/rest/v1/media-files", "POST", {}, [], headers, post_params=form, response_types_map={}
        )
        assert status == 201
        code = answered["Location"].split("/media-files/")[1]
        assert pictured.get("/products/lamp-1").json()["values"]["photo"][0]["data"] == code
        media = akeneo.ProductMediaFileApi(client)
        listed = json.loads(media.get_media_files(limit=10, _preload_content=False).data)
        assert [one["code"] for one in listed["_embedded"]["items"]] == [code]
        file = json.loads(media.get_media_files_code(code, _preload_content=False).data)
        assert (file["original_filename"], file["mime_type"], file["size"]) == ("lamp.png", "image/png", len(PNG))
        assert media.get_media_files_code_download(code, _preload_content=False).data == PNG
