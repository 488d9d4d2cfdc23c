"""Attributes: the list, and making one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import caller_of, requires
from limen.jobs import queries as jobs
from limen.jobs.words import told
from limen.kit import clock
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.attributes import AttributeForm
from limen.structure.rules import Attribute, Structure
from limen.structure.rules.attribute_types import ATTRIBUTE_TYPES
from limen.structure.views.listing import Listed, matching, page_of
from limen.structure.views.names import Labelled, name_of, reading_locale
from limen.structure.views.saving import save
from limen.structure.views.types import TYPES, TypeInWords

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

INDEX = "pim_enrich_attribute_index"
CREATE = "pim_enrich_attribute_create"
EDIT = "pim_enrich_attribute_edit"
REMOVE = "pim_enrich_attribute_remove"

# More than that are typed by their code instead of chosen from a list.
_MOST_IN_A_SELECT = 500

_VARYING: Mapping[str, tuple[StrOrPromise, Callable[[Attribute], bool]]] = {
    "locale": (gettext_lazy("Per locale"), lambda one: one.localizable),
    "channel": (gettext_lazy("Per channel"), lambda one: one.scopable),
    "both": (gettext_lazy("Per locale and channel"), lambda one: one.localizable and one.scopable),
    "neither": (gettext_lazy("The same everywhere"), lambda one: not one.localizable and not one.scopable),
}


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    type: TypeInWords
    group: str
    localizable: bool
    scopable: bool
    is_main: bool
    updated: datetime


@dataclass(frozen=True, slots=True)
class Select:
    """A filter. With None for choices there are too many of them, and a code is typed."""

    name: str
    label: str
    all: str
    value: str
    choices: list[tuple[str, str]] | None


@require_safe
@requires(INDEX)
def attributes(request: HttpRequest) -> HttpResponse:
    """No query but that of the snapshot, whatever the number of attributes."""
    structure = queries.snapshot()
    locale = reading_locale(request, structure)
    found = list(_filtered(request.GET, structure))
    page = page_of(
        matching(found, request.GET.get("search", "")),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    filters = _filters(request.GET, structure, locale)
    caller = caller_of(request)
    context = {
        "section": "settings",
        "search": request.GET.get("search", ""),
        "filters": filters,
        "is_narrowed": bool(request.GET.get("search")) or any(one.value for one in filters),
        "page": page,
        "rows": _rows(page, structure, locale),
        "creates": caller.may(CREATE),
        "runs": told(jobs.unfinished("attribute:")),
    }
    return render(request, "structure/attributes/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def attribute_new(request: HttpRequest) -> HttpResponse:
    """First the type, as cards that lead here with `?type=`; then the form for it."""
    type = request.GET.get("type", "")
    if not is_offered(type):
        offered = {code: words for code, words in TYPES.items() if is_offered(code)}
        return render(request, "structure/attributes/types.html", {"section": "settings", "types": offered})
    if request.method != "POST":
        structure = queries.snapshot()
        return _new_page(request, AttributeForm(None, structure, reading_locale(request, structure), type=type))

    def form_of(structure: Structure, data: QueryDict) -> AttributeForm:
        return AttributeForm(data, structure, reading_locale(request, structure), type=type)

    saved = save(
        request.POST,
        form_of,
        lambda form: operations.create("attribute", form.body(), by=caller_of(request), now=clock.now()),
    )
    if saved.outcome is None:
        return _new_page(request, saved.form, status=saved.status)
    messages.success(request, _("The attribute is created."))
    return see_other("structure:attribute", saved.outcome.code) if caller_of(request).may(INDEX) else to_list(request)


def to_list(request: HttpRequest) -> HttpResponse:
    """Lead to the list, or, who may not see it, to the section's first page."""
    return see_other("structure:attributes" if caller_of(request).may(INDEX) else "structure:settings")


def is_offered(type: str) -> bool:
    """Reference data has to be defined by the installation first, and there is no way to do so yet."""
    return type in TYPES and not ATTRIBUTE_TYPES[type].reference_data


def _new_page(request: HttpRequest, form: AttributeForm, *, status: int = 200) -> HttpResponse:
    context = {"section": "settings", "form": form, "type": TYPES[form.type]}
    return render(request, "structure/attributes/new.html", context, status=status)


def _filtered(asked: QueryDict, structure: Structure) -> Iterable[Attribute]:
    found: Iterable[Attribute] = structure.attribute_section.in_order
    if type := asked.get("type"):
        found = (one for one in found if one.type == type)
    if code := asked.get("group"):
        group = structure.attribute_group(code)
        found = (one for one in found if group is not None and one.group == group.code)
    if code := asked.get("family"):
        family = structure.family(code)
        found = (one for one in found if family is not None and one.code in family.attributes)
    if (varies := asked.get("varies", "")) in _VARYING:
        found = filter(_VARYING[varies][1], found)
    if (usable := asked.get("filter")) in ("yes", "no"):
        found = (one for one in found if one.useable_as_grid_filter is (usable == "yes"))
    return found


def _filters(asked: QueryDict, structure: Structure, locale: str) -> list[Select]:
    varying = [(name, str(label)) for name, (label, _test) in _VARYING.items()]
    yes_or_no = [("yes", _("Usable as filter")), ("no", _("Not usable as filter"))]
    types = [(code, str(words.label)) for code, words in TYPES.items()]
    groups = _named(structure.attribute_group_section.in_order, locale)
    families = _named(structure.family_section.in_order, locale)
    filters = [
        Select("type", _("Type"), _("All types"), asked.get("type", ""), types),
        Select("group", _("Group"), _("All groups"), asked.get("group", ""), groups),
        Select("family", _("Family"), _("All families"), asked.get("family", ""), families),
        Select("varies", _("Differs"), _("Differing or not"), asked.get("varies", ""), varying),
        Select("filter", _("Usable as filter"), _("Filter or not"), asked.get("filter", ""), yes_or_no),
    ]
    return [one for one in filters if one.choices != []]


def _named(records: Iterable[Labelled], locale: str) -> list[tuple[str, str]] | None:
    found = sorted(((one.code, name_of(one, locale)) for one in records), key=lambda pair: pair[1].casefold())
    return found if len(found) <= _MOST_IN_A_SELECT else None


def _rows(page: Listed[Attribute], structure: Structure, locale: str) -> list[Row]:
    groups = structure.attribute_groups
    return [
        Row(
            one.code,
            name_of(one, locale),
            TYPES[one.type],
            name_of(groups[one.group], locale) if one.group in groups else one.group,
            one.localizable,
            one.scopable,
            one.is_main_identifier,
            one.updated,
        )
        for one in page.rows
    ]
