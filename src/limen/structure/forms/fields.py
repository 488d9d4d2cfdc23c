"""Fields that forms of several kinds of record have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.structure.forms.version import VERSION, version_field, version_of
from limen.structure.rules.nouns import CODE_LENGTH


def code_field() -> forms.CharField:
    # What is missing or wrong is the rules' to say, together with all else.
    return forms.CharField(
        label=_("Code"),
        required=False,
        help_text=_("Letters, digits and underscores. It cannot change later."),
        widget=forms.TextInput(
            attrs={
                "maxlength": CODE_LENGTH,
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "required": "required",
            }
        ),
    )


def mark(form: forms.Form, printed: Mapping[str, Any]) -> None:
    """Give a form of a stored record the mark of the state that it was made from."""
    form.fields[VERSION] = version_field()
    form.initial[VERSION] = version_of(printed)


class Codes(list[str]):
    """Codes in an order, read as one line."""

    def __str__(self) -> str:
        return ", ".join(self)


class CodesField(forms.Field):
    """Codes in an order, one hidden field each; the page draws them with buttons that are a `step`."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> Codes:
        return Codes(dict.fromkeys(value or ()))


def step(data: QueryDict) -> QueryDict:
    """Carry out the step of a button that changes what is typed and saves nothing.

    `do` is its value: `add:locales:fr_FR`, and so with remove, up and down; anything else changes nothing.
    """
    verb, _colon, rest = data.get("do", "").partition(":")
    name, _colon, code = rest.partition(":")
    codes = list(dict.fromkeys(data.getlist(name))) if name else []
    changed = data.copy()
    if verb == "add" and code and code not in codes:
        codes.append(code)
        changed[f"find-{name}"] = ""
    elif code in codes:
        place = codes.index(code)
        codes.remove(code)
        if verb == "up":
            codes.insert(max(0, place - 1), code)
        elif verb == "down":
            codes.insert(place + 1, code)
        elif verb != "remove":
            return changed
    changed.setlist(name, codes)
    return changed


def is_step(data: Mapping[str, Any]) -> bool:
    return "do" in data
