"""A role and a user group of a connection's own (B11)."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from django.test import Client

from limen.accounts import queries as accounts
from limen.accounts.models import Group, Role
from limen.accounts.rules import (
    CONNECTION_RIGHTS,
    CREATE_GROUPS,
    CREATE_ROLES,
    MANAGE_CONNECTIONS,
    OVERALL,
    PERMISSIONS,
    SYSTEM,
    Caller,
)
from limen.connections import operations, rules
from limen.connections.models import Connection
from limen.events import queries as events
from limen.kit.errors import Forbidden, Invalid, NotFound
from tests.factories.accounts import make_group, make_role, sign_in
from tests.factories.connections import NOW, make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")

PAGE = "/connect/connection-settings/erp"
MAY = (MANAGE_CONNECTIONS, CONNECTION_RIGHTS, CREATE_ROLES, CREATE_GROUPS)


def mary(*permissions: str) -> Caller:
    return Caller(None, "mary", "Mary Jones", "user", frozenset(permissions))


def erp() -> Connection:
    return Connection.objects.get(code="erp")


@pytest.fixture(autouse=True)
def connection(installed: None) -> Any:
    return make_connection(code="erp")


class TestPresets:
    def test_each_opens_the_api_and_deletes_nothing(self) -> None:
        for preset in rules.PRESETS.values():
            assert OVERALL in preset.permissions
            assert preset.permissions <= set(rules.API_RIGHTS)
            assert not any(id.endswith("_remove") for id in preset.permissions)

    def test_reading_writes_nothing(self) -> None:
        assert not any(id.endswith("_edit") for id in rules.PRESETS["read-catalogue"].permissions)
        more = rules.PRESETS["write-products"].permissions - rules.PRESETS["read-catalogue"].permissions
        assert more == {"pim_api_product_edit"}

    @pytest.mark.parametrize(
        ("flow_type", "name"),
        [("data_source", "write-products"), ("data_destination", "read-catalogue"), ("other", "read-catalogue")],
    )
    def test_the_flow_type_says_which_comes_first(self, flow_type: str, name: str) -> None:
        assert rules.preset_for(flow_type) == name


class TestOwnRole:
    def give(self, *permissions: str, label: str = "My ERP", by: Caller = SYSTEM, code: str = "erp") -> str:
        return operations.give_own_role(code=code, label=label, permissions=permissions, by=by, now=NOW)

    def test_is_made_and_given_and_counts_from_the_next_call(self, connection: Any) -> None:
        client = Client(headers={"authorization": f"Bearer {token_for(connection)}"})
        assert client.get("/api/rest/v1/families").status_code == 200
        assert self.give(OVERALL, "pim_api_product_list") == "ROLE_MY_ERP"
        role, _group = accounts.role_and_group_of(erp().user_id)
        assert role and role.code == "ROLE_MY_ERP"
        assert client.get("/api/rest/v1/families").status_code == 403
        assert client.get("/api/rest/v1/products").status_code == 200

    def test_the_group_stays(self) -> None:
        group = make_group()
        accounts_role = accounts.role_id("user")
        operations.update_connection(
            code="erp",
            label="My ERP",
            flow_type="data_source",
            auditable=False,
            role_id=accounts_role,
            group_id=group.id,
            by=SYSTEM,
            now=NOW,
        )
        self.give(OVERALL)
        assert accounts.role_and_group_of(erp().user_id)[1] == accounts.GroupChoice(group.id, "Suppliers")

    def test_history_tells_of_the_role_and_of_the_change(self) -> None:
        before = erp().version
        self.give(OVERALL)
        assert erp().version == before + 1
        (role,) = events.history("role:ROLE_MY_ERP")
        assert role.kind == "role.created"
        changed = events.history("connection:erp")[0]
        assert orjson.loads(changed.data)["changes"] == [{"path": "role", "before": "User", "after": "My ERP"}]

    def test_nobody_gives_more_than_they_hold(self) -> None:
        by = mary(CONNECTION_RIGHTS, CREATE_ROLES, OVERALL)
        with pytest.raises(Invalid) as refusal:
            self.give(OVERALL, "pim_api_product_list", by=by)
        assert [one.path for one in refusal.value.violations] == ["permissions"]
        assert not Role.objects.filter(code="ROLE_MY_ERP").exists()
        assert self.give(OVERALL, by=by) == "ROLE_MY_ERP"

    @pytest.mark.parametrize("held", [CONNECTION_RIGHTS, CREATE_ROLES])
    def test_both_rights_are_asked_for(self, held: str) -> None:
        with pytest.raises(Forbidden):
            self.give(by=mary(held))

    def test_a_label_that_is_taken_leaves_all_as_it_was(self) -> None:
        make_role("ROLE_OTHER", OVERALL)
        with pytest.raises(Invalid) as refusal:
            self.give(OVERALL, label="ROLE_OTHER")
        assert [one.path for one in refusal.value.violations] == ["label"]
        role, _group = accounts.role_and_group_of(erp().user_id)
        assert role and role.code == "ROLE_USER"

    def test_an_unknown_connection_leaves_no_role_behind(self) -> None:
        with pytest.raises(NotFound):
            self.give(OVERALL, code="nothing")
        assert not Role.objects.filter(code="ROLE_MY_ERP").exists()


class TestOwnGroup:
    def give(self, name: str = "My ERP", by: Caller = SYSTEM) -> int:
        return operations.give_own_group(code="erp", name=name, by=by, now=NOW)

    def test_is_made_and_given_and_the_role_stays(self) -> None:
        group = self.give()
        role, found = accounts.role_and_group_of(erp().user_id)
        assert found == accounts.GroupChoice(group, "My ERP")
        assert role and role.code == "ROLE_USER"
        changed = events.history("connection:erp")[0]
        assert orjson.loads(changed.data)["changes"] == [{"path": "group", "before": None, "after": "My ERP"}]

    @pytest.mark.parametrize("held", [CONNECTION_RIGHTS, CREATE_GROUPS])
    def test_both_rights_are_asked_for(self, held: str) -> None:
        with pytest.raises(Forbidden):
            self.give(by=mary(held))

    def test_a_name_that_is_taken_is_refused(self) -> None:
        make_group("My ERP")
        with pytest.raises(Invalid) as refusal:
            self.give()
        assert [one.path for one in refusal.value.violations] == ["name"]
        assert accounts.role_and_group_of(erp().user_id)[1] is None


class TestPages:
    @pytest.fixture
    def admin(self, client: Client) -> Client:
        sign_in(client)
        return client

    def ticked(self, page: str) -> set[str]:
        return set(re.findall(r'name="permissions" value="(\w+)" checked', page))

    def test_the_role_is_filled_in_from_the_label_and_the_flow_type(self, admin: Client) -> None:
        page = admin.get(f"{PAGE}/own-role").content.decode()
        assert 'value="My ERP"' in page
        assert self.ticked(page) == rules.PRESETS["write-products"].permissions
        page = admin.get(f"{PAGE}/own-role?preset=read-catalogue").content.decode()
        assert self.ticked(page) == rules.PRESETS["read-catalogue"].permissions
        assert admin.get(f"{PAGE}/own-role?preset=nonsense").status_code == 200

    def test_a_label_that_is_too_long_for_a_role_is_cut(self, admin: Client) -> None:
        Connection.objects.update(label="A rather long label for a small role")
        assert 'value="A rather long label for a"' in admin.get(f"{PAGE}/own-role").content.decode()
        assert 'value="A rather long label for a smal"' in admin.get(f"{PAGE}/own-group").content.decode()

    def test_one_press_creates_and_assigns(self, admin: Client) -> None:
        answer = admin.post(f"{PAGE}/own-role", {"label": "ERP alone", "permissions": [OVERALL]})
        assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}/edit")
        assert "ERP alone</option>" in admin.get(answer["Location"]).content.decode()
        answer = admin.post(f"{PAGE}/own-group", {"name": "ERP alone"})
        assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}/edit")
        assert Group.objects.filter(name="ERP alone").exists()

    def test_what_is_wrong_stands_at_its_field_and_the_ticks_stay(self, admin: Client) -> None:
        answer = admin.post(f"{PAGE}/own-role", {"label": "", "permissions": [OVERALL]})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'id="id_label_error"' in page
        assert self.ticked(page) == {OVERALL}
        assert admin.post(f"{PAGE}/own-group", {"name": "All"}).status_code == 422

    def test_what_the_caller_does_not_hold_is_locked_and_not_ticked(self, client: Client) -> None:
        sign_in(client, *MAY, OVERALL)
        page = client.get(f"{PAGE}/own-role").content.decode()
        assert self.ticked(page) == {OVERALL}
        assert 'value="pim_api_product_list" disabled' in page
        assert "greyed out" in page
        answer = client.post(f"{PAGE}/own-role", {"label": "x", "permissions": [OVERALL, "pim_api_product_list"]})
        assert answer.status_code == 422
        assert "You cannot give a permission that you do not have yourself" in answer.content.decode()

    @pytest.mark.parametrize("missing", [MANAGE_CONNECTIONS, CONNECTION_RIGHTS, CREATE_ROLES])
    def test_the_way_there_is_for_those_who_may(self, client: Client, missing: str) -> None:
        sign_in(client, *(PERMISSIONS.keys() - {missing}))
        assert "own-role" not in client.get(f"{PAGE}/edit").content.decode()
        assert client.get(f"{PAGE}/own-role").status_code == 403

    def test_the_page_of_a_connection_that_is_not_there_is_404(self, admin: Client) -> None:
        assert admin.get("/connect/connection-settings/nothing/own-role").status_code == 404
