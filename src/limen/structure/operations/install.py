"""What every installation starts with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from limen.kit import clock
from limen.structure.data import measurement, world
from limen.structure.models import (
    AssociationType,
    Attribute,
    AttributeGroup,
    Category,
    Channel,
    ChannelCurrency,
    ChannelLocale,
    Currency,
    Locale,
    MeasurementFamily,
    Version,
)
from limen.structure.operations.changes import new_version
from limen.structure.queries import snapshot_for_change
from limen.structure.rules.records import IDENTIFIER, Structure

ASSOCIATION_TYPES = {"PACK": "Pack", "SUBSTITUTION": "Substitution", "UPSELL": "Upsell", "X_SELL": "Cross sell"}
ENABLED_CURRENCIES = frozenset({"EUR", "USD"})
_OPERATORS = {"*": "mul", "/": "div", "+": "add", "-": "sub"}


def install(*, now: datetime | None = None) -> None:
    """Make what an installation starts with; safe to call on every start.

    The starting catalogue is made once, so that what people delete stays deleted; locales and currencies
    that a new release knows are always added. Cost: 2 queries when there is nothing to do, 18 the first time.
    """
    now = now or clock.now()
    with transaction.atomic():
        _ensure_version_row()
        structure = snapshot_for_change()
        locales = [code for code in world.locales() if structure.locale(code) is None]
        currencies = [code for code in world.currencies() if structure.currency(code) is None]
        if not (locales or currencies or not structure.attributes):
            return
        revision = new_version()
        Locale.objects.bulk_create([Locale(code=code, revision=revision) for code in locales])
        Currency.objects.bulk_create(
            [Currency(code=code, enabled=code in ENABLED_CURRENCIES, revision=revision) for code in currencies]
        )
        if not structure.attributes:
            _make_catalogue(structure, {"revision": revision, "created_at": now, "updated_at": now})


def _ensure_version_row() -> None:
    # The migration made it; a database whose tables were emptied has lost it.
    if not Version.objects.filter(id=1).exists():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO structure_version (id, version, options_version, trail)"
                " VALUES (1, nextval('structure_version_sequence'), nextval('structure_version_sequence'), '{}')"
                " ON CONFLICT DO NOTHING"
            )


def _make_catalogue(structure: Structure, always: Mapping[str, Any]) -> None:
    group = AttributeGroup.objects.create(code="other", sort_order=100, labels=_english("Other"), **always)
    Attribute.objects.create(
        code="sku",
        type=IDENTIFIER,
        unique=True,
        useable_as_grid_filter=True,
        is_main_identifier=True,
        labels=_english("SKU"),
        group=group,
        **always,
    )
    tree = Category.objects.create(code="master", position=1, labels=_english("Master catalogue"), **always)
    channel = Channel.objects.create(code="ecommerce", labels=_english("E-commerce"), category_tree=tree, **always)
    ChannelLocale.objects.create(channel=channel, locale_id="en_US", position=0)
    ChannelCurrency.objects.bulk_create(
        [
            ChannelCurrency(channel=channel, currency_id=code, position=position)
            for position, code in enumerate(sorted(ENABLED_CURRENCIES))
        ]
    )
    AssociationType.objects.bulk_create(
        [AssociationType(code=code, labels=_english(label), **always) for code, label in ASSOCIATION_TYPES.items()]
    )
    MeasurementFamily.objects.bulk_create(
        [
            MeasurementFamily(
                code=code, labels=_english(label), standard_unit_code=standard, units=_units(units), **always
            )
            for code, (label, standard, units) in measurement.FAMILIES.items()
        ]
    )


def _units(rows: tuple[measurement.UnitRow, ...]) -> str:
    units = [
        {
            "code": code,
            "symbol": symbol,
            "convert": [(_OPERATORS[operation[0]], operation[1:]) for operation in operations.split()],
            "labels": {"en_US": code.replace("_", " ").capitalize()},
        }
        for code, symbol, operations in rows
    ]
    return orjson.dumps(units).decode()


def _english(label: str) -> str:
    return orjson.dumps({"en_US": label}).decode()
