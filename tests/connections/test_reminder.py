"""The end of a connection is announced: in the audit log once for each step, and on the screens of those who manage."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django import app

from limen.accounts.rules import MANAGE_CONNECTIONS, PERMISSIONS, SYSTEM
from limen.connections import jobs, operations, queries, rules
from limen.connections.models import Connection
from limen.connections.rules import Upkeep
from limen.events import queries as events
from limen.kit import clock
from tests.factories.accounts import sign_in
from tests.factories.connections import NOW, make_connection

pytestmark = pytest.mark.usefixtures("installed")

LIST = "/connect/connection-settings"
FLOWS = "/connect/data-flows"
DAY = timedelta(days=1)


def ends(code: str, *, at: Any) -> None:
    Connection.objects.filter(code=code).update(expires_at=at)


def told(code: str = "erp") -> list[int]:
    """Give the days left that were announced, the first first."""
    found = [event for event in events.history(f"connection:{code}") if event.kind == "connection.ending"]
    return [json.loads(event.data)["days_left"] for event in reversed(found)]


class TestSteps:
    @pytest.mark.parametrize(
        ("left", "given", "due"),
        [
            (31, None, None),
            (30, None, 30),
            (29, 30, None),
            (8, None, 30),
            (7, 30, 7),
            (3, None, 7),
            (3, 7, None),
            (1, 7, 1),
            (0.5, 1, None),
            (0, 1, None),
            (-1, None, None),
        ],
    )
    def test_each_is_due_once_and_a_late_one_stands_for_those_before(
        self, left: float, given: int | None, due: int | None
    ) -> None:
        assert rules.reminder_due(NOW + left * DAY, given, NOW) == due

    def test_without_an_end_there_is_none(self) -> None:
        assert rules.reminder_due(None, None, NOW) is None
        assert not rules.is_news(None, NOW)

    @pytest.mark.parametrize(("days", "news"), [(31, False), (30, True), (0, True), (-30, True), (-31, False)])
    def test_people_hear_of_an_end_a_month_before_and_a_month_after(self, days: int, news: bool) -> None:
        assert rules.is_news(NOW + days * DAY, NOW) is news


class TestEvents:
    def test_day_by_day_each_step_is_recorded_once(self) -> None:
        make_connection(code="erp")
        ends("erp", at=NOW + 40 * DAY)
        for day in range(45):
            for _again in range(2):
                operations.remind_of_ends(now=NOW + day * DAY)
        assert told() == [30, 7, 1]

    def test_it_says_when_and_is_limens_own(self) -> None:
        make_connection(code="erp")
        ends("erp", at=NOW + 3 * DAY)
        assert operations.remind_of_ends(now=NOW) == 1
        event = events.history("connection:erp")[0]
        assert json.loads(event.data) == {"days_left": 3, "expires_at": "2026-03-05T09:30:00+00:00"}
        assert (event.author, event.author_name) == (SYSTEM.username, "Limen")

    def test_another_end_is_announced_anew_and_the_same_one_is_not(self) -> None:
        make_connection(code="erp")
        end = clock.now() + 5 * DAY
        for changed, steps in ((end, [5]), (end, [5]), (end + DAY, [5, 6])):
            found = queries.connection_settings("erp", now=clock.now())
            operations.update_connection(
                code="erp",
                label=f"{found.label}!",
                flow_type=found.flow_type,
                auditable=False,
                role_id=found.role_id,
                group_id=None,
                upkeep=Upkeep(expires_at=changed),
                by=SYSTEM,
                now=clock.now(),
            )
            operations.remind_of_ends(now=clock.now())
            assert told() == steps

    def test_a_paused_connection_ends_all_the_same(self) -> None:
        make_connection(code="erp")
        ends("erp", at=NOW + DAY)
        operations.pause_connection(code="erp", by=SYSTEM, now=NOW)
        operations.remind_of_ends(now=NOW)
        assert told() == [1]

    def test_many_cost_as_much_as_one(self, count_queries: Any) -> None:
        for number in range(3):
            make_connection(code=f"erp{number}")
        Connection.objects.update(expires_at=NOW + DAY)
        # begin, connections, steps, events, commit
        with count_queries(5):
            assert operations.remind_of_ends(now=NOW) == 3
        with count_queries(3):
            assert operations.remind_of_ends(now=NOW) == 0

    def test_it_runs_once_a_day(self) -> None:
        make_connection(code="erp")
        ends("erp", at=clock.now() + DAY)
        jobs.remind_of_ends(0)
        assert told() == [1]
        tasks = app.periodic_registry.periodic_tasks.items()
        assert [task.cron for (name, _), task in tasks if name == "connections.remind_of_ends"] == ["23 5 * * *"]


class TestNotice:
    def notice(self, page: str) -> str:
        start = page.find('<div class="reminder">')
        return "" if start < 0 else page[start : page.index("</ul>", start) + 200]

    def test_list_and_data_flows_name_what_ends_soon_and_what_has_ended(self, read: Any) -> None:
        now = clock.now()
        for code, left in (("gone", -1), ("soon", 2), ("later", 20), ("far", 40), ("ancient", -40)):
            make_connection(f"<{code}>", code=code)
            ends(code, at=now + left * DAY)
        make_connection(code="endless")
        for path in (LIST, FLOWS):
            notice = self.notice(read(path))
            assert "3 connections end soon or have ended" in notice
            links = [f'href="{LIST}/{code}/edit#end">&lt;{code}&gt;</a>' for code in ("gone", "soon", "later")]
            assert sorted(links, key=notice.index) == links
            for words in (">Expired</span>", ">Expires in 2 days</span>", ">Expires in 20 days</span>"):
                assert words in notice
            assert "ancient" not in notice and "far" not in notice and "endless" not in notice

    def test_many_are_named_in_part_and_the_rest_is_one_link_away(self, read: Any) -> None:
        for number in range(7):
            make_connection(f"Nummer {number}", code=f"erp{number}")
            ends(f"erp{number}", at=clock.now() + (number + 1) * DAY)
        notice = self.notice(read(LIST))
        assert "Nummer 4" in notice and "Nummer 5" not in notice
        assert f'<a href="{LIST}?condition=ending">and 2 more</a>' in notice

    def test_the_last_day_is_that_of_whoever_looks(self, admin: Client) -> None:
        from limen.accounts.models import User

        make_connection(code="erp")
        end = clock.now().replace(hour=2, minute=0, second=0, microsecond=0) + 3 * DAY
        ends("erp", at=end)
        for zone, day in (("UTC", end), ("America/Lima", end - DAY)):
            User.objects.filter(username="julia").update(timezone=zone)
            shown = admin.get(LIST).content.decode()
            assert f"last day {day.day} {day:%b %Y}" in self.notice(shown), zone

    def test_nothing_to_say_is_not_said(self, read: Any) -> None:
        make_connection(code="erp")
        assert not self.notice(read(LIST)) and not self.notice(read(FLOWS))

    def test_a_list_that_is_filtered_shows_what_it_was_asked_for_alone(self, read: Any) -> None:
        make_connection(code="erp")
        ends("erp", at=clock.now() + DAY)
        assert self.notice(read(LIST)) and not self.notice(read(f"{LIST}?condition=ending"))

    def test_whoever_cannot_mend_it_is_left_in_peace(self, count_queries: Any) -> None:
        make_connection(code="erp")
        ends("erp", at=clock.now() + DAY)
        client = Client()
        sign_in(client, *(PERMISSIONS.keys() - {MANAGE_CONNECTIONS}), username="somebody")
        for path in (LIST, FLOWS):
            assert not self.notice(client.get(path).content.decode()), path
