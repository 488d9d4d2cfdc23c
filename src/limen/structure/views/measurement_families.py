"""Measurement families: list, create, change, units, calculator, history, delete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.errors import NotFound
from limen.kit.web.language import number
from limen.kit.web.views import see_other
from limen.structure import operations, queries
from limen.structure.forms.fields import is_step
from limen.structure.forms.measurement_families import MeasurementFamilyForm, UnitForm, read_amount, step
from limen.structure.rules import Attribute, MeasurementFamily, Structure, Unit
from limen.structure.rules.measurement import convert
from limen.structure.views import records
from limen.structure.views.listing import matching, page_of
from limen.structure.views.names import name_of, reading_locale
from limen.structure.views.records import MEASUREMENT_FAMILIES
from limen.structure.views.saving import Saved, differences, save

SEE, CREATE = "pim_enrich_measurement_family_index", "pim_enrich_measurement_family_create"
EDIT, DELETE = "pim_enrich_measurement_family_edit", "pim_enrich_measurement_family_remove"

FORM = "structure/measurement_families/form.html"

# A new family has one unit, so its violations have these paths; that it is missing is said once, at its code.
PATHS = {"units[0][code]": "standard_unit_code", "units[0][symbol]": "symbol"}
SIGNS = {"mul": "×", "div": "÷", "add": "+", "sub": "−"}


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    standard: str
    units: int
    attributes: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """`steps` turn an amount of it into the standard unit ("× 1000"); `worth` is what one of it is there."""

    code: str
    name: str
    symbol: str
    steps: str
    worth: str
    is_standard: bool


@dataclass(frozen=True, slots=True)
class Calculation:
    """`result` is empty until there is one, `wrong` what is the matter with the amount."""

    amount: str
    source: str
    target: str
    result: str = ""
    wrong: str = ""


@require_safe
@requires(SEE)
def measurement_family_list(request: HttpRequest) -> HttpResponse:
    """Cost: that of the snapshot."""
    structure = queries.snapshot()
    locale, search = reading_locale(request, structure), request.GET.get("search", "")
    found = matching(structure.measurement_family_section.in_order, search)
    page = page_of(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    used: dict[str, int] = {}
    for attribute in structure.attributes.values():
        if attribute.metric_family:
            used[attribute.metric_family] = used.get(attribute.metric_family, 0) + 1
    context = {
        **records.page_context(request, MEASUREMENT_FAMILIES, structure),
        "page": page,
        "search": search,
        "rows": [
            Row(
                one.code,
                name_of(one, locale),
                name_of(one.units[one.standard_unit_code], locale),
                len(one.units),
                used.get(one.code, 0),
            )
            for one in page.rows
        ],
    }
    return render(request, "structure/measurement_families/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CREATE)
def measurement_family_new(request: HttpRequest) -> HttpResponse:
    return records.new_page(request, MEASUREMENT_FAMILIES, MeasurementFamilyForm, FORM, write=_write, paths=PATHS)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def measurement_family(request: HttpRequest, code: str) -> HttpResponse:
    """A family with its units, and its calculator: `?amount=…&from=…&to=…`."""
    return records.edit_page(request, MEASUREMENT_FAMILIES, code, MeasurementFamilyForm, FORM, write=_write, more=_more)


@require_safe
@requires(SEE)
def measurement_family_history(request: HttpRequest, code: str) -> HttpResponse:
    return records.history_page(request, MEASUREMENT_FAMILIES, code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DELETE)
def measurement_family_delete(request: HttpRequest, code: str) -> HttpResponse:
    return records.delete_page(request, MEASUREMENT_FAMILIES, code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def unit_new(request: HttpRequest, code: str) -> HttpResponse:
    return _unit(request, code, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def unit(request: HttpRequest, code: str, unit_code: str) -> HttpResponse:
    return _unit(request, code, unit_code)


def _unit(request: HttpRequest, code: str, unit_code: str | None) -> HttpResponse:
    """The form of a unit, None: of a new one; and saving it. Raises NotFound."""

    def form_of(structure: Structure, data: QueryDict | None) -> UnitForm:
        family = MEASUREMENT_FAMILIES.found(structure, code)
        return UnitForm(structure, family, None if unit_code is None else _found_unit(family, unit_code), data)

    structure = queries.snapshot()
    form = form_of(structure, None)
    if request.method == "POST":
        caller_of(request).require(EDIT)
    if request.method == "POST" and not is_step(request.POST):
        saved: Saved[UnitForm, operations.Outcome] = save(
            request.POST,
            form_of,
            lambda form: _write(request, None, form.body()),
            paths=form_of(structure, request.POST).paths(),
        )
        if saved.outcome is not None:
            messages.success(request, _("Saved."))
            return see_other("structure:measurement-family", saved.outcome.code)
        return _unit_page(request, queries.snapshot(), code, unit_code, saved.form, saved)
    if request.method == "POST":
        form = form_of(structure, step(request.POST))
    elif not caller_of(request).may(EDIT):
        for field in form.fields.values():
            field.disabled = True
    return _unit_page(request, structure, code, unit_code, form)


def _unit_page(
    request: HttpRequest,
    structure: Structure,
    code: str,
    unit_code: str | None,
    form: UnitForm,
    saved: Saved[Any, Any] | None = None,
) -> HttpResponse:
    family: MeasurementFamily = MEASUREMENT_FAMILIES.found(structure, code)
    locale = reading_locale(request, structure)
    one = None if unit_code is None else _found_unit(family, unit_code)
    standard = family.units[family.standard_unit_code]
    context = {
        **records.page_context(request, MEASUREMENT_FAMILIES, structure, family),
        "form": form,
        "unit": one,
        "unit_name": name_of(one, locale) if one else "",
        "steps": _steps(one) if one else "",
        "standard": name_of(standard, locale),
        "saves": caller_of(request).may(EDIT),
        "in_conflict": saved is not None and saved.in_conflict,
        "conflicts": differences(form) if saved is not None and saved.in_conflict else [],
    }
    return render(request, "structure/measurement_families/unit.html", context, status=saved.status if saved else 200)


def _found_unit(family: MeasurementFamily, code: str) -> Unit:
    found = family.units.get(code)
    if found is None:
        raise NotFound(_("“%(code)s” does not exist, or not any more.") % {"code": code})
    return found


def _write(request: HttpRequest, code: str | None, body: dict[str, Any]) -> operations.Outcome:
    return operations.upsert_measurement_family(body, by=caller_of(request), now=clock.now())


def _more(request: HttpRequest, structure: Structure, one: MeasurementFamily, form: Any) -> dict[str, Any]:
    locale = reading_locale(request, structure)
    users: list[Attribute] = [
        attribute for attribute in structure.attribute_section.in_order if attribute.metric_family == one.code
    ]
    return {
        "units": [_row(one, unit, locale) for unit in one.units.values()],
        "users": [name_of(attribute, locale) for attribute in users[:3]],
        "users_more": max(0, len(users) - 3),
        "calculation": calculate(one, request.GET, locale),
    }


def _row(family: MeasurementFamily, unit: Unit, locale: str) -> UnitRow:
    worth = convert(family, Decimal(1), unit.code, family.standard_unit_code)
    standard = family.units[family.standard_unit_code]
    return UnitRow(
        unit.code,
        name_of(unit, locale),
        unit.symbol,
        _steps(unit),
        f"{number(worth)} {standard.symbol or standard.code}",
        unit.code == standard.code,
    )


def _steps(unit: Unit) -> str:
    return ", ".join(f"{SIGNS.get(operator, operator)} {value}" for operator, value in unit.convert_from_standard)


def calculate(family: MeasurementFamily, asked: Mapping[str, str], locale: str) -> Calculation:
    """Answer the calculator: an amount of one unit in another one."""
    standard = family.standard_unit_code
    amount, source, target = asked.get("amount", ""), asked.get("from", ""), asked.get("to", "")
    source = source if source in family.units else next((code for code in family.units if code != standard), standard)
    target = target if target in family.units else standard
    if not amount:
        return Calculation(amount, source, target)
    read = read_amount(amount)
    if read is None:
        return Calculation(amount, source, target, wrong=_("This is not a number: write 12.5 or 12,5."))
    found = convert(family, read, source, target)
    if found is None:
        return Calculation(amount, source, target, wrong=_("This cannot be told: a step multiplies by zero."))
    said = [
        f"{number(one)} {unit.symbol or name_of(unit, locale)}"
        for one, unit in ((read, family.units[source]), (found, family.units[target]))
    ]
    return Calculation(amount, source, target, result=" = ".join(said))
