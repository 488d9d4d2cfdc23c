"""Opens every screen and calls every resource besides products with made-up addresses, forms and bodies.

Forms are those that the screens themselves show, filled as they are and then changed here and there; bodies are what
the API itself prints, changed the same way. Whatever is sent, nobody gets an internal error.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.products.catalogue import CATEGORIES, CHANNELS, GROUPS
from tests.products.grammar import encode, junk, key, text
from tests.products.requests import COLLECTION, NDJSON, to_bytes, to_query
from tests.products.wide_catalogue import ASSOCIATION_TYPES, ATTRIBUTES, FAMILY_VARIANTS, OPTIONS

# They end the session, change who may sign in, or call out.
LEFT_OUT = re.compile(r"sign-|account/password|set-up/|/(disable|delete|password)$|test/run|static|<path:path>")
# Of the API those of products have a grammar of their own.
OWN_GRAMMAR = re.compile(r"api/rest/v1/(products|product-models|media-files)")

# What stands after these words in an address.
KNOWN: dict[str, list[str]] = {
    "attributes": list(ATTRIBUTES),
    "attribute-groups": ["other"],
    "families": ["luminaires", "shoes"],
    "variants": list(FAMILY_VARIANTS),
    "options": [one for codes in OPTIONS.values() for one in codes],
    "categories": list(CATEGORIES),
    "channels": [*CHANNELS, "ecommerce"],
    "association-types": ["UPSELL", *ASSOCIATION_TYPES],
    "measurement-families": ["Weight", "Length"],
    "measure-families": ["Weight", "Length"],
    "units": ["GRAM", "KILOGRAM"],
    "locales": ["en_GB", "de_DE"],
    "currencies": ["EUR", "USD"],
    "connection-settings": ["erp", "my_shop"],
    "groups": ["1", *GROUPS],
    "users": ["1"],
    "roles": ["administrator", "user"],
    "calls": ["1"],
}
NAMES = [
    "search",
    "page",
    "limit",
    "after",
    "before",
    "channel",
    "locale",
    "family",
    "group",
    "type",
    "q",
    "with_count",
]


def routes() -> list[str]:
    """Give every route as it is written, but for those left out."""
    return [one for one in _routes(get_resolver().url_patterns, "") if not LEFT_OUT.search(one)]


def _routes(patterns: list[Any], before: str) -> list[str]:
    found: list[str] = []
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found.extend(_routes(one.url_patterns, here))
        elif isinstance(one, URLPattern):
            found.append(here)
    return found


def address(r: Random, route: str) -> str:
    """Fill the parameters of a route."""
    parts = re.split(r"<(?:\w+:)?\w+>", route)
    path = parts[0]
    for part in parts[1:]:
        word = path.rstrip("/").rpartition("/")[2]
        chosen = r.choice(KNOWN.get(word, ["1"])) if r.random() < 0.9 else text(r) or "x"
        path += quote(chosen.encode("utf-8", "surrogatepass"), safe="") + part
    return f"/{path}"


def query(r: Random) -> str:
    made = {r.choice(NAMES) if r.random() < 0.9 else key(r): _value(r) for _ in range(r.choice([0, 0, 1, 2, 3]))}
    return to_query(made) + r.choice(["", "", "", "", "&%", "&%FF=%FF", "&a[]=1", "&search=%00"])


def _value(r: Random) -> str:
    plain = [
        "1",
        "0",
        "-1",
        "9" * 30,
        "true",
        "title",
        "webshop",
        "en_GB",
        '{"code":[{"operator":"IN","value":["x"]}]}',
    ]
    return r.choice(plain) if r.random() < 0.6 else text(r)


class Forms(HTMLParser):
    """The forms of a page: where they go, and their fields with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str, str]]]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.found.append((given.get("action", ""), []))
        if not self.found:
            return
        fields, name = self.found[-1][1], given.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            fields.append((self.select, given.get("value", ""), "option"))
        elif tag in ("input", "textarea", "button") and name:
            fields.append((name, given.get("value", ""), given.get("type", tag)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


class AnythingFuzzer:
    """As `Fuzzer`, of screens and the rest of the API; `token` is of a caller who may do everything."""

    def __init__(self, person: Any, token: str) -> None:
        self.person = person
        self.browser = Client(raise_request_exception=False)
        self.browser.force_login(person)
        self.caller = Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})
        self.counts: Counter[tuple[str, int]] = Counter()
        self.requests = 0
        every = routes()
        self.screens = [one for one in every if not one.startswith("api/")]
        self.resources = [one for one in every if one.startswith("api/") and not OWN_GRAMMAR.match(one)]

    def step(self, random: Random) -> None:
        if random.random() < 0.5:
            self._open(random)
        else:
            self._call(random)

    # Screens

    def _open(self, r: Random) -> None:
        path = address(r, r.choice(self.screens))
        answer = self._browse("GET", f"{path}?{query(r)}")
        if r.random() < 0.1:
            self._browse("POST", path, urlencode({"x": "y"}).encode(), "application/x-www-form-urlencoded")
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            return
        forms = Forms()
        forms.feed(answer.content.decode())
        if not forms.found:
            return
        action, fields = r.choice(forms.found)
        action = action or path
        if not LEFT_OUT.search(action):
            body, kind = _filled(r, fields)
            self._browse("POST", action, body, kind)

    def _browse(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Any:
        self.requests += 1
        answer = self.browser.generic(method, path, body, kind or "text/plain")
        self.counts[f"screen {method}", answer.status_code] += 1
        assert answer.status_code < 500, (method, path, body[:1500], answer.status_code)
        if answer.streaming:
            answer.getvalue()
        elif "/sign-in" in answer.headers.get("Location", ""):
            self.browser.force_login(self.person)
        return answer

    # The API

    def _call(self, r: Random) -> None:
        path = address(r, r.choice(self.resources))
        chosen = r.random()
        if chosen < 0.3:
            self._send("GET", f"{path}?{query(r)}")
        elif chosen < 0.4:
            self._send("DELETE", f"{path}?{r.choice(['', '', 'dry_run=1'])}")
        elif chosen < 0.5:
            self._send(r.choice(["POST", "PATCH"]), path, to_bytes(encode(junk(r))))
        else:
            read = self._send("GET", path)
            if read.status_code == 200 and not read.streaming:
                self._send_changed(r, path, orjson.loads(read.content))

    def _send_changed(self, r: Random, path: str, read: Any) -> None:
        """Send back what was read, changed in a place or two: one resource, or a collection line by line."""
        listed = read.get("_embedded", {}).get("items") if isinstance(read, dict) else read
        if not isinstance(listed, list):
            self._send("PATCH", path, to_bytes(encode(_changed(r, read))))
            return
        items = [_changed(r, one) for one in r.sample(listed, min(len(listed), r.randrange(1, 4)))]
        for one in items:
            if isinstance(one, dict) and "code" in one and r.random() < 0.3:
                one["code"] = r.choice(["made_up", "another", "THIRD"])
        if r.random() < 0.3 and items:
            self._send("POST", path, to_bytes(encode(items[0])))
        elif "measurement-families" in path:
            self._send("PATCH", path, to_bytes(encode(items)))
        else:
            lines = b"\n".join(to_bytes(encode(one)) for one in items)
            self._send("PATCH", path, lines, COLLECTION)

    def _send(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Any:
        self.requests += 1
        answer = self.caller.generic(method, path, body, kind)
        self.counts[f"api {method}", answer.status_code] += 1
        content = answer.getvalue()
        assert answer.status_code < 500, (method, path, body[:1500], answer.status_code, content[:300])
        if answer.headers.get("Content-Type", "") in (COLLECTION, NDJSON):
            for line in content.splitlines():
                assert orjson.loads(line).get("status_code", 200) < 500, (method, path, body[:1500], line)
        return answer


def _filled(r: Random, fields: list[tuple[str, str, str]]) -> tuple[bytes, str]:
    """Fill a form as it is, or changed: values, fields that are missing, that come twice or that it does not have."""
    sent = [(name, value) for name, value, kind in fields if kind != "file" and (kind != "option" or r.random() < 0.4)]
    for _ in range(r.choice([0, 1, 1, 2, 4])):
        if not sent:
            break
        place = r.randrange(len(sent))
        name = sent[place][0]
        if name == "csrfmiddlewaretoken":
            continue
        match r.randrange(5):
            case 0:
                del sent[place]
            case 1:
                sent.append((name, _value(r)))
            case 2:
                sent.append((key(r), _value(r)))
            case _:
                sent[place] = (name, _value(r))
    files = [name for name, _, kind in fields if kind == "file"]
    if not files:
        parts = [(_as_bytes(name), _as_bytes(value)) for name, value in sent]
        return urlencode(parts).encode(), "application/x-www-form-urlencoded"
    body = BytesIO()
    for name, value in sent:
        head = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % _as_bytes(name)
        body.write(head + _as_bytes(value) + b"\r\n")
    for name in files:
        content = r.choice([b"\x89PNG\r\n\x1a\n", b"", b"<svg/>", b"\0" * 100])
        head = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="a.png"\r\n\r\n' % _as_bytes(name)
        body.write(head + content + b"\r\n")
    return body.getvalue() + b"--b--\r\n", "multipart/form-data; boundary=b"


def _as_bytes(written: str) -> bytes:
    return written.encode("utf-8", "surrogatepass")


def _changed(r: Random, read: Any) -> Any:
    """Change one place of what was read, or two."""
    if not isinstance(read, dict):
        return junk(r)
    made = {name: one for name, one in read.items() if name != "_links"}
    for name in r.sample(list(made), min(len(made), r.choice([0, 1, 1, 2]))):
        one = made[name]
        if isinstance(one, dict) and one and r.random() < 0.6:
            made[name] = _changed(r, one)
        elif isinstance(one, list) and one and r.random() < 0.6:
            made[name] = [*one[: r.randrange(len(one))], _changed(r, one[0]), *one[r.randrange(len(one)) :]]
        else:
            made[name] = junk(r) if r.random() < 0.7 else r.choice([None, "", [], {}, True, "title", "en_GB"])
    if r.random() < 0.1:
        made[key(r)] = junk(r)
    return made
