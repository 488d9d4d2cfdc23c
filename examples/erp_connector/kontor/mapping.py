"""The mapping table: which field of the ERP becomes which attribute of the PIM.

This is the file an integrator edits. A line of FIELDS says where the ERP has a value, what the PIM calls it
and what the attribute is like; the attribute is made in the PIM when it is missing.

Nothing is judged here. A weight of "12 kg" or a colour nobody knows goes to the PIM as it is, and the PIM
refuses the line with its reason: the person who must mend it in the ERP sees what is really there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kontor.export import Article

CHANNEL = "ecommerce"
LOCALES = {"EN": "en_US", "DE": "de_DE"}
CURRENCIES = ("EUR", "USD")
UNITS = {
    "g": "GRAM",
    "kg": "KILOGRAM",
    "mm": "MILLIMETER",
    "cm": "CENTIMETER",
    "m": "METER",
    "km": "KILOMETER",
    "W": "WATT",
    "V": "VOLT",
    "bar": "BAR",
    "h": "HOUR",
    "d": "DAY",
    "C": "CELSIUS",
    "km/h": "KILOMETER_PER_HOUR",
}


class Unmappable(Exception):
    """The article cannot become a product; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Field:
    """`source` is where the ERP has it: a plain field, text, feature, features, measure, flag, date or price;
    `key` its name there; `groups` the ERP's product groups that have it (empty: all);
    `options` the code list that the values come from; `required` counts for completeness."""

    source: str
    key: str
    attribute: str
    type: str
    group: str
    labels: tuple[str, str]
    properties: Mapping[str, Any]
    groups: frozenset[str] = frozenset()
    options: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    code: str
    labels: tuple[str, str]


ATTRIBUTE_GROUPS = {
    "marketing": ("Marketing", "Marketing"),
    "technical": ("Technical data", "Technische Daten"),
    "logistics": ("Logistics", "Logistik"),
    "commercial": ("Commercial", "Kaufmännisch"),
}

FAMILIES = {
    "CITYBIKE": Family("city_bikes", ("City bikes", "Stadträder")),
    "EBIKE": Family("e_bikes", ("E-bikes", "E-Bikes")),
    "WHEEL": Family("wheels", ("Wheels", "Laufräder")),
    "TYRE": Family("tyres", ("Tyres", "Reifen")),
    "LIGHT": Family("lights", ("Lights", "Leuchten")),
    "HELMET": Family("helmets", ("Helmets", "Helme")),
    "TOOL": Family("tools", ("Tools", "Werkzeug")),
}

_TEXT, _AREA, _NUMBER = "pim_catalog_text", "pim_catalog_textarea", "pim_catalog_number"
_SELECT, _MULTI, _METRIC = "pim_catalog_simpleselect", "pim_catalog_multiselect", "pim_catalog_metric"
_BOOLEAN, _DATE, _PRICE = "pim_catalog_boolean", "pim_catalog_date", "pim_catalog_price_collection"

_LOCAL = {"localizable": True}
_WHOLE = {"decimals_allowed": False, "negative_allowed": False}
_DECIMAL = {"decimals_allowed": True, "negative_allowed": False}


def _metric(family: str, unit: str, **more: Any) -> dict[str, Any]:
    return {**_DECIMAL, "metric_family": family, "default_metric_unit": unit, **more}


def _only(*groups: str) -> frozenset[str]:
    return frozenset(groups)


_BIKES = _only("CITYBIKE", "EBIKE")
_ROLLING = _only("CITYBIKE", "EBIKE", "WHEEL", "TYRE")
_EAN = {"unique": True, "validation_rule": "regexp", "validation_regexp": "/^[0-9]{13}$/"}
_CUSTOMS = {"max_characters": 12}
_COLD = {"negative_allowed": True}

# fmt: off
FIELDS: tuple[Field, ...] = (
    Field("text", "name", "name", _TEXT, "marketing", ("Name", "Bezeichnung"), _LOCAL, required=True),
    Field("text", "short", "short_description", _TEXT, "marketing", ("Short text", "Kurztext"), _LOCAL),
    Field("text", "long", "description", _AREA, "marketing", ("Description", "Beschreibung"),
          {"localizable": True, "scopable": True, "wysiwyg_enabled": True}, required=True),
    Field("feature", "BRAND", "brand", _SELECT, "marketing", ("Brand", "Marke"), {}, options="BRAND", required=True),
    Field("feature", "COLOUR", "colour", _SELECT, "marketing", ("Colour", "Farbe"), {}, options="COLOUR"),
    Field("features", "MATERIAL", "materials", _MULTI, "technical", ("Materials", "Materialien"), {},
          options="MATERIAL"),
    Field("plain", "modelYear", "model_year", _NUMBER, "marketing", ("Model year", "Modelljahr"),
          {**_WHOLE, "number_min": "2010.0000"}),
    Field("date", "availableFrom", "available_from", _DATE, "commercial", ("Available from", "Lieferbar ab"), {}),
    Field("price", "", "price", _PRICE, "commercial", ("Price", "Preis"), {"decimals_allowed": True}, required=True),
    Field("plain", "ean", "ean", _TEXT, "commercial", ("EAN", "EAN"), _EAN),
    Field("plain", "supplierNumber", "supplier_number", _TEXT, "commercial", ("Supplier number", "Lieferantennummer"),
          {}),
    Field("plain", "minOrder", "minimum_order", _NUMBER, "commercial", ("Minimum order", "Mindestmenge"), _WHOLE),
    Field("feature", "ORDER_UNIT", "order_unit", _SELECT, "commercial", ("Order unit", "Bestelleinheit"), {},
          options="ORDER_UNIT"),
    Field("flag", "clearance", "clearance", _BOOLEAN, "commercial", ("Clearance", "Abverkauf"), {}),
    Field("measure", "weight", "weight", _METRIC, "logistics", ("Weight", "Gewicht"), _metric("Weight", "KILOGRAM"),
          required=True),
    Field("measure", "packLength", "pack_length", _METRIC, "logistics", ("Pack length", "Packlänge"),
          _metric("Length", "CENTIMETER")),
    Field("measure", "packWidth", "pack_width", _METRIC, "logistics", ("Pack width", "Packbreite"),
          _metric("Length", "CENTIMETER")),
    Field("measure", "packHeight", "pack_height", _METRIC, "logistics", ("Pack height", "Packhöhe"),
          _metric("Length", "CENTIMETER")),
    Field("measure", "packWeight", "pack_weight", _METRIC, "logistics", ("Pack weight", "Packgewicht"),
          _metric("Weight", "KILOGRAM")),
    Field("measure", "leadTime", "lead_time", _METRIC, "logistics", ("Lead time", "Lieferzeit"),
          _metric("Duration", "DAY")),
    Field("feature", "ORIGIN", "country_of_origin", _SELECT, "logistics", ("Country of origin", "Ursprungsland"), {},
          options="ORIGIN"),
    Field("plain", "customsCode", "customs_code", _TEXT, "logistics", ("Customs code", "Zolltarifnummer"), _CUSTOMS),
    Field("flag", "dangerousGoods", "dangerous_goods", _BOOLEAN, "logistics", ("Dangerous goods", "Gefahrgut"), {}),
    Field("measure", "frameSize", "frame_size", _METRIC, "technical", ("Frame size", "Rahmenhöhe"),
          _metric("Length", "CENTIMETER"), _BIKES, required=True),
    Field("feature", "FRAME", "frame_shape", _SELECT, "technical", ("Frame shape", "Rahmenform"), {}, _BIKES, "FRAME"),
    Field("plain", "gears", "gears", _NUMBER, "technical", ("Gears", "Gänge"), _WHOLE, _BIKES),
    Field("feature", "BRAKE", "brake", _SELECT, "technical", ("Brake", "Bremse"), {}, _BIKES | {"WHEEL"}, "BRAKE"),
    Field("measure", "maxLoad", "maximum_load", _METRIC, "technical", ("Maximum load", "Zulässiges Gesamtgewicht"),
          _metric("Weight", "KILOGRAM"), _BIKES),
    Field("flag", "mudguards", "mudguards", _BOOLEAN, "technical", ("Mudguards", "Schutzbleche"), {}, _BIKES),
    Field("feature", "WHEEL_SIZE", "wheel_size", _SELECT, "technical", ("Wheel size", "Laufradgröße"), {}, _ROLLING,
          "WHEEL_SIZE", required=True),
    Field("measure", "motorPower", "motor_power", _METRIC, "technical", ("Motor power", "Motorleistung"),
          _metric("Power", "WATT"), _only("EBIKE"), required=True),
    Field("plain", "torque", "torque", _NUMBER, "technical", ("Torque (Nm)", "Drehmoment (Nm)"), _DECIMAL,
          _only("EBIKE")),
    Field("measure", "voltage", "battery_voltage", _METRIC, "technical", ("Battery voltage", "Akkuspannung"),
          _metric("Voltage", "VOLT"), _only("EBIKE", "LIGHT")),
    Field("measure", "range", "riding_range", _METRIC, "technical", ("Range", "Reichweite"),
          _metric("Length", "KILOMETER"), _only("EBIKE")),
    Field("measure", "topSpeed", "assisted_speed", _METRIC, "technical", ("Assisted up to", "Unterstützt bis"),
          _metric("Speed", "KILOMETER_PER_HOUR"), _only("EBIKE")),
    Field("plain", "spokes", "spokes", _NUMBER, "technical", ("Spokes", "Speichen"), _WHOLE, _only("WHEEL")),
    Field("flag", "tubeless", "tubeless", _BOOLEAN, "technical", ("Tubeless", "Schlauchlos"), {},
          _only("WHEEL", "TYRE")),
    Field("measure", "tyreWidth", "tyre_width", _METRIC, "technical", ("Tyre width", "Reifenbreite"),
          _metric("Length", "MILLIMETER"), _only("TYRE"), required=True),
    Field("measure", "maxPressure", "maximum_pressure", _METRIC, "technical", ("Maximum pressure", "Höchstdruck"),
          _metric("Pressure", "BAR"), _only("TYRE")),
    Field("flag", "punctureProtection", "puncture_protection", _BOOLEAN, "technical",
          ("Puncture protection", "Pannenschutz"), {}, _only("TYRE")),
    Field("plain", "lumens", "lumens", _NUMBER, "technical", ("Lumens", "Lumen"), _WHOLE, _only("LIGHT"),
          required=True),
    Field("measure", "beamRange", "beam_range", _METRIC, "technical", ("Beam range", "Leuchtweite"),
          _metric("Length", "METER"), _only("LIGHT")),
    Field("measure", "burnTime", "burn_time", _METRIC, "technical", ("Burn time", "Leuchtdauer"),
          _metric("Duration", "HOUR"), _only("LIGHT")),
    Field("measure", "coldLimit", "lowest_temperature", _METRIC, "technical", ("Works down to", "Einsetzbar bis"),
          _metric("Temperature", "CELSIUS", **_COLD), _only("EBIKE", "LIGHT")),
    Field("measure", "headFrom", "head_from", _METRIC, "technical", ("Head size from", "Kopfumfang ab"),
          _metric("Length", "CENTIMETER"), _only("HELMET"), required=True),
    Field("measure", "headTo", "head_to", _METRIC, "technical", ("Head size to", "Kopfumfang bis"),
          _metric("Length", "CENTIMETER"), _only("HELMET")),
    Field("features", "NORM", "norms", _MULTI, "technical", ("Norms", "Normen"), {}, _only("HELMET", "LIGHT", "EBIKE"),
          "NORM"),
    Field("plain", "pieces", "pieces", _NUMBER, "technical", ("Pieces", "Teile"), _WHOLE, _only("TOOL")),
    Field("feature", "DRIVE", "tool_drive", _SELECT, "technical", ("Drive", "Antriebsprofil"), {}, _only("TOOL"),
          "DRIVE"),
)
# fmt: on


def to_product(article: Article) -> dict[str, Any]:
    """Turn an article into a product of the PIM's API, identifier flavour.

    The ERP is the master of every mapped field: one that is absent there is emptied in the PIM.
    Unmappable when there is no article number, the one thing the PIM cannot tell us about.
    """
    number = article.fields.get("number", "")
    if not number.strip():
        raise Unmappable("The article has no number.")
    group = article.fields.get("group", "")
    family = FAMILIES.get(group)
    fields = [field for field in FIELDS if not field.groups or group in field.groups]
    return {
        "identifier": number,
        "family": family.code if family else group.lower(),
        "enabled": article.fields.get("status") != "X",
        "categories": article.nodes,
        "values": {field.attribute: _values(field, article) for field in fields},
    }


def _values(field: Field, article: Article) -> list[dict[str, Any]]:
    if field.source == "text":
        scope = CHANNEL if field.properties.get("scopable") else None
        return [
            {"locale": locale, "scope": scope, "data": article.texts.get(language, {}).get(field.key) or None}
            for language, locale in LOCALES.items()
        ]
    return [{"locale": None, "scope": None, "data": _data(field, article)}]


def _data(field: Field, article: Article) -> Any:
    if field.source == "price":
        return [{"amount": amount, "currency": currency} for currency, amount in article.prices]
    if field.source == "measure":
        return _measure(article.measures.get(field.key))
    if field.source in ("feature", "features"):
        codes = article.features.get(field.key, [])
        return codes if field.source == "features" else next(iter(codes), None)
    content = article.fields.get(field.key)
    if not content:
        return None
    if field.source == "flag":
        return {"Y": True, "N": False}.get(content, content)
    if field.source == "date":
        return re.sub(r"^(\d\d)\.(\d\d)\.(\d{4})$", r"\3-\2-\1", content)
    return content


def _measure(found: tuple[str, str] | None) -> dict[str, str] | None:
    if found is None or not found[0]:
        return None
    amount, unit = found
    return {"amount": amount, "unit": UNITS.get(unit, unit)}
