"""The forms of families."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.kit.web.language import number
from limen.structure import wire
from limen.structure.forms.labels import LocaleTexts
from limen.structure.forms.version import version_field, version_of
from limen.structure.rules import Attribute, Family, Structure
from limen.structure.rules.families import can_be_image, can_be_label
from limen.structure.rules.nouns import CODE_LENGTH

# Value and words.
Choices = Sequence[tuple[str, str]]
# Gives the name of a record in the language of whoever reads.
Name = Callable[[Any], str]


class CodesField(forms.MultipleChoiceField):
    """Codes that are ticked. What there is no longer is not refused: whoever reads them drops it."""

    def valid_value(self, value: str) -> bool:
        return True


class NewFamilyForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH,
        help_text=_("Letters, numbers and underscores. It cannot be changed later."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, structure: Structure, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.labels = LocaleTexts(self, structure, {})

    def body(self) -> dict[str, Any]:
        return {"code": self.cleaned_data["code"], "labels": self.labels.body()}


class FamilyForm(forms.Form):
    """The properties."""

    version = version_field()
    attribute_as_label = forms.ChoiceField(label=_("Attribute as label"))
    attribute_as_image = forms.ChoiceField(label=_("Attribute as image"), required=False)

    def __init__(self, structure: Structure, family: Family, name: Name, data: QueryDict | None = None) -> None:
        initial = {
            "version": version_of(wire.family(family, structure)),
            "attribute_as_label": family.attribute_as_label,
            "attribute_as_image": family.attribute_as_image or "",
        }
        super().__init__(data, initial=initial)
        members = [structure.attributes[code] for code in family.attributes]
        texts = choices_of((one for one in members if can_be_label(one)), name)
        images = choices_of((one for one in members if can_be_image(one)), name)
        self.fields["attribute_as_label"].choices = texts  # type: ignore[attr-defined]  # of a ChoiceField
        self.fields["attribute_as_image"].choices = [("", _("No image")), *images]  # type: ignore[attr-defined]
        self.labels = LocaleTexts(self, structure, family.labels)

    def body(self) -> dict[str, Any]:
        entered = self.cleaned_data
        return {
            "labels": self.labels.body(),
            "attribute_as_label": entered["attribute_as_label"],
            "attribute_as_image": entered["attribute_as_image"] or None,
        }


class FamilyAttributesForm(forms.Form):
    """Which attributes the family has, and which of them a channel requires.

    `remove` are codes that go, `attributes` and all of `group` come; `required[<channel>]` the codes that are required.
    """

    version = version_field()
    remove = CodesField(label=_("Attributes to remove"), required=False)
    attributes = CodesField(label=_("Attributes to add"), required=False)
    group = forms.ChoiceField(label=_("All attributes of a group"), required=False)

    def __init__(self, structure: Structure, family: Family, name: Name, data: QueryDict | None = None) -> None:
        initial: dict[str, Any] = {"version": version_of(wire.family(family, structure))}
        for channel in structure.channels:
            initial[required(channel)] = sorted(family.requirements.get(channel, ()))
        super().__init__(data, initial=initial)
        self._structure, self._family = structure, family
        members = choices_of((structure.attributes[code] for code in family.attributes), name)
        self.fields["remove"].choices = members  # type: ignore[attr-defined]  # of a ChoiceField
        self.fields["group"].choices = [("", _("None")), *_groups_with_more(structure, family, name)]  # type: ignore[attr-defined]
        for one in structure.channel_section.in_order:
            label = _("Required for %(channel)s") % {"channel": name(one)}
            self.fields[required(one.code)] = CodesField(label=label, required=False, choices=members)

    def body(self) -> dict[str, Any]:
        entered = self.cleaned_data
        group = self._structure.attributes_by_group.get(entered["group"], ())
        kept = self._family.attributes - set(entered["remove"])
        members = kept | set(entered["attributes"]) | {one.code for one in group}
        return {
            "attributes": sorted(members),
            "attribute_requirements": {
                channel: sorted(members & set(entered[required(channel)])) for channel in self._structure.channels
            },
        }


def required(channel: str) -> str:
    """The name of the field with a channel's requirements."""
    return f"required[{channel}]"


def choices_of(attributes: Iterable[Attribute], name: Name) -> Choices:
    """By their names."""
    named = [(one.code, name(one)) for one in attributes]
    return sorted(named, key=lambda choice: (choice[1].casefold(), choice[0]))


def _groups_with_more(structure: Structure, family: Family, name: Name) -> Choices:
    """Groups with attributes that the family has not yet, and how many."""
    found = []
    for group in structure.attribute_group_section.in_order:
        more = sum(one.code not in family.attributes for one in structure.attributes_by_group.get(group.code, ()))
        if more:
            found.append((group.code, f"{name(group)} ({number(more)})"))
    return sorted(found, key=lambda choice: choice[1].casefold())
