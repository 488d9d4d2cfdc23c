"""Makes products, through the room's own operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from limen.accounts.rules import SYSTEM, Caller
from limen.kit.errors import Refused
from limen.products import operations
from limen.products.operations import Line

NOW = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)


def make_product(
    identifier: str | None = "chair",
    family: str | None = None,
    values: Mapping[str, Any] | None = None,
    *,
    by: Caller = SYSTEM,
    now: datetime = NOW,
    **properties: Any,
) -> str:
    """Make a product and give its uuid. `values={"name": "Chair"}` is short for a value without locale and channel."""
    body: dict[str, Any] = {"family": family, "values": values_of(values or {}), **properties}
    if identifier is None:
        line, flavour = Line(body, new=True), "uuid"
    else:
        line, flavour = Line({"identifier": identifier, **body}, new=True), "identifier"
    (result,) = operations.upsert_products([line], flavour=flavour, by=by, now=now)  # type: ignore[arg-type]
    if isinstance(result.outcome, Refused):
        raise result.outcome
    assert result.uuid is not None
    return result.uuid


def change_product(
    uuid: str, *, by: Caller = SYSTEM, now: datetime = NOW, values: Mapping[str, Any] | None = None, **properties: Any
) -> None:
    """Change a product; `values` as in make_product."""
    body = {**properties, **({"values": values_of(values)} if values is not None else {})}
    (result,) = operations.upsert_products([Line(body, uuid)], flavour="uuid", by=by, now=now)
    if isinstance(result.outcome, Refused):
        raise result.outcome


def value(data: Any, locale: str | None = None, scope: str | None = None) -> list[dict[str, Any]]:
    """Give the values of an attribute that has one, as the API wants them."""
    return [{"locale": locale, "scope": scope, "data": data}]


def values_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of objects with a `locale` are values already; anything else is the data of one."""
    return {code: one if _is_values(one) else value(one) for code, one in values.items()}


def _is_values(one: Any) -> bool:
    return isinstance(one, list) and bool(one) and all(isinstance(part, dict) and "locale" in part for part in one)
