"""One tree of categories: a level at a time, searched, added to in place, moved within."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.web.language import number
from limen.structure import operations, queries
from limen.structure.forms.categories import ChildForm, place_of
from limen.structure.forms.version import version_of
from limen.structure.queries import Counted
from limen.structure.rules import Category, Structure
from limen.structure.views import categories, records
from limen.structure.views.categories import CATEGORIES, CREATE, EDIT, SEE, ancestors, counted, in_tree, see_tree
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import Saved, save

# Siblings that are shown at once, and categories that are open at once.
LEVEL = 100
MOST_OPEN = 40


@dataclass(frozen=True, slots=True)
class Node:
    """One category in the tree. `place` of `siblings`; `below` are its children, shown in `level` when it is open.

    `mark` says where it was seen, for a move. There can be many nodes, so what is said of them is made here.
    """

    code: str
    name: str
    url: str
    products: str
    depth: int
    place: int
    siblings: int
    below: int
    mark: str
    toggles: str
    adds: str
    moves: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Level:
    """Some siblings. `earlier` and `later` say how many more are in front and behind, and the codes lead there."""

    nodes: list[Node]
    earlier: str
    earlier_at: str
    later: str
    later_at: str
    depth: int
    siblings: int


@dataclass(frozen=True, slots=True)
class Found:
    code: str
    name: str
    path: str
    url: str
    in_tree_url: str
    products: str


class Growing:
    """The part of a tree that is shown: the children of what is open, of many only those around what is shown `at`."""

    def __init__(self, request: HttpRequest, structure: Structure, open: Sequence[str], at: Sequence[str]) -> None:
        self._structure, self._locale = structure, reading_locale(request, structure)
        known = structure.categories
        self._open: set[str] = set()
        for code in [one for one in open if one in known][-MOST_OPEN:]:
            self._open |= {code, *(one.code for one in ancestors(structure, known[code]))}
        # What is asked for by name goes before what happens to be open.
        self._shown = [code for code in at if code in known]
        for code in self._shown:
            self._open |= {one.code for one in ancestors(structure, known[code])}
        self._shown += [code for code in self._open if code not in self._shown]
        self._counts: dict[str, tuple[Counted, Counted]] = {}

    def tree(self, root: Category) -> Node:
        """Give a whole tree, its root open. 1 query."""
        self._open.add(root.code)
        self._count([root, *self._visible(root)])
        return self._node(root, 1, 1, 1)

    def below(self, one: Category) -> Level:
        """Give the level below a category. 1 query."""
        self._open.add(one.code)
        self._count(list(self._visible(one)))
        return self._level(one, len(ancestors(self._structure, one)) + 2)

    def _visible(self, one: Category) -> Iterator[Category]:
        if one.code in self._open:
            for child in self._window(one)[1]:
                yield child
                yield from self._visible(child)

    def _children(self, one: Category) -> Sequence[Category]:
        return self._structure.category_section.children.get(one.code, ())

    def _window(self, one: Category) -> tuple[int, Sequence[Category]]:
        """Give the children to show, and how many are in front of them."""
        children = self._children(one)
        if len(children) <= LEVEL:
            return 0, children
        ranks = self._structure.category_section.ranks
        wanted = (ranks[code] - 1 for code in self._shown if self._structure.categories[code].parent == one.code)
        start = next(wanted, 0) // LEVEL * LEVEL
        return start, children[start : start + LEVEL]

    def _count(self, shown: Sequence[Category]) -> None:
        branch = self._structure.category_section.branch
        groups = [ids for one in shown for ids in (categories.ids_of(self._structure, branch(one.code)), [one.id])]
        counts = queries.products_in(groups)
        for place, one in enumerate(shown):
            self._counts[one.code] = (counts[2 * place], counts[2 * place + 1])

    def _node(self, one: Category, depth: int, place: int, siblings: int) -> Node:
        name, below, is_open = name_of(one, self._locale), len(self._children(one)), one.code in self._open
        said = {"what": name}
        return Node(
            one.code,
            name,
            reverse(CATEGORIES.route(), args=[one.code]),
            self._products(one),
            depth,
            place,
            siblings,
            below,
            version_of(place_of(one)),
            (_("Close %(what)s") if is_open else _("Open %(what)s")) % said,
            _("Add a category below %(what)s") % said,
            _("Move %(what)s") % said,
            self._level(one, depth + 1) if is_open and below else None,
        )

    def _level(self, one: Category, depth: int) -> Level:
        children = self._children(one)
        start, shown = self._window(one)
        end, siblings = start + len(shown), len(children)
        behind = siblings - end
        return Level(
            [self._node(child, depth, place, siblings) for place, child in enumerate(shown, start + 1)],
            _("%(n)s in front of these") % {"n": number(start)} if start else "",
            children[max(0, start - LEVEL)].code if start else "",
            _("%(n)s behind these") % {"n": number(behind)} if behind else "",
            children[end].code if behind else "",
            depth,
            siblings,
        )

    def _products(self, one: Category) -> str:
        every, direct = self._counts[one.code]
        if not self._children(one) or every == Counted(0, False):
            return counted(every)
        said = {"all": counted(every), "direct": number(direct.count)}
        if direct.more:
            return _("%(all)s, more than %(direct)s directly") % said
        return _("%(all)s, %(direct)s directly") % said


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def category_tree(request: HttpRequest, code: str) -> HttpResponse:
    """A tree: `?open=` and `?at=` say what is open and shown, `?add=` below what a form asks for a new category,
    `?search=` what is listed instead. A POST moves a category, as `MoveForm` takes it.

    Raises NotFound. 1 query beside the snapshot's, however large the tree.
    """
    if request.method == "POST":
        caller_of(request).require(EDIT)
        return _move(request, code)
    structure = queries.snapshot()
    one = CATEGORIES.found(structure, code)
    if one.parent is not None:
        return redirect(in_tree(one.root, at=[one.code]))
    return _page(request, structure, one)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, CREATE)
def category_children(request: HttpRequest, code: str) -> HttpResponse:
    """The level below a category, to open it in its place; a POST adds a category there. Raises NotFound."""
    if request.method == "POST":
        caller_of(request).require(CREATE)
        return _add(request, code)
    caller_of(request).require(SEE)
    structure = queries.snapshot()
    one = CATEGORIES.found(structure, code)
    level = Growing(request, structure, [], request.GET.getlist("at")).below(one)
    context = {
        **records.page_context(request, CATEGORIES, structure),
        "level": level,
        "tree_url": in_tree(one.root),
    }
    return render(request, "structure/categories/_level.html", context)


def _move(request: HttpRequest, root: str) -> HttpResponse:
    code = request.POST.get("code", "")
    saved = categories.move(request, code)
    structure = queries.snapshot()
    if saved.outcome is None:
        refused = (
            _("Somebody else has moved it meanwhile. Look where it is now.") if saved.in_conflict else _first(saved)
        )
        return _page(request, structure, CATEGORIES.found(structure, root), at=[code], refused=refused)
    code = saved.outcome.code
    if not getattr(request, "htmx", False):
        return see_tree(structure.categories[code].root, at=[code])
    answer = _page(request, structure, CATEGORIES.found(structure, root), at=[code])
    moved = structure.categories[code]
    where = name_of(structure.categories[moved.parent or moved.code], reading_locale(request, structure))
    said = {"what": name_of(moved, reading_locale(request, structure)), "where": where}
    rank = structure.category_section.ranks[code]
    text = _("%(what)s is now number %(rank)s in %(where)s.") % {**said, "rank": rank}
    trigger_client_event(answer, "toast", {"text": text, "tone": "ok"})
    return answer


def _add(request: HttpRequest, code: str) -> HttpResponse:
    caller = caller_of(request)
    locale = reading_locale(request, queries.snapshot())
    saved: Saved[ChildForm, operations.Outcome] = save(
        request.POST,
        lambda structure, data: ChildForm(CATEGORIES.found(structure, code), locale, data),
        lambda form: operations.create("category", form.body(), by=caller, now=clock.now()),
        paths={"labels": "label"},
    )
    structure = queries.snapshot()
    parent = CATEGORIES.found(structure, code)
    root = structure.categories[parent.root]
    if saved.outcome is None:
        return _page(request, structure, root, add=parent, form=saved.form)
    made, text = saved.outcome.code, _("%(code)s is added.") % {"code": saved.outcome.code}
    if not getattr(request, "htmx", False):
        messages.success(request, text)
        return see_tree(root.code, at=[made]) if caller.may_one_of((SEE, EDIT)) else redirect("home")
    # And the next one can be typed at once.
    answer = _page(request, structure, root, at=[made], add=parent)
    trigger_client_event(answer, "toast", {"text": text, "tone": "ok"})
    return answer


def _page(
    request: HttpRequest,
    structure: Structure,
    root: Category,
    *,
    at: Sequence[str] = (),
    add: Category | None = None,
    form: ChildForm | None = None,
    refused: str = "",
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    locale, search = reading_locale(request, structure), request.GET.get("search", "")
    if add is None and CATEGORIES.may(request, "create"):
        add = structure.categories.get(request.GET.get("add", ""))
    # What is added to is open, and shown.
    shown = [*at, *([add.code] if add else []), *asked.getlist("at")]
    opened = [*asked.getlist("open"), *([add.code] if add else [])]
    context = {
        **records.page_context(request, CATEGORIES, structure, root),
        "tree_url": in_tree(root.code),
        "search": search,
        "refused": refused,
        "add_at": add.code if add else "",
        "form": form or (ChildForm(add, locale) if add else None),
        "count": len(structure.category_section.branch(root.code)) - 1,
    }
    if search:
        context |= _found(request, structure, root, search)
    else:
        context["root"] = Growing(request, structure, opened, shown).tree(root)
    status = 422 if refused or (form is not None and form.errors) else 200
    return render(request, "structure/categories/tree.html", context, status=status)


def _found(request: HttpRequest, structure: Structure, root: Category, search: str) -> dict[str, Any]:
    locale = reading_locale(request, structure)
    ones = matching(list(structure.category_section.below(root.code)), search)
    page = page_of(ones, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    branches = [structure.category_section.branch(one.code) for one in page.rows]
    counts = queries.products_in([categories.ids_of(structure, codes) for codes in branches])
    rows = [
        Found(
            one.code,
            name_of(one, locale),
            categories.path_of(structure, one, locale),
            reverse(CATEGORIES.route(), args=[one.code]),
            in_tree(root.code, at=[one.code]),
            counted(count),
        )
        for one, count in zip(page.rows, counts, strict=True)
    ]
    return {"page": page, "rows": rows}


def _first(saved: Saved[Any, Any]) -> str:
    return next((str(error) for errors in saved.form.errors.values() for error in errors), "")
