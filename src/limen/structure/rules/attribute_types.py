"""What each type of attribute may carry: the matrix of api-conventions B1 as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    def carries(self, name: str) -> bool:
        """Whether attributes of this type may say something in a property; most properties belong to every type."""
        return name not in CARRIED or bool(CARRIED[name](self))


# Properties that not every type has → what of a type says so. `unique` is judged by itself.
CARRIED: Mapping[str, Callable[[AttributeType], object]] = {
    "max_characters": lambda type: type.characters,
    "validation_rule": lambda type: type.validation_rules,
    "validation_regexp": lambda type: type.regexp,
    "wysiwyg_enabled": lambda type: type.wysiwyg,
    "number_min": lambda type: type.range,
    "number_max": lambda type: type.range,
    "decimals_allowed": lambda type: type.decimals,
    "negative_allowed": lambda type: type.negatives,
    "metric_family": lambda type: type.metric,
    "default_metric_unit": lambda type: type.metric,
    "date_min": lambda type: type.dates,
    "date_max": lambda type: type.dates,
    "allowed_extensions": lambda type: type.extensions,
    "max_file_size": lambda type: type.extensions,
    "auto_option_sorting": lambda type: type.options,
    "default_value": lambda type: type.default_value,
    "reference_data_name": lambda type: type.reference_data,
    "available_locales": lambda type: type.available_locales,
}


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
