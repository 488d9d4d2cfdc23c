"""The template of a tree: which attributes its categories tell beside their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.category_content import TYPES, AttributeForm, TemplateForm
from limen.structure.rules import Category, CategoryAttribute, CategoryTemplate, Structure
from limen.structure.rules.enriched import MOST_ATTRIBUTES
from limen.structure.views import records
from limen.structure.views.categories import CATEGORIES, EDIT, SEE
from limen.structure.views.history import history_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import Saved, differences, save

ROUTE, ONE = "structure:category-attributes", "structure:category-attribute"


@dataclass(frozen=True, slots=True)
class Row:
    """`told` is how many categories tell something of it."""

    uuid: str
    code: str
    name: str
    type: str
    values: str
    told: int
    is_active: bool
    up: str
    down: str


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def category_attributes(request: HttpRequest, code: str) -> HttpResponse:
    """The template of a tree and its attributes; a POST does what its `do` says: see `_DOINGS`.

    Raises NotFound, also for a category that is no root. 4 queries beside the snapshot's.
    """
    structure = queries.snapshot()
    root = _root(structure, code)
    if request.method != "POST":
        return _page(request, structure, root)
    caller_of(request).require(EDIT)
    doing = _DOINGS.get(request.POST.get("do", ""), _order)
    return doing(request, root)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def category_attribute(request: HttpRequest, code: str, uuid: str) -> HttpResponse:
    """One attribute of a template: its labels, and whether it is told. Raises NotFound. 2 queries, 3 to change."""
    structure = queries.snapshot()
    root = _root(structure, code)
    if request.method != "POST":
        return _attribute_page(request, root, uuid, AttributeForm(structure, _attribute(root, structure, uuid)))
    caller = caller_of(request)
    caller.require(EDIT)
    if "active" in request.POST:
        active = request.POST["active"] == "1"
        operations.set_category_attribute_active(root.code, uuid, active=active, by=caller, now=clock.now())
        messages.success(request, _("It is told now.") if active else _("It is told no more. Nothing was lost."))
        return see_other(ONE, root.code, uuid)

    def write(form: AttributeForm) -> bool:
        labels = form.labels.body()
        operations.update_category_attribute(root.code, uuid, labels=labels, by=caller, now=clock.now())
        return True

    saved = save(
        request.POST,
        lambda structure, data: AttributeForm(structure, _attribute(root, structure, uuid), data),
        write,
    )
    if saved.outcome is None:
        return _attribute_page(request, root, uuid, saved.form, saved)
    messages.success(request, _("Saved."))
    return see_other(ROUTE, root.code)


def _create(request: HttpRequest, root: Category) -> HttpResponse:
    def write(form: TemplateForm) -> bool:
        operations.create_template(
            root.code,
            code=form.cleaned_data["code"],
            labels=form.labels.body(),
            by=caller_of(request),
            now=clock.now(),
        )
        return True

    said = _("The template is created. Now add what the categories shall tell.")
    return _saved(request, root, "new", lambda structure, data: TemplateForm(structure, None, data), write, said)


def _relabel(request: HttpRequest, root: Category) -> HttpResponse:
    def write(form: TemplateForm) -> bool:
        operations.update_template(root.code, labels=form.labels.body(), by=caller_of(request), now=clock.now())
        return True

    def form_of(structure: Structure, data: QueryDict) -> TemplateForm:
        return TemplateForm(structure, _template(root, structure), data)

    return _saved(request, root, "labels", form_of, write, _("Saved."))


def _add(request: HttpRequest, root: Category) -> HttpResponse:
    def write(form: AttributeForm) -> bool:
        operations.add_category_attribute(root.code, **form.body(), by=caller_of(request), now=clock.now())
        return True

    said = _("The attribute is added.")
    return _saved(request, root, "attribute", lambda structure, data: AttributeForm(structure, None, data), write, said)


def _activate(request: HttpRequest, root: Category) -> HttpResponse:
    active = request.POST.get("active") == "1"
    operations.set_template_active(root.code, active=active, by=caller_of(request), now=clock.now())
    messages.success(request, _("It is told now.") if active else _("It is told no more. Nothing was lost."))
    return see_other(ROUTE, root.code)


def _order(request: HttpRequest, root: Category) -> HttpResponse:
    """`code` is the uuid that goes in front of `before`, behind all without; or `move` is `up:…` or `down:…`."""
    uuids = [one.uuid for one in _template(root, queries.snapshot()).attributes]
    verb, _colon, named = request.POST.get("move", "").partition(":")
    moved, before = request.POST.get("code") or named, request.POST.get("before", "")
    if moved in uuids:
        place = uuids.index(moved)
        if not request.POST.get("code"):
            beyond = uuids[max(0, place - 1) :] if verb == "up" else uuids[place + 2 :]
            before = beyond[0] if beyond else ""
        if moved != before:
            uuids.remove(moved)
            uuids.insert(uuids.index(before) if before in uuids else len(uuids), moved)
            operations.order_category_attributes(root.code, uuids, by=caller_of(request), now=clock.now())
    if not getattr(request, "htmx", False):
        return see_other(ROUTE, root.code)
    return _page(request, queries.snapshot(), root)


# What a form of the page does, by its hidden field `do`; without it attributes are put in order.
_DOINGS: Mapping[str, Callable[[HttpRequest, Category], HttpResponse]] = {
    "create": _create,
    "labels": _relabel,
    "active": _activate,
    "attribute": _add,
}


def _saved(
    request: HttpRequest,
    root: Category,
    which: str,
    form_of: Callable[[Structure, QueryDict], Any],
    write: Callable[[Any], bool],
    said: str,
) -> HttpResponse:
    saved: Saved[Any, bool] = save(request.POST, form_of, write)
    if saved.outcome is None:
        return _page(request, queries.snapshot(), root, {which: saved.form}, saved)
    messages.success(request, said)
    return see_other(ROUTE, root.code)


def _page(
    request: HttpRequest,
    structure: Structure,
    root: Category,
    forms: Mapping[str, Any] | None = None,
    saved: Saved[Any, Any] | None = None,
) -> HttpResponse:
    locale = reading_locale(request, structure)
    template = queries.template_of(root, structure)
    shown: dict[str, Any] = {"new": TemplateForm(structure, None)}
    if template is not None:
        shown = {"labels": TemplateForm(structure, template), "attribute": AttributeForm(structure, None)}
    context = {
        **records.page_context(request, CATEGORIES, structure, root),
        "template": template,
        "rows": _rows(template, locale) if template else [],
        "full": template is not None and sum(one.is_active for one in template.attributes) >= MOST_ATTRIBUTES,
        "most": MOST_ATTRIBUTES,
        "in_conflict": saved is not None and saved.in_conflict,
        "conflicts": differences(saved.form) if saved and saved.in_conflict else [],
        "forms": {**shown, **(forms or {})},
        **history_of(request, f"category_template:{root.code}"),
    }
    return render(request, "structure/categories/attributes.html", context, status=saved.status if saved else 200)


def _rows(template: CategoryTemplate, locale: str) -> list[Row]:
    types, told = dict(TYPES), queries.count_told(template)
    return [
        Row(
            one.uuid,
            one.code,
            (name := name_of(one, locale)),
            str(types[one.type]),
            _values(one),
            told.get(one.uuid, 0),
            one.is_active,
            _("Move %(what)s up") % {"what": name},
            _("Move %(what)s down") % {"what": name},
        )
        for one in template.attributes
    ]


def _values(one: CategoryAttribute) -> str:
    if one.scopable and one.localizable:
        return _("for each channel and locale")
    if one.scopable:
        return _("for each channel")
    return _("for each locale") if one.localizable else _("one")


def _attribute_page(
    request: HttpRequest, root: Category, uuid: str, form: AttributeForm, saved: Saved[Any, Any] | None = None
) -> HttpResponse:
    structure = queries.snapshot()
    attribute, in_conflict = _attribute(root, structure, uuid), saved is not None and saved.in_conflict
    context = {
        **records.page_context(request, CATEGORIES, structure, root),
        "attribute": attribute,
        "attribute_name": name_of(attribute, reading_locale(request, structure)),
        "type": dict(TYPES)[attribute.type],
        "values": _values(attribute),
        "form": form,
        "in_conflict": in_conflict,
        "conflicts": differences(form) if in_conflict else [],
    }
    return render(request, "structure/categories/attribute.html", context, status=saved.status if saved else 200)


def _root(structure: Structure, code: str) -> Category:
    one: Category = CATEGORIES.found(structure, code)
    if one.parent is not None:
        raise NotFound(_("“%(code)s” is not a tree: attributes are those of a whole tree.") % {"code": one.code})
    return one


def _template(root: Category, structure: Structure) -> CategoryTemplate:
    template = queries.template_of(root, structure)
    if template is None:
        raise NotFound(_("The tree “%(code)s” has no template.") % {"code": root.code})
    return template


def _attribute(root: Category, structure: Structure, uuid: str) -> CategoryAttribute:
    for one in _template(root, structure).attributes:
        if one.uuid == uuid:
            return one
    raise NotFound(_("This attribute of categories does not exist."))
