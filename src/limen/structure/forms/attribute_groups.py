"""The form of an attribute group; its attributes are moved on a page of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.structure import wire
from limen.structure.forms.fields import code_field, mark
from limen.structure.forms.labels import LocaleTexts
from limen.structure.rules import AttributeGroup, Structure


class AttributeGroupForm(forms.Form):
    def __init__(self, structure: Structure, one: AttributeGroup | None, data: QueryDict | None) -> None:
        super().__init__(data)
        # A new group comes last.
        self._place = (
            None if one else max((group.sort_order for group in structure.attribute_groups.values()), default=0) + 1
        )
        if one is None:
            self.fields["code"] = code_field()
        else:
            mark(self, wire.attribute_group(one, structure))
        self.fields["counts_for_quality"] = forms.BooleanField(
            label=_("Counts for quality"),
            help_text=_("Its attributes count for the quality score. Those a channel requires always do."),
            initial=one.counts_for_quality if one else True,
            required=False,
        )
        self.labels = LocaleTexts(self, structure, one.labels if one else {})

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "labels": self.labels.body(),
            "counts_for_quality": self.cleaned_data["counts_for_quality"],
        }
        return body if self._place is None else {**body, "code": self.cleaned_data["code"], "sort_order": self._place}
