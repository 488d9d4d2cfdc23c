"""From an article of the ERP to a product of the PIM."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from kontor.export import Article, BadExport, read_articles, read_heading
from kontor.mapping import FIELDS, Unmappable, to_product

LIGHT = """<?xml version="1.0" encoding="UTF-8"?>
<kontor-export>
  <codelists><list name="COLOUR"><entry code="RED"><text lang="EN">Red</text><text lang="DE">Rot</text></entry></list>
  </codelists>
  <tree><node code="parts" parent=""><text lang="EN">Parts</text></node>
        <node code="parts_lights" parent="parts"/></tree>
  <articles>
    <article>
      <number>LG-1</number><group>LIGHT</group><status>A</status>
      <availableFrom>05.11.2025</availableFrom><clearance>Y</clearance><modelYear>2026</modelYear>
      <texts lang="EN"><name>Front light</name><long><![CDATA[<p>Wide & bright</p>]]></long></texts>
      <texts lang="DE"><name>Frontscheinwerfer</name></texts>
      <price currency="EUR">19.90</price><price currency="USD">21.49</price>
      <measure name="weight" unit="g">180</measure>
      <feature name="COLOUR">RED</feature>
      <feature name="NORM">STVZO</feature><feature name="NORM">IPX4</feature>
      <node>parts_lights</node>
    </article>
    <article><number> </number></article>
  </articles>
</kontor-export>
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.xml"
    path.write_text(LIGHT, encoding="utf-8")
    return path


@pytest.fixture
def light(export: Path) -> Article:
    return next(read_articles(export))


def values_of(article: Article, attribute: str) -> object:
    values = to_product(article)["values"][attribute]
    return values[0]["data"] if len(values) == 1 else {value["locale"]: value["data"] for value in values}


class TestReading:
    def test_gives_the_code_lists_and_the_tree(self, export: Path) -> None:
        heading = read_heading(export)
        assert [(entry.code, entry.labels) for entry in heading.lists["COLOUR"]] == [
            ("RED", {"EN": "Red", "DE": "Rot"})
        ]
        assert [(node.code, node.parent) for node in heading.tree] == [("parts", ""), ("parts_lights", "parts")]

    def test_counts_positions_from_one(self, export: Path) -> None:
        assert [article.position for article in read_articles(export)] == [1, 2]

    def test_keeps_no_article_in_memory(self, tmp_path: Path) -> None:
        import tracemalloc

        import make_export

        peaks = []
        for articles in (100, 1000):
            path = tmp_path / f"{articles}.xml"
            make_export.write(path, articles=articles, seed=7)
            tracemalloc.start()
            for _ in read_articles(path):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < peaks[0] * 1.5

    def test_names_the_place_where_the_xml_breaks(self, tmp_path: Path) -> None:
        path = tmp_path / "cut.xml"
        path.write_text(LIGHT[:900], encoding="utf-8")
        with pytest.raises(BadExport, match=r"cut\.xml is not well-formed XML: .*line \d+"):
            list(read_articles(path))

    def test_refuses_a_file_that_is_something_else(self, tmp_path: Path) -> None:
        path = tmp_path / "other.xml"
        path.write_text("<orders/>", encoding="utf-8")
        with pytest.raises(BadExport, match="no <articles>"):
            read_heading(path)

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadExport, match="cannot be read"):
            read_heading(tmp_path / "none.xml")


class TestToProduct:
    def test_maps_the_properties(self, light: Article) -> None:
        product = to_product(light)
        assert product["identifier"] == "LG-1"
        assert product["family"] == "lights"
        assert product["categories"] == ["parts_lights"]
        assert product["enabled"] is True

    @pytest.mark.parametrize(
        ("attribute", "data"),
        [
            ("name", {"en_US": "Front light", "de_DE": "Frontscheinwerfer"}),
            ("description", {"en_US": "<p>Wide & bright</p>", "de_DE": None}),
            ("colour", "RED"),
            ("norms", ["STVZO", "IPX4"]),
            ("available_from", "2025-11-05"),
            ("clearance", True),
            ("model_year", "2026"),
            ("weight", {"amount": "180", "unit": "GRAM"}),
            ("price", [{"amount": "19.90", "currency": "EUR"}, {"amount": "21.49", "currency": "USD"}]),
            ("burn_time", None),
            ("materials", []),
        ],
    )
    def test_maps_the_values(self, light: Article, attribute: str, data: object) -> None:
        assert values_of(light, attribute) == data

    def test_scopes_what_is_per_channel(self, light: Article) -> None:
        values = to_product(light)["values"]
        assert {value["scope"] for value in values["description"]} == {"ecommerce"}
        assert {value["scope"] for value in values["name"]} == {None}

    def test_leaves_out_what_the_family_does_not_have(self, light: Article) -> None:
        values = to_product(light)["values"]
        assert "lumens" in values
        assert "frame_size" not in values

    def test_empties_what_the_erp_does_not_have_any_more(self, light: Article) -> None:
        assert values_of(replace(light, measures={}), "weight") is None
        assert values_of(replace(light, prices=[]), "price") == []

    @pytest.mark.parametrize(
        ("fields", "attribute", "data"),
        [
            ({"availableFrom": "31.02.2024"}, "available_from", "2024-02-31"),
            ({"availableFrom": "soon"}, "available_from", "soon"),
            ({"clearance": "maybe"}, "clearance", "maybe"),
            ({"modelYear": "2025/26"}, "model_year", "2025/26"),
        ],
    )
    def test_leaves_the_judgement_to_the_pim(
        self, light: Article, fields: dict[str, str], attribute: str, data: object
    ) -> None:
        assert values_of(replace(light, fields={**light.fields, **fields}), attribute) == data

    def test_passes_an_unknown_unit_and_an_unknown_group_on(self, light: Article) -> None:
        odd = replace(light, measures={"weight": ("3", "stone")}, fields={**light.fields, "group": "SCOOTER"})
        assert values_of(odd, "weight") == {"amount": "3", "unit": "stone"}
        assert to_product(odd)["family"] == "scooter"

    @pytest.mark.parametrize("number", ["", "   "])
    def test_cannot_map_an_article_without_a_number(self, light: Article, number: str) -> None:
        with pytest.raises(Unmappable, match="no number"):
            to_product(replace(light, fields={**light.fields, "number": number}))

    def test_does_not_touch_a_strange_number(self, light: Article) -> None:
        assert to_product(replace(light, fields={**light.fields, "number": "LG-1 "}))["identifier"] == "LG-1 "


class TestTheTable:
    def test_names_every_attribute_once(self) -> None:
        attributes = [field.attribute for field in FIELDS]
        assert len(set(attributes)) == len(attributes)

    def test_gives_a_code_list_to_every_select_and_to_nothing_else(self) -> None:
        for field in FIELDS:
            assert bool(field.options) == (field.type in ("pim_catalog_simpleselect", "pim_catalog_multiselect"))
