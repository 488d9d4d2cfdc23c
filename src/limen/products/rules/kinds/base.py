"""What the kinds of attributes share: their record, and the two ways in which data can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from limen.structure.rules import Attribute, Structure

Data = Any
Reader = Callable[[Data], Data]
# Gives what a value is found by: one text or number, None for nothing.
Indexer = Callable[[Data], Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule; `currency` names the price it stands at."""

    code: str
    message: str
    currency: str | None = None


class Shape(Exception):
    """Data of the wrong form. Stage 2 is found before anything else of the body is looked at, stage 3 later."""

    def __init__(self, stage: Literal[2, 3], message: str) -> None:
        super().__init__(message)
        self.stage = stage
        self.message = message


class Broken(Exception):
    """Data of the right form that breaks rules of its attribute."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs` names what the reader leaves to be looked up. `index` is None where a value is found by several
    things, or by what the reader does not know: options, prices, long texts, files (see `rules.indexing`)."""

    reader: Callable[[Attribute, Structure], Reader]
    index: Callable[[Attribute, Structure], Indexer] | None
    table: Literal["text", "number"] = "text"
    needs: Literal["option", "options", "media"] | None = None


JSON_NAMES: dict[type, str] = {
    type(None): "NULL",
    bool: "boolean",
    int: "integer",
    float: "double",
    str: "string",
    list: "array",
    dict: "array",
}


def json_name(value: Data) -> str:
    """Name a JSON type as the contract prints it."""
    return JSON_NAMES.get(type(value), type(value).__name__)
