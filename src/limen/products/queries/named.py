"""What products are called, for those who read about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import orjson

from limen.kit import db
from limen.kit.text import fold
from limen.products.rules.reading import UUID, Flavour
from limen.structure.rules import Structure

About = Mapping[str, str | None]


def named(keys: Collection[str], *, flavour: Flavour, structure: Structure) -> dict[str, About]:
    """Give uuid, identifier, label and family of products by their uuids or folded identifiers. 1 query.

    The label is that of the first locale which has one, the identifier when there is none.
    """
    if flavour == "uuid":
        column, wanted = "p.uuid = ANY(%s::uuid[])", [key for key in keys if UUID.fullmatch(key.lower())]
    else:
        column, wanted = "p.identifier_key = ANY(%s)", [fold(key) for key in keys if "\0" not in key]
    if not wanted:
        return {}
    statement = (
        "SELECT p.uuid::text, p.identifier, d.doc FROM product p JOIN product_doc d ON d.product_id = p.id"  # noqa: S608  # own parts
        f" WHERE {column}"
    )
    found: dict[str, About] = {}
    for uuid, identifier, text in db.fetch(statement, [wanted]):
        document = orjson.loads(text)
        family = structure.families.get(document["family"])
        titles = document["values"].get(family.attribute_as_label, []) if family is not None else []
        label = next((str(one["data"]) for one in titles if one["data"]), identifier)
        key = uuid if flavour == "uuid" else fold(identifier)
        found[key] = {"uuid": uuid, "identifier": identifier, "label": label, "family": document["family"]}
    return found
