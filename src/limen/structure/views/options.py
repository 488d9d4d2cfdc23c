"""The options of a select: searched and paged, added one by one or pasted, put in order, renamed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.web.language import locale_name
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.options import MOST_LINES, OptionForm, Pasted, PasteForm, read_list
from limen.structure.rules import Attribute, Option, Structure, has_options
from limen.structure.views.attribute import context_of, found
from limen.structure.views.attributes import EDIT, INDEX
from limen.structure.views.deleting import answer
from limen.structure.views.listing import ROWS
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.saving import differences, save


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    label: str
    others: str
    sort_order: int


@dataclass(frozen=True, slots=True)
class Previewed:
    """A line of a pasted list, and what would become of it."""

    number: int
    code: str
    labels: str
    outcome: str
    messages: tuple[str, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INDEX, EDIT)
def attribute_options(request: HttpRequest, code: str) -> HttpResponse:
    """The list, and the adding of one.

    Cost: the snapshot, 1 query for the page and at most 1 to count.
    """
    if request.method != "POST":
        structure = queries.snapshot()
        return _list(request, _select(structure, code), structure, OptionForm(None, structure))
    caller = caller_of(request)
    caller.require(EDIT)

    def form_of(structure: Structure, data: QueryDict) -> OptionForm:
        _select(structure, code)
        return OptionForm(data, structure)

    saved = save(
        request.POST,
        form_of,
        lambda form: operations.create_option(code, form.body(), by=caller, now=clock.now()),
    )
    if saved.outcome is None:
        structure = saved.form.structure
        return _list(request, _select(structure, code), structure, saved.form, status=saved.status)
    messages.success(request, _("The option %(code)s is added.") % {"code": saved.outcome.code})
    # Where the next one is added.
    return _to_list(code, "add")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INDEX, EDIT)
def attribute_option(request: HttpRequest, code: str, option: str) -> HttpResponse:
    caller = caller_of(request)

    def form_of(structure: Structure, data: QueryDict | None) -> OptionForm:
        form = OptionForm(data, structure, stored=_option(_select(structure, code), option))
        if not caller.may(EDIT):
            for field in form.fields.values():
                field.disabled = True
        return form

    if request.method != "POST":
        return _option_page(request, code, form_of(queries.snapshot(), None))
    caller.require(EDIT)
    saved = save(
        request.POST,
        form_of,
        lambda form: operations.upsert_option(code, option, form.body(), by=caller, now=clock.now()),
    )
    if saved.outcome is None:
        return _option_page(request, code, saved.form, in_conflict=saved.in_conflict, status=saved.status)
    messages.success(request, _("The option %(code)s is saved.") % {"code": saved.outcome.code})
    return see_other("structure:attribute-options", code)


@require_POST
@requires(EDIT)
def attribute_option_move(request: HttpRequest, code: str, option: str) -> HttpResponse:
    """Let it change places with the next one, `direction=up` or `down`; back to where the list was."""
    attribute = _select(queries.snapshot(), code)
    up = request.POST.get("direction") == "up"
    operations.move_option(attribute.code, option, up=up, by=caller_of(request), now=clock.now())
    place = {name: request.POST[name] for name in ("after", "before") if request.POST.get(name)}
    return _to_list(attribute.code, f"option-{option}", place)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def attribute_option_delete(request: HttpRequest, code: str, option: str) -> HttpResponse:
    structure = queries.snapshot()
    attribute = _select(structure, code)
    one = _option(attribute, option)
    caller = caller_of(request)
    context = {**context_of(request, attribute, structure), **_words(request, one, structure)}
    return answer(
        request,
        lambda dry_run: operations.remove_option(attribute.code, one.code, by=caller, now=clock.now(), dry_run=dry_run),
        lambda: queries.uses_of_option(attribute.code, one.code),
        template="structure/attributes/option_delete.html",
        context=context,
        then=lambda: see_other("structure:attribute-options", attribute.code),
        toast=_("The option %(code)s is deleted.") % {"code": one.code},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def attribute_options_paste(request: HttpRequest, code: str) -> HttpResponse:
    """A list as text: first what would become of it, then, with `save`, that."""
    structure = queries.snapshot()
    attribute = _select(structure, code)
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _paste_page(request, attribute, structure, form)
    locales = _locales(request, structure)
    pasted = read_list(form.cleaned_data["text"], locales, structure)
    if not pasted:
        form.add_error("text", _("There is no line to read."))
    elif len(pasted) > MOST_LINES:
        message = _("These are %(n)s lines, at most %(most)s go at once. Paste them in parts.")
        form.add_error("text", message % {"n": len(pasted), "most": MOST_LINES})
    if form.errors:
        return _paste_page(request, attribute, structure, form)
    caller, is_wrong = caller_of(request), any(line.problem for line in pasted)
    saves = "save" in request.POST and not is_wrong
    lines = operations.upsert_options(
        attribute.code, [one.body() for one in pasted], by=caller, now=clock.now(), dry_run=not saves
    )
    preview = [_previewed(one, line) for one, line in zip(pasted, lines, strict=True)]
    if saves and all(line.outcome != "wrong" for line in lines):
        messages.success(request, _result(preview))
        return see_other("structure:attribute-options", attribute.code)
    return _paste_page(request, attribute, structure, form, preview)


def _to_list(code: str, fragment: str, query: Mapping[str, str] | None = None) -> HttpResponse:
    return see_other(reverse("structure:attribute-options", args=[code], query=query, fragment=fragment))


def _list(
    request: HttpRequest, attribute: Attribute, structure: Structure, form: OptionForm, *, status: int = 200
) -> HttpResponse:
    asked = request.GET
    search, after, before = asked.get("search", ""), asked.get("after", ""), asked.get("before", "")
    by: Any = "code" if asked.get("by") == "code" else "order"
    page = queries.search_options(attribute, search, by=by, after=after, before=before, limit=ROWS)
    # A list that ends on its first page has been counted.
    is_whole = page.next is None and page.previous is None and not after and not before
    counted = queries.Counted(len(page.rows), False) if is_whole else queries.count_matching_options(attribute, search)
    locale = reading_locale(request, structure)
    context = {
        **context_of(request, attribute, structure),
        "on_options": True,
        "form": form,
        "search": search,
        "by": by,
        "page": page,
        "rows": [_row(one, locale, structure) for one in page.rows],
        "count": _count(counted),
        "after": after,
        "before": before,
        "moves": by == "order" and not search and not attribute.auto_option_sorting,
    }
    return render(request, "structure/attributes/options.html", context, status=status)


def _option_page(
    request: HttpRequest, code: str, form: OptionForm, *, in_conflict: bool = False, status: int = 200
) -> HttpResponse:
    structure = form.structure
    assert form.stored is not None
    context = {
        **context_of(request, _select(structure, code), structure),
        **_words(request, form.stored, structure),
        "form": form,
        "in_conflict": in_conflict,
        "differences": differences(form) if in_conflict else [],
    }
    return render(request, "structure/attributes/option.html", context, status=status)


def _paste_page(
    request: HttpRequest,
    attribute: Attribute,
    structure: Structure,
    form: PasteForm,
    preview: list[Previewed] | None = None,
) -> HttpResponse:
    wrong = [line for line in preview or () if line.outcome == "wrong"]
    context = {
        **context_of(request, attribute, structure),
        "form": form,
        "locales": [locale_name(one) for one in _locales(request, structure)],
        # What is wrong first: among a thousand lines nobody would find it.
        "preview": [*wrong, *(line for line in preview or () if line.outcome != "wrong")],
        "wrong": len(wrong),
        "result": _would(preview or []),
    }
    is_refused = bool(form.errors) or (bool(wrong) and "save" in request.POST)
    return render(request, "structure/attributes/paste.html", context, status=422 if is_refused else 200)


def _select(structure: Structure, code: str) -> Attribute:
    """Find an attribute with options. Raises NotFound."""
    attribute = found(structure, code)
    if not has_options(attribute.type):
        raise NotFound(_("This attribute has no options: only simple and multi selects have them."))
    return attribute


def _option(attribute: Attribute, code: str) -> Option:
    one = queries.option_of(attribute, code)
    if one is None:
        raise NotFound(_("There is no option “%(code)s” here. It may have been deleted.") % {"code": code})
    return one


def _words(request: HttpRequest, one: Option, structure: Structure) -> dict[str, Any]:
    return {"option": one, "label": name_of(one, reading_locale(request, structure))}


def _row(one: Option, locale: str, structure: Structure) -> Row:
    others = [f"{key}: {text}" for key, text in sorted(one.labels.items()) if key != locale]
    return Row(one.code, one.labels.get(locale, ""), " · ".join(others), one.sort_order)


def _count(counted: queries.Counted) -> str:
    if counted.more:
        return _("more than %(n)s options") % {"n": counted.count}
    return ngettext("%(n)s option", "%(n)s options", counted.count) % {"n": counted.count}


def _locales(request: HttpRequest, structure: Structure) -> list[str]:
    """The order of the labels in a pasted line: first the language that is read in."""
    reading = reading_locale(request, structure)
    return [reading, *sorted(structure.active_locales - {reading})]


def _previewed(one: Pasted, line: operations.Line) -> Previewed:
    labels = " · ".join(f"{locale}: {label}" for locale, label in one.labels.items())
    if one.problem:
        return Previewed(one.number, one.code, labels, "wrong", (one.problem,))
    return Previewed(one.number, one.code, labels, line.outcome, line.messages)


def _result(preview: list[Previewed]) -> str:
    created, changed = _of(preview, "created"), _of(preview, "changed")
    return _("%(created)s options added, %(changed)s changed.") % {"created": created, "changed": changed}


def _would(preview: list[Previewed]) -> str:
    values = {outcome: _of(preview, outcome) for outcome in ("created", "changed", "same", "wrong")}
    return _("%(created)s new, %(changed)s changed, %(same)s as they are, %(wrong)s with mistakes") % values


def _of(preview: list[Previewed], outcome: str) -> int:
    return sum(one.outcome == outcome for one in preview)
