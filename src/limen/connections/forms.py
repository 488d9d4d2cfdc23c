"""The forms of a connection: text → plain data.

What a label, a code and a flow type may be is `rules`' to say, so that browser, command line and API
refuse the same things with the same words; the fields here only carry the browser's own limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from limen.accounts.queries import GroupChoice, PersonChoice, RoleChoice
from limen.accounts.rules import GROUP_NAME_MAX, PERMISSIONS, ROLE_LABEL_MAX
from limen.connections import rules
from limen.connections.queries import ConnectionSettings, Owner
from limen.connections.rules import Limits
from limen.kit.text import fold
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
                "data-code-of": "id_label",
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


@dataclass(frozen=True, slots=True)
class Choices:
    """What the selects of the settings page offer; `roles_beyond` allow more than the caller may."""

    roles: list[RoleChoice]
    groups: list[GroupChoice]
    people: list[PersonChoice]
    roles_beyond: set[int]


_OVERLAPS: dict[str, Any] = {
    "0": _("It and all tokens end at once. For one that somebody else may know."),
    "1": _("Both work, and tokens live on. For somebody who changes it right now."),
    "24": _("Both work, and tokens live on. For a change within the day."),
    "168": _("Both work, and tokens live on. For several programs, or a partner."),
}


class RegenerateForm(forms.Form):
    """For how long the old secret or password is kept beside the new one, in hours; nothing chosen is not at all."""

    keep_old = forms.ChoiceField(
        label=_("The old one"),
        required=False,
        choices=[
            ("0", _("Revoke it now")),
            ("1", _("Keep it for 1 hour")),
            ("24", _("Keep it for 24 hours")),
            ("168", _("Keep it for 7 days")),
        ],
        widget=ChoiceCards(sentences=_OVERLAPS),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"keep_old": "0"})

    def clean_keep_old(self) -> int:
        return int(self.cleaned_data["keep_old"] or 0)


class AccessForm(forms.Form):
    """What the calls of a connection are held to. Lifetimes are typed in minutes and hours, and kept in seconds."""

    allowed_addresses = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none", "class": "mono"}),
    )
    strict = forms.BooleanField(label=_("Accept only the connection's own user"), required=False)
    calls_per_minute = forms.IntegerField(
        label=_("Calls per minute"),
        required=False,
        help_text=_("All its programs together. Empty: no limit. Beyond it they are asked to wait, with status 429."),
    )
    concurrent_calls = forms.IntegerField(
        label=_("Calls at the same time"),
        required=False,
        help_text=_("All its programs together. Empty: no limit. One more is asked to come again, with status 429."),
    )
    access_token_lifetime = forms.IntegerField(label=_("Access tokens live for … minutes"), required=False)
    refresh_token_lifetime = forms.IntegerField(label=_("Refresh tokens live for … hours"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, limits: Limits, version: int, address: str, editable: bool = True) -> None:
        super().__init__(data, initial=_limits_as_typed(limits) | {"version": version})
        self.fields["allowed_addresses"].help_text = _(
            "IPv4 or IPv6 addresses and networks such as 10.0.0.0/8, one per line, 50 at most."
            " Empty: from everywhere. Your browser comes from %(address)s."
        ) % {"address": address or "–"}
        self.fields["strict"].help_text = _("Its client with another user's name is refused, not only marked.")
        for name, most, seconds, sentence in (
            ("access_token_lifetime", 1440, settings.LIMEN_ACCESS_TOKEN_LIFETIME, _("1 to 1440.")),
            ("refresh_token_lifetime", 2160, settings.LIMEN_REFRESH_TOKEN_LIFETIME, _("1 to 2160, which is 90 days.")),
        ):
            usual = seconds / _SECONDS[name]
            note = _("Empty: as everywhere here, %(usual)g. It counts for tokens issued from now on.")
            self.fields[name].help_text = f"{sentence} {note % {'usual': usual}}"
            self.fields[name].widget.attrs |= {"min": 1, "max": most, "inputmode": "numeric"}
        self.fields["calls_per_minute"].widget.attrs |= {"min": 1, "inputmode": "numeric"}
        self.fields["concurrent_calls"].widget.attrs |= {
            "min": 1,
            "max": rules.CONCURRENT_CALLS_MAX,
            "inputmode": "numeric",
        }
        for field in self.fields.values():
            field.disabled = not editable

    def clean_access_token_lifetime(self) -> int | None:
        return self._seconds("access_token_lifetime")

    def clean_refresh_token_lifetime(self) -> int | None:
        return self._seconds("refresh_token_lifetime")

    def limits(self) -> Limits:
        """Give what a valid form asks for."""
        data = self.cleaned_data
        return Limits(
            allowed_networks=rules.read_networks(data["allowed_addresses"]),
            calls_per_minute=data["calls_per_minute"],
            concurrent_calls=data["concurrent_calls"],
            access_token_lifetime=data["access_token_lifetime"],
            refresh_token_lifetime=data["refresh_token_lifetime"],
            strict=data["strict"],
        )

    @property
    def is_changed(self) -> bool:
        """Tell whether something typed differs from what is saved: then leaving the page loses it."""
        return self.is_bound and self.has_changed()

    def differences(self) -> list[tuple[str, str]]:
        """Name what was typed differently from what is saved, each with the saved value in words."""
        return [(str(self[name].label), self._saved_in_words(name)) for name in self.changed_data if name != "version"]

    def _seconds(self, name: str) -> int | None:
        typed: int | None = self.cleaned_data[name]
        return None if typed is None else typed * _SECONDS[name]

    def _saved_in_words(self, name: str) -> str:
        saved = self.initial[name]
        if isinstance(saved, bool):
            return str(_("yes") if saved else _("no"))
        return str(_("empty") if saved in (None, "") else saved).replace("\n", ", ")


# What one of the unit that people type is.
_SECONDS = {"access_token_lifetime": 60, "refresh_token_lifetime": 3600}


def _limits_as_typed(limits: Limits) -> dict[str, object]:
    lifetimes = {name: getattr(limits, name) for name in _SECONDS}
    return {
        "allowed_addresses": "\n".join(limits.allowed_networks),
        "strict": limits.strict,
        "calls_per_minute": limits.calls_per_minute,
        "concurrent_calls": limits.concurrent_calls,
        **{name: None if value is None else value // _SECONDS[name] for name, value in lifetimes.items()},
    }


class SettingsForm(forms.Form):
    """What can change of a connection. `version` is the one this page was made from, `timezone` the viewer's.

    Not `editable`: all of it is only shown. Not `with_rights`: role and group are, and stay what they are.
    """

    label = _label()
    flow_type = _flow_type()
    auditable = forms.BooleanField(label=_("Track this connection in Data flows"), required=False)
    user_role_id = forms.IntegerField(label=_("Role"), help_text=_("Which API endpoints it may call."))
    user_group_id = forms.IntegerField(
        label=_("Group"), required=False, help_text=_("Which part of the catalogue it sees.")
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day such as 2027-01-31, or leave it empty.")},
    )
    owner_id = forms.IntegerField(
        label=_("Owner"), required=False, help_text=_("The person to ask about this connection.")
    )
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": rules.NOTES_MAX}),
        help_text=_("For those who see this page. No passwords here."),
    )
    image = forms.FileField(
        label=_("Picture"),
        required=False,
        # "Empty" is said where the other things are said that can be wrong with a picture.
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={
                "accept": ",".join(f".{one}" for one in rules.IMAGE_EXTENSIONS),
                "data-wrong-name": rules.check_image_name("notes.txt")[0].message,
                "data-most-bytes": rules.IMAGE_MOST_BYTES,
                "data-too-large": rules.image_too_large().message,
            }
        ),
        help_text=_("A jpg, png, gif, webp, bmp, xbm or wbmp file of at most 2 MB."),
    )
    remove_image = forms.BooleanField(label=_("Remove the picture"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        found: ConnectionSettings,
        choices: Choices,
        timezone: str,
        editable: bool = True,
        with_rights: bool = True,
    ) -> None:
        self._found, self._timezone = found, timezone
        typed = _with_rights_of(found, data) if not with_rights else data
        super().__init__(typed, files, initial=_saved(found, timezone))
        self.fields["user_role_id"].error_messages["required"] = _("Choose a role.")
        self.fields["user_role_id"].widget = _RoleSelect(choices.roles, found.role_id, choices.roles_beyond)
        self.fields["user_group_id"].widget = forms.Select(
            choices=[("", _("All")), *((group.id, group.name) for group in choices.groups)]
        )
        self.fields["owner_id"].widget = forms.Select(choices=_owners(choices.people, found.owner))
        self.fields["expires_on"].help_text = _(
            "It works until this day is over in the time zone %(zone)s. Empty: no end."
        ) % {"zone": rules.read_zone(timezone).key}
        if not with_rights:
            # Shown as it is; what is sent nevertheless is the operation's to refuse.
            for name in ("user_role_id", "user_group_id"):
                self.fields[name].widget.attrs["disabled"] = True
                self.fields[name].required = False
        if not editable:
            for field in self.fields.values():
                field.disabled = True
        flow_type = self["flow_type"].value()
        if flow_type in rules.FLOW_TYPES and not rules.FLOW_TYPES[flow_type].trackable:
            self.fields["auditable"].widget.attrs["disabled"] = True

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        for violation in rules.check_last_day(day) if day else ():
            raise forms.ValidationError(violation.message)
        return day

    def clean_image(self) -> bytes | None:
        """Make the picture that is kept of the one that was sent."""
        sent: UploadedFile[bytes] | None = self.cleaned_data["image"]
        if sent is None:
            return None
        wrong = rules.check_image_name(sent.name or "")
        try:
            # A file over the limit is not read to its end.
            made = b"" if wrong else rules.make_image(sent.read(rules.IMAGE_MOST_BYTES + 1))
        except rules.NoPicture as refusal:
            wrong = [refusal.violation]
        if wrong:
            raise forms.ValidationError(wrong[0].message)
        return made

    def arguments(self) -> dict[str, Any]:
        """Give what was typed as `update_connection` takes it."""
        data = self.cleaned_data
        day, kept = data["expires_on"], self._found.expires_at
        # An end that nobody touched stays to the second, whatever day it is where the viewer is.
        untouched = day == rules.last_day(kept, self._timezone)
        end = kept if untouched else rules.end_of_day(day, self._timezone) if day else None
        return {
            "label": data["label"],
            "flow_type": data["flow_type"],
            "auditable": data["auditable"],
            "role_id": data["user_role_id"],
            "group_id": data["user_group_id"],
            "version": data["version"],
            "upkeep": rules.Upkeep(end, data["owner_id"], data["notes"]),
            # Whoever sends a new picture and takes the old one away wants the new one.
            "image": data["image"] or (b"" if data["remove_image"] else None),
        }

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
        return str(choices.get("" if saved is None else saved, saved) or _("nothing"))


def _with_rights_of(found: ConnectionSettings, data: Any) -> Any:
    """Fill in role and group where the page, whose selects are off, does not send them."""
    if data is None:
        return None
    filled = data.copy()
    for name, kept in (("user_role_id", found.role_id), ("user_group_id", found.group_id)):
        filled.setdefault(name, "" if kept is None else str(kept))
    return filled


def _owners(people: list[PersonChoice], current: Owner | None) -> list[tuple[Any, Any]]:
    known = [(one.id, one.name if one.name == one.username else f"{one.name} ({one.username})") for one in people]
    # An owner who has left stays until somebody chooses another.
    gone = [(current.id, current.name)] if current and all(one.id != current.id for one in people) else []
    return [("", _("Nobody")), *gone, *known]


def _saved(found: ConnectionSettings, timezone: str) -> dict[str, object]:
    return {
        "label": found.label,
        "flow_type": found.flow_type,
        "auditable": found.auditable,
        "user_role_id": found.role_id,
        "user_group_id": found.group_id,
        "expires_on": rules.last_day(found.expires_at, timezone),
        "owner_id": found.owner.id if found.owner else None,
        "notes": found.notes,
        "image": None,
        "remove_image": False,
        "version": found.version,
    }


class DeleteForm(forms.Form):
    """The last question before deleting. `code`: what has to be typed, None when one press is enough."""

    typed = forms.CharField(
        label=_("Type its code to delete it"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, code: str | None) -> None:
        super().__init__(data)
        self._code = code

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if self._code is not None and fold(typed) != fold(self._code):
            raise forms.ValidationError(_("Type the code %(code)s, letter by letter.") % {"code": self._code})
        return typed


class OwnRoleForm(forms.Form):
    """A role made for one connection; the page draws the boxes. What is wrong with it is the operation's to say."""

    label = forms.CharField(
        label=_("Label of the role"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": ROLE_LABEL_MAX, "required": True, "autocomplete": "off"}),
    )
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, choices=[(id, PERMISSIONS[id].label) for id in rules.API_RIGHTS]
    )


_LIMIT_SENTENCES: dict[str, Any] = {
    "all": _("What the role gets later counts here too."),
    "only": _("Of the role's permissions, those below. The role itself stays as it is for others."),
}


class ScopesForm(forms.Form):
    """What a connection may call of what its role allows; the page draws the boxes."""

    ALL, ONLY = "all", "only"

    limit = forms.ChoiceField(
        label=_("It may call"),
        choices=[(ALL, _("All that its role allows")), (ONLY, _("Only what is ticked here"))],
        widget=ChoiceCards(sentences=_LIMIT_SENTENCES),
    )
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, choices=[(id, PERMISSIONS[id].label) for id in rules.API_RIGHTS]
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class OwnGroupForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the user group"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": GROUP_NAME_MAX, "required": True, "autocomplete": "off"}),
    )


class _RoleSelect(forms.Select):
    """The roles, the generic one marked so that the page can warn while it is chosen, those `beyond` off."""

    def __init__(self, roles: list[RoleChoice], current: int | None, beyond: set[int]) -> None:
        known = [(role.id, role.label) for role in roles]
        # A role that is no choice any more must not become the first of the list by saving the page.
        gone = [] if any(role.id == current for role in roles) else [("", _("Choose a role"))]
        super().__init__(attrs={"required": True}, choices=[*gone, *known])
        self.beyond = beyond - {current}
        self.generic = {role.id for role in roles if role.code == GENERIC_ROLE}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if value in self.generic:
            option["attrs"]["data-generic"] = True
        if value in self.beyond:
            option["attrs"]["disabled"] = True
            option["label"] = _("%(role)s – allows more than you may") % {"role": option["label"]}
        return option
