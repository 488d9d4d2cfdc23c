"""Forms in the browser: what a room refused goes to the fields it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from limen.kit.errors import Invalid


def show_violations(form: forms.BaseForm, refusal: Invalid) -> None:
    """Put each violation at the field of its path; at the form when it has no such field or no path."""
    for violation in refusal.violations:
        form.add_error(violation.path if violation.path in form.fields else None, violation.message)


class ChoiceCards(forms.RadioSelect):
    """Radio buttons shown as cards, each with a sentence.

    `sentences` and `tones` are keyed by the choice's value; a tone is a CSS class (`flow-source`).
    """

    def __init__(
        self,
        *,
        sentences: Mapping[str, str] | None = None,
        tones: Mapping[str, str] | None = None,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
    ) -> None:
        super().__init__(attrs, choices)
        self.sentences = sentences or {}
        self.tones = tones or {}
