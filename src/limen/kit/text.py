"""Text decisions that every room shares."""

from __future__ import annotations


def fold(text: str) -> str:
    """Give the form under which codes and identifiers are compared: case does not count.

    Folding happens here and nowhere else: the embedded PostgreSQL is built without ICU, so its
    `lower()` knows ASCII only, and two different foldings would let `É` and `é` both in.
    """
    return text.casefold()


def label_of(labels: dict[str, str], locale: str, code: str) -> str:
    """Give the label to show: the locale's, or the code in brackets when it has none."""
    return labels.get(locale) or f"[{code}]"
