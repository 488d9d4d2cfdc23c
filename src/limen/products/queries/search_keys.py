"""The numbers of the places that the value index speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection, transaction

from limen.kit import db

# Attribute id (0: completeness, -1: quality), channel, locale, currency; empty where there is none.
Place = tuple[int, str, str, str]

COMPLETENESS = 0
QUALITY = -1

_COLUMNS = {"attribute_id": "int8", "channel": "text", "locale": "text", "currency": "text"}

# Keys are never changed or deleted, so what was seen committed stays true.
_remembered: dict[Place, int] = {}


def search_keys(places: Collection[Place]) -> dict[Place, int]:
    """Give the keys of places that are known; others are absent. 1 query for places not remembered, else none."""
    found = {place: _remembered[place] for place in places if place in _remembered}
    missing = [place for place in places if place not in found]
    if missing:
        looked_up = _look_up(missing)
        found.update(looked_up)
        _remember(looked_up)
    return found


def make_search_keys(places: Collection[Place]) -> dict[Place, int]:
    """Give the keys of places, and make those that are missing. Inside the transaction that needs them.

    Cost: none when all are remembered, else 1 query, and 2 more when some are new. A new key stays locked
    until commit: call it after everything else that waits for rows of others.
    """
    found = search_keys(places)
    missing = sorted(place for place in places if place not in found)
    if missing:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO product_search_key (attribute_id, channel, locale, currency) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                missing,
            )
        made = _look_up(missing)
        found.update(made)
        _remember(made)
    return found


def keys_of_attributes(attribute_ids: Iterable[int]) -> list[tuple[int, str, str, str, int]]:
    """Give (attribute id, channel, locale, currency, key) of all places of some attributes. 1 query."""
    return db.fetch(
        "SELECT attribute_id, channel, locale, currency, id FROM product_search_key WHERE attribute_id = ANY(%b)",
        [list(attribute_ids)],
    )


def forget() -> None:
    """Drop what is remembered, for tests that empty the tables: nothing else does."""
    _remembered.clear()


def _look_up(places: Iterable[Place]) -> dict[Place, int]:
    columns = [list(column) for column in zip(*places, strict=True)]
    rows = db.fetch(
        "SELECT k.attribute_id, k.channel, k.locale, k.currency, k.id FROM product_search_key k"
        " JOIN unnest(%b::int8[], %b::text[], %b::text[], %b::text[])"
        " AS asked (attribute_id, channel, locale, currency)"
        " USING (attribute_id, channel, locale, currency)",
        columns,
    )
    return {(attribute_id, channel, locale, currency): key for attribute_id, channel, locale, currency, key in rows}


def _remember(keys: dict[Place, int]) -> None:
    # Only once they are committed: a key that a rollback takes back must not be used again.
    transaction.on_commit(lambda: _remembered.update(keys))
