"""Loading the demo catalogue. An edge: it calls the rooms' operations as everybody else does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

import orjson

from limen.accounts import operations as accounts
from limen.accounts import queries as accounts_queries
from limen.accounts import rules as accounts_rules
from limen.accounts.rules import SYSTEM, Caller
from limen.connections import operations as connections
from limen.connections import queries as connections_queries
from limen.demo import catalogue
from limen.demo.catalogue import Article, Body
from limen.events import operations as events
from limen.events import queries as events_queries
from limen.events.operations import Happening
from limen.kit.errors import Refused
from limen.media import operations as media
from limen.media import queries as media_queries
from limen.products import operations as products
from limen.structure import operations as structure

ADMINISTRATOR = "admin"
BATCH = 100

# Code, label, flow type; those with a flow of products are tracked, so that Data flows has something to show.
CONNECTIONS = (
    ("supplier_feed", "Supplier feed", "data_source"),
    ("webshop", "Webshop", "data_destination"),
    ("translation_memory", "Translation memory", "other"),
)


@dataclass(frozen=True, slots=True)
class DemoResult:
    """`password` of the administrator is known on the first load only, and only when that load made them."""

    products: int
    username: str
    password: str | None


def load(now: datetime) -> DemoResult:
    """Load the demo catalogue once. Later calls change nothing: what people did to it stays as it is.

    A load that was interrupted is taken up again by the next. Takes some 8 s, later a millisecond.
    """
    loaded = _loaded_before()
    if loaded is not None:
        return DemoResult(loaded, ADMINISTRATOR, None)
    _load_structure(now)
    supplier, copywriter = _connect(now), _employ_copywriter(now)
    articles = catalogue.articles()
    _push((article.supplied for article in articles), by=supplier, now=now)
    _push(_written(articles, by=copywriter, now=now), by=copywriter, now=now)
    _push((article.supplied_later for article in articles if article.supplied_later), by=supplier, now=now)
    password = _appoint_administrator(now)
    data = orjson.dumps({"products": len(articles)}).decode()
    events.record(Happening("demo.loaded", "demo", data), by=SYSTEM, now=now)
    return DemoResult(len(articles), ADMINISTRATOR, password)


def _loaded_before() -> int | None:
    """Give the number of products loaded then. 1 query."""
    for event in events_queries.history("demo", limit=1):
        count: int = orjson.loads(event.data)["products"]
        return count
    return None


def _load_structure(now: datetime) -> None:
    for resource in catalogue.resources():
        structure.upsert(resource.kind, resource.code, resource.body, by=SYSTEM, now=now)
    for attribute, code, body in catalogue.options():
        structure.upsert_option(attribute, code, body, by=SYSTEM, now=now)


def _connect(now: datetime) -> Caller:
    """Make the connections that are missing, and give the supplier's as a caller."""
    for code, label, flow_type in CONNECTIONS:
        if not connections_queries.code_is_taken(code):
            connections.create_connection(
                code=code, label=label, flow_type=flow_type, auditable=flow_type != "other", by=SYSTEM, now=now
            )
    row = connections_queries.find(CONNECTIONS[0][0])
    caller = accounts_queries.caller_for(row.user_id, author_connection_id=row.id, connection_id=row.id)
    return replace(caller or SYSTEM, name=row.label)


def _employ_copywriter(now: datetime) -> Caller:
    """Make Julia, who wrote the texts. Nobody knows her password: she signs in once somebody sets one."""
    known = accounts_queries.user_to_authenticate("julia")
    user = known.id if known else _create("julia", "user", "Julia", "Sand", _password(), now)
    return accounts_queries.caller_for(user) or SYSTEM


def _appoint_administrator(now: datetime) -> str | None:
    """Make the administrator, and give the password; None when there is one of this name already."""
    if accounts_queries.user_to_authenticate(ADMINISTRATOR):
        return None
    password = _password()
    _create(ADMINISTRATOR, "administrator", "Ada", "Fjord", password, now)
    return password


def _create(username: str, role: str, first_name: str, last_name: str, password: str, now: datetime) -> int:
    return accounts.create_user(
        username=username,
        password=password,
        role=role,
        first_name=first_name,
        last_name=last_name,
        by=SYSTEM,
        now=now,
    )


def _password() -> str:
    return accounts_rules.make_password(24)


def _written(articles: Iterable[Article], *, by: Caller, now: datetime) -> Iterator[Body]:
    """Give what the copywriter adds, with the codes of pictures and care sheets that are stored for it."""
    described = [(article, article.written) for article in articles if article.written]
    contents = {f"{article.sku}.png": catalogue.picture_of(article) for article, _ in described if article.pictured}
    sheets = catalogue.care_sheets()
    contents |= {_sheet(*of): content for of, content in sheets.items()}
    codes = _store_files(contents, by=by, now=now)
    for article, body in described:
        values = dict(body["values"])
        if article.pictured:
            values["picture"] = [{"locale": None, "scope": None, "data": codes[f"{article.sku}.png"]}]
        if article.care:
            values["care_sheet"] = [
                {"locale": locale, "scope": None, "data": codes[_sheet(article.care, locale)]}
                for locale in article.care_locales
            ]
        yield {**body, "values": values}


def _sheet(material: str, locale: str) -> str:
    return f"care-{material}-{locale[:2]}.pdf"


def _store_files(contents: Mapping[str, bytes], *, by: Caller, now: datetime) -> dict[str, str]:
    """Give a code for each name; content that an interrupted load has stored is not stored again."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    stored = media_queries.media_files_by_hash(hashes.values())
    codes = {name: stored[hash].code for name, hash in hashes.items() if hash in stored}
    for name, content in contents.items():
        if name not in codes:
            codes[name] = media.store_file(file=BytesIO(content), filename=name, by=by, now=now).code
    return codes


def _push(bodies: Iterable[Body], *, by: Caller, now: datetime) -> None:
    """Send products through the door that everybody uses, a batch at a time."""
    lines = [products.Line(body, body["identifier"]) for body in bodies]
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        results = products.upsert_products(batch, flavour="identifier", by=by, now=now)
        for line, result in zip(batch, results, strict=True):
            if isinstance(result.outcome, Refused):
                # A mistake in our own data.
                result.outcome.add_note(f"{line.key}: {getattr(result.outcome, 'violations', '')}")
                raise result.outcome
