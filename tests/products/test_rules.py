"""Deciding about products, without any database."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from limen.kit.errors import Invalid, Misshaped, Refused, Unprocessable
from limen.kit.text import fold
from limen.products.rules.completeness import completenesses
from limen.products.rules.deciding import Decision, decide
from limen.products.rules.indexing import Rows, add_rows
from limen.products.rules.kinds import Broken, to_decimal
from limen.products.rules.lines import Line, read_line
from limen.products.rules.reading import Flavour
from limen.products.rules.rulebook import Rulebook, rulebook
from limen.products.rules.search import read_search
from limen.products.rules.world import Row, World
from tests.factories.products import NOW, value
from tests.products.catalogue import ATTRIBUTES, OPTIONS, lamps

MOMENT = "2026-03-02T10:00:00+00:00"
STRUCTURE = lamps()


@pytest.fixture
def world() -> World:
    return new_world()


def new_world() -> World:
    world = World(rulebook(STRUCTURE), STRUCTURE, MOMENT)
    world.options = {(attribute, fold(code)): code for attribute, codes in OPTIONS.items() for code in codes}
    return world


def do(
    world: World, body: dict[str, Any], key: str | None = None, flavour: Flavour = "uuid", new: bool = False
) -> Decision:
    """Read and decide one line."""
    line = Line(body, key, new)
    patch, found = read_line(line, flavour, world.book)
    return decide(line, patch, found, flavour, world, lambda: str(uuid4()))


def stored_again(world: World, decision: Decision) -> World:
    """Give a new world in which the product is stored, as encoded."""
    product = decision.item
    associations = orjson.dumps(product.associations).decode() if product.associations else None
    new = new_world()
    new.load(Row(1, product.uuid, product.identifier, product.encode().encode(), associations, None))
    return new


class TestDeciding:
    def test_a_refused_line_leaves_the_world_as_it_was(self, world: World) -> None:
        made = do(world, {"values": {"sku": value("a"), "tagline": value("x")}})
        before = made.item.encode()
        with pytest.raises(Invalid):
            do(
                world,
                {"family": "luminaires", "values": {"tagline": value("y"), "lumens": value(-1)}},
                made.item.uuid,
            )
        with pytest.raises(Misshaped):
            do(world, {"enabled": False, "associations": {"UPSELL": {"products": [str(uuid4())]}}}, made.item.uuid)
        assert made.item.encode() == before
        assert list(world.identifiers) == ["a"]

    def test_a_change_is_told_with_what_was_before(self, world: World) -> None:
        made = do(world, {"values": {"title": [*value("a", "en_GB"), *value("b", "de_DE")]}})
        body = {"values": {"title": [*value("c", "en_GB"), *value(None, "de_DE")]}}
        changed = do(stored_again(world, made), body, made.item.uuid)
        assert [tuple(change) for change in changed.changes] == [
            ("values.title.en_GB", "a", "c"),
            ("values.title.de_DE", "b", None),
        ]

    def test_only_what_changed_is_written_to_the_index(self, world: World) -> None:
        made = do(world, {"values": {"tagline": value("x"), "lumens": value(5)}})
        changed = do(stored_again(world, made), {"values": {"tagline": value("X"), "lumens": value(5)}}, made.item.uuid)
        assert {slot.code: data for slot, data in changed.item.after.items()} == {"tagline": "X"}
        assert {slot.code: data for slot, data in changed.item.before.items()} == {"tagline": "x"}
        rows = Rows()
        add_rows(changed.item.after, 1, {}, rows)
        assert [(spot.code, found) for spot, found, _ in rows.texts] == [("tagline", "x")]  # type: ignore[union-attr]

    def test_a_value_erased_and_set_by_one_body_is_set(self, world: World) -> None:
        made = do(world, {"values": {"tagline": value("x")}})
        body = {"values": {"tagline": [*value(None), *value("x")]}}
        assert do(stored_again(world, made), body, made.item.uuid).changes == []

    def test_a_body_for_another_product(self, world: World) -> None:
        with pytest.raises(Unprocessable):
            do(world, {"uuid": str(uuid4())}, str(uuid4()))
        with pytest.raises(Unprocessable):
            do(world, {"identifier": "b"}, "a", "identifier")

    def test_the_document_has_the_members_of_the_contract(self, world: World) -> None:
        made = do(
            world,
            {"identifier": "a", "values": {"net_weight": value({"amount": 1, "unit": "gram"})}},
            "a",
            "identifier",
        )
        assert orjson.loads(made.item.encode()) == {
            "enabled": True,
            "family": None,
            "categories": [],
            "groups": [],
            "parent": None,
            "values": {
                "sku": [{**value("a")[0], "attribute_type": "pim_catalog_identifier"}],
                "net_weight": [
                    {
                        **value({"amount": "1.0000", "unit": "GRAM", "symbol": "g"})[0],
                        "attribute_type": "pim_catalog_metric",
                    }
                ],
            },
            "created": MOMENT,
            "updated": MOMENT,
        }


class TestNumbers:
    @pytest.mark.parametrize(
        ("amount", "fault"),
        [
            ("1 2", "value.spaces"),
            ("1 000.5", "value.spaces"),
            ("12 kg", "value.no_number"),
            ("on request", "value.no_number"),
            ("12,5", "value.no_number"),
        ],
    )
    def test_only_a_number_is_told_of_its_spaces(self, amount: str, fault: str) -> None:
        with pytest.raises(Broken) as broken:
            to_decimal("net_weight", amount)
        assert [one.code for one in broken.value.faults] == [fault]

    @pytest.mark.parametrize(
        ("amount", "said"),
        [
            ("12,5", "requires a number with a dot for decimals."),
            ("1.000,50", "requires a number with a dot for decimals."),
            ("on request", 'requires a number, and "on request" is none.'),
            ("2025/26", 'requires a number, and "2025/26" is none.'),
            ("", 'requires a number, and "" is none.'),
            ("x" * 41, f'requires a number, and "{"x" * 40}…" is none.'),
        ],
    )
    def test_what_is_no_number_is_told_so_plainly(self, amount: str, said: str) -> None:
        with pytest.raises(Broken) as broken:
            to_decimal("net_weight", amount)
        assert [one.message for one in broken.value.faults] == [f'The attribute "net_weight" {said}']


class TestCompleteness:
    @pytest.fixture
    def book(self) -> Rulebook:
        return rulebook(STRUCTURE)

    def ratios(self, world: World, values: dict[str, Any]) -> dict[tuple[str, str], tuple[int, list[str]]]:
        made = do(world, {"family": "luminaires", "values": values})
        found = completenesses("luminaires", made.item.values, world.book)
        return {(one.channel, one.locale): (one.ratio, one.missing) for one in found}

    def test_the_example_of_the_contract(self, world: World) -> None:
        prices = value([{"amount": 1, "currency": "EUR"}])
        values = {"sku": value("desk-one"), "title": value("Desk", "en_GB"), "list_price": prices}
        assert self.ratios(world, values) == {
            ("print", "en_GB"): (100, []),
            ("webshop", "de_DE"): (25, ["hero_image", "list_price", "title"]),
            ("webshop", "en_GB"): (50, ["hero_image", "list_price"]),
        }

    def test_no_family_no_completeness(self, world: World, book: Rulebook) -> None:
        assert completenesses(None, {}, book) == []


# Whatever is sent: it is refused, or what is stored is read back and sending it again changes nothing.

CODES = [*ATTRIBUTES, "sku", "ghost"]
TEXTS = some.one_of(
    some.text(max_size=8),
    some.sampled_from(
        ["", " ", "Brass", "steel", "2025-09-01", "12.50", "1e5", "-0", "\0", "https://x.org", "n@x.org"]
    ),
)
ATOMS = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(2**70), 2**70),
    some.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
OBJECTS = some.dictionaries(
    some.sampled_from(["amount", "unit", "currency", "products", "groups", "uuid", "identifier", "quantity", "x"]),
    ATOMS,
)
JSON = some.recursive(
    ATOMS | OBJECTS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
METRICS = some.fixed_dictionaries({"amount": ATOMS, "unit": some.sampled_from(["GRAM", "kilogram", "METER", "x"])})
PRICES = some.lists(
    some.fixed_dictionaries({"amount": ATOMS, "currency": some.sampled_from(["EUR", "usd", "XAU"])}), max_size=3
)
DATA = JSON | METRICS | PRICES | some.lists(some.sampled_from(["steel", "OAK", "glass"]), max_size=3)
ENTRIES = some.fixed_dictionaries(
    {
        "locale": some.sampled_from([None, "en_GB", "de_DE", "EN_gb", "it_IT"]) | JSON,
        "scope": some.sampled_from([None, "webshop", "print", "PRINT", "kiosk"]) | JSON,
        "data": DATA,
    }
)
VALUES = some.dictionaries(some.sampled_from(CODES), some.lists(ENTRIES | JSON, max_size=2) | JSON, max_size=4)
BODIES = some.fixed_dictionaries(
    {},
    optional={
        "values": VALUES | JSON,
        "family": some.sampled_from(["luminaires", None, ""]) | JSON,
        "categories": some.lists(some.sampled_from(["lamps", "SHOP", "nope"]), max_size=3) | JSON,
        "groups": some.lists(some.sampled_from(["clearance", "nope"]), max_size=3) | JSON,
        "enabled": JSON,
        "parent": JSON,
        "associations": some.dictionaries(some.sampled_from(["UPSELL", "COMPATIBLE", "BUNDLE", "x"]), JSON, max_size=2)
        | JSON,
        "quantified_associations": some.dictionaries(some.sampled_from(["UPSELL", "BUNDLE", "x"]), JSON, max_size=2)
        | JSON,
        "uuid": JSON,
        "identifier": JSON,
        "other": JSON,
    },
)
# A good value of a type, often enough to get through.
GOOD = some.one_of(
    some.tuples(some.just("tagline"), some.text(min_size=1, max_size=255)),
    some.tuples(some.just("beam_angle"), some.decimals(0, 10**12, places=9).map(str)),
    some.tuples(some.just("temp_offset"), some.floats(-1e30, 1e30)),
    some.tuples(some.just("lumens"), some.integers(0, 20000).map(str)),
    some.tuples(
        some.just("net_weight"), some.fixed_dictionaries({"amount": some.integers(0, 10**9), "unit": some.just("gram")})
    ),
    some.tuples(
        some.just("list_price"),
        some.lists(
            some.fixed_dictionaries(
                {"amount": some.decimals(0, 10**9, places=4).map(str), "currency": some.sampled_from(["EUR", "USD"])}
            ),
            min_size=1,
        ),
    ),
    some.tuples(some.just("materials"), some.lists(some.sampled_from(OPTIONS["materials"]), min_size=1, unique=True)),
    some.tuples(some.just("sku"), some.text('abcÄß#/ "\\', min_size=1, max_size=20)),
)


class TestAnything:
    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(body=BODIES, flavour=some.sampled_from(["uuid", "identifier"]))
    def test_no_body_is_unexpected(self, body: dict[str, Any], flavour: Flavour) -> None:
        world = new_world()
        # As a connector's: what orjson cannot write cannot be sent.
        try:
            sent = orjson.loads(orjson.dumps(body))
        except TypeError:
            sent = body
        try:
            decision = do(world, sent, "a-1" if flavour == "identifier" else None, flavour)
        except Refused as refusal:
            assert refusal.message
            return
        self.assert_stable(world, decision)

    @settings(max_examples=300, deadline=None)
    @given(good=some.lists(GOOD, max_size=4))
    def test_good_values_are_read_back(self, good: list[tuple[str, Any]]) -> None:
        world = new_world()
        values = {code: value(data) for code, data in good}
        try:
            decision = do(world, {"values": values})
        except Invalid as refusal:
            # Texts may hold what the rules forbid.
            assert {violation.code for violation in refusal.violations} <= {
                "value.nul",
                "identifier.blanks",
                "value.too_many_digits",
            }
            return
        self.assert_stable(world, decision)

    def assert_stable(self, world: World, decision: Decision) -> None:
        again = stored_again(world, decision)
        document = orjson.loads(decision.item.encode())
        rows = Rows()
        add_rows(decision.item.after, 1, {}, rows)
        assert all(isinstance(found, float) for _, found, _ in rows.numbers)
        assert all(isinstance(found, str) and "\0" not in found for _, found, _ in rows.texts)
        repeated = do(again, document, decision.item.uuid)
        assert repeated.changes == []
        assert repeated.item.encode() == decision.item.encode()

    @settings(max_examples=300, deadline=None)
    @given(
        search=some.dictionaries(
            some.sampled_from([*CODES, "family", "categories", "updated", "completeness", "uuid", "enabled"]),
            some.lists(
                some.fixed_dictionaries(
                    {
                        "operator": some.sampled_from(["=", "IN", "BETWEEN", "EMPTY", "SINCE LAST N DAYS", ">", "x"])
                        | JSON
                    },
                    optional={"value": JSON, "locale": JSON, "scope": JSON, "locales": JSON},
                ),
                max_size=2,
            )
            | JSON,
            max_size=2,
        )
        | JSON
    )
    def test_no_search_is_unexpected(self, search: Any) -> None:
        try:
            text = orjson.dumps(search).decode()
        except TypeError:
            return
        try:
            read_search(text, flavour="uuid", book=rulebook(STRUCTURE), now=NOW)
        except Refused as refusal:
            assert refusal.message
