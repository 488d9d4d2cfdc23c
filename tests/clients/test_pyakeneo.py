"""pyakeneo 1.1: requests, identifier flavour; one resource pool per kind.

What it needs of a server: bulk bodies end with a line feed and bulk answers must not; `Content-Type:
application/json` comes on every GET; a list is searched after a cursor unless told otherwise; 413 makes it
split the batch.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import requests
from pyakeneo.auth import Auth
from pyakeneo.client import Client

from tests.clients.conftest import STRUCTURE, assert_changed, by_colour, lamp, model, name_of, variant
from tests.conftest import Live
from tests.factories.media import PNG

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])


@pytest.fixture
def session(live: Live) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.auth = Auth(live.url, live.client_id, live.secret, live.username, live.password)
        yield session
        session.auth.session.close()


@pytest.fixture
def client(live: Live, session: requests.Session) -> Client:
    return Client(live.url, session=session)


class TestPyakeneo:
    def test_authenticates_with_the_first_call(self, client: Client) -> None:
        channel = client.channels.fetch_item("ecommerce")
        assert channel["code"] == "ecommerce"

    def test_refreshes_a_token_that_is_about_to_expire(self, client: Client, session: requests.Session) -> None:
        client.channels.fetch_item("ecommerce")
        session.auth._expiry_date = 1.0
        assert client.channels.fetch_item("ecommerce")["code"] == "ecommerce"

    def test_is_told_that_its_credentials_are_wrong(self, live: Live) -> None:
        auth = Auth(live.url, live.client_id, live.secret, live.username, "wrong")
        with requests.Session() as session:
            session.auth = auth
            with pytest.raises(requests.HTTPError, match="422"):
                Client(live.url, session=session).channels.fetch_item("ecommerce")
        auth.session.close()

    def test_creates_reads_changes_and_deletes_a_product(self, client: Client, catalogue: httpx.Client) -> None:
        client.products.create_item(lamp("lamp-1"))
        location = client.products.update_create_item(lamp("lamp-1", "Brighter"))
        assert location is not None
        assert location.endswith("/api/rest/v1/products/lamp-1")
        product = client.products.fetch_item("lamp-1", {"with_completenesses": True})
        assert product["family"] == "lamps"
        assert name_of(product) == "Brighter"
        assert name_of(product, "de_DE") == "Brighter für draußen"
        assert product["values"]["weight"][0]["data"]["amount"] == "1.2500"
        assert product["completenesses"]
        client.products.delete_item("lamp-1")
        with pytest.raises(requests.HTTPError, match="404"):
            client.products.fetch_item("lamp-1")

    def test_pushes_a_batch_and_reads_a_result_for_every_line(self, client: Client, catalogue: httpx.Client) -> None:
        bad = lamp("lamp-2", family="does_not_exist")
        results = client.products.update_create_list([lamp("lamp-1"), bad, lamp("lamp-3")])
        assert [result["status_code"] for result in results] == [201, 422, 201]
        assert [result["line"] for result in results] == [1, 2, 3]

    def test_splits_a_batch_that_is_too_long(self, client: Client, catalogue: httpx.Client) -> None:
        results = client.products.update_create_list([lamp(f"lamp-{number}") for number in range(120)])
        assert [result["status_code"] for result in results] == [201] * 120

    def test_lists_products_page_after_page(self, client: Client, catalogue: httpx.Client) -> None:
        client.products.update_create_list([lamp(f"lamp-{number}") for number in range(6)])
        found = [product["identifier"] for product in client.products.fetch_list({"limit": 3})]
        assert found == [f"lamp-{number}" for number in range(6)]

    def test_lists_products_by_page_number_with_their_count(self, client: Client, catalogue: httpx.Client) -> None:
        client.products.update_create_list([lamp(f"lamp-{number}") for number in range(5)])
        result = client.products.fetch_list({"limit": 2, "pagination_type": "page", "with_count": True})
        assert result.get_count() == 5
        assert len(list(result)) == 5

    def test_writes_structure(self, client: Client) -> None:
        client.attributes.create_item({"code": "colour", "type": "pim_catalog_simpleselect", "group": "other"})
        client.attributes.options("colour").create_item({"code": "red", "labels": {"en_US": "Red"}})
        client.categories.update_create_list([{"code": "garden", "parent": "master"}])
        assert [option["code"] for option in client.attributes.options("colour").fetch_list()] == ["red"]
        assert client.categories.fetch_item("garden")["parent"] == "master"

    def test_writes_family_variants(self, client: Client, coloured: httpx.Client) -> None:
        variants = client.families.variants("lamps")
        variants.create_item(by_colour())
        (listed,) = variants.fetch_list()
        assert listed["code"] == "lamps_by_colour"
        assert variants.fetch_item("lamps_by_colour")["variant_attribute_sets"] == [
            {"level": 1, "axes": ["colour"], "attributes": ["price", "colour", "sku"]}
        ]


class TestStructure:
    @pytest.mark.parametrize("resource", [one for one in STRUCTURE if one not in ("attribute_options", "channels")])
    def test_creates_changes_and_lists_each_resource(
        self, client: Client, catalogue: httpx.Client, resource: str
    ) -> None:
        first, change, second = STRUCTURE[resource]
        pool = getattr(client, resource)
        pool.create_item(first)
        assert pool.update_create_item({"code": first["code"], **change}).endswith(first["code"])
        assert_changed(pool.fetch_item(first["code"]), change)
        results = pool.update_create_list([{"code": first["code"]}, second])
        assert [result["status_code"] for result in results] == [204, 201]
        assert {first["code"], second["code"]} <= {one["code"] for one in pool.fetch_list({"limit": 2})}

    def test_creates_changes_and_lists_options(self, client: Client, coloured: httpx.Client) -> None:
        first, change, second = STRUCTURE["attribute_options"]
        pool = client.attributes.options("colour")
        pool.create_item(first)
        pool.update_create_item({"code": first["code"], **change})
        pool.update_create_item(second)
        assert_changed(pool.fetch_item(first["code"]), change)
        assert [one["code"] for one in pool.fetch_list({"limit": 1})] == ["blue", "red"]

    def test_writes_and_lists_channels(self, client: Client, catalogue: httpx.Client) -> None:
        first, change, second = STRUCTURE["channels"]
        assert [one["status_code"] for one in client.channels.update_create_list([first, second])] == [201, 201]
        client.channels.update_create_item({"code": first["code"], **change})
        assert_changed(client.channels.fetch_item(first["code"]), change)
        assert [one["code"] for one in client.channels.fetch_list()] == ["app", "ecommerce", "paper"]

    def test_lists_what_can_only_be_read(self, client: Client) -> None:
        assert client.locales.fetch_item("en_US") == {"code": "en_US", "enabled": True}
        assert len(list(client.locales.fetch_list({"limit": 100}))) > 200
        assert next(iter(client.currencies.fetch_list()))["code"] == "ADP"
        assert client.measure_families.fetch_item("weight")["standard"] == "KILOGRAM"

    def test_writes_product_models_and_their_variants(self, client: Client, varied: httpx.Client) -> None:
        client.product_models.create_item(model())
        # It has no call for several models.
        client.product_models.create_item(model("beam"))
        assert varied.patch("/product-models/orbit", json={"categories": ["master"]}).status_code == 204
        results = client.products.update_create_list([variant("orbit-red", "red"), variant("orbit-too", "RED")])
        assert [result["status_code"] for result in results] == [201, 422]
        assert [one["code"] for one in client.product_models.fetch_list()] == ["beam", "orbit"]
        assert client.product_models.fetch_item("orbit")["family_variant"] == "lamps_by_colour"
        product = client.products.fetch_item("orbit-red")
        assert (product["parent"], product["categories"], name_of(product)) == ("orbit", ["master"], "Lamp")


class TestMediaFiles:
    """The client uploads and downloads nothing itself: it sends no forms."""

    def test_lists_and_reads_what_was_uploaded(
        self, client: Client, session: requests.Session, catalogue: httpx.Client
    ) -> None:
        catalogue.patch("/attributes/photo", json={"type": "pim_catalog_image", "group": "other"})
        client.products.create_item(lamp("lamp-1"))
        target = '{"identifier":"lamp-1","attribute":"photo","scope":null,"locale":null}'
        files = {"file": ("lamp.png", PNG, "image/png")}
        answer = catalogue.post("/media-files", data={"product": target}, files=files)
        assert answer.status_code == 201
        code = answer.headers["Location"].split("/media-files/")[1]
        assert client.products.fetch_item("lamp-1")["values"]["photo"][0]["data"] == code
        assert [one["code"] for one in client.media_files.fetch_list({"pagination_type": "page"})] == [code]
        file = client.media_files.fetch_item(code)
        assert (file["original_filename"], file["size"]) == ("lamp.png", len(PNG))
        assert session.get(file["_links"]["download"]["href"]).content == PNG
