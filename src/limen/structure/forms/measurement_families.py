"""The forms of measurement families and of their units, and what their calculator is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.structure import wire
from limen.structure.forms.fields import code_field, mark
from limen.structure.forms.labels import LocaleTexts
from limen.structure.rules import MeasurementFamily, Structure, Unit
from limen.structure.rules.measurement import MOST_CHARACTERS, MOST_OPERATIONS, SYMBOL_LENGTH, is_locked

OPERATORS = {"mul": _("multiply by"), "div": _("divide by"), "add": _("add"), "sub": _("subtract")}

# What the standard unit is converted by.
NOTHING = [{"operator": "mul", "value": "1"}]

Operation = tuple[str, str]

_AMOUNT = re.compile(r"[+-]?([0-9]{1,30}([.,][0-9]{0,30})?|[.,][0-9]{1,30})")


def _symbol_field() -> forms.CharField:
    return forms.CharField(
        label=_("Symbol"),
        required=False,
        help_text=_("What stands behind a number: kg, m², °C."),
        widget=forms.TextInput(attrs={"maxlength": SYMBOL_LENGTH, "autocomplete": "off", "spellcheck": "false"}),
    )


class MeasurementFamilyForm(forms.Form):
    """A family with its labels; a new one has its standard unit too. All other units have forms of their own."""

    def __init__(self, structure: Structure, one: MeasurementFamily | None, data: QueryDict | None) -> None:
        super().__init__(data)
        self._structure, self._stored = structure, one
        if one is None:
            self.fields["code"] = code_field()
            self.fields["standard_unit_code"] = code_field()
            self.fields["standard_unit_code"].label = _("Code of the standard unit")
            self.fields["symbol"] = _symbol_field()
            self.unit_labels = LocaleTexts(self, structure, {}, name="unit_labels", most=MOST_CHARACTERS)
        else:
            mark(self, wire.measurement_family(one))
        self.labels = LocaleTexts(self, structure, one.labels if one else {}, most=MOST_CHARACTERS)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if self._structure.measurement_family(code):
            raise forms.ValidationError(_("This code is already used."))
        return code

    def body(self) -> dict[str, Any]:
        if self._stored:
            return {"code": self._stored.code, "labels": _texts(self.labels, self._stored.labels)}
        typed = self.cleaned_data
        code = typed["standard_unit_code"]
        unit = {
            "code": code,
            "symbol": typed["symbol"],
            "labels": _texts(self.unit_labels, {}),
            "convert_from_standard": NOTHING,
        }
        return {
            "code": typed["code"],
            "labels": _texts(self.labels, {}),
            "standard_unit_code": code,
            "units": {code: unit},
        }


class UnitForm(forms.Form):
    """A unit of a family, with the operations that turn an amount of it into the standard unit, one after the other.

    Each operation is a pair of fields, `operations[0][operator]` and `operations[0][value]`. `is_fixed` says that
    they cannot change: those of the standard unit, and of any that attributes have values in.
    """

    def __init__(
        self, structure: Structure, family: MeasurementFamily, unit: Unit | None, data: QueryDict | None
    ) -> None:
        super().__init__(data)
        self._family, self._stored = family, unit
        self.is_standard = unit is not None and unit.code == family.standard_unit_code
        self.is_fixed = self.is_standard or (unit is not None and is_locked(family, structure))
        if unit is None:
            self.fields["code"] = code_field()
        mark(self, wire.measurement_family(family))
        self.fields["symbol"] = _symbol_field()
        self.initial["symbol"] = unit.symbol if unit else ""
        self.labels = LocaleTexts(self, structure, unit.labels if unit else {}, most=MOST_CHARACTERS)
        stored = list(unit.convert_from_standard) if unit else [("mul", "")]
        self._count = 0
        if not self.is_fixed:
            for place, operation in enumerate(operations_in(data) if data is not None else stored):
                self._add(place, stored[place] if place < len(stored) else operation)

    def _add(self, place: int, operation: Operation) -> None:
        operator, value = operation_fields(place)
        numbered = {"n": place + 1}
        self.fields[operator] = forms.ChoiceField(
            label=_("Step %(n)s: what to do") % numbered,
            choices=list(OPERATORS.items()),
            initial=operation[0],
            widget=forms.Select(attrs={"class": "input"}),
        )
        self.fields[value] = forms.CharField(
            label=_("Step %(n)s: by which number") % numbered,
            required=False,
            initial=operation[1],
            widget=forms.TextInput(
                attrs={
                    "maxlength": MOST_CHARACTERS,
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "class": "input mono",
                }
            ),
        )
        self._count = place + 1

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code.casefold() in map(str.casefold, self._family.units):
            raise forms.ValidationError(_("This code is already used."))
        return code

    @property
    def operations(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[operator], self[value]) for operator, value in map(operation_fields, range(self._count))]

    @property
    def may_grow(self) -> bool:
        return self._count < MOST_OPERATIONS

    def paths(self) -> dict[str, str]:
        """Lead from the paths of the rules' violations to the fields."""
        codes = list(self._family.units)
        place = codes.index(self._stored.code) if self._stored else len(codes)
        unit = f"units[{place}]"
        found = {f"{unit}[code]": "code", f"{unit}[symbol]": "symbol"}
        for name in self.fields:
            if name.startswith("labels["):
                found[f"{unit}[labels]{name.removeprefix('labels')}"] = name
            elif name.startswith("operations["):
                found[f"{unit}[convert_from_standard]{name.removeprefix('operations')}"] = name
        return found

    def body(self) -> dict[str, Any]:
        typed = self.cleaned_data
        code = self._stored.code if self._stored else typed["code"]
        unit: dict[str, Any] = {
            "code": code,
            "symbol": typed["symbol"],
            "labels": _texts(self.labels, self._stored.labels if self._stored else {}),
        }
        if not self.is_fixed:
            unit["convert_from_standard"] = [
                {"operator": typed[operator], "value": typed[value].strip()}
                for operator, value in map(operation_fields, range(self._count))
            ]
        return {"code": self._family.code, "units": {code: unit}}


def operation_fields(place: int) -> tuple[str, str]:
    return f"operations[{place}][operator]", f"operations[{place}][value]"


def operations_in(data: QueryDict) -> list[Operation]:
    """Give the operations that were typed, in order, and no more than there can be."""
    found = []
    for operator, value in map(operation_fields, range(MOST_OPERATIONS)):
        if operator in data:
            found.append((str(data[operator]), str(data.get(value, ""))))
    return found


def step(data: QueryDict) -> QueryDict:
    """Carry out the step of a button that changes the operations and saves nothing.

    `do` is its value: `add`, or `remove:1`, `up:1`, `down:1` with the place of an operation.
    """
    verb, _colon, text = data.get("do", "").partition(":")
    rows = operations_in(data)
    place = int(text) if text.isdecimal() and int(text) < len(rows) else None
    if verb == "add" and len(rows) < MOST_OPERATIONS:
        rows.append(("mul", ""))
    elif place is not None and verb in ("remove", "up", "down") and len(rows) > 1:
        row = rows.pop(place)
        if verb != "remove":
            rows.insert(max(0, place - 1) if verb == "up" else place + 1, row)
    changed = data.copy()
    for name in [name for name in changed if name.startswith("operations[")]:
        del changed[name]
    for number, row in enumerate(rows):
        for name, typed in zip(operation_fields(number), row, strict=True):
            changed[name] = typed
    return changed


def read_amount(text: str) -> Decimal | None:
    """Read an amount that somebody typed, with a point or a comma; None when it is none."""
    typed = text.strip()
    return Decimal(typed.replace(",", ".")) if _AMOUNT.fullmatch(typed) else None


def _texts(texts: LocaleTexts, stored: Mapping[str, str]) -> dict[str, str]:
    """Labels as the API merges them: an empty text is only said where one is stored, for it stays as an empty one."""
    return {locale: text for locale, text in texts.body().items() if text or stored.get(locale)}
