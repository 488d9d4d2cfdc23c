"""What each type of attribute may carry: the matrix of api-conventions B1 as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from limen.structure.rules import records

IMAGE_EXTENSIONS = frozenset(["gif", "jfif", "jif", "jpeg", "jpg", "pdf", "png", "psd", "tif", "tiff"])
FILE_EXTENSIONS = frozenset(["csv", "doc", "docx", "mp3", "pdf", "ppt", "pptx", "rtf", "svg", "txt", "wav"])


@dataclass(frozen=True, slots=True)
class AttributeType:
    """What is not named must be null, empty or false. `characters` is the most that `max_characters` may say."""

    unique: Literal["always", "may be", "never"] = "never"
    characters: int | None = None
    validation_rules: frozenset[str] = frozenset()
    regexp: bool = False
    wysiwyg: bool = False
    range: bool = False
    decimals: bool = False
    negatives: bool = False
    metric: bool = False
    dates: bool = False
    extensions: frozenset[str] | None = None
    options: bool = False
    default_value: bool = False
    reference_data: bool = False
    available_locales: bool = True


ATTRIBUTE_TYPES: dict[str, AttributeType] = {
    records.IDENTIFIER: AttributeType(
        unique="always",
        characters=255,
        validation_rules=frozenset({"regexp"}),
        regexp=True,
        available_locales=False,
    ),
    records.TEXT: AttributeType(
        unique="may be",
        characters=255,
        validation_rules=frozenset({"url", "email", "regexp"}),
        regexp=True,
    ),
    records.TEXTAREA: AttributeType(characters=65535, wysiwyg=True),
    records.NUMBER: AttributeType(unique="may be", range=True, decimals=True, negatives=True),
    records.BOOLEAN: AttributeType(default_value=True),
    records.DATE: AttributeType(unique="may be", dates=True),
    records.SIMPLE_SELECT: AttributeType(options=True),
    records.MULTI_SELECT: AttributeType(options=True),
    records.PRICE: AttributeType(range=True, decimals=True),
    records.METRIC: AttributeType(range=True, decimals=True, negatives=True, metric=True),
    records.FILE: AttributeType(extensions=FILE_EXTENSIONS),
    records.IMAGE: AttributeType(extensions=IMAGE_EXTENSIONS),
    records.REFERENCE_SIMPLE: AttributeType(reference_data=True),
    records.REFERENCE_MULTI: AttributeType(reference_data=True),
}


def has_options(type: str) -> bool:
    return type in ATTRIBUTE_TYPES and ATTRIBUTE_TYPES[type].options
