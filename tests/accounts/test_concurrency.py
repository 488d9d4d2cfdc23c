"""What happens at the same instant: real transactions, one thread each."""

from __future__ import annotations

from functools import partial

import pytest

from limen.accounts import operations
from limen.accounts.models import Role, User
from limen.accounts.rules import MANAGE_ROLES, SYSTEM
from limen.kit.errors import Conflict, Invalid
from tests.connections.test_concurrency import at_once
from tests.factories.accounts import NOW, make_role, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("installed")]


def test_of_all_who_may_edit_roles_one_stays_whatever_is_done_at_once() -> None:
    people = [make_user(name, role="administrator").id for name in ("ada", "eve", "joe", "max")]
    disable = operations.set_person_enabled
    results = at_once(
        partial(disable, user_id=people[0], enabled=False, by=SYSTEM, now=NOW),
        partial(disable, user_id=people[1], enabled=False, by=SYSTEM, now=NOW),
        partial(operations.delete_person, user_id=people[2], by=SYSTEM, now=NOW),
        partial(operations.delete_person, user_id=people[3], by=SYSTEM, now=NOW),
    )
    assert [type(one) for one in results if one is not None] == [Conflict]
    assert User.objects.filter(enabled=True, roles__permissions__contains=[MANAGE_ROLES]).count() == 1


def test_a_role_is_not_deleted_while_it_is_given() -> None:
    role = make_role("ROLE_READER")
    give = partial(
        operations.create_person,
        username="julia",
        password="correct horse battery",
        email="",
        first_name="",
        last_name="",
        timezone="UTC",
        role_ids=[role.id],
        group_ids=[],
        by=SYSTEM,
        now=NOW,
    )
    results = at_once(give, partial(operations.delete_role, code="ROLE_READER", by=SYSTEM, now=NOW))
    refused = [one for one in results if isinstance(one, Exception)]
    assert [type(one) for one in refused] in ([Conflict], [Invalid])
    assert Role.objects.filter(code="ROLE_READER").exists() == User.objects.filter(username="julia").exists()
