"""What a batch knows: products as its lines see them one after another, and the facts they need. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from limen.kit.text import fold
from limen.media.rules import MediaRow
from limen.products.rules.links import Associations, Quantified, Target
from limen.products.rules.rulebook import Rulebook, Slot, Values
from limen.structure.rules import Structure


class Product:
    """A product at work. `stored` is how the database has it, None for a new one; the rest how it will be.

    `before` and `after` hold, for the slots whose value is another one than stored, the data that is stored
    there and the one that will be (None for nothing): only their index rows are written.
    """

    __slots__ = (
        "after",
        "associations",
        "before",
        "categories",
        "created",
        "enabled",
        "family",
        "groups",
        "id",
        "identifier",
        "quantified",
        "stored",
        "updated",
        "uuid",
        "values",
    )

    def __init__(self, uuid: str, moment: str) -> None:
        """Make a new, empty product."""
        self.id: int | None = None
        self.uuid = uuid
        self.identifier: str | None = None
        self.enabled = True
        self.family: str | None = None
        self.categories: list[str] = []
        self.groups: list[str] = []
        self.values: Values = {}
        self.created = moment
        self.updated = moment
        self.associations: Associations = {}
        self.quantified: Quantified = {}
        self.stored: Stored | None = None
        self.before: dict[Slot, Any] = {}
        self.after: dict[Slot, Any] = {}

    @classmethod
    def of(cls, row: Row) -> Product:
        """Take up a stored product. Decoding the document is most of the work: 13 µs."""
        document = orjson.loads(row.doc)
        product = cls(row.uuid, document["created"])
        product.id = row.id
        product.identifier = row.identifier
        product.enabled = document["enabled"]
        product.family = document["family"]
        product.categories = document["categories"]
        product.groups = document["groups"]
        product.values = document["values"]
        product.updated = document["updated"]
        product.associations = orjson.loads(row.associations) if row.associations else {}
        product.quantified = orjson.loads(row.quantified) if row.quantified else {}
        product.stored = Stored(
            product.identifier,
            product.family,
            product.categories,
            product.groups,
            product.associations,
            product.quantified,
        )
        return product

    def encode(self) -> str:
        """Write the document: the API's shape without identity, links and associations."""
        return orjson.dumps(
            {
                "enabled": self.enabled,
                "family": self.family,
                "categories": self.categories,
                "groups": self.groups,
                "parent": None,
                "values": self.values,
                "created": self.created,
                "updated": self.updated,
            }
        ).decode()


class Row:
    """A product as the tables have it; the document and the associations are JSON in UTF-8."""

    __slots__ = ("associations", "doc", "id", "identifier", "quantified", "uuid")

    def __init__(
        self,
        id: int,
        uuid: str,
        identifier: str | None,
        doc: bytes,
        associations: bytes | None,
        quantified: bytes | None,
    ) -> None:
        self.id = id
        self.uuid = uuid
        self.identifier = identifier
        self.doc = doc
        self.associations = associations
        self.quantified = quantified


class Stored:
    """What the link tables hold for a product, to write differences."""

    __slots__ = ("associations", "categories", "family", "groups", "identifier", "quantified")

    def __init__(
        self,
        identifier: str | None,
        family: str | None,
        categories: list[str],
        groups: list[str],
        associations: Associations,
        quantified: Quantified,
    ) -> None:
        self.identifier = identifier
        self.family = family
        self.categories = categories
        self.groups = groups
        self.associations = associations
        self.quantified = quantified


class World:
    """Everything lines are decided against. A line that is accepted changes it for those after it.

    `identifiers` maps folded identifiers to uuids, of loaded products and of any other that a line names;
    `others` are the uuids of those others; `holders` maps (attribute id, value key) to the uuid that has it.
    """

    def __init__(self, book: Rulebook, structure: Structure, moment: str) -> None:
        # The rulebook's own structure may be of an earlier version of the options.
        self.structure = structure
        self.book = book
        self.moment = moment
        self.products: dict[str, Product] = {}
        self.identifiers: dict[str, str] = {}
        self.others: dict[str, int] = {}
        self.holders: dict[tuple[int, str], str] = {}
        self.options: Mapping[tuple[str, str], str] = {}
        self.media: Mapping[str, MediaRow] = {}
        self.changed: dict[str, Product] = {}

    def load(self, row: Row) -> None:
        product = Product.of(row)
        self.products[product.uuid] = product
        if product.identifier is not None:
            self.identifiers[fold(product.identifier)] = product.uuid

    def mention(self, id: int, uuid: str, identifier: str | None) -> None:
        """Take note of a product that a line points at or whose identifier it wants."""
        self.others[uuid] = id
        if identifier is not None:
            self.identifiers[fold(identifier)] = uuid

    def resolve(self, target: Target) -> str | None:
        """Find the product that a line points at, as the lines before have left it."""
        uuid = target.name if target.by == "uuid" else self.identifiers.get(fold(target.name))
        return uuid if uuid in self.products or uuid in self.others else None

    def rename(self, product: Product, identifier: str | None) -> None:
        if product.identifier is not None:
            self.identifiers.pop(fold(product.identifier), None)
        if identifier is not None:
            self.identifiers[fold(identifier)] = product.uuid
        product.identifier = identifier

    def id_of(self, uuid: str) -> int | None:
        product = self.products.get(uuid)
        return product.id if product is not None else self.others.get(uuid)


def stored_data(values: Values, slot: Slot) -> Any:
    """Give the data a slot holds, None when it holds none."""
    for entry in values.get(slot.field.code, ()):
        if entry["scope"] == slot.scope and entry["locale"] == slot.locale:
            return entry["data"]
    return None
