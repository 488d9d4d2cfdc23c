"""Associations, plain and quantified: reading what is asked for, merging it, printing it (api-products 5.1, 5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from limen.kit.errors import Misshaped, Violation
from limen.products.rules.kinds import json_name
from limen.structure.rules import AssociationType, Structure

KINDS = ("products", "product_models", "groups")
MOST_LINKS = 100
MOST_QUANTITY = 2_147_483_647

# What an association leads to, but for groups; and what has associations.
Kind = Literal["products", "product_models"]
QUANTIFIED_KINDS: tuple[Kind, ...] = ("products", "product_models")
# As stored: type code → kind → targets (products by uuid, models by code), empty ones left out.
Associations = dict[str, dict[str, list[str]]]
# As stored: type code → kind → `{"uuid" | "identifier", "quantity"}`.
Quantified = dict[str, dict[str, list[dict[str, Any]]]]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Target:
    """A product as a caller named it: by uuid (lower case), by identifier (as sent) or by either of them; or a product
    model by its code."""

    by: Literal["uuid", "identifier", "either", "code"]
    name: str

    @property
    def kind(self) -> Kind:
        return "product_models" if self.by == "code" else "products"


@dataclass(frozen=True, slots=True)
class Link:
    """A quantified link as sent."""

    target: Target
    quantity: int


# What a body asks for: type → kind → the whole new list.
AssociationPatch = dict[str, dict[str, list[Any]]]
QuantifiedPatch = dict[str, dict[str, list[Link]]]

# Turns a product as named into its uuid, a model into its code, None when there is none.
Resolve = Callable[[Target], str | None]


def read_associations(value: Any, flavour: str, structure: Structure) -> AssociationPatch:
    """Read `associations`. Types are canonical, groups too; products and models are Targets."""
    patch: AssociationPatch = {}
    for code, kinds in _map(value, 'The property "associations" expects an object').items():
        known = structure.association_type(code)
        if known is None or known.is_quantified:
            raise Misshaped(f'The association type "{code}" does not exist or is quantified.')
        if kinds.__class__ is not dict or not _known_kinds(kinds, flavour):
            raise Misshaped(f'The format of the association type "{code}" is not valid: send {", ".join(KINDS)}.')
        if "products" in kinds and "product_uuids" in kinds and flavour == "uuid":
            raise Misshaped(f'The association type "{code}" takes "products" or "product_uuids", not both.')
        lists = patch.setdefault(known.code, {})
        for kind in _known_kinds(kinds, flavour):
            stored_kind = "products" if kind == "product_uuids" else kind
            lists[stored_kind] = _read_targets(code, kind, kinds[kind], flavour, structure)
    return patch


def _known_kinds(kinds: Mapping[str, Any], flavour: str) -> list[str]:
    allowed = (*KINDS, "product_uuids") if flavour == "uuid" else KINDS
    return [kind for kind in kinds if kind in allowed]


def _read_targets(code: str, kind: str, targets: Any, flavour: str, structure: Structure) -> list[Any]:
    if targets.__class__ is not list and targets != {}:
        found = json_name(targets)
        raise Misshaped(f'The property "{kind}" in the association "{code}" expects an array, and found {found}.')
    for target in targets:
        if target.__class__ is not str:
            raise Misshaped(f'The property "{kind}" in the association "{code}" expects an array of strings.')
    if kind == "groups":
        return [_group(code, one, structure) for one in targets]
    if kind == "product_models":
        return [Target("code", one) for one in targets]
    if flavour == "identifier":
        return [Target("identifier", one) for one in targets]
    if flavour == "code":
        # Models name products by identifier; a uuid that is no identifier is taken as one, too.
        return [Target("either" if _UUID.fullmatch(one.lower()) else "identifier", one) for one in targets]
    for one in targets:
        if not _UUID.fullmatch(one.lower()):
            raise Misshaped(f'The association "{code}" expects valid uuids as products, and "{one}" is none.')
    return [Target("uuid", one.lower()) for one in targets]


def _group(code: str, sent: str, structure: Structure) -> str:
    group = structure.group(sent)
    if group is None:
        raise Misshaped(f'The group "{sent}" in the association "{code}" does not exist.')
    return group.code


def read_quantified(value: Any) -> QuantifiedPatch:
    """Read `quantified_associations`: its shape only, the rest are rules (see `broken_quantified`)."""
    patch: QuantifiedPatch = {}
    for code, kinds in _map(value, 'The property "quantified_associations" expects an object').items():
        if kinds.__class__ is not dict and kinds != []:
            raise Misshaped(f'The quantified association "{code}" expects an object, and found {json_name(kinds)}.')
        lists = patch.setdefault(code, {})
        for kind, sent in dict(kinds).items():
            if sent.__class__ is not list:
                raise Misshaped(f'The property "{kind}" in the quantified association "{code}" expects an array.')
            lists[kind] = [_read_link(code, kind, one) for one in sent] if kind in QUANTIFIED_KINDS else []
    return patch


def _read_link(code: str, kind: str, link: Any) -> Link:
    where = f'the quantified association "{code}"'
    if link.__class__ is not dict:
        raise Misshaped(f"A link in {where} must be an object, and is {json_name(link)}.")
    if "quantity" not in link:
        raise Misshaped(f'A link in {where} has no "quantity".')
    if link["quantity"].__class__ is not int:
        raise Misshaped(f"A quantity in {where} must be an integer, and is {json_name(link['quantity'])}.")
    return Link(_read_link_target(where, kind, link), link["quantity"])


def _read_link_target(where: str, kind: str, link: dict[str, Any]) -> Target:
    by_uuid = link.get("uuid") if kind == "products" else None
    if by_uuid is not None:
        if by_uuid.__class__ is not str or not _UUID.fullmatch(by_uuid.lower()):
            raise Misshaped(f"A link in {where} expects a valid uuid.")
        return Target("uuid", by_uuid.lower())
    name = link.get("identifier")
    if name is None and kind == "product_models":
        # Documentation of the target shows `code` here and there.
        name = link.get("code")
    if name is None:
        raise Misshaped(f'A link in {where} has neither "identifier" nor "uuid".')
    if name.__class__ is not str:
        raise Misshaped(f"An identifier in {where} must be a string, and is {json_name(name)}.")
    return Target("identifier" if kind == "products" else "code", name)


def _map(value: Any, expects: str) -> dict[str, Any]:
    if value.__class__ is dict:
        return dict(value)
    if value == []:
        return {}
    raise Misshaped(f"{expects}, and found {json_name(value)}.")


def targets_of(associations: AssociationPatch, quantified: QuantifiedPatch) -> Iterator[Target]:
    """Walk every product and model that is named."""
    for lists in associations.values():
        for kind in QUANTIFIED_KINDS:
            yield from lists.get(kind, ())
    for links in quantified.values():
        for kind in QUANTIFIED_KINDS:
            yield from (link.target for link in links.get(kind, ()))


# Deciding


def merge_associations(
    stored: Associations,
    patch: AssociationPatch,
    own: tuple[Kind, str],
    resolve: Resolve,
    structure: Structure,
    inherited: Associations,
) -> Associations:
    """Give the associations after the patch: each list that is mentioned is replaced. Raises Misshaped.

    `own` is the kind and name of what has them. What it is linked with by its model counts as `inherited`: that may be
    itself, when both are linked with each other.
    """
    merged = {code: dict(kinds) for code, kinds in stored.items()}
    for code, lists in patch.items():
        kinds = merged.setdefault(code, {})
        for kind, targets in lists.items():
            if kind == "groups":
                kinds[kind] = sorted(set(targets))
            else:
                allowed = own[1] in inherited.get(code, {}).get(own[0], ())
                kinds[kind] = sorted(set(_resolved(code, targets, None if allowed else own, resolve, structure)))
    return without_empty(merged)


def _resolved(
    code: str, targets: list[Target], own: tuple[Kind, str] | None, resolve: Resolve, structure: Structure
) -> Iterator[str]:
    for target in targets:
        name = resolve(target)
        if name is None:
            message = f'The {_WORDS[target.kind]} "{target.name}" in the association "{code}" does not exist.'
            unknown = Misshaped(message)
            if target.kind == "products":
                raise unknown.watched_as("business", product_identifier=target.name)
            raise unknown
        if (target.kind, name) == own and structure.association_types[code].is_two_way:
            raise Misshaped(
                f'The two-way association "{code}" needs two different {_WORDS[target.kind]}s.', help="glossary.html"
            ).watched_as("technical")
        yield name


_WORDS: Mapping[str, str] = {"products": "product", "product_models": "product model"}


def without_empty(associations: Associations) -> Associations:
    kept = {code: {kind: targets for kind, targets in kinds.items() if targets} for code, kinds in associations.items()}
    return {code: kept[code] for code in sorted(kept) if kept[code]}


def ends_of(associations: Associations, types: Iterable[AssociationType]) -> set[tuple[str, Kind, str]]:
    """Give (type code, kind, name) of what associations of some types lead to, groups left out."""
    return {
        (one.code, kind, name)
        for one in types
        for kind in QUANTIFIED_KINDS
        for name in associations.get(one.code, {}).get(kind, ())
    }


def with_target(associations: Associations, code: str, kind: Kind, name: str, *, linked: bool) -> Associations:
    """Give the associations with one target added to a type, or taken out of it."""
    kinds = dict(associations.get(code, {}))
    others = [one for one in kinds.get(kind, ()) if one != name]
    kinds[kind] = sorted([*others, name]) if linked else others
    return without_empty({**associations, code: kinds})


def without_targets(associations: Associations, kind: Kind, names: Collection[str]) -> Associations:
    """Give the associations without those that lead to some products or models."""
    return without_empty(
        {
            code: {
                found: [one for one in targets if found != kind or one not in names] for found, targets in kinds.items()
            }
            for code, kinds in associations.items()
        }
    )


def without_links(quantified: Quantified, kind: Kind, names: Collection[str]) -> Quantified:
    """Give the quantified links without those that lead to some products or models."""
    key = NAMED_BY[kind]
    kept = {
        code: {
            found: [link for link in links if found != kind or link[key] not in names] for found, links in kinds.items()
        }
        for code, kinds in quantified.items()
    }
    return only_links(kept)


def with_renamed_model(associations: Associations, old: str, new: str) -> Associations:
    """Give the associations with another code for a product model."""
    return {
        code: {
            kind: sorted(new if one == old else one for one in targets) if kind == "product_models" else targets
            for kind, targets in kinds.items()
        }
        for code, kinds in associations.items()
    }


def with_renamed_link(quantified: Quantified, old: str, new: str) -> Quantified:
    """Give the quantified links with another code for a product model."""
    key = NAMED_BY["product_models"]
    return {
        code: {
            kind: [{**one, key: new} if kind == "product_models" and one[key] == old else one for one in found]
            for kind, found in kinds.items()
        }
        for code, kinds in quantified.items()
    }


# By which member a stored quantified link names its target.
NAMED_BY: Mapping[str, str] = {"products": "uuid", "product_models": "identifier"}


def only_links(quantified: Quantified) -> Quantified:
    kept = {code: {kind: links for kind, links in kinds.items() if links} for code, kinds in quantified.items()}
    return {code: kept[code] for code in sorted(kept) if kept[code]}


def merge_quantified(
    stored: Quantified, patch: QuantifiedPatch, resolve: Resolve, structure: Structure
) -> tuple[Quantified, list[Violation]]:
    """Give the quantified links after the patch, and what it breaks; see merge_associations."""
    merged = {code: dict(kinds) for code, kinds in stored.items()}
    violations: list[Violation] = []
    for sent, lists in patch.items():
        known = structure.association_type(sent)
        path = f"quantifiedAssociations.{sent}"
        if known is None or not known.is_quantified:
            what = "does not exist" if known is None else "is not quantified"
            violations.append(Violation(path, "link.type", f'The association type "{sent}" {what}.'))
            continue
        kinds = merged.setdefault(known.code, {})
        for kind, links in lists.items():
            if kind not in NAMED_BY:
                message = f'"{kind}" is not possible here: only {" and ".join(QUANTIFIED_KINDS)} are.'
                violations.append(Violation(path, "link.kind", message))
            else:
                kinds[kind], broken = _quantified_list(path, kind, links, resolve)
                violations.extend(broken)
        if sum(map(len, kinds.values())) > MOST_LINKS:
            message = f'The association type "{sent}" holds at most {MOST_LINKS} links.'
            violations.append(Violation(path, "link.too_many", message))
    return only_links(merged), violations


def _quantified_list(
    path: str, kind: str, links: list[Link], resolve: Resolve
) -> tuple[list[dict[str, Any]], list[Violation]]:
    stored: dict[str, dict[str, Any]] = {}
    unknown: list[str] = []
    violations: list[Violation] = []
    for index, link in enumerate(links):
        if not 1 <= link.quantity <= MOST_QUANTITY:
            message = f"The quantity must be from 1 to {MOST_QUANTITY}."
            violations.append(Violation(f"{path}.{kind}[{index}].quantity", "link.quantity", message))
        name = resolve(link.target)
        if name is None:
            unknown.append(link.target.name)
        else:
            # The same target twice: the last one counts.
            stored[name] = {NAMED_BY[kind]: name, "quantity": link.quantity}
    if unknown:
        message = f"These {_WORDS[kind]}s do not exist: {', '.join(unknown)}."
        violations.append(Violation(f"{path}.{kind}", "link.unknown", message))
    return list(stored.values()), violations


# Printing


def shown_associations(
    associations: Associations, structure: Structure, identifiers: Mapping[str, str | None], *, by_uuid: bool
) -> dict[str, dict[str, list[str | None]]]:
    """Print associations: every plain type with its three lists, products by identifier (without one first)."""
    shown: dict[str, dict[str, list[str | None]]] = {}
    for code in plain_types(structure):
        kinds = associations.get(code, {})
        uuids = [uuid for uuid in kinds.get("products", ()) if uuid in identifiers]
        uuids.sort(key=lambda uuid: (identifiers[uuid] is not None, identifiers[uuid] or "", uuid))
        shown[code] = {
            "products": list(uuids) if by_uuid else [identifiers[uuid] for uuid in uuids],
            "product_models": list(kinds.get("product_models", ())),
            "groups": [group for group in kinds.get("groups", ()) if group in structure.groups],
        }
    return shown


def shown_quantified(
    quantified: Quantified, structure: Structure, identifiers: Mapping[str, str | None], *, by_uuid: bool
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Print quantified links: only types that have any, each with both lists."""
    shown: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for code in sorted(quantified):
        if code not in structure.association_types:
            continue
        products = [link for link in quantified[code].get("products", ()) if link["uuid"] in identifiers]
        if not by_uuid:
            products = [{"identifier": identifiers[one["uuid"]], "quantity": one["quantity"]} for one in products]
        models = list(quantified[code].get("product_models", ()))
        if products or models:
            shown[code] = {"products": products, "product_models": models}
    return shown


def plain_types(structure: Structure) -> list[str]:
    return sorted(one.code for one in structure.association_types.values() if not one.is_quantified)


def linked_names(associations: Associations, quantified: Quantified) -> Iterator[tuple[str, Kind, str]]:
    """Walk what is pointed at: (type code, kind, uuid or code)."""
    for kind in QUANTIFIED_KINDS:
        for code, kinds in associations.items():
            yield from ((code, kind, name) for name in kinds.get(kind, ()))
        for code, links in quantified.items():
            yield from ((code, kind, link[NAMED_BY[kind]]) for link in links.get(kind, ()))


def linked_uuids(associations: Associations, quantified: Quantified) -> Iterator[str]:
    """Walk the uuids of all products that are pointed at."""
    return (name for _, kind, name in linked_names(associations, quantified) if kind == "products")
