"""Error monitoring: what a source sent lately that could not be taken, why, and where to mend it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from limen.accounts.access import caller_of, requires
from limen.accounts.rules import CONNECTION_MONITORING
from limen.connections import queries, rules
from limen.connections.forms import TONES
from limen.connections.queries import RecordedError
from limen.connections.rules import errors as error_rules
from limen.kit import clock
from limen.kit.text import label_of
from limen.kit.web.language import locale_name
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message; what it names is strong."""

    text: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An error as a row. `product` is how it is called, `identifier` beside it unless they are the same; the rest
    is empty where there is none. `cure` is the screen that mends it, `page` of the help tells more."""

    at: datetime
    product: str
    identifier: str
    url: str
    message: tuple[Part, ...]
    places: tuple[tuple[str, str], ...]
    cure: str
    cure_name: str
    page: str


@require_safe
@requires(CONNECTION_MONITORING)
def api_errors(request: HttpRequest, code: str) -> HttpResponse:
    """The errors of a source in the last seven days, `?q=` those that hold a text, `?order=asc` the oldest first."""
    connection = queries.find(code)
    now = clock.now()
    wanted, oldest_first = request.GET.get("q", "").strip(), request.GET.get("order") == "asc"
    is_source = connection.flow_type == rules.DATA_SOURCE
    watched = is_source and connection.auditable
    found = queries.api_errors(connection.id, now=now, oldest_first=oldest_first) if watched else []
    fitting = [one for one in found if _holds(one, wanted)]
    structure = structure_queries.snapshot() if fitting else None
    caller = caller_of(request)
    context = {
        "section": "connect",
        "connection": connection,
        "tone": TONES[connection.flow_type],
        "is_source": is_source,
        "watched": watched,
        "wanted": wanted,
        "oldest_first": oldest_first,
        "any": bool(found),
        "errors": [_shown(one, structure, caller.may) for one in fitting] if structure else [],
        "kept": error_rules.ERRORS_KEPT,
        "days": error_rules.DAYS_SHOWN,
    }
    return render(request, "connections/errors.html", context)


def _holds(one: RecordedError, wanted: str) -> bool:
    """Look for a text, letter by letter, in all that is kept of an error."""
    return not wanted or wanted.casefold() in json.dumps(one.content, ensure_ascii=False).casefold()


def _shown(one: RecordedError, structure: Structure, may: Any) -> Shown:
    content = one.content
    product = content.get("product") or {}
    identifier = product.get("identifier") or product.get("uuid") or ""
    label = product.get("label") or identifier
    cure, page = error_rules.cure_of(content)
    uuid = product.get("uuid")
    known = uuid and product.get("identifier") != uuid and may("pim_enrich_product_index")
    return Shown(
        at=one.at,
        product=label,
        identifier=identifier if identifier != label else "",
        url=reverse("products:product", args=[uuid]) if known else "",
        message=tuple(_parts(content)),
        places=tuple(_places(content, product, structure)),
        cure=_address(cure) if cure is not None else "",
        cure_name=_cure_name(cure) if cure is not None else "",
        page=page,
    )


def _parts(content: dict[str, Any]) -> Iterator[Part]:
    """Cut a message at what it names in quotes, and keep the quotes with it."""
    named = {f'"{value}"' for value in content.get("message_parameters", {}).values()}
    rest = content["message"]
    while rest:
        place, word = min(((rest.find(one), one) for one in named if one in rest), default=(-1, ""))
        if place < 0:
            yield Part(rest, False)
            return
        if place:
            yield Part(rest[:place], False)
        yield Part(word, True)
        rest = rest[place + len(word) :]


def _places(content: dict[str, Any], product: dict[str, Any], structure: Structure) -> Iterator[tuple[str, str]]:
    language = (get_language() or "en").replace("-", "_")
    attribute, locale, scope = content.get("attribute"), content.get("locale"), content.get("scope")
    if attribute:
        yield _("Attribute"), _name(structure.attribute(attribute), attribute, language)
    if locale:
        yield _("Locale"), locale_name(locale)
    if scope:
        yield _("Channel"), _name(structure.channel(scope), scope, language)
    if product.get("family"):
        yield _("Family"), _name(structure.family(product["family"]), product["family"], language)
    if content.get("property") not in (None, "values"):
        yield _("Property"), content["property"]


def _name(found: Any, code: str, language: str) -> str:
    labels = dict(found.labels) if found is not None else {}
    chosen = next((locale for locale in labels if locale.startswith(language)), language)
    return label_of(labels, chosen, code)


def _address(cure: error_rules.Cure) -> str:
    return reverse(cure.route, args=[cure.argument] if cure.argument else [])


def _cure_name(cure: error_rules.Cure) -> str:
    names = {
        "structure:families": _("Families"),
        "structure:attributes": _("Attributes"),
        "structure:channels": _("Channels"),
    }
    return names.get(cure.route) or _("The attribute %(code)s") % {"code": cure.argument}
