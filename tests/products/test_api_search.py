"""The search language of product lists: acceptance cases 223–253."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from limen.products.models import LongText
from limen.products.rules.rulebook import Rulebook
from limen.products.rules.search import read_search
from tests.conftest import Api
from tests.factories.media import make_media_file
from tests.factories.products import NOW, change_product, make_product, value
from tests.products.answers import is_plain
from tests.products.catalogue import lamps as lamps_structure


def search(pim: Api, flavour: str = "products", /, *, params: dict[str, str] | None = None, **criteria: Any) -> Any:
    """`title={"operator": …}` is one criterion, a list several."""
    lists = {name: one if isinstance(one, list) else [one] for name, one in criteria.items()}
    return pim.get(f"/{flavour}", search=orjson.dumps(lists).decode(), **(params or {}))


def found(pim: Api, name: str, operator: str, value: Any = None, **more: Any) -> list[str]:
    """Identifiers of what one criterion finds."""
    criterion = {"operator": operator, "value": value, **more}
    answer = search(pim, **{name: criterion})
    assert answer.status_code == 200, answer.content
    return [one["identifier"] for one in answer.json()["_embedded"]["items"]]


@pytest.fixture(autouse=True, params=["few", "walked", "walked on", "joined"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditions are asked in several ways, for few and for many products that fit; the answers must be the same."""
    if request.param != "few":
        monkeypatch.setattr("limen.products.queries.conditions.FEW", -1)
    if request.param == "walked on":
        monkeypatch.setattr("limen.products.queries.lists.WALK", 2)
    if request.param == "joined":
        monkeypatch.setattr("limen.products.queries.lists.WALK", 0)


class TestStructure:
    @pytest.mark.parametrize("text", ["abc", '"x"', "12", "[1]"])
    def test_case_223_what_is_no_search(self, pim: Api, text: str) -> None:
        for flavour in ("products", "products-uuid"):
            answer = pim.get(f"/{flavour}", search=text)
            assert answer.status_code == 400 and is_plain(answer)

    @pytest.mark.parametrize("text", ["{}", "[]", ""])
    def test_an_empty_search_finds_all(self, pim: Api, text: str) -> None:
        make_product("a")
        assert len(pim.get("/products", search=text).json()["_embedded"]["items"]) == 1

    @pytest.mark.parametrize(
        ("case", "criteria"),
        [
            ("case 224", {"title": {"operator": "="}}),
            ("an empty list", {"title": []}),
            ("a text as criterion", {"title": ["x"]}),
            ("case 225", {"title": [{"value": "x"}]}),
            ("a number as operator", {"title": [{"operator": 1}]}),
            ("case 227", {"tagline": [{"operator": "BETWEEN", "value": "x"}]}),
            ("case 228", {"title": [{"operator": "CONTAINS", "value": "orb"}]}),
            ("a number as locale", {"title": [{"operator": "=", "value": "x", "locale": 1}]}),
            ("an inactive locale", {"title": [{"operator": "=", "value": "x", "locale": "it_IT"}]}),
            ("locales where there are none", {"title": [{"operator": "=", "value": "x", "locales": ["en_GB"]}]}),
            ("no scope", {"launch_on": [{"operator": "=", "value": "2025-01-01"}]}),
            ("an unknown scope", {"launch_on": [{"operator": "=", "value": "2025-01-01", "scope": "x"}]}),
            ("an operator in lower case", {"enabled": [{"operator": "in", "value": True}]}),
            ("a text as boolean", {"enabled": [{"operator": "=", "value": "true"}]}),
            ("case 234", {"finish": [{"operator": "IN", "value": ["gold"]}]}),
            ("case 236", {"lumens": [{"operator": ">", "value": "x"}]}),
            ("a boolean as number", {"lumens": [{"operator": ">", "value": True}]}),
            ("an unknown unit", {"net_weight": [{"operator": "=", "value": {"amount": 1, "unit": "METER"}}]}),
            ("a metric without unit", {"net_weight": [{"operator": "=", "value": 1}]}),
            ("an inactive currency", {"list_price": [{"operator": "=", "value": {"amount": 1, "currency": "XAU"}}]}),
            ("case 242", {"categories": [{"operator": "IN", "value": ["nope"]}]}),
            ("an unknown family", {"family": [{"operator": "IN", "value": ["nope"]}]}),
            ("no list of families", {"family": [{"operator": "IN", "value": "luminaires"}]}),
            ("no list of uuids", {"uuid": [{"operator": "IN", "value": "x"}]}),
            ("numbers as identifiers", {"identifier": [{"operator": "IN", "value": [1]}]}),
            ("case 245", {"updated": [{"operator": "SINCE LAST N DAYS", "value": "4"}]}),
            ("case 246", {"updated": [{"operator": ">", "value": "2025-01-01"}]}),
            ("one date instead of two", {"updated": [{"operator": "BETWEEN", "value": ["2025-01-01 00:00:00"]}]}),
            ("an unknown job", {"updated": [{"operator": "SINCE LAST JOB", "value": "x"}]}),
            ("case 248", {"completeness": [{"operator": "=", "value": 100}]}),
            (
                "case 250",
                {"completeness": [{"operator": "GREATER THAN ON ALL LOCALES", "value": 1, "scope": "webshop"}]},
            ),
            (
                "case 250, a text",
                {
                    "completeness": [
                        {"operator": "GREATER THAN ON ALL LOCALES", "value": 1, "scope": "webshop", "locales": "x"}
                    ]
                },
            ),
            ("a quality without scope", {"quality_score": [{"operator": "IN", "value": ["A"], "locale": "en_GB"}]}),
            (
                "case 251",
                {
                    "quality_score": [
                        {"operator": "IN", "value": ["A", "Z"], "scope": "webshop", "locale": "en_GB"},
                    ]
                },
            ),
        ],
    )
    def test_criteria_that_are_refused(self, pim: Api, case: str, criteria: Any) -> None:
        answer = pim.get("/products-uuid", search=orjson.dumps(criteria).decode())
        assert answer.status_code == 422 and is_plain(answer)

    def test_case_226_an_unknown_filter(self, pim: Api) -> None:
        ghost = {"operator": "EMPTY"}
        assert search(pim, "products-uuid", ghost=ghost).status_code == 422
        assert search(pim, "products", ghost=ghost).status_code == 404

    def test_case_252_at_most_100_identifiers(self, pim: Api) -> None:
        names = [f"p{number}" for number in range(101)]
        assert search(pim, identifier={"operator": "IN", "value": names}).status_code == 400
        assert search(pim, identifier={"operator": "IN", "value": [*names[:100], "P1"]}).status_code == 200

    def test_case_243_criteria_are_combined_with_and(self, pim: Api) -> None:
        make_product("a", categories=["lamps", "desk_lamps"]), make_product("b", categories=["lamps"])
        both = [{"operator": "IN", "value": [code]} for code in ("lamps", "desk_lamps")]
        (one,) = search(pim, categories=both).json()["_embedded"]["items"]
        assert one["identifier"] == "a"

    def test_search_locale_and_scope_stand_in(self, pim: Api) -> None:
        make_product("a", values={"title": value("Orbit lamp", "en_GB")})
        criterion = {"operator": "CONTAINS", "value": "orb"}
        assert search(pim, title=criterion, params={"search_locale": "en_GB"}).json()["_embedded"]["items"]
        assert not search(pim, title=criterion, params={"search_locale": "de_DE"}).json()["_embedded"]["items"]


class TestProperties:
    def test_identifiers(self, pim: Api) -> None:
        for code in ("Desk-One", "desk_two", "stool"):
            make_product(code)
        make_product(None)
        assert found(pim, "identifier", "=", "desk-one") == ["Desk-One"]
        assert found(pim, "identifier", "!=", "desk-one") == ["desk_two", "stool"]
        assert found(pim, "identifier", "STARTS WITH", "DESK") == ["Desk-One", "desk_two"]
        assert found(pim, "identifier", "CONTAINS", "k_t") == ["desk_two"]
        assert found(pim, "identifier", "DOES NOT CONTAIN", "desk") == ["stool"]
        assert found(pim, "identifier", "IN", ["STOOL", "x"]) == ["stool"]
        assert found(pim, "sku", "NOT IN", ["STOOL", "x"]) == ["Desk-One", "desk_two"]
        assert found(pim, "identifier", "EMPTY") == []
        assert found(pim, "identifier", "=", "a\0") == []
        without = search(pim, "products-uuid", identifier={"operator": "EMPTY"}).json()["_embedded"]["items"]
        assert len(without) == 1

    def test_case_253_uuids(self, pim: Api) -> None:
        one = make_product("a")
        make_product("b")
        assert found(pim, "uuid", "IN", [one.upper(), "nonsense"]) == ["a"]
        assert found(pim, "uuid", "NOT IN", [one]) == ["b"]

    def test_families(self, pim: Api) -> None:
        make_product("a", "luminaires"), make_product("b")
        assert found(pim, "family", "IN", ["LUMINAIRES"]) == ["a"]
        assert found(pim, "family", "NOT IN", ["luminaires"]) == ["b"]
        assert found(pim, "family", "EMPTY") == ["b"]
        assert found(pim, "family", "NOT EMPTY") == ["a"]

    def test_case_241_categories(self, pim: Api) -> None:
        make_product("a", categories=["floor_lamps"]), make_product("b", categories=["autumn_book"]), make_product("c")
        assert found(pim, "categories", "IN", ["lamps"]) == []
        assert found(pim, "categories", "IN CHILDREN", ["lamps"]) == ["a"]
        assert found(pim, "categories", "NOT IN CHILDREN", ["lamps"]) == ["b", "c"]
        assert found(pim, "categories", "NOT IN", ["floor_lamps"]) == ["b", "c"]
        assert found(pim, "categories", "UNCLASSIFIED") == ["c"]
        assert found(pim, "categories", "NOT EMPTY") == ["a", "b"]
        assert found(pim, "categories", "IN OR UNCLASSIFIED", ["floor_lamps"]) == ["a", "c"]

    def test_groups_and_enabled_and_parent(self, pim: Api) -> None:
        make_product("a", groups=["clearance"]), make_product("b", enabled=False)
        assert found(pim, "groups", "IN", ["clearance"]) == ["a"]
        assert found(pim, "groups", "NOT IN", ["clearance"]) == ["b"]
        assert found(pim, "groups", "EMPTY") == ["b"]
        assert found(pim, "enabled", "=", False) == ["b"]
        assert found(pim, "enabled", "!=", False) == ["a"]
        assert found(pim, "parent", "EMPTY") == ["a", "b"]
        assert found(pim, "parent", "=", "orbit") == []

    def test_moments(self, pim: Api) -> None:
        make_product("a", now=NOW), make_product("b", now=NOW.replace(minute=30, microsecond=700_000))
        a, b = "2026-03-02 10:00:00", "2026-03-02 10:30:00"
        assert found(pim, "updated", "=", b) == ["b"]
        assert found(pim, "created", "!=", b) == ["a"]
        assert found(pim, "updated", ">", a) == ["b"]
        assert found(pim, "updated", ">", b) == []
        assert found(pim, "updated", "<", b) == ["a"]
        assert found(pim, "updated", "BETWEEN", [a, b]) == ["a", "b"]
        assert found(pim, "updated", "NOT BETWEEN", [b, b]) == ["a"]
        assert found(pim, "updated", ">", "2026-03-02T11:00:00+01:00") == ["b"]
        assert found(pim, "updated", "SINCE LAST N DAYS", 99_999) == ["a", "b"]
        assert found(pim, "updated", "SINCE LAST N DAYS", 0) == []

    def test_6_4_moments_without_a_zone_are_in_that_of_the_api(self, pim: Api, settings: Any) -> None:
        settings.LIMEN_API_TIME_ZONE = ZoneInfo("America/New_York")
        make_product("a", now=NOW)
        assert found(pim, "updated", "=", "2026-03-02 05:00:00") == ["a"]
        assert found(pim, "updated", "BETWEEN", ["2026-03-02 05:00:00", "2026-03-02 05:00:01"]) == ["a"]
        assert found(pim, "updated", "=", "2026-03-02 10:00:00") == []
        assert found(pim, "updated", "=", "2026-03-02T10:00:00+00:00") == ["a"]
        assert found(pim, "updated", "SINCE LAST N DAYS", 99_999) == ["a"]

    def test_6_7_now_is_a_day_of_that_zone(self) -> None:
        """At two in the morning in UTC it is still yesterday in New York."""
        now = datetime(2026, 3, 2, 2, tzinfo=UTC)
        search = '{"launch_on":[{"operator":"=","value":"now","scope":"print"}]}'
        days = []
        for zone in (UTC, ZoneInfo("America/New_York")):
            (one,) = read_search(search, flavour="uuid", book=Rulebook(lamps_structure()), now=now.astimezone(zone))
            days.append(date.fromordinal(int(one.value)))
        assert days == [date(2026, 3, 2), date(2026, 3, 1)]

    def test_case_249_completeness(self, pim: Api) -> None:
        values = {
            "title": value("Lamp", "en_GB"),
            "list_price": [{"amount": 1, "currency": one} for one in ("EUR", "USD")],
        }
        make_product("a", "luminaires", values), make_product("b", "luminaires"), make_product("c")
        both = {"scope": "webshop", "locales": ["en_GB", "de_DE"]}
        assert found(pim, "completeness", "=", 75, scope="webshop") == ["a"]
        assert found(pim, "completeness", "=", 75, scope="webshop", locale="de_DE") == []
        assert found(pim, "completeness", ">", "40", scope="webshop") == ["a"]
        assert found(pim, "completeness", "<", 40, scope="webshop") == ["b"]
        assert found(pim, "completeness", "!=", 25, scope="webshop") == ["a"]
        assert found(pim, "completeness", "GREATER OR EQUALS THAN ON ALL LOCALES", 50, **both) == ["a"]
        assert found(pim, "completeness", "GREATER OR EQUALS THAN ON ALL LOCALES", 75, **both) == []
        assert found(pim, "completeness", "GREATER OR EQUALS THAN ON AT LEAST ONE LOCALE", 75, **both) == ["a"]
        assert found(pim, "completeness", "LOWER THAN ON ALL LOCALES", 75, **both) == ["b"]
        # `locales` are for the operators that speak of locales.
        assert found(pim, "completeness", "=", 75, scope="webshop", locales=["de_DE"]) == ["a"]
        assert found(pim, "completeness", "EQUALS ON AT LEAST ONE LOCALE", 75, **{**both, "locales": ["de_DE"]}) == []
        assert found(pim, "completeness", "EMPTY") == ["c"]

    def test_label_or_identifier(self, pim: Api) -> None:
        make_product("a", "luminaires", {"title": value("Desk lamp", "en_GB")})
        make_product("desk-two", "luminaires"), make_product("c")
        criterion = {"operator": "CONTAINS", "value": "DESK", "scope": "webshop", "locale": "en_GB"}
        answer = search(pim, label_or_identifier=criterion)
        assert [one["identifier"] for one in answer.json()["_embedded"]["items"]] == ["a", "desk-two"]


class TestAttributes:
    def test_cases_229_to_232_texts(self, pim: Api) -> None:
        make_product("a", values={"title": value("Orbit lamp", "en_GB"), "tagline": "50*50"})
        make_product("b", values={"title": value("Léger", "en_GB"), "tagline": "100%_"})
        make_product("c")
        assert found(pim, "title", "CONTAINS", "ORBIT", locale="en_GB") == ["a"]
        assert found(pim, "title", "CONTAINS", "leger", locale="en_GB") == []
        assert found(pim, "TITLE", "STARTS WITH", "LÉ", locale="en_GB") == ["b"]
        assert found(pim, "tagline", "CONTAINS", "0*5") == ["a"]
        assert found(pim, "tagline", "CONTAINS", "%_") == ["b"]
        assert found(pim, "tagline", "CONTAINS", "0_") == []
        assert found(pim, "tagline", "!=", "50*50") == ["b"]
        assert found(pim, "tagline", "DOES NOT CONTAIN", "50") == ["b"]
        assert found(pim, "tagline", "IN", ["50*50", "x"]) == ["a"]
        assert found(pim, "tagline", "NOT IN", ["50*50", "x"]) == ["b"]
        assert found(pim, "tagline", "NOT EMPTY") == ["a", "b"]

    def test_case_240_empty_is_for_those_that_could_have_it(self, pim: Api) -> None:
        make_product("a"), make_product("b", "luminaires"), make_product("c", "luminaires", {"tagline": "x"})
        make_product("d", values={"title": value("x", "de_DE")})
        assert found(pim, "tagline", "EMPTY") == ["b"]
        assert found(pim, "title", "EMPTY", locale="en_GB") == ["b", "c", "d"]

    def test_the_last_character_there_is_can_be_looked_for(self, pim: Api) -> None:
        # It marks where long texts are cut, but identifiers and texts may hold it.
        last = "a\U0010ffff"
        make_product(last, values={"tagline": last, "blurb": value("x", "en_GB", "webshop")})
        for operator in ("=", "STARTS WITH", "CONTAINS"):
            for name in ("identifier", "tagline"):
                assert found(pim, name, operator, last) == [last]
                assert found(pim, name, operator, "\0") == []
        assert found(pim, "identifier", "IN", [last]) == [last]
        assert found(pim, "tagline", "DOES NOT CONTAIN", "\U0010ffff") == []
        assert found(pim, "tagline", "DOES NOT CONTAIN", "\0") == [last]

    def test_case_235_long_texts_are_compared_without_their_markup(self, pim: Api) -> None:
        place = {"locale": "en_GB", "scope": "webshop"}
        long = "<p>" + "Warm &amp; kind, " * 20 + "the end</p>"
        plain = "warm & kind, " * 20 + "the end"
        make_product("a", values={"blurb": value("<p>Warm</p>", "en_GB", "webshop")})
        make_product("b", values={"blurb": value(long, "en_GB", "webshop")})
        make_product("c", values={"blurb": value("Cold\nand\r\n<b class='x'>wet</b>", "en_GB", "webshop")})
        make_product("d")
        assert found(pim, "blurb", "=", "warm", **place) == ["a"]
        assert found(pim, "blurb", "=", plain, **place) == ["b"]
        assert found(pim, "blurb", "=", plain[:-1], **place) == []
        assert found(pim, "blurb", "=", plain[:120], **place) == []
        assert found(pim, "blurb", "=", "Coldandwet", **place) == ["c"]
        assert found(pim, "blurb", "!=", "warm", **place) == ["b", "c"]
        assert found(pim, "blurb", "!=", plain, **place) == ["a", "c"]
        assert found(pim, "blurb", "STARTS WITH", "WARM", **place) == ["a", "b"]
        assert found(pim, "blurb", "STARTS WITH", plain[:200], **place) == ["b"]
        assert found(pim, "blurb", "STARTS WITH", "the end", **place) == []
        assert found(pim, "blurb", "CONTAINS", "the end", **place) == ["b"]
        assert found(pim, "blurb", "CONTAINS", "<p>", **place) == []
        assert found(pim, "blurb", "DOES NOT CONTAIN", "the end", **place) == ["a", "c"]
        assert found(pim, "blurb", "IN", ["warm", plain], **place) == ["a", "b"]
        assert found(pim, "blurb", "NOT IN", ["warm", plain], **place) == ["c"]
        assert found(pim, "blurb", "NOT EMPTY", **place) == ["a", "b", "c"]
        assert found(pim, "blurb", "CONTAINS", "warm\U0010ffff", **place) == []

    def test_6_2_what_only_looks_like_a_tag_is_text(self, pim: Api) -> None:
        place = {"locale": "en_GB", "scope": "webshop"}
        make_product(
            "a", values={"blurb": value("<p>Takes 1 < 2 and 3 > 1 lamps<br/>&lt;b&gt;</p>", "en_GB", "webshop")}
        )
        assert found(pim, "blurb", "=", "takes 1 < 2 and 3 > 1 lamps<b>", **place) == ["a"]
        assert found(pim, "blurb", "CONTAINS", "2 AND 3", **place) == ["a"]
        assert found(pim, "blurb", "CONTAINS", "br", **place) == []

    def test_long_texts_are_found_as_they_change(self, pim: Api) -> None:
        place = {"locale": "en_GB", "scope": "webshop"}
        uuid = make_product("a", values={"blurb": value("x " * 100 + "first", "en_GB", "webshop")})
        change_product(uuid, values={"blurb": value("x " * 100 + "second", "en_GB", "webshop")})
        assert found(pim, "blurb", "CONTAINS", "first", **place) == []
        assert found(pim, "blurb", "CONTAINS", "second", **place) == ["a"]
        change_product(uuid, values={"blurb": value("short", "en_GB", "webshop")})
        assert found(pim, "blurb", "CONTAINS", "second", **place) == []
        change_product(uuid, values={"blurb": value("x " * 100 + "third", "en_GB", "webshop")})
        assert pim.delete("/products/a").status_code == 204
        assert not LongText.objects.exists()

    def test_only_the_first_10000_characters_of_a_long_text_are_searched(self, pim: Api) -> None:
        place = {"locale": "en_GB", "scope": "webshop"}
        make_product("a", values={"blurb": value("x" * 9_999 + "yz", "en_GB", "webshop")})
        assert found(pim, "blurb", "CONTAINS", "xy", **place) == ["a"]
        assert found(pim, "blurb", "CONTAINS", "yz", **place) == []
        # Folded, a character may become three.
        make_product("b", values={"blurb": value("\ufb03" * 9_996 + "warm", "en_GB", "webshop")})
        assert found(pim, "blurb", "CONTAINS", "warm", **place) == ["b"]
        assert found(pim, "blurb", "DOES NOT CONTAIN", "warm", **place) == ["a"]

    def test_case_233_options(self, pim: Api) -> None:
        make_product("a", values={"finish": "Brass", "materials": ["steel", "oak"]})
        make_product("b", values={"finish": "white"}), make_product("c")
        assert found(pim, "finish", "IN", ["BRASS", "chrome"]) == ["a"]
        assert found(pim, "finish", "NOT IN", ["Brass"]) == ["b", "c"]
        assert found(pim, "materials", "IN", ["oak", "glass"]) == ["a"]
        assert found(pim, "materials", "NOT EMPTY") == ["a"]

    def test_cases_236_and_237_numbers_and_metrics(self, pim: Api) -> None:
        make_product("a", values={"lumens": 1200, "net_weight": {"amount": "1.25", "unit": "KILOGRAM"}})
        make_product("b", values={"lumens": 800, "net_weight": {"amount": 800, "unit": "GRAM"}})
        make_product("c")
        assert found(pim, "lumens", ">", "1000") == ["a"]
        assert found(pim, "lumens", "!=", 800) == ["a"]
        assert found(pim, "net_weight", "=", {"amount": 1250, "unit": "gram"}) == ["a"]
        assert found(pim, "net_weight", "<=", {"amount": "0.8", "unit": "KILOGRAM"}) == ["b"]

    def test_cases_238_and_239_prices(self, pim: Api) -> None:
        make_product("a", "luminaires", {"list_price": [{"amount": 1, "currency": "EUR"}]})
        make_product("b", "luminaires", {"list_price": [{"amount": 2, "currency": "USD"}]})
        make_product("c", "luminaires")
        assert found(pim, "list_price", "!=", {"amount": 1, "currency": "USD"}) == ["b"]
        assert found(pim, "list_price", ">=", {"amount": "1.00", "currency": "EUR"}) == ["a"]
        assert found(pim, "list_price", "EMPTY FOR CURRENCY", {"currency": "USD"}) == ["a", "c"]
        assert found(pim, "list_price", "NOT EMPTY FOR CURRENCY", {"currency": "USD"}) == ["b"]
        assert found(pim, "list_price", "EMPTY ON ALL CURRENCIES") == ["c"]
        assert found(pim, "list_price", "NOT EMPTY ON AT LEAST ONE CURRENCY") == ["a", "b"]

    def test_booleans_dates_and_files(self, pim: Api) -> None:
        code = make_media_file("Orbit*1.png").code
        make_product(
            "a", values={"dimmable": True, "launch_on": value("2025-05-01", None, "print"), "hero_image": code}
        )
        make_product("b", values={"dimmable": False, "launch_on": value("2025-06-01", None, "print")})
        make_product("c")
        assert found(pim, "dimmable", "=", True) == ["a"]
        assert found(pim, "dimmable", "!=", True) == ["b"]
        assert found(pim, "dimmable", "NOT EMPTY") == ["a", "b"]
        assert found(pim, "launch_on", ">", "2025-05-01", scope="print") == ["b"]
        assert found(pim, "launch_on", "BETWEEN", ["2025-05-01", "2025-05-31"], scope="print") == ["a"]
        assert found(pim, "launch_on", "NOT BETWEEN", ["2025-05-01", "2025-05-31"], scope="print") == ["b"]
        assert found(pim, "launch_on", "<", "now", scope="webshop") == []
        assert found(pim, "launch_on", "<", "+100 years", scope="print") == ["a", "b"]
        assert found(pim, "hero_image", "STARTS WITH", "orbit*") == ["a"]

    def test_the_index_follows_changes(self, pim: Api) -> None:
        make_product(
            "a", values={"tagline": "old", "materials": ["steel"], "list_price": [{"amount": 1, "currency": "EUR"}]}
        )
        changed = {
            "tagline": value("new"),
            "materials": value(["oak", "steel"]),
            "list_price": value([{"amount": 1, "currency": "USD"}]),
        }
        assert pim.patch("/products/a", {"values": changed}).status_code == 204
        assert found(pim, "tagline", "=", "old") == []
        assert found(pim, "tagline", "=", "new") == ["a"]
        assert found(pim, "materials", "IN", ["oak"]) == ["a"]
        assert found(pim, "list_price", "NOT EMPTY FOR CURRENCY", {"currency": "EUR"}) == []
        assert pim.patch("/products/a", {"values": {"tagline": value(None)}}).status_code == 204
        assert found(pim, "tagline", "NOT EMPTY") == []

    def test_a_locale_that_the_attribute_does_not_have_matches_nothing(self, pim: Api) -> None:
        make_product("a", values={"warranty_note": value("x", "de_DE")})
        assert found(pim, "warranty_note", "=", "x", locale="en_GB") == []
        assert found(pim, "warranty_note", "EMPTY", locale="en_GB") == []
        assert found(pim, "warranty_note", "NOT EMPTY", locale="en_GB") == []
        assert found(pim, "warranty_note", "=", "x", locale="de_DE") == ["a"]
