"""Creating products over the API: acceptance cases 1–32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid1, uuid4

import pytest

from tests.conftest import Api
from tests.factories.products import make_product, value
from tests.products.answers import errors, fragment


class TestByUuid:
    def test_case_1_an_empty_body_makes_an_empty_product(self, pim: Api) -> None:
        answer = pim.post("/products-uuid", {})
        assert (answer.status_code, answer.content) == (201, b"")
        uuid = answer["Location"].rsplit("/", 1)[1]
        assert UUID(uuid).version == 4
        product = pim.get(f"/products-uuid/{uuid}").json()
        assert {name: product[name] for name in ("values", "family", "enabled", "categories", "groups")} == {
            "values": {},
            "family": None,
            "enabled": True,
            "categories": [],
            "groups": [],
        }

    @pytest.mark.parametrize("write", [str.lower, str.upper])
    def test_cases_2_and_3_a_given_uuid_is_kept_in_lower_case(self, pim: Api, write: Callable[[str], str]) -> None:
        uuid = str(uuid4())
        answer = pim.post("/products-uuid", {"uuid": write(uuid), "values": {"sku": value("kit-1")}})
        assert answer.status_code == 201
        assert answer["Location"].endswith(f"/api/rest/v1/products-uuid/{uuid}")
        assert pim.get(f"/products-uuid/{uuid}").json()["uuid"] == uuid

    def test_case_4_a_uuid_that_is_taken(self, pim: Api) -> None:
        answer = pim.post("/products-uuid", {"uuid": make_product("desk-one")})
        assert errors(answer) == [{"property": "uuid"}]

    def test_case_5_what_is_no_uuid(self, pim: Api) -> None:
        answer = pim.post("/products-uuid", {"uuid": "not-a-uuid"})
        assert (answer.status_code, fragment(answer)) == (422, "api.html#post_products_uuid")

    def test_case_6_a_uuid_of_another_version(self, pim: Api) -> None:
        assert errors(pim.post("/products-uuid", {"uuid": str(uuid1())})) == [{"property": "uuid"}]

    def test_cases_7_and_8_the_identifier_property_is_for_the_other_endpoints(self, pim: Api) -> None:
        answer = pim.post("/products-uuid", {"identifier": "x"})
        assert (answer.status_code, fragment(answer)) == (422, "api.html#post_products_uuid")
        assert "identifier" in answer.json()["message"]
        assert pim.post("/products-uuid", {"identifier": None}).status_code == 201

    @pytest.mark.parametrize("identifier", ["desk-one", "DESK-ONE"])
    def test_cases_9_and_10_an_identifier_that_is_taken(self, pim: Api, identifier: str) -> None:
        make_product("desk-one")
        body = {"values": {"sku": value(identifier)}}
        assert errors(pim.post("/products-uuid", body)) == [{"property": "identifier"}]
        (entry,) = pim.post("/products-uuid", body, **{"Limen-Compat": "strict"}).json()["errors"]
        assert list(entry) == ["property", "message"]


class TestByIdentifier:
    def test_case_11_the_identifier_stands_among_the_values(self, pim: Api) -> None:
        answer = pim.post("/products", {"identifier": "stool"})
        assert answer.status_code == 201
        assert answer["Location"].endswith("/api/rest/v1/products/stool")
        assert pim.get("/products/stool").json()["values"]["sku"][0]["data"] == "stool"

    def test_case_12_the_property_wins_over_the_value(self, pim: Api) -> None:
        pim.post("/products", {"identifier": "stool", "values": {"sku": value("other")}})
        product = pim.get("/products/stool").json()
        assert (product["identifier"], product["values"]["sku"][0]["data"]) == ("stool", "stool")

    @pytest.mark.parametrize("body", [{"values": {"sku": value("stool")}}, {"identifier": ""}, {"identifier": None}])
    def test_cases_13_and_14_without_identifier(self, pim: Api, body: dict[str, Any]) -> None:
        answer = pim.post("/products", body)
        assert (answer.status_code, fragment(answer)) == (422, "api.html#post_products_uuid")

    @pytest.mark.parametrize("identifier", ["a,b", "a;b", " lead", "trail ", "a\nb", "x" * 256, "nul\0", " "])
    def test_cases_15_to_17_identifiers_that_break_the_rules(self, pim: Api, identifier: str) -> None:
        answer = pim.post("/products", {"identifier": identifier})
        if identifier.strip():
            assert {one["property"] for one in errors(answer)} == {"identifier"}
        assert answer.status_code == 422

    def test_an_identifier_of_255_characters_is_fine(self, pim: Api) -> None:
        assert pim.post("/products", {"identifier": "é" * 255}).status_code == 201

    def test_case_18_an_unknown_property(self, pim: Api) -> None:
        answer = pim.post("/products", {"identifier": "s", "extra": 1})
        assert (answer.status_code, fragment(answer)) == (422, "api.html#post_products")
        assert "extra" in answer.json()["message"]

    def test_case_19_read_only_members_are_ignored(self, pim: Api) -> None:
        body = {"identifier": "s", "created": "2001-01-01T00:00:00+00:00", "metadata": {"workflow_status": "x"}}
        assert pim.post("/products", body).status_code == 201
        assert not pim.get("/products/s").json()["created"].startswith("2001")

    @pytest.mark.parametrize("body", [b'{"identifier":', b"", b"[1]", b"null", b'"x"', b"1"])
    def test_cases_20_and_21_what_is_no_json_object(self, pim: Api, body: bytes) -> None:
        # Django's client leaves the type of an empty body out.
        answer = pim.post("/products", body, **{"content-type": "application/json"})
        assert answer.status_code == 400
        assert list(answer.json()) == ["code", "message"]

    def test_case_22_another_content_type(self, pim: Api) -> None:
        assert pim.post("/products", {"identifier": "s"}, content_type="text/plain").status_code == 415

    def test_case_23_permission_is_checked_before_the_body(self, api_of: Callable[..., Api]) -> None:
        reader = api_of("pim_api_product_list")
        assert reader.post("/products-uuid", b"{bad").status_code == 403

    def test_case_24_variant_groups_are_explained(self, pim: Api) -> None:
        answer = pim.post("/products", {"identifier": "s", "variant_group": "v"})
        assert (answer.status_code, fragment(answer)) == (422, "products-with-variants.html")

    def test_an_existing_identifier(self, pim: Api) -> None:
        make_product("stool")
        assert errors(pim.post("/products", {"identifier": "STOOL"})) == [{"property": "identifier"}]


# Property, what is sent, a word the message must have.
MISSHAPED = [
    ("case 25", {"family": "nope"}, "nope"),
    ("case 26", {"family": ["luminaires"]}, "scalar"),
    ("a number as family", {"family": 12}, "string"),
    ("case 27", {"categories": ["floor_lamps", "nope"]}, "nope"),
    ("case 28", {"categories": "lamps"}, "array"),
    ("no category", {"categories": None}, "array"),
    ("a number as category", {"categories": [12]}, "string"),
    ("groups", {"groups": ["nope"]}, "nope"),
    ("case 31", {"enabled": "false"}, "boolean"),
    ("case 32", {"enabled": None}, "boolean"),
    ("a number that is no boolean", {"enabled": 2}, "boolean"),
    ("a parent", {"parent": "orbit"}, "orbit"),
    ("both ways of categories", {"categories": [], "add_categories": ["lamps"]}, "combined"),
    ("both ways, the second empty", {"remove_categories": [], "categories": ["lamps"]}, "combined"),
]


class TestProperties:
    @pytest.mark.parametrize(("name", "body", "word"), MISSHAPED, ids=[case[0] for case in MISSHAPED])
    def test_misshaped_properties(self, pim: Api, name: str, body: dict[str, Any], word: str) -> None:
        answer = pim.post("/products", {"identifier": "s", **body})
        assert (answer.status_code, fragment(answer)) == (422, "api.html#post_products")
        assert word in answer.json()["message"]
        assert pim.get("/products/s").status_code == 404

    def test_case_32_of_an_existing_product(self, pim: Api) -> None:
        make_product("s")
        answer = pim.patch("/products/s", {"enabled": None})
        assert fragment(answer) == "api.html#patch_products__code_"
        assert pim.get("/products/s").json()["enabled"] is True

    def test_case_29_lists_of_codes_are_sorted_and_canonical(self, pim: Api) -> None:
        body = {"identifier": "s", "groups": ["spring_push", "CLEARANCE", "clearance"], "categories": ["Lamps"]}
        assert pim.post("/products", body).status_code == 201
        product = pim.get("/products/s").json()
        assert (product["groups"], product["categories"]) == (["clearance", "spring_push"], ["lamps"])

    @pytest.mark.parametrize(("sent", "read"), [("1", True), ("0", False), (1, True), (0, False), (False, False)])
    def test_case_30_enabled_is_coerced(self, pim: Api, sent: object, read: bool) -> None:
        assert pim.post("/products", {"identifier": "s", "enabled": sent}).status_code == 201
        assert pim.get("/products/s").json()["enabled"] is read

    def test_the_family_is_found_whatever_the_case(self, pim: Api) -> None:
        assert pim.post("/products", {"identifier": "s", "family": "LUMINAIRES"}).status_code == 201
        assert pim.get("/products/s").json()["family"] == "luminaires"
