"""Texts, long texts and identifiers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from limen.kit.text import fold
from limen.products.rules.kinds.base import Broken, Data, Fault, Indexer, Reader, Shape, json_name
from limen.structure import rules as structure_rules
from limen.structure.rules import Attribute, Structure

MOST_TEXT = 255
MOST_TEXTAREA = 65_535
_LINE_BREAK = re.compile("\r\n|\n|\r")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_URL = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?", re.IGNORECASE)


def read_text(attribute: Attribute, structure: Structure) -> Reader:
    code, most = attribute.code, min(MOST_TEXT, attribute.max_characters or MOST_TEXT)
    breaks_rule = _text_rule(attribute)

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise _no_text(code, data)
        if len(data) > most or "\0" in data or (breaks_rule is not None and breaks_rule(data)):
            raise Broken([*_text_faults(code, data, most), *(breaks_rule(data) if breaks_rule else ())])
        return _LINE_BREAK.sub(" ", data) if "\n" in data or "\r" in data else data

    return read


def read_textarea(attribute: Attribute, structure: Structure) -> Reader:
    code, most = attribute.code, min(MOST_TEXTAREA, attribute.max_characters or MOST_TEXTAREA)

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise _no_text(code, data)
        if len(data) > most or "\0" in data:
            raise Broken(_text_faults(code, data, most))
        return data

    return read


def _no_text(code: str, data: Data) -> Shape | Broken:
    message = f'The attribute "{code}" requires a string, and found {json_name(data)}.'
    if data.__class__ in (list, dict):
        return Shape(3, message)
    return Broken([Fault("value.no_string", message)])


def _text_faults(code: str, data: str, most: int) -> list[Fault]:
    faults = []
    if len(data) > most:
        faults.append(Fault("value.too_long", f'The attribute "{code}" holds at most {most} characters.'))
    if "\0" in data:
        # PostgreSQL's text cannot hold U+0000.
        faults.append(Fault("value.nul", f'The attribute "{code}" must not contain the character U+0000.'))
    return faults


def _text_rule(attribute: Attribute) -> Callable[[str], list[Fault]] | None:
    """Give the check of `validation_rule`; it returns the faults, none for a good text."""
    code = attribute.code
    if attribute.validation_rule == "email":
        return _must(_EMAIL.fullmatch, Fault("value.no_email", f'The attribute "{code}" requires an e-mail address.'))
    if attribute.validation_rule == "url":
        fault = Fault("value.no_url", f'The attribute "{code}" requires a URL that starts with http:// or https://.')
        return _must(_URL.fullmatch, fault)
    if attribute.validation_rule == "regexp" and attribute.validation_regexp:
        shown = attribute.validation_regexp
        pattern = structure_rules.compile_pattern(shown)
        if pattern is not None:
            fault = Fault("value.no_match", f'The attribute "{code}" must match {shown}.')
            return _must(lambda text: structure_rules.matches(pattern, text), fault)
    return None


def _must(holds: Callable[[str], object], fault: Fault) -> Callable[[str], list[Fault]]:
    return lambda text: [] if holds(text) else [fault]


def read_identifier(attribute: Attribute, structure: Structure) -> Reader:
    code, most = attribute.code, min(MOST_TEXT, attribute.max_characters or MOST_TEXT)
    breaks_rule = _text_rule(attribute)

    def read(data: Data) -> str:
        if data.__class__ is not str:
            raise Shape(3, f'The attribute "{code}" requires a string, and found {json_name(data)}.')
        faults = _identifier_faults(code, data, most)
        if breaks_rule is not None:
            faults += breaks_rule(data)
        if faults:
            raise Broken(faults)
        return str(data)

    return read


def _identifier_faults(code: str, data: str, most: int) -> list[Fault]:
    if len(data) <= most and data.strip() == data and not _NOT_IN_IDENTIFIER.search(data):
        return []
    faults = _text_faults(code, data, most)
    if re.search("[,;]", data):
        faults.append(Fault("identifier.separator", f'The attribute "{code}" must not contain commas or semicolons.'))
    if data.strip() != data:
        faults.append(Fault("identifier.blanks", f'The attribute "{code}" must not start or end with a blank.'))
    if re.search("[\r\n]", data):
        faults.append(Fault("identifier.line_break", f'The attribute "{code}" must not contain line breaks.'))
    return faults


_NOT_IN_IDENTIFIER = re.compile("[,;\r\n\0]")


def index_text(attribute: Attribute, structure: Structure) -> Indexer:
    return fold


# So much of a long text can be searched (api-products 6.2); so much of it stands in the narrow index.
MOST_SEARCHED = 10_000
HEAD = 120
# Ends the head of a text that goes on in the table of long texts. No text holds it: it is taken out of those.
MARK = "\U0010ffff"
# A sign of less with a blank or number behind it is none.
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")


def searchable_text(data: str) -> str:
    """Give what a long text is found by: no tags, entities decoded, no line feeds, folded."""
    text = _TAG.sub("", data) if "<" in data else data
    if "&" in text:
        text = html.unescape(text)
    return fold(text.replace("\n", "").replace("\r", "").replace("\0", "").replace(MARK, "")[:MOST_SEARCHED])


def head_of(searchable: str) -> str:
    """Give what the narrow index holds of a searchable text: the whole, or its start with a mark."""
    return searchable if len(searchable) <= HEAD else searchable[:HEAD] + MARK
