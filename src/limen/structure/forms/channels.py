"""The form of a channel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from limen.kit.text import label_of
from limen.structure import wire
from limen.structure.forms.fields import Codes, CodesField, code_field, mark
from limen.structure.forms.labels import LocaleTexts
from limen.structure.rules import Channel, Structure


class ChannelForm(forms.Form):
    """Locales, currencies and the attributes to convert are codes in an order; each attribute has a field more,
    `conversion_units[code]`, for its unit."""

    def __init__(self, structure: Structure, one: Channel | None, data: QueryDict | None, *, locale: str = "") -> None:
        typed = None if data is None else data.copy()
        super().__init__(typed)
        self._stored = one
        if one is None:
            self.fields["code"] = code_field()
        else:
            mark(self, wire.channel(one, structure))
        self.labels = LocaleTexts(self, structure, one.labels if one else {})
        roots = structure.category_section.children.get(None, ())
        self.fields["category_tree"] = forms.ChoiceField(
            label=_("Category tree"),
            required=False,
            choices=[
                ("", _("Choose a tree")),
                *((root.code, label_of(dict(root.labels), locale, root.code)) for root in roots),
            ],
            initial=one.category_tree if one else (roots[0].code if len(roots) == 1 else ""),
            help_text=_("The products of this tree are what the channel publishes."),
        )
        for name, label, stored in (
            ("locales", _("Locales"), one.locales if one else ()),
            ("currencies", _("Currencies"), one.currencies if one else ()),
            ("conversion_units", _("Measurements to convert"), tuple(one.conversion_units) if one else ()),
        ):
            self.fields[name] = CodesField(label=label, required=False, initial=Codes(stored))
        units = one.conversion_units if one else {}
        for code in self.codes("conversion_units"):
            unit = self.fields[_unit(code)] = _unit_field(structure, code, units.get(code), locale)
            if typed is not None and _unit(code) not in typed:
                # It was added a moment ago.
                typed[_unit(code)] = unit.initial

    def codes(self, name: str) -> Codes:
        """Give the codes of a field as they stand now, typed or stored."""
        return Codes(dict.fromkeys(self[name].value() or ()))

    def unit(self, attribute: str) -> forms.BoundField:
        return self[_unit(attribute)]

    def body(self) -> dict[str, Any]:
        typed = self.cleaned_data
        gone = set(self._stored.conversion_units) - set(typed["conversion_units"]) if self._stored else set()
        body = {
            "labels": self.labels.body(),
            # What the API calls absent; an empty text would be the code of no category.
            **({"category_tree": typed["category_tree"]} if typed["category_tree"] else {}),
            "locales": list(typed["locales"]),
            "currencies": list(typed["currencies"]),
            "conversion_units": {
                **{code: typed[_unit(code)] for code in typed["conversion_units"]},
                **dict.fromkeys(gone),
            },
        }
        return body if self._stored else {"code": typed["code"], **body}


def _unit(attribute: str) -> str:
    return f"conversion_units[{attribute}]"


def _unit_field(structure: Structure, code: str, stored: str | None, locale: str) -> forms.Field:
    attribute = structure.attribute(code)
    family = structure.measurement_families.get(attribute.metric_family or "") if attribute else None
    units = family.units.values() if family else ()
    choices = [
        (unit.code, f"{label_of(dict(unit.labels), locale, unit.code)}{f' ({unit.symbol})' if unit.symbol else ''}")
        for unit in units
    ]
    usual = attribute.default_metric_unit if attribute else None
    # An attribute that is gone, or no measurement, has no units: the rules say what is wrong with it.
    return forms.ChoiceField(
        label=_("Unit of %(attribute)s") % {"attribute": code},
        required=False,
        choices=choices or [("", "–")],
        initial=stored or usual,
        widget=forms.Select(attrs={"class": "input"}),
    )
