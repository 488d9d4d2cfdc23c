"""The types of attributes in people's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from limen.structure import rules

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class TypeInWords:
    label: StrOrPromise
    sentence: StrOrPromise
    icon: str


# In the order in which they are offered.
TYPES: Mapping[str, TypeInWords] = {
    rules.TEXT: TypeInWords(_("Text"), _("One line: a name, a code, an address on the web."), "type"),
    rules.TEXTAREA: TypeInWords(
        _("Text area"), _("Several lines, plain or formatted: a description."), "text-align-start"
    ),
    rules.SIMPLE_SELECT: TypeInWords(_("Simple select"), _("One of a list of options: a colour."), "list"),
    rules.MULTI_SELECT: TypeInWords(_("Multi select"), _("Several of a list of options: materials."), "list-checks"),
    rules.BOOLEAN: TypeInWords(_("Yes or no"), _("A fact that is so or not: dishwasher-safe."), "toggle-right"),
    rules.NUMBER: TypeInWords(_("Number"), _("A number without a unit: the pieces in a pack."), "hash"),
    rules.METRIC: TypeInWords(_("Measurement"), _("A number with a unit that converts: a weight."), "ruler"),
    rules.PRICE: TypeInWords(_("Price"), _("An amount in each currency."), "banknote"),
    rules.DATE: TypeInWords(_("Date"), _("A day: the start of sales."), "calendar"),
    rules.IMAGE: TypeInWords(_("Image"), _("A picture: a packshot."), "image"),
    rules.FILE: TypeInWords(_("File"), _("A document or a sound: a manual."), "file"),
    rules.IDENTIFIER: TypeInWords(_("Identifier"), _("What a product is known by elsewhere: an EAN."), "barcode"),
    rules.REFERENCE_SIMPLE: TypeInWords(
        _("Reference data, one"), _("One entry of reference data that this installation defines."), "database"
    ),
    rules.REFERENCE_MULTI: TypeInWords(
        _("Reference data, several"), _("Several entries of reference data that this installation defines."), "database"
    ),
}
