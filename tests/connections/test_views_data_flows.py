"""Data flows: charts, choices, and what stands there when there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from limen.accounts.models import User
from limen.accounts.rules import SYSTEM
from limen.connections import rules
from limen.connections.models import Connection
from limen.connections.rules import DayCount, Week
from limen.connections.views.charts import chart_of
from limen.events import operations as events
from limen.kit import clock
from tests.factories.connections import make_connection

FLOWS = "/connect/data-flows"


def tally(code: str, kind: str, count: int, at: datetime) -> None:
    events.tally({kind: count}, Connection.objects.get(code=code).id, now=at)


def of_chart(page: str, id: str) -> list[tuple[str, str]]:
    """Give (day, number) of one chart, as its table tells them; the total last."""
    chart = page[page.index(f'id="chart-{id}"') :]
    chart = chart[: chart.index("</table>")]
    return re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', chart)


def total(page: str, id: str) -> str:
    return of_chart(page, id)[-1][1]


@pytest.mark.usefixtures("installed")
class TestPage:
    def test_case_A21_seven_days_the_last_of_them_today(self, read: Any) -> None:
        make_connection(code="erp", auditable=True)
        now = clock.now()
        for ago in range(9):
            tally("erp", "product.created", 1000 + ago, now - timedelta(days=ago))
        rows = of_chart(read(FLOWS), "created")
        assert [number for _, number in rows[:-1]] == [f"1,00{ago}" for ago in range(6, -1, -1)]
        assert rows[-2][0].startswith("Today, ")
        assert rows[-1] == ("Last 7 days", "7,021")

    def test_each_number_stands_at_its_bar(self, read: Any) -> None:
        make_connection(code="shop", flow_type=rules.DATA_DESTINATION, auditable=True)
        tally("shop", "product.read", 41, clock.now())
        page = read(FLOWS)
        assert ">41</text>" in page
        assert total(page, "read") == "41"

    def test_case_A22_tracked_but_quiet_is_zero(self, read: Any) -> None:
        make_connection(code="erp", auditable=True)
        page = read(FLOWS)
        assert total(page, "created") == "0"
        assert total(page, "updated") == "0"

    def test_case_A23_all_is_the_sum_of_those_tracked_now(self, read: Any) -> None:
        for code, count in (("erp", 3), ("dam", 4)):
            make_connection(code=code, auditable=True)
            tally(code, "product.updated", count, clock.now())
        assert total(read(FLOWS), "updated") == "7"
        Connection.objects.filter(code="dam").update(auditable=False)
        assert total(read(FLOWS), "updated") == "3"

    def test_the_choice_of_a_source_and_of_a_destination_are_independent(self, read: Any) -> None:
        for code, flow_type, count in (
            ("erp", rules.DATA_SOURCE, 3),
            ("dam", rules.DATA_SOURCE, 4),
            ("shop", rules.DATA_DESTINATION, 5),
            ("print", rules.DATA_DESTINATION, 6),
        ):
            make_connection(code.upper(), code=code, flow_type=flow_type, auditable=True)
            kind = "product.created" if flow_type == rules.DATA_SOURCE else "product.read"
            tally(code, kind, count, clock.now())
        page = read(f"{FLOWS}?source=dam&destination=shop")
        assert (total(page, "created"), total(page, "read")) == ("4", "5")
        assert re.search(r'<option value="dam" selected>DAM</option>', page)
        assert re.search(r'<input type="hidden" name="destination" value="shop">', page)
        assert re.search(r'<input type="hidden" name="source" value="dam">', page)
        assert (total(read(FLOWS), "created"), total(read(FLOWS), "read")) == ("7", "11")

    def test_all_comes_first_and_an_unknown_choice_is_all(self, read: Any) -> None:
        make_connection("ERP", code="erp", auditable=True)
        page = read(f"{FLOWS}?source=nobody")
        assert re.search(r'<option value="">All sources</option><option value="erp">ERP</option>', page)

    def test_days_are_those_of_the_reader_and_the_zone_is_named(self, admin: Client) -> None:
        make_connection(code="erp", auditable=True)
        User.objects.filter(username="julia").update(timezone="Pacific/Kiritimati")
        page = admin.get(FLOWS).content.decode()
        assert "<b>Pacific/Kiritimati</b>" in page
        today = (clock.now() + timedelta(hours=14)).date()
        assert of_chart(page, "created")[-2][0] == f"Today, {today:%b} {today.day}"

    def test_case_A26_nothing_tracked_says_what_to_do(self, read: Any) -> None:
        make_connection(code="erp")
        page = read(FLOWS)
        assert "Nothing is tracked yet" in page
        assert 'href="/connect/connection-settings/create"' in page
        assert '<svg class="chart"' not in page

    def test_case_A26_without_the_permission_it_names_who_can(self, reader: Client) -> None:
        page = reader.get(FLOWS).content.decode()
        assert "Ask an administrator" in page
        assert "/connect/connection-settings" not in page

    def test_case_A27_a_direction_without_candidate_is_empty_on_its_own(self, read: Any) -> None:
        make_connection(code="shop", flow_type=rules.DATA_DESTINATION, auditable=True)
        page = read(FLOWS)
        assert "No source is tracked" in page
        assert 'id="chart-created"' not in page
        assert 'id="chart-read"' in page

    def test_a_label_is_text(self, read: Any) -> None:
        make_connection("<b>ERP", code="erp", auditable=True)
        assert "<b>ERP" not in read(FLOWS)

    def test_the_number_of_queries_does_not_grow(self, admin: Client, count_queries: Any) -> None:
        for number in range(4):
            make_connection(code=f"erp{number}", auditable=True)
        make_connection(code="shop", flow_type=rules.DATA_DESTINATION, auditable=True)
        # session, user, caller; two lists of connections, five kinds of counts, what ends soon
        with count_queries(11):
            admin.get(FLOWS)

    def test_what_a_connection_writes_is_seen_at_once(self, read: Any) -> None:
        make_connection(code="erp", auditable=True)
        author = replace(SYSTEM, author_connection_id=Connection.objects.get().id)
        events.record(events.Happening("product.created", "product:1"), by=author, now=clock.now())
        assert total(read(FLOWS), "created") == "1"


def week(*counts: int) -> Week:
    days = tuple(DayCount(date(2026, 3, 2) + timedelta(days=n), count) for n, count in enumerate(counts))
    return Week(DayCount(date(2026, 3, 1), 99), days, sum(counts))


class TestChart:
    def test_the_highest_day_reaches_the_top_line_and_half_of_it_half_way(self) -> None:
        chart = chart_of(week(0, 0, 0, 0, 0, 500, 1000))
        half, full = chart.bars[5], chart.bars[6]
        assert full.y == chart.rules[1]
        assert half.y == chart.rules[0]

    def test_a_single_one_among_thousands_is_still_seen(self) -> None:
        assert float(chart_of(week(1, 0, 0, 0, 0, 0, 90_000)).bars[0].height) == 2
        assert float(chart_of(week(1, 0, 0, 0, 0, 0, 90_000)).bars[1].height) == 0

    def test_a_quiet_week_divides_by_nothing(self) -> None:
        assert {bar.height for bar in chart_of(week(0, 0, 0, 0, 0, 0, 0)).bars} == {"0.00"}

    @pytest.mark.parametrize(
        ("count", "short", "full"), [(0, "0", "0"), (12_345, "12,345", "12,345"), (1_234_567, "1.2M", "1,234,567")]
    )
    def test_numbers_fit_over_their_bars(self, count: int, short: str, full: str) -> None:
        bar = chart_of(week(0, 0, 0, 0, 0, 0, count)).bars[-1]
        assert (bar.number, bar.number_in_full) == (short, full)

    def test_days_are_named_and_the_last_one_is_today(self) -> None:
        bars = chart_of(week(0, 0, 0, 0, 0, 0, 0)).bars
        assert [bar.weekday for bar in bars] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Today"]
        assert bars[0].day == "Mar 2"

    def test_all_stands_within_the_width(self) -> None:
        bars = chart_of(week(1, 2, 3, 4, 5, 6, 7)).bars
        assert float(bars[0].x) > 0
        assert float(bars[-1].x) + float(bars[-1].width) < 100
