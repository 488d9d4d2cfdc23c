"""The forms of attribute options: one of them, and a list that is pasted."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.kit.text import fold
from limen.structure import wire
from limen.structure.forms.labels import LocaleTexts
from limen.structure.forms.version import VERSION, version_field, version_of
from limen.structure.rules import Option, Structure
from limen.structure.rules.nouns import CODE_LENGTH
from limen.structure.rules.options import LABEL_LENGTH

MOST_LINES = 1000
# A line of a code and ten labels of the usual length, a thousand times.
_MOST_CHARACTERS = 500_000


class OptionForm(forms.Form):
    """An option, a new one or `stored`."""

    def __init__(self, data: Any, structure: Structure, *, stored: Option | None = None) -> None:
        super().__init__(data)
        self.stored, self.structure = stored, structure
        if stored is None:
            widget = forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"})
            widget.attrs["maxlength"] = CODE_LENGTH
            self.fields["code"] = forms.CharField(label=gettext_lazy("Code"), required=False, widget=widget)
        else:
            self.fields["sort_order"] = forms.IntegerField(
                label=gettext_lazy("Place in the order"),
                help_text=gettext_lazy("Smaller numbers come first."),
                widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
            )
            self.fields[VERSION] = version_field()
            printed = wire.option(stored, structure) | {"labels": dict(stored.labels)}
            self.initial = {"sort_order": stored.sort_order, VERSION: version_of(printed)}
        self.labels = LocaleTexts(self, structure, stored.labels if stored else {}, most=LABEL_LENGTH)

    def body(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {name: typed[name] for name in ("code", "sort_order") if name in typed} | {"labels": self.labels.body()}


class PasteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Options"),
        max_length=_MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false", "autocomplete": "off", "class": "mono"}),
    )


@dataclass(frozen=True, slots=True)
class Pasted:
    """One line of a pasted list. `number` is its place in the text, `problem` why it cannot be read."""

    number: int
    code: str
    labels: dict[str, str]
    problem: str = ""

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "labels": self.labels}


def read_list(text: str, locales: Sequence[str], structure: Structure) -> list[Pasted]:
    """Read lines of a code and its labels, with tabs between them or semicolons, as spreadsheets copy and save them.

    The labels are of `locales`, in this order; a first line that begins with "code" names others. Empty lines are
    passed over, an empty label leaves the stored one alone.
    """
    rows = [(number, _cells(line)) for number, line in enumerate(text.splitlines(), 1)]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    columns: Sequence[str] = locales
    if rows and (named := _named_columns(rows[0][1], structure)):
        columns, rows = named, rows[1:]
    return [_read(number, cells, columns) for number, cells in rows]


def _read(number: int, cells: list[str], columns: Sequence[str]) -> Pasted:
    code, *labels = cells
    problem = ""
    if any(labels[len(columns) :]):
        problem = _("There are more labels than languages: %(locales)s.") % {"locales": ", ".join(columns)}
    return Pasted(number, code, {key: label for key, label in zip(columns, labels, strict=False) if label}, problem)


def _named_columns(cells: list[str], structure: Structure) -> list[str]:
    """The locales that a first line names; none when it is an option like the others."""
    code, *names = cells
    found = [locale for name in names if (locale := structure.locale(name))]
    return found if fold(code) == "code" and len(found) == len(names) else []


def _cells(line: str) -> list[str]:
    """At least one."""
    if "\t" in line:
        cells = line.split("\t")
    else:
        try:
            # Quotes around a label with a semicolon in it, as files have them.
            cells = next(csv.reader([line], delimiter=";"), [])
        except csv.Error:
            # A cell of more than 100,000 characters: no code, and no label.
            cells = [line]
    return [cell.strip() for cell in cells] or [""]
