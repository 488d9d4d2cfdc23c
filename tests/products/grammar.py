"""Requests about products, made up: mostly right, often nearly right, sometimes nonsense.

Everything comes out of a `Random`, so that a seed (or Hypothesis) can give the same request again. Bodies are written
by hand, because no encoder writes what a hostile one can: NaN, numbers without end, halves of characters, keys twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from tests.products.catalogue import ATTRIBUTES, CATEGORIES, GROUPS, OPTIONS

COLLECTION = "application/vnd.akeneo.collection+json"
ANSWERS = frozenset({200, 201, 204, 400, 404, 405, 406, 409, 413, 415, 422})

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
]
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
]


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


def text(r: Random) -> str:
    if r.random() < 0.3:
        return r.choice(["Orbit lamp", "x", "Leuchte für Tische", "<p>Warm light</p>"])
    if r.random() < 0.2:
        return "".join(chr(r.randrange(1, 0xD800)) for _ in range(r.randrange(9)))
    chosen = r.choice(TEXTS)
    return chosen if not HALVES.search(chosen) or r.random() < SPOILING else "x"


# Half of a character, and numbers that are none, make a whole body unreadable: that may not happen all the time.
HALVES = re.compile("[\ud800-\udfff]")
SPOILING = 0.1


def number(r: Random) -> Any:
    if r.random() < SPOILING / 3:
        return Raw(r.choice(["1e999", "-1e999", "NaN", "Infinity", "1" * 400, "01", "1."]))
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
    return good if r.random() < share else junk(r)


# Values


def metric(r: Random, units: list[str]) -> Any:
    return {"amount": number(r), "unit": mixed_case(r, mostly(r, r.choice(units), 0.9) if r.random() < 0.9 else "X")}


def price(r: Random) -> Any:
    return {
        "amount": number(r),
        "currency": r.choice(["EUR", "USD", "eur", "XAU", "???"] if r.random() < 0.2 else ["EUR", "USD"]),
    }


def codes(r: Random, known: Sequence[str]) -> list[Any]:
    return [mostly(r, mixed_case(r, r.choice(known)), 0.98) for _ in range(r.randrange(4))]


def date(r: Random) -> str:
    return r.choice(
        [
            f"20{r.randrange(19, 40)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}",
            "2025-09-01T22:00:00-05:00",
            "2025-02-31",
            "0001-01-01",
            "9999-12-31T23:59:59+00:00",
            "2025-13-01",
            "01/09/2025",
            "２０２５-01-01",
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
        "pim_catalog_metric": lambda: metric(r, ["KILOGRAM", "GRAM"] if code == "net_weight" else ["METER"]),
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
    if attribute.get("available_locales"):
        locale = "de_DE"
    chosen = mostly(r, data(r, code), 0.95) if r.random() < 0.95 else None
    made = {"locale": mostly(r, locale, 0.99), "scope": mostly(r, scope, 0.99), "data": chosen}
    if r.random() < 0.01:
        made.pop(r.choice(list(made)))
    if r.random() < 0.01:
        return Pairs([*made.items(), ("data", junk(r))])
    return made


def values(r: Random, most: int = 5) -> Any:
    made: list[tuple[str, Any]] = []
    for _ in range(r.randrange(most)):
        code = r.choice(list(ATTRIBUTES))
        entries = mostly(r, [entry(r, code) for _ in range(r.choice([1, 1, 1, 2, 3]))], 0.97)
        made.append((mixed_case(r, code) if r.random() < 0.97 else key(r), entries))
    if r.random() < 0.2:
        made.append(("sku", [{"locale": None, "scope": None, "data": mostly(r, r.choice([*IDENTIFIERS, None]))}]))
    return Pairs(made)


# Bodies


def associations(r: Random) -> Any:
    ends = [*UUIDS, *IDENTIFIERS, "ghost"]
    ends = ends[:-1] if r.random() < 0.9 else ends
    lists = {"products": ends, "groups": GROUPS, "product_models": ["orbit"], "product_uuids": UUIDS}
    return {
        r.choice(TYPES) if r.random() < 0.95 else text(r): {
            kind: mostly(r, [mostly(r, r.choice(lists[kind]), 0.98) for _ in range(r.randrange(3))], 0.98)
            for kind in r.sample(list(lists), r.choice([1, 1, 1, 2]))
        }
        for _ in range(r.choice([1, 1, 2]))
    }


def quantified(r: Random) -> Any:
    def link() -> Any:
        end = {"uuid": r.choice(UUIDS)} if r.random() < 0.5 else {"identifier": r.choice(IDENTIFIERS)}
        quantities = [1, 2, 3] if r.random() < 0.8 else [0, -1, 2**31, 2**70, "2", 2.5, True, None]
        return mostly(r, {**end, "quantity": r.choice(quantities)}, 0.98)

    kinds = {"products": [link() for _ in range(r.randrange(3))]}
    if r.random() < 0.1:
        kinds[r.choice(["product_models", "groups", "x"])] = [link()]
    return {r.choice(["BUNDLE", "BUNDLE", "UPSELL", "NOPE"]): mostly(r, kinds, 0.95)}


def properties(r: Random) -> list[tuple[str, Any]]:
    made: list[tuple[str, Any]] = []
    makers: dict[str, Callable[[], Any]] = {
        "enabled": lambda: r.choice([True, False, 0, 1, "0", "1"] if r.random() < 0.9 else ["true", None, 2, 1.0]),
        "family": lambda: r.choice(["luminaires", "LUMINAIRES", None, ""]) if r.random() < 0.95 else "nope",
        "categories": lambda: codes(r, list(CATEGORIES)),
        "groups": lambda: codes(r, GROUPS),
        "parent": lambda: None if r.random() < 0.8 else r.choice(["", "orbit"]),
        "add_categories": lambda: codes(r, list(CATEGORIES)),
        "remove_categories": lambda: codes(r, list(CATEGORIES)),
        "associations": lambda: associations(r),
        "quantified_associations": lambda: quantified(r),
        "created": lambda: junk(r),
        "metadata": lambda: junk(r),
        "completenesses": lambda: junk(r),
    }
    for name in r.sample(list(makers), r.randrange(4)):
        made.append((name, mostly(r, makers[name](), 0.97)))
    if r.random() < 0.04:
        made.append((key(r), junk(r)))
    if r.random() < 0.8:
        made.append(("values", mostly(r, values(r), 0.97)))
    if made and r.random() < 0.03:
        made.append(r.choice(made))
    return made


def body(r: Random, keys: Sequence[tuple[str, Any]] = ()) -> str:
    written = encode(Pairs([*keys, *properties(r)]))
    chosen = r.random()
    if chosen < 0.01:
        return written[: r.randrange(len(written) + 1)]
    if chosen < 0.02:
        return encode(junk(r))
    return " \n" + written if chosen < 0.03 else written


# Searches


PROPERTIES = [
    "uuid",
    "identifier",
    "family",
    "categories",
    "completeness",
    "created",
    "updated",
    "enabled",
    "groups",
    "parent",
    "quality_score",
    "label_or_identifier",
]
OPERATORS = [
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "IN",
    "NOT IN",
    "EMPTY",
    "NOT EMPTY",
    "CONTAINS",
    "DOES NOT CONTAIN",
    "STARTS WITH",
    "BETWEEN",
    "NOT BETWEEN",
    "IN CHILDREN",
    "NOT IN CHILDREN",
    "UNCLASSIFIED",
    "IN OR UNCLASSIFIED",
    "SINCE LAST N DAYS",
    "SINCE LAST JOB",
    "EMPTY FOR CURRENCY",
    "NOT EMPTY FOR CURRENCY",
    "EMPTY ON ALL CURRENCIES",
    "NOT EMPTY ON AT LEAST ONE CURRENCY",
    "GREATER THAN ON ALL LOCALES",
    "GREATER OR EQUALS THAN ON ALL LOCALES",
    "LOWER THAN ON ALL LOCALES",
    "ALL COMPLETE",
    "ALL INCOMPLETE",
    "AT LEAST COMPLETE",
]


_TEXTUAL = ["=", "!=", "CONTAINS", "DOES NOT CONTAIN", "STARTS WITH", "EMPTY", "NOT EMPTY"]
_ORDERED = ["=", "!=", "<", "<=", ">", ">=", "EMPTY", "NOT EMPTY"]
_CHOSEN = ["IN", "NOT IN", "EMPTY", "NOT EMPTY"]
FITTING = {
    "pim_catalog_text": _TEXTUAL,
    "pim_catalog_textarea": _TEXTUAL,
    "pim_catalog_identifier": [*_TEXTUAL[:5], "IN", "NOT IN"],
    "pim_catalog_number": _ORDERED,
    "pim_catalog_metric": _ORDERED,
    "pim_catalog_price_collection": _ORDERED,
    "pim_catalog_boolean": ["=", "!=", "EMPTY", "NOT EMPTY"],
    "pim_catalog_date": ["=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN", "EMPTY", "NOT EMPTY"],
    "pim_catalog_simpleselect": _CHOSEN,
    "pim_catalog_multiselect": _CHOSEN,
    "pim_catalog_image": _TEXTUAL,
    "uuid": ["IN", "NOT IN"],
    "identifier": ["IN", "NOT IN", "=", "CONTAINS", "STARTS WITH"],
    "family": _CHOSEN,
    "groups": _CHOSEN,
    "categories": ["IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", "UNCLASSIFIED", "IN OR UNCLASSIFIED"],
    "enabled": ["=", "!="],
    "created": ["=", "<", ">", "BETWEEN"],
    "updated": ["=", "<", ">", "BETWEEN", "SINCE LAST N DAYS"],
    "completeness": ["=", "<", ">", "<=", ">=", "GREATER THAN ON ALL LOCALES"],
}


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
        "parent": ["orbit"],
        "quality_score": ["A", "E", "Z"],
    }
    if name not in known or r.random() < 0.15:
        return junk(r)
    return r.choice(known[name]) if r.random() < 0.5 else [r.choice(known[name]) for _ in range(r.randrange(4))]


def criterion(r: Random, name: str) -> Any:
    fitting = FITTING.get(name) or FITTING.get(ATTRIBUTES.get(name, {}).get("type", ""), OPERATORS)
    made = {"operator": mostly(r, r.choice(fitting if r.random() < 0.8 else OPERATORS), 0.97)}
    if r.random() < 0.9:
        made["value"] = sought(r, name)
    if r.random() < 0.6:
        made["locale"] = mostly(r, r.choice(LOCALES), 0.95)
    if r.random() < 0.6:
        made["scope"] = mostly(r, r.choice(CHANNELS), 0.95)
    if r.random() < 0.15:
        made["locales"] = mostly(r, r.sample(LOCALES, r.randrange(3)), 0.9)
    return made


def search(r: Random) -> str:
    made: list[tuple[str, Any]] = []
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        name = r.choice([*PROPERTIES, *ATTRIBUTES, "sku"]) if r.random() < 0.97 else key(r)
        made.append((name, mostly(r, [criterion(r, name) for _ in range(r.choice([1, 1, 2]))], 0.97)))
    return encode(Pairs(made) if r.random() < 0.97 else junk(r))


def query(r: Random) -> dict[str, str]:
    makers: dict[str, Callable[[], str]] = {
        "scope": lambda: r.choice([*CHANNELS, "kiosk", ""]),
        "locales": lambda: ",".join(r.sample([*LOCALES, "it_IT", " "], r.randrange(3))),
        "attributes": lambda: ",".join(r.sample([*ATTRIBUTES, "ghost"], r.randrange(1, 4))),
        "search_locale": lambda: r.choice([*LOCALES, "it_IT"]),
        "search_scope": lambda: r.choice([*CHANNELS, "kiosk"]),
        "pagination_type": lambda: r.choice(["page", "search_after", "x"]),
        "search_after": lambda: r.choice([*UUIDS, *IDENTIFIERS, *TEXTS]),
        "page": lambda: r.choice(["1", "2", "0", "x", "9" * 30]),
        "limit": lambda: r.choice(["1", "10", "100", "101", "-1"]),
        "with_count": lambda: r.choice(["true", "false", "yes"]),
        "with_attribute_options": lambda: "true",
        "with_quality_scores": lambda: "true",
        "with_completenesses": lambda: "true",
        "convert_measurements": lambda: "true",
        "x": lambda: text(r),
    }
    made = {name: makers[name]() for name in r.sample(list(makers), r.randrange(5))}
    if r.random() < 0.7:
        made["search"] = search(r)
    return made


# Requests


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = "application/json"


def _bytes(written: str) -> bytes:
    # Halves of characters that were not escaped are no UTF-8: that, too, is sent.
    return written.encode("utf-8", "surrogatepass")


def _query(given: dict[str, str]) -> str:
    return urlencode({name: one.encode("utf-8", "surrogatepass") for name, one in given.items()})


def _segment(name: str) -> str:
    return quote(name.encode("utf-8", "surrogatepass"), safe="/")


def identity(r: Random, flavour: str) -> str:
    if flavour == "uuid":
        return r.choice(UUIDS) if r.random() < 0.95 else r.choice(UUIDS).upper()
    return r.choice(IDENTIFIERS) if r.random() < 0.9 else text(r)


def structure(r: Random) -> Request:
    """Take something of the structure away under the values, or give it back."""
    return r.choice(
        [
            _patch("channels/webshop", {"locales": r.choice([["en_GB"], ["en_GB", "de_DE"], ["en_GB", "de_DE"]])}),
            _patch("channels/webshop", {"currencies": r.choice([["EUR"], ["EUR", "USD"], ["EUR", "USD"]])}),
            _patch("attributes/tagline", {"max_characters": r.choice([None, 5, 255])}),
            _patch("attributes/lumens", {"number_max": r.choice([None, "20000", "100"])}),
            _patch("families/luminaires", {"attribute_requirements": {"print": r.choice([["sku"], ["sku", "title"]])}}),
            _patch(f"attributes/finish/options/{r.choice(OPTIONS['finish'])}", {"labels": {"en_GB": text(r)}}),
        ]
    )


def _patch(path: str, body: dict[str, Any]) -> Request:
    return Request("PATCH", f"/api/rest/v1/{path}", body=_bytes(encode(body)))


FILES = [
    ("orbit.png", b"\x89PNG\r\n\x1a\n"),
    ("orbit.png", b"\x89PNG\r\n\x1a\nother"),
    ("a.pdf", b"%PDF-1.7"),
    ("orbit.jpg", b"no image"),
    ("", b""),
    ("..", b"x"),
    ('x"\\;=.png', b"\x89PNG\r\n\x1a\n"),
    ("\u202egnp.png", b"\x89PNG\r\n\x1a\n"),
    ("x" * 300 + ".png", b"\x89PNG\r\n\x1a\n"),
]


def upload(r: Random) -> Request:
    flavour = r.choice(["uuid", "identifier"])
    target = {
        flavour: mostly(r, identity(r, flavour), 0.97),
        "attribute": mostly(r, r.choice(["hero_image", "hero_image", "datasheet", "tagline"]), 0.97),
        "locale": mostly(r, None, 0.97),
        "scope": mostly(r, None, 0.97),
    }
    name, content = r.choice(FILES)
    parts = [
        b'Content-Disposition: form-data; name="product"\r\n\r\n' + _bytes(encode(mostly(r, target, 0.97))),
        b'Content-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s' % (name.encode(), content),
    ]
    if r.random() < 0.05:
        parts.pop(r.randrange(2))
    whole = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    whole = whole[: r.randrange(len(whole))] if r.random() < 0.03 else whole
    return Request("POST", "/api/rest/v1/media-files", "", whole, "multipart/form-data; boundary=b")


def request(r: Random) -> Request:
    """Make up one request."""
    flavour = r.choice(["uuid", "identifier"])
    root = "/api/rest/v1/products-uuid" if flavour == "uuid" else "/api/rest/v1/products"
    chosen = r.random()
    if chosen < 0.45:
        name = identity(r, flavour)
        sent = [(flavour, mostly(r, name))] if r.random() < 0.2 else []
        return Request("PATCH", f"{root}/{_segment(name)}", body=_bytes(body(r, sent)))
    if chosen < 0.55:
        return Request("POST", root, body=_bytes(body(r, [(flavour, mostly(r, identity(r, flavour)))])))
    if chosen < 0.65:
        lines = [body(r, [(flavour, mostly(r, identity(r, flavour), 0.95))]) for _ in range(r.randrange(1, 6))]
        switches = r.choice(["", "", "", "atomic=true", "dry_run=1"])
        return Request("PATCH", root, switches, _bytes("\n".join(lines)), COLLECTION)
    if chosen < 0.67:
        return upload(r)
    if chosen < 0.675:
        return structure(r)
    if chosen < 0.695:
        return Request("DELETE", f"{root}/{_segment(identity(r, flavour))}")
    if chosen < 0.74:
        return Request("GET", f"{root}/{_segment(identity(r, flavour))}", _query(query(r)))
    if chosen < 0.8:
        asked = Pairs([(name, mostly(r, one)) for name, one in query(r).items()])
        return Request("POST", "/api/rest/v1/products-uuid/search", body=_bytes(encode(asked)))
    return Request("GET", root, _query(query(r)))
