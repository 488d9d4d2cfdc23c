"""What a batch knows: products and models as its lines see them one after another, and the facts they need.

Plain data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Self

import orjson

from limen.kit.text import fold
from limen.media.rules import MediaRow
from limen.products.rules import undecoded
from limen.products.rules.links import Associations, Kind, Quantified, Target
from limen.products.rules.rulebook import Rulebook, Slot, Values
from limen.products.rules.undecoded import Undecoded
from limen.structure.rules import Structure


class Own:
    """What of a variant or sub model is its own and not its models', beside values: the levels tell whose those are."""

    __slots__ = ("associations", "categories", "quantified")

    def __init__(self, categories: list[str], associations: Associations, quantified: Quantified) -> None:
        self.categories = categories
        self.associations = associations
        self.quantified = quantified

    @classmethod
    def of(cls, text: bytes | str) -> Own:
        stored = orjson.loads(text)
        return cls(stored["categories"], stored["associations"], stored["quantified"])

    def encode(self) -> str:
        shown = {"categories": self.categories, "associations": self.associations, "quantified": self.quantified}
        return orjson.dumps(shown).decode()


class Item(ABC):
    """A product or a product model at work. `stored` is how the database has it, None for a new one; the rest how it
    will be. All of it is merged with what its models have; `own` says what is its own, None where all of it is.

    `before` and `after` hold, for the slots whose value is another one than stored, the data that is stored
    there and the one that will be (None for nothing): only their index rows are written.
    `parent` is there where something has to be merged, `parent_id` and `parent_code` always.
    """

    __slots__ = (
        "after",
        "associations",
        "before",
        "categories",
        "created",
        "family",
        "groups",
        "id",
        "own",
        "parent",
        "parent_code",
        "parent_id",
        "quantified",
        "stored",
        "updated",
        "values",
    )
    kind: Kind

    def __init__(self, moment: str) -> None:
        """Make a new, empty one."""
        self.id: int | None = None
        self.family: str | None = None
        self.categories: list[str] = []
        # Of products alone.
        self.groups: list[str] = []
        self.values: Values = {}
        self.created = moment
        self.updated = moment
        self.associations: Associations = {}
        self.quantified: Quantified = {}
        self.own: Own | None = None
        self.parent: Model | None = None
        self.parent_id: int | None = None
        self.parent_code: str | None = None
        self.stored: Stored | None = None
        self.before: dict[Slot, Any] = {}
        self.after: dict[Slot, Any] = {}

    @property
    @abstractmethod
    def name(self) -> str:
        """What others point at it by."""

    @abstractmethod
    def encode(self) -> str:
        """Write the document: the API's shape without identity, links and associations."""

    def take_up(self, row: Row | ModelRow, document: dict[str, Any]) -> None:
        """Take up what is stored. Decoding the whole document is most of the work."""
        self.id = row.id
        self.family = document["family"]
        self.categories = document["categories"]
        self.values = document["values"]
        self.created = document["created"]
        self.updated = document["updated"]
        self.associations = orjson.loads(row.associations) if row.associations else {}
        self.quantified = orjson.loads(row.quantified) if row.quantified else {}
        self.own = Own.of(row.own) if row.own else None
        self.parent_id = row.parent_id
        self.parent_code = document["parent"]
        self.stored = Stored(self)

    def copy(self) -> Self:
        """Give another one that starts as this one is: a line that is refused must leave this one alone."""
        new = object.__new__(type(self))
        for slots in (Item.__slots__, type(self).__slots__):
            for name in slots:
                setattr(new, name, getattr(self, name))
        new.values = {code: list(entries) for code, entries in self.values.items()}
        new.before, new.after = dict(self.before), dict(self.after)
        return new

    def relinked(
        self, associations: Callable[[Associations], Associations], quantified: Callable[[Quantified], Quantified]
    ) -> Self:
        """Change what it leads to, of its own and inherited, and give it back."""
        self.associations, self.quantified = associations(self.associations), quantified(self.quantified)
        if self.own is not None:
            own = self.own
            self.own = Own(own.categories, associations(own.associations), quantified(own.quantified))
        return self

    # Own things: the fields themselves where nothing is inherited

    @property
    def own_categories(self) -> list[str]:
        return self.categories if self.own is None else self.own.categories

    @property
    def own_associations(self) -> Associations:
        return self.associations if self.own is None else self.own.associations

    @property
    def own_quantified(self) -> Quantified:
        return self.quantified if self.own is None else self.own.quantified


class Product(Item):
    __slots__ = ("enabled", "identifier", "uuid")
    kind: Kind = "products"

    def __init__(self, uuid: str, moment: str) -> None:
        super().__init__(moment)
        self.uuid = uuid
        self.identifier: str | None = None
        self.enabled = True

    @property
    def name(self) -> str:
        return self.uuid

    @classmethod
    def of(cls, row: Row, *, sparing: bool = False) -> Product:
        """Take up a stored one; `sparing` decodes no value before somebody asks for it."""
        document = undecoded.decode(row.doc) if sparing else orjson.loads(row.doc)
        product = cls(row.uuid, document["created"])
        product.identifier = row.identifier
        product.enabled = document["enabled"]
        product.groups = document["groups"]
        product.take_up(row, document)
        return product

    def encode(self) -> str:
        values = self.values
        document = {
            "enabled": self.enabled,
            "family": self.family,
            "categories": self.categories,
            "groups": self.groups,
            "parent": self.parent_code,
            "values": values.stored if isinstance(values, Undecoded) else values,
            "created": self.created,
            "updated": self.updated,
        }
        return (undecoded.encode if isinstance(values, Undecoded) else orjson.dumps)(document).decode()


class Model(Item):
    """A product model; `variant` is the code of its family variant. A root's level is 0, a sub model's 1."""

    __slots__ = ("code", "variant")
    kind: Kind = "product_models"

    def __init__(self, code: str, variant: str, moment: str) -> None:
        super().__init__(moment)
        self.code = code
        self.variant = variant

    @property
    def name(self) -> str:
        return self.code

    @property
    def level(self) -> int:
        return 0 if self.parent_code is None else 1

    @classmethod
    def of(cls, row: ModelRow) -> Model:
        document = orjson.loads(row.doc)
        model = cls(row.code, document["family_variant"], document["created"])
        model.take_up(row, document)
        return model

    def encode(self) -> str:
        return orjson.dumps(
            {
                "family": self.family,
                "family_variant": self.variant,
                "parent": self.parent_code,
                "categories": self.categories,
                "values": self.values,
                "created": self.created,
                "updated": self.updated,
            }
        ).decode()


class Row:
    """A product as the tables have it; the document and the associations are JSON in UTF-8."""

    __slots__ = ("associations", "doc", "id", "identifier", "own", "parent_id", "quantified", "uuid")

    def __init__(
        self,
        id: int,
        uuid: str,
        identifier: str | None,
        doc: bytes,
        associations: bytes | None,
        quantified: bytes | None,
        own: bytes | None = None,
        parent_id: int | None = None,
    ) -> None:
        self.id = id
        self.uuid = uuid
        self.identifier = identifier
        self.doc = doc
        self.associations = associations
        self.quantified = quantified
        self.own = own
        self.parent_id = parent_id


class ModelRow:
    """A product model as the tables have it; see Row."""

    __slots__ = ("associations", "code", "doc", "id", "own", "parent_id", "quantified")

    def __init__(
        self,
        id: int,
        code: str,
        doc: bytes,
        associations: bytes | None,
        quantified: bytes | None,
        own: bytes | None = None,
        parent_id: int | None = None,
    ) -> None:
        self.id = id
        self.code = code
        self.doc = doc
        self.associations = associations
        self.quantified = quantified
        self.own = own
        self.parent_id = parent_id


class Stored:
    """What the link tables hold for a product or model, to write differences."""

    __slots__ = ("associations", "categories", "family", "groups", "identifier", "parent_id", "quantified")

    def __init__(self, item: Item) -> None:
        self.identifier = item.identifier if isinstance(item, Product) else None
        self.family = item.family
        self.categories = item.categories
        self.groups = item.groups
        self.associations = item.associations
        self.quantified = item.quantified
        self.parent_id = item.parent_id


# Whose axes those are: the kind and name of a product or model, and how a message calls it.
Sibling = tuple[Kind, str, str]


class World:
    """Everything lines are decided against. A line that is accepted changes it for those after it.

    `identifiers` maps folded identifiers to uuids, of loaded products and of any other that a line names;
    `others` are the uuids of those others; `holders` maps (attribute id, value key) to the uuid that has it.
    Models are found by folded code, `other_models` are those that are only pointed at; `siblings` maps the code of
    a model and a combination of axes to the child that has it.
    `changed` are the products that lines have changed, `touched` those where only something inherited is different.
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
        self.touched: dict[str, Product] = {}
        # As they were read, for conditions of the write.
        self.rows: dict[tuple[Kind, str], Row | ModelRow] = {}
        self.models: dict[str, Model] = {}
        self.models_by_id: dict[int, Model] = {}
        self.other_models: dict[str, tuple[str, int]] = {}
        self.siblings: dict[tuple[str, str], Sibling] = {}
        self.changed_models: dict[str, Model] = {}
        self.touched_models: dict[str, Model] = {}

    def load(self, row: Row) -> None:
        # Of a variant all values are compared with those of its models.
        product = Product.of(row, sparing=row.parent_id is None)
        self.products[product.uuid] = product
        self.rows["products", product.uuid] = row
        if product.identifier is not None:
            self.identifiers[fold(product.identifier)] = product.uuid

    def load_model(self, row: ModelRow) -> None:
        model = Model.of(row)
        self.models[fold(model.code)] = model
        self.rows["product_models", model.code] = row
        self.models_by_id[row.id] = model

    def find_parents(self) -> None:
        """Let every loaded product and model know its parent, as far as that is loaded."""
        for item in (*self.products.values(), *self.models.values()):
            if item.parent_id is not None and item.parent is None:
                item.parent = self.models_by_id.get(item.parent_id)

    def mention(self, id: int, uuid: str, identifier: str | None) -> None:
        """Take note of a product that a line points at or whose identifier it wants."""
        self.others[uuid] = id
        if identifier is not None:
            self.identifiers[fold(identifier)] = uuid

    def resolve(self, target: Target) -> str | None:
        """Find the product or model that a line points at, as the lines before have left it."""
        if target.by == "code":
            model = self.models.get(fold(target.name))
            return model.code if model is not None else self.other_models.get(fold(target.name), (None, 0))[0]
        if target.by != "uuid":
            uuid = self.identifiers.get(fold(target.name))
            if uuid is not None or target.by == "identifier":
                return uuid if uuid in self.products or uuid in self.others else None
        uuid = target.name.lower()
        return uuid if uuid in self.products or uuid in self.others else None

    def rename(self, product: Product, identifier: str | None) -> None:
        if product.identifier is not None:
            self.identifiers.pop(fold(product.identifier), None)
        if identifier is not None:
            self.identifiers[fold(identifier)] = product.uuid
        product.identifier = identifier

    def id_of(self, kind: Kind, name: str) -> int | None:
        """Give the id of a product (by uuid) or model (by code) that has been loaded or mentioned."""
        if kind == "product_models":
            model = self.models.get(fold(name))
            return model.id if model is not None else self.other_models.get(fold(name), ("", None))[1]
        product = self.products.get(name)
        return product.id if product is not None else self.others.get(name)

    def item(self, kind: Kind, name: str) -> Item | None:
        """Give a loaded product by uuid or model by code."""
        return self.models.get(fold(name)) if kind == "product_models" else self.products.get(name)

    def change(self, item: Item) -> None:
        """Note that a line has changed a product or model, or made it."""
        item.updated = self.moment
        if isinstance(item, Model):
            self.models[fold(item.code)] = self.changed_models[fold(item.code)] = item
        elif isinstance(item, Product):
            self.products[item.uuid] = self.changed[item.uuid] = item

    def touch(self, item: Item) -> None:
        """Note that something inherited is different in a loaded product or model."""
        if isinstance(item, Model):
            self.touched_models[fold(item.code)] = item
        elif isinstance(item, Product):
            self.touched[item.uuid] = item


def stored_data(values: Values, slot: Slot) -> Any:
    """Give the data a slot holds, None when it holds none."""
    for entry in values.get(slot.field.code, ()):
        if entry["scope"] == slot.scope and entry["locale"] == slot.locale:
            return entry["data"]
    return None
