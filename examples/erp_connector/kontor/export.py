"""Reads Kontor's XML export as a stream: one article in memory at a time, whatever the size of the file.

<kontor-export created="2026-03-02T02:15:00">
  <codelists> <list name="COLOUR"> <entry code="RED"> <text lang="EN">Red</text> …
  <tree> <node code="parts_lights" parent="parts"> <text lang="EN">Lights</text> …
  <articles> <article> <number>LG-100023</number> <group>LIGHT</group> …
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


class BadExport(Exception):
    """The file is not an export that can be read; the message says where it breaks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of a list, or a node of the tree, with its labels by language (EN, DE)."""

    code: str
    labels: dict[str, str]
    parent: str = ""


@dataclass(slots=True)
class Heading:
    """What stands before the articles: the ERP's own code lists and its category tree, parents first."""

    lists: dict[str, list[Entry]] = field(default_factory=dict)
    tree: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Article:
    """An article as the ERP has it: nothing is trimmed, converted or judged here.

    `fields` are plain elements by name, `texts` are by language and name, `features` may repeat,
    `measures` are (amount, unit), `prices` are (currency, amount), `nodes` are codes of the tree.
    """

    position: int
    fields: dict[str, str]
    texts: dict[str, dict[str, str]]
    features: dict[str, list[str]]
    measures: dict[str, tuple[str, str]]
    prices: list[tuple[str, str]]
    nodes: list[str]


def read_heading(path: Path) -> Heading:
    """Read the code lists and the tree, and stop where the articles begin."""
    heading = Heading()
    for event, element in _events(path):
        if event == "start" and element.tag == "articles":
            return heading
        if event == "end" and element.tag == "list":
            heading.lists[element.get("name", "")] = [_entry(child) for child in element.iter("entry")]
        elif event == "end" and element.tag == "node":
            heading.tree.append(_entry(element))
    raise BadExport(f"{path} has no <articles>: it is no export of Kontor.")


def read_articles(path: Path) -> Iterator[Article]:
    """Give the articles in the order of the file; `position` counts from 1."""
    position = 0
    container: ET.Element | None = None
    for event, element in _events(path):
        if event == "start" and element.tag == "articles":
            container = element
        elif event == "end" and element.tag == "article" and container is not None:
            position += 1
            yield _article(element, position)
            # Without this the tree keeps every article that was read, and memory grows with the file.
            container.clear()


def _events(path: Path) -> Iterator[tuple[str, ET.Element]]:
    try:
        with path.open("rb") as file:
            yield from ET.iterparse(file, events=("start", "end"))
    except OSError as error:
        raise BadExport(f"{path} cannot be read: {error.strerror}.") from None
    except ET.ParseError as error:
        raise BadExport(f"{path} is not well-formed XML: {error}.") from None


def _entry(element: ET.Element) -> Entry:
    labels = {text.get("lang", ""): text.text or "" for text in element.iter("text")}
    return Entry(element.get("code", ""), labels, element.get("parent", ""))


def _article(element: ET.Element, position: int) -> Article:
    article = Article(position, {}, {}, {}, {}, [], [])
    for child in element:
        name, content = child.get("name", ""), child.text or ""
        if child.tag == "texts":
            article.texts[child.get("lang", "")] = {text.tag: text.text or "" for text in child}
        elif child.tag == "feature":
            article.features.setdefault(name, []).append(content)
        elif child.tag == "measure":
            article.measures[name] = (content, child.get("unit", ""))
        elif child.tag == "price":
            article.prices.append((child.get("currency", ""), content))
        elif child.tag == "node":
            article.nodes.append(content)
        else:
            article.fields[child.tag] = content
    return article
