"""The feed of changes: its resources, and the cursor that says how far a reader has come. Pure."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from limen.kit.errors import Unprocessable

MOST_CHANGES = 1000


@dataclass(frozen=True, slots=True)
class Resource:
    """`area` is the word before the colon of an event's subject; `permission` what a reader needs, None for nothing."""

    area: str
    permission: str | None


# By their names in addresses. What is not here (connections, people) is not for connectors.
RESOURCES = {
    "products": Resource("product", "pim_api_product_list"),
    "product-models": Resource("product_model", "pim_api_product_list"),
    "families": Resource("family", "pim_api_family_list"),
    "family-variants": Resource("family_variant", "pim_api_family_variant_list"),
    "attributes": Resource("attribute", "pim_api_attribute_list"),
    "attribute-options": Resource("attribute_option", "pim_api_attribute_option_list"),
    "attribute-groups": Resource("attribute_group", "pim_api_attribute_group_list"),
    "association-types": Resource("association_type", "pim_api_association_type_list"),
    "categories": Resource("category", "pim_api_category_list"),
    "category-templates": Resource("category_template", "pim_api_category_list"),
    "channels": Resource("channel", "pim_api_channel_list"),
    "currencies": Resource("currency", "pim_api_currency_list"),
    "groups": Resource("group", "pim_api_product_list"),
    "measurement-families": Resource("measurement_family", "pim_api_measurement_family_list"),
    "media-files": Resource("media_file", None),
}


def read_resources(text: str) -> list[Resource]:
    """Read the names of resources, separated by commas."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in RESOURCES:
            raise Unprocessable(
                f'The resource "{name}" has no changes to follow. Possible are: {", ".join(RESOURCES)}.'
            )
    return [RESOURCES[name] for name in dict.fromkeys(names)]


def areas_of(resources: Iterable[Resource]) -> list[str]:
    return [one.area for one in resources]


_CURSOR = b"changes:"


def cursor_of(position: int) -> str:
    return urlsafe_b64encode(_CURSOR + str(position).encode()).decode().rstrip("=")


def read_cursor(text: str) -> int:
    """Give the position that a cursor stands for."""
    try:
        decoded = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        decoded = b""
    number = decoded.removeprefix(_CURSOR)
    if not decoded.startswith(_CURSOR) or not number.isdigit() or len(number) > 17:
        raise Unprocessable('"after" is no cursor of this feed. Send the "next" of an answer, or "now", unchanged.')
    return int(number)
