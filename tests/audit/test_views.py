"""The audit log, looked at and taken away."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client

from limen.accounts.models import User
from limen.accounts.rules import SEE_AUDIT_LOG, SYSTEM, Caller
from limen.audit.views import words
from limen.connections import operations as connections
from limen.events import operations as events
from limen.events import queries
from limen.events.models import AUDITED
from limen.events.operations import Happening
from tests.factories.accounts import sign_in
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")

NOW = datetime(2026, 3, 29, 8, 30, tzinfo=UTC)
MARY = Caller(1, "mary", "Mary Jones", "user", frozenset())


def happen(kind: str, subject: str, data: object = None, *, by: Caller = MARY, at: datetime = NOW) -> None:
    events.record(Happening(kind, subject, orjson.dumps(data or {}).decode()), by=by, now=at)


@pytest.fixture
def auditor(client: Client) -> Client:
    """A browser of somebody who may see the audit log, and nothing else; that they were made is in it."""
    sign_in(client, SEE_AUDIT_LOG, username="auditor")
    return client


def page(client: Client, **asked: str) -> str:
    answer = client.get("/system/audit", asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def told(client: Client, **asked: str) -> list[str]:
    """Give the sentences of a page, without markup."""
    found = re.findall(r"<span>(<b>.*?)</span>\s*<time", page(client, **asked))
    return [re.sub("<[^>]*>", "", one) for one in found]


class TestLog:
    def test_tells_who_did_what_to_which_connection(self, auditor: Client) -> None:
        make_connection(code="erp", label="My ERP")
        for act in (connections.reveal_secret, connections.regenerate_secret, connections.delete_connection):
            act(code="erp", by=MARY, now=NOW)
        assert told(auditor, who="mary") == [
            "Mary Jones deleted connection erp",
            "Mary Jones regenerated the secret of connection erp",
            "Mary Jones revealed the secret of connection erp",
        ]
        assert told(auditor, what="connection.created") == ["Limen created connection erp"]

    def test_tells_a_new_label_from_other_changes(self, auditor: Client) -> None:
        label = {"path": "label", "before": "My ERP", "after": "SAP"}
        happen("connection.updated", "connection:erp", {"changes": [label]})
        happen("connection.updated", "connection:erp", {"changes": [label, {"path": "auditable", "after": True}]})
        assert told(auditor, what="connection") == [
            "Mary Jones changed connection erp",
            "Mary Jones renamed connection erp",
        ]
        shown = page(auditor, what="connection")
        assert "<del>My ERP</del>" in shown
        assert "<ins>SAP</ins>" in shown
        assert "<dt>Tracked</dt>" in shown
        assert "<ins>Yes</ins>" in shown

    def test_of_two_lists_shows_what_went_and_what_came(self, auditor: Client) -> None:
        changes = [{"path": "permissions", "before": ["limen_audit_log", "x"], "after": ["x", "limen_system_index"]}]
        happen("role.updated", "role:ROLE_ERP", {"changes": changes})
        shown = page(auditor, what="role")
        assert "<del>See the audit log</del>" in shown
        assert "<ins>See the system screens</ins>" in shown

    def test_a_moment_is_told_in_the_zone_of_who_reads(self, auditor: Client) -> None:
        User.objects.update(timezone="Asia/Tokyo")
        happen("connection.secret_regenerated", "connection:erp", {"old_until": "2026-03-02T20:30:00.123456+00:00"})
        ends = {"path": "expires_at", "before": "2026-03-01T15:00:00+00:00", "after": "whenever"}
        happen("connection.updated", "connection:erp", {"changes": [ends]})
        shown = page(auditor, what="connection")
        assert re.search(r"<dt>The old one works until</dt>\s*<dd><ins>3 Mar 2026, 05:30 \(JST\)</ins>", shown)
        assert "<del>2 Mar 2026, 00:00 (JST)</del>" in shown and "<ins>whenever</ins>" in shown

    def test_what_no_history_keeps_is_changed_all_the_same(self, auditor: Client) -> None:
        notes, picture = {"path": "notes", "before": None, "after": None}, {"path": "image", "after": "a1b2c3"}
        happen("connection.updated", "connection:erp", {"changes": [notes, picture]})
        shown = page(auditor, what="connection")
        assert re.search(r"<dt>Notes</dt>\s*<dd><ins>changed</ins>", shown)
        assert re.search(r"<dt>Picture</dt>\s*<dd><ins>a picture</ins>", shown) and "a1b2c3" not in shown

    def test_a_kind_it_was_never_told_of_is_readable(self, auditor: Client) -> None:
        happen("connection.icon_painted", "connection:erp", {"colour": "red", "tones": {"a": 1}})
        assert told(auditor, what="connection.icon_painted") == ["Mary Jones: icon painted, connection erp"]
        shown = page(auditor, what="connection.icon_painted")
        assert '<option value="connection.icon_painted" selected>Icon painted</option>' in shown
        assert "<dt>Colour</dt>" in shown

    @pytest.mark.parametrize("data", ["", "[]", "nonsense", '{"changes": 1}', '{"changes": [1, {"path": 5}]}', "null"])
    def test_odd_data_breaks_nothing(self, auditor: Client, data: str) -> None:
        events.record(Happening("connection.updated", "connection:erp", data), by=MARY, now=NOW)
        assert told(auditor, who="mary") == ["Mary Jones changed connection erp"]

    def test_what_others_typed_is_text(self, auditor: Client) -> None:
        evil = Caller(1, "x", "<script>alert(1)</script>", "user", frozenset())
        changes = [{"path": "<i>", "before": "<b>", "after": "{author}"}]
        happen("connection.updated", "connection:<u>{author}", {"changes": changes}, by=evil)
        shown = page(auditor, what="connection")
        assert "<script>alert" not in shown
        assert "<u>" not in shown
        assert "<i>" not in shown
        assert "<del>&lt;b&gt;</del>" in shown
        assert "&lt;u&gt;{author}</a>" in shown

    def test_days_begin_and_end_in_the_zone_of_who_asks(self, auditor: Client) -> None:
        User.objects.update(timezone="Asia/Tokyo")
        for hour, code in ((14, "before"), (15, "first"), (38, "last"), (39, "after")):
            happen(
                "connection.created", f"connection:{code}", at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
            )
        assert told(auditor, what="connection", start="2026-03-02", end="2026-03-02") == [
            "Mary Jones created connection last",
            "Mary Jones created connection first",
        ]
        assert "2 Mar 2026, 00:00:00" in page(auditor, which="first")

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"start": "yesterday"}, "start"),
            ({"end": "9999-12-31"}, "end"),
            ({"start": "0001-01-01"}, "start"),
            ({"start": "2026-03-02", "end": "2026-03-01"}, "end"),
            ({"what": "product.created"}, "what"),
            ({"who": "a\x00b"}, "who"),
        ],
    )
    @pytest.mark.parametrize("path", ["", "/export.csv", "/export.ndjson"])
    def test_a_wrong_filter_is_422_at_its_field(
        self, auditor: Client, path: str, asked: dict[str, str], field: str
    ) -> None:
        answer = auditor.get(f"/system/audit{path}", asked)
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()

    @pytest.mark.parametrize("cursor", ["-1", "x", "9" * 19, "9" * 40, "１２", "1.5", ""])
    def test_a_cursor_that_is_none_is_passed_over(self, auditor: Client, cursor: str) -> None:
        assert "Limen created user auditor" in told(auditor, after=cursor, before=cursor)

    def test_long_logs_are_read_by_pages(self, auditor: Client, count_queries: Any) -> None:
        for number in range(60):
            happen("connection.created", f"connection:c{number}")
        first = page(auditor, what="connection")
        assert 'rel="next"' in first
        assert 'rel="prev"' not in first
        last = told(auditor, what="connection", after=str(queries.audit(queries.AuditFilter()).events[49].id))
        assert last == [f"Mary Jones created connection c{number}" for number in range(9, -1, -1)]
        with count_queries(4):  # session, user, caller, events
            page(auditor, what="connection")

    def test_says_so_when_nothing_fits(self, auditor: Client) -> None:
        shown = page(auditor, which="nowhere")
        assert "Nothing found" in shown
        assert "export.csv" not in shown

    def test_needs_its_permission(self, client: Client) -> None:
        sign_in(client, "limen_system_index")
        for path in ("/system/audit", "/system/audit/export.csv", "/system/audit/export.ndjson"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "You are not allowed to see the audit log" in answer.content.decode()
        assert "/system/audit" not in client.get("/system").content.decode()

    def test_system_leads_to_it(self, client: Client) -> None:
        sign_in(client)
        assert 'href="/system/audit"' in client.get("/system").content.decode()

    def test_is_for_who_is_signed_in(self, client: Client) -> None:
        assert client.get("/system/audit/export.csv")["Location"].startswith("/sign-in")


class TestExport:
    def table(self, client: Client, **asked: str) -> list[list[str]]:
        answer = client.get("/system/audit/export.csv", asked)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"].startswith('attachment; filename="audit-2')
        return list(csv.reader(io.StringIO(answer.getvalue().decode(), newline="")))

    def test_as_csv_holds_what_the_filter_asks_for(self, auditor: Client) -> None:
        changes = {"changes": [{"path": "label", "before": 'a "b"', "after": "ü\nc"}]}
        happen("connection.updated", "connection:erp", changes)
        head, row = self.table(auditor, which="erp")
        assert head == ["id", "at", "kind", "subject", "author", "author_name", "author_kind", "data"]
        assert row[1:7] == [
            "2026-03-29T08:30:00+00:00",
            "connection.updated",
            "connection:erp",
            "mary",
            "Mary Jones",
            "user",
        ]
        assert orjson.loads(row[7]) == changes

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
    def test_no_cell_is_a_formula(self, auditor: Client, name: str) -> None:
        happen("connection.created", "connection:erp", by=Caller(1, name, name, "user", frozenset()))
        assert self.table(auditor, which="erp")[1][4:6] == [f"'{name}", f"'{name}"]

    def test_as_ndjson_holds_each_event_on_a_line(self, auditor: Client) -> None:
        happen("connection.deleted", "connection:erp", {"label": "My ERP"})
        answer = auditor.get("/system/audit/export.ndjson", {"what": "connection"})
        (line,) = answer.getvalue().splitlines()
        found = orjson.loads(line)
        assert found.pop("id")
        assert found == {
            "at": "2026-03-29T08:30:00+00:00",
            "kind": "connection.deleted",
            "subject": "connection:erp",
            "author": {"username": "mary", "name": "Mary Jones", "kind": "user"},
            "data": {"label": "My ERP"},
        }

    def test_is_sent_portion_by_portion(
        self, auditor: Client, count_queries: Callable[[int], AbstractContextManager[Any]]
    ) -> None:
        events.record_many(
            [Happening("connection.created", f"connection:c{number}") for number in range(2500)], by=SYSTEM, now=NOW
        )
        with count_queries(3):  # session, user, caller: nothing is read before it is sent
            answer = auditor.get("/system/audit/export.ndjson", {"what": "connection"})
        with count_queries(3):
            assert sum(1 for _ in answer.streaming_content) == 2500

    def test_the_page_links_to_what_it_shows(self, auditor: Client) -> None:
        asked = {"which": "auditor", "what": "user"}
        assert f"/system/audit/export.csv?{urlencode(asked)}".replace("&", "&amp;") in page(
            auditor, **asked, after="99999"
        )


@pytest.mark.parametrize("kind", words.KINDS)
def test_every_sentence_names_who_and_what(kind: str, auditor: Client) -> None:
    area = kind.partition(".")[0]
    assert area in AUDITED
    happen(kind, f"{area}:thing")
    (sentence,) = told(auditor, which="thing", what=kind)
    assert sentence.startswith("Mary Jones ")
    # Whoever signs in or out is both.
    assert sentence.endswith(" thing") or kind in ("user.signed_in", "user.signed_out")
    assert "{" not in sentence


def test_a_pause_under_nobodys_name_has_no_name(auditor: Client) -> None:
    happen("user.locked_out", "user:", {"address": "192.0.2.7"}, by=SYSTEM)
    (sentence,) = told(auditor, what="user.locked_out")
    assert sentence == "Limen paused, after too many attempts from 192.0.2.7, the sign-in under a name that no user has"


def test_the_page_says_how_long_entries_are_kept(auditor: Client, settings: Any) -> None:
    assert "an entry is removed after 365 days" in page(auditor)
    settings.LIMEN_AUDIT_DAYS = 0
    assert "Nothing here can be edited or removed." in page(auditor)
