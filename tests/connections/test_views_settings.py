"""The settings page of one connection; cases of the specification §11.3."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
from django.test import Client

from limen.accounts import queries as accounts
from limen.accounts.models import Group, User
from limen.connections import operations, queries, rules
from limen.connections.models import Connection
from limen.events import queries as events
from limen.kit import clock
from tests.connections.test_views import errors_at, wrong_use
from tests.factories.accounts import make_group, make_role
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

PAGE = "/connect/connection-settings/erp/edit"
BULLETS = "••••••••"


def saved(code: str = "erp") -> queries.ConnectionSettings:
    return queries.connection_settings(code, now=clock.now())


def typed(**changes: object) -> dict[str, Any]:
    """Give what the form of `erp` sends when only `changes` were typed."""
    found = saved()
    form = {
        "label": found.label,
        "flow_type": found.flow_type,
        "auditable": found.auditable,
        "user_role_id": found.role_id,
        "user_group_id": found.group_id or "",
        "version": found.version,
    } | changes
    return {name: value for name, value in form.items() if value is not False}


def shown(page: str, id: str) -> str:
    found = re.search(rf'id="{id}">(.*?)</dd>', page)
    assert found, id
    return found[1]


@pytest.fixture
def erp(installed: None) -> operations.NewConnection:
    return make_connection("My ERP", code="erp")


class TestShow:
    def test_the_saved_label_is_the_title(self, read: Any, erp: Any) -> None:
        page = read(PAGE)
        assert "<h1>My ERP</h1>" in page
        assert re.search(r'<input[^>]*value="erp"[^>]* readonly', page)

    def test_case_47_a_password_that_is_not_new_shows_bullets(self, read: Any, erp: Any) -> None:
        page = read(PAGE)
        assert shown(page, "password") == BULLETS
        assert 'href="/connect/connection-settings/erp/regenerate-password"' in page
        assert 'data-copy="#password"' not in page
        assert "shown this once" not in page

    def test_the_secret_is_not_in_the_page(self, read: Any, erp: operations.NewConnection) -> None:
        page = read(PAGE)
        assert erp.secret not in page
        assert erp.password not in page
        assert shown(page, "client-id") == erp.client_id
        assert shown(page, "username") == erp.username

    def test_case_48_what_is_new_is_shown_once_and_never_kept(self, admin: Client) -> None:
        first = admin.post(
            "/connect/connection-settings/create", {"label": "ERP", "flow_type": "data_source"}, follow=True
        )
        second = admin.get(PAGE)
        assert shown(first.content.decode(), "password") != BULLETS
        assert 'data-copy="#password"' in first.content.decode()
        assert "no-store" in first["Cache-Control"]
        assert shown(second.content.decode(), "password") == BULLETS
        assert "no-store" not in second.get("Cache-Control", "")

    def test_case_61_the_generic_role_is_marked_for_the_warning(self, read: Any, erp: Any) -> None:
        make_role("ROLE_API_SOURCE")
        page = read(PAGE)
        generic = accounts.role_id("ROLE_USER")
        assert re.search(rf'<option value="{generic}" selected data-generic>User</option>', page)
        assert page.count("data-generic") == 1
        assert "Give this one a role of its own" in page

    def test_case_62_an_empty_group_is_all(self, read: Any, erp: Any) -> None:
        make_group("SAP")
        page = read(PAGE)
        assert re.search(r'<option value="" selected>All</option>\s*<option value="\d+">SAP</option>', page)
        assert "Without a group it sees the whole catalogue" in page

    def test_a_role_that_is_no_choice_any_more_is_not_replaced_silently(self, read: Any, erp: Any) -> None:
        User.objects.get(username=saved().username).roles.clear()
        assert re.search(r'<option value="" selected>Choose a role</option>', read(PAGE))

    def test_case_67_an_unknown_code_leads_to_the_list_and_says_so(self, admin: Client) -> None:
        answer = admin.get("/connect/connection-settings/unknown/edit", follow=True)
        assert answer.redirect_chain == [("/connect/connection-settings", 302)]
        assert "There is no connection &quot;unknown&quot;" in answer.content.decode()

    @pytest.mark.parametrize("page", ["edit", "pause", "resume", "delete", "regenerate-secret", "regenerate-password"])
    def test_case_68_an_app_is_not_there(self, admin: Client, erp: Any, page: str) -> None:
        Connection.objects.update(type="app")
        path = f"/connect/connection-settings/erp/{page}"
        assert admin.get(path)["Location"] == "/connect/connection-settings"
        assert admin.post(path).status_code == 404
        assert Connection.objects.get().version == 1

    def test_another_case_of_the_code_is_the_same_connection(self, read: Any, erp: Any) -> None:
        page = read("/connect/connection-settings/ERP/edit")
        assert 'action="/connect/connection-settings/erp/edit"' in page

    def test_the_number_of_queries(self, admin: Client, erp: Any, count_queries: Any) -> None:
        # session, user, caller; the connection (4); roles, groups and people to choose, roles beyond one's own;
        # how the secret is kept
        with count_queries(12):
            admin.get(PAGE)


class TestWrongCredentials:
    def test_one_foreign_user_is_named_with_date_zone_and_the_right_one(self, admin: Client, erp: Any) -> None:
        User.objects.filter(username="julia").update(timezone="Europe/Vienna")
        wrong_use("erp", "jane")
        page = admin.get(PAGE).content.decode()
        assert re.search(r"<code>jane</code> used this connection, last on \d+ \w+ \d+ at \d\d:\d\d \(CES?T\)", page)
        assert f"<code>{erp.username}</code>: put this one into the connector" in page

    def test_case_122_two_are_a_list_the_latest_first(self, read: Any, erp: Any) -> None:
        wrong_use("erp", "jane", days_ago=3)
        wrong_use("erp", "jill", days_ago=1)
        for zone, name in (("UTC", "UTC"), ("Asia/Tokyo", "JST")):
            User.objects.filter(username="julia").update(timezone=zone)
            found = re.findall(rf"<li><code>(\w+)</code> – \d+ \w+ \d+ – \d\d:\d\d \({name}\)</li>", read(PAGE))
            assert found == ["jill", "jane"]

    def test_none_is_no_warning(self, read: Any, erp: Any) -> None:
        assert "Wrong credentials" not in read(PAGE)


class TestSave:
    def test_case_52_it_is_saved_and_said_and_the_rest_stays(self, admin: Client, erp: Any) -> None:
        before = saved()
        answer = admin.post(PAGE, typed(label="SAP", auditable="on"))
        assert answer.status_code == 303
        page = admin.get(answer["Location"]).content.decode()
        assert "The connection is saved." in page
        assert "<h1>SAP</h1>" in page
        after = saved()
        assert (after.label, after.auditable) == ("SAP", True)
        assert (after.code, after.client_id, after.username) == (before.code, before.client_id, before.username)

    @pytest.mark.parametrize(("label", "message"), [("", "Give the connection a label"), ("ab", "at least 3")])
    def test_case_53_a_bad_label_is_refused_at_its_field(
        self, admin: Client, erp: Any, label: str, message: str
    ) -> None:
        answer = admin.post(PAGE, typed(label=label, auditable="on"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert message in errors_at(page, "label")[0]
        assert "<h1>My ERP</h1>" in page
        assert re.search(r'name="auditable"[^>]* checked', page)
        assert not saved().auditable

    def test_case_56_what_has_no_direction_is_not_tracked(self, admin: Client, erp: Any) -> None:
        admin.post(PAGE, typed(flow_type="other", auditable="on"))
        assert (saved().flow_type, saved().auditable) == ("other", False)
        page = admin.get(PAGE).content.decode()
        assert re.search(r'<input type="checkbox"[^>]* disabled', page)

    def test_case_57_a_code_that_is_sent_along_changes_nothing(self, admin: Client, erp: Any) -> None:
        admin.post(PAGE, typed(label="SAP", code="zzz"))
        assert [one.code for one in Connection.objects.all()] == ["erp"]

    def test_case_63_role_and_group(self, admin: Client, erp: Any) -> None:
        role, group = make_role("ROLE_API_SOURCE"), make_group("SAP")
        admin.post(PAGE, typed(user_role_id=role.id, user_group_id=group.id))
        user = User.objects.get(username=saved().username)
        assert [one.code for one in user.roles.all()] == ["ROLE_API_SOURCE"]
        assert {one.name for one in user.groups.all()} == {"SAP", "All"}

    def test_case_64_clearing_the_group_leaves_all(self, admin: Client, erp: Any) -> None:
        group = make_group("SAP")
        admin.post(PAGE, typed(user_group_id=group.id))
        admin.post(PAGE, typed(user_group_id=""))
        user = User.objects.get(username=saved().username)
        assert {one.name for one in user.groups.all()} == {"All"}

    def test_case_81_a_group_that_was_deleted_is_no_group_and_the_api_still_works(
        self, admin: Client, erp: operations.NewConnection
    ) -> None:
        group = make_group("SAP")
        admin.post(PAGE, typed(user_group_id=group.id))
        Group.objects.filter(id=group.id).delete()
        assert re.search(r'<option value="" selected>All</option>', admin.get(PAGE).content.decode())
        call = {"authorization": f"Bearer {token_for(erp)}"}
        assert Client().get("/api/rest/v1/currencies", headers=call).status_code == 200

    @pytest.mark.parametrize("field", ["user_role_id", "user_group_id"])
    @pytest.mark.parametrize("value", [99_999_999, 10**30, "zebra"])
    def test_case_65_an_unknown_role_or_group_refuses_it_all(
        self, admin: Client, erp: Any, field: str, value: object
    ) -> None:
        answer = admin.post(PAGE, typed(label="SAP") | {field: value})
        assert answer.status_code == 422
        assert errors_at(answer.content.decode(), field)
        assert saved().label == "My ERP"

    def test_without_a_role_it_is_not_saved(self, admin: Client, erp: Any) -> None:
        answer = admin.post(PAGE, typed(label="SAP") | {"user_role_id": ""})
        assert answer.status_code == 422
        assert saved().label == "My ERP"

    def test_all_that_is_wrong_is_said_at_once(self, admin: Client, erp: Any) -> None:
        answer = admin.post(PAGE, typed(label="", flow_type="wrong", user_group_id=99_999_999))
        page = answer.content.decode()
        assert [bool(errors_at(page, name)) for name in ("label", "flow_type", "user_group_id")] == [True] * 3

    def test_case_133_who_saves_second_keeps_what_was_typed_and_sees_what_is_saved(
        self, admin: Client, erp: Any
    ) -> None:
        mine = typed(label="Mine", auditable="on")
        admin.post(PAGE, typed(label="Theirs"))
        answer = admin.post(PAGE, mine)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert 'value="Mine"' in page
        assert "<li>Label: <b>Theirs</b></li>" in page
        assert saved().label == "Theirs"
        # Saving once more is a decision, and is taken.
        version = re.search(r'name="version" value="(\d+)"', page)
        assert version
        assert admin.post(PAGE, mine | {"version": version[1]}).status_code == 303
        assert saved().label == "Mine"

    def test_an_unknown_code_is_not_there(self, admin: Client) -> None:
        assert admin.post("/connect/connection-settings/unknown/edit", {"label": "abc"}).status_code == 404


class TestHandover:
    def test_a_head_does_not_use_it_up(self, admin: Client) -> None:
        admin.post("/connect/connection-settings/create", {"label": "ERP", "flow_type": "data_source"})
        admin.head(PAGE)
        assert shown(admin.get(PAGE).content.decode(), "password") != BULLETS

    def test_it_is_lost_with_the_session_key_it_was_bound_to(self, admin: Client) -> None:
        admin.post("/connect/connection-settings/create", {"label": "ERP", "flow_type": "data_source"})
        session = admin.session
        note = session["connections.handover.erp"]
        assert "ERP" not in note
        session["connections.handover.dam"] = note
        session.save()
        make_connection(code="dam")
        assert shown(admin.get(PAGE.replace("erp", "dam")).content.decode(), "password") == BULLETS

    def test_it_runs_out_after_ten_minutes(self, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        admin.post("/connect/connection-settings/create", {"label": "ERP", "flow_type": "data_source"})
        later = clock.now() + rules.NOTED_AT_MOST_EVERY * 11
        monkeypatch.setattr("limen.connections.views.handover.clock.now", lambda: later)
        assert shown(admin.get(PAGE).content.decode(), "password") == BULLETS

    def test_nothing_of_it_is_left_in_the_session(self, admin: Client) -> None:
        admin.post("/connect/connection-settings/create", {"label": "ERP", "flow_type": "data_source"}, follow=True)
        assert not [name for name in dict(admin.session) if "handover" in name]


class TestCredentials:
    def test_the_secret_comes_on_demand_and_is_recorded(self, admin: Client, erp: operations.NewConnection) -> None:
        answer = admin.post("/connect/connection-settings/erp/secret", headers={"accept": "text/plain"})
        assert answer.content.decode() == erp.secret
        assert "no-store" in answer["Cache-Control"]
        latest = events.history("connection:erp")[0]
        assert (latest.kind, latest.author) == ("connection.secret_shown", "julia")
        assert erp.secret not in latest.data

    def test_without_script_the_page_comes_with_the_secret(self, admin: Client, erp: operations.NewConnection) -> None:
        answer = admin.post("/connect/connection-settings/erp/secret")
        assert shown(answer.content.decode(), "secret") == erp.secret
        assert "no-store" in answer["Cache-Control"]

    def test_the_variables_can_be_sourced(self, admin: Client, erp: operations.NewConnection) -> None:
        answer = admin.post("/connect/connection-settings/erp/env", {"password": erp.password})
        text = answer.content.decode()
        assert 'filename="erp.env"' in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        names = ["PIM_URL", "PIM_CLIENT_ID", "PIM_SECRET", "PIM_USERNAME", "PIM_PASSWORD"]
        assert [line.split("=")[0] for line in text.splitlines()] == names
        script = f"set -eu\n{text}\nprintf '%s\\n' " + " ".join(f'"${name}"' for name in names)
        sourced = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
        assert sourced.stdout.split("\n")[:5] == [
            "http://testserver",
            erp.client_id,
            erp.secret,
            erp.username,
            erp.password,
        ]

    def test_an_unknown_password_is_left_open_with_a_remark(self, admin: Client, erp: Any) -> None:
        lines = admin.post("/connect/connection-settings/erp/env").content.decode().splitlines()
        assert lines[-1] == "PIM_PASSWORD="
        assert lines[-2].startswith("# The password is shown only once")

    def test_the_public_address_is_the_one_given(self, admin: Client, erp: Any, settings: Any) -> None:
        settings.LIMEN_PUBLIC_URL = "https://pim.example.com"
        text = admin.post("/connect/connection-settings/erp/env").content.decode()
        assert text.startswith("PIM_URL=https://pim.example.com\n")
        assert "https://pim.example.com/api/oauth/v1/token" in admin.get(PAGE).content.decode()

    @pytest.mark.parametrize("what", ["secret", "env"])
    def test_what_is_not_there_has_none(self, admin: Client, what: str) -> None:
        assert admin.post(f"/connect/connection-settings/unknown/{what}").status_code == 404

    def test_a_secret_whose_key_is_gone_says_what_to_do(self, admin: Client, erp: Any, settings: Any) -> None:
        from limen.connections.models import ClientSecret

        ClientSecret.objects.update(key_id="gone")
        answer = admin.post("/connect/connection-settings/erp/secret")
        assert answer.status_code == 409
        assert "egenerate" in answer.content.decode()


class TestFirstCall:
    STATE = "/connect/connection-settings/erp/first-call"

    def state(self, admin: Client) -> Any:
        return admin.get(self.STATE, headers={"hx-request": "true"})

    def test_the_page_waits_and_asks_again_and_is_told_nothing_until_there_is_news(
        self, admin: Client, erp: Any
    ) -> None:
        page = admin.get(PAGE).content.decode()
        assert "Waiting for the first call" in page
        assert 'hx-trigger="every 2s"' in page
        answer = self.state(admin)
        assert (answer.status_code, answer.content) == (204, b"")
        assert "no-store" in answer["Cache-Control"]

    def test_once_called_it_is_connected_and_asks_no_more(
        self, admin: Client, erp: operations.NewConnection, client: Client
    ) -> None:
        credentials = {"grant_type": "password", "username": erp.username, "password": erp.password}
        body = credentials | {"client_id": erp.client_id, "client_secret": erp.secret}
        assert client.post("/api/oauth/v1/token", body, content_type="application/json").status_code == 200
        for page in (self.state(admin).content.decode(), admin.get(PAGE).content.decode()):
            assert "Connected" in page
            assert "hx-trigger" not in page

    def test_a_deleted_connection_ends_the_asking(self, admin: Client) -> None:
        assert self.state(admin).status_code == 286

    def test_opened_in_a_window_it_is_the_page(self, admin: Client, erp: Any) -> None:
        assert admin.get(self.STATE)["Location"] == PAGE

    def test_it_is_one_query_beside_those_of_the_session(self, admin: Client, erp: Any, count_queries: Any) -> None:
        with count_queries(4):
            self.state(admin)


def test_tokens_issued_before_a_change_of_role_follow_it(admin: Client, erp: operations.NewConnection) -> None:
    token = token_for(erp)
    call = {"authorization": f"Bearer {token}"}
    assert Client().get("/api/rest/v1/currencies", headers=call).status_code == 200
    admin.post(PAGE, typed(user_role_id=make_role("ROLE_NOTHING", "pim_api_overall_access").id))
    assert Client().get("/api/rest/v1/currencies", headers=call).status_code == 403
