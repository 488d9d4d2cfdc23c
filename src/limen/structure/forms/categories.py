"""The forms of categories: what they are called, and where they stand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.kit.text import code_from_label
from limen.structure.forms.fields import code_field, mark
from limen.structure.forms.labels import LocaleTexts
from limen.structure.rules import Category, Structure
from limen.structure.rules.nouns import LABEL_LENGTH


class CategoryForm(forms.Form):
    """A new tree, or what a category is called."""

    def __init__(self, structure: Structure, one: Category | None, data: QueryDict | None) -> None:
        super().__init__(data)
        if one is None:
            self.fields["code"] = code_field()
        else:
            # Its place and its content are changed elsewhere, and are no conflict here.
            mark(self, {"labels": dict(one.labels)})
        self.labels = LocaleTexts(self, structure, one.labels if one else {})

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"labels": self.labels.body()}
        return {**body, "code": self.cleaned_data["code"]} if "code" in self.fields else body


class ChildForm(forms.Form):
    """A new category below another: its label in the locale that the person reads, its code made from it if empty."""

    label = forms.CharField(label=_("Label"), required=False, max_length=LABEL_LENGTH)

    def __init__(self, parent: Category, locale: str, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._parent, self._locale = parent.code, locale
        self.fields["label"].widget.attrs |= {"autocomplete": "off", "autofocus": True}
        self.fields["code"] = code_field()
        # Without a script it may stay empty; with it the page minds that it is not.
        attrs = self.fields["code"].widget.attrs
        del attrs["required"]
        attrs["data-code-of"] = "id_label"

    def body(self) -> dict[str, Any]:
        label = self.cleaned_data["label"]
        return {
            "code": self.cleaned_data["code"] or code_from_label(label),
            "parent": self._parent,
            "labels": {self._locale: label} if label else {},
        }


class MoveForm(forms.Form):
    """Where a category goes: below `parent` (empty: a tree of its own), beside a sibling or at a rank; else last.

    Its mark is the parent that it has: who moves it saw it there.
    """

    parent = forms.CharField(required=False)
    position = forms.IntegerField(
        label=_("Place among the categories there"),
        required=False,
        min_value=1,
        help_text=_("1 is the first. Empty: behind the last."),
    )
    before = forms.CharField(required=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, structure: Structure, one: Category, data: QueryDict | None = None) -> None:
        super().__init__(data)
        mark(self, place_of(one))
        self.initial["parent"] = one.parent or ""
        if one.parent is not None:
            self.initial["position"] = structure.category_section.ranks[one.code]

    def place(self) -> dict[str, Any]:
        """Give the place as `operations.move_category` takes it."""
        typed = self.cleaned_data
        return {
            "parent": typed["parent"] or None,
            "position": typed["position"],
            "before": typed["before"] or None,
            "after": typed["after"] or None,
        }


def place_of(one: Category) -> dict[str, Any]:
    """Give what a move was made from, for `version_of`."""
    return {"code": one.code, "parent": one.parent}
