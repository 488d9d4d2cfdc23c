"""History with what each product or model was created with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson

from limen.events import queries as events
from limen.kit import db
from limen.kit.text import fold
from limen.products.queries import trees
from limen.products.queries.loading import with_documents
from limen.products.rules.beginnings import State, beginning, state_at_deletion, state_of, take_back
from limen.products.rules.rulebook import Rulebook, rulebook
from limen.products.rules.world import Item, Model, Product
from limen.structure.rules import Structure


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is read; that of a creation has `changes` too, `before` of each is null."""

    id: int
    kind: str
    author_kind: str
    author_name: str
    at: datetime
    data: str


def history(subject: str, structure: Structure, *, before: int | None = None, limit: int = 25) -> list[Told]:
    """As the room events' history, for a product (`product:<uuid>`) or model (`product_model:<code>`).

    What a creation made is found by taking back, from how it is now, everything that has changed since; links to what
    has been deleted meanwhile are not told, for losing them was no change. Cost: 1 query; with a creation among the
    events 2 or 3 more, and 1 for each 1,000 events after it.
    """
    rows = events.history(subject, before=before, limit=limit)
    book = rulebook(structure)
    return [
        Told(
            one.id,
            one.kind,
            one.author_kind,
            one.author_name,
            one.at,
            _with_beginning(one.data, subject, one.id, book) if one.kind.endswith(".created") else one.data,
        )
        for one in rows
    ]


def _with_beginning(data: str, subject: str, id: int, book: Rulebook) -> str:
    state: State | None = _state(subject, book)
    for later in events.later(subject, id):
        found = orjson.loads(later.data)
        if later.kind.endswith(".created"):
            # What is now says nothing of a life before. A model that got another code then took its state with it.
            state = None
        elif later.kind.endswith(".deleted"):
            state = state_at_deletion(found, book)
        elif state is not None:
            take_back(state, found.get("changes", ()))
    if state is None:
        return data
    changes = [{"path": one.path, "before": None, "after": one.after} for one in beginning(state)]
    return orjson.dumps({**orjson.loads(data), "changes": changes}).decode()


def _state(subject: str, book: Rulebook) -> State | None:
    kind, _, name = subject.partition(":")
    item = _product(name) if kind == "product" else _model(name)
    if item is None:
        return None
    if item.parent_id is not None:
        item.parent = next(iter(_models([item.parent_id])), None)
    return state_of(item, book)


def _product(uuid: str) -> Item | None:
    named = db.fetch("SELECT id, uuid::text, identifier, parent_id FROM product WHERE uuid = %s::uuid", [uuid])
    return next((Product.of(row) for row in with_documents(named)), None)


def _model(code: str) -> Item | None:
    ids = [id for (id,) in db.fetch("SELECT id FROM product_model WHERE code_key = %s", [fold(code)])]
    return next(iter(_models(ids)), None)


def _models(ids: Iterable[int]) -> list[Model]:
    return [Model.of(row) for row in trees.read_models(list(ids))]
