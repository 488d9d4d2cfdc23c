"""The audit log as people read it: event rows → sentences, and what was changed in each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.accounts.rules import PERMISSIONS
from limen.audit.rules import EventRow

AREAS = {
    "connection": gettext_lazy("Connections"),
    "user": gettext_lazy("Users"),
    "role": gettext_lazy("Roles"),
    "user_group": gettext_lazy("User groups"),
}
ONE = {
    "connection": gettext_lazy("connection"),
    "user": gettext_lazy("user"),
    "role": gettext_lazy("role"),
    "user_group": gettext_lazy("user group"),
}
# kind: (the word in the list to choose from, the sentence)
KINDS = {
    "connection.created": (gettext_lazy("Created"), gettext_lazy("{author} created connection {subject}")),
    "connection.updated": (gettext_lazy("Changed"), gettext_lazy("{author} changed connection {subject}")),
    "connection.secret_shown": (
        gettext_lazy("Secret revealed"),
        gettext_lazy("{author} revealed the secret of connection {subject}"),
    ),
    "connection.secret_regenerated": (
        gettext_lazy("Secret regenerated"),
        gettext_lazy("{author} regenerated the secret of connection {subject}"),
    ),
    "connection.secret_digested": (
        gettext_lazy("Secret made unreadable"),
        gettext_lazy("{author} made unreadable for everybody the secret of connection {subject}"),
    ),
    "connection.old_secret_revoked": (
        gettext_lazy("Old secret ended"),
        gettext_lazy("{author} ended the old secret of connection {subject}"),
    ),
    "connection.password_regenerated": (
        gettext_lazy("Password regenerated"),
        gettext_lazy("{author} regenerated the password of connection {subject}"),
    ),
    "connection.old_password_revoked": (
        gettext_lazy("Old password ended"),
        gettext_lazy("{author} ended the old password of connection {subject}"),
    ),
    "connection.tokens_revoked": (
        gettext_lazy("Tokens revoked"),
        gettext_lazy("{author} revoked tokens of connection {subject}"),
    ),
    "connection.token_replayed": (
        gettext_lazy("Used refresh token sent again"),
        gettext_lazy("{author} saw a used refresh token again and ended tokens of connection {subject}"),
    ),
    "connection.limits_changed": (
        gettext_lazy("Limits changed"),
        gettext_lazy("{author} changed the limits of connection {subject}"),
    ),
    "connection.tested": (gettext_lazy("Tested"), gettext_lazy("{author} tested connection {subject}")),
    "connection.paused": (gettext_lazy("Paused"), gettext_lazy("{author} paused connection {subject}")),
    "connection.resumed": (gettext_lazy("Resumed"), gettext_lazy("{author} resumed connection {subject}")),
    "connection.ending": (
        gettext_lazy("End in sight"),
        gettext_lazy("{author} reminded of the end of connection {subject}"),
    ),
    "connection.deleted": (gettext_lazy("Deleted"), gettext_lazy("{author} deleted connection {subject}")),
    "user.signed_in": (gettext_lazy("Signed in"), gettext_lazy("{author} signed in from {address}")),
    "user.signed_out": (gettext_lazy("Signed out"), gettext_lazy("{author} signed out from {address}")),
    "user.locked_out": (
        gettext_lazy("Sign-in paused"),
        gettext_lazy("{author} paused, after too many wrong passwords from {address}, the sign-in of {subject}"),
    ),
    "user.created": (gettext_lazy("Created"), gettext_lazy("{author} created user {subject}")),
    "user.updated": (gettext_lazy("Changed"), gettext_lazy("{author} changed user {subject}")),
    "user.assigned": (
        gettext_lazy("Role or groups changed"),
        gettext_lazy("{author} changed the role or groups of user {subject}"),
    ),
    "user.password_changed": (
        gettext_lazy("Password changed"),
        gettext_lazy("{author} changed the password of user {subject}"),
    ),
    "user.password_regenerated": (
        gettext_lazy("Password regenerated"),
        gettext_lazy("{author} regenerated the password of user {subject}"),
    ),
    "user.disabled": (gettext_lazy("Switched off"), gettext_lazy("{author} switched off user {subject}")),
    "user.enabled": (gettext_lazy("Switched on"), gettext_lazy("{author} switched on user {subject}")),
    "user.deleted": (gettext_lazy("Deleted"), gettext_lazy("{author} deleted user {subject}")),
    "role.created": (gettext_lazy("Created"), gettext_lazy("{author} created role {subject}")),
    "role.updated": (gettext_lazy("Changed"), gettext_lazy("{author} changed role {subject}")),
    "role.deleted": (gettext_lazy("Deleted"), gettext_lazy("{author} deleted role {subject}")),
    "user_group.created": (gettext_lazy("Created"), gettext_lazy("{author} created user group {subject}")),
    "user_group.updated": (gettext_lazy("Changed"), gettext_lazy("{author} changed user group {subject}")),
    "user_group.deleted": (gettext_lazy("Deleted"), gettext_lazy("{author} deleted user group {subject}")),
}
# When the name that was typed is nobody's.
NOBODY = gettext_lazy(
    "{author} paused, after too many attempts from {address}, the sign-in under a name that no user has"
)
# When the label is all that changed.
RENAMED = {
    "connection": gettext_lazy("{author} renamed connection {subject}"),
    "role": gettext_lazy("{author} renamed role {subject}"),
}
PROPERTIES = {
    "label": gettext_lazy("Label"),
    "name": gettext_lazy("Name"),
    "flow_type": gettext_lazy("Flow type"),
    "auditable": gettext_lazy("Tracked"),
    "role": gettext_lazy("Role"),
    "roles": gettext_lazy("Roles"),
    "group": gettext_lazy("User group"),
    "groups": gettext_lazy("User groups"),
    "permissions": gettext_lazy("Permissions"),
    "scopes": gettext_lazy("Limited to"),
    "email": gettext_lazy("E-mail"),
    "enabled": gettext_lazy("Enabled"),
    "allowed_networks": gettext_lazy("Allowed addresses"),
    "concurrent_calls": gettext_lazy("Calls at the same time"),
    "strict": gettext_lazy("Accept only the connection's own user"),
    "expires_at": gettext_lazy("Ends"),
    "image": gettext_lazy("Picture"),
    "old_until": gettext_lazy("The old one works until"),
}
# What holds a moment; it is shown in the zone of whoever looks.
MOMENTS = ("expires_at", "old_until")
VALUES = {
    ("flow_type", "data_source"): gettext_lazy("Data source"),
    ("flow_type", "data_destination"): gettext_lazy("Data destination"),
    ("flow_type", "other"): gettext_lazy("Other"),
}
# Their sentence has the address, so it is no detail any more.
WITH_ADDRESS = ("user.signed_in", "user.signed_out", "user.locked_out")
# Changes that are shown at once; more open on demand.
MANY = 4


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are empty for nothing; of lists, they are what went and what came."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `by_connection` tells a connection from a person, `by_limen` says it was neither."""

    id: int
    sentence: SafeString
    by_connection: bool
    by_limen: bool
    at: datetime
    changes: tuple[Change, ...]

    @property
    def folded(self) -> bool:
        return len(self.changes) > MANY or any(len(one.before) + len(one.after) > 300 for one in self.changes)


def line(event: EventRow) -> Line:
    data = _data_of(event)
    return Line(
        id=event.id,
        sentence=_sentence(event, data),
        by_connection=event.author_kind == "api",
        by_limen=event.author_kind == "system",
        at=event.at,
        changes=tuple(_changes(event.kind, data)),
    )


def choices(asked: str) -> list[tuple[str, Any]]:
    """Give what to choose from: each area, and the kinds in it. A kind that is asked for by address is one too."""
    found: list[tuple[str, Any]] = [("", _("Everything"))]
    for area, label in AREAS.items():
        kinds = [(kind, str(word)) for kind, (word, _sentence) in KINDS.items() if kind.startswith(f"{area}.")]
        if asked.startswith(f"{area}.") and asked not in KINDS:
            kinds.append((asked, _verb(asked)))
        found.append((str(label), [(area, _("%(area)s: everything") % {"area": label}), *kinds]))
    return found


def _sentence(event: EventRow, data: Mapping[str, Any]) -> SafeString:
    area, _colon, name = event.subject.partition(":")
    author = format_html("<b>{}</b>", event.author_name or event.author)
    subject = format_html('<a href="?{}">{}</a>', urlencode({"which": event.subject}), name)
    if event.kind.endswith(".updated") and area in RENAMED and _paths(data) == ["label"]:
        pattern = RENAMED[area]
    elif event.kind == "user.locked_out" and not name:
        pattern = NOBODY
    elif event.kind in KINDS:
        pattern = KINDS[event.kind][1]
    else:
        # A kind that this page has not been told of still says what it is.
        return format_html("{}: {}, {} {}", author, _verb(event.kind).lower(), ONE.get(area, area), subject)
    return format_html(
        str(pattern), author=author, subject=subject, address=data.get("address", _("an unknown address"))
    )


def _verb(kind: str) -> str:
    return kind.partition(".")[2].replace("_", " ").replace(".", " ").capitalize()


def _data_of(event: EventRow) -> Mapping[str, Any]:
    try:
        data = json.loads(event.data or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _listed(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    changes = data.get("changes")
    return [one for one in changes if isinstance(one, dict) and "path" in one] if isinstance(changes, list) else []


def _paths(data: Mapping[str, Any]) -> list[str]:
    return [str(one["path"]) for one in _listed(data)]


def _changes(kind: str, data: Mapping[str, Any]) -> list[Change]:
    """Give what was changed, then whatever else was said of it."""
    told = ("changes", "address") if kind in WITH_ADDRESS else ("changes",)
    found = [_change(str(one["path"]), one.get("before"), one.get("after")) for one in _listed(data)]
    return [*found, *(_change(name, None, value) for name, value in data.items() if name not in told)]


def _change(path: str, before: Any, after: Any) -> Change:
    name = str(PROPERTIES.get(path, path.replace("_", " ").capitalize()))
    if isinstance(before, list) and isinstance(after, list):
        before, after = [one for one in before if one not in after], [one for one in after if one not in before]
    if before is None and after is None:
        # Something that history does not keep, such as notes.
        return Change(name, "", _("changed"))
    return Change(name, _text(path, before), _text(path, after))


def _moment(text: str) -> str:
    try:
        return date_format(localtime(datetime.fromisoformat(text)), "j M Y, H:i (T)")
    except ValueError:
        return text


def _text(path: str, data: Any) -> str:
    if data is None or data in ([], {}):
        return ""
    if isinstance(data, bool):
        return _("Yes") if data else _("No")
    if isinstance(data, list):
        return ", ".join(_text(path, one) for one in data)
    if isinstance(data, str):
        if path in ("permissions", "scopes") and data in PERMISSIONS:
            return PERMISSIONS[data].label
        if path == "image":
            return _("a picture")
        return _moment(data) if path in MOMENTS else str(VALUES.get((path, data), data))
    return json.dumps(data, ensure_ascii=False)
