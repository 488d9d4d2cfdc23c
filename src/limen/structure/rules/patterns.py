"""Regular expressions as integrators write them: PCRE with delimiters and flags, `/^T-[0-9]{4}$/i`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pcre2


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression; `compiled` is pcre2's, which ships no types."""

    compiled: Any
    anchored: bool
    bytewise: bool


# A match gives up after so many steps and counts as no match. A usual pattern on a text of 255
# characters needs some hundreds; the worst that a hostile pattern can cost here is about 2 ms.
STEPS = 100_000

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
# PCRE2's own numbers for options that the binding has no name for: they are part of its stable interface.
_FLAGS = {
    "i": int(pcre2.IGNORECASE),
    "m": int(pcre2.MULTILINE),
    "s": int(pcre2.DOTALL),
    "x": int(pcre2.VERBOSE),
    "A": 0,  # anchored: the binding has its own call for it
    "D": 0x00000010,  # dollar at the very end only
    "U": 0x00040000,  # ungreedy
    "J": 0x00000040,  # duplicate names
    "n": 0x00002000,  # plain groups do not capture
    "S": 0,
    "X": 0,
    "u": 0,  # text instead of bytes, see below
}


@lru_cache(maxsize=2000)
def compile_pattern(delimited: str) -> Pattern | None:
    """Compile a delimited expression; None when it is none.

    As in the target, an expression without the flag `u` works on the UTF-8 bytes of the text.
    """
    parts = _split(delimited)
    if parts is None:
        return None
    expression, flags = parts
    if any(flag not in _FLAGS for flag in flags) or "\0" in expression:
        return None
    options = 0
    for flag in flags:
        options |= _FLAGS[flag]
    limited = f"(*LIMIT_MATCH={STEPS}){expression}"
    bytewise = "u" not in flags
    try:
        compiled = pcre2.compile(limited.encode() if bytewise else limited, options, jit=False)
    except (pcre2.PatternError, pcre2.LibraryError, ValueError):
        return None
    return Pattern(compiled, "A" in flags, bytewise)


def matches(pattern: Pattern, text: str) -> bool:
    """Say whether the pattern is found in the text; out of steps counts as not found."""
    subject = text.encode() if pattern.bytewise else text
    find = pattern.compiled.match if pattern.anchored else pattern.compiled.search
    try:
        return find(subject) is not None
    except pcre2.LibraryError:
        return False


def _split(delimited: str) -> tuple[str, str] | None:
    """`/a+/i` → (`a+`, `i`). Brackets pair up and may nest; a backslash hides what follows it."""
    text = delimited.lstrip()
    if len(text) < 2 or text[0].isalnum() or text[0] in "\\\0" or not text[0].isascii():
        return None
    opening, closing = text[0], _CLOSING.get(text[0], text[0])
    depth, place = 1, 1
    while place < len(text):
        char = text[place]
        if char == "\\":
            place += 1
        elif char == closing:
            depth -= 1
            if depth == 0:
                return text[1:place], text[place + 1 :].rstrip("\n\r ")
        elif char == opening:
            depth += 1
        place += 1
    return None
