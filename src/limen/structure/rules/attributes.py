"""Attributes: their properties and the rules about them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from limen.kit.errors import Misshaped, Violation
from limen.structure.rules import draft as read
from limen.structure.rules.attribute_types import ATTRIBUTE_TYPES, CARRIED, AttributeType
from limen.structure.rules.draft import Body, Draft
from limen.structure.rules.nouns import (
    Change,
    Noun,
    code_is_free,
    code_is_well_formed,
    is_boolean,
    is_whole,
    labels_are_valid,
    number,
    unchanged,
    whole,
)
from limen.structure.rules.patterns import compile_pattern
from limen.structure.rules.records import IDENTIFIER, Attribute, Structure

MOST_IDENTIFIERS = 10
# What nobody changes once an attribute is made.
SET_ONCE = ("type", "code", "scopable", "localizable", "unique", "metric_family", "reference_data_name")
GUIDELINES_LENGTH = 500
REGEXP_LENGTH = 500

_RESERVED = frozenset(
    {
        "associations",
        "associationtypes",
        "attributes",
        "categories",
        "category",
        "categoryid",
        "completeness",
        "enabled",
        "entity_type",
        "family",
        "groups",
        "id",
        "identifier",
        "label",
        "parent",
        "products",
        "scope",
        "treeid",
        "uuid",
        "values",
    }
)
_BEYOND_NUMBERS = Decimal(2**63)
# What is said where a type does not carry a property, when there is more to say than that.
_NOT_CARRIED = {
    "auto_option_sorting": "This attribute cannot have options.",
    "default_value": "This attribute cannot have a default value.",
    "allowed_extensions": "This type of attribute has no file extensions.",
    "available_locales": "An identifier cannot have available locales.",
}


def _read_type(name: str, value: object, draft: Draft, structure: Structure) -> None:
    read.check_scalar(name, value)
    if value is None or value == "":
        raise Misshaped(f'Property "{name}" does not expect an empty value.')
    if not isinstance(value, str) or value not in ATTRIBUTE_TYPES:
        raise Misshaped(f'Property "{name}" expects a valid attribute type, "{value}" given.')
    draft[name] = value


def _read_extensions(name: str, value: object, draft: Draft, structure: Structure) -> None:
    found = [one.strip().lower() if isinstance(one, str) else one for one in read.read_list(name, value)]
    draft[name] = list(dict.fromkeys(found))


def _read_available_locales(name: str, value: object, draft: Draft, structure: Structure) -> None:
    read.references("locale", read.locale_code)(name, value, draft, structure)
    draft[name] = sorted(draft[name])


READERS = {
    "code": read.scalar,
    "type": _read_type,
    "group": read.reference("attribute group", read.attribute_group_code),
    "unique": read.scalar,
    "useable_as_grid_filter": read.scalar,
    "allowed_extensions": _read_extensions,
    "metric_family": read.scalar,
    "default_metric_unit": read.scalar,
    "reference_data_name": read.scalar,
    "available_locales": _read_available_locales,
    "max_characters": read.scalar,
    "validation_rule": read.scalar,
    "validation_regexp": read.scalar,
    "wysiwyg_enabled": read.scalar,
    "number_min": read.scalar,
    "number_max": read.scalar,
    "decimals_allowed": read.scalar,
    "negative_allowed": read.scalar,
    "date_min": read.day,
    "date_max": read.day,
    "max_file_size": read.scalar,
    "minimum_input_length": read.scalar,
    "sort_order": read.scalar,
    "localizable": read.scalar,
    "scopable": read.scalar,
    "labels": read.merged_labels,
    "guidelines": read.merged_labels,
    "auto_option_sorting": read.scalar,
    "default_value": read.scalar,
    "required": read.scalar,
    "group_labels": read.ignored,
    "is_main_identifier": read.ignored,
    # Of the enterprise edition: accepted everywhere, printed nowhere in this one.
    "is_read_only": read.ignored,
    "_links": read.ignored,
}


def _blank(structure: Structure) -> Draft:
    nothing = dict.fromkeys(name for name, reader in READERS.items() if reader is not read.ignored)
    return {
        **nothing,
        "unique": False,
        "useable_as_grid_filter": False,
        "localizable": False,
        "scopable": False,
        "allowed_extensions": [],
        "available_locales": [],
        "sort_order": 0,
        "labels": {},
        "guidelines": {},
        "required": False,
    }


def _draft_of(attribute: Attribute, structure: Structure) -> Draft:
    return {
        "code": attribute.code,
        "type": attribute.type,
        "group": attribute.group,
        "unique": attribute.unique,
        "useable_as_grid_filter": attribute.useable_as_grid_filter,
        "allowed_extensions": list(attribute.allowed_extensions),
        "metric_family": attribute.metric_family,
        "default_metric_unit": attribute.default_metric_unit,
        "reference_data_name": attribute.reference_data_name,
        "available_locales": sorted(attribute.available_locales),
        "max_characters": attribute.max_characters,
        "validation_rule": attribute.validation_rule,
        "validation_regexp": attribute.validation_regexp,
        "wysiwyg_enabled": attribute.wysiwyg_enabled,
        "number_min": attribute.number_min,
        "number_max": attribute.number_max,
        "decimals_allowed": attribute.decimals_allowed,
        "negative_allowed": attribute.negative_allowed,
        "date_min": attribute.date_min,
        "date_max": attribute.date_max,
        "max_file_size": attribute.max_file_size,
        "minimum_input_length": attribute.minimum_input_length,
        "sort_order": attribute.sort_order,
        "localizable": attribute.localizable,
        "scopable": attribute.scopable,
        "labels": dict(attribute.labels),
        "guidelines": dict(attribute.guidelines),
        "auto_option_sorting": attribute.auto_option_sorting,
        "default_value": attribute.default_value,
        "required": attribute.type == IDENTIFIER,
    }


def _complete(change: Change, body: Body) -> None:
    draft = change.draft
    if change.stored is None:
        for name in ("unique", "required"):
            if name not in body:
                draft[name] = draft["type"] == IDENTIFIER


def _check_common(change: Change) -> Iterator[Violation]:
    """Step 1: rules of every type, what cannot be changed, the code."""
    draft = change.draft
    yield from code_is_free(change)
    yield from unchanged(change, *SET_ONCE)
    if change.stored is None and draft["type"] == IDENTIFIER:
        yield from _check_identifier_limit(change.structure)
    if draft["type"] is None:
        yield Violation("type", "type.blank", "The type must not be blank.")
    yield from code_is_well_formed(change)
    if isinstance(draft["code"], str):
        yield from _check_reserved(draft["code"])
    if draft["group"] is None:
        yield Violation("group", "group.blank", "The group must not be blank.")
    yield from labels_are_valid(change)
    yield from _check_guidelines(change)
    yield from is_whole(change, "sort_order")
    for name in ("unique", "localizable", "scopable", "useable_as_grid_filter"):
        yield from is_boolean(change, name)
    for name in ("wysiwyg_enabled", "decimals_allowed", "negative_allowed", "auto_option_sorting", "default_value"):
        yield from is_boolean(change, name, nullable=True)
    if draft["required"] is not (draft["type"] == IDENTIFIER) and draft["type"] is not None:
        yield Violation("required", "required.type", "Identifiers are required, other attributes are not.")


def _check_identifier_limit(structure: Structure) -> Iterator[Violation]:
    if sum(one.type == IDENTIFIER for one in structure.attributes.values()) >= MOST_IDENTIFIERS:
        yield Violation("", "identifier.limit", f"The limit of {MOST_IDENTIFIERS} identifier attributes is reached.")


def _check_reserved(code: str) -> Iterator[Violation]:
    folded = code.lower()
    if folded in _RESERVED or folded.endswith(("_products", "_groups")):
        yield Violation("code", "code.reserved", f'The code "{code}" is not available: Limen uses it itself.')


def _check_guidelines(change: Change) -> Iterator[Violation]:
    for locale, text in change.draft["guidelines"].items():
        if change.structure.locale(locale) is None:
            yield Violation("guidelines", "guidelines.locale", f'The locale "{locale}" does not exist.')
        elif not isinstance(text, str):
            yield Violation(f"guidelines[{locale}]", "guidelines.type", "A guideline must be a string.")
        elif len(text) > GUIDELINES_LENGTH:
            message = f"This guideline is too long: at most {GUIDELINES_LENGTH} characters."
            yield Violation(f"guidelines[{locale}]", "guidelines.length", message)


def _check_type(change: Change) -> Iterator[Violation]:
    """Step 2: what the type allows, forbids and demands."""
    draft, type = change.draft, ATTRIBUTE_TYPES[change.draft["type"]]
    for name in CARRIED:
        if not type.carries(name) and draft[name] is not None and draft[name] != []:
            message = _NOT_CARRIED.get(name, "This property must be null for this type of attribute.")
            yield Violation(name, f"{name}.type", message)
    yield from _check_texts(change, type)
    yield from _check_numbers(change, type)
    yield from _check_metric(change, type)
    yield from _check_dates(draft, type)
    yield from _check_files(draft, type)
    yield from is_whole(change, "minimum_input_length", nullable=True)
    if type.reference_data:
        yield from _check_reference_data(draft)
    if draft["available_locales"] and draft["code"] in change.structure.variants_by_axis:
        message = "An axis of a family variant cannot have available locales."
        yield Violation("available_locales", "available_locales.axis", message)
    if draft["type"] == IDENTIFIER and draft["useable_as_grid_filter"] is not True:
        message = "An identifier must be usable as a grid filter."
        yield Violation("useable_as_grid_filter", "useable_as_grid_filter.identifier", message)


def _check_texts(change: Change, type: AttributeType) -> Iterator[Violation]:
    draft = change.draft
    if type.characters is not None:
        yield from is_whole(change, "max_characters", most=type.characters, nullable=True)
    rule = draft["validation_rule"]
    if type.validation_rules and rule is not None and rule not in type.validation_rules:
        allowed = ", ".join(sorted(type.validation_rules))
        yield Violation("validation_rule", "validation_rule.choice", f"The validation rule must be one of: {allowed}.")
    if type.regexp:
        yield from _check_regexp(draft["validation_regexp"])


def _check_regexp(value: object) -> Iterator[Violation]:
    if value is None or value == "":
        return
    if not isinstance(value, str) or len(value) > REGEXP_LENGTH:
        message = f"The regular expression must be a text of at most {REGEXP_LENGTH} characters."
        yield Violation("validation_regexp", "validation_regexp.length", message)
    elif compile_pattern(value) is None:
        message = "This is no valid regular expression. Write it with delimiters, as /^[A-Z]+$/."
        yield Violation("validation_regexp", "validation_regexp.pattern", message)


def _check_numbers(change: Change, type: AttributeType) -> Iterator[Violation]:
    draft = change.draft
    for name, demanded in (("decimals_allowed", type.decimals), ("negative_allowed", type.negatives)):
        if demanded and draft[name] is None:
            yield Violation(name, f"{name}.null", "This property must not be null for this type of attribute.")
    if not type.range:
        return
    for name in ("number_min", "number_max"):
        yield from _check_bound(draft, name)
    least, most = number(draft["number_min"]), number(draft["number_max"])
    # As in the target, a bound of zero is not compared.
    if least and most and most <= least:
        yield Violation("number_max", "number_max.order", "The greatest number must be above the least one.")


def _check_bound(draft: Draft, name: str) -> Iterator[Violation]:
    if draft[name] is None:
        return
    amount = number(draft[name])
    if amount is None:
        yield Violation(name, f"{name}.type", "This property must be a number.")
    elif abs(amount) >= _BEYOND_NUMBERS:
        yield Violation(name, f"{name}.range", "This number is too large.")
    elif draft["decimals_allowed"] is False and amount != amount.to_integral_value():
        yield Violation(name, f"{name}.decimals", "This property must be a whole number: decimals are not allowed.")
    elif draft["negative_allowed"] is False and amount < 0:
        yield Violation(name, f"{name}.negative", "This property must not be negative: negatives are not allowed.")


def _check_metric(change: Change, type: AttributeType) -> Iterator[Violation]:
    draft = change.draft
    if not type.metric:
        return
    code = draft["metric_family"]
    family = change.structure.measurement_family(code) if isinstance(code, str) else None
    if family is None or family.code != code:
        yield Violation("metric_family", "metric_family.unknown", f'There is no measurement family "{code}".')
        if draft["default_metric_unit"] is None:
            yield Violation("default_metric_unit", "default_metric_unit.blank", "The unit must not be blank.")
    elif draft["default_metric_unit"] not in family.units:
        message = f'The measurement family "{code}" has no unit "{draft["default_metric_unit"]}".'
        yield Violation("default_metric_unit", "default_metric_unit.unknown", message)


def _check_dates(draft: Draft, type: AttributeType) -> Iterator[Violation]:
    if type.dates and draft["date_min"] and draft["date_max"] and draft["date_max"] <= draft["date_min"]:
        yield Violation("date_max", "date_max.order", "The last date must be after the first one.")


def _check_files(draft: Draft, type: AttributeType) -> Iterator[Violation]:
    if type.extensions is None:
        return
    refused = [str(one) for one in draft["allowed_extensions"] if one not in type.extensions]
    if refused:
        message = f"Not possible here: {', '.join(refused)}. Possible are: {', '.join(sorted(type.extensions))}."
        yield Violation("allowed_extensions", "allowed_extensions.choice", message)
    if draft["max_file_size"] is not None:
        size = number(draft["max_file_size"])
        if size is None or not Decimal("0.01") <= size <= Decimal("9999.99"):
            message = "The largest file size must be a number of megabytes between 0.01 and 9999.99."
            yield Violation("max_file_size", "max_file_size.range", message)


def _check_reference_data(draft: Draft) -> Iterator[Violation]:
    if draft["reference_data_name"] is None:
        yield Violation("reference_data_name", "reference_data_name.blank", "The reference data must be named.")
    else:
        message = f'There is no reference data "{draft["reference_data_name"]}".'
        yield Violation("reference_data_name", "reference_data_name.unknown", message)


def _check_unique(change: Change) -> Iterator[Violation]:
    """Step 3."""
    unique, allowed = change.draft["unique"], ATTRIBUTE_TYPES[change.draft["type"]].unique
    if unique and allowed == "never":
        yield Violation("unique", "unique.type", "This type of attribute cannot have unique values.")
    elif not unique and allowed == "always":
        yield Violation("unique", "unique.identifier", "An identifier must have unique values.")


def _check_localizable_and_scopable(change: Change) -> Iterator[Violation]:
    """Step 4."""
    draft = change.draft
    for name in ("scopable", "localizable"):
        if draft["unique"] and draft[name]:
            yield Violation(name, f"{name}.unique", "An attribute with unique values must be false here.")


def _finish(draft: Draft) -> Draft:
    done = dict(draft)
    for name in ("number_min", "number_max"):
        done[name] = _rounded(draft[name], "0.0001")
    done["max_file_size"] = _rounded(draft["max_file_size"], "0.01")
    for name in ("max_characters", "minimum_input_length", "sort_order"):
        done[name] = whole(draft[name])
    done["validation_regexp"] = draft["validation_regexp"] or None
    return done


def _rounded(value: object, step: str) -> Decimal | None:
    amount = number(value)
    return None if amount is None else amount.quantize(Decimal(step), ROUND_HALF_UP)


ATTRIBUTE = Noun(
    name="attribute",
    readers=READERS,
    blank=_blank,
    draft_of=_draft_of,
    complete=_complete,
    steps=(_check_common, _check_type, _check_unique, _check_localizable_and_scopable),
    finish=_finish,
)
