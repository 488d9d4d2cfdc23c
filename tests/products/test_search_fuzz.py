"""The search language under random criteria: what it answers is what plain Python finds, and nothing breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import Api
from tests.factories.products import NOW, make_product, value
from tests.products.search_table import ATTRIBUTES, COMPARISONS, MODELS, PROPERTIES

SETTINGS = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

TEXTS = ("warm", "Warm light", "warm_light", "100%", "Ärger", "strasse", "STRASSE", "x" * 200, "a\\b")
FINISHES = ("Brass", "chrome", "white")
MATERIALS = ("steel", "glass", "oak")
DAYS = ("2025-01-31", "2025-02-28", "2025-03-01")

Product = dict[str, Any]

# Some with everything, some with a part, one with nothing at all.
PRODUCTS: list[Product] = [
    {
        "identifier": f"lamp-{number}",
        "family": "luminaires" if number % 3 else None,
        "enabled": number % 2 == 0,
        "categories": [("lamps", "floor_lamps", "autumn_book")[number % 3]] if number % 4 else [],
        "groups": ["clearance"] if number % 5 == 0 else [],
        "tagline": TEXTS[number % len(TEXTS)] if number % 7 else None,
        "blurb": f"{TEXTS[number % len(TEXTS)]} {'and so on ' * (number % 3) * 10}" if number % 5 else None,
        "lumens": number * 100 if number % 6 else None,
        "finish": FINISHES[number % 3] if number % 4 else None,
        "materials": [one for place, one in enumerate(MATERIALS) if number >> place & 1] or None,
        "dimmable": bool(number & 2) if number % 5 else None,
        "launch_on": DAYS[number % 3] if number % 4 else None,
        "price": number if number % 3 else None,
        "updated": NOW + timedelta(minutes=number, microseconds=number * 1000),
    }
    for number in range(24)
]
FAMILY = {"tagline", "blurb", "finish", "dimmable", "lumens", "list_price"}


@pytest.fixture(scope="module")
def shelf(lamps_of_module: None, django_db_blocker: Any) -> Iterator[None]:
    """The products above, in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        for one in PRODUCTS:
            make_product(
                one["identifier"],
                one["family"],
                {
                    "tagline": one["tagline"],
                    "blurb": value(one["blurb"], "en_GB", "webshop"),
                    "lumens": one["lumens"],
                    "finish": one["finish"],
                    "materials": one["materials"],
                    "dimmable": one["dimmable"],
                    "launch_on": value(one["launch_on"], None, "print"),
                    "list_price": [{"amount": one["price"], "currency": "EUR"}] if one["price"] else None,
                },
                now=one["updated"],
                enabled=one["enabled"],
                categories=one["categories"],
                groups=one["groups"],
            )
        yield
        transaction.set_rollback(True)


# What plain Python finds: (criterion as sent, whether a product fulfils it)

Check = tuple[str, dict[str, Any], Callable[[Product], bool]]


def _texts(name: str, key: str, more: dict[str, Any]) -> st.SearchStrategy[Check]:
    def check(operator: str, text: str) -> Check:
        folded = text.casefold()
        fits: dict[str, Callable[[str], bool]] = {
            "=": lambda held: held == folded,
            "!=": lambda held: held != folded,
            "STARTS WITH": lambda held: held.startswith(folded),
            "CONTAINS": lambda held: folded in held,
            "DOES NOT CONTAIN": lambda held: folded not in held,
        }

        def holds(product: Product) -> bool:
            # Blanks at the end of a value are kept: the text is compared as it is.
            return product[key] is not None and fits[operator](product[key].casefold())

        return name, {"operator": operator, "value": text, **more}, holds

    words = st.sampled_from([*TEXTS, "", "_", "%", "light", "and so on", "\\", "AR", "lamp-1"]) | st.text(max_size=3)
    return st.builds(check, st.sampled_from(["=", "!=", "STARTS WITH", "CONTAINS", "DOES NOT CONTAIN"]), words)


def _compared(operator: str, held: Any, asked: Any) -> bool:
    return {
        "<": lambda: held < asked,
        "<=": lambda: held <= asked,
        "=": lambda: held == asked,
        "!=": lambda: held != asked,
        ">=": lambda: held >= asked,
        ">": lambda: held > asked,
    }[operator]()


def _numbers(name: str, key: str, wrap: Callable[[int], Any]) -> st.SearchStrategy[Check]:
    def check(operator: str, number: int) -> Check:
        return (
            name,
            {"operator": operator, "value": wrap(number)},
            lambda product: product[key] is not None and _compared(operator, product[key], number),
        )

    return st.builds(check, st.sampled_from(COMPARISONS), st.integers(-10, 2400))


def _codes(name: str, codes: tuple[str, ...]) -> st.SearchStrategy[Check]:
    def check(operator: str, asked: list[str]) -> Check:
        def holds(product: Product) -> bool:
            held = product[name] if isinstance(product[name], list) else [product[name]]
            return bool(set(held) & set(asked)) == (operator == "IN")

        return name, {"operator": operator, "value": asked}, holds

    return st.builds(check, st.sampled_from(["IN", "NOT IN"]), st.lists(st.sampled_from(codes), min_size=1, max_size=3))


def _empty(name: str, key: str, more: dict[str, Any]) -> st.SearchStrategy[Check]:
    def check(operator: str) -> Check:
        def holds(product: Product) -> bool:
            if operator == "NOT EMPTY":
                return bool(product[key] is not None)
            return product[key] is None and product["family"] is not None and name in FAMILY

        return name, {"operator": operator, **more}, holds

    return st.builds(check, st.sampled_from(["EMPTY", "NOT EMPTY"]))


def _days() -> st.SearchStrategy[Check]:
    def check(operator: str, days: list[str]) -> Check:
        pair = operator in ("BETWEEN", "NOT BETWEEN")

        def holds(product: Product) -> bool:
            held = product["launch_on"]
            if held is None:
                return False
            if pair:
                return (days[0] <= held <= days[1]) == (operator == "BETWEEN")
            return _compared(operator, held, days[0])

        return "launch_on", {"operator": operator, "value": days if pair else days[0], "scope": "print"}, holds

    day = st.dates(datetime(2025, 1, 30).date(), datetime(2025, 3, 2).date()).map(str)
    operators = st.sampled_from(["=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN"])
    return st.builds(check, operators, st.lists(day, min_size=2, max_size=2))


def _moments(name: str) -> st.SearchStrategy[Check]:
    def check(operator: str, minutes: list[int]) -> Check:
        asked = [NOW + timedelta(minutes=one) for one in minutes]
        sent = [one.strftime("%Y-%m-%d %H:%M:%S") for one in asked]
        pair = operator in ("BETWEEN", "NOT BETWEEN")

        def holds(product: Product) -> bool:
            held = product["updated"].replace(microsecond=0)
            if pair:
                return (asked[0] <= held <= asked[1]) == (operator == "BETWEEN")
            return _compared(operator, held, asked[0])

        return name, {"operator": operator, "value": sent if pair else sent[0]}, holds

    operators = st.sampled_from(["=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN"])
    return st.builds(check, operators, st.lists(st.integers(-2, 25), min_size=2, max_size=2))


BLURB = {"locale": "en_GB", "scope": "webshop"}
CHECKS = st.one_of(
    _texts("identifier", "identifier", {}),
    _texts("tagline", "tagline", {}),
    _texts("blurb", "blurb", BLURB),
    _numbers("lumens", "lumens", lambda number: number),
    _numbers("list_price", "price", lambda number: {"amount": number, "currency": "EUR"}),
    _codes("finish", FINISHES),
    _codes("materials", MATERIALS),
    _codes("family", ("luminaires",)),
    _codes("categories", ("lamps", "floor_lamps", "autumn_book", "desk_lamps")),
    _codes("groups", ("clearance", "spring_push")),
    _empty("tagline", "tagline", {}),
    _empty("blurb", "blurb", BLURB),
    _empty("lumens", "lumens", {}),
    _empty("list_price", "price", {}),
    _empty("finish", "finish", {}),
    _empty("dimmable", "dimmable", {}),
    _days(),
    _moments("updated"),
    _moments("created"),
    st.booleans().map(
        lambda asked: ("enabled", {"operator": "=", "value": asked}, lambda product: product["enabled"] == asked)
    ),
    st.booleans().map(
        lambda asked: (
            "dimmable",
            {"operator": "!=", "value": asked},
            lambda product: product["dimmable"] is not None and product["dimmable"] != asked,
        )
    ),
)


def _search(checks: list[Check]) -> dict[str, list[dict[str, Any]]]:
    search: dict[str, list[dict[str, Any]]] = {}
    for name, criterion, _ in checks:
        search.setdefault(name, []).append(criterion)
    return search


def _found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["identifier"] for one in answer.json()["_embedded"]["items"]]


def _expected(fits: Callable[[Product], bool]) -> list[str]:
    return sorted(one["identifier"] for one in PRODUCTS if fits(one))


@pytest.mark.parametrize("few", [True, False], ids=["few", "many"])
class TestAgainstPlainPython:
    @pytest.fixture(autouse=True)
    def road(self, few: bool, shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
        if not few:
            monkeypatch.setattr("limen.products.queries.conditions.FEW", -1)

    @SETTINGS
    @given(checks=st.lists(CHECKS, min_size=1, max_size=3))
    def test_all_criteria_hold(self, pim: Api, few: bool, checks: list[Check]) -> None:
        answer = pim.get("/products", search=orjson.dumps(_search(checks)).decode(), limit="100")
        assert _found(answer) == _expected(lambda product: all(holds(product) for _, _, holds in checks))

    @SETTINGS
    @given(groups=st.lists(st.lists(CHECKS, min_size=1, max_size=2), min_size=1, max_size=3))
    def test_one_of_any_holds(self, pim: Api, few: bool, groups: list[list[Check]]) -> None:
        body = {"search": {"any": [_search(checks) for checks in groups]}}
        answer = pim.post("/products-uuid/search?limit=100", body)
        assert answer.status_code == 200, answer.content
        found = sorted(one["values"]["sku"][0]["data"] for one in answer.json()["_embedded"]["items"])
        fits = lambda product: any(all(holds(product) for _, _, holds in checks) for checks in groups)  # noqa: E731
        assert found == _expected(fits)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CASES = [*PROPERTIES, *ATTRIBUTES, *MODELS]
NAMES = st.sampled_from([*{name for name, *_ in CASES}, "ghost", "readiness", "any"]) | st.text(max_size=5)
OPERATORS = st.sampled_from([*{operator for _, operator, _, _ in CASES}, "ALL READY", "SINCE LAST JOB", "x"])
VALUES = (
    ANYTHING
    | st.sampled_from([given for _, _, given, _ in CASES])
    | st.sampled_from(
        [
            "0001-01-01 00:00:00",
            "9999-12-31 23:59:59",
            "9999-12-31T23:59:59-23:00",
            "+9999 years",
            "-9999 months",
            "1e400",
        ]
    )
)
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "locale": st.sampled_from(["en_GB", "de_DE", "it_IT", 1, None]),
        "scope": st.sampled_from(["webshop", "print", "nope", [], None]),
        "locales": st.sampled_from([["en_GB"], [], "en_GB", [1]]),
    },
)
CRITERIA = st.builds(
    lambda operator, value, place: {"operator": operator, "value": value, **place}, OPERATORS, VALUES, PLACES
)


@SETTINGS
@example(search={"updated": [{"operator": ">", "value": "9999-12-31 23:59:59"}]})
@example(search={"updated": [{"operator": "=", "value": "9999-12-31 23:59:59"}]})
@example(search={"created": [{"operator": "<", "value": "0001-01-01 00:00:00"}]})
@given(search=st.dictionaries(NAMES, st.lists(CRITERIA | ANYTHING, max_size=2) | ANYTHING, max_size=2) | ANYTHING)
def test_whatever_is_asked_is_answered_or_refused(pim: Api, shelf: None, search: Any) -> None:
    sent = orjson.dumps(search).decode() if _is_json(search) else "{"
    for path in ("/products", "/products-uuid"):
        answer = pim.get(path, search=sent)
        assert answer.status_code in (200, 400, 404, 422), (search, answer.content)
    if isinstance(search, dict):
        answer = pim.post("/products-uuid/search", orjson.loads(orjson.dumps({"search": orjson.loads(sent)})))
        assert answer.status_code in (200, 400, 404, 422), (search, answer.content)


def _is_json(value: Any) -> bool:
    """Whether our encoder can send it: no integers beyond 64 bits, no lone surrogates."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True
