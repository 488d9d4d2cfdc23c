"""YAML: what is written is read back as it was, and what a person cannot have meant is refused with its line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.kit import yaml
from limen.kit.errors import Malformed

_MARKS = "\n\t'\":#-{}[]&*!|>%@`0123456789.eyno~"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(_MARKS))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_whatever_is_written_is_read_back(value: Any) -> None:
    assert yaml.read(yaml.write(value))[0] == value


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "012", "0x1F", "1_000", "12:30", "2026-01-01", "1e5", "."])
def test_words_and_codes_stay_text(word: str) -> None:
    assert yaml.read(f"{word}: {word}")[0] == {word: word}


def test_numbers_and_the_three_words_are_what_they_look_like() -> None:
    text = "[0, -7, 1.5, true, false, null, ~, '12', Null]"
    assert yaml.read(text)[0] == [0, -7, 1.5, True, False, None, None, "12", "Null"]


def test_each_entry_knows_its_line() -> None:
    _, lines = yaml.read("a:\n  b: 1\n  c:\n  - x\n  - y\n")
    assert (lines["a", "b"], lines["a", "c"], lines["a", "c", "1"]) == (2, 3, 5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: 2\na: 3", 'Line 3: the key "a" stands here for the second time.'),
        ("a: &x [1]\nb: *x", "Line 1: an alias stands here. Write out what it stands for."),
        ("a: [1", "Line 2 is no valid YAML: did not find expected ',' or ']'."),
        ("? [1]\n: 2", "Line 1: a key must be a text."),
    ],
)
def test_what_nobody_can_have_meant_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(Malformed) as refusal:
        yaml.read(text)
    assert refusal.value.message == sentence


def test_an_empty_text_says_nothing() -> None:
    assert yaml.read("")[0] is None
