"""Measurement families: the stock of a new installation, conversion, and the API.

Numbers are those of the acceptance cases of the conventions.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from limen.structure import queries
from tests.factories.structure import make_attribute
from tests.structure.answers import assert_plain

pytestmark = pytest.mark.django_db

STANDARD_UNITS = {
    "Angle": "RADIAN",
    "Area": "SQUARE_METER",
    "Binary": "BYTE",
    "Brightness": "LUMEN",
    "Capacitance": "FARAD",
    "CaseBox": "PIECE",
    "Decibel": "DECIBEL",
    "Duration": "SECOND",
    "ElectricCharge": "AMPEREHOUR",
    "Energy": "JOULE",
    "Force": "NEWTON",
    "Frequency": "HERTZ",
    "Intensity": "AMPERE",
    "Length": "METER",
    "MassFlow": "KILOGRAM_PER_SECOND",
    "Power": "WATT",
    "Pressure": "BAR",
    "Resistance": "OHM",
    "Speed": "METER_PER_SECOND",
    "Temperature": "KELVIN",
    "Voltage": "VOLT",
    "Volume": "CUBIC_METER",
    "VolumeFlow": "CUBIC_METER_PER_SECOND",
    "Weight": "KILOGRAM",
}

# family, amount, unit, the same amount in another unit
EQUIVALENTS = [
    ("Angle", 180, "DEGREE", "3.141592653589793", "RADIAN"),
    ("Angle", 360, "DEGREE", 1, "REVOLUTION"),
    ("Angle", 1, "DEGREE", 60, "MINUTE"),
    ("Angle", 1, "MINUTE", 60, "SECOND"),
    ("Angle", 100, "GON", 90, "DEGREE"),
    ("Angle", 6400, "MIL", 360, "DEGREE"),
    ("Angle", 1, "MILLIRADIAN", 1000, "MICRORADIAN"),
    ("Angle", 1, "RADIAN", 1000, "MILLIRADIAN"),
    ("Area", 1, "SQUARE_METER", 1_000_000, "SQUARE_MILLIMETER"),
    ("Area", 1, "SQUARE_METER", 10_000, "SQUARE_CENTIMETER"),
    ("Area", 1, "SQUARE_METER", 100, "SQUARE_DECIMETER"),
    ("Area", 1, "CENTIARE", 1, "SQUARE_METER"),
    ("Area", 1, "ARE", 1, "SQUARE_DEKAMETER"),
    ("Area", 1, "HECTARE", 100, "ARE"),
    ("Area", 1, "HECTARE", 1, "SQUARE_HECTOMETER"),
    ("Area", 1, "SQUARE_KILOMETER", 100, "HECTARE"),
    ("Area", 1, "SQUARE_INCH", 1_000_000, "SQUARE_MIL"),
    ("Area", 1, "SQUARE_FOOT", 144, "SQUARE_INCH"),
    ("Area", 1, "SQUARE_YARD", 9, "SQUARE_FOOT"),
    ("Area", 1, "ACRE", 4840, "SQUARE_YARD"),
    ("Area", 1, "SQUARE_MILE", 640, "ACRE"),
    ("Area", 1, "SQUARE_MILE", 64, "SQUARE_FURLONG"),
    ("Area", 1, "ARPENT", "3418.89", "SQUARE_METER"),
    ("Binary", 8, "BIT", 1, "BYTE"),
    ("Binary", 1, "KILOBIT", 125, "BYTE"),
    ("Binary", 8, "MEGABIT", 1_000_000, "BYTE"),
    ("Binary", 1, "GIGABIT", 1000, "MEGABIT"),
    ("Binary", 1, "KILOBYTE", 1024, "BYTE"),
    ("Binary", 1, "MEGABYTE", 1024, "KILOBYTE"),
    ("Binary", 1, "GIGABYTE", 1024, "MEGABYTE"),
    ("Binary", 1, "TERABYTE", 1024, "GIGABYTE"),
    ("Brightness", 1, "LUMEN", 1, "LUMEN"),
    ("Capacitance", 1, "PICOFARAD", 1_000_000, "ATTOFARAD"),
    ("Capacitance", 1, "NANOFARAD", 1000, "PICOFARAD"),
    ("Capacitance", 1, "MICROFARAD", 1000, "NANOFARAD"),
    ("Capacitance", 1, "MILLIFARAD", 1000, "MICROFARAD"),
    ("Capacitance", 1, "FARAD", 1000, "MILLIFARAD"),
    ("Capacitance", 1, "KILOFARAD", 1000, "FARAD"),
    ("CaseBox", 1, "DOZEN", 12, "PIECE"),
    ("Decibel", 1, "DECIBEL", 1, "DECIBEL"),
    ("Duration", 1, "SECOND", 1000, "MILLISECOND"),
    ("Duration", 1, "MINUTE", 60, "SECOND"),
    ("Duration", 1, "HOUR", 60, "MINUTE"),
    ("Duration", 1, "DAY", 24, "HOUR"),
    ("Duration", 1, "WEEK", 7, "DAY"),
    ("Duration", 1, "YEAR", 365, "DAY"),
    ("Duration", 1, "YEAR", 12, "MONTH"),
    ("ElectricCharge", 1, "AMPEREHOUR", 1000, "MILLIAMPEREHOUR"),
    ("ElectricCharge", 1, "AMPEREHOUR", 3600, "COULOMB"),
    ("ElectricCharge", 1, "COULOMB", 1000, "MILLICOULOMB"),
    ("ElectricCharge", 1, "COULOMB", 100, "CENTICOULOMB"),
    ("ElectricCharge", 1, "COULOMB", 10, "DECICOULOMB"),
    ("ElectricCharge", 1, "DEKACOULOMB", 10, "COULOMB"),
    ("ElectricCharge", 1, "HECTOCOULOMB", 100, "COULOMB"),
    ("ElectricCharge", 1, "KILOCOULOMB", 1000, "COULOMB"),
    ("Energy", 1, "KILOJOULE", 1000, "JOULE"),
    ("Energy", 1, "MEGAJOULE", 1000, "KILOJOULE"),
    ("Energy", 1, "CALORIE", "4.184", "JOULE"),
    ("Energy", 1, "KILOCALORIE", 1000, "CALORIE"),
    ("Energy", 1, "WATTHOUR", 3600, "JOULE"),
    ("Energy", 1, "KILOWATTHOUR", "3.6", "MEGAJOULE"),
    ("Force", 1, "NEWTON", 1000, "MILLINEWTON"),
    ("Force", 1, "KILONEWTON", 1000, "NEWTON"),
    ("Force", 1, "MEGANEWTON", 1000, "KILONEWTON"),
    ("Force", 1, "KILOGRAM_FORCE", "9.80665", "NEWTON"),
    ("Force", 1, "POUND_FORCE", "0.45359237", "KILOGRAM_FORCE"),
    ("Frequency", 1, "KILOHERTZ", 1000, "HERTZ"),
    ("Frequency", 1, "MEGAHERTZ", 1000, "KILOHERTZ"),
    ("Frequency", 1, "GIGAHERTZ", 1000, "MEGAHERTZ"),
    ("Frequency", 1, "TERAHERTZ", 1000, "GIGAHERTZ"),
    ("Intensity", 1, "MILLIAMPERE", 1000, "MICROAMPERE"),
    ("Intensity", 1, "AMPERE", 1000, "MILLIAMPERE"),
    ("Intensity", 1, "AMPERE", 100, "CENTIAMPERE"),
    ("Intensity", 1, "AMPERE", 10, "DECIAMPERE"),
    ("Intensity", 1, "DEKAMPERE", 10, "AMPERE"),
    ("Intensity", 1, "HECTOAMPERE", 100, "AMPERE"),
    ("Intensity", 1, "KILOAMPERE", 1000, "AMPERE"),
    ("Length", 1, "MILLIMETER", 1000, "MICROMETER"),
    ("Length", 1, "CENTIMETER", 10, "MILLIMETER"),
    ("Length", 1, "DECIMETER", 10, "CENTIMETER"),
    ("Length", 1, "METER", 10, "DECIMETER"),
    ("Length", 1, "DEKAMETER", 10, "METER"),
    ("Length", 1, "HECTOMETER", 100, "METER"),
    ("Length", 1, "KILOMETER", 1000, "METER"),
    ("Length", 1, "INCH", 1000, "MIL"),
    ("Length", 1, "INCH", "2.54", "CENTIMETER"),
    ("Length", 1, "FEET", 12, "INCH"),
    ("Length", 1, "YARD", 3, "FEET"),
    ("Length", 1, "CHAIN", 22, "YARD"),
    ("Length", 1, "FURLONG", 10, "CHAIN"),
    ("Length", 1, "MILE", 8, "FURLONG"),
    ("Length", 1, "NAUTICAL_MILE", 1852, "METER"),
    ("MassFlow", 1, "GRAM_PER_SECOND", 1000, "MILLIGRAM_PER_SECOND"),
    ("MassFlow", 1, "GRAM_PER_MINUTE", 1000, "MILLIGRAM_PER_MINUTE"),
    ("MassFlow", 1, "GRAM_PER_HOUR", 1000, "MILLIGRAM_PER_HOUR"),
    ("MassFlow", 1, "GRAM_PER_DAY", 1000, "MILLIGRAM_PER_DAY"),
    ("MassFlow", 1, "KILOGRAM_PER_SECOND", 1000, "GRAM_PER_SECOND"),
    ("MassFlow", 1, "KILOGRAM_PER_MINUTE", 1000, "GRAM_PER_MINUTE"),
    ("MassFlow", 1, "KILOGRAM_PER_HOUR", 1000, "GRAM_PER_HOUR"),
    ("MassFlow", 1, "KILOGRAM_PER_DAY", 1000, "GRAM_PER_DAY"),
    ("MassFlow", 1, "KILOGRAM_PER_SECOND", 60, "KILOGRAM_PER_MINUTE"),
    ("MassFlow", 1, "KILOGRAM_PER_MINUTE", 60, "KILOGRAM_PER_HOUR"),
    ("MassFlow", 1, "KILOGRAM_PER_HOUR", 24, "KILOGRAM_PER_DAY"),
    ("MassFlow", 1, "TON_PER_SECOND", 1000, "KILOGRAM_PER_SECOND"),
    ("MassFlow", 1, "TON_PER_MINUTE", 1000, "KILOGRAM_PER_MINUTE"),
    ("MassFlow", 1, "TON_PER_HOUR", 1000, "KILOGRAM_PER_HOUR"),
    ("MassFlow", 1, "TON_PER_DAY", 1000, "KILOGRAM_PER_DAY"),
    ("MassFlow", 1, "POUND_PER_SECOND", "0.45359237", "KILOGRAM_PER_SECOND"),
    ("MassFlow", 1, "POUND_PER_MINUTE", "0.45359237", "KILOGRAM_PER_MINUTE"),
    ("MassFlow", 1, "POUND_PER_HOUR", "0.45359237", "KILOGRAM_PER_HOUR"),
    ("MassFlow", 1, "POUND_PER_DAY", "0.45359237", "KILOGRAM_PER_DAY"),
    ("Power", 1, "WATT", 1000, "MILLIWATT"),
    ("Power", 1, "KILOWATT", 1000, "WATT"),
    ("Power", 1, "MEGAWATT", 1000, "KILOWATT"),
    ("Power", 1, "GIGAWATT", 1000, "MEGAWATT"),
    ("Power", 1, "TERAWATT", 1000, "GIGAWATT"),
    ("Power", 1, "METRIC_HORSEPOWER", "735.49875", "WATT"),
    ("Pressure", 1, "BAR", 100_000, "PASCAL"),
    ("Pressure", 1, "HECTOPASCAL", 100, "PASCAL"),
    ("Pressure", 1, "HECTOPASCAL", 1, "MILLIBAR"),
    ("Pressure", 1, "KILOPASCAL", 1000, "PASCAL"),
    ("Pressure", 1, "MEGAPASCAL", 10, "BAR"),
    ("Pressure", 1, "ATM", 101_325, "PASCAL"),
    ("Pressure", 760, "TORR", 1, "ATM"),
    ("Pressure", 1, "PSI", "6894.757293168", "PASCAL"),
    ("Pressure", 1, "MMHG", "133.322387415", "PASCAL"),
    ("Resistance", 1, "OHM", 1000, "MILLIOHM"),
    ("Resistance", 1, "OHM", 100, "CENTIOHM"),
    ("Resistance", 1, "OHM", 10, "DECIOHM"),
    ("Resistance", 1, "DEKAOHM", 10, "OHM"),
    ("Resistance", 1, "HECTOHM", 100, "OHM"),
    ("Resistance", 1, "KILOHM", 1000, "OHM"),
    ("Resistance", 1, "MEGOHM", 1000, "KILOHM"),
    ("Speed", 1, "METER_PER_SECOND", 60, "METER_PER_MINUTE"),
    ("Speed", 1, "METER_PER_MINUTE", 60, "METER_PER_HOUR"),
    ("Speed", 36, "KILOMETER_PER_HOUR", 10, "METER_PER_SECOND"),
    ("Speed", 1, "FOOT_PER_SECOND", 3600, "FOOT_PER_HOUR"),
    ("Speed", 1, "YARD_PER_HOUR", 3, "FOOT_PER_HOUR"),
    ("Speed", 1, "MILE_PER_HOUR", 1760, "YARD_PER_HOUR"),
    ("Speed", 1, "KNOT", "1.852", "KILOMETER_PER_HOUR"),
    ("Temperature", 0, "CELSIUS", "273.15", "KELVIN"),
    ("Temperature", 100, "CELSIUS", 212, "FAHRENHEIT"),
    ("Temperature", -40, "CELSIUS", -40, "FAHRENHEIT"),
    ("Temperature", 80, "REAUMUR", 100, "CELSIUS"),
    ("Temperature", "491.67", "RANKINE", 0, "CELSIUS"),
    ("Voltage", 1, "VOLT", 1000, "MILLIVOLT"),
    ("Voltage", 1, "VOLT", 100, "CENTIVOLT"),
    ("Voltage", 1, "VOLT", 10, "DECIVOLT"),
    ("Voltage", 1, "DEKAVOLT", 10, "VOLT"),
    ("Voltage", 1, "HECTOVOLT", 100, "VOLT"),
    ("Voltage", 1, "KILOVOLT", 1000, "VOLT"),
    ("Volume", 1, "CUBIC_CENTIMETER", 1000, "CUBIC_MILLIMETER"),
    ("Volume", 1, "MILLILITER", 1, "CUBIC_CENTIMETER"),
    ("Volume", 1, "CENTILITER", 10, "MILLILITER"),
    ("Volume", 1, "DECILITER", 10, "CENTILITER"),
    ("Volume", 1, "LITER", 10, "DECILITER"),
    ("Volume", 1, "CUBIC_DECIMETER", 1, "LITER"),
    ("Volume", 1, "CUBIC_METER", 1000, "LITER"),
    ("Volume", 1, "GALLON", "4.54609", "LITER"),
    ("Volume", 1, "GALLON", 8, "PINT"),
    ("Volume", 1, "PINT", 20, "OUNCE"),
    ("Volume", 1, "BARREL", "158.987294928", "LITER"),
    ("Volume", 1, "CUBIC_INCH", "16.387064", "MILLILITER"),
    ("Volume", 1, "CUBIC_FOOT", 1728, "CUBIC_INCH"),
    ("Volume", 1, "CUBIC_YARD", 27, "CUBIC_FOOT"),
    ("VolumeFlow", 1, "CUBIC_METER_PER_SECOND", 60, "CUBIC_METER_PER_MINUTE"),
    ("VolumeFlow", 1, "CUBIC_METER_PER_MINUTE", 60, "CUBIC_METER_PER_HOUR"),
    ("VolumeFlow", 1, "CUBIC_METER_PER_HOUR", 24, "CUBIC_METER_PER_DAY"),
    ("VolumeFlow", 1, "CUBIC_DECIMETER_PER_SECOND", 1, "LITER_PER_SECOND"),
    ("VolumeFlow", 1, "CUBIC_DECIMETER_PER_MINUTE", 1, "LITER_PER_MINUTE"),
    ("VolumeFlow", 1, "CUBIC_DECIMETER_PER_HOUR", 1, "LITER_PER_HOUR"),
    ("VolumeFlow", 1, "CUBIC_DECIMETER_PER_DAY", 1, "LITER_PER_DAY"),
    ("VolumeFlow", 1, "CUBIC_CENTIMETER_PER_SECOND", 1, "MILLILITER_PER_SECOND"),
    ("VolumeFlow", 1, "CUBIC_CENTIMETER_PER_MINUTE", 1, "MILLILITER_PER_MINUTE"),
    ("VolumeFlow", 1, "CUBIC_CENTIMETER_PER_HOUR", 1, "MILLILITER_PER_HOUR"),
    ("VolumeFlow", 1, "CUBIC_CENTIMETER_PER_DAY", 1, "MILLILITER_PER_DAY"),
    ("VolumeFlow", 1, "LITER_PER_SECOND", 1000, "MILLILITER_PER_SECOND"),
    ("VolumeFlow", 1, "LITER_PER_MINUTE", 1000, "MILLILITER_PER_MINUTE"),
    ("VolumeFlow", 1, "LITER_PER_HOUR", 1000, "MILLILITER_PER_HOUR"),
    ("VolumeFlow", 1, "LITER_PER_DAY", 1000, "MILLILITER_PER_DAY"),
    ("VolumeFlow", 1, "CUBIC_METER_PER_HOUR", 1000, "LITER_PER_HOUR"),
    ("VolumeFlow", 1, "KILOLITER_PER_HOUR", 1, "CUBIC_METER_PER_HOUR"),
    ("VolumeFlow", 1, "CUBIC_FOOT_PER_SECOND", 60, "CUBIC_FOOT_PER_MINUTE"),
    ("VolumeFlow", 1, "CUBIC_FOOT_PER_MINUTE", 60, "CUBIC_FOOT_PER_HOUR"),
    ("VolumeFlow", 1, "CUBIC_FOOT_PER_SECOND", "28.316846592", "LITER_PER_SECOND"),
    ("Weight", 1, "MILLIGRAM", 1000, "MICROGRAM"),
    ("Weight", 1, "GRAM", 1000, "MILLIGRAM"),
    ("Weight", 1, "KILOGRAM", 1000, "GRAM"),
    ("Weight", 1, "TON", 1000, "KILOGRAM"),
    ("Weight", 1, "POUND", "453.59237", "GRAM"),
    ("Weight", 1, "POUND", 16, "OUNCE"),
    ("Weight", 1, "POUND", 7000, "GRAIN"),
    ("Weight", 1, "LIVRE", 2, "MARC"),
    ("Weight", 1, "LIVRE", 16, "ONCE"),
    ("Weight", 1, "ONCE", 24, "DENIER"),
]

STEEPNESS: dict[str, Any] = {
    "code": "Steepness",
    "labels": {"en_US": "Steepness"},
    "standard_unit_code": "DEGREE",
    "units": {
        "DEGREE": {
            "code": "DEGREE",
            "labels": {},
            "convert_from_standard": [{"operator": "mul", "value": "1"}],
            "symbol": "°",
        },
        "PERCENT": {
            "code": "PERCENT",
            "labels": {"en_US": "Percent"},
            "convert_from_standard": [{"operator": "mul", "value": "0.5"}, {"operator": "add", "value": "10"}],
            "symbol": "%",
        },
    },
}


def family_of(api: Any, code: str) -> dict[str, Any]:
    return next(one for one in api.get("/measurement-families").json() if one["code"] == code)


def patch_one(api: Any, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.patch("/measurement-families", [body])
    assert answer.status_code == 200, answer.content
    (result,) = answer.json()
    return result


def paths(result: dict[str, Any]) -> list[str]:
    assert result["status_code"] == 422, result
    assert list(result) == ["code", "status_code", "message", "errors"]
    return [error["property"] for error in result["errors"]]


@pytest.mark.usefixtures("installed")
class TestStock:
    def test_the_standard_units(self) -> None:
        families = queries.snapshot().measurement_families
        assert {code: one.standard_unit_code for code, one in families.items()} == STANDARD_UNITS

    def test_every_standard_unit_stands_for_itself(self) -> None:
        for family in queries.snapshot().measurement_families.values():
            assert family.units[family.standard_unit_code].convert_from_standard == (("mul", "1"),)

    def test_known_equivalents(self) -> None:
        families = queries.snapshot().measurement_families
        for code, amount, unit, other_amount, other_unit in EQUIVALENTS:
            one = families[code].to_standard(Decimal(amount), unit)
            other = families[code].to_standard(Decimal(other_amount), other_unit)
            assert abs(one - other) <= abs(one) * Decimal("1e-12") + Decimal("1e-24"), (code, unit, other_unit)

    def test_every_unit_is_among_the_equivalents(self) -> None:
        known = {(code, unit) for code, _, *rest in EQUIVALENTS for unit in (rest[0], rest[2])}
        stock = {(one.code, unit) for one in queries.snapshot().measurement_families.values() for unit in one.units}
        assert stock - known == set()

    def test_every_unit_has_a_symbol_and_a_label(self) -> None:
        for family in queries.snapshot().measurement_families.values():
            assert family.labels["en_US"]
            for unit in family.units.values():
                assert unit.symbol
                assert unit.labels["en_US"]


class TestRead:
    def test_case_162_the_older_list_has_operators_as_keys(self, api) -> None:
        printed = api.get("/measure-families/duration").json()
        assert list(printed) == ["code", "standard", "units"]
        assert (printed["code"], printed["standard"]) == ("Duration", "SECOND")
        assert {"code": "MINUTE", "convert": {"mul": "60"}, "symbol": "m"} in printed["units"]
        assert_plain(api.get("/measure-families/nope"), 404)

    def test_the_older_list_has_pages(self, api) -> None:
        page = api.get("/measure-families", limit="2").json()
        assert [item["code"] for item in page["_embedded"]["items"]] == ["Angle", "Area"]
        assert "next" in page["_links"]

    def test_case_163_the_list_is_a_bare_array(self, api) -> None:
        families = api.get("/measurement-families").json()
        assert [one["code"] for one in families] == sorted(STANDARD_UNITS)
        temperature = family_of(api, "Temperature")
        assert list(temperature) == ["code", "labels", "standard_unit_code", "units"]
        assert temperature["units"]["FAHRENHEIT"]["convert_from_standard"] == [
            {"operator": "sub", "value": "32"},
            {"operator": "div", "value": "1.8"},
            {"operator": "add", "value": "273.15"},
        ]


class TestWrite:
    def test_case_164_new_families(self, api) -> None:
        answer = api.patch("/measurement-families", [STEEPNESS, STEEPNESS | {"code": "Grade", "labels": []}])
        assert answer.json() == [{"code": "Steepness", "status_code": 201}, {"code": "Grade", "status_code": 201}]
        assert family_of(api, "Steepness") == STEEPNESS
        assert family_of(api, "Grade")["labels"] == {}

    def test_case_165_labels_are_merged(self, api) -> None:
        before = family_of(api, "Duration")
        assert patch_one(api, {"code": "Duration", "labels": {"fr_FR": "Durée"}}) == {
            "code": "Duration",
            "status_code": 204,
        }
        assert family_of(api, "Duration") == before | {"labels": {"en_US": "Duration", "fr_FR": "Durée"}}

    def test_what_was_printed_can_be_sent_back(self, api) -> None:
        families = api.get("/measurement-families").json()
        answer = api.patch("/measurement-families", families)
        assert {result["status_code"] for result in answer.json()} == {204}
        assert api.get("/measurement-families").json() == families

    @pytest.mark.parametrize("body", [{"values": None}, "x", 3, ["x"], [None]], ids=str)
    def test_case_166_the_body_is_a_list_of_objects(self, api, body: object) -> None:
        answer = api.patch("/measurement-families", body)
        assert answer.status_code == 400
        assert list(answer.json()) == ["code", "message", "errors"]

    def test_a_body_that_is_no_json_is_malformed(self, api) -> None:
        for body in (b"{", b"null"):
            assert_plain(api.patch("/measurement-families", body), 400)
        assert api.patch("/measurement-families", []).json() == []

    @pytest.mark.parametrize("body", [{"labels": {}}, {"code": None}, {"code": 12}, {"code": []}], ids=str)
    def test_case_167_a_family_without_code(self, api, body: dict[str, Any]) -> None:
        result = patch_one(api, body)
        assert result["code"] == ""
        assert paths(result) == [""]

    def test_case_168_a_unit_is_listed_under_its_own_code(self, api) -> None:
        units = {"A": STEEPNESS["units"]["DEGREE"] | {"code": "B"}}
        assert paths(patch_one(api, STEEPNESS | {"units": units})) == ["[units][A]"]

    @pytest.mark.parametrize(
        ("value", "path"),
        [
            (5, "units.PERCENT.convert_from_standard[0].value"),
            ("1e3", "units[1][convert_from_standard][0][value]"),
            ("-1", "units[1][convert_from_standard][0][value]"),
            ("", "units[1][convert_from_standard][0][value]"),
            ("1.2.3", "units[1][convert_from_standard][0][value]"),
        ],
    )
    def test_case_169_values_are_decimals_written_as_texts(self, api, value: object, path: str) -> None:
        unit = STEEPNESS["units"]["PERCENT"] | {"convert_from_standard": [{"operator": "mul", "value": value}]}
        assert paths(patch_one(api, STEEPNESS | {"units": STEEPNESS["units"] | {"PERCENT": unit}})) == [path]

    def test_a_value_is_kept_as_it_was_written(self, api) -> None:
        unit = STEEPNESS["units"]["PERCENT"] | {"convert_from_standard": [{"operator": "div", "value": ".50"}]}
        patch_one(api, STEEPNESS | {"units": STEEPNESS["units"] | {"PERCENT": unit}})
        assert family_of(api, "Steepness")["units"]["PERCENT"] == unit

    def test_nothing_is_divided_by_zero(self, api) -> None:
        unit = STEEPNESS["units"]["PERCENT"] | {"convert_from_standard": [{"operator": "div", "value": "0.0"}]}
        result = patch_one(api, STEEPNESS | {"units": STEEPNESS["units"] | {"PERCENT": unit}})
        assert paths(result) == ["units[1][convert_from_standard][0][value]"]

    def test_case_170_conversions_of_a_family_in_use_are_locked(self, api) -> None:
        make_attribute("steeping_time", "pim_catalog_metric", metric_family="Duration", default_metric_unit="MINUTE")
        conversion = [{"operator": "mul", "value": "61"}]
        body = {"code": "Duration", "units": {"MINUTE": {"code": "MINUTE", "convert_from_standard": conversion}}}
        assert paths(patch_one(api, body)) == [""]

    def test_case_171_units_and_symbols_of_a_family_in_use_are_not(self, api) -> None:
        make_attribute("steeping_time", "pim_catalog_metric", metric_family="Duration", default_metric_unit="MINUTE")
        fortnight = {"code": "FORTNIGHT", "convert_from_standard": [{"operator": "mul", "value": "1209600"}]}
        body = {"code": "Duration", "units": {"FORTNIGHT": fortnight, "MINUTE": {"code": "MINUTE", "symbol": "min"}}}
        assert patch_one(api, body)["status_code"] == 204
        units = family_of(api, "Duration")["units"]
        assert units["FORTNIGHT"] == fortnight | {"labels": {}, "symbol": ""}
        assert units["MINUTE"]["symbol"] == "min"
        assert units["MINUTE"]["labels"] == {"en_US": "Minute"}

    def test_case_172_the_standard_unit_is_set_once(self, api) -> None:
        assert paths(patch_one(api, {"code": "Duration", "standard_unit_code": "HOUR"})) == ["standard_unit_code"]

    def test_case_173_the_list_of_operations_is_replaced(self, api) -> None:
        patch_one(api, STEEPNESS)
        operations = [{"operator": "mul", "value": "2"}]
        unit = {"code": "PERCENT", "convert_from_standard": operations}
        assert patch_one(api, {"code": "Steepness", "units": {"PERCENT": unit}})["status_code"] == 204
        assert family_of(api, "Steepness")["units"]["PERCENT"]["convert_from_standard"] == operations

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"units": None}, ["units"]),
            ({"units": []}, ["standard_unit_code", "units"]),
            ({"colour": "red"}, [""]),
            ({"labels": {"fr_FR": None}}, ["labels.fr_FR"]),
            ({"labels": {"fr_FR": "x" * 101}}, ["labels[fr_FR]"]),
            ({"labels": {"": "x"}}, ["labels[]"]),
            ({"code": "no spaces"}, ["code"]),
            ({"code": "x" * 101}, ["code"]),
            ({"standard_unit_code": "NOPE"}, ["standard_unit_code"]),
            ({"standard_unit_code": "PERCENT"}, ["standard_unit_code"]),
        ],
        ids=str,
    )
    def test_broken_rules_are_named_at_their_path(self, api, change: dict[str, Any], expected: list[str]) -> None:
        assert paths(patch_one(api, STEEPNESS | change)) == expected

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"size": 1}, ["units.PERCENT"]),
            ({"symbol": None}, ["units.PERCENT.symbol"]),
            ({"symbol": "x" * 256}, ["units[1][symbol]"]),
            ({"convert_from_standard": []}, ["units[1][convert_from_standard]"]),
            ({"convert_from_standard": [{"operator": "mul", "value": "1"}] * 6}, ["units[1][convert_from_standard]"]),
            (
                {"convert_from_standard": [{"operator": "pow", "value": "1"}]},
                ["units[1][convert_from_standard][0][operator]"],
            ),
            ({"convert_from_standard": [{"operator": "mul"}]}, ["units.PERCENT.convert_from_standard[0]"]),
            ({"convert_from_standard": ["mul"]}, ["units.PERCENT.convert_from_standard[0]"]),
        ],
        ids=str,
    )
    def test_broken_rules_of_units_too(self, api, change: dict[str, Any], expected: list[str]) -> None:
        unit = STEEPNESS["units"]["PERCENT"] | change
        assert paths(patch_one(api, STEEPNESS | {"units": STEEPNESS["units"] | {"PERCENT": unit}})) == expected

    def test_a_new_family_needs_its_units(self, api) -> None:
        assert paths(patch_one(api, {"code": "Steepness"})) == ["", ""]

    def test_there_are_at_most_50_units(self, api) -> None:
        degree = STEEPNESS["units"]["DEGREE"]
        units = {code: degree | {"code": code} for code in ("DEGREE", *(f"U{number}" for number in range(50)))}
        assert paths(patch_one(api, STEEPNESS | {"units": units})) == ["units"]

    def test_there_are_at_most_300_families(self, api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("limen.structure.rules.measurement.MOST_FAMILIES", len(STANDARD_UNITS))
        assert paths(patch_one(api, STEEPNESS)) == [""]

    def test_a_family_that_is_refused_harms_no_other(self, api) -> None:
        answer = api.patch("/measurement-families", [{"code": "Broken"}, STEEPNESS])
        assert [result["status_code"] for result in answer.json()] == [422, 201]

    def test_both_rights_can_be_withdrawn(self, api_of) -> None:
        nobody = api_of("pim_api_overall_access")
        assert_plain(nobody.get("/measurement-families"), 403)
        assert_plain(nobody.patch("/measurement-families", []), 403)
        assert nobody.get("/measure-families").status_code == 200
