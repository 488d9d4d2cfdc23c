"""What requests about products consist of, made up: mostly right, often nearly right, sometimes nonsense.

`requests` puts them together. Everything comes out of a `Random`, so that a seed (or Hypothesis) can give the same
request again. Bodies are written by hand, because no encoder writes what a hostile one can: NaN, numbers without end,
halves of characters, keys twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from tests.products.catalogue import CATEGORIES, GROUPS
from tests.products.search_table import ATTRIBUTES as SEARCHES_OF_ATTRIBUTES
from tests.products.search_table import MODELS as SEARCHES_OF_MODELS
from tests.products.search_table import PROPERTIES as SEARCHES_OF_PROPERTIES
from tests.products.wide_catalogue import ATTRIBUTES, FAMILY_VARIANTS, OPTIONS, UNITS

# Few products, so that most writes meet one that is there.
UUIDS = [str(UUID(int=0x7D3F1C0A_4B0E_4C39_9A5F_000000000000 + number)) for number in range(10)]
IDENTIFIERS = [
    "desk-one",
    "DESK-ONE",
    "stool",
    "a/b c",
    "ä ö",
    "Straße",
    "STRASSE",
    "%2F",
    "..",
    "draft",
    "x?y#z",
    "ﬁn",
    "a\u0308 o\u0308",
    " edge ",
    "a//b",
    "\u202eevil\u200b",
]
# A root has no parent here; the others belong below the one named.
MODELS: dict[str, str | None] = {
    "orbit": None,
    "orbit_brass": "orbit",
    "orbit/white": "orbit",
    "BEAM": None,
    "ä m": None,
    "ä.m chrome": "ä m",
}
VARIANT_OF = {"orbit": "lum_finish_size", "BEAM": "lum_size", "ä m": "lum_finish_size"}
LOCALES = ["en_GB", "de_DE", "en_US"]
CHANNELS = ["webshop", "print", "ecommerce"]
TYPES = ["UPSELL", "X_SELL", "COMPATIBLE", "BUNDLE"]
TEXTS = [
    "",
    " ",
    "x",
    "Orbit lamp",
    "é" * 255,
    "x" * 256,
    "a\nb\r\nc",
    "a\0b",
    "\u2028",
    "\u202eabc",
    "😀",
    "\ud83d",
    "\udc00x",
    "ﬁ",
    "İ",
    '"href":"~/',
    "';--",
    "<script>alert(1)</script>",
    "%",
    "_",
    "\\",
    "{{ 1 }}",
    "NaN",
    "1e999",
    "\x7f\x1b[2J",
    "e\u0301",
    "Z" + "\u0351\u0327" * 60,
    "\u2066\u2069\u200f\u200b\ufeff",
    "\uffff\ufdd0",
    "\U0010ffff",
    "👩\u200d👩\u200d👧",
    "ς Σ ǅ ẞ ı",
    "\t x \t",
    "\xa0",
    "null",
    "0",
    "-0",
    "[]",
    "~",
    "values.title.en_GB",
]
LONG = ["x" * 65_535, "x" * 65_536, "<p>" * 2000 + "ä" * 60_000, "😀" * 20_000]


@dataclass(frozen=True)
class Raw:
    """A piece of JSON, written as it is."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """An object with its members in order; a key may come twice."""

    members: Sequence[tuple[str, Any]]


def encode(value: Any) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{encode(one)}" for key, one in value.members) + "}"
    if isinstance(value, dict):
        return encode(Pairs(list(value.items())))
    if isinstance(value, list):
        return "[" + ",".join(map(encode, value)) + "]"
    return json.dumps(value)


def be_careful(r: Random, careful: bool) -> None:
    """Let what is made up next be right, as far as that is known here; or else mostly right.

    Of many parts each mostly right hardly a whole one would be, and what is refused leaves nothing to read.
    """
    r.careful = careful


def is_careful(r: Random) -> bool:
    return getattr(r, "careful", False)


def text(r: Random) -> str:
    if is_careful(r):
        return r.choice(GOOD_TEXTS)
    if r.random() < 0.3:
        return r.choice(["Orbit lamp", "x", "Leuchte für Tische", "<p>Warm light</p>"])
    if r.random() < 0.2:
        return "".join(chr(r.randrange(1, 0xD800)) for _ in range(r.randrange(9)))
    if r.random() < 0.003:
        return r.choice(LONG)
    if r.random() < 0.1:
        return "".join(chr(r.choice([r.randrange(0x300, 0x370), r.randrange(0xE000, 0x110000)])) for _ in range(5))
    chosen = r.choice(TEXTS)
    return chosen if not HALVES.search(chosen) or r.random() < SPOILING else "x"


GOOD_TEXTS = [one for one in TEXTS if len(one) <= 255 and not re.search("[\0\ud800-\udfff]", one)]
# Half of a character, and numbers that are none, make a whole body unreadable: that may not happen all the time.
HALVES = re.compile("[\ud800-\udfff]")
SPOILING = 0.1


def number(r: Random) -> Any:
    if is_careful(r):
        return r.choice([r.randrange(20000), str(r.randrange(20000)), 0, "7.50", 12.5, 1e2, "20000.0000", -0.0])
    if r.random() < SPOILING / 3:
        return Raw(r.choice(["1e999", "-1e400", "NaN", "-Infinity", "1" * 400, "01", "1.", "-", "1e", "0x1F", "1_0"]))
    if r.random() < 0.6:
        return r.choice([r.randrange(20000), str(r.randrange(20000))])
    return r.choice(
        [
            0,
            1,
            -1,
            12.5,
            1200,
            20000,
            2**31,
            2**53 + 1,
            2**63,
            -(2**63) - 1,
            10**70,
            1e300,
            -0.0,
            Raw("-0"),
            Raw("-0e5"),
            Raw("1e308"),
            Raw("5e-324"),
            Raw("1.0000000000000000000000000001"),
            9.999999999999999e22,
            "-0",
            "-0.0",
            "0e0",
            "1e400",
            "-1e-400",
            "1E+64",
            "0" * 70 + "1",
            "." + "0" * 80 + "1",
            "nan",
            "inf",
            "-Infinity",
            "1_000",
            "",
            "1\n",
            1e-300,
            Raw("0." + "3" * 400),
            Raw("1E+2"),
            r.randrange(30000),
            round(r.random() * 1000, 6),
            f"{r.random() * 1000:.6f}",
            "12,5",
            "1 2",
            " 7 ",
            "1e3",
            "1" * 65,
            "-1e64",
            ".5",
            "5.",
            "+1",
            "٣",
            "0x10",
        ]
    )


def nested(r: Random, depth: int) -> Any:
    return Raw("[" * depth + "1" + "]" * depth) if r.random() < 0.5 else Raw('{"a":' * depth + "1" + "}" * depth)


def junk(r: Random, depth: int = 3) -> Any:
    kind = r.randrange(12 if depth else 7)
    if kind == 0:
        return None
    if kind == 1:
        return r.random() < 0.5
    if kind in (2, 3):
        return number(r)
    if kind in (4, 5, 6):
        return text(r)
    if kind in (7, 8):
        return [junk(r, depth - 1) for _ in range(r.randrange(4))]
    if kind in (9, 10):
        return {key(r): junk(r, depth - 1) for _ in range(r.randrange(4))}
    return nested(r, r.choice([10, 100, 1000, 5000] if r.random() < SPOILING else [10, 100]))


def key(r: Random) -> str:
    names = ["data", "locale", "scope", "amount", "currency", "unit", "products", "a", "__class__", "", "k" * 3000]
    return r.choice(names) if r.random() < 0.7 else text(r)


def mixed_case(r: Random, code: Any) -> Any:
    if not isinstance(code, str):
        return code
    chosen = r.random()
    return code if chosen < 0.85 else code.upper() if chosen < 0.93 else code.swapcase()


def mostly(r: Random, good: Any, share: float = 0.9) -> Any:
    return good if is_careful(r) or r.random() < share else junk(r)


# Values


def metric(r: Random, units: list[str]) -> Any:
    made = {"amount": number(r), "unit": mixed_case(r, mostly(r, r.choice(units), 0.97) if r.random() < 0.97 else "X")}
    return with_more(r, made, {"symbol": "kg", "currency": "EUR"})


def with_more(r: Random, made: dict[str, Any], more: dict[str, Any]) -> Any:
    """Rarely a key that does not belong, one too few, or one twice."""
    chosen = 0.0 if is_careful(r) else r.random()
    if chosen < 0.96:
        return made
    if chosen < 0.97:
        made.pop(r.choice(list(made)))
        return made
    if chosen < 0.99:
        return {**made, **more}
    return Pairs([*made.items(), (r.choice(list(made)), junk(r))])


def price(r: Random) -> Any:
    currency = r.choice(["EUR", "USD", "eur", "XAU", "???"] if r.random() < 0.1 else ["EUR", "USD"])
    return with_more(r, {"amount": number(r) if r.random() < 0.97 else None, "currency": currency}, {"unit": "GRAM"})


def codes(r: Random, known: Sequence[str]) -> list[Any]:
    return [mostly(r, mixed_case(r, r.choice(known)), 0.98) for _ in range(r.randrange(4))]


def date(r: Random) -> str:
    plain = f"20{r.randrange(20, 36)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"
    if is_careful(r):
        return plain
    return r.choice(
        [
            plain,
            "2025-09-01T22:00:00-05:00",
            "2025-02-31",
            "0001-01-01",
            "9999-12-31T23:59:59+00:00",
            "2025-13-01",
            "01/09/2025",
            "２０２５-01-01",
            "2024-02-29T00:00:00Z",
            "2025-02-29",
            "0000-00-00",
            "99999-01-01",
            "-0001-01-01",
            "2025-W01-1",
            "20250101",
            "2025-01-01T23:59:60Z",
            "2025-01-01T24:00:00+14:00",
            "2025-09-01T22:00:00.123456789+00:00",
            "2025-1-1",
            " 2025-01-01",
            "now",
        ]
    )


MEDIA: list[str] = ["1/2/3/4/unknown.png"]


def data(r: Random, code: str) -> Any:
    kind = ATTRIBUTES[code]["type"]
    if code in OPTIONS:
        chosen = codes(r, OPTIONS[code])
        return chosen if kind == "pim_catalog_multiselect" else mixed_case(r, r.choice(OPTIONS[code]))
    makers: dict[str, Callable[[], Any]] = {
        "pim_catalog_number": lambda: number(r),
        "pim_catalog_boolean": lambda: r.random() < 0.5,
        "pim_catalog_metric": lambda: metric(r, UNITS[code]),
        "pim_catalog_price_collection": lambda: [price(r) for _ in range(r.randrange(4))],
        "pim_catalog_date": lambda: date(r),
        "pim_catalog_image": lambda: r.choice(MEDIA),
        "pim_catalog_file": lambda: r.choice(MEDIA),
    }
    fitting = {"part_no": "LX-1234", "contact_mail": "n@x.org", "support_url": "https://x.org/?a=%00"}
    if code in fitting and r.random() < 0.7:
        return fitting[code]
    if code in ("gtin", "batch_code"):
        return f"{r.randrange(30)}" if r.random() < 0.8 else text(r)
    return makers.get(kind, lambda: text(r))()


def entry(r: Random, code: str) -> Any:
    attribute = ATTRIBUTES[code]
    locale = r.choice(LOCALES) if attribute.get("localizable") else None
    scope = r.choice(CHANNELS) if attribute.get("scopable") else None
    if is_careful(r):
        scope = scope and r.choice(["webshop", "webshop", "print"])
        locale = locale and ("en_GB" if scope == "print" else r.choice(["en_GB", "de_DE"]))
    if attribute.get("available_locales"):
        locale = "de_DE"
    chosen = mostly(r, data(r, code), 0.95) if r.random() < 0.95 else None
    made = {"locale": mostly(r, locale, 0.99), "scope": mostly(r, scope, 0.99), "data": chosen}
    if is_careful(r):
        return made
    if r.random() < 0.01:
        made.pop(r.choice(list(made)))
    if r.random() < 0.01:
        return Pairs([*made.items(), ("data", junk(r))])
    return made


def _once_each(entries: list[Any]) -> list[Any]:
    """Leave out what stands in the place of another, or in one that cannot be compared."""
    places = {}
    for one in entries:
        place = (repr(one.get("locale")), repr(one.get("scope"))) if isinstance(one, dict) else ("", "")
        places[place] = one
    return list(places.values())


def values(r: Random, most: int = 5, always: Sequence[str] = ()) -> Any:
    """`always` are attributes that get a value whatever else does."""
    made: list[tuple[str, Any]] = []
    for code in [*always, *(r.choice(list(ATTRIBUTES)) for _ in range(r.randrange(most)))]:
        found = [entry(r, code) for _ in range(r.choice([1, 1, 1, 2, 3]))]
        entries = mostly(r, found if r.random() < SPOILING / 10 else _once_each(found), 0.97)
        made.append((mixed_case(r, code) if is_careful(r) or r.random() < 0.97 else key(r), entries))
    if r.random() < 0.2:
        made.append(("sku", [{"locale": None, "scope": None, "data": mostly(r, r.choice([*IDENTIFIERS, None]))}]))
    return Pairs(made)


# Bodies


def associations(r: Random) -> Any:
    ends = [*UUIDS, *IDENTIFIERS, "ghost"]
    ends = ends[:-1] if is_careful(r) or r.random() < 0.9 else ends
    lists = {"products": ends, "groups": GROUPS, "product_models": list(MODELS), "product_uuids": UUIDS}
    return {
        r.choice(TYPES[:3]) if is_careful(r) else r.choice(TYPES) if r.random() < 0.95 else text(r): {
            kind: mostly(r, [mostly(r, r.choice(lists[kind]), 0.98) for _ in range(r.randrange(3))], 0.98)
            for kind in r.sample(list(lists), r.choice([1, 1, 1, 2]))
        }
        for _ in range(r.choice([1, 1, 2]))
    }


def quantified(r: Random) -> Any:
    def link(*, to_models: bool = False) -> Any:
        end = {"uuid": r.choice(UUIDS)} if r.random() < 0.5 else {"identifier": r.choice(IDENTIFIERS)}
        end = {"identifier": r.choice(list(MODELS))} if to_models else end
        quantities = [1, 2, 3] if is_careful(r) or r.random() < 0.8 else [0, -1, 2**31, 2**70, "2", 2.5, True, None]
        return mostly(r, {**end, "quantity": r.choice(quantities)}, 0.98)

    kinds = {"products": [link() for _ in range(r.randrange(3))]}
    if r.random() < 0.3:
        kinds["product_models"] = [link(to_models=True) for _ in range(r.randrange(3))]
    if is_careful(r):
        return {r.choice(["BUNDLE", "BUNDLE2"]): kinds}
    if r.random() < 0.05:
        kinds[r.choice(["groups", "x"])] = [link()]
    return {r.choice(["BUNDLE", "BUNDLE", "BUNDLE2", "UPSELL", "NOPE"]): mostly(r, kinds, 0.95)}


def properties(r: Random) -> list[tuple[str, Any]]:
    made: list[tuple[str, Any]] = []
    makers: dict[str, Callable[[], Any]] = {
        "enabled": lambda: mostly(r, r.choice([True, False, 0, 1, "0", "1"]), 0.9),
        "family": lambda: mostly(r, r.choice(["luminaires", "LUMINAIRES", "shoes", None, ""])),
        "categories": lambda: codes(r, list(CATEGORIES)),
        "groups": lambda: codes(r, GROUPS),
        "parent": lambda: None if r.random() < 0.6 else r.choice(["", *MODELS]),
        "add_categories": lambda: codes(r, list(CATEGORIES)),
        "remove_categories": lambda: codes(r, list(CATEGORIES)),
        "associations": lambda: associations(r),
        "quantified_associations": lambda: quantified(r),
        "created": lambda: junk(r),
        "metadata": lambda: junk(r),
        "completenesses": lambda: junk(r),
    }
    always: list[str] = []
    if r.random() < 0.15:
        # A variant, which needs a value of its axis.
        made += [("parent", r.choice(list(MODELS))), ("family", "luminaires")]
        always.append("bulb_size")
    return made + _some(r, makers) + _rest(r, always)


def _some(r: Random, makers: dict[str, Callable[[], Any]]) -> list[tuple[str, Any]]:
    return [(name, mostly(r, makers[name](), 0.97)) for name in r.sample(list(makers), r.randrange(4))]


def _rest(r: Random, always: Sequence[str]) -> list[tuple[str, Any]]:
    made: list[tuple[str, Any]] = []
    if not is_careful(r) and r.random() < 0.04:
        made.append((key(r), junk(r)))
    if always or r.random() < 0.8:
        made.append(("values", mostly(r, values(r, always=always), 0.97)))
    if made and r.random() < 0.03:
        made.append(r.choice(made))
    return made


def properties_of_model(r: Random, code: str) -> list[tuple[str, Any]]:
    made: list[tuple[str, Any]] = []
    parent = MODELS.get(code)
    if parent is not None:
        made.append(("parent", mostly(r, mixed_case(r, parent), 0.95)))
    elif r.random() < 0.8:
        made.append(("family_variant", mostly(r, mixed_case(r, VARIANT_OF.get(code, "lum_size")), 0.95)))
    makers: dict[str, Callable[[], Any]] = {
        "family": lambda: r.choice(["luminaires", "shoes", None]),
        "family_variant": lambda: r.choice([*FAMILY_VARIANTS, "x"]),
        "parent": lambda: r.choice([None, "", *MODELS]),
        "categories": lambda: codes(r, list(CATEGORIES)),
        "associations": lambda: associations(r),
        "quantified_associations": lambda: quantified(r),
        "code": lambda: r.choice(list(MODELS)),
        "enabled": lambda: junk(r),
        "metadata": lambda: junk(r),
    }
    return made + _some(r, makers) + _rest(r, ["finish"] if parent is not None and r.random() < 0.8 else [])


def body_of_model(r: Random, code: str, keys: Sequence[tuple[str, Any]] = ()) -> str:
    return spoilt(r, encode(Pairs([*keys, *properties_of_model(r, code)])))


def body(r: Random, keys: Sequence[tuple[str, Any]] = ()) -> str:
    return spoilt(r, encode(Pairs([*keys, *properties(r)])))


def spoilt(r: Random, written: str) -> str:
    """Rarely not whole, something else altogether, or with blanks around."""
    chosen = 1.0 if is_careful(r) else r.random()
    if chosen < 0.01:
        return written[: r.randrange(len(written) + 1)]
    if chosen < 0.02:
        return encode(junk(r))
    return " \n" + written if chosen < 0.03 else "\ufeff" + written if chosen < 0.033 else written


# Searches


SEARCHES = [*SEARCHES_OF_PROPERTIES, *SEARCHES_OF_ATTRIBUTES, *SEARCHES_OF_MODELS]
PROPERTIES = sorted({name for name, *_ in SEARCHES if name not in ATTRIBUTES})
OPERATORS = sorted(
    {operator for _, operator, *_ in SEARCHES} | {"SINCE LAST JOB", "ALL READY", "LIKE", "contains", "NOT NULL"}
)
# Operators that have a meaning, by property, and by type of attribute.
FITTING: dict[str, list[str]] = {}
for _name, _operator, *_ in SEARCHES:
    FITTING.setdefault(ATTRIBUTES.get(_name, {}).get("type", _name), []).append(_operator)


def sought(r: Random, name: str) -> Any:
    if name in ATTRIBUTES and r.random() < 0.7:
        made = data(r, name)
        return [made, data(r, name)] if r.random() < 0.3 else made
    known: dict[str, Any] = {
        "uuid": UUIDS,
        "identifier": IDENTIFIERS,
        "family": ["luminaires"],
        "categories": list(CATEGORIES),
        "groups": GROUPS,
        "completeness": [100, 0, 50, 101, "50"],
        "created": ["2025-01-01 00:00:00", "2025-01-01T00:00:00+00:00", "0001-01-01 00:00:00", "x"],
        "updated": ["2025-01-01 00:00:00", 4, "4", 10**9, -1, 10**30],
        "enabled": [True, False],
        "parent": list(MODELS),
        "code": list(MODELS),
        "quality_score": ["A", "E", "Z"],
        "label_or_identifier": [*IDENTIFIERS, *TEXTS],
        "updated_including_linked_entities": ["2025-01-01 00:00:00", 4],
    }
    if name not in known or r.random() < 0.15:
        return junk(r)
    return r.choice(known[name]) if r.random() < 0.5 else [r.choice(known[name]) for _ in range(r.randrange(4))]


def criterion(r: Random, name: str) -> Any:
    if r.random() < 0.3:
        # As the language has it.
        _, operator, value, more = r.choice([one for one in SEARCHES if one[0] == name] or SEARCHES)
        return {"operator": operator, "value": value, **more}
    fitting = FITTING.get(name) or FITTING.get(ATTRIBUTES.get(name, {}).get("type", ""), OPERATORS)
    made = {"operator": mostly(r, r.choice(fitting if r.random() < 0.8 else OPERATORS), 0.97)}
    if r.random() < 0.9:
        made["value"] = sought(r, name)
    attribute = ATTRIBUTES.get(name, {"localizable": r.random() < 0.6, "scopable": r.random() < 0.6})
    if bool(attribute.get("localizable")) == (r.random() < 0.95):
        made["locale"] = mostly(r, r.choice(LOCALES), 0.95)
    if bool(attribute.get("scopable")) == (r.random() < 0.95):
        made["scope"] = mostly(r, r.choice(CHANNELS), 0.95)
    if r.random() < 0.15:
        made["locales"] = mostly(r, r.sample(LOCALES, r.randrange(3)), 0.9)
    return made


def search(r: Random) -> str:
    return encode(criteria(r) if r.random() < 0.97 else junk(r))


def criteria(r: Random) -> Any:
    made: list[tuple[str, Any]] = []
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        name = r.choice([*PROPERTIES, *ATTRIBUTES, "sku"]) if r.random() < 0.97 else key(r)
        made.append((name, mostly(r, [criterion(r, name) for _ in range(r.choice([1, 1, 2]))], 0.97)))
    return Pairs(made)


def any_of(r: Random) -> Any:
    """A search in object form, of which one of several must hold."""
    parts = [mostly(r, criteria(r), 0.97) for _ in range(r.choice([0, 1, 2, 2, 3, 30]))]
    made = [("any", mostly(r, parts, 0.97))]
    return Pairs(made if r.random() < 0.8 else [*made, ("enabled", [{"operator": "=", "value": True}])])


FIELDS = [
    *["uuid", "identifier", "code", "enabled", "family", "family_variant", "categories", "groups", "parent", "values"],
    *["created", "updated", "associations", "quantified_associations", "quality_scores", "completenesses"],
    *["root_parent", "workflow_execution_statuses"],
]


def query(r: Random) -> dict[str, str]:
    makers: dict[str, Callable[[], str]] = {
        "scope": lambda: r.choice([*CHANNELS, "kiosk", ""]),
        "locales": lambda: ",".join(r.sample([*LOCALES, "it_IT", " "], r.randrange(3))),
        "attributes": lambda: ",".join(r.sample([*ATTRIBUTES, "ghost"], r.randrange(1, 4))),
        "search_locale": lambda: r.choice([*LOCALES, "it_IT"]),
        "search_scope": lambda: r.choice([*CHANNELS, "kiosk"]),
        "pagination_type": lambda: r.choice(["page", "search_after", "x"]),
        "search_after": lambda: r.choice([*UUIDS, *IDENTIFIERS, *TEXTS]),
        "page": lambda: r.choice(
            ["1", "2"]
            if r.random() < 0.5
            else ["1", "2", "0", "x", "9" * 30, "-1", "1.5", "", "٣", "10000", str(2**63)]
        ),
        "limit": lambda: r.choice(
            ["1", "10", "100"]
            if r.random() < 0.5
            else ["1", "10", "100", "101", "-1", "500", "501", "9" * 400, "", "1e2", " 5"]
        ),
        "with_count": lambda: r.choice(["true", "false", "yes"]),
        "fields": lambda: ",".join(r.sample([*FIELDS, "ghost"] if r.random() < 0.1 else FIELDS, r.randrange(4))),
        "with_root_parent": lambda: "true",
        "with_workflow_execution_statuses": lambda: "true",
        "with_asset_share_links": lambda: r.choice(["true", "x"]),
        "report": lambda: "all",
        "with_attribute_options": lambda: "true",
        "with_quality_scores": lambda: "true",
        "with_completenesses": lambda: r.choice(["true", "detail", "x"]),
        "convert_measurements": lambda: "true",
        "x": lambda: text(r),
    }
    made = {name: makers[name]() for name in r.sample(list(makers), r.randrange(5))}
    if r.random() < 0.7:
        made["search"] = search(r)
    return made
