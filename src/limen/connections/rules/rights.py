"""What a connection may call: sets of permissions to start from, and its own limit beside its role. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from limen.accounts.rules import GROUP_NAME_MAX, OVERALL, PERMISSIONS, ROLE_LABEL_MAX, Caller, beyond
from limen.connections.rules.connection import DATA_SOURCE
from limen.kit.errors import Violation

# The permissions of the web API, in the order of the role editor.
API_RIGHTS = tuple(id for id, one in PERMISSIONS.items() if one.area == "Web API")

_API = frozenset(API_RIGHTS)
_READING = frozenset(id for id in API_RIGHTS if id == OVERALL or id.endswith("_list"))
_WRITING = frozenset(id for id in API_RIGHTS if id.endswith("_edit"))


@dataclass(frozen=True, slots=True)
class Preset:
    label: str
    sentence: str
    permissions: frozenset[str]


PRESETS = {
    "read-catalogue": Preset("Read the catalogue", "Reads everything, writes nothing.", _READING),
    "write-products": Preset(
        "Write products", "Reads everything, creates and updates products.", _READING | {"pim_api_product_edit"}
    ),
    "write-catalogue": Preset(
        "Write the catalogue",
        "Reads everything, creates and updates products and what they are made of. Deletes nothing.",
        _READING | _WRITING,
    ),
}


def preset_for(flow_type: str) -> str:
    """Give the name of the set that fits most connections with this flow type."""
    return "write-products" if flow_type == DATA_SOURCE else "read-catalogue"


def role_label_for(label: str) -> str:
    """Give the label that a connection's own role starts with."""
    return label[:ROLE_LABEL_MAX].strip()


def group_name_for(label: str) -> str:
    return label[:GROUP_NAME_MAX].strip()


def effective(permissions: frozenset[str], *scopes: Iterable[str] | None) -> frozenset[str]:
    """Give what is left of a role's permissions within the scopes of its connections; None is no limit.

    Scopes are about the web API alone. A permission that is newer than they are is not among them.
    """
    for within in scopes:
        if within is not None:
            permissions = permissions - (_API.difference(within))
    return permissions


def scopes_at_birth(role: frozenset[str], caller: Caller) -> list[str] | None:
    """Give what a new connection with this role is limited to, None for nothing: nobody makes one that may do more
    than they may themselves."""
    given = role & _API
    held = {id for id in given if caller.may(id)}
    return None if held == given else sorted(held)


def check_scopes(
    wanted: Collection[str] | None, *, had: Collection[str] | None, role: frozenset[str], caller: Caller
) -> list[Violation]:
    """Judge scopes that a caller has chosen: whatever the connection could not do before, they must hold."""
    if wanted is not None and not _API.issuperset(wanted):
        return [Violation("permissions", "permissions.unknown", "There is no such permission.")]
    too_much = beyond(effective(role, wanted) - effective(role, had), caller)
    if not too_much:
        return []
    names = ", ".join(f'"{one.label}"' for one in too_much)
    message = f"You cannot give a permission that you do not have yourself: {names}."
    return [Violation("permissions", "permissions.not_held", message)]
