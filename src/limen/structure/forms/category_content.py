"""The forms of enriched categories: a tree's template, its attributes, and what a category tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from limen.structure.forms.fields import code_field, mark
from limen.structure.forms.labels import LocaleTexts
from limen.structure.rules import CategoryAttribute, CategoryTemplate, Structure, Written, enriched
from limen.structure.rules.enriched import PICTURE, RICH_TEXT, Data, Slot, Values

TYPES = (
    ("text", _("Text")),
    ("textarea", _("Long text")),
    (RICH_TEXT, _("Rich text")),
    (PICTURE, _("Image")),
)


class TemplateForm(forms.Form):
    """A new template, or the labels of one."""

    def __init__(self, structure: Structure, template: CategoryTemplate | None, data: QueryDict | None = None) -> None:
        super().__init__(data)
        if template is None:
            self.fields["code"] = code_field()
        else:
            mark(self, {"labels": dict(template.labels)})
        self.labels = LocaleTexts(self, structure, template.labels if template else {})


class AttributeForm(forms.Form):
    """A new attribute of a template, or the labels of one."""

    def __init__(self, structure: Structure, one: CategoryAttribute | None, data: QueryDict | None = None) -> None:
        # Another form is on the same page.
        super().__init__(data, auto_id="attribute-%s")
        if one is None:
            self.fields["code"] = code_field()
            self.fields["type"] = forms.ChoiceField(label=_("Type"), choices=TYPES)
            self.fields["scopable"] = forms.BooleanField(label=_("One value for each channel"), required=False)
            self.fields["localizable"] = forms.BooleanField(label=_("One value for each locale"), required=False)
        else:
            mark(self, {"labels": dict(one.labels)})
        self.labels = LocaleTexts(self, structure, one.labels if one else {})

    def body(self) -> dict[str, Any]:
        typed = self.cleaned_data
        properties: dict[str, Any] = {
            name: typed[name] for name in ("code", "type", "scopable", "localizable") if name in typed
        }
        return {**properties, "labels": self.labels.body()}


class ContentForm(forms.Form):
    """What a category tells within one channel and one locale; what has no channel or locale is there in all of them.

    A field is called as its attribute's uuid, at which the rules report what is wrong; `remove-…` takes an image away.
    """

    def __init__(
        self,
        template: CategoryTemplate,
        stored: Values,
        *,
        channel: str | None,
        locale: str | None,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files)
        self.slots = [
            Slot(one, channel if one.scopable else None, locale if one.localizable else None)
            for one in template.shown
            if (channel or not one.scopable) and (locale or not one.localizable)
        ]
        self.stored = {slot: stored[slot] for slot in self.slots if slot in stored}
        mark(self, self.seen(stored))
        for slot in self.slots:
            one = slot.attribute
            self.fields[one.uuid] = _field(one)
            if one.type == PICTURE:
                self.fields[f"remove-{one.uuid}"] = forms.BooleanField(label=_("Remove the image"), required=False)
            else:
                self.initial[one.uuid] = self.stored.get(slot, "")

    def seen(self, values: Values) -> Mapping[str, Data]:
        """Give what is told within this form's channel and locale, for its mark."""
        return {slot.key: values[slot] for slot in self.slots if slot in values}

    def field(self, slot: Slot) -> BoundField:
        return self[slot.attribute.uuid]

    def remover(self, slot: Slot) -> BoundField:
        return self[f"remove-{slot.attribute.uuid}"]

    def written(self) -> list[Written]:
        """Give the texts, and the images that are removed."""
        typed = self.cleaned_data
        return [
            Written(one.uuid, slot.channel, slot.locale, None if one.type == PICTURE else typed[one.uuid])
            for slot in self.slots
            for one in (slot.attribute,)
            if one.type != PICTURE or (typed[f"remove-{one.uuid}"] and not typed[one.uuid])
        ]

    def pictures(self) -> Sequence[tuple[Written, Any]]:
        """Give the images that were chosen, each with where it goes."""
        return [
            (Written(one.uuid, slot.channel, slot.locale, None), file)
            for slot in self.slots
            for one in (slot.attribute,)
            if one.type == PICTURE and (file := self.cleaned_data[one.uuid])
        ]


def _field(one: CategoryAttribute) -> forms.Field:
    # What is missing or too long is the rules' to say, together with all else.
    if one.type == PICTURE:
        return forms.FileField(required=False, allow_empty_file=True, widget=forms.FileInput({"accept": "image/*"}))
    if one.type == "text":
        attrs = {"autocomplete": "off", "maxlength": enriched.most_characters(one.type)}
        return forms.CharField(required=False, strip=False, widget=forms.TextInput(attrs))
    rows = 10 if one.type == RICH_TEXT else 5
    return forms.CharField(required=False, strip=False, widget=forms.Textarea({"rows": rows}))
