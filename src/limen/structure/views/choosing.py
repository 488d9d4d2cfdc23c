"""Choosing attributes out of thousands, as part of a form: search, tick, search again; what is ticked stays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from limen.accounts.access import requires
from limen.accounts.rules import SEEING_SETTINGS
from limen.structure import queries
from limen.structure.rules import Attribute, Structure
from limen.structure.views.listing import matching
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.types import TYPES

FOUND = 20
_CHOSEN = 200


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    name: str
    type: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    """What `structure/_chooser.html` shows. `name` is that of the form's field; `one` makes radio buttons.

    `more` is how many attributes match beside those shown; `query` asks for the same choice once more.
    """

    name: str
    one: bool
    query: str
    search: str
    choices: list[Choice]
    more: int


def chooser_of(
    request: HttpRequest,
    structure: Structure,
    *,
    name: str,
    chosen: Collection[str] = (),
    types: Collection[str] = (),
    without: str = "",
    one: bool = False,
) -> Chooser:
    """Offer attributes of these types (none named: of all), without those that a family or a group has already:
    `without="family:chairs"` or `"attribute_group:technical"`.

    What is `chosen` stands first and is ticked, whatever is searched for. No query.
    """
    given = request.POST if request.method == "POST" else request.GET
    search = given.get(f"{name}-search", "")
    known = [structure.attributes[code] for code in list(chosen)[:_CHOSEN] if code in structure.attributes]
    ticked, left_out = {attribute.code for attribute in known}, _attributes_of(structure, without)
    offered = [
        attribute
        for attribute in structure.attribute_section.in_order
        if (not types or attribute.type in types) and attribute.code not in ticked and attribute.code not in left_out
    ]
    found = matching(offered, search)
    locale = reading_locale(request, structure)

    def choice(attribute: Attribute) -> Choice:
        word = str(TYPES[attribute.type].label) if attribute.type in TYPES else attribute.type
        return Choice(attribute.code, name_of(attribute, locale), word, attribute.code in ticked)

    choices = [choice(attribute) for attribute in (*known, *found[:FOUND])]
    query = urlencode({"name": name, "type": list(types), "without": without, **({"one": "1"} if one else {})}, True)
    return Chooser(name, one, query, search, choices, max(0, len(found) - FOUND))


def is_looking(request: HttpRequest) -> bool:
    """Whether a form was sent by a chooser's search button (there is one without JavaScript): show it, do not save."""
    return request.method == "POST" and any(name.endswith("-look") for name in request.POST)


@require_safe
@requires(*SEEING_SETTINGS)
def choose(request: HttpRequest) -> HttpResponse:
    """The list of a chooser anew, for its search: `?name=` of the field, and what else the chooser asks with."""
    name = request.GET.get("name", "attributes")
    chooser = chooser_of(
        request,
        queries.snapshot(),
        name=name,
        chosen=request.GET.getlist(name),
        types=request.GET.getlist("type"),
        without=request.GET.get("without", ""),
        one="one" in request.GET,
    )
    return render(request, "structure/_choices.html", {"chooser": chooser})


def _attributes_of(structure: Structure, whom: str) -> Collection[str]:
    resource, _, code = whom.partition(":")
    if resource == "family" and (family := structure.family(code)):
        return family.attributes
    if resource == "attribute_group":
        return {one.code for one in structure.attributes_by_group.get(code, ())}
    return ()
