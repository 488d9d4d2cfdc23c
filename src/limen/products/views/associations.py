"""What a product is associated with, by type, as its page shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from limen.kit.web import language
from limen.products import queries
from limen.products.queries import ProductName
from limen.products.views import names
from limen.products.views.seen import Seen


@dataclass(frozen=True, slots=True)
class Target:
    """One end of an association: `id` as stored, and how many where the type counts."""

    id: str
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """What an association leads to; `url` is empty for what has no page yet."""

    name: str
    known_by: str = ""
    family: str = ""
    url: str = ""
    image: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class AssociationView:
    """All that one type leads to. `counted`: with quantities."""

    name: str
    counted: bool
    products: tuple[Linked, ...]
    models: tuple[Linked, ...]
    groups: tuple[Linked, ...]

    @property
    def count(self) -> int:
        return len(self.products) + len(self.models) + len(self.groups)


def associations(seen: Seen) -> list[AssociationView]:
    """Give every type that leads anywhere, by name. 1 query, for how the products are called."""
    by_type = [
        *((code, False, kinds) for code, kinds in seen.associations.items()),
        *((code, True, kinds) for code, kinds in seen.quantified.items()),
    ]
    targets = [
        (code, counted, {kind: _targets(found) for kind, found in kinds.items()}) for code, counted, kinds in by_type
    ]
    uuids = {one.id for _, _, kinds in targets for one in kinds.get("products", ())}
    called = _called(uuids, seen)
    found = [_association(code, counted, kinds, called, seen) for code, counted, kinds in targets]
    return sorted((one for one in found if one.count), key=lambda one: one.name.casefold())


def names_of(uuids: Collection[str], seen: Seen) -> dict[str, str]:
    """Give how products are called, by uuid. 1 query, none for no uuids."""
    return {uuid: _name(product) for uuid, product in _called(uuids, seen).items()}


def _called(uuids: Collection[str], seen: Seen) -> Mapping[str, ProductName]:
    context = seen.context
    return queries.names(uuids, channel=context.channel.code, locale=context.locale, structure=seen.structure)


def _targets(found: Sequence[Any]) -> list[Target]:
    """Read codes and uuids as they are, and the records of quantified associations."""
    return [
        Target(str(one.get("uuid") or one.get("identifier")), language.number(one.get("quantity")))
        if isinstance(one, dict)
        else Target(str(one))
        for one in found
    ]


def _association(
    code: str, counted: bool, kinds: Mapping[str, list[Target]], called: Mapping[str, ProductName], seen: Seen
) -> AssociationView:
    kind = seen.structure.association_type(code)
    groups = (names.group_name(seen.structure, one.id, seen.context) for one in kinds.get("groups", ()))
    return AssociationView(
        name=names.labels_in(kind.labels if kind else {}, seen.context, code),
        counted=counted,
        products=tuple(
            _linked(called[one.id], one.quantity, seen) for one in kinds.get("products", ()) if one.id in called
        ),
        models=tuple(
            Linked(one.id, quantity=one.quantity, url=f"{reverse('products:model', args=[one.id])}?{seen.query}")
            for one in kinds.get("product_models", ())
        ),
        groups=tuple(Linked(name) for name in groups),
    )


def _linked(product: ProductName, quantity: str, seen: Seen) -> Linked:
    locale = seen.context.locale
    return Linked(
        name=_name(product),
        known_by=product.identifier or product.uuid,
        family=names.family_name(seen.structure, product.family_code, locale) if product.family_code else "",
        url=f"{reverse('products:product', args=[product.uuid])}?{seen.query}",
        image=reverse("products:media", args=[product.image]) if product.image else "",
        quantity=quantity,
    )


def _name(product: ProductName) -> str:
    return product.label or f"[{product.identifier or product.uuid}]"
