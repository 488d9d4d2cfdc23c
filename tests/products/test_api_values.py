"""Values over the API: acceptance cases 53–122 (those of types that this edition has)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Api
from tests.factories.media import make_media_file
from tests.factories.products import make_product, value
from tests.factories.structure import make_attribute
from tests.products.answers import errors, fragment

ANCHOR = "api.html#patch_products_uuid__uuid_"


@pytest.fixture
def desk(lamps: None) -> str:
    return f"/products-uuid/{make_product('desk-one')}"


def violation(attribute: str, locale: str | None = None, scope: str | None = None, **more: str) -> dict[str, Any]:
    return {"property": "values", "attribute": attribute, "locale": locale, "scope": scope, **more}


# What is sent as `values`, and a word the message must have.
MISSHAPED: list[tuple[str, Any, str]] = [
    ("case 53", None, "values"),
    ("a list", [{"title": []}], "values"),
    ("a text", "x", "values"),
    ("case 54", {"title": {"locale": "en_GB", "scope": None, "data": "x"}}, "title"),
    ("no object", {"title": ["x"]}, "title"),
    ("a list in a list", {"title": [["x"]]}, "title"),
    ("null among the values", {"title": [None]}, "title"),
    ("case 55", {"title": [{"scope": None, "data": "x"}]}, "locale"),
    ("no scope", {"title": [{"locale": "en_GB", "data": "x"}]}, "scope"),
    ("no data", {"title": [{"locale": "en_GB", "scope": None}]}, "data"),
    ("case 56", {"title": [{"locale": 1, "scope": None, "data": "x"}]}, "locale"),
    ("a list as scope", {"title": [{"locale": "en_GB", "scope": ["x"], "data": "x"}]}, "scope"),
    ("case 57", {"title": [*value("a", "en_GB"), *value("b", "en_GB")]}, "twice"),
    ("twice, once in another case", {"title": value("a", "en_GB"), "TITLE": value("b", "en_gb")}, "twice"),
    ("case 58", {"title": value("x")}, "locale"),
    ("case 59", {"title": value("x", "en_GB", "webshop")}, "channel"),
    ("case 60", {"tagline": value("x", "en_GB")}, "locale"),
    ("case 61", {"launch_on": value("2025-01-01")}, "channel"),
    ("case 62", {"blurb": value("x", "en_GB")}, "channel"),
    ("case 67", {"ghost": value(1)}, "ghost"),
    ("an unknown attribute without values", {"ghost": []}, "ghost"),
]


class TestPlaces:
    @pytest.mark.parametrize(("name", "values", "word"), MISSHAPED, ids=[case[0] for case in MISSHAPED])
    def test_misshaped_values(self, pim: Api, desk: str, name: str, values: Any, word: str) -> None:
        answer = pim.patch(desk, {"values": values})
        assert fragment(answer) == ANCHOR
        assert word in answer.json()["message"]

    @pytest.mark.parametrize(
        ("case", "attribute", "locale", "scope", "data", "words"),
        [
            ("case 63", "title", "it_IT", None, "x", "no locale"),
            ("a locale that is none", "title", "xx", None, "x", "no locale"),
            ("case 64", "launch_on", None, "kiosk", "2025-01-01", "no channel"),
            ("case 65", "blurb", "de_DE", "print", "x", "not bound"),
            ("case 66", "warranty_note", "en_GB", None, "x", "not available"),
        ],
    )
    def test_places_that_do_not_exist(
        self,
        pim: Api,
        desk: str,
        case: str,
        attribute: str,
        locale: str | None,
        scope: str | None,
        data: str,
        words: str,
    ) -> None:
        answer = pim.patch(desk, {"values": {attribute: value(data, locale, scope)}})
        assert errors(answer) == [violation(attribute, locale, scope)]
        message = answer.json()["errors"][0]["message"]
        assert words in message and f'"{locale if words != "no channel" else scope}"' in message

    def test_case_68_erasing_where_nothing_can_be_is_no_error(self, pim: Api, desk: str) -> None:
        assert (
            pim.patch(desk, {"values": {"title": value(None, "it_IT"), "tagline": value("", "en_GB")}}).status_code
            == 204
        )

    def test_case_69_every_broken_rule_is_reported(self, pim: Api, desk: str) -> None:
        answer = pim.patch(desk, {"values": {"lumens": value(-1), "finish": value("gold")}})
        assert errors(answer) == [violation("lumens"), violation("finish")]

    def test_case_70_no_values_change_nothing(self, pim: Api, desk: str) -> None:
        assert pim.patch(desk, {"values": {"title": []}}).status_code == 204
        assert pim.patch(desk, {"values": []}).status_code == 204

    def test_case_71_further_keys_of_a_value_are_ignored(self, pim: Api, desk: str) -> None:
        sent = {**value("x")[0], "linked_data": {"a": 1}, "attribute_type": "nonsense"}
        assert pim.patch(desk, {"values": {"tagline": [sent]}}).status_code == 204
        assert pim.get(desk).json()["values"]["tagline"] == [{**value("x")[0], "attribute_type": "pim_catalog_text"}]

    def test_case_72_a_list_as_body(self, pim: Api, desk: str) -> None:
        assert pim.patch(desk, [1]).status_code == 400

    def test_codes_are_found_whatever_the_case(self, pim: Api, desk: str) -> None:
        assert pim.patch(desk, {"values": {"BLURB": value("x", "EN_gb", "WEBSHOP")}}).status_code == 204
        entry = pim.get(desk).json()["values"]["blurb"][0]
        assert (entry["locale"], entry["scope"]) == ("en_GB", "webshop")


# Name, attribute, what is sent, what is read back (None: nothing).
READ_BACK: list[tuple[str, str, Any, Any]] = [
    ("case 73", "lumens", 1200, 1200),
    ("case 74", "lumens", "1200", 1200),
    ("case 75", "lumens", 12.0, 12),
    ("an exponent", "lumens", "1.2e3", 1200),
    ("case 78", "lumens", 20000, 20000),
    ("nothing is something", "lumens", 0, 0),
    ("case 80", "beam_angle", 36.5, "36.5000"),
    ("case 81", "beam_angle", "12.50787600", "12.507876"),
    ("case 82", "beam_angle", " 7 ", "7.0000"),
    ("minus zero", "beam_angle", "-0.0", "0.0000"),
    ("a small float", "beam_angle", 1e-7, "0.0000001"),
    ("case 85", "temp_offset", -0.5, "-0.5000"),
    (
        "case 86",
        "net_weight",
        {"amount": "1.25", "unit": "kilogram"},
        {"amount": "1.2500", "unit": "KILOGRAM", "symbol": "kg"},
    ),
    ("case 89", "net_weight", {"amount": None, "unit": "GRAM"}, None),
    (
        "a metric without decimals",
        "cable_length",
        {"amount": "2.0", "unit": "METER"},
        {"amount": 2, "unit": "METER", "symbol": "m"},
    ),
    (
        "case 93",
        "list_price",
        [{"amount": 69, "currency": "USD"}, {"amount": "79.9", "currency": "EUR"}],
        [{"amount": "79.90", "currency": "EUR"}, {"amount": "69.00", "currency": "USD"}],
    ),
    ("case 95", "list_price", [{"amount": None, "currency": "EUR"}], None),
    ("case 96", "list_price", [], None),
    ("case 96, null", "list_price", None, None),
    (
        "the last price of a currency wins",
        "list_price",
        [{"amount": 1, "currency": "EUR"}, {"amount": 2, "currency": "eur"}],
        [{"amount": "2.00", "currency": "EUR"}],
    ),
    ("case 100", "dimmable", False, False),
    ("case 101", "finish", "brass", "Brass"),
    ("case 49", "materials", ["steel", "GLASS"], ["glass", "steel"]),
    ("case 111", "tagline", "é" * 255, "é" * 255),
    ("case 114", "tagline", "   ", None),
    ("case 115", "tagline", "a\nb\r\nc", "a b c"),
    ("an empty object erases", "tagline", {}, None),
    ("texts are not trimmed", "tagline", " x ", " x "),
    ("quotes and backslashes", "tagline", '"href":"~/ \\ </b>', '"href":"~/ \\ </b>'),
    ("case 116", "contact_mail", "n@x.org", "n@x.org"),
    ("case 117", "support_url", "https://x.org", "https://x.org"),
    ("case 118", "part_no", "LX-1234", "LX-1234"),
]

# Name, attribute, what is sent.
MISSHAPED_DATA: list[tuple[str, str, Any]] = [
    ("case 79", "lumens", True),
    ("a list as number", "lumens", [1]),
    ("case 88", "net_weight", {"amount": 1}),
    ("case 90", "net_weight", "1 kg"),
    ("case 91", "net_weight", {"amount": "1e3", "unit": "GRAM"}),
    ("a number as unit", "net_weight", {"amount": 1, "unit": 1}),
    ("case 97", "list_price", [{"amount": 1}]),
    ("one price that is no list", "list_price", {"amount": 1, "currency": "EUR"}),
    ("a boolean as amount", "list_price", [{"amount": True, "currency": "EUR"}]),
    ("more than a price", "list_price", [{"amount": 1, "currency": "EUR", "x": 1}]),
    ("case 100, text", "dimmable", "true"),
    ("case 100, number", "dimmable", 1),
    ("case 103", "finish", ["Brass"]),
    ("a number as option", "finish", 1),
    ("case 105", "materials", ["steel", ""]),
    ("one option that is no list", "materials", "steel"),
    ("case 113", "tagline", ["x"]),
    ("an object as text", "blurb", {"a": 1}),
    ("case 121", "hero_image", "1/2/3/4/unknown.png"),
    ("a number as file", "hero_image", 12),
    ("a number as identifier", "gtin", 12),
]

# Name, attribute, what is sent, what more the entry has.
BROKEN: list[tuple[str, str, Any, dict[str, str]]] = [
    ("case 76", "lumens", 12.5, {}),
    ("case 77", "lumens", -1, {}),
    ("case 78", "lumens", 20001, {}),
    ("more than 64 bits", "temp_offset", "1" + "0" * 70, {}),
    ("an endless exponent", "temp_offset", "1e999", {}),
    ("case 83", "beam_angle", "1 2", {}),
    ("case 84", "beam_angle", "12,5", {}),
    ("digits of other scripts", "beam_angle", "\u0661", {}),
    ("an underscore", "beam_angle", "1_0", {}),
    ("not a number", "beam_angle", "NaN", {}),
    ("case 85", "beam_angle", -0.5, {}),
    ("case 87", "net_weight", {"amount": 1, "unit": "METER"}, {}),
    ("a metric below zero", "net_weight", {"amount": -1, "unit": "GRAM"}, {}),
    ("an amount that is no number", "net_weight", {"amount": [1], "unit": "GRAM"}, {}),
    ("case 92", "cable_length", {"amount": 1.5, "unit": "METER"}, {}),
    ("case 98", "list_price", [{"amount": 1, "currency": "XAU"}], {"currency": "XAU"}),
    ("case 99", "list_price", [{"amount": "abc", "currency": "EUR"}], {"currency": "EUR"}),
    ("case 102", "finish", "gold", {}),
    ("U+0000 as option", "finish", "\0", {}),
    ("case 104", "materials", ["steel", "STEEL"], {}),
    ("case 111", "tagline", "x" * 256, {}),
    ("case 112", "tagline", 12, {}),
    ("a boolean as text", "tagline", False, {}),
    ("U+0000", "tagline", "a\0b", {}),
    ("case 116", "contact_mail", "nobody", {}),
    ("case 117", "support_url", "x.org", {}),
    ("case 118", "part_no", "LX-12", {}),
]


class TestTypes:
    @pytest.mark.parametrize(("name", "attribute", "data", "read"), READ_BACK, ids=[case[0] for case in READ_BACK])
    def test_data_is_read_back(self, pim: Api, desk: str, name: str, attribute: str, data: Any, read: Any) -> None:
        answer = pim.patch(desk, {"values": {attribute: value(data)}})
        assert answer.status_code == 204, answer.content
        entries = pim.get(desk).json()["values"].get(attribute)
        assert (entries[0]["data"] if entries else None) == read
        assert type(entries[0]["data"] if entries else None) is type(read)
        before = pim.get(desk).content
        assert pim.patch(desk, {"values": {attribute: value(data)}}).status_code == 204
        assert pim.get(desk).content == before

    @pytest.mark.parametrize(("name", "attribute", "data"), MISSHAPED_DATA, ids=[case[0] for case in MISSHAPED_DATA])
    def test_data_of_the_wrong_form(self, pim: Api, desk: str, name: str, attribute: str, data: Any) -> None:
        place = ("en_GB", "webshop") if attribute == "blurb" else (None, None)
        answer = pim.patch(desk, {"values": {attribute: value(data, *place)}})
        assert fragment(answer) == ANCHOR
        assert "errors" not in answer.json()

    @pytest.mark.parametrize(("name", "attribute", "data", "more"), BROKEN, ids=[case[0] for case in BROKEN])
    def test_data_that_breaks_a_rule(
        self, pim: Api, desk: str, name: str, attribute: str, data: Any, more: dict[str, str]
    ) -> None:
        assert errors(pim.patch(desk, {"values": {attribute: value(data)}})) == [violation(attribute, **more)]

    @pytest.mark.parametrize(
        ("case", "data", "read"),
        [
            ("case 107", "2025-09-01T22:00:00-05:00", "2025-09-01T00:00:00+00:00"),
            ("a zone of hours", "2025-09-01T22:00:00+02", "2025-09-01T00:00:00+00:00"),
            ("a blank behind it", "2025-09-01 ", "2025-09-01T00:00:00+00:00"),
            ("a time that is none", "2025-09-01T99:99", "misshaped"),
            ("case 110", "2020-01-01", "2020-01-01T00:00:00+00:00"),
            ("case 108", "01/09/2025", "misshaped"),
            ("case 109", "2025-02-31", "misshaped"),
            ("a number", 20250901, "misshaped"),
            ("something behind", "2025-09-01 tomorrow", "misshaped"),
            ("case 110, too early", "2019-12-31", "broken"),
        ],
    )
    def test_dates(self, pim: Api, desk: str, case: str, data: Any, read: str) -> None:
        answer = pim.patch(desk, {"values": {"launch_on": value(data, None, "webshop")}})
        if read == "misshaped":
            assert fragment(answer) == ANCHOR
        elif read == "broken":
            assert errors(answer) == [violation("launch_on", None, "webshop")]
        else:
            assert pim.get(desk).json()["values"]["launch_on"][0]["data"] == read

    def test_case_106_only_unknown_options_are_named(self, pim: Api, desk: str) -> None:
        answer = pim.patch(desk, {"values": {"materials": value(["steel", "mud"])}})
        assert errors(answer) == [violation("materials")]
        message = answer.json()["errors"][0]["message"]
        assert "mud" in message and "steel" not in message

    def test_case_94_prices_are_replaced_as_a_whole(self, pim: Api, desk: str) -> None:
        both = [{"amount": "9", "currency": "EUR"}, {"amount": "8", "currency": "USD"}]
        pim.patch(desk, {"values": {"list_price": value(both)}})
        pim.patch(desk, {"values": {"list_price": value(both[:1])}})
        assert pim.get(desk).json()["values"]["list_price"][0]["data"] == [{"amount": "9.00", "currency": "EUR"}]

    def test_the_earliest_stage_answers(self, pim: Api, desk: str) -> None:
        shaped_later = {"values": {"finish": value("gold"), "tagline": value(["x"]), "dimmable": value("true")}}
        assert "dimmable" in pim.patch(desk, shaped_later).json()["message"]
        del shaped_later["values"]["dimmable"]
        assert "tagline" in pim.patch(desk, shaped_later).json()["message"]
        assert "family" in pim.patch(desk, {**shaped_later, "family": "nope"}).json()["message"]
        del shaped_later["values"]["tagline"]
        assert errors(pim.patch(desk, shaped_later)) == [violation("finish")]


# Name, attribute, what is stored, what erases it.
ERASING: list[tuple[str, str, Any, Any]] = [
    ("case 89", "net_weight", {"amount": 1, "unit": "GRAM"}, {"amount": None, "unit": "GRAM"}),
    ("case 95", "list_price", [{"amount": 1, "currency": "EUR"}], [{"amount": None, "currency": "EUR"}]),
    ("case 96", "list_price", [{"amount": 1, "currency": "EUR"}], []),
    ("case 96, null", "list_price", [{"amount": 1, "currency": "EUR"}], None),
    ("case 114", "tagline", "x", "   "),
    ("an empty text", "tagline", "x", ""),
    ("no options", "materials", ["oak"], []),
    ("no boolean", "dimmable", False, None),
]

# Name, attribute, what is sent, words that the message must have.
SAID: list[tuple[str, str, Any, list[str]]] = [
    ("case 79", "lumens", True, ["lumens", "number"]),
    ("case 87", "net_weight", {"amount": 1, "unit": "METER"}, ["net_weight", "unit", "METER"]),
    ("case 88", "net_weight", {"amount": 1}, ["net_weight", "unit"]),
    ("case 102", "finish", "gold", ["gold", "finish"]),
    ("case 112", "tagline", 12, ["tagline", "string"]),
    ("case 118", "part_no", "LX-12", ["part_no", "/^LX-\\d{4}$/"]),
    ("case 119", "batch_code", "B-1", ["B-1", "batch_code"]),
    ("case 121", "hero_image", "1/2/3/4/unknown.png", ["hero_image", "1/2/3/4/unknown.png"]),
]


class TestWords:
    @pytest.mark.parametrize(
        ("name", "attribute", "data", "erasing"), ERASING, ids=[f"{case[0]} {case[1]}" for case in ERASING]
    )
    def test_what_is_there_is_erased(
        self, pim: Api, desk: str, name: str, attribute: str, data: Any, erasing: Any
    ) -> None:
        pim.patch(desk, {"values": {attribute: value(data)}})
        assert attribute in pim.get(desk).json()["values"]
        assert pim.patch(desk, {"values": {attribute: value(erasing)}}).status_code == 204
        assert attribute not in pim.get(desk).json()["values"]

    @pytest.mark.parametrize(("name", "attribute", "data", "words"), SAID, ids=[case[0] for case in SAID])
    def test_a_refusal_says_what_it_is_about(
        self, pim: Api, desk: str, name: str, attribute: str, data: Any, words: list[str]
    ) -> None:
        make_product("stool", values={"batch_code": "B-1"})
        answer = pim.patch(desk, {"values": {attribute: value(data)}}).json()
        said = answer["errors"][0]["message"] if "errors" in answer else answer["message"]
        assert all(word in said for word in words), said


class TestWithoutTypes:
    def test_values_as_version_7_prints_them(self, pim: Api, desk: str, settings: Any) -> None:
        settings.LIMEN_API_VALUE_TYPES = False
        pim.patch(desk, {"values": {"net_weight": value({"amount": 1, "unit": "GRAM"}), "tagline": value("x")}})
        product = pim.get(desk)
        plain = {
            "sku": value("desk-one"),
            "net_weight": value({"amount": "1.0000", "unit": "GRAM"}),
            "tagline": value("x"),
        }
        assert product.json()["values"] == plain
        (listed,) = pim.get("/products-uuid", attributes="tagline").json()["_embedded"]["items"]
        assert listed["values"] == {"tagline": value("x")}
        assert pim.patch(desk, product.json()).status_code == 204
        assert pim.get(desk).content == product.content


class TestStoredValues:
    """What is stored was judged when it was written; only what is different is judged (api-products 2.7)."""

    LINKS: dict[str, Any] = {"associations": {"UPSELL": {"products": []}}}

    @pytest.mark.parametrize("more", [{}, LINKS], ids=["alone", "with associations"])
    def test_a_stricter_rule_does_not_refuse_what_is_there(self, pim: Api, desk: str, more: dict[str, Any]) -> None:
        stored = {"tagline": value("long enough"), "lumens": value(1200), "finish": value("white")}
        pim.patch(desk, {"values": stored})
        pim.patch("/attributes/tagline", {"max_characters": 5})
        pim.patch("/attributes/lumens", {"number_max": "100"})
        assert pim.client.delete("/api/rest/v1/attributes/finish/options/white").status_code == 204
        before = pim.get(desk).content
        assert pim.patch(desk, {**more, "values": stored}).status_code == 204
        assert pim.get(desk).content == before
        answer = pim.patch(desk, {**more, "values": {**stored, "tagline": value("long enouGh")}})
        assert errors(answer) == [violation("tagline")]

    def test_a_place_that_is_gone_is_still_refused(self, pim: Api, desk: str) -> None:
        blurb = {"blurb": value("x", "de_DE", "webshop"), "tagline": value("x")}
        pim.patch(desk, {"values": blurb})
        pim.patch("/channels/webshop", {"locales": ["en_GB"]})
        assert errors(pim.patch(desk, {"values": blurb})) == [violation("blurb", "de_DE", "webshop")]

    def test_prices_that_are_hidden_are_not_left_out_on_purpose(self, pim: Api, desk: str) -> None:
        both = [{"amount": "9.00", "currency": "EUR"}, {"amount": "8.00", "currency": "USD"}]
        pim.patch(desk, {"values": {"list_price": value(both)}})
        for channel in ("webshop", "ecommerce"):
            pim.patch(f"/channels/{channel}", {"currencies": ["EUR"]})
        before = pim.get(desk)
        assert before.json()["values"]["list_price"][0]["data"] == both[:1]
        assert pim.patch(desk, before.json()).status_code == 204
        pim.patch(desk, {"values": {"list_price": value([{"amount": 7, "currency": "EUR"}])}})
        pim.patch("/channels/webshop", {"currencies": ["EUR", "USD"]})
        shown = pim.get(desk).json()["values"]["list_price"][0]["data"]
        assert shown == [{"amount": "7.00", "currency": "EUR"}, both[1]]
        pim.patch(desk, {"values": {"list_price": value([])}})
        assert "list_price" not in pim.get(desk).json()["values"]

    def test_a_price_that_its_channel_does_not_show_can_be_written_again(self, pim: Api, desk: str) -> None:
        # Any active currency is taken, and the channel print has no dollars.
        make_attribute("net_price", "pim_catalog_price_collection", scopable=True)
        both = [{"amount": "8.00", "currency": "EUR"}, {"amount": "9.00", "currency": "USD"}]
        values = {"values": {"net_price": value(both, None, "print"), "tagline": value("x")}}
        for sent in (values, {**values, "enabled": False}, values):
            assert pim.patch(desk, sent).status_code == 204
            for path in (desk, "/products-uuid"):
                answer = pim.get(path).json()
                (shown,) = answer["_embedded"]["items"] if "_embedded" in answer else [answer]
                assert shown["values"]["net_price"][0]["data"] == both[:1]
        assert pim.patch(desk, {"values": {"net_price": value(both[1:], None, "print")}}).status_code == 204
        assert "net_price" not in pim.get(desk).json()["values"]
        pim.patch("/channels/print", {"currencies": ["EUR", "USD"]})
        assert pim.get(desk).json()["values"]["net_price"][0]["data"] == both[1:]


class TestUniqueValues:
    @pytest.mark.parametrize("data", ["B-1", "b-1"])
    def test_case_119_a_unique_value_of_another_product(self, pim: Api, desk: str, data: str) -> None:
        make_product("stool", values={"batch_code": "B-1"})
        assert errors(pim.patch(desk, {"values": {"batch_code": value(data)}})) == [violation("batch_code")]

    def test_case_120_a_secondary_identifier_of_another_product(self, pim: Api, desk: str) -> None:
        make_product("stool", values={"gtin": "4006381333931"})
        assert errors(pim.patch(desk, {"values": {"gtin": value("4006381333931")}})) == [{"property": "identifier"}]

    def test_a_value_that_was_given_up_can_be_taken(self, pim: Api, desk: str) -> None:
        stool = f"/products-uuid/{make_product('stool', values={'batch_code': 'B-1'})}"
        pim.patch(stool, {"values": {"batch_code": value("B-2")}})
        assert pim.patch(desk, {"values": {"batch_code": value("B-1")}}).status_code == 204
        pim.delete(stool)
        assert pim.patch(desk, {"values": {"batch_code": value("B-2")}}).status_code == 204

    def test_identifiers_are_judged_only_when_all_else_is_right(self, pim: Api, desk: str) -> None:
        make_product("stool", values={"gtin": "1"})
        answer = pim.patch(desk, {"values": {"gtin": value("1"), "sku": value("a,b"), "lumens": value(-1)}})
        assert errors(answer) == [violation("lumens")]
        answer = pim.patch(desk, {"values": {"gtin": value("1"), "sku": value("a,b")}})
        assert errors(answer) == [{"property": "identifier"}, {"property": "identifier"}]


class TestFiles:
    def test_case_52_a_file_has_an_absolute_link(self, pim: Api, desk: str) -> None:
        code = make_media_file("orbit.png").code
        assert pim.patch(desk, {"values": {"hero_image": value(code)}}).status_code == 204
        entry = pim.get(desk).json()["values"]["hero_image"][0]
        assert entry["data"] == code
        assert entry["_links"]["download"]["href"] == f"http://testserver/api/rest/v1/media-files/{code}/download"
        assert pim.get("/products-uuid").json()["_embedded"]["items"][0]["values"]["hero_image"] == [entry]

    def test_case_122_a_file_with_another_extension(self, pim: Api, desk: str) -> None:
        code = make_media_file("orbit.pdf", b"%PDF-1.7").code
        assert errors(pim.patch(desk, {"values": {"hero_image": value(code)}})) == [violation("hero_image")]

    def test_a_file_with_the_same_content_keeps_its_code(self, pim: Api, desk: str) -> None:
        first, second, other = (
            make_media_file("orbit.png", content) for content in (PNG + b"1", PNG + b"1", PNG + b"2")
        )
        pim.patch(desk, {"values": {"hero_image": value(first.code)}})
        before = pim.get(desk).content
        pim.patch(desk, {"values": {"hero_image": value(second.code)}})
        assert pim.get(desk).content == before
        pim.patch(desk, {"values": {"hero_image": value(other.code)}})
        assert pim.get(desk).json()["values"]["hero_image"][0]["data"] == other.code

    def test_an_unknown_product_is_made_with_its_file(self, pim: Api) -> None:
        code = make_media_file("orbit.png").code
        answer = pim.patch(f"/products-uuid/{uuid4()}", {"values": {"hero_image": value(code)}})
        assert answer.status_code == 201


PNG = b"\x89PNG\r\n\x1a\n"
