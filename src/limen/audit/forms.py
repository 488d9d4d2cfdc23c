"""What the audit log is asked for: the address's query → plain data."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from limen.events.queries import AuditFilter

# Days that any calendar and any zone can tell.
YEARS = range(1970, 3000)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _text(label: Any, hint: Any) -> forms.CharField:
    widget = forms.TextInput({"placeholder": hint, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=255, widget=widget)


class FilterForm(forms.Form):
    """All empty asks for everything. `choices` are those of `what`: areas, and the kinds in each."""

    who = _text(_("Who"), _("Name or username"))
    what = forms.ChoiceField(label=_("What"), required=False)
    which = _text(_("Which"), _("Code or name"))
    start = _day(_("From"))
    end = _day(_("Until"))

    def __init__(self, data: Any, *, choices: Any) -> None:
        super().__init__(data)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = choices

    def clean(self) -> dict[str, Any]:
        for name in ("start", "end"):
            day = self.cleaned_data.get(name)
            if day is not None and day.year not in YEARS:
                self.add_error(name, _("Enter a year between 1970 and 2999."))
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end < start:
            self.add_error("end", _("This is before the first day. Choose a later one."))
        return self.cleaned_data

    def wanted(self) -> AuditFilter:
        """Give the filter of a valid form; days begin and end in the zone of who asks."""
        found = self.cleaned_data
        area, dot, _verb = found["what"].partition(".")
        return AuditFilter(
            author=found["who"],
            area="" if dot else area,
            kind=found["what"] if dot else "",
            subject=found["which"],
            start=_midnight(found["start"]) if found["start"] else None,
            end=_midnight(found["end"] + timedelta(days=1)) if found["end"] else None,
        )


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
