from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.contrib.auth.hashers import check_password, make_password

from limen.accounts import operations, queries
from limen.accounts.models import Group, Role, User
from limen.accounts.rules import PERMISSIONS, SYSTEM
from limen.events import queries as events
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import NOW, PASSWORD, make_group, make_role, make_user

pytestmark = pytest.mark.usefixtures("installed")

CountQueries = Callable[[int], AbstractContextManager[Any]]


def paths(refusal: Invalid) -> list[tuple[str, str]]:
    return [(violation.path, violation.code) for violation in refusal.violations]


def draws(*numbers: int) -> Callable[[int], int]:
    """A die that shows these numbers, then the last one for ever."""

    def rolls() -> Iterator[int]:
        yield from numbers
        while True:
            yield numbers[-1]

    shown = rolls()
    return lambda below: next(shown)


class TestInstall:
    def test_makes_both_roles_and_the_group_of_everybody(self) -> None:
        assert set(Role.objects.values_list("code", "label")) == {
            ("ROLE_ADMINISTRATOR", "Administrator"),
            ("ROLE_USER", "User"),
        }
        assert set(Role.objects.get(code="ROLE_ADMINISTRATOR").permissions) == set(PERMISSIONS)
        assert list(Group.objects.values_list("name", flat=True)) == ["All"]

    def test_leaves_alone_what_people_have_changed(self) -> None:
        Role.objects.filter(code="ROLE_USER").update(permissions=["pim_api_product_list"], label="Reader")
        operations.install()
        assert Role.objects.count() == 2
        assert Role.objects.get(code="ROLE_USER").permissions == ["pim_api_product_list"]


class TestCreateUser:
    def create(self, **properties: str) -> int:
        given = {"username": "julia", "password": PASSWORD, "role": "administrator", **properties}
        return operations.create_user(**given, by=SYSTEM, now=NOW)

    def test_makes_a_person_with_a_role_in_the_group_of_everybody(self) -> None:
        identity = self.create(email="Julia@example.com", first_name="Julia", last_name="Brandt")
        user = User.objects.get(id=identity)
        assert (user.username, user.email, user.type, user.enabled) == ("julia", "Julia@example.com", "user", True)
        assert (user.timezone, user.ui_locale) == ("UTC", "en_US")
        assert [role.code for role in user.roles.all()] == ["ROLE_ADMINISTRATOR"]
        assert [group.name for group in user.groups.all()] == ["All"]
        assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        assert check_password(PASSWORD, user.password)

    def test_is_written_down(self) -> None:
        self.create()
        (event,) = events.history("user:julia")
        assert (event.kind, event.author, event.at) == ("user.created", "system", NOW)
        assert PASSWORD not in event.data

    @pytest.mark.parametrize("name", ["julia", "JULIA", "Julia"])
    def test_a_name_is_taken_whatever_its_case(self, name: str) -> None:
        self.create()
        with pytest.raises(Invalid) as refusal:
            self.create(username=name)
        assert paths(refusal.value) == [("username", "username.taken")]

    def test_an_email_belongs_to_one_person(self) -> None:
        self.create(email="julia@example.com")
        with pytest.raises(Invalid) as refusal:
            self.create(username="other", email="JULIA@example.com")
        assert paths(refusal.value) == [("email", "email.taken")]

    def test_many_people_have_no_email(self) -> None:
        self.create()
        self.create(username="other")

    @pytest.mark.parametrize("password", ["", "short", "password123456"[:9], "julia-julia"])
    def test_a_weak_password_is_refused(self, password: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.create(password=password, username="julia-julia")
        assert {path for path, _ in paths(refusal.value)} == {"password"}

    def test_everything_wrong_is_told_at_once(self) -> None:
        with pytest.raises(Invalid) as refusal:
            self.create(username="", password="x", role="emperor", email="nowhere")
        assert list(dict(paths(refusal.value))) == ["username", "email", "password", "role"]
        assert User.objects.count() == 0

    @pytest.mark.parametrize("role", ["user", "ROLE_USER", "User"])
    def test_a_role_goes_by_its_short_name_too(self, role: str) -> None:
        user = User.objects.get(id=self.create(role=role))
        assert [role.code for role in user.roles.all()] == ["ROLE_USER"]

    def test_costs_eight_statements_and_four_savepoint_marks(self, count_queries: CountQueries) -> None:
        # Four of them are savepoints: the operation in the test's transaction, and the insert in the operation.
        with count_queries(12):
            self.create(email="julia@example.com")


class TestCreateApiUser:
    def create(self, code: str = "erp", label: str = "My ERP", **others: Any) -> operations.ApiUser:
        return operations.create_api_user(code=code, label=label, by=SYSTEM, now=NOW, **others)

    def test_is_named_after_the_connection(self) -> None:
        new = self.create(label='My "ERP" <1>', draw=draws(16))
        user = User.objects.get(id=new.id)
        assert new.username == user.username == "erp_0017"
        assert (user.first_name, user.last_name) == ("My _ERP_ _1_", " ")
        assert (user.email, user.type, user.enabled) == ("erp_0017@example.com", "api", True)
        assert [role.code for role in user.roles.all()] == ["ROLE_USER"]
        assert [group.name for group in user.groups.all()] == ["All"]

    def test_has_a_long_password_that_is_stored_as_a_hash(self, settings: Any) -> None:
        new = self.create()
        assert len(new.password) == settings.LIMEN_PASSWORD_LENGTH == 24
        stored = User.objects.get(id=new.id).password
        assert new.password not in stored
        assert check_password(new.password, stored)

    def test_never_gets_the_number_zero(self) -> None:
        assert self.create(draw=draws(0)).username == "erp_0001"
        assert self.create(code="other", draw=lambda below: below - 1).username == "other_9999"

    def test_a_taken_number_is_drawn_again(self) -> None:
        self.create(draw=draws(4))
        assert self.create(draw=draws(4, 4, 4, 8)).username == "erp_0009"

    def test_after_twenty_taken_numbers_it_gets_six_digits(self) -> None:
        self.create(draw=draws(4))
        assert self.create(draw=draws(*[4] * 20, 41_999)).username == "erp_042000"

    def test_gives_up_after_forty(self) -> None:
        self.create(draw=draws(4))
        self.create(draw=draws(*[4] * 20, 4))
        with pytest.raises(Conflict):
            self.create(draw=draws(4))
        assert User.objects.count() == 2

    def test_carries_the_context_it_is_given(self) -> None:
        new = self.create(catalog_locale="en_US", catalog_channel="ecommerce", category_tree="master")
        user = User.objects.get(id=new.id)
        assert (user.catalog_locale, user.catalog_channel, user.category_tree) == ("en_US", "ecommerce", "master")

    def test_follows_the_label_and_goes_with_the_connection(self) -> None:
        new = self.create()
        operations.rename_api_user(user_id=new.id, label="ERP & Co")
        assert User.objects.get(id=new.id).first_name == "ERP _ Co"
        operations.delete_api_user(user_id=new.id)
        assert not User.objects.filter(id=new.id).exists()

    def test_people_are_not_deleted_by_that_road(self) -> None:
        julia = make_user()
        operations.delete_api_user(user_id=julia.id)
        operations.rename_api_user(user_id=julia.id, label="X")
        assert User.objects.get(id=julia.id).first_name == ""

    def test_costs_six_statements_and_four_savepoint_marks(self, count_queries: CountQueries) -> None:
        with count_queries(10):
            self.create()


class TestPasswords:
    def test_of_a_person_is_replaced(self) -> None:
        make_user()
        operations.set_password(username="JULIA", password="another fine sentence", by=SYSTEM, now=NOW)
        assert check_password("another fine sentence", User.objects.get().password)
        assert events.history("user:julia")[0].kind == "user.password_changed"

    def test_of_a_person_is_judged(self) -> None:
        make_user()
        with pytest.raises(Invalid) as refusal:
            operations.set_password(username="julia", password="short", by=SYSTEM, now=NOW)
        assert paths(refusal.value) == [("password", "password.weak")]

    def test_of_nobody(self) -> None:
        with pytest.raises(NotFound):
            operations.set_password(username="nobody", password=PASSWORD, by=SYSTEM, now=NOW)

    def test_of_a_connection_is_made_anew_not_chosen(self) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        with pytest.raises(NotFound):
            operations.set_password(username=new.username, password=PASSWORD, by=SYSTEM, now=NOW)
        password = operations.regenerate_password(user_id=new.id, by=SYSTEM, now=NOW)
        assert password != new.password
        row = queries.user_to_authenticate(new.username)
        assert operations.check_password(row, password)
        assert not operations.check_password(row, new.password)

    def test_of_a_person_is_not_made_by_the_machine(self) -> None:
        with pytest.raises(NotFound):
            operations.regenerate_password(user_id=make_user().id, by=SYSTEM, now=NOW)

    def test_of_ones_own_needs_the_current_one(self) -> None:
        julia = make_user()
        caller = queries.caller_for(julia.id)
        assert caller is not None
        with pytest.raises(Invalid) as refusal:
            operations.change_own_password(current="wrong", password="another fine sentence", by=caller, now=NOW)
        assert paths(refusal.value) == [("current", "password.wrong")]
        operations.change_own_password(current=PASSWORD, password="another fine sentence", by=caller, now=NOW)
        assert check_password("another fine sentence", User.objects.get().password)

    def test_nobody_takes_as_long_as_somebody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hashed: list[str] = []
        monkeypatch.setattr(
            operations.users.hashers, "make_password", lambda word: hashed.append(word) or make_password(word)
        )
        assert operations.check_password(None, "anything") is False
        assert hashed == ["anything"]


class TestAssign:
    def test_gives_one_role_and_one_group_beside_everybodys(self) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        role, group = make_role("ROLE_SOURCE", "pim_api_product_edit"), make_group()
        operations.assign(user_id=new.id, role_id=role.id, group_id=group.id, by=SYSTEM, now=NOW)
        assert queries.role_and_group_of(new.id) == (
            queries.RoleChoice(role.id, "ROLE_SOURCE", "ROLE_SOURCE"),
            queries.GroupChoice(group.id, "Suppliers"),
        )
        assert set(User.objects.get(id=new.id).groups.values_list("name", flat=True)) == {"All", "Suppliers"}
        assigned = events.history(f"user:{new.username}")[0]
        assert assigned.kind == "user.assigned"
        assert orjson.loads(assigned.data)["changes"] == [
            {"path": "roles", "before": ["ROLE_USER"], "after": ["ROLE_SOURCE"]},
            {"path": "groups", "before": ["All"], "after": ["All", "Suppliers"]},
        ]

    def test_without_a_choice_it_is_the_role_user_and_everybodys_group(self) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        admin = queries.role_id("administrator")
        operations.assign(user_id=new.id, role_id=admin, group_id=make_group().id, by=SYSTEM, now=NOW)
        operations.assign(user_id=new.id, role_id=None, group_id=None, by=SYSTEM, now=NOW)
        role, group = queries.role_and_group_of(new.id)
        assert role is not None
        assert (role.code, group) == ("ROLE_USER", None)

    def test_no_change_is_no_event(self) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        operations.assign(user_id=new.id, role_id=queries.role_id("user"), group_id=None, by=SYSTEM, now=NOW)
        assert [event.kind for event in events.history(f"user:{new.username}")] == ["user.created"]

    def test_what_is_gone_is_told_at_its_field(self) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        with pytest.raises(Invalid) as refusal:
            operations.assign(user_id=new.id, role_id=0xBAD, group_id=0xBAD, by=SYSTEM, now=NOW)
        assert [path for path, _ in paths(refusal.value)] == ["user_role_id", "user_group_id"]


class TestFirstAdministrator:
    def create(self, token: str, now: Any = NOW) -> int:
        return operations.create_first_administrator(
            token=token, username="ada", password=PASSWORD, first_name="Ada", now=now
        )

    def test_is_made_by_the_link_and_recorded_as_their_own_doing(self) -> None:
        token = operations.make_setup_token(now=NOW)
        assert queries.setup_link_is_open(token, now=NOW)
        identity = self.create(token)
        caller = queries.caller_for(identity)
        assert caller is not None
        assert caller.permissions == frozenset(PERMISSIONS)
        assert events.history("user:ada")[0].author == "ada"

    def test_the_link_works_once(self) -> None:
        token = operations.make_setup_token(now=NOW)
        self.create(token)
        with pytest.raises(Forbidden):
            operations.create_first_administrator(token=token, username="eve", password=PASSWORD, now=NOW)

    @pytest.mark.parametrize("age", [timedelta(hours=24, seconds=1), timedelta(seconds=-1)])
    def test_the_link_works_for_a_day(self, age: timedelta) -> None:
        with pytest.raises(Forbidden):
            self.create(operations.make_setup_token(now=NOW - age))

    @pytest.mark.parametrize("token", ["", "x", "MTIz:abc:def"])
    def test_a_forged_link_is_refused(self, token: str) -> None:
        with pytest.raises(Forbidden):
            self.create(token)

    def test_users_of_connections_do_not_count_as_people(self) -> None:
        operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        assert queries.no_person_yet()
        self.create(operations.make_setup_token(now=NOW))
        assert not queries.no_person_yet()
