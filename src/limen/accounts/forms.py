"""The forms of signing in, of a first administrator, of a new password: text → plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

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
