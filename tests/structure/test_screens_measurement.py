"""The screens of measurement families: units, their conversion step by step, and the calculator."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.http import QueryDict
from django.test import Client

from limen.accounts.rules import SYSTEM
from limen.events import queries as events
from limen.structure import operations, queries
from limen.structure.forms.measurement_families import operations_in, read_amount, step
from limen.structure.rules import MeasurementFamily, Unit
from limen.structure.rules.measurement import convert
from tests.factories.accounts import sign_in
from tests.factories.structure import NOW, make_attribute

pytestmark = pytest.mark.usefixtures("installed")

PATH = "/settings/measurement-families"

STEEPNESS = {
    "code": "Steepness",
    "labels": {"en_US": "Steepness"},
    "standard_unit_code": "DEGREE",
    "units": {
        "DEGREE": {"code": "DEGREE", "symbol": "°", "convert_from_standard": [{"operator": "mul", "value": "1"}]},
        "PERCENT": {
            "code": "PERCENT",
            "labels": {"en_US": "Percent"},
            "symbol": "%",
            "convert_from_standard": [{"operator": "mul", "value": "0.5"}, {"operator": "add", "value": "10"}],
        },
    },
}


@pytest.fixture
def signed_in(client: Client) -> Client:
    sign_in(client)
    return client


@pytest.fixture
def steepness(installed: None) -> None:
    operations.upsert_measurement_family(STEEPNESS, by=SYSTEM, now=NOW)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def family(code: str = "Steepness") -> MeasurementFamily:
    return queries.snapshot().measurement_families[code]


def version_at(client: Client, path: str) -> str:
    return str(client.get(path).context["form"].initial["version"])


class TestConversion:
    @pytest.mark.parametrize(
        ("code", "amount", "source", "target", "expected"),
        [
            ("Length", "1", "FEET", "INCH", "12"),
            ("Length", "2.5", "KILOMETER", "METER", "2500"),
            ("Temperature", "100", "CELSIUS", "KELVIN", "373.15"),
            ("Temperature", "-40", "CELSIUS", "FAHRENHEIT", "-40"),
            ("Duration", "1", "SECOND", "MINUTE", "0.0166666666666667"),
        ],
    )
    def test_an_amount_goes_from_any_unit_into_any(
        self, code: str, amount: str, source: str, target: str, expected: str
    ) -> None:
        found = convert(family(code), Decimal(amount), source, target)
        assert found is not None and found.normalize() == Decimal(expected)

    def test_what_was_multiplied_by_zero_has_no_way_back(self) -> None:
        units = {"A": Unit("A", "", (("mul", "1"),)), "B": Unit("B", "", (("mul", "0"),))}
        strange = MeasurementFamily(1, "Strange", "A", units)
        assert convert(strange, Decimal(1), "B", "A") == 0
        assert convert(strange, Decimal(1), "A", "B") is None

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("12.5", "12.5"),
            ("12,5", "12.5"),
            (" -3 ", "-3"),
            (".5", "0.5"),
            ("1e9", None),
            ("twelve", None),
            ("", None),
        ],
    )
    def test_an_amount_is_read_as_people_write_it(self, typed: str, expected: str | None) -> None:
        assert read_amount(typed) == (None if expected is None else Decimal(expected))


class TestFamilies:
    def test_one_is_created_with_its_standard_unit(self, signed_in: Client) -> None:
        answer = signed_in.post(
            f"{PATH}/create-measurement-family",
            {
                "code": "Steepness",
                "labels[en_US]": "Steepness",
                "standard_unit_code": "DEGREE",
                "symbol": "°",
                "unit_labels[en_US]": "Degree",
            },
        )
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/Steepness")
        made = family()
        assert (made.labels, made.standard_unit_code) == ({"en_US": "Steepness"}, "DEGREE")
        assert made.units["DEGREE"] == Unit("DEGREE", "°", (("mul", "1"),), {"en_US": "Degree"})

    def test_what_is_wrong_is_said_at_its_field(self, signed_in: Client) -> None:
        answer = signed_in.post(
            f"{PATH}/create-measurement-family", {"code": "weight", "standard_unit_code": "KILOGRAM"}
        )
        assert answer.status_code == 422 and list(answer.context["form"].errors) == ["code"]
        answer = signed_in.post(f"{PATH}/create-measurement-family", {"code": "Steep ness", "standard_unit_code": ""})
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"code", "standard_unit_code"}

    @pytest.mark.usefixtures("steepness")
    def test_its_labels_change_and_its_history_tells(self, signed_in: Client) -> None:
        path = f"{PATH}/Steepness"
        answer = signed_in.post(path, {"version": version_at(signed_in, path), "labels[en_US]": "Slope"})
        assert answer.status_code == 303
        assert family().labels == {"en_US": "Slope"}
        assert "en_US: Slope" in text(signed_in.get(f"{path}/history"))
        assert signed_in.post(path, {"version": "old", "labels[en_US]": "Steep"}).status_code == 409

    @pytest.mark.usefixtures("steepness")
    def test_the_units_are_listed_in_words(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/Steepness")
        assert [(one.code, one.steps, one.worth, one.is_standard) for one in page.context["units"]] == [
            ("DEGREE", "× 1", "1 °", True),
            ("PERCENT", "× 0.5, + 10", "10.5 °", False),
        ]
        assert "Attributes have values in it" not in text(page)

    @pytest.mark.usefixtures("steepness")
    def test_the_lock_is_explained(self, signed_in: Client) -> None:
        make_attribute("slope", "pim_catalog_metric", metric_family="Steepness", default_metric_unit="PERCENT")
        assert "cannot change any more" in text(signed_in.get(f"{PATH}/Steepness"))
        answer = signed_in.post(f"{PATH}/Steepness/delete")
        assert answer.status_code == 422 and "Steepness" in queries.snapshot().measurement_families

    @pytest.mark.usefixtures("steepness")
    def test_one_is_deleted(self, signed_in: Client) -> None:
        assert signed_in.post(f"{PATH}/Steepness/delete").status_code == 303
        assert "Steepness" not in queries.snapshot().measurement_families

    def test_the_list_is_searched_at_a_constant_cost(
        self, signed_in: Client, count_queries: Callable[[int], Any]
    ) -> None:
        page = signed_in.get(PATH, {"search": "weig"})
        assert [(one.code, one.units) for one in page.context["rows"]] == [("Weight", len(family("Weight").units))]
        for path in (PATH, f"{PATH}/Length", f"{PATH}/Length/units/METER"):
            with count_queries(5):
                signed_in.get(path)


class TestCalculator:
    def test_it_answers_at_an_address(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/Length", {"amount": "2,5", "from": "KILOMETER", "to": "METER"})
        assert page.context["calculation"].result == "2.5 km = 2,500 m"
        assert "2.5 km = 2,500 m" in text(page)

    def test_it_says_what_it_cannot_read(self, signed_in: Client) -> None:
        page = signed_in.get(f"{PATH}/Length", {"amount": "much", "from": "NOTHING", "to": "METER"})
        assert "This is not a number" in text(page)

    def test_it_waits_for_an_amount(self, signed_in: Client) -> None:
        found = signed_in.get(f"{PATH}/Length").context["calculation"]
        assert (found.result, found.wrong, found.target) == ("", "", "METER")
        assert found.source != "METER"


@pytest.mark.usefixtures("steepness")
class TestUnits:
    def test_one_is_added(self, signed_in: Client) -> None:
        path = f"{PATH}/Steepness/add-unit"
        answer = signed_in.post(
            path,
            {
                "version": version_at(signed_in, path),
                "code": "GON",
                "symbol": "gon",
                "labels[en_US]": "Gon",
                "operations[0][operator]": "mul",
                "operations[0][value]": "9",
                "operations[1][operator]": "div",
                "operations[1][value]": "10",
            },
        )
        assert (answer.status_code, answer["Location"]) == (303, f"{PATH}/Steepness")
        assert family().units["GON"] == Unit("GON", "gon", (("mul", "9"), ("div", "10")), {"en_US": "Gon"})

    def test_what_is_wrong_is_said_at_its_step(self, signed_in: Client) -> None:
        path = f"{PATH}/Steepness/add-unit"
        data = {
            "version": version_at(signed_in, path),
            "code": "GO N",
            "operations[0][operator]": "mul",
            "operations[0][value]": "2",
            "operations[1][operator]": "div",
            "operations[1][value]": "0",
        }
        answer = signed_in.post(path, data)
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"code", "operations[1][value]"}
        answer = signed_in.post(path, {**data, "code": "percent"})
        assert set(answer.context["form"].errors) == {"code"}

    def test_its_conversion_changes_while_no_attribute_uses_it(self, signed_in: Client) -> None:
        path = f"{PATH}/Steepness/units/PERCENT"
        data = {
            "version": version_at(signed_in, path),
            "symbol": "pct",
            "labels[en_US]": "",
            "operations[0][operator]": "mul",
            "operations[0][value]": "0.45",
        }
        assert signed_in.post(path, data).status_code == 303
        assert family().units["PERCENT"] == Unit("PERCENT", "pct", (("mul", "0.45"),), {"en_US": ""})
        (event, *_) = events.history("measurement_family:Steepness")
        assert orjson.loads(event.data)["changes"] == [
            {
                "path": "units",
                "before": {
                    "PERCENT": {
                        "symbol": "%",
                        "labels": {"en_US": "Percent"},
                        "convert_from_standard": ["mul 0.5", "add 10"],
                    }
                },
                "after": {"PERCENT": {"symbol": "pct", "labels": {"en_US": ""}, "convert_from_standard": ["mul 0.45"]}},
            }
        ]
        assert signed_in.post(path, data).status_code == 409

    def test_with_an_attribute_only_its_symbol_and_labels_change(self, signed_in: Client) -> None:
        make_attribute("slope", "pim_catalog_metric", metric_family="Steepness", default_metric_unit="PERCENT")
        path = f"{PATH}/Steepness/units/PERCENT"
        page = text(signed_in.get(path))
        assert "× 0.5, + 10" in page and 'name="operations[' not in page
        data = {"version": version_at(signed_in, path), "symbol": "pct", "labels[en_US]": "Per cent"}
        assert signed_in.post(path, {**data, "operations[0][operator]": "mul"}).status_code == 303
        assert family().units["PERCENT"].convert_from_standard == (("mul", "0.5"), ("add", "10"))
        assert family().units["PERCENT"].symbol == "pct"

    def test_the_standard_unit_says_that_it_is(self, signed_in: Client) -> None:
        page = text(signed_in.get(f"{PATH}/Steepness/units/DEGREE"))
        assert "This is the standard unit" in page and 'name="operations[' not in page

    def test_a_step_changes_what_is_typed_and_saves_nothing(self, signed_in: Client) -> None:
        path = f"{PATH}/Steepness/units/PERCENT"
        answer = signed_in.post(path, {"do": "add", "operations[0][operator]": "mul", "operations[0][value]": "2"})
        assert answer.status_code == 200
        assert [value.value() for _, value in answer.context["form"].operations] == ["2", ""]
        assert family().units["PERCENT"].symbol == "%"

    def test_who_only_sees_them_reads_the_same_page(self, client: Client) -> None:
        sign_in(client, "pim_enrich_measurement_family_index")
        page = text(client.get(f"{PATH}/Steepness/units/PERCENT"))
        assert "disabled" in page and 'name="do"' not in page and ">Save<" not in page
        assert client.post(f"{PATH}/Steepness/units/PERCENT", {}).status_code == 403
        assert client.get(f"{PATH}/Steepness/add-unit").status_code == 403

    @pytest.mark.parametrize("page", ["units/NOTHING", "units/percent"])
    def test_what_is_not_there(self, signed_in: Client, page: str) -> None:
        assert signed_in.get(f"{PATH}/Steepness/{page}").status_code == 404
        assert signed_in.get(f"{PATH}/Nothing/{page}").status_code == 404


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("add", ["1", "2", "3", ""]),
        ("remove:1", ["1", "3"]),
        ("up:2", ["1", "3", "2"]),
        ("up:0", ["1", "2", "3"]),
        ("down:0", ["2", "1", "3"]),
        ("down:2", ["1", "2", "3"]),
        ("remove:7", ["1", "2", "3"]),
        ("nonsense", ["1", "2", "3"]),
    ],
)
def test_steps_of_the_operations(do: str, expected: list[str]) -> None:
    data = QueryDict(mutable=True)
    for place in range(3):
        data[f"operations[{place}][operator]"] = "mul"
        data[f"operations[{place}][value]"] = str(place + 1)
    data["do"] = do
    assert [value for _, value in operations_in(step(data))] == expected


def test_there_are_no_more_and_no_fewer_operations_than_there_can_be() -> None:
    data = QueryDict(mutable=True)
    data["do"] = "add"
    for _ in range(7):
        data = step(data)
    assert len(operations_in(data)) == 5
    data["do"] = "remove:0"
    for _ in range(7):
        data = step(data)
    assert len(operations_in(data)) == 1
