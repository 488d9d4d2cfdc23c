"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from limen.accounts.rules import Caller
from limen.kit.web.shell import Entry

# section, label, route, icon, permission (None: everybody who is signed in)
SECTIONS = (
    ("products", _("Products"), "products:grid", "package", "pim_enrich_product_index"),
    ("connect", _("Connect"), "connections:data-flows", "door-open", None),
    ("system", _("System"), "accounts:system", "cog", "limen_system_index"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the rail's entries and who is signed in. No query: the caller is known already."""
    caller: Caller | None = getattr(request, "caller", None)
    if caller is None:
        return {"rail": [], "caller": None}
    return {"rail": rail_of(caller), "caller": caller}


def rail_of(caller: Caller) -> list[Entry]:
    return [
        Entry(section, str(label), reverse(route), icon)
        for section, label, route, icon, permission in SECTIONS
        if permission is None or caller.may(permission)
    ]
