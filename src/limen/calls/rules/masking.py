"""Credentials have no place in what is kept: members that are called so lose their value, whatever it is."""

from __future__ import annotations

import re

MASK = "•••"
_MASK = b'"' + MASK.encode() + b'"'

_WORDS = (b"token", b"secret", b"passw", b"authorization", b"credential", b"api_key", b"apikey")
_ANY = b"|".join(_WORDS)
_IN_STRING = rb'[^"\\]*(?:\\.[^"\\]*)*'
_STRING = re.compile(b'"' + _IN_STRING + b'"?', re.DOTALL)
_MEMBER = re.compile(rb'"[^"\\]*(?:%b)[^"\\]*"\s*:\s*' % _ANY, re.IGNORECASE)
_STRING_OR_BRACKET = re.compile(b'"' + _IN_STRING + rb'"?|[][{}]', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\]}]*")
# Letters, digits and `_`, written as escapes: `"passw\u006frd"` is the same name.
_ESCAPED = re.compile(rb"\\u00([3-7][0-9a-fA-F])")


def hide(body: bytes, credential: bytes = b"") -> bytes:
    """Hide `credential` wherever it stands, and the value of every JSON member whose name speaks of one.

    The body need not be whole: a value that is cut is hidden to its end. What has nothing to hide is
    given back as it is.
    """
    if credential and credential in body:
        body = body.replace(credential, MASK.encode())
    plain = _ESCAPED.sub(_unescaped, body) if b"\\u00" in body else body
    return _without_values(plain) if _speaks_of_one(plain) else body


def hide_in_query(query: str, credential: str = "") -> str:
    """Hide `credential`, and the values of parameters whose name speaks of one."""
    if credential:
        query = query.replace(credential, MASK)
    parts = []
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        parts.append(f"{name}={MASK}" if value and _speaks_of_one(name.encode()) else f"{name}{equals}{value}")
    return "&".join(parts)


def _speaks_of_one(text: bytes) -> bool:
    # Quicker than one search that ignores case: 10 against 300 µs for 16 kB.
    lowered = text.lower()
    return any(word in lowered for word in _WORDS)


def _unescaped(match: re.Match[bytes]) -> bytes:
    character = bytes([int(match[1], 16)])
    return character if character.isalnum() or character == b"_" else match[0]


def _without_values(body: bytes) -> bytes:
    parts: list[bytes] = []
    done = 0
    while member := _MEMBER.search(body, done):
        parts += (body[done : member.end()], _MASK)
        done = _end_of_value(body, member.end())
    return b"".join((*parts, body[done:]))


def _end_of_value(body: bytes, start: int) -> int:
    opening = body[start : start + 1]
    if opening in (b"[", b"{"):
        depth = 0
        for match in _STRING_OR_BRACKET.finditer(body, start):
            depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(match[0], 0)
            if depth == 0:
                return match.end()
        return len(body)
    found = (_STRING if opening == b'"' else _SCALAR).match(body, start)
    return found.end() if found else start
