from __future__ import annotations

import pytest

from limen.accounts import operations, queries
from limen.accounts.models import Group, User
from limen.accounts.rules import SYSTEM
from limen.connections import queries as connections
from limen.events import queries as events
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import NOW, make_group, make_user
from tests.factories.connections import make_connection

pytestmark = pytest.mark.usefixtures("installed")


def create(name: str = "SAP") -> int:
    return operations.create_group(name=name, by=SYSTEM, now=NOW)


def rename(group_id: int, name: str) -> None:
    operations.rename_group(group_id=group_id, name=name, by=SYSTEM, now=NOW)


def delete(group_id: int) -> None:
    operations.delete_group(group_id=group_id, by=SYSTEM, now=NOW)


def test_a_group_is_created_renamed_and_deleted_with_history() -> None:
    group = create(" SAP ")
    rename(group, "ERP")
    rename(group, "ERP")
    delete(group)
    assert not Group.objects.filter(id=group).exists()
    assert [event.kind for event in events.history("user_group:ERP")] == ["user_group.deleted", "user_group.updated"]
    assert [event.kind for event in events.history("user_group:SAP")] == ["user_group.created"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name.required"), ("x" * 31, "name.too_long"), ("a\x00", "name.invalid"), ("all", "name.taken")],
)
def test_a_name_is_refused(name: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(name)
    assert [(one.path, one.code) for one in refusal.value.violations] == [("name", code)]


def test_a_name_has_up_to_30_characters_and_may_change_its_case() -> None:
    group = create("x" * 30)
    rename(group, "X" * 30)
    assert Group.objects.get(id=group).name == "X" * 30


def test_the_group_of_everybody_stays_as_it_is() -> None:
    everybody = Group.objects.get(name="All").id
    with pytest.raises(Conflict):
        delete(everybody)
    with pytest.raises(Conflict):
        rename(everybody, "Some")
    with pytest.raises(NotFound):
        queries.group_details(everybody)


def test_a_group_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        delete(0)


def test_case_81_a_connection_loses_its_deleted_group_and_nothing_else() -> None:
    new = make_connection()
    user = User.objects.get(username=new.username)
    group = create("SAP")
    operations.assign(user_id=user.id, role_id=None, group_id=group, by=SYSTEM, now=NOW)
    delete(group)
    assert [one.name for one in user.groups.all()] == ["All"]
    assert connections.connection_settings(new.code, now=clock.now()).group_id is None
    assert queries.caller_for(user.id) is not None


def test_the_list_counts_users_and_connections(count_queries) -> None:
    make_user().groups.add(make_group("Aachen"))
    make_connection()
    with count_queries(2):
        listed = queries.groups_for_list()
    assert [(one.name, one.users, one.connections) for one in listed] == [("All", 1, 1), ("Aachen", 1, 0)]
