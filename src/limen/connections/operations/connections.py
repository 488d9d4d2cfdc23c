"""Making, changing and deleting connections, and their credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from limen.accounts import operations as accounts
from limen.accounts import queries as accounts_queries
from limen.accounts.rules import Caller
from limen.calls import operations as calls
from limen.connections import queries, rules
from limen.connections.models import AccessToken, ClientSecret, Connection, OAuthClient, RefreshToken
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.errors import Conflict, Invalid, Violation
from limen.structure import queries as structure


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A connection just made, with its four credentials in clear. The password is seen here once."""

    code: str
    label: str
    client_id: str
    secret: str
    username: str
    password: str


@transaction.atomic
def create_connection(
    *,
    code: str,
    label: str,
    flow_type: str,
    by: Caller,
    now: datetime,
    role_id: int | None = None,
    group_id: int | None = None,
    auditable: bool = False,
) -> NewConnection:
    """Create a connection with its user and its client. An empty code is made from the label.

    Raises Invalid: with all broken formats and the limit together, else with the code that is taken,
    the defaults that are missing for the user, or the role or group that does not exist.
    """
    label = rules.normalise(label)
    code = rules.normalise(code) or rules.code_from_label(label)
    # Under the lock neither the count nor the code's uniqueness can change before the commit.
    queries.hold_creation_lock()
    limit = [rules.limit_reached(settings.LIMEN_CONNECTIONS_MAX)] if queries.limit_is_reached() else []
    _refuse([*rules.check_connection(code=code, label=label, flow_type=flow_type), *limit])
    _refuse([rules.code_taken(code)] if queries.code_is_taken(code) else [])

    user = _create_user(code, label, by=by, now=now)
    if role_id is not None or group_id is not None:
        accounts.assign(user_id=user.id, role_id=role_id, group_id=group_id, by=by, now=now)
    client = OAuthClient.objects.create(
        random_id=rules.new_random(), label=label, grant_types=list(rules.GRANT_TYPES), created_at=now
    )
    secret = _give_secret(client.id, now)
    Connection.objects.create(
        code=code,
        label=label,
        flow_type=flow_type,
        auditable=rules.tracked(auditable, flow_type),
        client=client,
        user_id=user.id,
        created_at=now,
        updated_at=now,
    )
    _record("created", code, by=by, now=now)
    return NewConnection(code, label, client.public_id, secret, user.username, user.password)


@transaction.atomic
def update_connection(
    *,
    code: str,
    label: str,
    flow_type: str,
    auditable: bool,
    role_id: int | None,
    group_id: int | None,
    by: Caller,
    now: datetime,
    version: int | None = None,
) -> None:
    """Change what a connection is called, how it is tracked and what it may do: all of it or nothing.

    `role_id` None is the role User, `group_id` None the group All alone. `version` is the one the
    caller's page was made from: Conflict when somebody else has saved since. Credentials and tokens
    stay as they are, and saving what is already there changes nothing.
    """
    row = queries.find(code, lock=True)
    if version is not None and version != row.version:
        raise Conflict("Somebody else has changed this connection since you opened it. Reload it and try again.")
    label = rules.normalise(label)
    before = _described(row)
    violations = [*rules.check_label(label), *rules.check_flow_type(flow_type)]
    try:
        accounts.assign(user_id=row.user_id, role_id=role_id, group_id=group_id, by=by, now=now)
    except Invalid as refusal:
        violations.extend(refusal.violations)
    _refuse(violations)

    row.label, row.flow_type, row.auditable = label, flow_type, rules.tracked(auditable, flow_type)
    after = _described(row)
    changes = [
        {"path": path, "before": before[path], "after": after[path]} for path in after if before[path] != after[path]
    ]
    if not changes:
        return
    row.version, row.updated_at = row.version + 1, now
    row.save(update_fields=["label", "flow_type", "auditable", "version", "updated_at"])
    # History shows the present name of a connection, so its user and its client follow.
    OAuthClient.objects.filter(id=row.client_id).update(label=label)
    accounts.rename_api_user(user_id=row.user_id, label=label)
    _record("updated", row.code, {"changes": changes}, by=by, now=now)


@transaction.atomic
def regenerate_secret(*, code: str, by: Caller, now: datetime) -> str:
    """Give the client another secret; the old one and all tokens of this client are worth nothing at once."""
    row = queries.find(code, lock=True)
    ClientSecret.objects.filter(client=row.client_id).delete()
    secret = _give_secret(row.client_id, now)
    _delete_tokens(Q(client=row.client_id))
    _record("secret_regenerated", row.code, by=by, now=now)
    return secret


@transaction.atomic
def regenerate_password(*, code: str, by: Caller, now: datetime) -> str:
    """Give the user another password; the old one and all tokens of this user are worth nothing at once."""
    row = queries.find(code, lock=True)
    password = accounts.regenerate_password(user_id=row.user_id, by=by, now=now)
    _delete_tokens(Q(user=row.user_id))
    _record("password_regenerated", row.code, by=by, now=now)
    return password


@transaction.atomic
def reveal_secret(*, code: str, by: Caller, now: datetime) -> str:
    """Give the secret in clear and record who asked for it."""
    secret = queries.secret_of(code)
    _record("secret_shown", queries.find(code).code, by=by, now=now)
    return secret


@transaction.atomic
def delete_connection(*, code: str, by: Caller, now: datetime) -> None:
    """Delete a connection with its user, client, tokens and wrong combinations.

    Role, group, history and counts stay; the counts are the old connection's, so a new one with the
    same code starts at nothing.
    """
    row = queries.find(code, lock=True)
    _delete_tokens(Q(client=row.client_id) | Q(user=row.user_id))
    Connection.objects.filter(id=row.id).delete()
    calls.forget_calls(connection_id=row.id)
    accounts.delete_api_user(user_id=row.user_id)
    OAuthClient.objects.filter(id=row.client_id).delete()
    _record("deleted", row.code, {"label": row.label}, by=by, now=now)


def _refuse(violations: list[Violation]) -> None:
    if violations:
        raise Invalid(violations)


def _create_user(code: str, label: str, *, by: Caller, now: datetime) -> accounts.ApiUser:
    """Create the user behind the connection, with the catalogue's first channel, locale and tree."""
    snapshot = structure.snapshot()
    channel = next(iter(snapshot.channels.values()), None)
    locale = next((code for code in channel.locales if code in snapshot.active_locales), None) if channel else None
    tree = channel.category_tree if channel else None
    named = {"channel": channel, "activated locale": locale, "category tree": tree}
    missing = [name for name, found in named.items() if not found]
    if channel is None or locale is None or missing:
        raise Invalid([rules.user_cannot_be_created(missing)])
    return accounts.create_api_user(
        code=code,
        label=label,
        by=by,
        now=now,
        catalog_channel=channel.code,
        catalog_locale=locale,
        category_tree=channel.category_tree,
    )


def _give_secret(client: int, now: datetime) -> str:
    secret = rules.new_random()
    sealed = rules.seal(secret, keys=queries.instance_keys(), client=client)
    ClientSecret.objects.create(client_id=client, key_id=sealed.key_id, ciphertext=sealed.ciphertext, created_at=now)
    return secret


def _described(row: Connection) -> dict[str, str | bool | None]:
    """Give what history tells of a connection, by the names its form uses."""
    role, group = accounts_queries.role_and_group_of(row.user_id)
    return {
        "label": row.label,
        "flow_type": row.flow_type,
        "auditable": row.auditable,
        "role": role.label if role else None,
        "group": group.name if group else None,
    }


def _delete_tokens(which: Q) -> None:
    AccessToken.objects.filter(which).delete()
    RefreshToken.objects.filter(which).delete()


def _record(what: str, code: str, data: object | None = None, *, by: Caller, now: datetime) -> None:
    """Record an event of a connection. Its data never holds a credential."""
    text = orjson.dumps(data or {}).decode()
    events.record(Happening(f"connection.{what}", f"connection:{code}", text), by=by, now=now)
