"""The documentation as pages of the running instance, so that links in error bodies lead somewhere.

The pages are the Markdown files of `docs/`; nothing is written twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

DOCS = Path(__file__).parents[3] / "docs"
MODES = ("tutorial", "how-to", "reference", "explanation", "decisions")


@dataclass(frozen=True, slots=True)
class HelpPage:
    name: str
    title: str
    html: str


@cache
def page(name: str) -> HelpPage | None:
    """Give the page called `name` (file name without its ending), whatever mode it belongs to."""
    path = _paths().get(name)
    if path is None:
        return None
    text = path.read_text()
    title = next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), name)
    return HelpPage(
        name, title, _links_between_pages(_with_anchors(MarkdownIt("commonmark").enable("table").render(text)))
    )


@cache
def contents() -> dict[str, list[tuple[str, str]]]:
    """Give (name, title) of every page by mode, in reading order of the file names."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, path in sorted(_paths().items()):
        opened = page(name)
        if opened is not None:
            found.setdefault(path.parent.name, []).append((name, opened.title))
    return {mode: found[mode] for mode in MODES if mode in found}


@cache
def _paths() -> dict[str, Path]:
    return {path.stem: path for mode in MODES for path in sorted((DOCS / mode).glob("*.md"))}


def _with_anchors(html: str) -> str:
    """Give each heading an id: its one `code` word if it has one (the anchors of the API), else its words."""

    def anchored(match: re.Match[str]) -> str:
        level, inner = match[1], match[2]
        code = re.search(r"<code>([\w-]+)</code>", inner)
        words = re.sub(r"<[^>]+>", "", inner)
        anchor = code[1] if code else re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
        return f'<h{level} id="{anchor}">{inner}</h{level}>'

    return re.sub(r"<h([2-4])>(.*?)</h\1>", anchored, html)


def _links_between_pages(html: str) -> str:
    """`../reference/settings.md#x` in the files is `settings.html#x` on the instance."""
    return re.sub(r'href="(?!https?:)[^"]*?([\w-]+)\.md(#[^"]*)?"', r'href="\1.html\2"', html)
