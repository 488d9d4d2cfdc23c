"""What every page shows around its content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from limen.accounts.rules import SEE_AUDIT_LOG, SEE_GROUPS, SEE_JOBS, SEE_ROLES, SEE_USERS, SEEING_SETTINGS, Caller
from limen.kit.web.shell import Entry, Tile

# section, label, route, icon, permissions of which one is enough (none: everybody who is signed in)
SECTIONS: Sequence[tuple[str, Any, str, str, tuple[str, ...]]] = (
    ("products", _("Products"), "products:grid", "package", ("pim_enrich_product_index",)),
    ("connect", _("Connect"), "connections:data-flows", "door-open", ()),
    ("settings", _("Settings"), "structure:settings", "sliders-horizontal", SEEING_SETTINGS),
    ("system", _("System"), "accounts:system", "cog", ("limen_system_index",)),
)

# label, sentence, route, icon, permission: the tiles of the page System
TILES = (
    (_("Users"), _("The people who sign in here, and what they may do."), "accounts:users", "users", SEE_USERS),
    (_("Roles"), _("Sets of permissions, for people and connections."), "accounts:roles", "shield-check", SEE_ROLES),
    (_("User groups"), _("Users and connections that belong together."), "accounts:groups", "group", SEE_GROUPS),
    (_("Jobs"), _("What Limen does by itself, and how far it is."), "audit:jobs", "list-checks", SEE_JOBS),
    (
        _("Audit log"),
        _("Who changed connections, roles and users, and when."),
        "audit:log",
        "scroll-text",
        SEE_AUDIT_LOG,
    ),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the rail's entries and who is signed in. No query: the caller is known already."""
    caller: Caller | None = getattr(request, "caller", None)
    if caller is None:
        return {"rail": [], "caller": None}
    return {"rail": rail_of(caller), "caller": caller}


def rail_of(caller: Caller) -> list[Entry]:
    """Give the sections with something for this caller; System leads to its first page that they may see."""
    found = []
    for section, label, route, icon, permissions in SECTIONS:
        if not permissions or caller.may_one_of(permissions):
            found.append(Entry(section, str(label), reverse(route), icon))
        elif section == "system" and tiles_of(caller):
            found.append(Entry(section, str(label), tiles_of(caller)[0].url, icon))
    return found


def tiles_of(caller: Caller) -> list[Tile]:
    return [
        Tile(str(label), str(sentence), reverse(route), icon)
        for label, sentence, route, icon, permission in TILES
        if caller.may(permission)
    ]
