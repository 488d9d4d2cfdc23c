"""The mark of what a form was made from, so that saving can tell that somebody else has saved since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django import forms

from limen.accounts.rules import state_of

# The name of the hidden field that a form of a stored record carries.
VERSION = "version"


def version_of(printed: Mapping[str, Any]) -> str:
    """Give a short mark of a record as `wire` prints it, or of whatever else a form was made from."""
    return state_of(orjson.dumps(printed, option=orjson.OPT_SORT_KEYS, default=str))


def version_field() -> forms.CharField:
    return forms.CharField(widget=forms.HiddenInput, required=False)
