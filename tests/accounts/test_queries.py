from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from limen.accounts import operations, queries
from limen.accounts.models import User
from limen.accounts.rules import SYSTEM
from limen.kit.errors import NotFound
from tests.factories.accounts import NOW, make_group, make_role, make_user

pytestmark = pytest.mark.usefixtures("installed")

CountQueries = Callable[[int], AbstractContextManager[Any]]


class TestCallerFor:
    def test_has_the_permissions_of_all_roles_for_one_query(self, count_queries: CountQueries) -> None:
        user = make_user(role=make_role("ROLE_A", "pim_api_overall_access", "pim_api_product_list").code, name="Julia")
        user.roles.add(make_role("ROLE_B", "pim_api_product_list", "pim_api_product_edit"))
        with count_queries(1):
            caller = queries.caller_for(user.id, author_connection_id=7, connection_id=8, reads_counted=True)
        assert caller is not None
        assert caller.permissions == {"pim_api_overall_access", "pim_api_product_list", "pim_api_product_edit"}
        assert (caller.username, caller.name, caller.kind, caller.timezone) == ("julia", "Julia", "user", "UTC")
        assert (caller.author_connection_id, caller.connection_id, caller.reads_counted) == (7, 8, True)

    def test_of_a_connection_is_of_kind_api(self) -> None:
        new = operations.create_api_user(code="erp", label="My ERP", by=SYSTEM, now=NOW)
        caller = queries.caller_for(new.id)
        assert caller is not None
        assert (caller.kind, caller.name) == ("api", "My ERP")

    def test_without_a_role_may_nothing(self) -> None:
        user = make_user()
        user.roles.clear()
        caller = queries.caller_for(user.id)
        assert caller is not None
        assert caller.permissions == frozenset()

    def test_is_nobody_when_unknown_or_disabled(self) -> None:
        user = make_user()
        User.objects.update(enabled=False)
        assert queries.caller_for(user.id) is None
        assert queries.caller_for(0) is None


class TestUserToAuthenticate:
    @pytest.mark.parametrize("name", ["julia", "JULIA", "julia@example.com", "Julia@Example.com"])
    def test_goes_by_name_or_email_whatever_the_case(self, name: str, count_queries: CountQueries) -> None:
        make_user(email="julia@example.com")
        with count_queries(1):
            row = queries.user_to_authenticate(name)
        assert row is not None
        assert (row.username, row.enabled, row.type) == ("julia", True, "user")

    def test_a_name_wins_over_somebody_elses_email(self) -> None:
        make_user("first", email="shared@example.com")
        make_user("shared@example.com")
        row = queries.user_to_authenticate("shared@example.com")
        assert row is not None
        assert row.username == "shared@example.com"

    @pytest.mark.parametrize("name", ["", "nobody", "a\x00b"])
    def test_knows_nobody(self, name: str) -> None:
        make_user()
        assert queries.user_to_authenticate(name) is None


class TestChoices:
    def test_roles_by_label_without_those_of_apps_and_strangers(self) -> None:
        make_role("ROLE_ANONYMOUS")
        app = make_role("ROLE_APP")
        type(app).objects.filter(id=app.id).update(type="app")
        assert [role.label for role in queries.roles_to_choose()] == ["Administrator", "User"]

    def test_groups_without_everybodys(self) -> None:
        make_group("Suppliers")
        assert [group.name for group in queries.groups_to_choose()] == ["Suppliers"]

    def test_a_role_or_group_by_name(self) -> None:
        assert queries.role_id("Administrator") == queries.role_id("ROLE_ADMINISTRATOR")
        assert queries.group_id("All") != make_group("Suppliers").id == queries.group_id("Suppliers")

    def test_an_unknown_role_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(NotFound, match="ROLE_ADMINISTRATOR, ROLE_USER"):
            queries.role_id("emperor")
        with pytest.raises(NotFound, match="All"):
            queries.group_id("Nobody")
