"""What a product or model was created with: told by how it is now and what has changed since. Pure.

Creations would be slower, and events twice as large, if each kept a copy of what it made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from limen.products.rules.carrying import Change
from limen.products.rules.inheriting import own_attributes
from limen.products.rules.rulebook import Rulebook, Values
from limen.products.rules.world import Item, Model, Product

# By path, as in changes: what there is; empty is as good as absent.
State = dict[str, Any]


def state_of(item: Item, book: Rulebook) -> State:
    """Give what is a product's or model's own. A variant or sub model needs its parent."""
    mine = own_attributes(item, book)
    own = {code: entries for code, entries in item.values.items() if mine is None or code in mine}
    return {
        **_named(item),
        "parent": item.parent_code,
        "categories": item.own_categories,
        "groups": item.groups,
        **dict(_values(own, book)),
        **_linked(item.own_associations, item.own_quantified),
    }


def state_at_deletion(data: Mapping[str, Any], book: Rulebook) -> State:
    """Give what the event of a deletion keeps. Of a variant it keeps what it had from its models as well."""
    document = data["document"]
    known = ("family", "family_variant", "parent", "enabled", "categories", "groups")
    return {
        "identifier": data.get("identifier"),
        **{name: document[name] for name in known if name in document},
        **dict(_values(document["values"], book)),
        **_linked(data["associations"], data["quantified_associations"]),
    }


def take_back(state: State, changes: Sequence[Mapping[str, Any]]) -> None:
    """Bring a state to where it was before some changes."""
    for one in reversed(changes):
        state[one["path"]] = one["before"]


def beginning(state: State) -> list[Change]:
    """Give the state as changes of nothing; the code of a model is no change of it."""
    return [Change(path, None, data) for path, data in state.items() if path != "code" and data not in (None, [], {})]


def _named(item: Item) -> State:
    if isinstance(item, Product):
        return {"identifier": item.identifier, "family": item.family, "enabled": item.enabled}
    return {"family_variant": item.variant} if isinstance(item, Model) else {}


def _values(values: Values, book: Rulebook) -> Iterator[tuple[str, Any]]:
    # The identifier has been told.
    return ((slot.path, entry["data"]) for slot, entry in book.placed(values) if slot is not book.identifier_slot)


def _linked(associations: Mapping[str, Any], quantified: Mapping[str, Any]) -> State:
    return {
        **{f"associations.{code}": kinds for code, kinds in associations.items()},
        "quantified_associations": quantified,
    }
