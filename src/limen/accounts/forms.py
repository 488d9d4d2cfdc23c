"""The forms of signing in, of passwords, and of users, roles and groups: text → plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from limen.accounts.queries import GroupChoice, RoleToGive
from limen.accounts.rules import EMAIL_MAX, GROUP_NAME_MAX, PERMISSIONS, PERSON_NAME_MAX, ROLE_LABEL_MAX, USERNAME_MAX

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Longer passwords are nobody's; hashing a megabyte is somebody's attack.
PASSWORD_MAX = 1024


def _password(label: StrOrPromise, autocomplete: str, help_text: StrOrPromise = "") -> forms.CharField:
    # A password is taken as it was typed, spaces included.
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=PASSWORD_MAX, strip=False, widget=widget, help_text=help_text)


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Username or e-mail"),
        max_length=255,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = _password(_("Password"), "current-password")


class _NewPasswordForm(forms.Form):
    """A form with `password` and `repeat`, which must be equal."""

    def clean_repeat(self) -> str:
        repeat: str = self.cleaned_data["repeat"]
        if "password" in self.cleaned_data and repeat != self.cleaned_data["password"]:
            raise forms.ValidationError(_("This is not the same password as above. Type it once more."))
        return repeat


class PasswordForm(_NewPasswordForm):
    current = _password(_("Current password"), "current-password")
    password = _password(_("New password"), "new-password", _("At least 10 characters. A short sentence is fine."))
    repeat = _password(_("New password, once more"), "new-password")


class SetUpForm(_NewPasswordForm):
    username = forms.CharField(
        label=_("Username"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("What you will sign in with."),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("How the history of a product names you."),
    )
    password = _password(_("Password"), "new-password", _("At least 10 characters. A short sentence is fine."))
    repeat = _password(_("Password, once more"), "new-password")


def _line(label: StrOrPromise, longest: int, *, help_text: StrOrPromise = "", **attributes: str) -> forms.CharField:
    # What is missing or too long is the rules' to say, together with all else that is wrong.
    widget = forms.TextInput(attrs={"maxlength": longest, "autocomplete": "off", **attributes})
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


class GroupForm(forms.Form):
    name = _line(_("Name"), GROUP_NAME_MAX, required="required")


class RoleForm(forms.Form):
    """A role with its permissions; the page draws the boxes. `version` is the one it was made from."""

    label = _line(_("Label"), ROLE_LABEL_MAX, required="required")
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, choices=[(one.id, one.label) for one in PERMISSIONS.values()]
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)


class UserForm(forms.Form):
    """A person; a new one has a username and a password too. The page draws the boxes of roles and groups."""

    username = _line(
        _("Username"),
        USERNAME_MAX,
        required="required",
        autocapitalize="none",
        spellcheck="false",
        help_text=_("What they sign in with. It cannot change later."),
    )
    email = _line(_("E-mail"), EMAIL_MAX, inputmode="email", autocapitalize="none", spellcheck="false")
    first_name = _line(_("First name"), PERSON_NAME_MAX)
    last_name = _line(_("Last name"), PERSON_NAME_MAX)
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("The times on their screens are in it."))
    password = _password(
        _("Password"), "new-password", _("At least 10 characters. Leave it empty and one is made, and shown once.")
    )
    roles = forms.TypedMultipleChoiceField(label=_("Roles"), required=False, coerce=int)
    groups = forms.TypedMultipleChoiceField(label=_("User groups"), required=False, coerce=int)
    version = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)

    def __init__(
        self,
        data: Any = None,
        *,
        roles: list[RoleToGive],
        groups: list[GroupChoice],
        timezones: tuple[str, ...],
        initial: dict[str, Any],
        is_new: bool = True,
    ) -> None:
        super().__init__(data, initial=initial)
        self.roles_to_give, self.groups_to_choose = roles, groups
        self.fields["password"].required = False
        for name in ("version",) if is_new else ("username", "password"):
            del self.fields[name]
        # A zone that is no choice any more stays theirs until another is chosen.
        zones = sorted({*timezones, initial["timezone"]})
        self._choose("timezone", [(zone, zone.replace("_", " ")) for zone in zones])
        self._choose("roles", [(role.id, role.label) for role in roles])
        self._choose("groups", [(group.id, group.name) for group in groups])

    def differences(self) -> list[tuple[str, str]]:
        """Name what was typed differently from what is saved, each with the saved value in words."""
        return [(str(self[name].label), self._saved(name)) for name in self.changed_data if name != "version"]

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _saved(self, name: str) -> str:
        saved = self.initial[name]
        if not isinstance(saved, list):
            return str(saved)
        labels = dict(self.fields[name].choices)  # type: ignore[attr-defined]  # a field of choices
        return ", ".join(labels[id] for id in saved if id in labels)


class SetPasswordForm(forms.Form):
    password = _password(
        _("New password"), "new-password", _("At least 10 characters. Leave it empty and one is made, and shown once.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["password"].required = False
