"""YAML as people mean it: what is quoted is text, what is a key is text, `no` is a word and no boolean.

The library's own rules are those of YAML 1.1, where the key `no` is false and 012 is ten. Here a plain scalar is
null, true, false, a whole number, or one with a point; everything else is text. A key that stands twice
is an error, and each entry knows its line, so that a refusal can name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from limen.kit.errors import Malformed

_WORDS = {"": None, "null": None, "~": None, "true": True, "false": False}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][+-][0-9]+)?")

Path = tuple[str, ...]


def read(text: str) -> tuple[Any, Mapping[Path, int]]:
    """Give what a YAML text says, and the line of each entry by its path. Raises Malformed, with the line.

    Aliases are not followed: a short text with them can stand for an endless one.
    """
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        where = f"Line {error.problem_mark.line + 1}" if error.problem_mark else "The text"
        raise Malformed(f"{where} is no valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise Malformed(f"The text is no valid YAML: {error}.") from None
    reader = _Reader()
    return (None if node is None else reader.value(node, ())), reader.lines


def write(value: Any) -> str:
    """Write plain data as YAML, in its order, that `read` reads back as it was."""
    written: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=2**20
    )
    return written


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._seen:
            raise Malformed(f"Line {line}: an alias stands here. Write out what it stands for.")
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*path, str(place))) for place, one in enumerate(node.value)]
        return dict(self._entries(node, path))

    def _entries(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, Any]]:
        known: set[str] = set()
        for key, one in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise Malformed(f"Line {line}: a key must be a text.")
            if key.value in known:
                raise Malformed(f'Line {line}: the key "{key.value}" stands here for the second time.')
            known.add(key.value)
            self.lines[*path, key.value] = line
            yield key.value, self.value(one, (*path, key.value))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    # Line by line, so that two versions can be compared.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
