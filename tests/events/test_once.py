"""`Idempotency-Key`: a POST that is sent twice does its work once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from limen.events import jobs, operations
from limen.events import queries as events
from limen.events.models import KeptAnswer
from limen.kit import clock
from limen.kit.http import endpoint
from limen.products.queries import product
from tests.conftest import Api, _install
from tests.factories.media import PNG
from tests.factories.products import make_product, value
from tests.factories.structure import make_attribute


@pytest.fixture(autouse=True)
def _callers(settings: Any) -> Iterator[None]:
    settings.LIMEN_API_AUTHENTICATOR = "tests.products.callers.authenticate"
    endpoint._authenticator.cache_clear()
    yield
    endpoint._authenticator.cache_clear()


@pytest.fixture
def pim(installed: None) -> Api:
    return Api("everything")


def post(pim: Api, path: str, body: Any, key: str = "order-1") -> Any:
    return pim.post(path, body, **{"Idempotency-Key": key})


class TestReplay:
    def test_the_first_answer_comes_again_and_nothing_is_done(self, pim: Api) -> None:
        first, again = (post(pim, "/products-uuid", {"values": {"sku": value("chair")}}) for _ in range(2))
        assert (first.status_code, again.status_code, again.content) == (201, 201, b"")
        assert again["Location"] == first["Location"]
        assert "Content-Type" not in again.headers
        assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
        uuid = first["Location"].rpartition("/")[2]
        assert len(events.history(f"product:{uuid}")) == 1

    def test_a_product_that_the_server_names_is_made_once(self, pim: Api) -> None:
        before = pim.get("/products-uuid", with_count="true").json()["items_count"]
        assert len({post(pim, "/products-uuid", {})["Location"] for _ in range(3)}) == 1
        assert pim.get("/products-uuid", with_count="true").json()["items_count"] == before + 1
        assert post(pim, "/products-uuid", {}, "another")["Location"] != post(pim, "/products-uuid", {})["Location"]

    def test_without_a_key_it_is_as_before(self, pim: Api) -> None:
        assert pim.post("/products", {"identifier": "chair"}).status_code == 201
        assert pim.post("/products", {"identifier": "chair"}).status_code == 422
        assert not KeptAnswer.objects.exists()

    @pytest.mark.parametrize("change", ["body", "query"])
    def test_another_request_under_the_same_key_is_refused(self, pim: Api, change: str) -> None:
        assert post(pim, "/products", {"identifier": "chair"}).status_code == 201
        body = {"identifier": "stool" if change == "body" else "chair"}
        answer = post(pim, "/products" if change == "body" else "/products?limen=1", body)
        assert (answer.status_code, list(answer.json())) == (422, ["code", "message"])
        assert product(flavour="identifier", key="stool") is None

    def test_a_key_counts_for_its_caller_and_route_alone(self, pim: Api) -> None:
        assert post(pim, "/products", {"identifier": "chair"}).status_code == 201
        assert post(Api("source"), "/products", {"identifier": "chair"}).status_code == 422
        assert post(pim, "/products-uuid", {"values": {"sku": value("stool")}}).status_code == 201

    def test_a_refusal_is_not_kept_so_the_same_can_succeed_later(self, pim: Api) -> None:
        body = {"identifier": "chair", "values": {"tagline": value("x")}}
        assert post(pim, "/products", body).status_code == 422
        make_attribute("tagline")
        assert post(pim, "/products", body).status_code == 201
        assert post(pim, "/products", body)["Idempotency-Replayed"] == "true"

    def test_a_dry_run_keeps_nothing(self, pim: Api) -> None:
        assert post(pim, "/products?dry_run=1", {"identifier": "chair"}).status_code == 201
        assert not KeptAnswer.objects.exists()

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
    def test_what_is_no_key(self, pim: Api, key: str) -> None:
        assert post(pim, "/products", {"identifier": "chair"}, key).status_code == 422
        assert product(flavour="identifier", key="chair") is None

    def test_after_a_day_the_key_is_free_again_and_is_removed(self, pim: Api) -> None:
        post(pim, "/products-uuid", {})
        KeptAnswer.objects.update(at=clock.now() - timedelta(hours=25))
        assert post(pim, "/products-uuid", {"enabled": False}).get("Idempotency-Replayed") is None
        assert KeptAnswer.objects.count() == 1
        post(pim, "/products-uuid", {}, "young")
        assert operations.forget_answers(now=clock.now() + timedelta(hours=23)) == 0
        assert operations.forget_answers(now=clock.now() + timedelta(hours=25)) == 2
        jobs.forget_answers(0)

    def test_it_costs_four_statements(self, pim: Api, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(100) as plain:
            pim.post("/products-uuid", {})
        with django_assert_max_num_queries(100) as kept:
            post(pim, "/products-uuid", {})
        # The lock, the look, the row; and a savepoint more, which is two.
        assert len(kept) - len(plain) == 5


class TestAtOnce:
    @pytest.fixture(autouse=True)
    def database(self, transactional_db: None) -> None:
        _install()

    def test_a_second_request_waits_for_the_first_and_gets_its_answer(self) -> None:
        answers: list[Any] = []
        uuid = str(uuid4())

        def send() -> None:
            try:
                client = Client(headers={"authorization": "Bearer everything", "idempotency-key": "order-1"})
                body = {"uuid": uuid}
                answers.append(client.post("/api/rest/v1/products-uuid", body, content_type="application/json"))
            finally:
                connection.close()

        threads = [threading.Thread(target=send) for _ in range(4)]
        with transaction.atomic(), connection.cursor() as cursor:
            # Holds up whoever is first, so that the others come while it works.
            cursor.execute("LOCK TABLE product IN EXCLUSIVE MODE")
            for thread in threads:
                thread.start()
            threads[0].join(0.5)
            assert answers == []
        for thread in threads:
            thread.join(20)
        assert [answer.status_code for answer in answers] == [201] * 4
        assert sorted(answer.get("Idempotency-Replayed", "") for answer in answers) == ["", "true", "true", "true"]
        assert len(events.history(f"product:{uuid}")) == 1

    def test_of_two_uploads_at_once_one_file_is_left(self, settings: Any, tmp_path: Path) -> None:
        default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        make_attribute("picture", "pim_catalog_image")
        make_product("chair")
        part = '{"identifier":"chair","attribute":"picture","locale":null,"scope":null}'
        answers: list[Any] = []

        def send() -> None:
            try:
                client = Client(headers={"authorization": "Bearer everything", "idempotency-key": "upload-1"})
                form = {"product": part, "file": SimpleUploadedFile("a.png", PNG)}
                answers.append(client.post("/api/rest/v1/media-files", form))
            finally:
                connection.close()

        threads = [threading.Thread(target=send) for _ in range(3)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE product IN EXCLUSIVE MODE")
            for thread in threads:
                thread.start()
            threads[0].join(0.5)
        for thread in threads:
            thread.join(20)
        assert [answer.status_code for answer in answers] == [201] * 3
        assert sorted(answer.get("Idempotency-Replayed", "") for answer in answers) == ["", "true", "true"]
        (location,) = {answer["Location"] for answer in answers}
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == [
            tmp_path / location.split("media-files/")[1]
        ]

    def test_one_that_breaks_leaves_neither_product_nor_answer(self, monkeypatch: Any) -> None:
        def killed(*_: Any, **__: Any) -> None:
            raise OSError("gone")

        monkeypatch.setattr(operations, "keep_answer", killed)
        api = Api("everything")
        assert post(api, "/products", {"identifier": "chair"}).status_code == 500
        assert product(flavour="identifier", key="chair") is None
        monkeypatch.undo()
        assert post(api, "/products", {"identifier": "chair"}).status_code == 201
