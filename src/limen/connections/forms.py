"""The forms of a connection: text → plain data.

What a label, a code and a flow type may be is `rules`' to say, so that browser, command line and API
refuse the same things with the same words; the fields here only carry the browser's own limits.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from limen.accounts.queries import GroupChoice, RoleChoice
from limen.connections import rules
from limen.connections.queries import ConnectionSettings
from limen.kit.web.forms import ChoiceCards

# The role every connection is born with; it opens the whole API.
GENERIC_ROLE = "ROLE_USER"

# The colour of a flow type, as a class that sets it for all that is inside.
TONES = {rules.DATA_SOURCE: "flow-source", rules.DATA_DESTINATION: "flow-destination", rules.OTHER: "flow-other"}

_SENTENCES: dict[str, Any] = {
    rules.DATA_SOURCE: _("Pushes data into the PIM: an ERP, a DAM, an MDM."),
    rules.DATA_DESTINATION: _("Pulls data out of it: a shop, a marketplace, a print system."),
    rules.OTHER: _("No direction in particular. Data flows counts nothing for it."),
}


def _label_refusal(text: str) -> str:
    return rules.check_label(text)[0].message


def _code_refusal(text: str) -> str:
    return rules.check_connection(code=text, label="label", flow_type=rules.OTHER)[0].message


def _label() -> forms.CharField:
    empty, short, long = ("", "x", "x" * 101)
    attributes = {
        "required": True,
        "minlength": 3,
        "maxlength": 100,
        "autocomplete": "off",
        "data-missing": _label_refusal(empty),
        "data-short": _label_refusal(short),
        "data-long": _label_refusal(long),
    }
    return forms.CharField(label=_("Label"), required=False, strip=False, widget=forms.TextInput(attrs=attributes))


def _flow_type() -> forms.CharField:
    # No ChoiceField: an unknown value is refused together with whatever else is wrong, by the rules.
    cards = ChoiceCards(
        choices=[(one.value, _(one.name)) for one in rules.FLOW_TYPES.values()], sentences=_SENTENCES, tones=TONES
    )
    return forms.CharField(label=_("Flow type"), required=False, widget=cards)


class CreateForm(forms.Form):
    """A new connection. An empty code is made from the label, as the page does while one types."""

    label = _label()
    code = forms.CharField(
        label=_("Code"),
        required=False,
        strip=False,
        # Not `required`: without script the code may stay empty (see the operation), with script the page minds it.
        widget=forms.TextInput(
            attrs={
                "minlength": 3,
                "maxlength": 100,
                "pattern": "[0-9A-Za-z_]+",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text=_("Letters, digits and underscores. It cannot change later."),
    )
    flow_type = _flow_type()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"flow_type": rules.DATA_SOURCE})
        self.fields["code"].widget.attrs |= {
            "data-missing": _code_refusal(""),
            "data-short": _code_refusal("x"),
            "data-long": _code_refusal("x" * 101),
            "data-invalid": _code_refusal("x-x"),
        }


class SettingsForm(forms.Form):
    """What can change of a connection. `version` is the one this page was made from."""

    label = _label()
    flow_type = _flow_type()
    auditable = forms.BooleanField(label=_("Track this connection in Data flows"), required=False)
    user_role_id = forms.IntegerField(label=_("Role"), help_text=_("Which API endpoints it may call."))
    user_group_id = forms.IntegerField(
        label=_("Group"), required=False, help_text=_("Which part of the catalogue it sees.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, *, found: ConnectionSettings, roles: list[RoleChoice], groups: list[GroupChoice]
    ) -> None:
        super().__init__(data, initial=_saved(found))
        self.fields["user_role_id"].error_messages["required"] = _("Choose a role.")
        self.fields["user_role_id"].widget = _RoleSelect(roles, found.role_id)
        self.fields["user_group_id"].widget = forms.Select(
            choices=[("", _("All")), *((group.id, group.name) for group in groups)]
        )
        flow_type = self["flow_type"].value()
        if flow_type in rules.FLOW_TYPES and not rules.FLOW_TYPES[flow_type].trackable:
            self.fields["auditable"].widget.attrs["disabled"] = True

    @property
    def is_changed(self) -> bool:
        """Tell whether something typed differs from what is saved: then leaving the page loses it."""
        return self.is_bound and self.has_changed()

    def differences(self) -> list[tuple[str, str]]:
        """Name what was typed differently from what is saved, each with the saved value in words."""
        return [(str(self[name].label), self._saved_in_words(name)) for name in self.changed_data if name != "version"]

    def _saved_in_words(self, name: str) -> str:
        saved = self.initial[name]
        if isinstance(saved, bool):
            return str(_("yes") if saved else _("no"))
        choices = dict(getattr(self.fields[name].widget, "choices", ()))
        return str(choices.get("" if saved is None else saved, saved))


def _saved(found: ConnectionSettings) -> dict[str, object]:
    return {
        "label": found.label,
        "flow_type": found.flow_type,
        "auditable": found.auditable,
        "user_role_id": found.role_id,
        "user_group_id": found.group_id,
        "version": found.version,
    }


class _RoleSelect(forms.Select):
    """The roles, the generic one marked so that the page can warn while it is chosen."""

    def __init__(self, roles: list[RoleChoice], current: int | None) -> None:
        known = [(role.id, role.label) for role in roles]
        # A role that is no choice any more must not become the first of the list by saving the page.
        gone = [] if any(role.id == current for role in roles) else [("", _("Choose a role"))]
        super().__init__(attrs={"required": True}, choices=[*gone, *known])
        self.generic = {role.id for role in roles if role.code == GENERIC_ROLE}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if value in self.generic:
            option["attrs"]["data-generic"] = True
        return option
