"""The form of an association type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.kit.web.forms import ChoiceCards
from limen.structure import wire
from limen.structure.forms.fields import code_field, mark
from limen.structure.forms.labels import LocaleTexts
from limen.structure.rules import AssociationType, Structure

ONE_WAY, TWO_WAY, QUANTIFIED = "one_way", "two_way", "quantified"
LABELS = {ONE_WAY: _("One-way"), TWO_WAY: _("Two-way"), QUANTIFIED: _("With quantity")}
SENTENCES = {
    ONE_WAY: _("A teapot leads to its cosy; the cosy does not lead back."),
    TWO_WAY: _("Each leads to the other: what is linked to a product is linked back from there by itself."),
    QUANTIFIED: _("Each link has a number: a tea set is made of 1 pot and 6 cups."),
}


class AssociationTypeForm(forms.Form):
    """A type with its labels; what kind of links it makes is chosen once, when it is new."""

    def __init__(self, structure: Structure, one: AssociationType | None, data: QueryDict | None) -> None:
        super().__init__(data)
        self.is_new = one is None
        if one is None:
            self.fields["code"] = code_field()
            self.fields["links"] = forms.ChoiceField(
                label=_("What a link says"),
                choices=list(LABELS.items()),
                initial=ONE_WAY,
                widget=ChoiceCards(sentences={name: str(text) for name, text in SENTENCES.items()}),
                help_text=_("This cannot change later. A link cannot be both two-way and with a quantity."),
            )
        else:
            mark(self, wire.association_type(one, structure))
        self.labels = LocaleTexts(self, structure, one.labels if one else {})

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"labels": self.labels.body()}
        if self.is_new:
            links = self.cleaned_data["links"]
            body["code"] = self.cleaned_data["code"]
            body |= {"is_two_way": links == TWO_WAY, "is_quantified": links == QUANTIFIED}
        return body


def kind_of(one: AssociationType) -> str:
    return QUANTIFIED if one.is_quantified else TWO_WAY if one.is_two_way else ONE_WAY
