"""How things are called on the screen: labels of the catalogue, locales, numbers, in the reader's language.

A module of its own because the grid, the product's page and its history all say the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language, to_locale

from limen.kit.text import label_of
from limen.products.forms import Context
from limen.structure.rules import Channel, Structure


def channel_name(channel: Channel, locale: str) -> str:
    return label_of(dict(channel.labels), locale, channel.code)


def family_name(structure: Structure, code: str, locale: str) -> str:
    family = structure.family(code)
    return label_of(dict(family.labels) if family else {}, locale, code)


def attribute_name(structure: Structure, code: str, locale: str) -> str:
    attribute = structure.attribute(code)
    return label_of(dict(attribute.labels) if attribute else {}, locale, code)


def category_name(structure: Structure, code: str, context: Context) -> str:
    category = structure.category(code)
    return labels_in(category.labels if category else {}, context, code)


def group_name(structure: Structure, code: str, context: Context) -> str:
    group = structure.group(code)
    return labels_in(group.labels if group else {}, context, code)


def scope_name(structure: Structure, *, channel: str | None, locale: str | None, context: Context) -> str:
    """Name where a value stands: "E-commerce · English (US)"; empty for a value that is the same everywhere."""
    found = structure.channel(channel) if channel else None
    names = [channel_name(found, context.locale) if found else channel, locale_name(locale) if locale else None]
    return " · ".join(name for name in names if name)


def locale_name(code: str) -> str:
    """`de_AT` → "German (AT)"; a code that nobody knows stays as it is."""
    return _locale_name(code, _language())


def labels_in(labels: Mapping[str, str], context: Context, code: str) -> str:
    return label_of(dict(labels), context.locale, code)


def number(data: object) -> str:
    """`"36.5000"` → "36.5": no zeros that say nothing, thousands set apart."""
    amount = _decimal(data)
    if amount is None:
        return str(data)
    return format_decimal(amount, locale=_language(), decimal_quantization=False)


def money(data: object, currency: str) -> str:
    """`"79.90"`, `EUR` → "€79.90"."""
    amount = _decimal(data)
    if amount is None:
        return f"{data} {currency}"
    return format_currency(amount, currency, locale=_language(), decimal_quantization=False)


def day(data: object) -> str:
    """`2025-09-01T00:00:00+00:00` → "Sep 1, 2025": a day, in no time zone."""
    try:
        return format_date(date.fromisoformat(str(data)[:10]), format="medium", locale=_language())
    except ValueError:
        return str(data)


def size(octets: int) -> str:
    """`48211` → "48 kB"."""
    for unit in ("B", "kB", "MB"):
        if octets < 1000:
            return f"{octets} {unit}"
        octets = round(octets / 1000)
    return f"{octets} GB"


def _decimal(data: object) -> Decimal | None:
    try:
        amount = Decimal(str(data))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _language() -> str:
    return to_locale(get_language() or "en")


@lru_cache(maxsize=1024)
def _locale_name(code: str, language: str) -> str:
    try:
        locale = Locale.parse(code)
    except (ValueError, UnknownLocaleError):
        return code
    name = Locale.parse(language).languages.get(locale.language)
    if name is None:
        return code
    rest = ", ".join(part for part in (locale.script, locale.territory, locale.variant) if part)
    return f"{name} ({rest})" if rest else name
