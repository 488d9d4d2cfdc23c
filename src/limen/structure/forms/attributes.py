"""The form of an attribute: the properties of its type, and no other.

Which property belongs to which type is the rules' to say (`AttributeType.carries`); here is how each is asked for,
and how what was typed becomes the value that the API would take. What is judged is judged by the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.kit.text import label_of
from limen.kit.web.language import locale_name
from limen.structure import wire
from limen.structure.forms.labels import LocaleTexts
from limen.structure.forms.version import VERSION, version_field, version_of
from limen.structure.rules import Attribute, Structure
from limen.structure.rules.attribute_types import ATTRIBUTE_TYPES, AttributeType
from limen.structure.rules.attributes import GUIDELINES_LENGTH, REGEXP_LENGTH, SET_ONCE
from limen.structure.rules.nouns import CODE_LENGTH

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choices = list[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a field is made from."""

    type: AttributeType
    structure: Structure
    locale: str
    stored: Attribute | None


@dataclass(frozen=True, slots=True)
class Property:
    """How a property is asked for: its field, and how its value goes into the field and out of it."""

    field: Callable[[Asked], forms.Field]
    shown: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda typed: typed


def _text(label: StrOrPromise, help_text: StrOrPromise = "", **attrs: Any) -> Property:
    """An empty text is null. Numbers are texts too: the rules read them, and say what is wrong with them."""

    def field(asked: Asked) -> forms.Field:
        widget = forms.TextInput({"autocomplete": "off", "spellcheck": "false", **attrs})
        return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)

    return Property(field, shown=_in_figures, read=lambda typed: typed or None)


def _flag(label: StrOrPromise, help_text: StrOrPromise = "") -> Property:
    return Property(lambda asked: forms.BooleanField(label=label, help_text=help_text, required=False), shown=bool)


def _day(label: StrOrPromise) -> Property:
    def field(asked: Asked) -> forms.Field:
        return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    return Property(field, read=lambda typed: typed.isoformat() if typed else None)


def _select(
    label: StrOrPromise, choices: Callable[[Asked], Choices], help_text: StrOrPromise = "", *, required: bool = False
) -> Property:
    def field(asked: Asked) -> forms.Field:
        return forms.ChoiceField(label=label, help_text=help_text, required=required, choices=choices(asked))

    return Property(field, shown=lambda value: value or "", read=lambda typed: typed or None)


def _several(label: StrOrPromise, choices: Callable[[Asked], Choices], help_text: StrOrPromise = "") -> Property:
    def field(asked: Asked) -> forms.Field:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(
            label=label, help_text=help_text, required=False, widget=widget, choices=choices(asked)
        )

    return Property(field, shown=sorted)


def _groups(asked: Asked) -> Choices:
    groups = asked.structure.attribute_group_section.in_order
    return sorted(((one.code, _named(one, asked)) for one in groups), key=lambda pair: pair[1].casefold())


def _validation_rules(asked: Asked) -> Choices:
    words = {"email": _("An e-mail address"), "url": _("A web address"), "regexp": _("A regular expression")}
    return [("", _("None")), *((one, words[one]) for one in sorted(asked.type.validation_rules))]


def _measurement_families(asked: Asked) -> Choices:
    families = asked.structure.measurement_family_section.in_order
    return [("", "–"), *((one.code, _measured(one, asked)) for one in families)]


def _units(asked: Asked) -> Choices:
    """The units of the attribute's measurement family; for a new one those of all, under the names of theirs."""
    families = asked.structure.measurement_families
    if asked.stored is not None:
        family = families.get(asked.stored.metric_family or "")
        return [(unit.code, _measured(unit, asked)) for unit in family.units.values()] if family else []
    return [
        ("", "–"),
        *(
            (_measured(one, asked), [(unit.code, _measured(unit, asked)) for unit in one.units.values()])
            for one in asked.structure.measurement_family_section.in_order
        ),
    ]


def _extensions(asked: Asked) -> Choices:
    return [(one, one) for one in sorted(asked.type.extensions or ())]


def _locales(asked: Asked) -> Choices:
    chosen = asked.stored.available_locales if asked.stored else frozenset()
    return [(one, locale_name(one)) for one in sorted(asked.structure.active_locales | chosen)]


def _named(one: Any, asked: Asked) -> str:
    return label_of(dict(one.labels), asked.locale, one.code)


def _measured(one: Any, asked: Asked) -> str:
    """Measurements come with English labels; they say more than a code."""
    return one.labels.get(asked.locale) or one.labels.get("en_US") or f"[{one.code}]"


def _in_figures(value: Any) -> Any:
    """Write a number as people do: 10, and not 10.0000."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


_YES_OR_NO = {"yes": True, "no": False, "": None}

_GENERAL: Mapping[str, Property] = {
    "code": _text(
        gettext_lazy("Code"),
        gettext_lazy("What connections call it: letters, numbers and underscores. It cannot change later."),
        maxlength=CODE_LENGTH,
        autocapitalize="none",
    ),
    "group": _select(gettext_lazy("Group"), _groups),
    "sort_order": _text(
        gettext_lazy("Place in its group"), gettext_lazy("Smaller numbers come first."), inputmode="numeric"
    ),
    "useable_as_grid_filter": _flag(
        gettext_lazy("Usable as filter"), gettext_lazy("People can filter lists of products by it.")
    ),
    "unique": _flag(
        gettext_lazy("Unique"), gettext_lazy("No two products have the same value. It cannot change later.")
    ),
    "localizable": _flag(
        gettext_lazy("One value per locale"), gettext_lazy("For what is told in languages. It cannot change later.")
    ),
    "scopable": _flag(
        gettext_lazy("One value per channel"),
        gettext_lazy("For what each channel tells in its own way. It cannot change later."),
    ),
}
_VALIDATION: Mapping[str, Property] = {
    "metric_family": _select(
        gettext_lazy("Measurement family"),
        _measurement_families,
        gettext_lazy("It cannot change later."),
        required=True,
    ),
    "default_metric_unit": _select(gettext_lazy("Unit to begin with"), _units, required=True),
    "max_characters": _text(gettext_lazy("Most characters"), inputmode="numeric"),
    "validation_rule": _select(gettext_lazy("Must be"), _validation_rules),
    "validation_regexp": _text(
        gettext_lazy("Regular expression"), gettext_lazy("With delimiters, as /^[A-Z]+$/."), maxlength=REGEXP_LENGTH
    ),
    "wysiwyg_enabled": _flag(gettext_lazy("Formatted text"), gettext_lazy("Bold, lists, links: stored as HTML.")),
    "number_min": _text(gettext_lazy("Least number"), inputmode="decimal"),
    "number_max": _text(gettext_lazy("Greatest number"), inputmode="decimal"),
    "decimals_allowed": _flag(gettext_lazy("Decimals allowed")),
    "negative_allowed": _flag(gettext_lazy("Negative numbers allowed")),
    "date_min": _day(gettext_lazy("First day")),
    "date_max": _day(gettext_lazy("Last day")),
    "max_file_size": _text(gettext_lazy("Largest file, in megabytes"), inputmode="decimal"),
    "allowed_extensions": _several(
        gettext_lazy("Kinds of files"), _extensions, gettext_lazy("None ticked: all of them are allowed.")
    ),
    "auto_option_sorting": _flag(
        gettext_lazy("Options sorted by their labels"), gettext_lazy("Otherwise in the order that you give them.")
    ),
    "default_value": Property(
        lambda asked: forms.ChoiceField(
            label=gettext_lazy("Value of a new product"),
            required=False,
            choices=[("", gettext_lazy("None")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        ),
        shown=lambda value: next(word for word, meant in _YES_OR_NO.items() if meant is value),
        read=lambda typed: _YES_OR_NO[typed],
    ),
    "available_locales": _several(
        gettext_lazy("Locales it is for"), _locales, gettext_lazy("None ticked: it is for all of them.")
    ),
}
PROPERTIES: Mapping[str, Property] = {**_GENERAL, **_VALIDATION}

# Null until somebody ticks the box: sending the form must not make it "no".
_NULL_OR_FLAG = ("wysiwyg_enabled", "auto_option_sorting")


class AttributeForm(forms.Form):
    """An attribute of a type, a new one or `stored`. Fields are called as the properties of the API."""

    def __init__(
        self, data: Any, structure: Structure, locale: str, *, type: str = "", stored: Attribute | None = None
    ) -> None:
        super().__init__(data)
        self.type, self.stored, self.structure = stored.type if stored else type, stored, structure
        kind = ATTRIBUTE_TYPES[self.type]
        asked = Asked(kind, structure, locale, stored)
        for name, property in PROPERTIES.items():
            if kind.carries(name) and self._is_asked_for(name, kind):
                self.fields[name] = property.field(asked)
                self.initial[name] = property.shown(getattr(stored, name) if stored else _AT_FIRST.get(name))
        self.labels = LocaleTexts(self, structure, stored.labels if stored else {})
        self.guidelines = LocaleTexts(
            self, structure, stored.guidelines if stored else {}, name="guidelines", most=GUIDELINES_LENGTH, lines=3
        )
        if stored is not None:
            self.fields[VERSION] = version_field()
            self.initial[VERSION] = version_of(
                wire.attribute(stored, structure) | {"labels": stored.labels, "guidelines": stored.guidelines}
            )

    @property
    def general(self) -> list[BoundField]:
        return self._bound(_GENERAL)

    @property
    def validation(self) -> list[BoundField]:
        return self._bound(_VALIDATION)

    def body(self) -> dict[str, Any]:
        """Give what was typed as the body of a POST or PATCH."""
        body = {name: PROPERTIES[name].read(typed) for name, typed in self.cleaned_data.items() if name in PROPERTIES}
        for name in _NULL_OR_FLAG:
            if name in body and not body[name] and (self.stored is None or getattr(self.stored, name) is None):
                body[name] = None
        if self.stored is None:
            body["type"] = self.type
            if ATTRIBUTE_TYPES[self.type].unique == "always":
                body["useable_as_grid_filter"] = True
        return {**body, "labels": self.labels.body(), "guidelines": self.guidelines.body()}

    def _is_asked_for(self, name: str, kind: AttributeType) -> bool:
        if name in SET_ONCE and self.stored is not None:
            return False
        if kind.unique == "always" and name in ("useable_as_grid_filter", "localizable", "scopable"):
            # An identifier has no choice.
            return False
        return name != "unique" or kind.unique == "may be"

    def _bound(self, names: Iterable[str]) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields]


_AT_FIRST: Mapping[str, Any] = {"group": "other", "sort_order": 0, "available_locales": (), "allowed_extensions": ()}
