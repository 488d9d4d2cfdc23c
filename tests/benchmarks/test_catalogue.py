"""Catalogues of the benchmarks: the same from the same seed, and of the size that is promised."""

from __future__ import annotations

import orjson
import pytest

from benchmarks import catalogue

Shape = catalogue.Shape


class TestProducts:
    def test_are_the_same_for_the_same_seed(self) -> None:
        assert catalogue.product(Shape(), 17) == catalogue.product(Shape(), 17)
        assert catalogue.product(Shape(seed=1), 17) != catalogue.product(Shape(seed=2), 17)

    def test_have_thirty_values_and_more(self) -> None:
        for number in range(10):
            values = catalogue.product(Shape(), number)["values"]
            assert sum(map(len, values.values())) >= 30

    def test_have_about_the_usual_size(self) -> None:
        sizes = [len(orjson.dumps(catalogue.product(Shape(), number))) for number in range(50)]
        assert 3_000 < sum(sizes) / len(sizes) < 4_000

    def test_have_attributes_of_their_family_only(self) -> None:
        shape = Shape(families=3)
        families = {
            line["code"]: set(line["attributes"])
            for path, lines in catalogue.structure(shape)
            for line in lines
            if path == "families"
        }
        for number in range(6):
            product = catalogue.product(shape, number)
            assert set(product["values"]) <= families[product["family"]]

    @pytest.mark.parametrize("locales", [1, 4])
    def test_have_a_value_per_locale_where_they_are_localizable(self, locales: int) -> None:
        values = catalogue.product(Shape(locales=locales), 0)["values"].values()
        assert max(map(len, values)) == locales

    def test_cannot_have_more_locales_than_there_are_names_for(self) -> None:
        most = len(catalogue.LOCALES)
        with pytest.raises(ValueError, match=f"1 to {most} locales"):
            catalogue.product(Shape(locales=most + 1), 0)


class TestChanges:
    def test_touch_three_values(self) -> None:
        assert len(catalogue.change(Shape(), 4)["values"]) == 3

    def test_and_the_changed_product_has_them(self) -> None:
        shape = Shape()
        change, whole = catalogue.change(shape, 4), catalogue.changed(shape, 4)
        for code, values in change["values"].items():
            assert whole["values"][code][0] == values[0]
        assert whole["values"].keys() == catalogue.product(shape, 4)["values"].keys()
        assert whole != catalogue.product(shape, 4)


class TestStructure:
    def test_has_no_more_than_a_hundred_lines_at_once(self) -> None:
        assert all(len(lines) <= 100 for _, lines in catalogue.structure(Shape(attributes=250)))

    def test_has_options_for_every_select(self) -> None:
        steps = list(catalogue.structure(Shape()))
        selects = {
            line["code"] for path, lines in steps if path == "attributes" for line in lines if "select" in line["type"]
        }
        assert {path.split("/")[1] for path, _ in steps if path.endswith("/options")} == selects


class TestBodies:
    def test_hold_a_hundred_lines_each(self) -> None:
        made = list(catalogue.bodies(iter([{"identifier": str(number)} for number in range(250)])))
        assert [count for count, _ in made] == [100, 100, 50]
        assert made[0][1].count(b"\n") == 99
