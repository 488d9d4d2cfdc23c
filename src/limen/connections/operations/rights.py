"""What a connection may do: a role and a user group of its own, made and given in one step, and its scopes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import orjson
from django.db import transaction

from limen.accounts import operations as accounts
from limen.accounts import queries as accounts_queries
from limen.accounts.rules import CONNECTION_RIGHTS, CREATE_GROUPS, CREATE_ROLES, Caller
from limen.connections import queries, rules
from limen.connections.models import Connection
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Conflict, Invalid


@transaction.atomic
def give_own_role(*, code: str, label: str, permissions: Iterable[str], by: Caller, now: datetime) -> str:
    """Make a role and give it to a connection instead of the one it has; give the role's code.

    Raises Invalid at `label` or `permissions` as `accounts.create_role` does, so nobody hands on more than they
    hold; Forbidden without the rights to make roles and to choose those of connections; NotFound.
    """
    _require(by, CREATE_ROLES)
    row = queries.find(code, lock=True)
    before, group = accounts_queries.role_and_group_of(row.user_id)
    role = accounts.create_role(label=label, permissions=permissions, by=by, now=now)
    role_id, group_id = accounts_queries.role_id(role), group.id if group else None
    accounts.assign(user_id=row.user_id, role_id=role_id, group_id=group_id, by=by, now=now)
    _changed(row, "role", before.label if before else None, label.strip(), by=by, now=now)
    return role


@transaction.atomic
def give_own_group(*, code: str, name: str, by: Caller, now: datetime) -> int:
    """Make a user group and put a connection into it, beside All and instead of the one it is in; give its id.

    Raises Invalid at `name`, Forbidden and NotFound as `give_own_role`.
    """
    _require(by, CREATE_GROUPS)
    row = queries.find(code, lock=True)
    role, before = accounts_queries.role_and_group_of(row.user_id)
    group = accounts.create_group(name=name, by=by, now=now)
    role_id = role.id if role else None
    accounts.assign(user_id=row.user_id, role_id=role_id, group_id=group, by=by, now=now)
    _changed(row, "group", before.name if before else None, name.strip(), by=by, now=now)
    return group


@transaction.atomic
def set_scopes(
    *, code: str, scopes: Iterable[str] | None, version: int | None = None, by: Caller, now: datetime
) -> None:
    """Limit what a connection may call to these of its role's permissions, whoever's token it is; None: no limit.

    Counts from the next call on. Raises Invalid at `permissions` for what is none of the web API, and for what the
    connection could not do before and the caller may not do either; Conflict when somebody else has saved since
    `version`; Forbidden without CONNECTION_RIGHTS; NotFound.
    """
    by.require(CONNECTION_RIGHTS)
    row = queries.find(code, lock=True)
    if version is not None and version != row.version:
        raise Conflict("Somebody else has changed this connection since you opened it. Reload it and try again.")
    wanted = None if scopes is None else sorted(set(scopes))
    role = accounts_queries.permissions_of(row.user_id)
    violations = rules.check_scopes(wanted, had=row.scopes, role=role, caller=by)
    if violations:
        raise Invalid(violations)
    before, row.scopes = row.scopes, wanted
    if before == wanted:
        return
    row.save(update_fields=["scopes"])
    _changed(row, "scopes", before, wanted, by=by, now=now)


def _require(by: Caller, making: str) -> None:
    by.require(CONNECTION_RIGHTS)
    by.require(making)


def _changed(row: Connection, path: str, before: object, after: object, *, by: Caller, now: datetime) -> None:
    """Let an open settings page see that it shows an older state, and history tell of the change as a save does."""
    row.version, row.updated_at = row.version + 1, now
    row.save(update_fields=["version", "updated_at"])
    data = orjson.dumps({"changes": [{"path": path, "before": before, "after": after}]}).decode()
    events.record(Happening("connection.updated", f"connection:{row.code}", data), by=by, now=now)
