"""How locales, currencies, numbers, amounts and days are written for a person, in the language of the screens.

The data are the Unicode project's, by way of the library babel.
"""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal, InvalidOperation, localcontext
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_name
from django.utils.translation import get_language, to_locale

# The library works in the context that is set; with the usual 28 digits it fails at longer numbers.
_DIGITS = Context(prec=200)


def locale_name(code: str) -> str:
    """`de_AT` → "German (AT)"; a code that nobody knows stays as it is."""
    return _locale_name(code, _language())


def long_locale_name(code: str) -> str:
    """`de_AT` → "German (Austria)"; a code that nobody knows stays as it is."""
    return _long_locale_name(code, _language())


def currency_name(code: str) -> str:
    """`EUR` → "Euro"; a code that nobody knows stays as it is."""
    return get_currency_name(code, locale=_language())


def number(data: object) -> str:
    """`"36.5000"` → "36.5": no zeros that say nothing, thousands set apart."""
    amount = _decimal(data)
    if amount is None:
        return str(data)
    with localcontext(_DIGITS):
        return format_decimal(amount, locale=_language(), decimal_quantization=False)


def money(data: object, currency: str) -> str:
    """`"79.90"`, `EUR` → "€79.90"."""
    amount = _decimal(data)
    if amount is None:
        return f"{data} {currency}"
    with localcontext(_DIGITS):
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


@lru_cache(maxsize=2048)
def _long_locale_name(code: str, language: str) -> str:
    try:
        return Locale.parse(code).get_display_name(language) or code
    except (ValueError, UnknownLocaleError):
        return code
