"""What says which value an uploaded file is for: one part of a form, in JSON (api-products 3.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from limen.kit.errors import Malformed, Unprocessable
from limen.products.rules.reading import Naming


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """A value of a product or model; `key` is the identifier, uuid or code, as `flavour` says. Codes are as sent."""

    flavour: Naming
    key: str
    attribute: str
    locale: str | None
    scope: str | None


def read_upload_target(*, product: str | None, product_model: str | None) -> UploadTarget:
    """Read the one of both parts that was sent. Raises Malformed and Unprocessable."""
    if product is not None and product_model is None:
        return _read_product(_read_object("product", product))
    if product_model is not None and product is None:
        return _read_model(_read_object("product_model", product_model))
    raise Unprocessable('Send exactly one of the parts "product" and "product_model", beside the part "file".')


def _read_object(part: str, text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed(f'The part "{part}" is not valid JSON.') from None
    if not isinstance(value, dict):
        raise Malformed(f'The part "{part}" must be one JSON object.')
    return value


def _read_product(body: dict[str, Any]) -> UploadTarget:
    # A product as it was read has both, and one of them may be null.
    keys: list[tuple[Naming, Any]] = [
        (name, body[name]) for name in ("identifier", "uuid") if body.get(name) is not None
    ]
    if len(keys) != 1 or not body.keys() >= {"attribute", "locale", "scope"}:
        raise Unprocessable(
            'The part "product" must contain "attribute", "locale", "scope" and one of "identifier" and "uuid".'
        )
    ((flavour, key),) = keys
    return _target("product", flavour, key, body)


def _read_model(body: dict[str, Any]) -> UploadTarget:
    if not body.keys() >= {"code", "attribute", "locale", "scope"}:
        raise Unprocessable('The part "product_model" must contain "code", "attribute", "locale" and "scope".')
    return _target("product_model", "code", body["code"], body)


def _target(part: str, flavour: Naming, key: Any, body: dict[str, Any]) -> UploadTarget:
    locale, scope = body["locale"], body["scope"]
    for name, value in ((flavour, key), ("attribute", body["attribute"])):
        if not isinstance(value, str):
            raise Unprocessable(f'"{name}" in the part "{part}" must be a string.')
    for name, value in (("locale", locale), ("scope", scope)):
        if value is not None and not isinstance(value, str):
            raise Unprocessable(f'"{name}" in the part "{part}" must be a string or null.')
    return UploadTarget(flavour, key, body["attribute"], locale, scope)
