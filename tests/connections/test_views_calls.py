"""The console of a connection: its calls, one call, and its replay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from limen.accounts.models import User
from limen.calls import operations as calls
from limen.calls.models import ApiCall
from limen.calls.recorder import recorder
from limen.calls.rules import Call
from limen.connections.models import Connection
from limen.events.models import Event
from limen.kit import clock
from limen.products import queries as products
from limen.products.queries.searching import TRUE
from tests.calls.test_recorder import CALL
from tests.conftest import Api
from tests.factories.accounts import sign_in
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")

PAGE = "/connect/connection-settings/erp/calls"


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    recorder.clear()
    yield
    recorder.clear()


@pytest.fixture
def erp(installed: None) -> Connection:
    make_connection("My ERP", code="erp", role="administrator")
    return Connection.objects.get(code="erp")


@pytest.fixture
def erp_api(erp: Connection) -> Api:
    from limen.connections import operations

    token = operations.issue_token(client_id=erp.client_id, user_id=erp.user_id, now=clock.now()).access_token
    return Api(token)


@pytest.fixture
def watcher(installed: None) -> Client:
    """A browser of somebody who may see calls, and nothing else."""
    client = Client()
    sign_in(client, "limen_connection_monitoring", username="watcher")
    return client


def wrote(connection: Connection, *facts: dict[str, Any]) -> list[int]:
    """Write calls with these facts, and give their ids, the oldest first."""
    rows: list[Call] = [replace(CALL, connection_id=connection.id, **one) for one in facts]
    calls.write_calls(rows, missed={}, now=clock.now())
    return list(ApiCall.objects.filter(connection_id=connection.id).order_by("id").values_list("id", flat=True))


def uuid_of(identifier: str) -> str:
    found = products.product(flavour="identifier", key=identifier)
    assert found is not None
    return found.uuid


def last() -> int:
    recorder.flush()
    return ApiCall.objects.latest("id").id


def listed(page: str) -> list[int]:
    return [int(id) for id in re.findall(r'id="call-(\d+)"', page)]


class TestList:
    def test_shows_calls_the_newest_first(self, watcher: Client, erp_api: Api) -> None:
        erp_api.bulk("/products", [{"identifier": "a"}, {"identifier": "b", "family": "nothing"}])
        erp_api.get("/products", search="{}")
        recorder.flush()
        page = watcher.get(PAGE).content.decode()
        ids = listed(page)
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 2
        assert "1 of 2 lines refused" in page
        assert "<small>search={}</small>" in page

    def test_asks_for_news_by_itself_until_paused(self, watcher: Client, erp: Connection) -> None:
        wrote(erp, {})
        live = watcher.get(PAGE).content.decode()
        assert re.search(r'id="calls" hx-get="[^"]*\?seen=\w+" hx-trigger="every 2s"', live)
        paused = watcher.get(f"{PAGE}?paused=1").content.decode()
        assert "hx-trigger" not in paused
        assert f'href="{PAGE}"' in paused

    def test_answers_the_list_alone_and_nothing_while_it_is_as_it_was(self, watcher: Client, erp: Connection) -> None:
        wrote(erp, {})
        found = re.search(r'hx-get="([^"]+)"', watcher.get(f"{PAGE}?errors=").content.decode())
        assert found
        again = found[1].replace("&amp;", "&")
        headers = {"HX-Request": "true"}
        assert watcher.get(again, headers=headers).status_code == 204
        (_, newest) = wrote(erp, {})
        fragment = watcher.get(again, headers=headers)
        assert fragment["Vary"].count("HX-Request") == 1
        assert "<html" not in fragment.content.decode()
        assert listed(fragment.content.decode())[0] == newest

    def test_goes_on_by_key(self, watcher: Client, erp: Connection) -> None:
        ids = wrote(erp, *[{}] * 120)
        seen: list[int] = []
        path = PAGE
        while path:
            page = watcher.get(path).content.decode()
            seen += listed(page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            path = f"{PAGE}{found[1]}" if found else ""
        assert seen == ids[::-1]
        assert "hx-trigger" not in page

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", [0, 1, 2, 3]),
            ("status=4", [1]),
            ("status=5", [3]),
            ("method=PATCH", [2]),
            ("path=FAMILIES", [1]),
            ("path=limit%3D7", [3]),
            ("path=%25", []),
            ("slow=100", [2]),
            ("errors=1", [1, 2, 3]),
            ("refused=1", [2]),
            ("status=4&refused=1", []),
        ],
    )
    def test_filters(self, watcher: Client, erp: Connection, query: str, expected: list[int]) -> None:
        ids = wrote(
            erp,
            {},
            {"status": 404, "path": "/api/rest/v1/families/x"},
            {"method": "PATCH", "lines": 2, "refused": 1, "milliseconds": 100.0},
            {"status": 500, "query": "limit=7"},
        )
        page = watcher.get(f"{PAGE}?{query}").content.decode()
        assert [ids.index(id) for id in reversed(listed(page))] == expected
        assert expected or "No call is like that" in page

    def test_says_what_to_do_when_there_is_nothing(self, watcher: Client, erp: Connection, settings: Any) -> None:
        page = watcher.get(PAGE).content.decode()
        assert "No call yet" in page
        assert 'hx-trigger="every 2s"' in page
        settings.LIMEN_CALLS_RECORDED = False
        assert "Calls are not recorded" in watcher.get(PAGE).content.decode()

    def test_says_how_many_were_missed(self, watcher: Client, erp: Connection) -> None:
        calls.write_calls([], missed={erp.id: 7, erp.id + 1: 100}, now=clock.now())
        calls.write_calls([], missed={erp.id: 50}, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert "7 calls of the last 24 hours were not recorded" in watcher.get(PAGE).content.decode()

    def test_does_not_show_those_of_another_connection(self, watcher: Client, erp: Connection) -> None:
        make_connection("Shop", code="shop")
        (id,) = wrote(erp, {})
        other = PAGE.replace("erp", "shop")
        assert "No call yet" in watcher.get(other).content.decode()
        assert watcher.get(f"{other}/{id}").status_code == 404
        assert watcher.post(f"{other}/{id}/replay").status_code == 404

    def test_costs_as_many_queries_for_fifty_as_for_one(
        self, watcher: Client, erp: Connection, count_queries: Any
    ) -> None:
        wrote(erp, {})
        watcher.get(PAGE)
        # Session, user, rights; the connection, its calls, those missed.
        with count_queries(6):
            watcher.get(PAGE)
        wrote(erp, *[{}] * 60)
        with count_queries(6):
            watcher.get(PAGE)

    @pytest.mark.parametrize("path", [PAGE, f"{PAGE}/1"])
    def test_needs_the_permission(self, reader: Client, erp: Connection, path: str) -> None:
        assert reader.get(path).status_code == 403
        assert reader.post(f"{PAGE}/1/replay").status_code == 403

    def test_an_unknown_connection_is_404(self, watcher: Client) -> None:
        assert watcher.get(PAGE).status_code == 404


class TestOneCall:
    def test_shows_refused_lines_with_their_reasons_and_what_was_sent(self, admin: Client, erp_api: Api) -> None:
        erp_api.bulk("/products", [{"identifier": "a"}, {"identifier": "b", "family": "no_such_family"}])
        page = admin.get(f"{PAGE}/{last()}").content.decode()
        assert "Refused lines" in page
        assert "Line 2" in page
        assert "Line 1<" not in page
        assert page.count("no_such_family") >= 3
        uuid = uuid_of("a")
        assert f'href="/products/{uuid}">a</a>' in page
        assert '<span class="chip">b</span>' in page

    def test_shows_the_search_as_it_was_read(self, watcher: Client, erp_api: Api) -> None:
        search = '{"enabled":[{"operator":"=","value":true,"scope":"ecommerce"}]}'
        erp_api.get("/products", search=search, limit="1")
        page = watcher.get(f"{PAGE}/{last()}").content.decode()
        assert re.search(r'<td class="name">enabled<small>scope ecommerce</small></td><td[^>]*>=</td>', page)
        assert "<dt>limit</dt><dd>1</dd>" in page

    def test_products_are_no_links_for_whoever_may_not_see_them(self, watcher: Client, erp_api: Api) -> None:
        erp_api.patch("/products/a", {})
        assert '<span class="chip">a</span>' in watcher.get(f"{PAGE}/{last()}").content.decode()

    def test_products_by_uuid_are_links_too(self, admin: Client, erp_api: Api) -> None:
        erp_api.patch("/products/a", {})
        uuid = uuid_of("a")
        erp_api.get(f"/products-uuid/{uuid.upper()}")
        assert f'href="/products/{uuid}"' in admin.get(f"{PAGE}/{last()}").content.decode()
        nobody = "00000000-0000-4000-8000-000000000000"
        erp_api.get(f"/products-uuid/{nobody}")
        assert f'<span class="chip">{nobody}</span>' in admin.get(f"{PAGE}/{last()}").content.decode()

    def test_what_was_sent_is_escaped(self, watcher: Client, erp_api: Api) -> None:
        erp_api.patch("/products/<script>a", b'{"a":"<script>"}', **{"user-agent": "<script>"})
        assert "<script>" not in re.sub(r"<script (type|src)", "", watcher.get(f"{PAGE}/{last()}").content.decode())

    def test_has_an_address_to_share(self, watcher: Client, erp_api: Api) -> None:
        erp_api.get("/products")
        id = last()
        assert f'data-copy="http://testserver{PAGE}/{id}"' in watcher.get(f"{PAGE}/{id}").content.decode()

    def test_one_that_is_no_longer_kept_is_404(self, watcher: Client, erp: Connection) -> None:
        for id in (1, 10**30):
            answer = watcher.get(f"{PAGE}/{id}")
            assert answer.status_code == 404
            assert "no longer kept" in answer.content.decode()

    def test_a_body_that_was_not_read_says_so(self, watcher: Client, erp_api: Api) -> None:
        erp_api.patch("/products", b"{}", content_type="text/plain")
        assert "The body was not kept" in watcher.get(f"{PAGE}/{last()}").content.decode()


class TestReplay:
    def test_shows_what_would_happen_and_changes_nothing(self, watcher: Client, erp_api: Api) -> None:
        erp_api.bulk("/products", [{"identifier": "new", "family": "later"}])
        id, events = last(), Event.objects.count()
        refused = watcher.post(f"{PAGE}/{id}/replay")
        assert refused.status_code == 200
        assert "Nothing was changed" in refused.content.decode()
        assert "would be created" not in refused.content.decode()
        erp_api.post("/families", {"code": "later", "attributes": ["sku"]})
        events = Event.objects.count()
        page = watcher.post(f"{PAGE}/{id}/replay").content.decode()
        assert "would be created" in page
        assert products.product(flavour="identifier", key="new") is None
        assert Event.objects.count() == events

    @pytest.mark.parametrize(
        ("send", "status", "said"),
        [
            (lambda api: api.patch("/products/a/b c", {"enabled": False}), 201, "would be created"),
            (lambda api: api.post("/products-uuid?dry_run=0", {"values": {}}), 201, "would be created"),
            (lambda api: api.patch("/products/a", {"family": "nothing"}), 422, "would be refused"),
            (lambda api: api.delete("/products/nothing"), 404, "would be refused"),
        ],
    )
    def test_single_writes(self, watcher: Client, erp_api: Api, send: Any, status: int, said: str) -> None:
        send(erp_api)
        id = last()
        erp_api.delete("/products/a/b%20c")
        before = products.count(TRUE, flavour="uuid")
        page = watcher.post(f"{PAGE}/{id}/replay").content.decode()
        assert said in page
        assert f">{status}</span>" in page
        assert products.count(TRUE, flavour="uuid") == before

    def test_runs_with_the_rights_of_the_connection(self, watcher: Client, erp: Connection, erp_api: Api) -> None:
        erp_api.patch("/products/a", {})
        id = last()
        User.objects.get(id=erp.user_id).roles.clear()
        assert "not allowed to use the web API" in watcher.post(f"{PAGE}/{id}/replay").content.decode()
        User.objects.filter(id=erp.user_id).update(enabled=False)
        answer = watcher.post(f"{PAGE}/{id}/replay")
        assert answer.status_code == 409
        assert "is disabled" in answer.content.decode()

    def test_is_refused_with_its_reason_where_it_cannot_be(self, watcher: Client, erp_api: Api, settings: Any) -> None:
        settings.LIMEN_CALLS_BODY_MAX = 20
        sent = [
            (erp_api.get("/products"), "Only calls that write products"),
            (erp_api.patch("/families/a", {}), "Only calls that write products"),
            (erp_api.patch("/products/a", {"categories": ["x" * 30]}), "Only a part of the body"),
            (erp_api.patch("/products/a", {"token": "x"}), "Only a part of the body"),
        ]
        recorder.flush()
        for id, (_, reason) in zip(ApiCall.objects.order_by("id").values_list("id", flat=True), sent, strict=True):
            page = watcher.get(f"{PAGE}/{id}").content.decode()
            assert reason in page
            assert f"{PAGE}/{id}/replay" not in page
            answer = watcher.post(f"{PAGE}/{id}/replay")
            assert answer.status_code == 409
            assert reason in answer.content.decode()

    def test_a_get_is_not_allowed(self, watcher: Client, erp: Connection) -> None:
        assert watcher.get(f"{PAGE}/1/replay").status_code == 405

    def test_what_is_replayed_is_no_call_of_the_connection(self, watcher: Client, erp_api: Api) -> None:
        erp_api.patch("/products/a", {})
        id = last()
        watcher.post(f"{PAGE}/{id}/replay")
        recorder.flush()
        assert ApiCall.objects.count() == 1
