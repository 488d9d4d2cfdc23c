"""Texts per locale in a form: labels, guidelines. Every form of the structure has some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BoundField

from limen.kit.web.language import locale_name
from limen.structure.rules import Structure
from limen.structure.rules.nouns import LABEL_LENGTH

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class LocaleTexts:
    """One field for each activated locale, and one for each other that a text is stored in.

    Fields are called as the rules' paths: `labels[en_US]`. A template shows them by `structure/_labels.html`.
    """

    def __init__(
        self,
        form: forms.Form,
        structure: Structure,
        stored: Mapping[str, str],
        *,
        name: str = "labels",
        most: int = LABEL_LENGTH,
        lines: int = 1,
        legend: StrOrPromise = "",
    ) -> None:
        self._form, self._name, self.legend = form, name, legend
        self._active = sorted(structure.active_locales)
        self._others = sorted(set(stored) - structure.active_locales)
        for locale in (*self._active, *self._others):
            form.fields[self._path(locale)] = forms.CharField(
                label=locale_name(locale), required=False, max_length=most, widget=_widget(lines)
            )
            form.initial[self._path(locale)] = stored.get(locale, "")

    @property
    def active(self) -> list[BoundField]:
        return [self._form[self._path(locale)] for locale in self._active]

    @property
    def others(self) -> list[BoundField]:
        return [self._form[self._path(locale)] for locale in self._others]

    @property
    def open(self) -> bool:
        """Whether something is wrong with a text that is folded away."""
        return any(field.errors for field in self.others)

    def body(self) -> dict[str, str]:
        """Give all texts as they were typed, for the body of a PATCH: an empty one takes the stored one away."""
        typed = self._form.cleaned_data
        return {locale: typed[self._path(locale)] for locale in (*self._active, *self._others)}

    def _path(self, locale: str) -> str:
        return f"{self._name}[{locale}]"


def _widget(lines: int) -> forms.Widget:
    attrs: dict[str, Any] = {"autocomplete": "off"}
    return forms.TextInput(attrs) if lines == 1 else forms.Textarea({**attrs, "rows": lines})
