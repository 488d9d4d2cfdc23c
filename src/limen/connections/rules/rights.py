"""What a connection may call: sets of permissions to start from. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from limen.accounts.rules import GROUP_NAME_MAX, OVERALL, PERMISSIONS, ROLE_LABEL_MAX
from limen.connections.rules.connection import DATA_SOURCE

# The permissions of the web API, in the order of the role editor.
API_RIGHTS = tuple(id for id, one in PERMISSIONS.items() if one.area == "Web API")

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
