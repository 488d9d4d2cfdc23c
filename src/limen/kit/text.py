"""Text decisions that every room shares."""

from __future__ import annotations

import re

_MOST_OF_A_CODE = 100
_CODE_CHARACTER = re.compile(r"[0-9A-Za-z_]")


def fold(text: str) -> str:
    """Give the form under which codes and identifiers are compared: case does not count.

    Folding happens here and nowhere else: the embedded PostgreSQL is built without ICU, so its
    `lower()` knows ASCII only, and two different foldings would let `É` and `é` both in.
    """
    return text.casefold()


def label_of(labels: dict[str, str], locale: str, code: str) -> str:
    """Give the label to show: the locale's, or the code in brackets when it has none."""
    return labels.get(locale) or f"[{code}]"


def code_from_label(label: str) -> str:
    """Make a code out of a label: spaces go, every other foreign character becomes one underscore.

    The browser does the same while one types (kit/js/code-from-label.js); ASCII lower case on purpose, so that no
    locale turns `I` into a letter that a code may not have.
    """
    kept = (_code_character(character) for character in label if character != " ")
    return "".join(kept)[:_MOST_OF_A_CODE]


def _code_character(character: str) -> str:
    return character.lower() if _CODE_CHARACTER.fullmatch(character) else "_"
