"""Markup in long texts, read as text. Nothing of it ever reaches the page as markup.

A module of its own because Python's parser wants a class.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

PARAGRAPHS = frozenset(("p", "div", "ul", "ol", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"))
LINES = frozenset(("br", "li", "tr", "dt", "dd"))
UNSEEN = frozenset(("script", "style", "template", "title"))


def as_text(source: str) -> str:
    """`<p>Warm <b>light</b></p><ul><li>dimmable</li></ul>` → "Warm light", an empty line, "• dimmable"."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(reader.read))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        self._break(tag)
        if tag == "li":
            self.read.append("• ")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN and self.unseen > 0
        if tag in PARAGRAPHS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            # A line break within markup is a space.
            self.read.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        self.read.append("\n\n" if tag in PARAGRAPHS else "\n" if tag in LINES else "")
