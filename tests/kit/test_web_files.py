"""Stylesheets, scripts and templates, read as text."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import limen
from limen.kit.web.components import SCRIPTS, STYLESHEETS

SOURCE = Path(limen.__file__).parent
CSS = SOURCE / "kit" / "static" / "kit" / "css"
JS = SOURCE / "kit" / "static" / "kit" / "js"
STYLES = sorted(SOURCE.glob("*/static/**/*.css"))
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    """Give the colours of the light and of the dark theme."""
    light, dark = without_comments(CSS / "tokens.css").split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))
    return found, found | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", dark))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


WORDS = [
    *product(("ink", "ink-2", "ink-3", "door", "danger"), ("paper", "surface", "sunken")),
    *product(("source", "destination", "other"), ("surface", "sunken")),
    ("ok", "ok-tint"),
    ("warn", "warn-tint"),
    ("danger", "danger-tint"),
    *product(("ink", "ink-2", "door"), ("door-tint", "warn-tint", "danger-tint", "ok-tint")),
    ("on-door", "door"),
    ("on-door", "door-strong"),
    ("on-danger", "danger"),
    ("on-danger", "danger-strong"),
    ("night-ink", "night"),
    ("night-ink-strong", "night"),
]


@pytest.mark.parametrize(("ink", "ground"), WORDS)
def test_words_can_be_read_in_light_and_dark(ink: str, ground: str) -> None:
    light, dark = tokens()
    assert contrast(light[ink], light[ground]) >= 4.5
    assert contrast(dark[ink], dark[ground]) >= 4.5


@pytest.mark.parametrize(("mark", "ground"), [*product(("edge", "door", "danger"), ("paper", "surface", "sunken"))])
def test_what_can_be_typed_into_can_be_seen(mark: str, ground: str) -> None:
    light, dark = tokens()
    assert contrast(light[mark], light[ground]) >= 3
    assert contrast(dark[mark], dark[ground]) >= 3


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=lambda path: path.name)
class TestStylesheet:
    def test_decides_no_colour_of_its_own(self, path: Path) -> None:
        text = without_comments(path)
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(", text) == []
        assert re.findall(r":\s*(?:white|black|red|green|gray|grey|blue)\b", text) == []

    def test_decides_no_size_radius_or_shadow_of_its_own(self, path: Path) -> None:
        declarations = re.findall(
            r"(?:font-size|font|border-radius|box-shadow|padding|gap):[^;}]*", without_comments(path)
        )
        assert [one for one in declarations if re.search(r"[1-9]\d*px", one)] == []

    def test_says_its_layer_and_shouts_nowhere(self, path: Path) -> None:
        text = without_comments(path)
        assert "@layer " in text
        assert "!important" not in text

    def test_uses_tokens_that_exist(self, path: Path) -> None:
        text = without_comments(path)
        everywhere = "".join(without_comments(one) for one in STYLES)
        known = set(re.findall(r"(--[\w-]+)\s*:", everywhere))
        assert set(re.findall(r"var\((--[\w-]+)", text)) <= known


def test_every_file_is_loaded() -> None:
    assert {path.stem for path in CSS.glob("*.css")} == set(STYLESHEETS)
    # What only a few pages need, those load.
    asked_for = set(re.findall(r"kit/js/([\w-]+)\.js", "".join(path.read_text() for path in TEMPLATES)))
    assert {path.stem for path in JS.glob("*.js")} == set(SCRIPTS) | asked_for


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_template_has_nothing_inline_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == []
    assert "hx-on" not in text
    assert "javascript:" not in text
