"""Categories: the list of trees, a new one, and of each category its labels, its place, its history, its deletion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.web.language import number
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.categories import CategoryForm, MoveForm
from limen.structure.queries import Counted
from limen.structure.rules import Category, Structure
from limen.structure.views import deleting, records
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import differences, save

SEE, CREATE = "pim_enrich_category_index", "pim_enrich_category_create"
EDIT, DELETE = "pim_enrich_category_edit", "pim_enrich_category_remove"

FORM = "structure/categories/form.html"
FOUND = 20
TREE_ROUTE = "structure:category-tree"


def _above(structure: Structure, one: Category) -> Sequence[tuple[Category, str]]:
    """The tree of a category, and its parent; of those between there may be many."""
    codes = dict.fromkeys([one.root, one.parent or one.root])
    return [
        (structure.categories[code], "structure:category" if structure.categories[code].parent else TREE_ROUTE)
        for code in codes
        if code != one.code
    ]


CATEGORIES = records.Kind(
    "category",
    "categories",
    Structure.category,
    gettext_lazy("Categories"),
    gettext_lazy("Create a tree"),
    gettext_lazy("Delete the category?"),
    tabs="structure/categories/_tabs.html",
    above=_above,
)
TREES = replace(CATEGORIES, question=gettext_lazy("Delete the tree?"))


@dataclass(frozen=True, slots=True)
class TreeRow:
    """`categories` are those below the root; `products` says how many are anywhere in the tree. `up` and `down` say
    what its buttons do."""

    code: str
    name: str
    url: str
    categories: int
    products: str
    channels: str
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a category could go; `path` are the names of what it lies in."""

    code: str
    name: str
    path: str
    chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def category_list(request: HttpRequest) -> HttpResponse:
    """The trees in their order; a POST moves one: see `_move_tree`. 1 query beside the snapshot."""
    if request.method == "POST":
        caller_of(request).require(EDIT)
        _move_tree(request)
        if not getattr(request, "htmx", False):
            return see_other(CATEGORIES.list_route)
    structure, search = queries.snapshot(), request.GET.get("search", "")
    trees = structure.category_section.children.get(None, ())
    page = page_of(matching(trees, search), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        **records.page_context(request, CATEGORIES, structure),
        "search": search,
        "page": page,
        # What a search found, or a page of them, is not the whole that is put in order.
        "orders": CATEGORIES.may(request, "edit") and 1 < page.count == len(page.rows) and not search,
        "rows": _tree_rows(structure, page.rows, reading_locale(request, structure)),
    }
    return render(request, "structure/categories/list.html", context)


def _tree_rows(structure: Structure, trees: Sequence[Category], locale: str) -> list[TreeRow]:
    branches = [structure.category_section.branch(one.code) for one in trees]
    counts = queries.products_in([ids_of(structure, codes) for codes in branches])
    return [
        TreeRow(
            one.code,
            (name := name_of(one, locale)),
            reverse(TREE_ROUTE, args=[one.code]),
            len(codes) - 1,
            counted(count),
            ", ".join(
                name_of(channel, locale)
                for channel in structure.channel_section.in_order
                if channel.category_tree == one.code
            ),
            _("Move %(what)s up") % {"what": name},
            _("Move %(what)s down") % {"what": name},
        )
        for one, codes, count in zip(trees, branches, counts, strict=True)
    ]


def _move_tree(request: HttpRequest) -> None:
    """`code` goes in front of `before`, behind all without; or `move` is `up:code` or `down:code`. Raises NotFound."""
    code, before = request.POST.get("code", ""), request.POST.get("before") or None
    verb, _colon, named = request.POST.get("move", "").partition(":")
    if named and not code:
        codes = [one.code for one in queries.snapshot().category_section.children.get(None, ())]
        code, place = named, codes.index(named) if named in codes else 0
        beyond = codes[max(0, place - 1) :] if verb == "up" else codes[place + 2 :]
        before = beyond[0] if beyond else None
    if code != before:
        operations.move_category(code, parent=None, before=before, by=caller_of(request), now=clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def category_new(request: HttpRequest) -> HttpResponse:
    return records.new_page(request, CATEGORIES, CategoryForm, FORM, write=_write)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def category(request: HttpRequest, code: str) -> HttpResponse:
    return records.edit_page(request, CATEGORIES, code, CategoryForm, FORM, write=_write, more=_facts)


@require_safe
@requires(SEE)
def category_history(request: HttpRequest, code: str) -> HttpResponse:
    return records.history_page(request, CATEGORIES, code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE)
def category_delete(request: HttpRequest, code: str) -> HttpResponse:
    """Show what goes along and what is in the way; remove, and go where it was. Raises NotFound."""
    structure = queries.snapshot()
    one = CATEGORIES.found(structure, code)
    context = records.page_context(request, CATEGORIES if one.parent else TREES, structure, one)
    return deleting.delete(
        request,
        "category",
        one.code,
        template="structure/categories/delete.html",
        context=context,
        then=lambda: _where_it_was(request, one),
        toast=_("%(name)s is deleted.") % {"name": context["name"]},
    )


def _where_it_was(request: HttpRequest, one: Category) -> HttpResponse:
    if not caller_of(request).may_one_of((SEE, EDIT)):
        return see_other("home")
    return see_tree(one.root, open=[one.parent]) if one.parent else see_other(CATEGORIES.list_route)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def category_move(request: HttpRequest, code: str) -> HttpResponse:
    """The form that moves a category anywhere, also without a script. Raises NotFound. No query but the snapshot's."""
    saved, status = None, 200
    if request.method == "POST":
        saved = move(request, code)
        if saved.outcome is not None:
            messages.success(request, _("Moved.") if saved.outcome.changed else _("It is there already."))
            root = queries.snapshot().categories[saved.outcome.code].root
            return see_tree(root, at=[saved.outcome.code])
        status = saved.status
    structure = queries.snapshot()
    one = CATEGORIES.found(structure, code)
    form = saved.form if saved else MoveForm(structure, one)
    places, beyond = _places(request, structure, one, str(form["parent"].value() or ""))
    context = {
        **records.page_context(request, CATEGORIES, structure, one),
        "form": form,
        "places": places,
        "beyond": beyond,
        "find": request.GET.get("find", ""),
        "own_tree": not form["parent"].value(),
        "trees_of": [channel.code for channel in structure.channels.values() if channel.category_tree == one.code],
        "in_conflict": saved is not None and saved.in_conflict,
        "conflicts": differences(form) if saved and saved.in_conflict else [],
    }
    return render(request, "structure/categories/move.html", context, status=status)


def move(request: HttpRequest, code: str) -> Any:
    """Move a category as the form says, unless somebody else has moved it meanwhile. Raises NotFound."""
    caller = caller_of(request)
    return save(
        request.POST,
        lambda structure, data: MoveForm(structure, CATEGORIES.found(structure, code), data),
        lambda form: operations.move_category(code, **form.place(), by=caller, now=clock.now()),
    )


def _places(request: HttpRequest, structure: Structure, one: Category, chosen: str) -> tuple[list[Place], int]:
    """Offer where a category could go: what is chosen, and what a search finds. Give how many more match, too."""
    locale, find = reading_locale(request, structure), request.GET.get("find", "")
    own = structure.category_section.branch(one.code)
    offered = [other for other in structure.category_section.in_order if other.code not in own]
    found = [other for other in matching(offered, find) if other.code != chosen]
    first = [structure.categories[chosen]] if chosen in structure.categories else []
    places = [
        Place(other.code, name_of(other, locale), path_of(structure, other, locale), other.code == chosen)
        for other in (*first, *found[:FOUND])
    ]
    return places, max(0, len(found) - FOUND)


def _write(request: HttpRequest, code: str | None, body: dict[str, Any]) -> operations.Outcome:
    return records.write_resource(request, CATEGORIES, code, body)


def _facts(request: HttpRequest, structure: Structure, one: Category, form: Any) -> dict[str, Any]:
    """What the page says beside the labels. 1 query."""
    locale = reading_locale(request, structure)
    below = structure.category_section.branch(one.code)
    every, direct = queries.products_in([ids_of(structure, below), [one.id]])
    return {
        "path": path_of(structure, one, locale),
        "rank": structure.category_section.ranks[one.code],
        "below": len(below) - 1,
        "products": counted(every),
        "direct": counted(direct),
        "tree_of": [
            (channel.code, name_of(channel, locale))
            for channel in structure.channel_section.in_order
            if channel.category_tree == one.code
        ],
        "in_tree_url": in_tree(one.root, at=[one.code]),
    }


# What the pages of categories share


def ids_of(structure: Structure, codes: Collection[str]) -> list[int]:
    return [structure.categories[code].id for code in codes]


def path_of(structure: Structure, one: Category, locale: str) -> str:
    """`Master › Seating`: the names of what a category lies in, outermost first; empty for a root."""
    return " › ".join(name_of(other, locale) for other in ancestors(structure, one))


def ancestors(structure: Structure, one: Category) -> list[Category]:
    """Give what a category lies in, outermost first."""
    found: list[Category] = []
    while one.parent is not None:
        one = structure.categories[one.parent]
        found.insert(0, one)
    return found


def counted(count: Counted) -> str:
    """`1 product`, `1,234 products`, `more than 20,000 products`"""
    words = _("more than %(n)s products") if count.more else ngettext("%(n)s product", "%(n)s products", count.count)
    return words % {"n": number(count.count)}


def in_tree(root: str, **shown: Sequence[str]) -> str:
    """Give the address of a tree with categories shown (`at`) or opened (`open`)."""
    query = urlencode(shown, doseq=True)
    return reverse(TREE_ROUTE, args=[root]) + (f"?{query}" if query else "")


def see_tree(root: str, **shown: Sequence[str]) -> HttpResponse:
    answer = see_other(TREE_ROUTE, root)
    answer["Location"] = in_tree(root, **shown)
    return answer
