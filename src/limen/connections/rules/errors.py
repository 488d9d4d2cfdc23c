"""Errors of the data that connections send: what is kept of one, and where to mend its cause (monitoring 3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from limen.kit.errors import Invalid, Refused, Violation

# The newest so many of a connection are kept and shown, of the last so many days.
ERRORS_KEPT = 100
DAYS_SHOWN, DAYS_KEPT = 7, 8
COUNTS_KEPT = timedelta(days=10)
BUSINESS, TECHNICAL = "api_error.business", "api_error.technical"

Content = dict[str, Any]


def contents(refusal: Refused, about: Mapping[str, str | None] | None) -> list[Content]:
    """Write down a refusal: one document, or one for each broken rule."""
    product = {"product": dict(about)} if about is not None else {}
    if isinstance(refusal, Invalid):
        return [{**_violation(one), **product} for one in refusal.violations]
    content: Content = {"type": "domain_error", "message": refusal.message}
    if refusal.named:
        template = refusal.message
        for name, value in refusal.named.items():
            template = template.replace(f'"{value}"', f'"{{{name}}}"')
        content |= {"message_template": template, "message_parameters": dict(refusal.named)}
    return [content | product]


def _violation(one: Violation) -> Content:
    attribute = one.extra.get("attribute")
    named = {"%attribute%": attribute} if attribute and f'"{attribute}"' in one.message else {}
    template = one.message.replace(f'"{attribute}"', '"%attribute%"') if named else one.message
    return {
        "type": "violation_error",
        "code": one.code,
        "property": one.path,
        "message": one.message,
        **one.extra,
        "message_template": template,
        "message_parameters": named,
    }


def shown_since(now: datetime) -> datetime:
    """Give the moment from which errors are shown: seven UTC days, today the last of them."""
    today = now.astimezone(UTC).date()
    return datetime.combine(today - timedelta(days=DAYS_SHOWN - 1), time(), UTC)


@dataclass(frozen=True, slots=True)
class Cure:
    """Where to look: `route` the name of a screen of ours, with `argument` when it is about one thing."""

    route: str
    argument: str | None = None


def cure_of(content: Content) -> tuple[Cure | None, str]:
    """Give the screen where the cause can be mended, and the help page about it."""
    for name, route, page in (
        ("family_code", "structure:families", "families"),
        ("attribute_code", "structure:attributes", "attributes-and-options"),
        ("category_code", "", "glossary"),
        ("product_identifier", "", "glossary"),
    ):
        if name in content.get("message_parameters", {}):
            return (Cure(route) if route else None), page
    code, attribute = content.get("code", ""), content.get("attribute")
    if code.startswith(("locale.", "channel.", "currency.")):
        return Cure("structure:channels"), "channels-locales-currencies"
    if attribute:
        return Cure("structure:attribute", attribute), "attributes-and-options"
    return None, "api-conventions"
