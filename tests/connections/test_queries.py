from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from limen.accounts import queries as accounts
from limen.accounts.models import Role, User
from limen.accounts.rules import SYSTEM, Caller
from limen.connections import operations, queries, rules
from limen.connections.models import Connection, WrongCombination
from limen.events import operations as events
from limen.events.models import Tally
from limen.events.operations import Happening
from limen.kit.errors import Conflict, NotFound
from tests.factories.connections import NOW, make_connection, token_for

pytestmark = pytest.mark.usefixtures("installed")


def note(code: str, username: str, at: datetime) -> None:
    connection = Connection.objects.get(code=code)
    WrongCombination.objects.create(connection=connection, username=username, last_seen_at=at)


class TestConnectionsForList:
    def listed(self) -> list[str]:
        return [one.code for one in queries.connections_for_list(now=NOW)]

    def test_case_38_the_oldest_first(self) -> None:
        make_connection(code="bbb", now=NOW)
        make_connection(code="aaa", now=NOW + timedelta(seconds=1))
        assert self.listed() == ["bbb", "aaa"]

    def test_of_the_same_moment_by_code(self) -> None:
        for code in ("ccc", "222", "aaa"):
            make_connection(code=code)
        assert self.listed() == ["222", "aaa", "ccc"]

    def test_case_39_apps_are_not_listed(self) -> None:
        make_connection(code="app")
        Connection.objects.update(type="app")
        assert self.listed() == []
        assert queries.connections_count() == 1

    def test_cases_40_and_41_the_warning_is_of_the_last_seven_days(self) -> None:
        for code in ("today", "edge", "old", "none"):
            make_connection(code=code)
        note("today", "julia", NOW)
        note("edge", "julia", rules.wrong_use_shown_since(NOW))
        note("old", "julia", rules.wrong_use_shown_since(NOW) - timedelta(microseconds=1))
        warned = {one.code for one in queries.connections_for_list(now=NOW) if one.wrong_combination}
        assert warned == {"today", "edge"}

    def test_it_is_one_query(self, count_queries: Any) -> None:
        for code in ("one", "two", "three"):
            make_connection(code=code)
        with count_queries(1):
            queries.connections_for_list(now=NOW)


class TestLimit:
    def test_it_is_reached_by_apps_too(self, settings: Any, count_queries: Any) -> None:
        settings.LIMEN_CONNECTIONS_MAX = 2
        make_connection(code="one")
        assert not queries.limit_is_reached()
        make_connection(code="app")
        Connection.objects.filter(code="app").update(type="app")
        with count_queries(1):
            assert queries.limit_is_reached()


class TestConnectionSettings:
    def test_what_the_page_shows(self, count_queries: Any) -> None:
        new = make_connection(code="erp")
        with count_queries(4):
            found = queries.connection_settings("ERP", now=NOW)
        assert (found.code, found.label, found.flow_type, found.auditable, found.version) == (
            "erp",
            "My ERP",
            "data_source",
            False,
            1,
        )
        assert (found.client_id, found.username) == (new.client_id, new.username)
        assert (found.role_id, found.group_id) == (accounts.role_id("user"), None)

    def test_cases_47_and_49_neither_secret_nor_password_is_part_of_it(self) -> None:
        new = make_connection(code="erp")
        shown = repr(queries.connection_settings("erp", now=NOW))
        assert new.password not in shown and new.secret not in shown

    def test_case_122_foreign_users_the_latest_first(self) -> None:
        make_connection(code="erp")
        note("erp", "julia", NOW - timedelta(hours=2))
        note("erp", "peter", NOW - timedelta(hours=1))
        note("erp", "old", NOW - timedelta(days=9))
        found = queries.connection_settings("erp", now=NOW)
        assert [one.username for one in found.wrong_users] == ["peter", "julia"]

    @pytest.mark.parametrize("code", ["unknown", "erp-1", "", "e\0rp"])
    def test_case_67_an_unknown_code_is_not_found(self, code: str) -> None:
        with pytest.raises(NotFound):
            queries.connection_settings(code, now=NOW)

    def test_case_68_an_app_is_not_found(self) -> None:
        make_connection(code="app")
        Connection.objects.update(type="app")
        with pytest.raises(NotFound):
            queries.connection_settings("app", now=NOW)


class TestSecretOf:
    def test_it_can_be_shown_at_any_time(self, count_queries: Any) -> None:
        new = make_connection(code="erp")
        with count_queries(2):
            assert queries.secret_of("erp") == new.secret

    def test_when_the_key_is_lost_it_says_what_to_do(self, settings: Any) -> None:
        make_connection(code="erp")
        settings.SECRET_KEY = "another"
        with pytest.raises(Conflict, match="Regenerate"):
            queries.secret_of("erp")


def test_the_first_call_is_asked_for_by_one_query(count_queries: Any) -> None:
    token = token_for(make_connection(code="erp"))
    with count_queries(1):
        assert queries.first_call_at("erp") is None
    holder = queries.holder(rules.digest(token))
    assert holder
    operations.note_use(holder=holder, now=NOW)
    assert queries.first_call_at("erp") == NOW


class TestHolder:
    def test_it_is_one_query(self, count_queries: Any) -> None:
        token = token_for(make_connection())
        with count_queries(1):
            assert queries.holder(rules.digest(token))

    def test_a_connection_with_its_own_user(self) -> None:
        new = make_connection("Shop", code="shop", flow_type="data_destination", auditable=True)
        found = queries.holder(rules.digest(token_for(new)))
        row = Connection.objects.get()
        assert found and found.connection
        assert (found.username, found.name, found.kind, found.enabled) == (new.username, "Shop", "api", True)
        assert found.own_connection == found.connection.id == row.id
        assert found.reads_counted

    def test_the_name_of_a_connection_is_its_label(self) -> None:
        found = queries.holder(rules.digest(token_for(make_connection("<Shop>"))))
        assert found and found.name == "<Shop>"

    def test_a_foreign_user_keeps_its_own_rights(self) -> None:
        shop, erp = make_connection("Shop", code="shop"), make_connection("ERP", code="erp", role="administrator")
        found = queries.holder(rules.digest(token_for(shop, user_of=erp)))
        assert found and found.is_wrong_pair
        assert found.name == "ERP"
        administrator = Role.objects.get(code="ROLE_ADMINISTRATOR")
        assert found.permissions == frozenset(administrator.permissions)

    def test_several_roles_add_up_and_none_is_nothing(self) -> None:
        new = make_connection()
        token = token_for(new)
        user = User.objects.get(username=new.username)
        user.roles.set(
            Role.objects.create(code=code, label=code, permissions=granted)
            for code, granted in [("ONE", ["a", "b"]), ("TWO", ["b", "c"]), ("EMPTY", [])]
        )
        found = queries.holder(rules.digest(token))
        assert found and found.permissions == {"a", "b", "c"}
        user.roles.clear()
        found = queries.holder(rules.digest(token))
        assert found and found.permissions == frozenset()

    def test_an_unknown_token_is_nobodys(self) -> None:
        assert queries.holder(rules.digest("unknown")) is None


class TestDataFlows:
    def made_by(self, code: str, kind: str, times: int, at: datetime) -> None:
        """Record as the products' room does: events of the connection's user."""
        id = Connection.objects.get(code=code).id
        author = Caller(1, f"{code}_0001", code, "api", frozenset(), author_connection_id=id)
        events.record_many([Happening(kind, "product:x")] * times, by=author, now=at)

    def read_by(self, code: str, times: int, at: datetime) -> None:
        events.tally({"product.read": times}, Connection.objects.get(code=code).id, now=at)

    def flows(self, **choice: Any) -> queries.DataFlows:
        return queries.data_flows(timezone="UTC", now=NOW, **choice)

    def test_case_a26_nothing_tracked_is_empty_and_asks_little(self, count_queries: Any) -> None:
        make_connection(code="erp", auditable=False)
        with count_queries(2):
            flows = self.flows()
        assert flows.is_empty and flows.created.all.total == 0

    def test_case_a22_every_tracked_connection_has_a_week_without_data_too(self) -> None:
        make_connection(code="erp", auditable=True)
        flows = self.flows()
        assert [one.code for one in flows.sources] == ["erp"]
        assert list(flows.created.by_connection) == ["erp"]
        week = flows.created.of("erp")
        assert (week.total, len(week.days), week.days[-1].day) == (0, 7, date(2026, 3, 2))

    def test_cases_a1_a2_and_a4_created_and_updated_by_connection_and_for_all(self) -> None:
        for code in ("erp", "pim"):
            make_connection(code=code, auditable=True)
        self.made_by("erp", "product.created", 3, NOW)
        self.made_by("erp", "product.updated", 2, NOW - timedelta(days=1))
        self.made_by("pim", "product.created", 4, NOW)
        flows = self.flows()
        assert (flows.created.all.total, flows.updated.all.total) == (7, 2)
        assert flows.created.of("erp").days[-1].count == 3
        assert flows.updated.of("erp").days[-2].count == 2
        assert flows.created.of("pim").total == 4
        assert flows.created.of(None) == flows.created.of("nope") == flows.created.all

    def test_case_a21_the_day_before_is_there_and_not_summed(self) -> None:
        make_connection(code="erp", auditable=True)
        for ago in range(9):
            self.made_by("erp", "product.created", 1, NOW - timedelta(days=ago))
        week = self.flows().created.all
        assert (week.before.count, week.total) == (1, 7)

    def test_case_a20_days_are_the_viewers(self) -> None:
        make_connection(code="erp", auditable=True)
        self.made_by("erp", "product.created", 4, datetime(2020, 1, 1, 23, tzinfo=UTC))
        flows = queries.data_flows(
            timezone="Africa/Johannesburg", now=datetime(2020, 1, 8, 12, tzinfo=UTC), source="erp"
        )
        assert (flows.created.all.days[0].day, flows.created.all.days[0].count) == (date(2020, 1, 2), 4)

    def test_cases_a6_a7_and_a23_only_what_is_tracked_now_with_its_past(self) -> None:
        for code in ("erp", "pim"):
            make_connection(code=code, auditable=False)
            self.made_by(code, "product.created", 3, NOW)
        assert self.flows().created.all.total == 0
        Connection.objects.update(auditable=True)
        assert self.flows().created.all.total == 6
        Connection.objects.filter(code="pim").update(auditable=False)
        assert self.flows().created.all.total == 3

    def test_case_a8_what_a_person_does_counts_for_nobody(self, admin_caller: Caller) -> None:
        make_connection(code="erp", auditable=True)
        events.record(Happening("product.created", "product:x"), by=admin_caller, now=NOW)
        assert self.flows().created.all.total == 0

    def test_cases_a17_and_a27_a_flow_type_has_its_own_figures(self) -> None:
        make_connection(code="shop", flow_type="data_destination", auditable=True)
        self.read_by("shop", 10, NOW)
        self.made_by("shop", "product.created", 5, NOW)
        flows = self.flows()
        assert not flows.sources and not flows.is_empty
        assert (flows.read.all.total, flows.created.all.total) == (10, 0)

    def test_case_78_a_deleted_connection_takes_its_counts_out_of_the_sum(self) -> None:
        make_connection(code="erp", auditable=True)
        self.made_by("erp", "product.created", 3, NOW)
        operations.delete_connection(code="erp", by=SYSTEM, now=NOW)
        make_connection(code="erp", auditable=True)
        assert self.flows().created.all.total == 0
        # They are kept, by what was counted for: nobody with the same code inherits them.
        assert [one.count for one in Tally.objects.all()] == [3]

    def test_apps_are_candidates_too(self) -> None:
        make_connection(code="app", auditable=True)
        Connection.objects.update(type="app")
        assert [one.code for one in self.flows().sources] == ["app"]

    def test_a_choice_that_is_not_there_is_all(self) -> None:
        make_connection(code="erp", auditable=True)
        assert (self.flows(source="erp").source, self.flows(source="nope").source) == ("erp", None)

    def test_it_is_seven_queries_however_many_there_are(self, count_queries: Any) -> None:
        for number in range(4):
            make_connection(code=f"erp{number}", auditable=True)
            make_connection(code=f"shop{number}", flow_type="data_destination", auditable=True)
        with count_queries(7):
            self.flows()
