"""How the screens of Settings save: under the structure's lock, with refusals at their fields, over nobody's head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from limen.kit.errors import Conflict, Invalid, Misshaped, Unprocessable, Violation
from limen.kit.web.forms import show_violations
from limen.structure import queries
from limen.structure.forms.version import VERSION
from limen.structure.rules import Structure

F = TypeVar("F", bound=forms.Form)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Saved(Generic[F, T]):
    """`outcome` is what the writing gave, None when nothing was saved; the form says why. `in_conflict` says that
    somebody else had saved; the form then carries their version, so that saving once more is a decision."""

    form: F
    outcome: T | None
    in_conflict: bool = False

    @property
    def status(self) -> int:
        return 409 if self.in_conflict else 422


def save(
    data: QueryDict,
    form_of: Callable[[Structure, QueryDict], F],
    write: Callable[[F], T],
    *,
    paths: Mapping[str, str] | None = None,
) -> Saved[F, T]:
    """Save what was typed: make the form for the structure of now, and if it is valid, `write` it.

    All that `write` does is one transaction. `form_of` makes the form of a stored record with `version_of` it as
    the initial `version`; a form without that field is of a new record. `paths` leads from the path of a violation
    to the name of its field, where they differ. Raises what `form_of` raises, and of `write` what is no refusal
    of the form.
    """
    outcome = None
    try:
        with transaction.atomic():
            structure = queries.snapshot_for_change()
            form = form_of(structure, data)
            if VERSION in form.fields and form.initial[VERSION] != data.get(VERSION):
                raise Conflict(_("Somebody else saved this while you had it open."))
            if form.is_valid():
                outcome = write(form)
    except Conflict as refusal:
        if VERSION not in form.fields:
            form.add_error(None, refusal.message)
            return Saved(form, None)
        typed = data.copy()
        typed[VERSION] = form.initial[VERSION]
        return Saved(form_of(structure, typed), None, in_conflict=True)
    except Invalid as refusal:
        show_violations(form, _at_fields(refusal, paths or {}))
    except (Misshaped, Unprocessable) as refusal:
        form.add_error(None, refusal.message)
    return Saved(form, outcome)


def differences(form: forms.Form) -> list[tuple[str, str]]:
    """Name what was typed differently from what is saved, each with the saved value in words."""
    return [(str(form[name].label), _saved(form, name)) for name in form.changed_data if name != VERSION]


def _saved(form: forms.Form, name: str) -> str:
    saved, field = form[name].initial, form.fields[name]
    if isinstance(saved, bool):
        return _("Yes") if saved else _("No")
    if isinstance(field, forms.ChoiceField):
        words = {str(value): str(label) for value, label in field.choices}  # type: ignore[misc, union-attr]  # a list of pairs
        codes = saved if isinstance(saved, list | tuple | set | frozenset) else [saved]
        return ", ".join(words.get(str(code), str(code)) for code in codes if code not in (None, ""))
    return "" if saved is None else str(saved)


def _at_fields(refusal: Invalid, paths: Mapping[str, str]) -> Invalid:
    return Invalid(
        [Violation(paths.get(one.path, one.path), one.code, one.message, one.extra) for one in refusal.violations]
    )
