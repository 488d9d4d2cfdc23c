from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from limen.accounts import operations, queries, rules
from limen.accounts.models import Role, User
from limen.accounts.rules import PERMISSIONS, SYSTEM, Caller
from limen.events import queries as events
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import NOW, make_role, make_user
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")


def somebody(*permissions: str) -> Caller:
    return Caller(None, "julia", "Julia", "user", frozenset(permissions))


def paths(refusal: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in refusal.value.violations]


def create(label: str = "Supplier", *permissions: str, by: Caller = SYSTEM) -> str:
    return operations.create_role(label=label, permissions=permissions, by=by, now=NOW)


def update(code: str, *permissions: str, label: str = "Supplier", by: Caller = SYSTEM, version: str | None = None):
    operations.update_role(code=code, label=label, permissions=permissions, version=version, by=by, now=NOW)


def delete(code: str, by: Caller = SYSTEM) -> None:
    operations.delete_role(code=code, by=by, now=NOW)


def held(code: str) -> set[str]:
    return set(Role.objects.get(code=code).permissions)


def happened(subject: str) -> list[tuple[str, dict]]:
    return [(event.kind, orjson.loads(event.data)) for event in events.history(subject)]


class TestTree:
    def test_every_permission_stands_in_it_once(self) -> None:
        areas = rules.permission_areas()
        assert [area.name for area in areas] == ["System", "Connect", "Settings", "Products", "Web API"]
        shown = [one.id for area in areas for one in area.alone]
        shown += [one.id for area in areas for row in area.rows for one in row.cells if one]
        assert sorted(shown) == sorted(PERMISSIONS)

    def test_the_web_api_has_resources_as_rows(self) -> None:
        api = rules.permission_areas()[-1]
        assert [one.id for one in api.alone] == [rules.OVERALL]
        assert api.columns == ("List", "Create and update", "Delete")
        rows = {row.label: [one.id if one else None for one in row.cells] for row in api.rows}
        assert rows["Products"] == ["pim_api_product_list", "pim_api_product_edit", "pim_api_product_remove"]
        assert rows["Locales"] == ["pim_api_locale_list", None, None]
        assert rows["Currencies"] == ["pim_api_currency_list", None, None]

    @pytest.mark.parametrize(
        ("label", "taken", "code"),
        [
            ("Supplier", [], "ROLE_SUPPLIER"),
            ("Café & co.", [], "ROLE_CAFE_CO"),
            ("日本", [], "ROLE_CUSTOM"),
            ("API", ["ROLE_API", "ROLE_API_2"], "ROLE_API_3"),
        ],
    )
    def test_the_code_is_made_from_the_label(self, label: str, taken: list[str], code: str) -> None:
        assert rules.new_role_code(label, taken) == code


class TestCreate:
    def test_keeps_label_and_permissions(self) -> None:
        assert create(" API Source ", "pim_api_product_list", "pim_api_overall_access") == "ROLE_API_SOURCE"
        role = Role.objects.get(code="ROLE_API_SOURCE")
        assert (role.label, role.type) == ("API Source", "default")
        assert role.permissions == ["pim_api_overall_access", "pim_api_product_list"]

    def test_is_history(self) -> None:
        create("Supplier", "pim_api_product_list")
        ((kind, data),) = happened("role:ROLE_SUPPLIER")
        assert kind == "role.created"
        assert data["changes"] == [
            {"path": "label", "before": None, "after": "Supplier"},
            {"path": "permissions", "before": None, "after": ["pim_api_product_list"]},
        ]

    @pytest.mark.parametrize(
        ("label", "code"),
        [
            ("", "label.required"),
            ("   ", "label.required"),
            ("x" * 26, "label.too_long"),
            ("a\nb", "label.invalid"),
            ("administrator", "label.taken"),
        ],
    )
    def test_refuses_a_label(self, label: str, code: str) -> None:
        with pytest.raises(Invalid) as refusal:
            create(label)
        assert paths(refusal) == [("label", code)]

    def test_takes_a_label_of_25_characters(self) -> None:
        assert create("x" * 25)

    def test_nobody_gives_what_they_do_not_hold(self) -> None:
        with pytest.raises(Invalid) as refusal:
            create("More", "pim_api_product_list", "pim_api_product_edit", by=somebody("pim_api_product_list"))
        assert paths(refusal) == [("permissions", "permissions.not_held")]
        assert "Create or update products" in refusal.value.violations[0].message
        assert not Role.objects.filter(label="More").exists()

    def test_nobody_gives_what_there_is_not(self) -> None:
        with pytest.raises(Invalid) as refusal:
            create("More", "root")
        assert paths(refusal) == [("permissions", "permissions.unknown")]


class TestUpdate:
    def test_is_history_with_both_states(self) -> None:
        code = create("Supplier", "pim_api_product_list", "pim_api_family_list")
        update(code, "pim_api_product_list", "pim_api_product_edit", label="Vendor")
        kind, data = happened(f"role:{code}")[0]
        assert kind == "role.updated"
        assert data["changes"] == [
            {"path": "label", "before": "Supplier", "after": "Vendor"},
            {
                "path": "permissions",
                "before": ["pim_api_family_list", "pim_api_product_list"],
                "after": ["pim_api_product_edit", "pim_api_product_list"],
            },
        ]

    def test_of_nothing_is_no_history(self) -> None:
        code = create("Supplier", "pim_api_product_list")
        update(code, "pim_api_product_list")
        assert len(happened(f"role:{code}")) == 1

    def test_keeps_what_the_caller_does_not_hold(self) -> None:
        make_role("ROLE_OLD", "pim_api_product_edit", "pim_from_elsewhere", "pim_api_product_list")
        update("ROLE_OLD", label="Old", by=somebody("pim_api_product_list"))
        assert held("ROLE_OLD") == {"pim_api_product_edit", "pim_from_elsewhere"}

    def test_nobody_gives_what_they_do_not_hold(self) -> None:
        code = create("Supplier", "pim_api_product_list")
        with pytest.raises(Invalid) as refusal:
            update(code, "pim_api_product_edit", by=somebody("pim_api_product_list"))
        assert paths(refusal) == [("permissions", "permissions.not_held")]
        assert held(code) == {"pim_api_product_list"}

    def test_from_an_older_state_is_a_conflict(self) -> None:
        code = create("Supplier", "pim_api_product_list")
        seen = queries.role_details(code, by=SYSTEM).version
        update(code, "pim_api_family_list", version=seen)
        with pytest.raises(Conflict):
            update(code, "pim_api_category_list", version=seen)
        assert held(code) == {"pim_api_family_list"}

    def test_of_an_app_or_nothing_is_not_found(self) -> None:
        Role.objects.create(code="ROLE_APP_1", label="App", type="app", permissions=[])
        for code in ("ROLE_APP_1", "ROLE_NONE"):
            with pytest.raises(NotFound):
                update(code)

    def test_the_last_who_may_edit_roles_keeps_it(self) -> None:
        make_user("ada")
        make_user("eve")
        User.objects.filter(username="eve").update(enabled=False)
        less = PERMISSIONS.keys() - {rules.MANAGE_ROLES}
        with pytest.raises(Invalid) as refusal:
            update("ROLE_ADMINISTRATOR", *less, label="Administrator")
        assert paths(refusal) == [("", "role.last_manager")]
        assert rules.MANAGE_ROLES in held("ROLE_ADMINISTRATOR")
        User.objects.filter(username="eve").update(enabled=True)
        User.objects.get(username="eve").roles.add(make_role("ROLE_OTHER", rules.MANAGE_ROLES))
        update("ROLE_ADMINISTRATOR", *less, label="Administrator")
        assert rules.MANAGE_ROLES not in held("ROLE_ADMINISTRATOR")


class TestDelete:
    def test_of_a_role_that_nobody_needs(self) -> None:
        code = create("Supplier", "pim_api_product_list")
        make_user().roles.add(Role.objects.get(code=code))
        delete(code)
        assert not Role.objects.filter(code=code).exists()
        kind, data = happened(f"role:{code}")[0]
        assert (kind, data["changes"][0]) == ("role.deleted", {"path": "label", "before": "Supplier", "after": None})

    def test_of_the_role_of_new_connections_is_refused(self) -> None:
        with pytest.raises(Conflict):
            delete("ROLE_USER")

    def test_case_82_of_the_only_role_of_a_connection_is_refused(self) -> None:
        code = create("Supplier")
        make_connection(role=code)
        with pytest.raises(Conflict, match="1 connection has no other role"):
            delete(code)
        assert Role.objects.filter(code=code).exists()

    def test_of_the_only_role_of_a_user_is_refused(self) -> None:
        code = create("Supplier")
        make_user("julia", role=code)
        make_connection(role=code)
        with pytest.raises(Conflict, match="1 user and 1 connection have no other role"):
            delete(code)

    def test_of_the_last_role_that_may_edit_roles_is_refused(self) -> None:
        with pytest.raises(Conflict, match="No other role may edit roles"):
            delete("ROLE_ADMINISTRATOR")
        make_role("ROLE_OTHER", rules.MANAGE_ROLES)
        make_user("ada").roles.add(Role.objects.get(code="ROLE_USER"))
        with pytest.raises(Conflict, match="Nobody could edit roles"):
            delete("ROLE_ADMINISTRATOR")
        assert Role.objects.filter(code="ROLE_ADMINISTRATOR").exists()

    def test_of_what_allows_more_than_one_may_is_refused(self) -> None:
        code = create("Supplier", "pim_api_product_list")
        with pytest.raises(Forbidden):
            delete(code, by=somebody(rules.DELETE_ROLES))


class TestList:
    def test_counts_users_and_connections(self, count_queries) -> None:
        Role.objects.create(code="ROLE_APP_1", label="App", type="app", permissions=[])
        make_user("ada")
        make_connection(role="administrator")
        make_connection("Shop")
        with count_queries(3):
            listed = queries.roles_for_list(by=SYSTEM)
        assert [(one.code, one.users, one.connections) for one in listed] == [
            ("ROLE_ADMINISTRATOR", 1, 1),
            ("ROLE_USER", 0, 1),
        ]

    def test_says_of_each_why_it_stays_as_its_own_page_does(self) -> None:
        create("Free", "pim_api_product_list")
        make_connection(role=create("Needed", "pim_api_product_list"))
        mary = somebody(rules.DELETE_ROLES, "pim_api_product_list")
        for by in (SYSTEM, mary):
            listed = {one.code: one.stays for one in queries.roles_for_list(by=by)}
            assert listed == {code: queries.role_details(code, by=by).stays for code in listed}
            assert {code for code, stays in listed.items() if not stays} == {"ROLE_FREE"}
        assert listed["ROLE_NEEDED"].startswith("1 connection has no other role")
        # The last role that may edit roles: what stays for everybody is said before what is not mary's.
        assert listed["ROLE_ADMINISTRATOR"] == rules.LAST_MANAGING_ROLE

    def test_a_role_that_allows_more_is_not_the_callers_to_delete(self) -> None:
        create("Strong", rules.EDIT_ROLES)
        (stays,) = [one.stays for one in queries.roles_for_list(by=somebody("x")) if one.code == "ROLE_STRONG"]
        assert stays == "This role may do more than you, so you cannot change this here. Ask somebody who may as much."

    def test_of_roles_to_give_leaves_out_those_of_apps(self) -> None:
        Role.objects.create(code="ROLE_APP_1", label="App", type="app", permissions=[])
        assert [one.code for one in queries.roles_to_give()] == ["ROLE_ADMINISTRATOR", "ROLE_USER"]


def test_the_system_may_give_everything() -> None:
    assert rules.beyond(PERMISSIONS, SYSTEM) == []
    assert len(rules.beyond(PERMISSIONS, replace(SYSTEM, permissions=frozenset()))) == len(PERMISSIONS)
