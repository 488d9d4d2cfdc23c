"""The forms of family variants."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.kit.web.forms import ChoiceCards
from limen.structure import wire
from limen.structure.forms.families import Choices, Name, choices_of
from limen.structure.forms.labels import LocaleTexts
from limen.structure.forms.version import version_field, version_of
from limen.structure.rules import Family, FamilyVariant, Structure
from limen.structure.rules.family_variants import MOST_AXES, is_fixed, level_of, why_no_axis
from limen.structure.rules.nouns import CODE_LENGTH

SETS = "variant_attribute_sets"


class NewVariantForm(forms.Form):
    """Code, labels, number of levels and the axes of each: what cannot be changed later."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=CODE_LENGTH,
        help_text=gettext_lazy("Letters, numbers and underscores. It cannot be changed later."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    levels = forms.TypedChoiceField(
        label=gettext_lazy("Levels"),
        coerce=int,
        initial=1,
        choices=[(1, gettext_lazy("One level")), (2, gettext_lazy("Two levels"))],
        widget=ChoiceCards,
    )

    def __init__(self, structure: Structure, family: Family, name: Name, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["levels"].widget.sentences = {
            "1": _("Products differ at once: a mug in five colours."),
            "2": _("First one way, then another: a shirt by colour, and each colour by size."),
        }
        members = (structure.attributes[code] for code in family.attributes)
        self.axes = choices_of((one for one in members if not any(why_no_axis(one))), name)
        for level, label in ((1, _("Axes of level 1")), (2, _("Axes of level 2"))):
            self.fields[f"axes_{level}"] = forms.MultipleChoiceField(
                label=label,
                choices=self.axes,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("At least one, at most %(most)s.") % {"most": MOST_AXES},
            )
        self.labels = LocaleTexts(self, structure, {})

    def clean(self) -> dict[str, Any]:
        entered = self.cleaned_data
        for level in range(1, entered.get("levels", 0) + 1):
            if not entered.get(f"axes_{level}"):
                self.add_error(f"axes_{level}", _("Choose at least one axis."))
        return entered

    def body(self) -> dict[str, Any]:
        entered = self.cleaned_data
        levels = range(1, entered["levels"] + 1)
        return {
            "code": entered["code"],
            "labels": self.labels.body(),
            SETS: [{"level": level, "axes": entered[f"axes_{level}"]} for level in levels],
        }


@dataclass(frozen=True, slots=True)
class Move:
    """So many attributes, the first of them by name, from one level to another; upwards, values are lost."""

    count: int
    names: str
    source: str
    target: str
    is_up: bool


class VariantForm(forms.Form):
    """Labels, and the level of each attribute that can be moved: the field `level[<code>]`."""

    version = version_field()

    def __init__(self, structure: Structure, variant: FamilyVariant, name: Name, data: QueryDict | None = None) -> None:
        family = structure.families[variant.family]
        members = [structure.attributes[code] for code in sorted(family.attributes)]
        self._movable = [one for one in members if not is_fixed(variant, one)]
        self._variant = variant
        made_from = {"variant": wire.family_variant(variant, structure), "attributes": sorted(family.attributes)}
        initial: dict[str, Any] = {"version": version_of(made_from)}
        initial |= {level_field(one.code): str(level_of(variant, one.code)) for one in self._movable}
        super().__init__(data, initial=initial)
        self.places = places_of(variant)
        for one in self._movable:
            self.fields[level_field(one.code)] = forms.ChoiceField(label=name(one), choices=self.places, required=False)
        self.labels = LocaleTexts(self, structure, variant.labels)

    def chosen(self, code: str) -> str:
        """The level of an attribute as it was chosen, or as it is where nothing was."""
        before = str(level_of(self._variant, code))
        given = self.data.get(level_field(code), before) if self.is_bound else before
        return given if given in dict(self.places) else before

    def moves(self) -> list[Move]:
        """What moves where, in the order of levels."""
        names, words = self._moved(), dict(self.places)
        counted = Counter((source, target) for source, target, _name in names)
        return [
            Move(
                count,
                _few([name for *way, name in names if way == [source, target]]),
                words[source],
                words[target],
                is_up=target < source,
            )
            for (source, target), count in sorted(counted.items())
        ]

    def _moved(self) -> list[tuple[str, str, str]]:
        found = []
        for one in self._movable:
            before, after = str(level_of(self._variant, one.code)), self.chosen(one.code)
            if before != after:
                found.append((before, after, str(self.fields[level_field(one.code)].label)))
        return found

    def body(self) -> dict[str, Any]:
        """What stays keeps its order; what comes goes behind it."""
        sets = []
        for number, level in enumerate(self._variant.levels, 1):
            movable = {one.code for one in self._movable}
            stays = [code for code in level.attributes if code not in movable or self.chosen(code) == str(number)]
            comes = [one.code for one in self._movable if self.chosen(one.code) == str(number)]
            sets.append({"level": number, "attributes": list(dict.fromkeys([*stays, *comes]))})
        return {"labels": self.labels.body(), SETS: sets}


def level_field(code: str) -> str:
    return f"level[{code}]"


def places_of(variant: FamilyVariant) -> Choices:
    """Where attributes can stand."""
    levels = [(str(number), _("Level %(level)s") % {"level": number}) for number in range(1, len(variant.levels) + 1)]
    return [("0", _("Common")), *levels]


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
