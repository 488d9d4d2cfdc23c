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
from limen.connections import operations, queries, rules
from limen.connections.models import Connection
from limen.events import queries as events
from limen.kit import clock
from limen.kit.errors import Conflict, Forbidden, Invalid, NotFound
from limen.kit.http.root import api_endpoints
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


class TestBirth:
    """Whoever makes a connection hands it no more than they hold, though its role is that of every new one."""

    def make(self, by: Caller) -> operations.NewConnection:
        return operations.create_connection(code="dam", label="DAM", flow_type="other", by=by, now=NOW)

    def may(self, new: operations.NewConnection) -> frozenset[str]:
        rights = queries.permissions_within("dam")
        assert rights.role >= rules.PRESETS["write-products"].permissions
        return rights.here & frozenset(rules.API_RIGHTS)

    def test_of_somebody_who_holds_less_it_is_limited_to_that(self) -> None:
        new = self.make(mary(MANAGE_CONNECTIONS, OVERALL, "pim_api_product_list", "pim_api_product_remove"))
        assert self.may(new) == {OVERALL, "pim_api_product_list", "pim_api_product_remove"}
        assert new.limited
        client = Client(headers={"authorization": f"Bearer {token_for(new)}"})
        assert client.get("/api/rest/v1/products").status_code == 200
        assert client.get("/api/rest/v1/families").status_code == 403
        assert orjson.loads(events.history("connection:dam")[0].data)["scopes"] == [
            OVERALL,
            "pim_api_product_list",
            "pim_api_product_remove",
        ]

    def test_of_somebody_who_holds_nothing_of_the_api_it_may_call_nothing(self) -> None:
        new = self.make(mary(MANAGE_CONNECTIONS))
        assert self.may(new) == frozenset()
        client = Client(headers={"authorization": f"Bearer {token_for(new)}"})
        assert client.get("/api/rest/v1/currencies").status_code == 403

    @pytest.mark.parametrize("by", [SYSTEM, mary(*PERMISSIONS), mary(*rules.API_RIGHTS)], ids=["system", "all", "api"])
    def test_of_somebody_who_holds_it_all_it_has_no_limit(self, by: Caller) -> None:
        new = self.make(by)
        assert not new.limited and Connection.objects.get(code="dam").scopes is None

    def test_who_may_do_more_widens_it(self) -> None:
        new = self.make(mary(MANAGE_CONNECTIONS))
        operations.set_scopes(code="dam", scopes=None, by=SYSTEM, now=NOW)
        assert "pim_api_product_edit" in self.may(new)

    def test_it_is_said_on_the_page(self, client: Client) -> None:
        sign_in(client, MANAGE_CONNECTIONS)
        sent = {"label": "DAM", "code": "dam", "flow_type": "other"}
        page = client.post("/connect/connection-settings/create", sent, follow=True).content.decode()
        assert "It may call only what you may do yourself." in page
        assert "at most 0 count here" in page


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


class TestScopes:
    """A limit of a connection's own: what counts is what role and scopes both have."""

    def limit(self, *scopes: str, by: Caller = SYSTEM, code: str = "erp") -> None:
        operations.set_scopes(code=code, scopes=scopes, by=by, now=NOW)

    @pytest.mark.parametrize(
        ("role", "scopes", "left"),
        [
            ({"pim_api_family_list", "pim_api_family_edit"}, None, {"pim_api_family_list", "pim_api_family_edit"}),
            ({"pim_api_family_list", "pim_api_family_edit"}, {"pim_api_family_list"}, {"pim_api_family_list"}),
            ({"pim_api_family_list"}, {"pim_api_family_list", OVERALL}, {"pim_api_family_list"}),
            ({"pim_api_family_list"}, set(), set()),
            # Scopes say nothing of the screens, nor of what this version does not know.
            ({"limen_audit_log", "brought_along"}, set(), {"limen_audit_log", "brought_along"}),
        ],
    )
    def test_what_is_left_is_in_both(self, role: set[str], scopes: set[str] | None, left: set[str]) -> None:
        assert rules.effective(frozenset(role), scopes) == left
        assert rules.effective(frozenset(role), None, scopes, None) == left

    def test_every_permission_that_an_endpoint_asks_for_can_be_limited(self) -> None:
        asked = {endpoint.permission for _path, _method, endpoint in api_endpoints()} - {None}
        assert asked <= set(rules.API_RIGHTS)

    def test_count_from_the_next_call_with_the_same_token_both_ways(self, connection: Any) -> None:
        client = Client(headers={"authorization": f"Bearer {token_for(connection)}"})
        assert client.get("/api/rest/v1/families").status_code == 200
        self.limit(OVERALL, "pim_api_product_list")
        assert client.get("/api/rest/v1/families").status_code == 403
        assert client.get("/api/rest/v1/products").status_code == 200
        self.limit("pim_api_product_list")
        assert client.get("/api/rest/v1/products").status_code == 403
        operations.set_scopes(code="erp", scopes=None, by=SYSTEM, now=NOW)
        assert client.get("/api/rest/v1/families").status_code == 200

    def test_hold_whatever_else_the_role_is_given(self, connection: Any) -> None:
        self.limit(OVERALL)
        client = Client(headers={"authorization": f"Bearer {token_for(connection)}"})
        Role.objects.update(permissions=sorted(PERMISSIONS))
        assert client.get("/api/rest/v1/families").status_code == 403

    def test_hold_for_a_foreign_user_and_for_the_own_user_elsewhere(self, connection: Any) -> None:
        shop = make_connection("Shop", code="shop")
        self.limit(OVERALL)
        for token in (token_for(connection, user_of=shop), token_for(shop, user_of=connection)):
            client = Client(headers={"authorization": f"Bearer {token}"})
            assert client.get("/api/rest/v1/families").status_code == 403
        own = Client(headers={"authorization": f"Bearer {token_for(shop)}"})
        assert own.get("/api/rest/v1/families").status_code == 200

    def test_hold_for_the_test_and_the_replay_too(self) -> None:
        self.limit(OVERALL)
        caller = queries.caller_through(erp())
        assert caller and {id for id in caller.permissions if id.startswith("pim_api")} == {OVERALL}

    def test_cost_a_call_no_query(self, connection: Any, count_queries: Any) -> None:
        token = token_for(connection)
        self.limit(OVERALL)
        with count_queries(1):
            holder = queries.holder(rules.digest(token))
        assert holder and rules.API_RIGHTS[0] in holder.permissions and len(holder.permissions) < len(PERMISSIONS)

    def test_history_tells_of_them_and_nothing_of_no_change(self) -> None:
        before = erp().version
        self.limit("pim_api_product_list", OVERALL)
        self.limit(OVERALL, "pim_api_product_list")
        changed = [event for event in events.history("connection:erp") if event.kind == "connection.updated"]
        assert [orjson.loads(event.data)["changes"] for event in changed] == [
            [{"path": "scopes", "before": None, "after": [OVERALL, "pim_api_product_list"]}]
        ]
        assert erp().version == before + 1

    def test_credentials_and_tokens_stay(self, connection: Any) -> None:
        token_for(connection)
        self.limit(OVERALL)
        assert queries.secret_of("erp") == connection.secret
        assert queries.live_tokens("erp", now=clock.now()) == 1

    def test_nobody_widens_them_beyond_what_they_hold(self) -> None:
        by = mary(CONNECTION_RIGHTS, OVERALL)
        # Taking away is always fine.
        self.limit(OVERALL, "pim_api_product_list", by=by)
        for wider in ((OVERALL, "pim_api_product_list", "pim_api_family_list"), None):
            with pytest.raises(Invalid) as refusal:
                operations.set_scopes(code="erp", scopes=wider, by=by, now=NOW)
            assert [one.code for one in refusal.value.violations] == ["permissions.not_held"]
        # What it could do already is not handed on.
        self.limit(OVERALL, "pim_api_product_list", by=by)
        # Nor what its role does not allow anyway.
        Role.objects.filter(code="ROLE_USER").update(permissions=[OVERALL])
        self.limit(OVERALL, "pim_api_product_list", "pim_api_family_list", by=by)

    @pytest.mark.parametrize("scope", ["nonsense", "limen_system_index"])
    def test_what_is_none_of_the_web_api_is_refused(self, scope: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.limit(OVERALL, scope)
        assert [one.code for one in refusal.value.violations] == ["permissions.unknown"]

    def test_the_right_to_choose_rights_is_asked_for(self) -> None:
        with pytest.raises(Forbidden):
            self.limit(by=mary(*(PERMISSIONS.keys() - {CONNECTION_RIGHTS})))

    def test_an_older_state_is_refused(self) -> None:
        with pytest.raises(Conflict):
            operations.set_scopes(code="erp", scopes=[OVERALL], version=erp().version - 1, by=SYSTEM, now=NOW)

    def test_an_app_is_not_found(self) -> None:
        Connection.objects.update(type="app")
        with pytest.raises(NotFound):
            self.limit(OVERALL)


class TestScopesPage:
    @pytest.fixture
    def admin(self, client: Client) -> Client:
        sign_in(client)
        return client

    def page(self, client: Client, query: str = "") -> str:
        answer = client.get(f"{PAGE}/scopes{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    def box(self, page: str, id: str) -> str:
        found = re.search(rf'<input type="checkbox" name="permissions" value="{id}"[^>]*>', page)
        assert found
        return found[0]

    def test_without_a_limit_all_of_the_role_is_ticked(self, admin: Client) -> None:
        page = self.page(admin)
        assert re.search(r'value="all"[^>]* checked', page)
        role = set(Role.objects.get(code="ROLE_USER").permissions)
        assert TestPages().ticked(page) == role & set(rules.API_RIGHTS)

    def test_a_preset_is_a_limit_to_start_from(self, admin: Client) -> None:
        page = self.page(admin, "?preset=read-catalogue")
        assert re.search(r'value="only"[^>]* checked', page)
        assert TestPages().ticked(page) == rules.PRESETS["read-catalogue"].permissions

    def test_is_saved_shown_and_taken_away(self, admin: Client) -> None:
        version = str(erp().version)
        sent = {"limit": "only", "permissions": [OVERALL, "pim_api_product_list"], "version": version}
        answer = admin.post(f"{PAGE}/scopes", sent)
        assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}/edit")
        settings_page = admin.get(f"{PAGE}/edit").content.decode()
        assert "at most 2 count here" in settings_page
        assert TestPages().ticked(self.page(admin)) == {OVERALL, "pim_api_product_list"}
        older = admin.post(f"{PAGE}/scopes", {**sent, "limit": "all"})
        assert older.status_code == 409
        assert "Somebody else has changed this connection" in older.content.decode()
        assert f'name="version" value="{erp().version}"' in older.content.decode()
        admin.post(f"{PAGE}/scopes", {"limit": "all", "version": str(erp().version)})
        assert erp().scopes is None
        assert "count here" not in admin.get(f"{PAGE}/edit").content.decode()

    def test_what_the_role_does_not_allow_is_locked_and_stays(self, admin: Client) -> None:
        operations.set_scopes(code="erp", scopes=[OVERALL, "pim_api_family_list"], by=SYSTEM, now=NOW)
        Role.objects.filter(code="ROLE_USER").update(permissions=[OVERALL, "pim_api_product_list"])
        page = self.page(admin)
        assert "checked disabled" in self.box(page, "pim_api_family_list")
        assert "disabled" not in self.box(page, "pim_api_product_list")
        admin.post(f"{PAGE}/scopes", {"limit": "only", "permissions": ["pim_api_product_list"]})
        assert erp().scopes == ["pim_api_family_list", "pim_api_product_list"]

    def test_what_the_caller_does_not_hold_can_be_taken_and_not_given(self, client: Client) -> None:
        operations.set_scopes(code="erp", scopes=[OVERALL, "pim_api_product_list"], by=SYSTEM, now=NOW)
        sign_in(client, MANAGE_CONNECTIONS, CONNECTION_RIGHTS, OVERALL)
        page = self.page(client)
        assert "disabled" in self.box(page, "pim_api_family_list")
        assert "checked" in self.box(page, "pim_api_product_list")
        assert "disabled" not in self.box(page, "pim_api_product_list")
        answer = client.post(f"{PAGE}/scopes", {"limit": "all"})
        assert answer.status_code == 422
        assert "You cannot give a permission that you do not have yourself" in answer.content.decode()
        assert client.post(f"{PAGE}/scopes", {"limit": "only", "permissions": [OVERALL]}).status_code == 303

    @pytest.mark.parametrize("missing", [MANAGE_CONNECTIONS, CONNECTION_RIGHTS])
    def test_the_way_there_is_for_those_who_may(self, client: Client, missing: str) -> None:
        operations.set_scopes(code="erp", scopes=[OVERALL], by=SYSTEM, now=NOW)
        sign_in(client, *(PERMISSIONS.keys() - {missing}))
        page = client.get(f"{PAGE}/edit").content.decode()
        assert "1 counts here" in page
        assert f"{PAGE}/scopes" not in page
        assert client.get(f"{PAGE}/scopes").status_code == 403
