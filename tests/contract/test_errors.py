"""What is recorded of the errors of sources (monitoring B1–B25, api-products 140, 271–274, connections 125)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from limen.connections import operations, queries, rules
from limen.connections.models import ApiError, Connection
from limen.connections.rules import errors as error_rules
from limen.events.models import Tally
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.http.watching import Mistake
from tests.conftest import Api
from tests.factories.connections import make_connection, token_for
from tests.factories.products import make_product, value
from tests.factories.structure import make_attribute, make_family

pytestmark = pytest.mark.usefixtures("installed")


def source(code: str = "erp", **properties: Any) -> Api:
    properties = {"flow_type": rules.DATA_SOURCE, "auditable": True, "role": "administrator", **properties}
    return Api(token_for(make_connection(code=code, **properties)))


def documents(code: str = "erp") -> list[dict[str, Any]]:
    rows = ApiError.objects.filter(connection__code=code).order_by("id")
    return [orjson.loads(row.content) for row in rows]


def counted(code: str = "erp") -> dict[str, int]:
    id = Connection.objects.get(code=code).id
    return {one.kind.removeprefix("api_error."): one.count for one in Tally.objects.filter(connection_id=id)}


class TestBusiness:
    @pytest.mark.parametrize("path", ["/products", "/products-uuid"])
    def test_b1_and_b2_an_unknown_family(self, path: str) -> None:
        uuid = make_product("desk-one")
        key = "desk-one" if path == "/products" else uuid
        assert source().patch(f"{path}/{key}", {"family": "nope"}).status_code == 422
        (one,) = documents()
        assert one["type"] == "domain_error"
        assert "{family_code}" in one["message_template"] and '"nope"' in one["message"]
        assert one["message_parameters"] == {"family_code": "nope"}
        assert one["product"] == {"uuid": uuid, "identifier": "desk-one", "label": "desk-one", "family": None}
        assert counted() == {"business": 1}

    def test_b3_an_unknown_attribute(self) -> None:
        source().post("/products", {"identifier": "chair", "values": {"ghost": value("x")}})
        (one,) = documents()
        assert (one["type"], one["message_parameters"]) == ("domain_error", {"attribute_code": "ghost"})
        assert one["product"]["identifier"] == "chair"

    @pytest.mark.parametrize(
        "body",
        [
            {"categories": ["nope"]},
            {"associations": {"UPSELL": {"products": ["nope"]}}},
            {"values": {"tagline": value("x", "en_US")}},
            {"values": {"tagline": value(["x"])}},
            {"values": {"launch_on": value("tomorrow")}},
        ],
    )
    def test_what_is_an_error_of_the_data(self, body: dict[str, Any]) -> None:
        make_attribute("tagline")
        make_attribute("launch_on", "pim_catalog_date")
        assert source().post("/products", {"identifier": "chair", **body}).status_code == 422
        assert [one["type"] for one in documents()] == ["domain_error"]
        assert counted() == {"business": 1}

    def test_b4_and_case_273_each_broken_rule_is_one(self) -> None:
        make_attribute("title")
        make_attribute("part_no")
        make_family("luminaires", attribute_as_label="title", attributes=["sku", "title"])
        uuid = make_product("desk-one", "luminaires", {"title": "Desk one"})
        body = {"values": {"title": value("x" * 256), "part_no": value("x" * 256)}}
        assert source().patch("/products/desk-one", body).status_code == 422
        first, second = documents()
        assert [first["attribute"], second["attribute"]] == ["title", "part_no"]
        assert (first["type"], first["property"], first["locale"], first["scope"]) == (
            "violation_error",
            "values",
            None,
            None,
        )
        assert "%attribute%" in first["message_template"] and first["message_parameters"] == {"%attribute%": "title"}
        about = {"uuid": uuid, "identifier": "desk-one", "label": "Desk one", "family": "luminaires"}
        assert first["product"] == second["product"] == about
        assert counted() == {"business": 2}

    def test_b5_an_unknown_option_leads_to_its_attribute(self) -> None:
        make_attribute("color", "pim_catalog_simpleselect")
        source().post("/products", {"identifier": "chair", "values": {"color": value("mauve")}})
        (one,) = documents()
        assert (one["property"], one["attribute"]) == ("values", "color")
        assert error_rules.cure_of(one)[0] == error_rules.Cure("structure:attribute", "color")

    @pytest.mark.parametrize("path", ["/products/nope", "/products-uuid/6c1b9a4e-52c6-4b6e-9d7f-0f6a4f1b7c33"])
    def test_b6_and_case_140_deleting_what_is_not_there(self, path: str) -> None:
        assert source().delete(path).status_code == 404
        (one,) = documents()
        assert one["type"] == "domain_error" and "product" not in one
        assert counted() == {"business": 1}

    def test_b7_a_line_of_a_bulk_is_as_a_call(self) -> None:
        lines = [{"identifier": "chair", "family": "nope"}, {"identifier": "stool"}]
        answer = source().bulk("/products", lines)
        assert [line["status_code"] for line in answer.lines] == [422, 201]
        assert [one["product"]["identifier"] for one in documents()] == ["chair"]
        assert counted() == {"business": 1, "product.created": 1}

    def test_a_file_that_its_attribute_does_not_take(self) -> None:
        make_attribute("hero", "pim_catalog_image", allowed_extensions=["png"])
        make_product("chair")
        target = orjson.dumps({"identifier": "chair", "attribute": "hero", "scope": None, "locale": None}).decode()
        file = SimpleUploadedFile("notes.txt", b"some text")
        answer = source().client.post("/api/rest/v1/media-files", {"product": target, "file": file})
        assert answer.status_code == 422
        (one,) = documents()
        assert (one["attribute"], one["product"]["identifier"]) == ("hero", "chair")


class TestOthers:
    @pytest.mark.parametrize(
        "body",
        [
            {"colour": "red"},
            {"enabled": "perhaps"},
            {"values": {"sku": [], "tagline": value("a") + value("b")}},
            {"groups": ["nope"]},
        ],
    )
    def test_b8_and_case_274_errors_of_a_program_are_a_number(self, body: dict[str, Any]) -> None:
        make_attribute("tagline")
        assert source().post("/products", {"identifier": "chair", **body}).status_code == 422
        assert documents() == []
        assert counted() == {"technical": 1}

    def test_b9_b10_what_is_nobodys_error(self) -> None:
        api = source()
        assert api.post("/products", b"{").status_code == 400
        assert api.get("/products/nope").status_code == 404
        assert api.post("/products", {"identifier": "a", "values": {"sku": "x"}}).status_code == 422
        assert api.patch("/products/a", {"identifier": "b"}).status_code == 422
        assert api.post("/products", {}, content_type="text/plain").status_code == 415
        assert api.patch("/products/a?dry_run=1", {"family": "nope"}).status_code == 422
        assert (documents(), counted()) == ([], {})

    def test_b11_a_destination_is_not_watched(self) -> None:
        api = source(flow_type=rules.DATA_DESTINATION)
        assert api.patch("/products/a", {"family": "nope"}).status_code == 422
        assert documents() == []

    def test_b12_and_connections_case_125_nor_is_what_is_not_tracked(self) -> None:
        assert source(auditable=False).patch("/products/a", {"family": "nope"}).status_code == 422
        assert (documents(), counted()) == ([], {})

    def test_b13_nor_is_a_foreign_user(self) -> None:
        erp = make_connection(code="erp", flow_type=rules.DATA_SOURCE, auditable=True, role="administrator")
        other = make_connection(code="other", flow_type=rules.DATA_SOURCE, auditable=True, role="administrator")
        assert Api(token_for(erp, user_of=other)).patch("/products/a", {"family": "nope"}).status_code == 422
        assert documents("erp") == documents("other") == []

    def test_b14_nor_are_product_models(self) -> None:
        api, body = source(), {"code": "orbit", "family_variant": "nope"}
        assert api.post("/product-models", body).status_code == 422
        assert [line["status_code"] for line in api.bulk("/product-models", [body]).lines] == [422]
        assert (documents(), counted()) == ([], {})

    def test_b15_when_they_cannot_be_kept_the_answer_is_the_same(self, monkeypatch: Any, caplog: Any) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise OSError("the store is down")

        monkeypatch.setattr(operations, "record_errors", broken)
        assert source().patch("/products/a", {"family": "nope"}).status_code == 422
        assert "could not be recorded" in caplog.text

    def test_an_error_of_ours_counts_as_technical(self, monkeypatch: Any) -> None:
        from limen.products import operations as products

        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("a fault")

        monkeypatch.setattr(products, "upsert_products", broken)
        assert source().patch("/products/a", {}).status_code == 500
        assert counted() == {"technical": 1}

    def test_case_271_what_is_done_is_counted_as_before(self) -> None:
        make_attribute("tagline")
        api = source()
        for body in ({"values": {}}, {"values": {"tagline": value("x")}}, {"values": {"tagline": value("x")}}):
            assert api.patch("/products/chair", body).status_code in (201, 204)
        assert counted() == {"product.created": 1, "product.updated": 1}


def record(connection_id: int, number: int, now: Any) -> None:
    mistakes = [Mistake("business", NotFound(f"No. {one}")) for one in range(number)]
    operations.record_errors(connection_id=connection_id, mistakes=mistakes, now=now)


class TestPurge:
    def test_b16_b17_b18_the_newest_hundred_of_a_week_are_shown_and_kept(self) -> None:
        source()
        id, now = Connection.objects.get(code="erp").id, clock.now()
        record(id, 1, now - timedelta(days=9))
        record(id, 1, now - timedelta(days=7, hours=12))
        for _ in range(3):
            record(id, 40, now)
        shown = queries.api_errors(id, now=now)
        assert len(shown) == 100
        assert shown[0].content["message"] == "No. 39"
        assert operations.purge_errors(now=now) == 22
        assert ApiError.objects.count() == 100
        assert operations.purge_errors(now=now) == 0

    def test_errors_of_before_the_week_are_not_shown(self) -> None:
        source()
        id, now = Connection.objects.get(code="erp").id, clock.now()
        record(id, 1, now - timedelta(days=8))
        assert queries.api_errors(id, now=now) == []

    def test_b19_those_of_a_connection_that_is_not_tracked_any_more_go(self) -> None:
        source(), source("other")
        for code in ("erp", "other"):
            record(Connection.objects.get(code=code).id, 2, clock.now())
        Connection.objects.filter(code="erp").update(auditable=False)
        assert operations.purge_errors(now=clock.now()) == 2
        assert documents("erp") == [] and len(documents("other")) == 2

    def test_b25_counts_go_after_ten_days_and_those_of_products_stay(self) -> None:
        source()
        id, now = Connection.objects.get(code="erp").id, clock.now()
        record(id, 3, now - timedelta(days=11))
        record(id, 2, now)
        from limen.events import operations as events

        events.tally({"product.created": 1}, id, now=now - timedelta(days=11))
        operations.purge_errors(now=now)
        assert counted() == {"business": 2, "product.created": 1}

    def test_what_one_call_keeps_is_bounded(self, django_assert_num_queries: Any) -> None:
        source()
        id = Connection.objects.get(code="erp").id
        # The connection, savepoint and release, the rows, the count.
        with django_assert_num_queries(5):
            record(id, 1000, clock.now())
        assert len(documents()) == 100
        assert counted() == {"business": 1000}
