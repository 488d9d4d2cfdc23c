"""Making, changing and deleting connections, and their credentials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from limen.accounts import operations as accounts
from limen.accounts import queries as accounts_queries
from limen.accounts.rules import CONNECTION_RIGHTS, SYSTEM, Caller, refusal_of
from limen.calls import operations as calls
from limen.connections import queries, rules
from limen.connections.models import (
    AccessToken,
    ClientSecret,
    Connection,
    ConnectionImage,
    OAuthClient,
    OldPassword,
    RefreshToken,
)
from limen.connections.rules import Upkeep
from limen.events import operations as events
from limen.events.operations import Happening
from limen.kit.clock import iso
from limen.kit.errors import Conflict, Invalid, Violation
from limen.structure import queries as structure

# What a save of the settings page writes into the row.
_EDITABLE = ("label", "flow_type", "auditable", "expires_at", "reminded_of", "owner", "notes", "image")


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A connection just made, with its four credentials in clear. The password is seen here once.

    `limited`: whoever made it may do less than its role allows, so it is limited to that.
    """

    code: str
    label: str
    client_id: str
    secret: str
    username: str
    password: str
    limited: bool = False


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
    the defaults that are missing for the user, or the role or group that does not exist, or that `by`
    may not give. Without a role it gets ROLE_USER, whoever makes it: that is how a connection is born. Of what
    that allows, it may call no more than `by` may do.
    """
    label = rules.normalise(label)
    code = rules.normalise(code) or rules.code_from_label(label)
    # Under the lock neither the count nor the code's uniqueness can change before the commit.
    queries.hold_creation_lock()
    limit = [rules.limit_reached(settings.LIMEN_CONNECTIONS_MAX)] if queries.limit_is_reached() else []
    _refuse([*rules.check_connection(code=code, label=label, flow_type=flow_type), *limit])
    _refuse([rules.code_taken(code)] if queries.code_is_taken(code) else [])

    _refuse(_beyond(by, role_id) if (role_id, group_id) != (None, None) else [])

    user = _create_user(code, label, by=by, now=now)
    if role_id is not None or group_id is not None:
        accounts.assign(user_id=user.id, role_id=role_id, group_id=group_id, by=by, now=now)
    client = OAuthClient.objects.create(
        random_id=rules.new_random(), label=label, grant_types=list(rules.GRANT_TYPES), created_at=now
    )
    secret = _give_secret(client.id, now)
    scopes = rules.scopes_at_birth(accounts_queries.permissions_of(user.id), by)
    Connection.objects.create(
        code=code,
        label=label,
        flow_type=flow_type,
        auditable=rules.tracked(auditable, flow_type),
        client=client,
        user_id=user.id,
        scopes=scopes,
        created_at=now,
        updated_at=now,
    )
    _record("created", code, None if scopes is None else {"scopes": scopes}, by=by, now=now)
    limited = scopes is not None
    return NewConnection(code, label, client.public_id, secret, user.username, user.password, limited)


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
    upkeep: Upkeep | None = None,
    image: bytes | None = None,
) -> None:
    """Change what a connection is called, how it is tracked, what it may do and until when: all of it or nothing.

    `role_id` None is the role User, `group_id` None the group All alone. Another role or group than
    now needs CONNECTION_RIGHTS, and the role may allow nothing that `by` may not do. `upkeep` None keeps end, owner
    and notes as they are, `image` None the picture; b"" takes the picture away, anything else is one that
    `rules.make_image` made. `version` is the one the caller's page was made from: Conflict when somebody else
    has saved since. Credentials and tokens stay as they are, and saving what is already there changes nothing.
    """
    row = queries.find(code, lock=True)
    if version is not None and version != row.version:
        raise Conflict("Somebody else has changed this connection since you opened it. Reload it and try again.")
    label = rules.normalise(label)
    before = _described(row)
    kept = Upkeep(row.expires_at, row.owner_id, row.notes)
    upkeep = kept if upkeep is None else replace(upkeep, notes=rules.tidy_notes(upkeep.notes))
    violations = [*rules.check_label(label), *rules.check_flow_type(flow_type)]
    violations += _assign(row, role_id, group_id, by=by, now=now)
    violations += _check_upkeep(upkeep, kept, now)
    _refuse(violations)

    row.label, row.flow_type, row.auditable = label, flow_type, rules.tracked(auditable, flow_type)
    row.expires_at, row.owner_id, row.notes = upkeep.expires_at, upkeep.owner_id, upkeep.notes
    if upkeep.expires_at != kept.expires_at:
        row.reminded_of = None
    if image is not None:
        row.image = rules.image_digest(image)
    after = _described(row)
    changes = [
        {"path": path, "before": before[path], "after": after[path]} for path in after if before[path] != after[path]
    ]
    if upkeep.notes != kept.notes:
        # That they changed, not what they say: people put down there what no history should keep.
        changes.append({"path": "notes", "before": None, "after": None})
    if not changes:
        return
    row.version, row.updated_at = row.version + 1, now
    row.save(update_fields=[*_EDITABLE, "version", "updated_at"])
    if (row.image or None) != before["image"]:
        _keep_image(row, image or b"")
    # History shows the present name of a connection, so its user and its client follow.
    OAuthClient.objects.filter(id=row.client_id).update(label=label)
    accounts.rename_api_user(user_id=row.user_id, label=label)
    _record("updated", row.code, {"changes": changes}, by=by, now=now)


@transaction.atomic
def pause_connection(*, code: str, by: Caller, now: datetime) -> None:
    """Let nobody in through a connection, from the very next call; nothing of it is lost. Twice is as once."""
    _switch(code, enabled=False, by=by, now=now)


@transaction.atomic
def resume_connection(*, code: str, by: Caller, now: datetime) -> None:
    """Open a paused connection again, with the credentials and tokens that it had. Twice is as once."""
    _switch(code, enabled=True, by=by, now=now)


@transaction.atomic
def remind_of_ends(*, now: datetime) -> int:
    """Record `connection.ending` of each connection whose end has come to another step, and give their number.

    Once for each step of `rules.REMINDERS`, however often this runs. 1 query, 2 more when there is something to tell.
    """
    in_sight = Connection.objects.filter(
        type=rules.DEFAULT, expires_at__gt=now, expires_at__lte=now + rules.END_IN_SIGHT
    ).order_by("expires_at", "code")
    due = []
    for row in in_sight.select_for_update():
        step = rules.reminder_due(row.expires_at, row.reminded_of, now)
        if step is not None:
            row.reminded_of = step
            due.append(row)
    if due:
        Connection.objects.bulk_update(due, ["reminded_of"])
        events.record_many([_ending(row, now) for row in due], by=SYSTEM, now=now)
    return len(due)


@transaction.atomic
def regenerate_secret(*, code: str, keep_old: int = 0, by: Caller, now: datetime) -> str:
    """Give the client another secret.

    The old one is kept for `keep_old` hours (0 to 168), and so are the tokens of this client; 0: it and they
    are worth nothing at once. There is one old secret at most: the one before it ends now. Invalid at `keep_old`.
    """
    rules.check_overlap(keep_old)
    row = queries.find(code, lock=True)
    secrets = ClientSecret.objects.filter(client=row.client_id)
    if not keep_old:
        secrets.delete()
        _delete_tokens(Q(client=row.client_id))
        data = {}
    else:
        until = now + timedelta(hours=keep_old)
        secrets.exclude(valid_until=None).delete()
        secrets.update(valid_until=until)
        data = {"old_until": until.isoformat()}
    secret = _give_secret(row.client_id, now)
    _record("secret_regenerated", row.code, data, by=by, now=now)
    return secret


@transaction.atomic
def regenerate_password(*, code: str, keep_old: int = 0, by: Caller, now: datetime) -> str:
    """Give the user another password; the old one is kept as `regenerate_secret` keeps a secret, and so are
    the tokens of this user. Invalid at `keep_old`."""
    rules.check_overlap(keep_old)
    row = queries.find(code, lock=True)
    OldPassword.objects.filter(connection=row).delete()
    data = {}
    if not keep_old:
        _delete_tokens(Q(user=row.user_id))
    else:
        until = now + timedelta(hours=keep_old)
        _keep_password(row, until)
        data = {"old_until": until.isoformat()}
    password = accounts.regenerate_password(user_id=row.user_id, by=by, now=now)
    _record("password_regenerated", row.code, data, by=by, now=now)
    return password


@transaction.atomic
def reveal_secret(*, code: str, by: Caller, now: datetime) -> str:
    """Give the secret in clear and record who asked for it. Conflict when it is shown only once."""
    if settings.LIMEN_SECRET_REVEAL == rules.ONCE:
        raise rules.SecretShownOnce
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


def _switch(code: str, *, enabled: bool, by: Caller, now: datetime) -> None:
    # Whoever issues a token waits for this lock, and then sees the switch.
    row = queries.find(code, lock=True)
    if row.enabled == enabled:
        return
    # The version stays: a page that somebody has open is not about this.
    row.enabled, row.updated_at = enabled, now
    row.save(update_fields=["enabled", "updated_at"])
    _record("resumed" if enabled else "paused", row.code, by=by, now=now)


def _assign(
    row: Connection, role_id: int | None, group_id: int | None, *, by: Caller, now: datetime
) -> list[Violation]:
    """Give the connection's user role and group, if they are others than now; what is refused comes back."""
    role, group = accounts_queries.role_and_group_of(row.user_id)
    present = role.id if role else None
    if (role_id, group_id) == (present, group.id if group else None):
        return []
    refused = _beyond(by, role_id if role_id != present else None)
    try:
        if not refused:
            accounts.assign(user_id=row.user_id, role_id=role_id, group_id=group_id, by=by, now=now)
    except Invalid as refusal:
        refused.extend(refusal.violations)
    return refused


def _check_upkeep(upkeep: Upkeep, kept: Upkeep, now: datetime) -> list[Violation]:
    """Judge what changes; an end that has passed and an owner who has left may stay."""
    violations = rules.check_notes(upkeep.notes)
    if upkeep.expires_at != kept.expires_at:
        violations += rules.check_end(upkeep.expires_at, now)
    owner = upkeep.owner_id
    if owner is not None and owner != kept.owner_id and not accounts_queries.is_person(owner):
        violations.append(rules.owner_unknown())
    return violations


def _beyond(by: Caller, role_id: int | None) -> list[Violation]:
    """Judge whether somebody may choose role and group, and this role: nobody hands on more than they hold."""
    if not by.may(CONNECTION_RIGHTS):
        return [Violation("user_role_id", "user_role.not_allowed", refusal_of(CONNECTION_RIGHTS))]
    if role_id is not None and role_id in accounts_queries.roles_beyond(by.permissions):
        message = "This role allows more than you may do yourself. Choose another, or ask somebody who may."
        return [Violation("user_role_id", "user_role.beyond", message)]
    return []


def _ending(row: Connection, now: datetime) -> Happening:
    assert row.expires_at is not None
    data = {"days_left": rules.days_left(row.expires_at, now), "expires_at": iso(row.expires_at)}
    return Happening("connection.ending", f"connection:{row.code}", orjson.dumps(data).decode())


def _owner_name(owner: int | None) -> str | None:
    return accounts_queries.username_of(owner) if owner is not None else None


@transaction.atomic
def end_tokens_of(user_id: int) -> None:
    """End all tokens of a user, whatever the client. Room accounts asks for it, by the settings. 2 statements."""
    _delete_tokens(Q(user=user_id))


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
    if settings.LIMEN_SECRET_REVEAL == rules.ONCE:
        sealed = rules.digested(secret)
    else:
        sealed = rules.seal(secret, keys=queries.instance_keys(), client=client)
    ClientSecret.objects.create(client_id=client, key_id=sealed.key_id, ciphertext=sealed.ciphertext, created_at=now)
    return secret


def _keep_password(row: Connection, until: datetime) -> None:
    user = accounts_queries.user_to_authenticate(row.user.username)
    if user is not None:
        OldPassword.objects.create(connection=row, password=user.password, valid_until=until)


def _keep_image(row: Connection, image: bytes) -> None:
    if image:
        ConnectionImage.objects.update_or_create(connection=row, defaults={"content": image})
    else:
        ConnectionImage.objects.filter(connection=row).delete()


def _described(row: Connection) -> dict[str, str | bool | None]:
    """Give what history tells of a connection, by the names its form uses."""
    role, group = accounts_queries.role_and_group_of(row.user_id)
    return {
        "label": row.label,
        "flow_type": row.flow_type,
        "auditable": row.auditable,
        "expires_at": iso(row.expires_at) if row.expires_at else None,
        "owner": _owner_name(row.owner_id),
        "role": role.label if role else None,
        "group": group.name if group else None,
        "image": row.image or None,
    }


def _delete_tokens(which: Q) -> None:
    AccessToken.objects.filter(which).delete()
    RefreshToken.objects.filter(which).delete()


def _record(what: str, code: str, data: object | None = None, *, by: Caller, now: datetime) -> None:
    """Record an event of a connection. Its data never holds a credential."""
    text = orjson.dumps(data or {}).decode()
    events.record(Happening(f"connection.{what}", f"connection:{code}", text), by=by, now=now)
