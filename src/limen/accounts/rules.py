"""Who calls, and what they may do. Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, count
from typing import Literal

from limen.kit.errors import Forbidden, Invalid, Violation
from limen.kit.text import fold

OVERALL = "pim_api_overall_access"

SEE_CONNECTIONS = "limen_connection_view"
MANAGE_CONNECTIONS = "akeneo_connectivity_connection_manage_settings"
CONNECTION_CREDENTIALS = "limen_connection_credentials"
CONNECTION_RIGHTS = "limen_connection_rights"
CONNECTION_MONITORING = "limen_connection_monitoring"
SEE_AUDIT_LOG = "limen_audit_log"
SEE_JOBS, EDIT_JOBS = "pim_enrich_job_tracker_index", "pim_enrich_job_tracker_edit"

# Either shows the connections: who manages them sees them.
SEEING_CONNECTIONS = (SEE_CONNECTIONS, MANAGE_CONNECTIONS)


@dataclass(frozen=True, slots=True)
class Permission:
    """`id` is the target's ACL id where it has one, so that role exports carry over.

    `refusal` ends "You are not allowed to …".
    """

    id: str
    area: str
    label: str
    refusal: str
    by_default: bool = True


def _api(entity: str, plural: str, *actions: str) -> Iterable[Permission]:
    verbs = {"list": "list", "edit": "create or update", "remove": "delete"}
    for action in actions:
        label = f"{verbs[action].capitalize()} {plural}"
        yield Permission(f"pim_api_{entity}_{action}", "Web API", label, f"{verbs[action]} {plural}")


_ACTIONS = (("index", "list"), ("create", "create"), ("edit", "edit"), ("remove", "delete"))


def _removing(entity: str, plural: str) -> Permission:
    """Removing parts of the structure came later than the target's rights, so only administrators start with it."""
    return Permission(f"pim_api_{entity}_remove", "Web API", f"Delete {plural}", f"delete {plural}", False)


def _people(entity: str, plural: str) -> Iterable[Permission]:
    for action, verb in _ACTIONS:
        yield Permission(f"pim_{entity}_{action}", "System", f"{verb.capitalize()} {plural}", f"{verb} {plural}")


def _settings(entity: str, plural: str) -> Iterable[Permission]:
    for action, verb in _ACTIONS:
        label = f"{verb.capitalize()} {plural}"
        yield Permission(f"pim_enrich_{entity}_{action}", "Settings", label, f"{verb} {plural}")


PERMISSIONS: dict[str, Permission] = {
    permission.id: permission
    for permission in (
        Permission(OVERALL, "Web API", "Overall Web API access", "use the web API"),
        *_api("attribute", "attributes", "list", "edit"),
        _removing("attribute", "attributes"),
        *_api("attribute_option", "attribute options", "list", "edit"),
        _removing("attribute_option", "attribute options"),
        *_api("attribute_group", "attribute groups", "list", "edit"),
        _removing("attribute_group", "attribute groups"),
        *_api("association_type", "association types", "list", "edit"),
        _removing("association_type", "association types"),
        *_api("category", "categories", "list", "edit"),
        _removing("category", "categories"),
        *_api("channel", "channels", "list", "edit"),
        _removing("channel", "channels"),
        *_api("currency", "currencies", "list"),
        *_api("family", "families", "list", "edit"),
        _removing("family", "families"),
        *_api("family_variant", "family variants", "list", "edit"),
        _removing("family_variant", "family variants"),
        *_api("locale", "locales", "list"),
        *_api("measurement_family", "measurement families", "list", "edit"),
        _removing("measurement_family", "measurement families"),
        *_api("product", "products", "list", "edit", "remove"),
        Permission(SEE_CONNECTIONS, "Connect", "See connection settings", "see the connections"),
        Permission(MANAGE_CONNECTIONS, "Connect", "Manage connection settings", "manage connections"),
        Permission(
            CONNECTION_CREDENTIALS,
            "Connect",
            "See and renew the credentials of connections",
            "see or renew the credentials of connections",
        ),
        Permission(
            CONNECTION_RIGHTS,
            "Connect",
            "Choose the role and group of connections",
            "choose the role and group of connections",
        ),
        Permission(CONNECTION_MONITORING, "Connect", "See the calls of connections", "see the calls of connections"),
        Permission("akeneo_connectivity_connection_manage_apps", "Connect", "Manage apps", "manage apps", False),
        Permission("akeneo_connectivity_connection_open_apps", "Connect", "Open apps", "open apps", False),
        Permission(
            "akeneo_connectivity_connection_manage_test_apps",
            "Connect",
            "Manage custom apps",
            "manage custom apps",
            False,
        ),
        Permission("pim_enrich_product_index", "Products", "List products", "see the products"),
        Permission(
            "pim_enrich_product_history", "Products", "See the history of products", "see the history of products"
        ),
        *_settings("category", "categories"),
        *_settings("channel", "channels"),
        Permission("pim_enrich_locale_index", "Settings", "List locales", "list locales"),
        Permission("pim_enrich_currency_index", "Settings", "List currencies", "list currencies"),
        Permission("pim_enrich_currency_edit", "Settings", "Edit currencies", "edit currencies"),
        *_settings("measurement_family", "measurement families"),
        *_settings("attribute_group", "attribute groups"),
        *_settings("attribute", "attributes"),
        *_settings("family", "families"),
        *_settings("family_variant", "family variants"),
        *_settings("association_type", "association types"),
        Permission("limen_system_index", "System", "See the system screens", "see the system screens"),
        *_people("user_user", "users"),
        *_people("user_role", "roles"),
        *_people("user_group", "user groups"),
        Permission(SEE_JOBS, "System", "List jobs", "see the jobs"),
        Permission(EDIT_JOBS, "System", "Edit jobs", "run jobs again"),
        Permission(SEE_AUDIT_LOG, "System", "See the audit log", "see the audit log"),
    )
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands behind a request, a command or a job: a person, a connection, or the system itself.

    `name` is what history shows (a person's name, a connection's label). `author_connection_id` is
    the connection that owns the *user* (its writes are counted there, whatever the client);
    `connection_id` the one that owns the *client* of the token (its reads and errors are watched
    there); `reads_counted` says that product reads of this call count for `connection_id`
    (a tracked destination, called with its own user). `structure_versions` were read together with the token,
    for `structure.queries.snapshot`, so that a call of the API need not ask for them again.
    """

    user_id: int | None
    username: str
    name: str
    kind: Literal["user", "api", "system"]
    permissions: frozenset[str]
    timezone: str = "UTC"
    author_connection_id: int | None = None
    connection_id: int | None = None
    reads_counted: bool = False
    structure_versions: tuple[int, int] | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def may_one_of(self, permissions: Iterable[str]) -> bool:
        return not self.permissions.isdisjoint(permissions)

    def require(self, permission: str) -> None:
        """Raise Forbidden with a sentence that names what is missing."""
        if permission not in self.permissions:
            raise Forbidden(refusal_of(permission))


def refusal_of(permission: str) -> str:
    if permission == OVERALL:
        return "You are not allowed to use the web API. The role of this user has no overall access to it."
    return f"Access forbidden. You are not allowed to {PERMISSIONS[permission].refusal}."


SYSTEM = Caller(None, "system", "Limen", "system", frozenset(PERMISSIONS))


USERNAME_MAX = 255
EMAIL_MAX = 255
# Each person has to be told apart on the phone: no 0/O, 1/l/I.
PASSWORD_LETTERS = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")
EVERYBODY = "All"
SETUP_LINK_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RoleAtStart:
    code: str
    label: str
    permissions: frozenset[str]


# A new connection gets ROLE_USER and works at once (spec §7.4); its settings page asks for a role of its own.
ROLES_AT_START = (
    RoleAtStart("ROLE_ADMINISTRATOR", "Administrator", frozenset(PERMISSIONS)),
    RoleAtStart(
        "ROLE_USER",
        "User",
        frozenset(one.id for one in PERMISSIONS.values() if one.by_default and one.area in ("Web API", "Products")),
    ),
)


def role_code(name: str) -> str:
    """Give the code that a person means: "administrator" and "ROLE_ADMINISTRATOR" are one."""
    code = name.strip().upper().replace(" ", "_")
    return code if code.startswith("ROLE_") else f"ROLE_{code}"


def display_name(username: str, first_name: str, last_name: str) -> str:
    return f"{first_name} {last_name}".strip() or username


def check_username(username: str) -> list[Violation]:
    if not username.strip():
        return [Violation("username", "username.required", "Enter a username.")]
    # Folding can make a text longer ("ß" becomes "ss"), and it is the folded form that is stored everywhere.
    if len(fold(username)) > USERNAME_MAX:
        return [Violation("username", "username.too_long", f"A username has at most {USERNAME_MAX} characters.")]
    if not username.isprintable() or username != username.strip():
        message = "A username has no line breaks or control characters, and no space at its ends."
        return [Violation("username", "username.invalid", message)]
    return []


def check_email(email: str) -> list[Violation]:
    """Judge the shape alone; an empty address is fine."""
    if email and (
        not re.fullmatch(r"[^@\s]+@[^@\s]+", email) or len(fold(email)) > EMAIL_MAX or not email.isprintable()
    ):
        return [Violation("email", "email.invalid", "Enter an e-mail address such as julia@example.com.")]
    return []


def make_password(length: int, choose: Callable[[str], str] = secrets.choice) -> str:
    """Make a password for a connection, from the system's cryptographic generator."""
    return "".join(choose(PASSWORD_LETTERS) for _ in range(length))


def api_username(code: str, number: int, digits: int) -> str:
    return f"{code}_{number:0{digits}d}"


def api_first_name(label: str) -> str:
    """Give the first name of a connection's user: its label without the characters of markup (spec §2.7)."""
    return re.sub(r'[<>&"]', "_", label)[:255]


# What the screens of people decide: roles, groups, and who may change whom.

ROLE_LABEL_MAX = 25
GROUP_NAME_MAX = 30
PERSON_NAME_MAX = 255
GENERIC_ROLE = "ROLE_USER"
# Whoever holds this can mend everything else; somebody always does.
MANAGE_ROLES = "pim_user_role_edit"

SEE_USERS, CREATE_USERS, EDIT_USERS, DELETE_USERS = (
    f"pim_user_user_{action}" for action in ("index", "create", "edit", "remove")
)
SEE_ROLES, CREATE_ROLES, EDIT_ROLES, DELETE_ROLES = (
    f"pim_user_role_{action}" for action in ("index", "create", "edit", "remove")
)
SEE_GROUPS, CREATE_GROUPS, EDIT_GROUPS, DELETE_GROUPS = (
    f"pim_user_group_{action}" for action in ("index", "create", "edit", "remove")
)

SEEING_SETTINGS = tuple(one.id for one in PERMISSIONS.values() if one.area == "Settings" and one.id.endswith("_index"))

_AREAS = ("System", "Connect", "Settings", "Products", "Web API")
_COLUMNS = {
    "System": {"index": "List", "create": "Create", "edit": "Edit", "remove": "Delete"},
    "Settings": {"index": "List", "create": "Create", "edit": "Edit", "remove": "Delete"},
    "Web API": {"list": "List", "edit": "Create and update", "remove": "Delete"},
}
_CELL = re.compile(r"pim_(?:api|user|enrich)_(?P<row>.+)_(?P<column>list|index|create|edit|remove)")


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """What may be done with one kind of thing: a permission, or None, for each column of its area."""

    label: str
    cells: tuple[Permission | None, ...]


@dataclass(frozen=True, slots=True)
class PermissionArea:
    """One part of the role editor: permissions that stand alone, then a table of `rows` by `columns`."""

    name: str
    alone: tuple[Permission, ...]
    columns: tuple[str, ...]
    rows: tuple[PermissionRow, ...]


def permission_areas() -> list[PermissionArea]:
    """Give every permission once, in the order in which the role editor shows them."""
    return [_area(name, [one for one in PERMISSIONS.values() if one.area == name]) for name in _AREAS]


def _area(name: str, permissions: list[Permission]) -> PermissionArea:
    columns = _COLUMNS.get(name, {})
    alone = []
    rows: dict[str, dict[str, Permission]] = {}
    for one in permissions:
        cell = _CELL.fullmatch(one.id)
        if cell and cell["column"] in columns:
            rows.setdefault(cell["row"], {})[cell["column"]] = one
        else:
            alone.append(one)
    return PermissionArea(
        name,
        tuple(alone),
        tuple(columns.values()),
        tuple(PermissionRow(_things(cells), tuple(map(cells.get, columns))) for cells in rows.values()),
    )


def _things(cells: dict[str, Permission]) -> str:
    """Name what the permissions of a row are about: "List user groups" is about "User groups"."""
    words = next(iter(cells.values())).label.split(" ", 1)[1]
    return words[0].upper() + words[1:]


def beyond(permissions: Iterable[str], caller: Caller) -> list[Permission]:
    """Give those permissions that the caller does not hold, in the order of the list."""
    given = set(permissions)
    return [one for id, one in PERMISSIONS.items() if id in given and not caller.may(id)]


def refuse_beyond(permissions: Iterable[str], caller: Caller, *, whom: str) -> None:
    """Refuse to let somebody change who may do more than they: a new password would make it theirs."""
    why = why_not_yours(permissions, caller, whom=whom)
    if why:
        raise Forbidden(why)


def why_not_yours(permissions: Iterable[str], caller: Caller, *, whom: str) -> str:
    """Say why the caller may not change who or what holds these permissions, or ""."""
    if not beyond(permissions, caller):
        return ""
    return f"{whom} may do more than you, so you cannot change this here. Ask somebody who may as much."


def permissions_to_keep(wanted: Iterable[str], *, before: Iterable[str], caller: Caller) -> frozenset[str]:
    """Decide what a role holds after the caller has chosen `wanted`.

    A caller gives and takes what they hold themselves; all else stays as it was, ids that Limen does not know
    (of a role that was brought from elsewhere) too. Raises Invalid at `permissions` for more than that.
    """
    chosen, had = frozenset(wanted), frozenset(before)
    violations = []
    if chosen - had - PERMISSIONS.keys():
        violations.append(Violation("permissions", "permissions.unknown", "There is no such permission."))
    too_much = beyond(chosen - had, caller)
    if too_much:
        names = ", ".join(f'"{one.label}"' for one in too_much)
        message = f"You cannot give a permission that you do not have yourself: {names}."
        violations.append(Violation("permissions", "permissions.not_held", message))
    if violations:
        raise Invalid(violations)
    return (chosen & caller.permissions) | (had - caller.permissions)


def check_role_label(label: str) -> list[Violation]:
    return _check_line("label", label, ROLE_LABEL_MAX, "Enter a label.", "A label")


def check_group_name(name: str) -> list[Violation]:
    return _check_line("name", name, GROUP_NAME_MAX, "Enter a name.", "A name")


def check_person_name(path: str, name: str) -> list[Violation]:
    return _check_line(path, name, PERSON_NAME_MAX, "", "A name")


def check_timezone(name: str, known: Iterable[str]) -> list[Violation]:
    if name not in known:
        return [Violation("timezone", "timezone.unknown", "Choose a time zone of the list.")]
    return []


def _check_line(path: str, text: str, longest: int, required: str, what: str) -> list[Violation]:
    if not text:
        return [Violation(path, f"{path}.required", required)] if required else []
    if len(text) > longest:
        return [Violation(path, f"{path}.too_long", f"{what} has at most {longest} characters.")]
    if not text.isprintable():
        return [Violation(path, f"{path}.invalid", f"{what} has no line breaks or control characters.")]
    return []


def new_role_code(label: str, taken: Iterable[str]) -> str:
    """Make the code of a new role: "Café & co" → "ROLE_CAFE_CO", with a number when there is one already."""
    letters = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().upper()
    stem = "ROLE_" + (re.sub(r"[^A-Z0-9]+", "_", letters).strip("_") or "CUSTOM")
    known = set(taken)
    numbered = (f"{stem}_{number}" for number in count(2))
    return next(code for code in chain([stem], numbered) if code not in known)


def why_role_stays(code: str, *, users: int, connections: int) -> str:
    """Say why a role cannot be deleted, or "". The numbers count those who have no other role."""
    if code == GENERIC_ROLE:
        return "Every new connection starts with this role, so it cannot be deleted."
    holders = [_counted(users, "user"), _counted(connections, "connection")]
    named = " and ".join(holder for holder in holders if holder)
    if not named:
        return ""
    verb = "has" if users + connections == 1 else "have"
    return f"{named} {verb} no other role, so this one cannot be deleted. Give them another role first."


NOT_ONESELF = "You cannot shut yourself out. Ask somebody else to do it."
LAST_MANAGING_ROLE = "No other role may edit roles, so this one cannot be deleted."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


LOCKED_OUT = Violation(
    "", "role.last_manager", "Nobody could edit roles any more. Give somebody else a role that may, first."
)


def state_of(*parts: object) -> str:
    """Give a short mark of what a page shows, so that saving can tell that somebody else has saved since."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
