from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from limen.accounts import operations, queries, rules
from limen.accounts.models import Role, User
from limen.accounts.rules import PERMISSIONS, SYSTEM, Caller
from limen.connections import operations as connections
from limen.events import queries as events
from limen.events.models import Event
from limen.kit import clock
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import NOW, PASSWORD, make_group, make_role, make_user
from tests.factories.connections import Connection, make_connection

pytestmark = pytest.mark.usefixtures("installed")

HANDS = Caller(None, "hands", "Hands", "user", frozenset({rules.EDIT_USERS, "pim_api_product_list"}))


def create(by: Caller = SYSTEM, **others: Any) -> operations.NewPerson:
    given: dict[str, Any] = {
        "username": "julia",
        "password": PASSWORD,
        "email": "julia@example.com",
        "first_name": "Julia",
        "last_name": "Stark",
        "timezone": "Europe/Paris",
        "role_ids": [Role.objects.get(code="ROLE_USER").id],
        "group_ids": [],
    }
    return operations.create_person(**{**given, **others}, by=by, now=NOW)


def update(user_id: int, by: Caller = SYSTEM, **others: Any) -> None:
    found = queries.user_details(user_id)
    given: dict[str, Any] = {
        "email": found.email,
        "first_name": found.first_name,
        "last_name": found.last_name,
        "timezone": found.timezone,
        "role_ids": found.role_ids,
        "group_ids": [id for id in found.group_ids if id in {one.id for one in queries.groups_to_choose()}],
    }
    operations.update_person(user_id=user_id, **{**given, **others}, by=by, now=NOW)


def codes(refusal: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in refusal.value.violations]


def token_of(user_id: int) -> str:
    client = Connection.objects.get(code=make_connection().code).client_id
    return connections.issue_token(client_id=client, user_id=user_id, now=clock.now()).access_token


def call(token: str) -> int:
    return Client(headers={"authorization": f"Bearer {token}"}).get("/api/rest/v1/categories").status_code


class TestCreate:
    def test_makes_somebody_who_can_sign_in(self) -> None:
        group = make_group("Paris")
        new = create(group_ids=[group.id])
        user = User.objects.get(id=new.id)
        assert (user.type, user.timezone, new.password) == ("user", "Europe/Paris", None)
        assert {one.name for one in user.groups.all()} == {"All", "Paris"}
        assert user.check_password(PASSWORD)

    def test_makes_a_password_when_none_is_given(self) -> None:
        new = create(password="")
        assert new.password
        assert User.objects.get(id=new.id).check_password(new.password)

    def test_is_history_without_the_password(self) -> None:
        new = create(password="")
        (event,) = events.history("user:julia")
        found = {one["path"]: one["after"] for one in orjson.loads(event.data)["changes"]}
        assert event.kind == "user.created"
        assert found["roles"] == ["ROLE_USER"]
        assert new.password and not Event.objects.filter(data__contains=new.password).exists()
        assert "password" not in event.data

    @pytest.mark.parametrize(
        ("others", "expected"),
        [
            ({"username": ""}, ("username", "username.required")),
            ({"username": "x" * 256}, ("username", "username.too_long")),
            ({"username": "ADA"}, ("username", "username.taken")),
            ({"email": "nobody"}, ("email", "email.invalid")),
            ({"email": "ADA@example.com"}, ("email", "email.taken")),
            ({"password": "short"}, ("password", "password.weak")),
            ({"first_name": "x" * 256}, ("first_name", "first_name.too_long")),
            ({"timezone": "Mars/Olympus"}, ("timezone", "timezone.unknown")),
            ({"role_ids": []}, ("roles", "roles.required")),
            ({"role_ids": [0]}, ("roles", "roles.unknown")),
            ({"group_ids": [0]}, ("groups", "groups.unknown")),
        ],
    )
    def test_is_refused_at_its_field(self, others: dict[str, Any], expected: tuple[str, str]) -> None:
        make_user("ada", email="ada@example.com")
        with pytest.raises(Invalid) as refusal:
            create(**others)
        assert codes(refusal) == [expected]

    def test_nobody_gives_a_role_that_allows_more_than_they_may(self) -> None:
        with pytest.raises(Invalid) as refusal:
            create(by=HANDS)
        assert codes(refusal) == [("roles", "roles.not_held")]
        create(by=HANDS, role_ids=[make_role("ROLE_READER", "pim_api_product_list").id])

    def test_the_role_of_an_app_is_no_role_for_people(self) -> None:
        app = Role.objects.create(code="ROLE_APP_1", label="App", type="app", permissions=[])
        with pytest.raises(Invalid) as refusal:
            create(role_ids=[app.id])
        assert codes(refusal) == [("roles", "roles.unknown")]


class TestUpdate:
    def test_is_history_with_what_differs(self) -> None:
        julia = create().id
        administrator = Role.objects.get(code="ROLE_ADMINISTRATOR").id
        update(julia, first_name="Jule", role_ids=[administrator])
        update(julia)
        kinds = [(event.kind, orjson.loads(event.data)["changes"]) for event in events.history("user:julia")]
        assert [kind for kind, _ in kinds] == ["user.updated", "user.created"]
        assert kinds[0][1] == [
            {"path": "first_name", "before": "Julia", "after": "Jule"},
            {"path": "roles", "before": ["ROLE_USER"], "after": ["ROLE_ADMINISTRATOR"]},
        ]

    def test_from_an_older_state_is_a_conflict(self) -> None:
        julia = create().id
        seen = queries.user_details(julia).version
        update(julia, first_name="Jule")
        with pytest.raises(Conflict):
            update(julia, first_name="Juliette", version=seen)
        assert User.objects.get(id=julia).first_name == "Jule"

    def test_of_somebody_who_may_do_more_is_forbidden(self) -> None:
        julia = create().id
        with pytest.raises(Forbidden):
            update(julia, by=HANDS, first_name="Eve")
        assert User.objects.get(id=julia).first_name == "Julia"

    def test_nobody_gives_themselves_more(self) -> None:
        role = make_role("ROLE_HANDS", *HANDS.permissions)
        hands = create(username="hands", role_ids=[role.id]).id
        by = Caller(hands, "hands", "Hands", "user", HANDS.permissions)
        with pytest.raises(Invalid) as refusal:
            update(hands, by=by, role_ids=[role.id, Role.objects.get(code="ROLE_ADMINISTRATOR").id])
        assert codes(refusal) == [("roles", "roles.not_held")]

    def test_the_last_who_may_edit_roles_keeps_it(self) -> None:
        ada = make_user("ada").id
        with pytest.raises(Invalid) as refusal:
            update(ada, role_ids=[Role.objects.get(code="ROLE_USER").id])
        assert codes(refusal) == [("", "role.last_manager")]

    def test_an_address_of_somebody_else_is_refused_and_ones_own_may_change_its_case(self) -> None:
        make_user("ada", email="ada@example.com")
        julia = create().id
        with pytest.raises(Invalid) as refusal:
            update(julia, email="Ada@Example.com")
        assert codes(refusal) == [("email", "email.taken")]
        update(julia, email="Julia@example.com")


class TestAccess:
    def test_of_a_person_kept_out_is_over_and_does_not_come_back(self) -> None:
        julia = create().id
        browser = Client()
        browser.force_login(User.objects.get(id=julia))
        token = token_of(julia)
        assert (browser.get("/account/password").status_code, call(token)) == (200, 200)
        operations.set_person_enabled(user_id=julia, enabled=False, by=SYSTEM, now=NOW)
        assert (browser.get("/account/password").status_code, call(token)) == (302, 401)
        operations.set_person_enabled(user_id=julia, enabled=True, by=SYSTEM, now=NOW)
        assert (browser.get("/account/password").status_code, call(token)) == (302, 401)
        assert Session.objects.count() == 0
        kinds = [event.kind for event in events.history("user:julia")]
        assert kinds == ["user.enabled", "user.disabled", "user.created"]

    def test_of_others_goes_on(self) -> None:
        julia, ada = create().id, make_user("ada")
        browser = Client()
        browser.force_login(ada)
        operations.set_person_enabled(user_id=julia, enabled=False, by=SYSTEM, now=NOW)
        assert browser.get("/account/password").status_code == 200

    def test_ends_with_a_new_password(self) -> None:
        julia = create().id
        token = token_of(julia)
        made = operations.set_person_password(user_id=julia, password="", by=SYSTEM, now=NOW)
        assert made and User.objects.get(id=julia).check_password(made)
        assert call(token) == 401

    def test_ends_with_ones_own_new_password(self) -> None:
        julia = create().id
        token = token_of(julia)
        by = Caller(julia, "julia", "Julia", "user", frozenset())
        operations.change_own_password(current=PASSWORD, password="another fine sentence", by=by, now=NOW)
        assert call(token) == 401

    def test_ends_when_the_person_is_deleted(self) -> None:
        julia = create().id
        browser = Client()
        browser.force_login(User.objects.get(id=julia))
        token = token_of(julia)
        operations.delete_person(user_id=julia, by=SYSTEM, now=NOW)
        assert not User.objects.filter(id=julia).exists()
        assert (browser.get("/account/password").status_code, call(token)) == (302, 401)
        assert events.history("user:julia")[0].kind == "user.deleted"

    @pytest.mark.parametrize(
        "change",
        [
            lambda id, by: operations.set_person_enabled(user_id=id, enabled=False, by=by, now=NOW),
            lambda id, by: operations.delete_person(user_id=id, by=by, now=NOW),
            lambda id, by: operations.set_person_password(user_id=id, password="", by=by, now=NOW),
        ],
    )
    def test_is_guarded(self, change: Any) -> None:
        julia, ada = create().id, make_user("ada").id
        me = Caller(julia, "julia", "Julia", "user", frozenset(PERMISSIONS))
        with pytest.raises(Conflict):
            change(julia, me)
        with pytest.raises(Forbidden):
            change(ada, HANDS)
        erp = User.objects.get(username=make_connection().username).id
        for unknown in (0, erp):
            with pytest.raises(NotFound):
                change(unknown, SYSTEM)
        assert User.objects.filter(id=erp, enabled=True).exists()

    def test_of_the_last_who_may_edit_roles_stays(self) -> None:
        ada = make_user("ada").id
        with pytest.raises(Conflict):
            operations.set_person_enabled(user_id=ada, enabled=False, by=SYSTEM, now=NOW)
        with pytest.raises(Conflict):
            operations.delete_person(user_id=ada, by=SYSTEM, now=NOW)
        assert User.objects.filter(id=ada, enabled=True).exists()


class TestList:
    def test_shows_people_only(self) -> None:
        make_user("ada", email="ada@example.com", name="Ada")
        make_connection()
        (row,) = queries.people().users
        assert (row.username, row.name, row.email) == ("ada", "Ada", "ada@example.com")
        assert (row.roles, row.enabled) == (("Administrator",), True)

    @pytest.mark.parametrize("search", ["JULI", "stark", "julia@ex", "stark julia", " "])
    def test_is_searched_by_names_and_address(self, search: str) -> None:
        create()
        make_user("julia2", name="Other")
        assert "julia" in [row.username for row in queries.people(search=search).users]
        assert queries.people(search="nobody at all").users == []

    def test_is_turned_page_by_page_in_two_queries(self, count_queries) -> None:
        role = make_role("ROLE_READER")
        for number in range(5):
            make_user(f"u{number}", role=role.code)

        def page(**where: str) -> tuple[list[str], str | None, str | None]:
            found = queries.people(limit=2, **where)
            return [row.username for row in found.users], found.next, found.previous

        assert page() == (["u0", "u1"], "u1", None)
        assert page(after="u1") == (["u2", "u3"], "u3", "u2")
        assert page(after="u3") == (["u4"], None, "u4")
        assert page(before="u4") == (["u2", "u3"], "u3", "u2")
        assert page(before="u2") == (["u0", "u1"], "u1", None)
        with count_queries(2):
            queries.people()

    def test_of_time_zones_holds_utc(self) -> None:
        assert {"UTC", "Europe/Paris"} <= set(queries.timezones())
