"""Pure decisions: regular expressions, searches, the records' lookups."""

from __future__ import annotations

from decimal import Decimal

import pytest

from limen.kit.errors import Malformed, Unprocessable
from limen.structure.rules import Attribute, Category, Channel, Structure, compile_pattern, matches
from limen.structure.rules.nouns import number
from limen.structure.rules.search import CODES, FLAG, UPDATED, read_search


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "text", "found"),
        [
            ("/^T-[0-9]{4}$/", "T-1234", True),
            ("/^T-[0-9]{4}$/", "t-1234", False),
            ("/^T-[0-9]{4}$/i", "t-1234", True),
            ("#^a/b$#", "a/b", True),
            (r"/^a\/b$/", "a/b", True),
            ("{^a{2}$}", "aa", True),
            ("(^(a|b)$)", "b", True),
            ("~^\\p{Lu}~u", "Éclair", True),
            # Without `u` an expression sees bytes, as in the target.
            ("/^.{3}$/", "thé", False),
            ("/^.{3}$/u", "thé", True),
            ("/^a.c$/s", "a\nc", True),
            ("/^b$/m", "a\nb", True),
            ("/^a b$/x", "ab", True),
            ("/^a$/D", "a\n", False),
            ("/^a$/", "a\n", True),
            ("/b/A", "ab", False),
            ("/(?<year>[0-9]{4})-\\k<year>/", "2026-2026", True),
            ("/^(?=.*[0-9])(?!.*x).+$/", "a1", True),
            ("  /a/", "a", True),
        ],
    )
    def test_expressions_work_as_they_do_in_the_target(self, pattern: str, text: str, found: bool) -> None:
        compiled = compile_pattern(pattern)
        assert compiled is not None
        assert matches(compiled, text) is found

    @pytest.mark.parametrize(
        "pattern", ["", "a", "/a", "[", "/[/", "/(/", "aba", "1a1", "\\a\\", "/a/Q", "/a/i/", "{a", "éaé", "/a\0/"]
    )
    def test_what_is_no_expression(self, pattern: str) -> None:
        assert compile_pattern(pattern) is None

    @pytest.mark.parametrize("pattern", ["/^(a+)+$/", "/^(a|aa)+$/u", "/^(([a-z])+.)+[A-Z]([a-z])+$/"])
    def test_an_endless_match_gives_up_and_counts_as_none(self, pattern: str) -> None:
        compiled = compile_pattern(pattern)
        assert compiled is not None
        assert matches(compiled, "a" * 200 + "!") is False

    def test_an_expression_cannot_lift_its_own_limit(self) -> None:
        compiled = compile_pattern("/(*LIMIT_MATCH=4000000000)^(a+)+$/")
        assert compiled is not None
        assert matches(compiled, "a" * 200 + "!") is False


class TestSearch:
    FILTERS = {"code": CODES, "updated": UPDATED, "enabled": FLAG}

    def test_criteria_are_read_in_order(self) -> None:
        text = (
            '{"enabled":[{"operator":"=","value":false}],'
            '"code":[{"operator":"IN","value":["a"]},{"operator":"IN","value":["b"]}]}'
        )
        found = read_search(text, self.FILTERS)
        assert [(one.property, one.value) for one in found] == [
            ("enabled", False),
            ("code", frozenset({"a"})),
            ("code", frozenset({"b"})),
        ]

    def test_moments_carry_their_offset(self) -> None:
        (found,) = read_search('{"updated":[{"operator":">","value":"2026-01-01T02:00:00+02:00"}]}', self.FILTERS)
        assert found.value.isoformat() == "2026-01-01T02:00:00+02:00"  # type: ignore[union-attr]

    def test_all_reasons_are_joined(self) -> None:
        text = '{"foo":[],"code":[{"operator":"=","value":[]}]}'
        with pytest.raises(Malformed, match=r'"foo".* "code"'):
            read_search(text, self.FILTERS)

    def test_locales_refuse_in_their_own_way(self) -> None:
        with pytest.raises(Unprocessable):
            read_search('{"foo":[]}', self.FILTERS, refusal=Unprocessable)


class TestNumber:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (1, "1"),
            (1.5, "1.5"),
            ("12.50", "12.50"),
            (" 3", "3"),
            ("-.5", "-0.5"),
            ("1e3", "1E+3"),
            ("+1", "1"),
            ("1.", "1"),
            (True, None),
            ("", None),
            ("ten", None),
            ("1e9999", None),
            ("1_000", None),
            (None, None),
            ("٣", None),
        ],
        ids=str,
    )
    def test_numbers_and_numeric_texts(self, value: object, expected: str | None) -> None:
        assert number(value) == (None if expected is None else Decimal(expected))


class TestStructure:
    STRUCTURE = Structure.of(
        attributes=[
            Attribute(1, "sku", "pim_catalog_identifier", is_main_identifier=True),
            Attribute(2, "Name", "pim_catalog_text", sort_order=1),
        ],
        categories=[
            Category(1, "master", None, "master", 1),
            Category(2, "chairs", "master", "master", 2),
            Category(3, "stools", "chairs", "master", 1),
            Category(4, "tables", "master", "master", 1),
            Category(5, "sale", None, "sale", 2),
        ],
        channels=[Channel(1, "ecommerce", ("en_US",), ("EUR",), "master")],
        locales=["en_US", "fr_FR"],
        currencies={"EUR": True, "DEM": False},
    )

    def test_lookups_ignore_case(self) -> None:
        found = self.STRUCTURE.attribute("NAME")
        assert found is not None
        assert found.code == "Name"
        assert self.STRUCTURE.locale("en_us") == "en_US"
        assert self.STRUCTURE.currency("eur") == "EUR"
        assert self.STRUCTURE.family("nope") is None

    def test_trees_are_walked_depth_first(self) -> None:
        order = [one.code for one in self.STRUCTURE.category_section.in_order]
        assert order == ["master", "tables", "chairs", "stools", "sale"]
        assert self.STRUCTURE.descendants("CHAIRS") == {"chairs", "stools"}
        assert self.STRUCTURE.descendants("nope") == frozenset()

    def test_locales_are_active_when_a_channel_has_them(self) -> None:
        assert self.STRUCTURE.locales == {"en_US": True, "fr_FR": False}
        assert self.STRUCTURE.active_currencies == {"EUR"}
        assert self.STRUCTURE.currencies == {"DEM": False, "EUR": True}

    def test_the_main_identifier(self) -> None:
        assert self.STRUCTURE.main_identifier.code == "sku"
        with pytest.raises(LookupError):
            _ = Structure.of().main_identifier
