"""Making, renaming and deleting user groups."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from limen.accounts import queries, rules
from limen.accounts.models import Group
from limen.accounts.operations.guard import changes, record
from limen.accounts.rules import Caller
from limen.kit.errors import Conflict, Invalid, NotFound, Violation


@transaction.atomic
def create_group(*, name: str, by: Caller, now: datetime) -> int:
    """Create a group and give its id. Invalid at `name`."""
    group = Group(name=name.strip())
    _save(group)
    record("user_group.created", f"user_group:{group.name}", "{}", by=by, now=now)
    return group.id


@transaction.atomic
def rename_group(*, group_id: int, name: str, by: Caller, now: datetime) -> None:
    """Give a group another name. Invalid at `name`, Conflict for the group of everybody."""
    group = _find(group_id)
    before = {"name": group.name}
    group.name = name.strip()
    data = changes(before, {"name": group.name})
    if not data:
        return
    _save(group)
    record("user_group.updated", f"user_group:{group.name}", data, by=by, now=now)


@transaction.atomic
def delete_group(*, group_id: int, by: Caller, now: datetime) -> None:
    """Delete a group; its users and connections lose it and nothing else. Conflict for the group of everybody."""
    group = _find(group_id)
    group.delete()
    record("user_group.deleted", f"user_group:{group.name}", "{}", by=by, now=now)


def _find(group_id: int) -> Group:
    group = Group.objects.select_for_update().filter(id=group_id, type="default").first()
    if group is None:
        raise NotFound("There is no such user group.")
    if group.name == rules.EVERYBODY:
        raise Conflict("Everybody is in this group, so it can be neither changed nor deleted.")
    return group


def _save(group: Group) -> None:
    violations = rules.check_group_name(group.name)
    taken = Violation("name", "name.taken", f'There is already a user group "{group.name}". Choose another name.')
    if not violations and queries.group_name_is_taken(group.name, but=group.id):
        violations = [taken]
    if violations:
        raise Invalid(violations)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        # Somebody was quicker since the check above.
        raise Invalid([taken]) from None
