"""What the pages of channels, measurement families, attribute groups, categories and association types share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.accounts.access import caller_of
from limen.jobs import queries as jobs
from limen.jobs.words import Told, told
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.rules import Structure
from limen.structure.views.deleting import delete
from limen.structure.views.history import history_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import Saved, differences, save

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: how it is found, and how its pages are called.

    Its routes are `structure:<plural>` and `structure:<one>`, and the latter with -new, -history and -delete. `above`
    gives the records that a record lies below, outermost first, each with the route of its page.
    """

    resource: str
    plural: str
    find: Callable[[Structure, str], Any]
    title: StrOrPromise
    creating: StrOrPromise
    question: StrOrPromise
    tabs: str = "structure/records/_tabs.html"
    above: Callable[[Structure, Any], Sequence[tuple[Any, str]]] = lambda structure, one: ()
    # Whether products have to follow its changes, so that there are jobs about it.
    moves_products: bool = True

    @property
    def one(self) -> str:
        return self.resource.replace("_", "-")

    @property
    def list_route(self) -> str:
        return f"structure:{self.plural}"

    def route(self, page: str = "") -> str:
        return f"structure:{self.one}-{page}" if page else f"structure:{self.one}"

    def may(self, request: HttpRequest, action: str) -> bool:
        """`action` is index, create, edit or remove."""
        return caller_of(request).may(f"pim_enrich_{self.resource}_{action}")

    def found(self, structure: Structure, code: str) -> Any:
        """Give a record, whatever the case of its code. Raises NotFound."""
        one = self.find(structure, code)
        if one is None:
            raise NotFound(_("“%(code)s” does not exist, or not any more.") % {"code": code})
        return one


CHANNELS = Kind(
    "channel",
    "channels",
    Structure.channel,
    gettext_lazy("Channels"),
    gettext_lazy("Create a channel"),
    gettext_lazy("Delete the channel?"),
)
MEASUREMENT_FAMILIES = Kind(
    "measurement_family",
    "measurement-families",
    Structure.measurement_family,
    gettext_lazy("Measurement families"),
    gettext_lazy("Create a measurement family"),
    gettext_lazy("Delete the measurement family?"),
)
ATTRIBUTE_GROUPS = Kind(
    "attribute_group",
    "attribute-groups",
    Structure.attribute_group,
    gettext_lazy("Attribute groups"),
    gettext_lazy("Create an attribute group"),
    gettext_lazy("Delete the attribute group?"),
    "structure/attribute_groups/_tabs.html",
    moves_products=False,
)
ASSOCIATION_TYPES = Kind(
    "association_type",
    "association-types",
    Structure.association_type,
    gettext_lazy("Association types"),
    gettext_lazy("Create an association type"),
    gettext_lazy("Delete the association type?"),
)


# Makes the form for a structure, a record (None: a new one) and what was typed (None: nothing yet); its method `body`
# gives what was typed, as the API takes it.
FormOf = Callable[[Structure, Any, QueryDict | None], Any]
# Writes a body under a code, None for a new record.
Write = Callable[[HttpRequest, str | None, dict[str, Any]], operations.Outcome]
# Gives what a kind's page shows beside its form.
More = Callable[[HttpRequest, Structure, Any, Any], Mapping[str, Any]]


def page_context(request: HttpRequest, kind: Kind, structure: Structure, one: Any = None) -> dict[str, Any]:
    """Give what every page of a kind needs; `one` is the record that the page is about."""
    context: dict[str, Any] = {
        "section": "settings",
        "kind": kind,
        "list_url": reverse(kind.list_route),
        "new_route": kind.route("new"),
        "creates": kind.may(request, "create"),
        "edits": kind.may(request, "edit"),
        "deletes": kind.may(request, "remove"),
        "runs": _runs_about(kind, one),
    }
    if one is not None:
        locale = reading_locale(request, structure)
        context |= {
            "one": one,
            "name": name_of(one, locale),
            "above": [(name_of(other, locale), route, other.code) for other, route in kind.above(structure, one)],
            "url": reverse(kind.route(), args=[one.code]),
            "history_url": reverse(kind.route("history"), args=[one.code]),
            "delete_url": reverse(kind.route("delete"), args=[one.code]),
        }
    return context


def _runs_about(kind: Kind, one: Any) -> list[Told]:
    """What products still go through. What is removed has no page, so the list tells of it; for categories each page of
    their tree does. 1 query, or none."""
    if not kind.moves_products:
        return []
    code = one.code if one is not None and kind.resource != "category" else ""
    return told(jobs.unfinished(f"{kind.resource}:{code}"))


def history_page(request: HttpRequest, kind: Kind, code: str) -> HttpResponse:
    """Cost: 1 query beside the snapshot. Raises NotFound."""
    structure = queries.snapshot()
    one = kind.found(structure, code)
    context = page_context(request, kind, structure, one) | history_of(request, f"{kind.resource}:{one.code}")
    return render(request, "structure/records/history.html", context)


def delete_page(request: HttpRequest, kind: Kind, code: str) -> HttpResponse:
    """Show what a removal takes along and what is in its way; remove. Raises NotFound."""
    structure = queries.snapshot()
    one = kind.found(structure, code)
    context = page_context(request, kind, structure, one)
    return delete(
        request,
        kind.resource,
        one.code,
        template="structure/records/delete.html",
        context=context,
        then=lambda: see_other(kind.list_route),
        toast=_("%(name)s is deleted.") % {"name": context["name"]},
    )


def new_page(
    request: HttpRequest,
    kind: Kind,
    form_of: FormOf,
    template: str,
    *,
    write: Write,
    paths: Mapping[str, str] | None = None,
    more: More = lambda request, structure, one, form: {},
    is_step: bool = False,
) -> HttpResponse:
    """The form of a new record, and its creation. `is_step` shows what was typed anew without saving it."""
    if request.method != "POST" or is_step:
        structure = queries.snapshot()
        form = form_of(structure, None, request.POST if is_step else None)
        return _form_page(request, kind, structure, None, form, template, more)
    saved: Saved[Any, operations.Outcome] = save(
        request.POST,
        lambda structure, data: form_of(structure, None, data),
        lambda form: write(request, None, form.body()),
        paths=paths,
    )
    if saved.outcome is None:
        structure = queries.snapshot()
        return _form_page(request, kind, structure, None, saved.form, template, more, saved)
    messages.success(request, _("%(code)s is created.") % {"code": saved.outcome.code})
    if kind.may(request, "index") or kind.may(request, "edit"):
        return see_other(kind.route(), saved.outcome.code)
    return see_other(kind.route("new"))


def edit_page(
    request: HttpRequest,
    kind: Kind,
    code: str,
    form_of: FormOf,
    template: str,
    *,
    write: Write,
    paths: Mapping[str, str] | None = None,
    more: More = lambda request, structure, one, form: {},
    is_step: bool = False,
) -> HttpResponse:
    """The form of a record, and its change; without the right to edit, the same to read. Raises NotFound."""
    structure = queries.snapshot()
    one = kind.found(structure, code)
    if request.method == "POST":
        caller_of(request).require(f"pim_enrich_{kind.resource}_edit")
    if request.method != "POST" or is_step:
        form = form_of(structure, one, request.POST if is_step else None)
        if not kind.may(request, "edit"):
            for field in form.fields.values():
                field.disabled = True
        return _form_page(request, kind, structure, one, form, template, more)
    saved: Saved[Any, operations.Outcome] = save(
        request.POST,
        lambda structure, data: form_of(structure, kind.found(structure, code), data),
        lambda form: write(request, one.code, form.body()),
        paths=paths,
    )
    if saved.outcome is None:
        structure = queries.snapshot()
        one = kind.found(structure, code)
        return _form_page(request, kind, structure, one, saved.form, template, more, saved)
    messages.success(request, _("Saved."))
    return see_other(kind.route(), saved.outcome.code)


def write_resource(request: HttpRequest, kind: Kind, code: str | None, body: dict[str, Any]) -> operations.Outcome:
    caller = caller_of(request)
    if code is None:
        return operations.create(kind.resource, body, by=caller, now=clock.now())
    return operations.upsert(kind.resource, code, body, by=caller, now=clock.now())


def _form_page(
    request: HttpRequest,
    kind: Kind,
    structure: Structure,
    one: Any,
    form: Any,
    template: str,
    more: More,
    saved: Saved[Any, Any] | None = None,
) -> HttpResponse:
    in_conflict = saved is not None and saved.in_conflict
    context = {
        **page_context(request, kind, structure, one),
        "form": form,
        "saves": kind.may(request, "edit" if one else "create"),
        "in_conflict": in_conflict,
        "conflicts": differences(form) if in_conflict else [],
        **more(request, structure, one, form),
    }
    return render(request, template, context, status=saved.status if saved else 200)
