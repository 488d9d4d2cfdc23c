"""Making, changing and deleting roles. Those of apps are not touched here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from limen.accounts import queries, rules
from limen.accounts.models import Role
from limen.accounts.operations.guard import changes, locked_out, nobody_locked_out, record
from limen.accounts.rules import Caller
from limen.kit.errors import Conflict, Invalid, NotFound, Violation


@transaction.atomic
def create_role(*, label: str, permissions: Iterable[str], by: Caller, now: datetime) -> str:
    """Create a role and give its code, made from the label. Invalid at `label` or `permissions`."""
    label = label.strip()
    with nobody_locked_out():
        given = _checked(label, permissions, None, by)
        code = rules.new_role_code(label, Role.objects.values_list("code", flat=True))
        Role.objects.create(code=code, label=label, permissions=sorted(given))
    record("role.created", f"role:{code}", changes({}, _described(label, given)), by=by, now=now)
    return code


@transaction.atomic
def update_role(
    *, code: str, label: str, permissions: Iterable[str], version: str | None = None, by: Caller, now: datetime
) -> None:
    """Change what a role is called and what it allows; it counts from the next click and the next call.

    `version` is the one the caller's page was made from: Conflict when somebody else has saved since. Raises Invalid
    at `label` or `permissions`, and with no path when nobody could edit roles any more.
    """
    label = label.strip()
    with nobody_locked_out():
        role = _find(code)
        if version is not None and version != queries.role_version(role.label, role.permissions):
            raise Conflict("Somebody else has changed this role since you opened it. Reload it and try again.")
        given = _checked(label, permissions, role, by)
        before, after = _described(role.label, role.permissions), _described(label, given)
        Role.objects.filter(id=role.id).update(label=label, permissions=sorted(given))
    data = changes(before, after)
    if data:
        record("role.updated", f"role:{code}", data, by=by, now=now)


@transaction.atomic
def delete_role(*, code: str, by: Caller, now: datetime) -> None:
    """Delete a role. Conflict when it is the only one of a user or connection, or of all that may edit roles."""
    with nobody_locked_out(refusal=locked_out):
        role = _find(code)
        rules.refuse_beyond(role.permissions, by, whom="This role")
        why = queries.why_role_stays(role.id, role.code, role.permissions, by=by)
        if why:
            raise Conflict(why)
        role.delete()
    record("role.deleted", f"role:{code}", changes(_described(role.label, role.permissions), {}), by=by, now=now)


def _find(code: str) -> Role:
    role = queries.roles_of_people().select_for_update().filter(code=code).first()
    if role is None:
        raise NotFound(f'There is no role "{code}".')
    return role


def _checked(label: str, permissions: Iterable[str], role: Role | None, by: Caller) -> frozenset[str]:
    """Give what the role will hold, or raise Invalid with all that is wrong."""
    violations = rules.check_role_label(label)
    others = queries.roles_of_people().filter(label__iexact=label)
    if not violations and others.exclude(id=role.id if role else 0).exists():
        message = f'There is already a role "{label}". Choose another label.'
        violations = [Violation("label", "label.taken", message)]
    given: frozenset[str] = frozenset()
    try:
        given = rules.permissions_to_keep(permissions, before=role.permissions if role else (), caller=by)
    except Invalid as refusal:
        violations = [*violations, *refusal.violations]
    if violations:
        raise Invalid(violations)
    return given


def _described(label: str, permissions: Iterable[str]) -> dict[str, object]:
    """Give what history tells of a role, by the names the form uses."""
    return {"label": label, "permissions": sorted(permissions)}
