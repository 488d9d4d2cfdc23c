"""The screens of a connection's life: pause, end, last use, search, and who may do what on them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from limen.accounts.models import User
from limen.accounts.rules import (
    CONNECTION_CREDENTIALS,
    CONNECTION_RIGHTS,
    MANAGE_CONNECTIONS,
    PERMISSIONS,
    SEE_CONNECTIONS,
)
from limen.connections.models import Connection
from limen.connections.operations import NewConnection
from limen.events import queries as events
from limen.kit import clock
from tests.connections.test_views_settings import PAGE, saved, typed
from tests.factories.accounts import make_group, make_role, make_user, sign_in
from tests.factories.connections import make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

LIST = "/connect/connection-settings"
ROOT = f"{LIST}/erp"
DAY = timedelta(days=1)


@pytest.fixture
def erp(installed: None) -> NewConnection:
    return make_connection("My ERP", code="erp")


def browser(*permissions: str) -> Client:
    client = Client()
    sign_in(client, *permissions, username="somebody")
    return client


def lacking(permission: str) -> Client:
    """A browser of somebody who may do everything but this."""
    return browser(*(PERMISSIONS.keys() - {permission}))


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def cards(page: str) -> list[str]:
    return re.findall(rf'class="name" href="{LIST}/(\w+)/edit"', page)


def field(page: str, id: str) -> str:
    found = re.search(rf'<(?:select|input|textarea)[^>]* id="{id}"[^>]*>', page)
    assert found, id
    return found[0]


class TestPause:
    def test_case_128_it_asks_first_and_then_pauses_and_resumes(self, admin: Client, erp: NewConnection) -> None:
        assert "Pause the connection?" in text(admin, f"{ROOT}/pause")
        assert saved().enabled
        answer = admin.post(f"{ROOT}/pause")
        assert (answer.status_code, answer["Location"]) == (303, PAGE)
        page = text(admin, PAGE)
        assert '<span class="badge warn">Paused</span>' in page
        assert "This connection is paused." in page
        assert f'href="{ROOT}/resume"' in page and f'href="{ROOT}/pause"' not in page
        assert '<span class="badge warn">Paused</span>' in text(admin, LIST)
        assert "Resume the connection?" in text(admin, f"{ROOT}/resume")
        assert admin.post(f"{ROOT}/resume").status_code == 303
        assert saved().enabled

    @pytest.mark.parametrize("act", ["pause", "resume"])
    def test_what_is_not_there(self, admin: Client, act: str) -> None:
        assert admin.get(f"{LIST}/nope/{act}")["Location"] == LIST
        assert admin.post(f"{LIST}/nope/{act}").status_code == 404


class TestUpkeep:
    def test_end_owner_and_notes_are_saved(self, admin: Client, erp: NewConnection) -> None:
        julia = User.objects.get(username="julia")
        User.objects.filter(id=julia.id).update(timezone="Asia/Tokyo", first_name="Julia", last_name="Jones")
        page = text(admin, PAGE)
        assert "Asia/Tokyo" in page and "Julia Jones (julia)" in page
        changes = {"expires_on": "2099-01-31", "owner_id": julia.id, "notes": "Ask <b>Julia</b>"}
        assert admin.post(PAGE, typed(**changes)).status_code == 303
        assert saved().expires_at and saved().expires_at.isoformat() == "2099-01-31T15:00:00+00:00"
        page = text(admin, PAGE)
        assert 'value="2099-01-31"' in page
        assert f'<option value="{julia.id}" selected>' in page
        assert "Ask &lt;b&gt;Julia&lt;/b&gt;" in page

    def test_an_end_that_nobody_touched_stays_to_the_second(self, admin: Client, erp: NewConnection) -> None:
        end = clock.now().replace(hour=4, minute=5) + 3 * DAY
        Connection.objects.update(expires_at=end)
        day = re.search(r'name="expires_on" value="([\d-]+)"', text(admin, PAGE))
        assert day
        assert admin.post(PAGE, typed(label="Your ERP", expires_on=day[1])).status_code == 303
        assert (saved().label, saved().expires_at) == ("Your ERP", end)

    def test_case_133_end_and_owner_that_somebody_else_saved_are_named(self, admin: Client, erp: NewConnection) -> None:
        mine = typed(expires_on="2099-01-31")
        admin.post(PAGE, typed(notes="Theirs", owner_id=User.objects.get(username="julia").id))
        answer = admin.post(PAGE, mine)
        page = answer.content.decode()
        assert answer.status_code == 409
        for line in ("Last day: <b>nothing</b>", "Owner: <b>julia</b>", "Notes: <b>Theirs</b>"):
            assert f"<li>{line}</li>" in page
        assert 'value="2099-01-31"' in page
        assert (saved().notes, saved().expires_at) == ("Theirs", None)

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("expires_on", "2001-01-01", "This day is over."),
            ("expires_on", "9999-12-31", "too far away"),
            ("expires_on", "tomorrow", "Enter a day"),
            ("owner_id", "987654", "This person is not here any more"),
            ("notes", "x" * 2001, "at most 2000 characters"),
        ],
    )
    def test_what_is_refused_stands_at_its_field(
        self, admin: Client, erp: NewConnection, name: str, value: str, words: str
    ) -> None:
        answer = admin.post(PAGE, typed(**{name: value}))
        assert answer.status_code == 422
        error = re.search(rf'id="id_{name}_error">(.*?)</div>', answer.content.decode(), re.DOTALL)
        assert error and words in error[1]
        assert saved().version == 1

    def test_the_users_of_connections_and_disabled_people_own_nothing(self, admin: Client, erp: NewConnection) -> None:
        make_user("gone")
        User.objects.filter(username="gone").update(enabled=False)
        page = text(admin, PAGE)
        owners = page[page.index('id="id_owner_id"') :]
        owners = owners[: owners.index("</select>")]
        assert "julia" in owners and "gone" not in owners and erp.username not in owners

    @pytest.mark.parametrize(
        ("days", "words"),
        [(-1, "Expired"), (0.5, "Expires in 1 day"), (7, "Expires in 7 days"), (31, "")],
    )
    def test_case_134_card_and_page_tell_of_the_end(
        self, admin: Client, erp: NewConnection, days: float, words: str
    ) -> None:
        Connection.objects.update(expires_at=clock.now() + timedelta(days=days, minutes=-1 if days > 0 else 0))
        for path in (LIST, PAGE):
            page = text(admin, path)
            assert (f">{words}</span>" in page) if words else ("Expires in" not in page)


class TestLastUse:
    def test_case_132_the_page_shows_when_from_where_and_by_what(self, admin: Client, erp: NewConnection) -> None:
        assert "It was never used." in text(admin, PAGE)
        headers = {"authorization": f"Bearer {token_for(erp)}", "user-agent": "<b>curl</b>"}
        Client().get("/api/rest/v1/currencies", headers=headers)
        page = text(admin, PAGE)
        assert "<code>127.0.0.1</code>" in page
        assert "&lt;b&gt;curl&lt;/b&gt;" in page
        assert "none yet" in page
        for grant, words in (("password", "by password"), ("refresh_token", "by refresh token")):
            Connection.objects.update(last_token_at=clock.now(), last_token_grant=grant)
            assert words in text(admin, PAGE)

    def test_cards_tell_of_silence(self, admin: Client) -> None:
        now = clock.now()
        for code, ago in (("never", None), ("fresh", DAY), ("silent", 9 * DAY)):
            make_connection(code=code)
            Connection.objects.filter(code=code).update(last_used_at=ago and now - ago)
        page = text(admin, LIST)
        assert page.count("never used") == 1
        assert page.count("silent for 9 days") == 1
        assert page.count("silent for") == 1


class TestSearch:
    @pytest.fixture(autouse=True)
    def doors(self, installed: None) -> None:
        now = clock.now()
        make_connection("My ÉRP", code="erp", auditable=True, now=now)
        make_connection("Web shop", code="shop", flow_type="data_destination", now=now)
        make_connection("Old", code="old", flow_type="other", now=now - 91 * DAY)
        Connection.objects.filter(code="shop").update(enabled=False, expires_at=now + DAY)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, ["erp", "shop", "old"]),
            ({"search": " érp "}, ["erp"]),
            ({"search": "SHOP_"}, ["shop"]),
            ({"flow": "other"}, ["old"]),
            ({"flow": "nonsense", "condition": "nonsense"}, ["erp", "shop", "old"]),
            ({"condition": "tracked"}, ["erp"]),
            ({"condition": "untracked"}, ["shop", "old"]),
            ({"condition": "unused"}, ["old"]),
            ({"condition": "paused"}, ["shop"]),
            ({"condition": "ending"}, ["shop"]),
            ({"condition": "warning"}, []),
            ({"search": "o", "flow": "other"}, ["old"]),
        ],
    )
    def test_it_finds_by_name_flow_and_condition(self, admin: Client, query: dict[str, str], found: list[str]) -> None:
        assert cards(text(admin, LIST, **query)) == found

    @pytest.mark.parametrize("search", ["{bad", "\0", "%", "_", "x" * 5000])
    def test_case_46_whatever_is_searched_for_is_only_text(self, admin: Client, search: str) -> None:
        found = cards(text(admin, LIST, search=search))
        assert found == (["erp", "shop", "old"] if search == "_" else [])

    def test_the_username_finds_its_connection(self, admin: Client) -> None:
        username = Connection.objects.get(code="old").user.username
        assert cards(text(admin, LIST, search=username)) == ["old"]

    def test_nothing_found_is_said_with_a_way_back_and_is_not_the_empty_state(self, admin: Client) -> None:
        page = text(admin, LIST, search="<x>")
        assert "No connection fits" in page and "No connection yet" not in page
        assert 'value="&lt;x&gt;"' in page
        assert "0 of 3" in page

    def test_it_is_three_queries_however_it_is_asked(self, admin: Client, count_queries: Any) -> None:
        # session, user, caller, connections, their failed calls, their number
        with count_queries(6):
            text(admin, LIST, search="o", condition="unused")


class TestWhoMay:
    @pytest.mark.parametrize("permission", [SEE_CONNECTIONS, MANAGE_CONNECTIONS])
    def test_either_permission_shows_list_and_page(self, erp: NewConnection, permission: str) -> None:
        client = browser(permission)
        assert cards(text(client, LIST)) == ["erp"]
        assert "My ERP" in text(client, PAGE)
        assert f'href="{LIST}"' in text(client, "/connect/data-flows")

    def test_case_42_to_45_without_either_there_is_nothing_to_see(self, erp: NewConnection) -> None:
        client = browser(*(PERMISSIONS.keys() - {SEE_CONNECTIONS, MANAGE_CONNECTIONS}))
        assert f'href="{LIST}"' not in text(client, "/connect/data-flows")
        assert f'href="{LIST}"' not in text(client, "/system")
        for path in (LIST, PAGE, f"{ROOT}/regenerate-secret", f"{ROOT}/regenerate-password"):
            assert client.get(path).status_code == 403, path
        for path in (f"{ROOT}/secret", f"{ROOT}/env", f"{ROOT}/regenerate-secret"):
            assert client.post(path).status_code == 403, path

    def test_the_system_tile_is_there_for_whoever_sees_them(self, erp: NewConnection) -> None:
        assert f'href="{LIST}"' in text(browser(SEE_CONNECTIONS, "limen_system_index"), "/system")

    def test_whoever_only_sees_changes_nothing(self, erp: NewConnection) -> None:
        client = lacking(MANAGE_CONNECTIONS)
        page = text(client, PAGE)
        assert ">Save</button>" not in page
        assert "Your role lets you see this connection, not change it." in page
        assert f'href="{ROOT}/delete"' not in page and f'href="{ROOT}/pause"' not in page
        for id in ("id_label", "id_user_role_id", "id_notes", "id_owner_id", "id_expires_on"):
            assert "disabled" in field(page, id)
        assert f'href="{LIST}/create"' not in text(client, LIST)
        before = Connection.objects.values().get()
        assert client.post(PAGE, typed(label="Mine")).status_code == 403
        for path in (f"{LIST}/create", f"{ROOT}/pause", f"{ROOT}/resume", f"{ROOT}/delete"):
            assert client.get(path).status_code == 403, path
            assert client.post(path, {"label": "Mine", "flow_type": "other"}).status_code == 403, path
        assert Connection.objects.values().get() == before

    def test_without_connections_whoever_only_sees_is_told_whom_to_ask(self) -> None:
        page = text(browser(SEE_CONNECTIONS), LIST)
        assert f'href="{LIST}/create"' not in page
        assert "Ask somebody who manages connections" in page

    def test_without_the_right_to_credentials_none_is_shown_or_renewed(self, erp: NewConnection) -> None:
        client = lacking(CONNECTION_CREDENTIALS)
        page = text(client, PAGE)
        assert 'id="secret"' not in page and 'id="password"' not in page and "/env" not in page
        assert erp.username in page
        for act in ("regenerate-secret", "regenerate-password"):
            assert client.get(f"{ROOT}/{act}").status_code == 403
        for act in ("regenerate-secret", "regenerate-password", "secret", "env"):
            assert client.post(f"{ROOT}/{act}").status_code == 403, act
        kinds = {event.kind for event in events.history("connection:erp")}
        assert kinds == {"connection.created"}

    def test_nor_at_creation(self) -> None:
        client = lacking(CONNECTION_CREDENTIALS)
        answer = client.post(f"{LIST}/create", {"label": "Shop", "code": "shop", "flow_type": "other"})
        assert answer.status_code == 303
        page = client.get(answer["Location"])
        assert 'id="password"' not in page.content.decode()
        assert not [name for name, _ in client.session.items() if name.startswith("connections.")]

    def test_without_the_right_to_roles_they_are_shown_and_stay(self, erp: NewConnection) -> None:
        client = lacking(CONNECTION_RIGHTS)
        page = text(client, PAGE)
        assert "disabled" in field(page, "id_user_role_id") and "disabled" in field(page, "id_user_group_id")
        assert "disabled" not in field(page, "id_label")
        assert "Your role does not let you choose the role and group of connections." in page
        # What such a page sends: neither role nor group.
        sent = typed(label="Your ERP")
        del sent["user_role_id"], sent["user_group_id"]
        role = saved().role_id
        assert client.post(PAGE, sent).status_code == 303
        assert (saved().label, saved().role_id) == ("Your ERP", role)

    @pytest.mark.parametrize("name", ["user_role_id", "user_group_id"])
    def test_and_what_is_sent_nevertheless_is_refused(self, erp: NewConnection, name: str) -> None:
        other = (make_role("ROLE_SMALL") if name == "user_role_id" else make_group()).id
        before = (saved().role_id, saved().group_id, saved().label)
        answer = lacking(CONNECTION_RIGHTS).post(PAGE, typed(label="Mine", **{name: other}))
        assert answer.status_code == 422
        assert 'id="id_user_role_id_error"' in answer.content.decode()
        assert (saved().role_id, saved().group_id, saved().label) == before

    def test_a_role_that_allows_more_than_oneself_cannot_be_chosen(self, erp: NewConnection) -> None:
        client = lacking("pim_api_product_remove")
        large, small = make_role("ROLE_LARGE", "pim_api_product_remove").id, make_role("ROLE_SMALL").id
        page = text(client, PAGE)
        assert re.search(rf'<option value="{large}" disabled>\s*ROLE_LARGE – allows more', page)
        assert f'<option value="{small}">' in page
        answer = client.post(PAGE, typed(user_role_id=large))
        assert answer.status_code == 422
        assert "allows more than you may do yourself" in answer.content.decode()
        assert client.post(PAGE, typed(user_role_id=small)).status_code == 303
        assert saved().role_id == small

    def test_whoever_lost_the_right_to_credentials_does_not_see_what_waits(self, erp: NewConnection) -> None:
        client = browser(MANAGE_CONNECTIONS, CONNECTION_CREDENTIALS)
        client.post(f"{ROOT}/regenerate-secret")
        role = User.objects.get(username="somebody").roles.get()
        role.permissions = [MANAGE_CONNECTIONS]
        role.save()
        assert 'id="secret"' not in text(client, PAGE)

    def test_case_44_whoever_is_only_signed_in_sees_names_in_data_flows_and_no_credential(
        self, reader: Client, erp: NewConnection
    ) -> None:
        Connection.objects.update(auditable=True)
        page = text(reader, "/connect/data-flows")
        assert "My ERP" in page
        for credential in (erp.client_id, erp.secret, erp.username, erp.password):
            assert credential not in page


class TestDelete:
    def test_case_78_what_was_used_lately_asks_for_its_code(self, admin: Client, erp: NewConnection) -> None:
        headers = {"authorization": f"Bearer {token_for(erp)}"}
        assert Client().get("/api/rest/v1/currencies", headers=headers).status_code == 200
        page = text(admin, f"{ROOT}/delete")
        assert "<b>1</b> access token works now." in page
        assert 'name="typed"' in page
        for wrong in ({}, {"typed": "er"}):
            refused = admin.post(f"{ROOT}/delete", wrong)
            assert refused.status_code == 422
            assert "Type the code erp" in refused.content.decode()
        assert Connection.objects.exists()
        assert admin.post(f"{ROOT}/delete", {"typed": " ERP "}).status_code == 303
        assert not Connection.objects.exists()
        assert Client().get("/api/rest/v1/currencies", headers=headers).status_code == 401

    def test_what_nobody_used_lately_goes_with_one_press(self, admin: Client, erp: NewConnection) -> None:
        Connection.objects.update(last_used_at=clock.now() - 7 * DAY)
        page = text(admin, f"{ROOT}/delete")
        assert 'name="typed"' not in page
        assert "<b>0</b> access tokens work now." in page
        assert admin.post(f"{ROOT}/delete").status_code == 303

    def test_case_80_what_is_not_there(self, admin: Client) -> None:
        answer = admin.post(f"{LIST}/nope/delete")
        assert answer.status_code == 404
        assert "nope" in answer.content.decode()
