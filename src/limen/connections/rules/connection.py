"""What a connection's code, label and flow type may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from limen.kit.errors import Violation

DATA_SOURCE = "data_source"
DATA_DESTINATION = "data_destination"
OTHER = "other"

DEFAULT = "default"
APP = "app"

SHORTEST = 3
LONGEST = 100

_CODE = re.compile(r"[0-9A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class FlowType:
    """`value` is the word in the table, in JSON and on the command line; `name` and `plural` are for the screen."""

    value: str
    name: str
    plural: str
    trackable: bool


FLOW_TYPES: dict[str, FlowType] = {
    one.value: one
    for one in (
        FlowType(DATA_SOURCE, "Source", "Sources", True),
        FlowType(DATA_DESTINATION, "Destination", "Destinations", True),
        FlowType(OTHER, "Other", "Others", False),
    )
}


def initials(label: str) -> str:
    """`Web shop` → "WS", `Magento` → "MA": what stands for a picture."""
    words = label.split()
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[1][0]
    return letters.upper()


def normalise(text: str | None) -> str:
    return (text or "").strip()


def is_code(text: str) -> bool:
    """Tell whether a text has the shape of a code; what has not cannot be the code of any connection."""
    return SHORTEST <= len(text) <= LONGEST and _CODE.fullmatch(text) is not None


def check_connection(*, code: str | None, label: str | None, flow_type: str | None) -> list[Violation]:
    """Judge the formats of a new connection: the first broken rule of each field, code first.

    Texts are judged as `normalise` gives them. Limit, group and uniqueness are not seen here.
    """
    return [*_check_code(normalise(code)), *check_label(label), *check_flow_type(flow_type)]


def _check_code(code: str) -> list[Violation]:
    if not code:
        return [Violation("code", "code.required", "Give the connection a code.")]
    if len(code) < SHORTEST:
        return [Violation("code", "code.too_short", f"A code has at least {SHORTEST} characters.")]
    if len(code) > LONGEST:
        return [Violation("code", "code.too_long", f"A code has at most {LONGEST} characters.")]
    if not _CODE.fullmatch(code):
        return [Violation("code", "code.invalid", "A code has only the letters a to z, digits and underscores.")]
    return []


def check_label(label: str | None) -> list[Violation]:
    text = normalise(label)
    if not text:
        return [Violation("label", "label.required", "Give the connection a label.")]
    if len(text) < SHORTEST:
        return [Violation("label", "label.too_short", f"A label has at least {SHORTEST} characters.")]
    if len(text) > LONGEST:
        return [Violation("label", "label.too_long", f"A label has at most {LONGEST} characters.")]
    # Any character is welcome but those that PostgreSQL cannot hold.
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        return [Violation("label", "label.invalid", "The label has a character that cannot be stored.")]
    return []


def check_flow_type(flow_type: str | None) -> list[Violation]:
    if flow_type in FLOW_TYPES:
        return []
    accepted = ", ".join(f'"{value}"' for value in FLOW_TYPES)
    return [Violation("flow_type", "flow_type.invalid", f"The flow type is one of {accepted}.")]


def tracked(auditable: bool, flow_type: str) -> bool:
    """Tell whether a connection is tracked in Data flows: what has no direction cannot be."""
    return auditable and FLOW_TYPES[flow_type].trackable


def code_taken(code: str) -> Violation:
    message = f'The code "{code}" belongs to another connection. Upper and lower case do not make it different.'
    return Violation("code", "code.must_be_unique", message)


def limit_reached(limit: int) -> Violation:
    message = f"There are {limit} connections, apps included, and there can be no more. Delete one that is not used."
    return Violation("", "limit_reached", message)


def user_cannot_be_created(missing: Sequence[str]) -> Violation:
    """`missing` names what a user's defaults are taken from and is not there: "channel", "activated locale" …"""
    message = f"The user of the connection cannot be made: there is no {' and no '.join(missing)} yet."
    return Violation("", "user_cannot_be_created", message)
