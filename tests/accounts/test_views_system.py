"""The screens of users, roles and groups under System."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from limen.accounts import queries, rules
from limen.accounts.models import Group, Role, User
from limen.accounts.rules import PERMISSIONS, SYSTEM
from limen.events.models import Event
from tests.factories.accounts import PASSWORD, make_group, make_role, make_user, sign_in
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def admin(client: Client) -> Client:
    sign_in(client, username="ada")
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def box(page: str, name: str, value: object) -> str:
    found = re.search(rf'<input type="checkbox" name="{name}" value="{value}"[^>]*>', page)
    assert found, f"no box {name}={value}"
    return found[0]


class TestRoles:
    def test_list_names_them_with_their_numbers(self, admin: Client, count_queries) -> None:
        Role.objects.create(code="ROLE_APP_1", label="Some app", type="app", permissions=[])
        make_connection()
        with count_queries(6):  # session, user, caller, roles, counts, those who have no other
            page = text(admin.get("/system/roles"))
        assert "ROLE_ADMINISTRATOR" in page
        assert "Some app" not in page
        assert reverse("accounts:role-new") in page

    def test_list_offers_only_what_is_allowed(self, client: Client) -> None:
        sign_in(client, rules.SEE_ROLES)
        page = text(client.get("/system/roles"))
        for route in ("/system/roles/create", "/edit", "/delete", "/system/users", "/system/groups"):
            assert f'{route}"' not in page

    def test_editor_shows_every_permission_once(self, admin: Client) -> None:
        page = text(admin.get("/system/roles/create"))
        assert sorted(re.findall(r'name="permissions" value="([^"]+)"', page)) == sorted(PERMISSIONS)
        assert [page.index(f">{area}<") for area in ("System", "Connect", "Products", "Web API")]
        assert "checked" not in page

    def test_is_created_and_edited(self, admin: Client) -> None:
        made = admin.post("/system/roles/create", {"label": "Reader", "permissions": ["pim_api_product_list"]})
        assert (made.status_code, made["Location"]) == (303, "/system/roles/ROLE_READER/edit")
        page = text(admin.get(made["Location"]))
        assert "checked" in box(page, "permissions", "pim_api_product_list")
        assert "checked" not in box(page, "permissions", "pim_api_product_edit")
        saved = admin.post(made["Location"], {"label": "Writer", "permissions": ["pim_api_product_edit"]})
        assert saved.status_code == 303
        role = Role.objects.get(code="ROLE_READER")
        assert (role.label, role.permissions) == ("Writer", ["pim_api_product_edit"])

    def test_refusal_keeps_what_was_typed(self, admin: Client) -> None:
        answer = admin.post("/system/roles/create", {"label": "x" * 26, "permissions": ["pim_api_product_list"]})
        assert answer.status_code == 422
        assert "at most 25 characters" in text(answer)
        assert "checked" in box(text(answer), "permissions", "pim_api_product_list")

    def test_what_the_caller_does_not_hold_is_locked_and_stays(self, client: Client) -> None:
        sign_in(client, rules.EDIT_ROLES, "pim_api_product_list")
        make_role("ROLE_OLD", "pim_api_product_edit")
        page = text(client.get("/system/roles/ROLE_OLD/edit"))
        for locked in ("pim_api_product_edit", "pim_api_product_remove"):
            assert "disabled" in box(page, "permissions", locked)
        assert "checked" in box(page, "permissions", "pim_api_product_edit")
        assert "disabled" not in box(page, "permissions", "pim_api_product_list")
        client.post("/system/roles/ROLE_OLD/edit", {"label": "Old", "permissions": ["pim_api_product_list"]})
        assert Role.objects.get(code="ROLE_OLD").permissions == ["pim_api_product_edit", "pim_api_product_list"]
        beyond = {"label": "Old", "permissions": ["pim_api_product_remove"]}
        answer = client.post("/system/roles/ROLE_OLD/edit", beyond)
        assert answer.status_code == 422
        assert "You cannot give a permission that you do not have yourself" in text(answer)

    def test_saved_from_an_older_state_shows_the_newer_one(self, admin: Client) -> None:
        make_role("ROLE_READER", "pim_api_product_list")
        seen = queries.role_details("ROLE_READER", by=SYSTEM).version
        path = "/system/roles/ROLE_READER/edit"
        admin.post(path, {"label": "Theirs", "permissions": ["pim_api_family_list"], "version": seen})
        mine = {"label": "Mine", "permissions": ["pim_api_product_list"], "version": seen}
        answer = admin.post(path, mine)
        page = text(answer)
        assert answer.status_code == 409
        assert "Somebody else saved this role" in page
        assert "List families: <b>given</b>" in page
        assert 'value="Mine"' in page
        again = re.search(r'name="version" value="(\w+)"', page)
        assert again and admin.post(path, {**mine, "version": again[1]}).status_code == 303
        assert Role.objects.get(code="ROLE_READER").label == "Mine"

    def test_is_deleted_after_a_question(self, admin: Client) -> None:
        make_role("ROLE_READER")
        path = "/system/roles/ROLE_READER/delete"
        assert admin.get(path).status_code == 200
        assert Role.objects.filter(code="ROLE_READER").exists()
        assert admin.post(path)["Location"] == "/system/roles"
        assert not Role.objects.filter(code="ROLE_READER").exists()

    def test_case_82_the_only_role_of_a_connection_stays(self, admin: Client) -> None:
        make_role("ROLE_READER")
        make_connection(role="ROLE_READER")
        path = "/system/roles/ROLE_READER/delete"
        page = text(admin.get(path))
        assert "1 connection has no other role" in page
        assert 'class="btn primary danger"' not in page
        assert admin.post(path).status_code == 409

    def test_delete_stands_only_where_it_can_be(self, admin: Client) -> None:
        make_role("ROLE_READER")
        listed = text(admin.get("/system/roles"))
        assert 'aria-label="Delete ROLE_READER"' in listed
        assert 'aria-label="Delete User"' not in listed
        assert 'aria-label="Why User stays"' in listed
        assert "/system/roles/ROLE_READER/delete" in text(admin.get("/system/roles/ROLE_READER/edit"))
        page = text(admin.get("/system/roles/ROLE_USER/edit"))
        assert "/system/roles/ROLE_USER/delete" not in page
        assert "Every new connection starts with this role, so it cannot be deleted." in page

    def test_the_reason_is_for_those_who_may_delete(self, client: Client) -> None:
        sign_in(client, rules.SEE_ROLES, rules.EDIT_ROLES)
        assert "cannot be deleted" not in text(client.get("/system/roles/ROLE_USER/edit"))
        assert "Why" not in text(client.get("/system/roles"))

    def test_of_an_app_has_no_page(self, admin: Client) -> None:
        Role.objects.create(code="ROLE_APP_1", label="Some app", type="app", permissions=[])
        for what in ("edit", "delete"):
            assert admin.get(f"/system/roles/ROLE_APP_1/{what}").status_code == 404
            assert admin.post(f"/system/roles/ROLE_APP_1/{what}", {"label": "x"}).status_code == 404

    def test_nobody_is_left_without_a_keeper_of_roles(self, admin: Client) -> None:
        answer = admin.post("/system/roles/ROLE_ADMINISTRATOR/edit", {"label": "Administrator", "permissions": []})
        assert answer.status_code == 422
        assert "Nobody could edit roles any more" in text(answer)
        assert len(Role.objects.get(code="ROLE_ADMINISTRATOR").permissions) == len(PERMISSIONS)

    def test_changes_count_from_the_next_click(self, admin: Client) -> None:
        reader = Client()
        sign_in(reader, rules.SEE_USERS, username="reader")
        assert reader.get("/system/users").status_code == 200
        admin.post("/system/roles/ROLE_OF_READER/edit", {"label": "Reader", "permissions": []})
        assert reader.get("/system/users").status_code == 403


class TestGroups:
    def test_is_created_renamed_and_deleted(self, admin: Client) -> None:
        assert admin.post("/system/groups/create", {"name": "Paris"}).status_code == 303
        group = Group.objects.get(name="Paris").id
        assert admin.get(f"/system/groups/{group}/edit").status_code == 200
        assert admin.post(f"/system/groups/{group}/edit", {"name": "Lyon"}).status_code == 303
        assert "Lyon" in text(admin.get("/system/groups"))
        assert admin.get(f"/system/groups/{group}/delete").status_code == 200
        assert admin.post(f"/system/groups/{group}/delete").status_code == 303
        assert not Group.objects.filter(id=group).exists()

    def test_name_is_refused_at_its_field(self, admin: Client) -> None:
        make_group("Paris")
        for name in ("", "x" * 31, "paris"):
            answer = admin.post("/system/groups/create", {"name": name})
            assert answer.status_code == 422
            assert 'id="id_name_error"' in text(answer)

    def test_of_everybody_has_no_page(self, admin: Client) -> None:
        everybody = Group.objects.get(name="All").id
        for what in ("edit", "delete"):
            assert admin.get(f"/system/groups/{everybody}/{what}").status_code == 404
            assert admin.post(f"/system/groups/{everybody}/{what}", {"name": "x"}).status_code == 404
            assert f"/system/groups/{everybody}/{what}" not in text(admin.get("/system/groups"))


class TestUsers:
    def person(self, **others: Any) -> dict[str, Any]:
        role = Role.objects.get(code="ROLE_USER").id
        return {"username": "julia", "password": PASSWORD, "timezone": "UTC", "roles": [role], **others}

    def test_list_shows_people_only(self, admin: Client, count_queries) -> None:
        new = make_connection()
        make_user("julia", email="julia@example.com")
        with count_queries(5):  # session, user, caller, people, roles
            page = text(admin.get("/system/users"))
        assert "julia@example.com" in page
        assert new.username not in page
        assert "No user matches" in text(admin.get(f"/system/users?search={new.username}"))

    def test_list_is_searched(self, admin: Client) -> None:
        make_user("julia")
        assert "julia" in text(admin.get("/system/users?search=JUL"))
        assert "No user matches" in text(admin.get("/system/users?search=nobody"))
        assert admin.get("/system/users?search=a%00&after=%00").status_code == 200

    def test_is_created_with_a_password_that_was_typed(self, admin: Client) -> None:
        group = make_group("Paris").id
        answer = admin.post("/system/users/create", self.person(groups=[group], email="julia@example.com"))
        julia = User.objects.get(username="julia")
        assert (answer.status_code, answer["Location"]) == (303, f"/system/users/{julia.id}/edit")
        assert julia.check_password(PASSWORD)
        page = text(admin.get(answer["Location"]))
        assert "checked" in box(page, "groups", group)
        assert PASSWORD not in page

    def test_is_created_with_a_password_that_is_shown_once(self, admin: Client) -> None:
        answer = admin.post("/system/users/create", self.person(password=""))
        made = re.search(r'<dd id="made">(\w+)</dd>', text(answer))
        assert made
        assert "no-store" in answer["Cache-Control"]
        julia = User.objects.get(username="julia")
        assert julia.check_password(made[1])
        assert made[1] not in text(admin.get(f"/system/users/{julia.id}/edit"))
        assert not Event.objects.filter(data__contains=made[1]).exists()

    def test_everything_wrong_is_said_at_once(self, admin: Client) -> None:
        wrong = self.person(username="", email="x", password="s3cret", roles=[])
        answer = admin.post("/system/users/create", wrong)
        assert answer.status_code == 422
        for field in ("username", "email", "password", "roles"):
            assert f'id="id_{field}_error"' in text(answer)
        assert "s3cret" not in text(answer)

    def test_a_role_beyond_ones_own_is_locked(self, client: Client) -> None:
        sign_in(client, rules.CREATE_USERS)
        administrator = Role.objects.get(code="ROLE_ADMINISTRATOR").id
        assert "disabled" in box(text(client.get("/system/users/create")), "roles", administrator)
        answer = client.post("/system/users/create", self.person(username="eve", roles=[administrator]))
        assert answer.status_code == 422
        assert not User.objects.filter(username="eve").exists()

    def test_is_edited(self, admin: Client) -> None:
        julia = make_user("julia", role="user")
        path = f"/system/users/{julia.id}/edit"
        page = text(admin.get(path))
        version = re.search(r'name="version" value="(\w+)"', page)
        assert version
        administrator = Role.objects.get(code="ROLE_ADMINISTRATOR").id
        changed = {"first_name": "Julia", "timezone": "Asia/Tokyo", "roles": [administrator], "version": version[1]}
        assert admin.post(path, {**changed, "username": "other"}).status_code == 303
        julia.refresh_from_db()
        assert (julia.username, julia.first_name, julia.timezone) == ("julia", "Julia", "Asia/Tokyo")
        assert [role.id for role in julia.roles.all()] == [administrator]
        answer = admin.post(path, {**changed, "first_name": "Jule"})
        assert answer.status_code == 409
        assert "First name: <b>Julia</b>" in text(answer)
        assert 'value="Jule"' in text(answer)

    def test_of_a_connection_has_no_page(self, admin: Client) -> None:
        erp = User.objects.get(username=make_connection().username)
        for what in ("edit", "password", "delete"):
            assert admin.get(f"/system/users/{erp.id}/{what}").status_code == 404
        for what in ("edit", "password", "enable", "disable", "delete"):
            assert admin.post(f"/system/users/{erp.id}/{what}", self.person()).status_code == 404
        assert User.objects.filter(id=erp.id, enabled=True, password=erp.password).exists()

    def test_who_may_do_more_has_a_page_that_says_so(self, client: Client) -> None:
        sign_in(client, rules.EDIT_USERS, rules.DELETE_USERS)
        ada = make_user("ada")
        for what in ("edit", "password", "delete"):
            answer = client.get(f"/system/users/{ada.id}/{what}")
            assert answer.status_code == 403
            assert "may do more than you" in text(answer)
        for what in ("edit", "password", "enable", "disable", "delete"):
            assert client.post(f"/system/users/{ada.id}/{what}", self.person()).status_code == 403

    def test_gets_a_new_password(self, admin: Client) -> None:
        julia = make_user("julia")
        path = f"/system/users/{julia.id}/password"
        assert admin.get(path).status_code == 200
        assert admin.post(path, {"password": "short"}).status_code == 422
        assert admin.post(path, {"password": "another fine sentence"}).status_code == 303
        julia.refresh_from_db()
        assert julia.check_password("another fine sentence")
        shown = admin.post(path, {"password": ""})
        made = re.search(r'<dd id="made">(\w+)</dd>', text(shown))
        julia.refresh_from_db()
        assert made and julia.check_password(made[1])

    def test_is_kept_out_and_let_in_again(self, admin: Client) -> None:
        other = Client()
        julia = sign_in(other, username="julia")
        assert admin.post(f"/system/users/{julia.id}/disable").status_code == 303
        assert other.get("/system")["Location"].startswith("/sign-in")
        assert "Deactivated" in text(admin.get("/system/users"))
        assert admin.post(f"/system/users/{julia.id}/enable").status_code == 303
        assert User.objects.filter(id=julia.id, enabled=True).exists()

    def test_is_deleted_after_a_question(self, admin: Client) -> None:
        julia = make_user("julia")
        path = f"/system/users/{julia.id}/delete"
        assert admin.get(path).status_code == 200
        assert admin.post(path)["Location"] == "/system/users"
        assert not User.objects.filter(id=julia.id).exists()

    def test_nobody_shuts_themselves_out(self, admin: Client) -> None:
        ada = User.objects.get(username="ada").id
        make_user("eve")
        page = text(admin.get(f"/system/users/{ada}/edit"))
        assert f"/system/users/{ada}/disable" not in page
        assert f"/system/users/{ada}/delete" not in page
        assert admin.post(f"/system/users/{ada}/disable").status_code == 409
        question = text(admin.get(f"/system/users/{ada}/delete"))
        assert "You cannot shut yourself out" in question
        assert 'class="btn primary danger"' not in question
        assert admin.post(f"/system/users/{ada}/delete").status_code == 409
        assert admin.get(f"/system/users/{ada}/password")["Location"] == "/account/password"
        assert User.objects.filter(id=ada, enabled=True).exists()

    def test_nothing_typed_becomes_markup(self, admin: Client) -> None:
        make_user("<b>x", name="<img src=x>")
        page = text(admin.get("/system/users"))
        assert "<img src=x>" not in page
        assert "&lt;b&gt;x" in page


class TestSystem:
    def test_leads_to_what_is_allowed(self, client: Client) -> None:
        sign_in(client, "limen_system_index", rules.SEE_GROUPS)
        page = text(client.get("/system"))
        assert page.count('href="/system/groups"') == 2  # tile, panel
        assert 'href="/system/users"' not in page
        assert 'href="/system/roles"' not in page
