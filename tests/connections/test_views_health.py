"""Cards tell at a glance how a connection is doing: its last call, and the calls that failed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from limen.accounts.rules import CONNECTION_MONITORING, PERMISSIONS, SYSTEM
from limen.calls import operations as calls
from limen.calls import queries as calls_queries
from limen.calls.queries import Failures
from limen.calls.rules import read_filters
from limen.connections import operations, queries, rules
from limen.connections.models import Connection
from limen.kit import clock
from tests.calls.test_recorder import CALL
from tests.connections.test_image import picture
from tests.factories.accounts import sign_in
from tests.factories.connections import NOW, make_connection

pytestmark = pytest.mark.usefixtures("installed")

LIST = "/connect/connection-settings"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def wrote(code: str, *facts: tuple[int, timedelta]) -> int:
    """Write calls of a connection, each with its status and how long ago it was; give the connection's id."""
    now = clock.now()
    id = Connection.objects.get(code=code).id
    rows = [replace(CALL, connection_id=id, status=status, at=now - ago) for status, ago in facts]
    calls.write_calls(rows, missed={}, now=now)
    return id


def card(page: str, code: str) -> str:
    start = page.index(f'href="{LIST}/{code}/edit"')
    return page[start : page.index("</li>", start)]


def test_failures_are_those_of_a_day_and_of_a_week(count_queries: Any) -> None:
    for code in ("erp", "shop", "well"):
        make_connection(code=code)
    erp = wrote("erp", (200, HOUR), (399, HOUR), (400, HOUR), (503, 23 * HOUR), (404, 25 * HOUR), (422, 8 * DAY))
    shop = wrote("shop", (401, 6 * DAY))
    wrote("well", (200, HOUR))
    with count_queries(1):
        assert calls_queries.failures(now=clock.now()) == {erp: Failures(2, 3), shop: Failures(0, 1)}


@pytest.mark.parametrize(
    ("facts", "words", "tone"),
    [
        ([(500, HOUR)], "1 failed call in 24 hours", "bad"),
        ([(403, HOUR), (403, 2 * HOUR), (403, 2 * DAY)], "2 failed calls in 24 hours", "bad"),
        ([(403, 2 * DAY), (403, 3 * DAY)], "2 failed calls in 7 days", "warn"),
    ],
)
def test_a_card_says_how_many_failed_and_leads_to_them(
    read: Any, facts: list[tuple[int, timedelta]], words: str, tone: str
) -> None:
    make_connection(code="erp")
    wrote("erp", *facts)
    shown = card(read(LIST), "erp")
    assert f'<a href="{LIST}/erp/calls?errors=1">{words}</a>' in shown
    assert f'<span class="dot {tone}"></span>' in shown
    console = read(f"{LIST}/erp/calls?errors=1")
    assert len(re.findall(r'id="call-\d+"', console)) == len(facts)


def test_what_goes_well_is_not_spoken_of(read: Any) -> None:
    make_connection(code="erp")
    make_connection(code="shop")
    wrote("erp", (200, HOUR), (422, 8 * DAY))
    wrote("shop", (500, HOUR))
    page = read(LIST)
    assert "failed" not in card(page, "erp")
    assert "1 failed call in 24 hours" in card(page, "shop")


def test_whoever_may_not_see_calls_sees_their_number_without_the_way(read: Any) -> None:
    make_connection(code="erp")
    wrote("erp", (500, HOUR))
    client = Client()
    sign_in(client, *(PERMISSIONS.keys() - {CONNECTION_MONITORING}), username="somebody")
    shown = card(client.get(LIST).content.decode(), "erp")
    assert "<span>1 failed call in 24 hours</span>" in shown
    assert "/calls" not in shown


def test_a_hundred_connections_cost_as_many_queries_as_one(admin: Client, count_queries: Any) -> None:
    for number in range(12):
        make_connection(code=f"erp{number}", now=NOW)
        wrote(f"erp{number}", (500, HOUR))
    # session, user, caller, connections, their failed calls, their number
    with count_queries(6):
        admin.get(LIST)


def test_what_the_dots_mean_is_said_in_words(read: Any) -> None:
    assert "How to read the cards" not in read(LIST)
    make_connection(code="erp")
    page = read(LIST)
    legend = page[page.index("How to read the cards") :]
    for word in ("called", "silent", "failed calls"):
        assert f"</span>{word}</dt>" in legend
    assert "How to read the cards" not in read(f"{LIST}?search=nothing")


class TestMark:
    """Every page of a connection shows its picture, or its initials, in its head."""

    PAGES = ("edit", "access", "calls", "test")

    @pytest.mark.parametrize("page", PAGES)
    def test_its_initials_stand_for_a_picture(self, read: Any, page: str) -> None:
        make_connection("Web shop", code="shop", flow_type="data_destination")
        shown = read(f"{LIST}/shop/{page}")
        assert re.search(r'<div class="door-mark">\s*<div class="face"[^>]*>WS</div>', shown)
        assert '<main class="page flow-destination"' in shown

    def test_a_call_too(self, read: Any) -> None:
        make_connection("Web shop", code="shop")
        id = wrote("shop", (200, HOUR))
        call = calls_queries.calls_page(connection_id=id, filters=read_filters({})).calls[0]
        assert 'class="door-mark"' in read(f"{LIST}/shop/calls/{call.id}")

    @pytest.mark.parametrize("page", PAGES)
    def test_its_picture_for_whoever_sees_the_page(self, page: str) -> None:
        make_connection("Web shop", code="shop")
        found = queries.connection_settings("shop", now=NOW)
        operations.update_connection(
            code="shop",
            label=found.label,
            flow_type=found.flow_type,
            auditable=False,
            role_id=found.role_id,
            group_id=None,
            image=rules.make_image(picture("PNG")),
            by=SYSTEM,
            now=NOW,
        )
        client = Client()
        own = "limen_connection_view" if page in ("edit", "access") else CONNECTION_MONITORING
        sign_in(client, own, username="somebody")
        address = re.search(r'<div class="door-mark">\s*<div[^>]*><img src="(.*?)" alt="">', _text(client, page))
        assert address
        assert client.get(address[1])["Content-Type"] == "image/webp"


def _text(client: Client, page: str) -> str:
    answer = client.get(f"{LIST}/shop/{page}")
    assert answer.status_code == 200
    return str(answer.content.decode())
