"""The generator keeps its promises: the same bytes for the same seed, and exactly what its plan says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import make_export
import pytest
from kontor.export import Article, read_articles, read_heading
from kontor.mapping import FAMILIES, FIELDS
from kontor.trade import KINDS, LISTS, TREE


def written(folder: Path, **arguments: object) -> tuple[bytes, make_export.Plan, list[Article]]:
    path = folder / "export.xml"
    made = make_export.write(path, **{"articles": 300, "seed": 7, **arguments})  # type: ignore[arg-type]
    return path.read_bytes(), made, list(read_articles(path))


class TestTheSameArguments:
    def test_give_the_same_bytes(self, tmp_path: Path) -> None:
        assert written(tmp_path)[0] == written(tmp_path)[0]

    def test_give_the_same_bytes_for_a_later_night(self, tmp_path: Path) -> None:
        assert written(tmp_path, run=3)[0] == written(tmp_path, run=3)[0]

    def test_and_another_seed_gives_another_catalogue(self, tmp_path: Path) -> None:
        assert written(tmp_path)[0] != written(tmp_path, seed=8)[0]


class TestTheFirstNight:
    def test_has_as_many_articles_as_asked_for(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path)
        assert len(articles) == made.articles == 300
        assert len(made.new) == 300
        assert not made.changed

    def test_has_every_product_group_and_every_field_of_the_mapping(self, tmp_path: Path) -> None:
        _, _, articles = written(tmp_path)
        assert {article.fields["group"] for article in articles} >= set(FAMILIES)
        seen = {
            (field.source, field.key)
            for article in articles
            for field in FIELDS
            if field.key in article.fields
            or field.key in article.measures
            or field.key in article.features
            or field.key in article.texts["EN"]
            or (field.source == "price" and article.prices)
        }
        assert seen == {(field.source, field.key) for field in FIELDS}

    def test_has_two_languages_and_two_currencies_in_every_whole_article(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path)
        for article in articles:
            if article.position not in made.broken:
                assert all(article.texts[language]["name"] for language in ("EN", "DE"))
                assert [currency for currency, _ in article.prices] == ["EUR", "USD"]

    def test_has_codes_of_its_own_lists_only(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path)
        heading = read_heading(tmp_path / "export.xml")
        known = {name: {entry.code for entry in entries} for name, entries in heading.lists.items()}
        for article in articles:
            if article.position not in made.broken:
                assert all(set(codes) <= known[name] for name, codes in article.features.items())
                assert set(article.nodes) <= {node.code for node in heading.tree}

    def test_has_numbers_and_eans_that_nobody_else_has(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path)
        whole = [article for article in articles if article.position not in made.broken]
        assert max(Counter(article.fields["number"] for article in whole).values()) == 1
        assert max(Counter(article.fields["ean"] for article in whole).values()) == 1

    def test_has_eans_with_a_right_check_digit(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path)
        for article in articles:
            if article.position not in made.broken:
                digits = [int(digit) for digit in article.fields["ean"]]
                assert len(digits) == 13
                assert sum(digit * (3 if index % 2 else 1) for index, digit in enumerate(digits)) % 10 == 0


class TestBrokenArticles:
    def test_are_about_one_in_a_hundred(self) -> None:
        assert len(make_export.plan(articles=2000, seed=7).broken) == 20

    def test_are_of_every_kind_when_there_are_enough(self) -> None:
        made = make_export.plan(articles=2000, seed=7)
        assert set(made.broken.values()) == set(make_export.BREAKS)

    def test_stand_where_the_plan_says(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path, broken=0.1)
        by_kind = {kind: articles[position - 1] for position, kind in made.broken.items()}
        assert by_kind["weight_with_unit"].measures["weight"][0].endswith(" kg")
        assert "," in by_kind["decimal_comma"].measures["packWeight"][0]
        assert by_kind["unknown_colour"].features["COLOUR"] == ["MAUVE"]
        assert by_kind["empty_number"].fields["number"] == ""
        assert by_kind["duplicate_number"].fields["number"] == articles[0].fields["number"]
        assert by_kind["impossible_date"].fields["availableFrom"] == "31.02.2024"
        assert by_kind["number_with_blank"].fields["number"].endswith(" ")
        assert len(by_kind["text_too_long"].texts["EN"]["name"]) > 255
        assert [currency for currency, _ in by_kind["foreign_currency"].prices] == ["EUR", "USD", "GBP"]

    def test_can_be_left_out(self, tmp_path: Path) -> None:
        _, made, articles = written(tmp_path, broken=0.0)
        assert not made.broken
        assert all(article.fields["number"] for article in articles)


class TestTheNextNight:
    def test_differs_where_the_plan_says_and_nowhere_else(self, tmp_path: Path) -> None:
        _, _, before = written(tmp_path)
        _, made, after = written(tmp_path, run=2)
        differs = {article.position for article in after[: len(before)] if article != before[article.position - 1]}
        assert differs == made.changed | made.mended
        assert {article.position for article in after[len(before) :]} == made.new

    def test_the_third_is_built_on_the_second(self, tmp_path: Path) -> None:
        _, _, before = written(tmp_path, run=2, broken=0.1)
        _, made, after = written(tmp_path, run=3, broken=0.1)
        differs = {article.position for article in after[: len(before)] if article != before[article.position - 1]}
        assert differs == made.changed | made.mended

    def test_changes_about_the_share_asked_for(self) -> None:
        made = make_export.plan(articles=2000, seed=7, run=2, changed=0.08)
        assert 120 <= len(made.changed) <= 200

    def test_changes_nothing_when_the_share_is_nothing(self) -> None:
        assert not make_export.plan(articles=300, seed=7, run=2, changed=0.0).changed


class TestTheTrade:
    def test_has_labels_in_both_languages_everywhere(self) -> None:
        labels = [labels for entries in LISTS.values() for labels in entries.values()]
        labels += [labels for _, _, labels in TREE]
        assert all(set(found) == {"EN", "DE"} and all(found.values()) for found in labels)

    def test_has_the_product_groups_of_the_mapping(self) -> None:
        assert {kind.group for kind in KINDS} == set(FAMILIES) == set(make_export.DETAILS)


class TestTheCommand:
    def test_writes_a_file_and_says_what_is_in_it(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "night.xml"
        assert make_export.main(["--articles", "50", "--out", str(out), "--json"]) == 0
        summary = json.loads(capsys.readouterr().out)
        assert summary["articles"] == len(list(read_articles(out))) == 50

    @pytest.mark.parametrize("wrong", [["--articles", "0"], ["--changed", "2"], ["--run", "0"], ["--broken", "x"]])
    def test_refuses_arguments_that_make_no_sense(
        self, wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as exit_:
            make_export.main([*wrong, "--out", str(tmp_path / "never.xml")])
        assert exit_.value.code == 2
        assert wrong[0] in capsys.readouterr().err
