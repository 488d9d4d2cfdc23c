"""The page of a product model: its values and what is below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from limen.accounts.access import caller_of, requires
from limen.kit.errors import NotFound
from limen.media import queries as media
from limen.products import forms, queries
from limen.products.forms import Context
from limen.products.queries import Child, ModelView
from limen.products.views import changes, names, values
from limen.products.views import context as contexts
from limen.products.views.changes import EventRow
from limen.products.views.values import Looked, Shown
from limen.structure import queries as structure_queries
from limen.structure.rules import Structure

HISTORY = "pim_enrich_product_history"
# The newest events, which the page shows.
EVENTS = 10


@dataclass(frozen=True, slots=True)
class ChildView:
    """One line of the table of children; `axes` are their values, in the order of its columns."""

    url: str
    name: str
    axes: tuple[Shown | None, ...]
    completeness: int | None


@require_safe
@requires("pim_enrich_product_index")
def product_model(request: HttpRequest, code: str) -> HttpResponse:
    structure = structure_queries.snapshot()
    context = forms.read_context(request.GET.dict(), structure, usual=contexts.usual(request))
    contexts.keep(request, context)
    model = queries.model_page(code, channel=context.channel.code, locale=context.locale, structure=structure)
    if model is None:
        raise NotFound(_("There is no product model at this address. It may have been deleted."))
    subject = f"product_model:{model.code}"
    rows = queries.history(subject, structure, limit=EVENTS) if caller_of(request).may(HISTORY) else []
    looked = _looked(model, rows, structure, context)
    url = reverse("products:model", args=[model.code])
    switch = contexts.switch(structure, context)
    shown = {
        "section": "products",
        "model": model,
        "name": _label(model, structure, context) or f"[{model.code}]",
        "family": names.family_name(structure, model.family, context.locale),
        "variant": names.variant_name(structure, model.variant, context),
        "switch": switch,
        "groups": values.attribute_groups(model, looked, url),
        "axes": [names.attribute_name(structure, axis, context.locale) for axis in model.axes],
        "happened": changes.history(rows, looked),
        "children": [_child(one, model, looked, switch.query) for one in model.children],
        "categories": sorted(names.category_name(structure, one, context) for one in model.categories),
        "parent_url": f"{reverse('products:model', args=[model.parent])}?{switch.query}" if model.parent else "",
    }
    return render(request, "products/model.html", shown)


def _looked(model: ModelView, rows: Sequence[EventRow], structure: Structure, context: Context) -> Looked:
    """Look up what showing the values, the children's axes and the history needs. 3 queries at most."""
    pairs, codes = values.pairs_and_codes(structure, [*_entries(model), *changes.values_in(rows)])
    linked = queries.names(
        changes.products_in(rows), channel=context.channel.code, locale=context.locale, structure=structure
    )
    called = {uuid: one.label or one.identifier or uuid for uuid, one in linked.items()}
    return Looked(structure, context, structure_queries.option_labels(pairs), media.media_files(codes), called)


def _entries(model: ModelView) -> Iterable[tuple[str, object]]:
    for code, entries in model.values.items():
        yield from ((code, entry["data"]) for entry in entries)
    for child in model.children:
        for axis in model.axes:
            yield from ((axis, entry["data"]) for entry in child.values.get(axis, []))


def _label(model: ModelView, structure: Structure, context: Context) -> str:
    family = structure.family(model.family)
    attribute = structure.attribute(family.attribute_as_label) if family else None
    found = values.value_in(model.values.get(attribute.code, []), attribute, context) if attribute else None
    return str(found or "")


def _child(child: Child, model: ModelView, looked: Looked, query: str) -> ChildView:
    route, key = ("products:model", child.code) if child.code is not None else ("products:product", child.uuid)
    axes = []
    for code in model.axes:
        attribute = looked.structure.attributes[code]
        data = values.value_in(child.values.get(code, []), attribute, looked.context)
        axes.append(values.show(attribute, data, looked))
    return ChildView(f"{reverse(route, args=[key])}?{query}", child.name, tuple(axes), child.completeness)
