"""The history of a product, as people read it: event rows → who did what to which value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from limen.kit.web import language
from limen.products.forms import Context
from limen.products.views import names, values
from limen.products.views.values import Looked
from limen.structure.rules import Attribute, Structure

KINDS = {
    "product.created": gettext_lazy("created the product"),
    "product.updated": gettext_lazy("changed the product"),
    "product.deleted": gettext_lazy("deleted the product"),
    "product_model.created": gettext_lazy("created the product model"),
    "product_model.updated": gettext_lazy("changed the product model"),
}
PROPERTIES = {
    "identifier": gettext_lazy("Identifier"),
    "family": gettext_lazy("Family"),
    "family_variant": gettext_lazy("Family variant"),
    "parent": gettext_lazy("Parent"),
    "enabled": gettext_lazy("Enabled"),
    "categories": gettext_lazy("Categories"),
    "groups": gettext_lazy("Groups"),
    "associations": gettext_lazy("Associations"),
    "quantified_associations": gettext_lazy("Quantified associations"),
}


# Characters of a text that are shown at once.
LONG = 240
# Changes of one event that are shown at once.
MANY = 8


class EventRow(Protocol):
    """What of an event is read here."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def author_kind(self) -> str: ...
    @property
    def author_name(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def data(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Text:
    """What stood there; empty for nothing. A long one is shown by its `start`, and opens."""

    whole: str

    @property
    def start(self) -> str:
        return "" if len(self.whole) <= LONG else self.whole[: LONG - 40].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Change:
    """`name` of what changed, `where` its channel and locale."""

    name: str
    where: str
    before: Text
    after: Text


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `by_connection` tells a connection from a person, `by_limen` says it was neither."""

    id: int
    what: str
    who: str
    by_connection: bool
    by_limen: bool
    at: datetime
    changes: tuple[Change, ...]

    @property
    def first_changes(self) -> tuple[Change, ...]:
        return self.changes if len(self.changes) <= MANY + 2 else self.changes[:MANY]

    @property
    def other_changes(self) -> tuple[Change, ...]:
        return self.changes[len(self.first_changes) :]


def history(events: Sequence[EventRow], looked: Looked) -> list[Happened]:
    """Give events as read, in their order."""
    return [
        Happened(
            id=event.id,
            what=str(KINDS.get(event.kind, event.kind)),
            who=event.author_name,
            by_connection=event.author_kind == "api",
            by_limen=event.author_kind == "system",
            at=event.at,
            changes=tuple(_change(one, looked) for one in _changes_in(event)),
        )
        for event in events
    ]


def products_in(events: Iterable[EventRow]) -> set[str]:
    """Give the uuids of the products that changes of associations speak of."""
    return {
        str(one.get("uuid")) if isinstance(one, dict) else str(one)
        for event in events
        for change in _changes_in(event)
        if change["path"].startswith(("associations.", "quantified_associations"))
        for side in (change.get("before"), change.get("after"))
        for one in _products_of(side)
    }


def _products_of(data: Any) -> list[Any]:
    if not isinstance(data, dict):
        return []
    found = data.get("products", [])
    return [*found, *(one for kinds in data.values() if isinstance(kinds, dict) for one in kinds.get("products", []))]


def values_in(events: Iterable[EventRow]) -> list[tuple[str, object]]:
    """Give the (attribute code, data) of all changes, for what must be looked up before they are shown."""
    found: list[tuple[str, object]] = []
    for event in events:
        for change in _changes_in(event):
            kind, _dot, rest = change["path"].partition(".")
            if kind == "values":
                code = rest.partition(".")[0]
                found += [(code, change.get("before")), (code, change.get("after"))]
    return found


def _changes_in(event: EventRow) -> list[Mapping[str, Any]]:
    data = json.loads(event.data or "{}")
    changes = data.get("changes", []) if isinstance(data, dict) else []
    return [one for one in changes if isinstance(one, dict) and isinstance(one.get("path"), str)]


def _change(change: Mapping[str, Any], looked: Looked) -> Change:
    kind, _dot, rest = change["path"].partition(".")
    before, after = change.get("before"), change.get("after")
    if kind == "values":
        return _value_change(rest, before, after, looked)
    name = " · ".join(part for part in (str(PROPERTIES.get(kind, kind)), _type_name(rest, looked)) if part)
    show = SHOWERS.get(kind, _as_text)
    return Change(name, "", Text(show(before, looked)), Text(show(after, looked)))


def _value_change(path: str, before: object, after: object, looked: Looked) -> Change:
    """The path is the attribute's code, then its locale, then its channel, where it has them."""
    code, *places = path.split(".")
    structure, context = looked.structure, looked.context
    attribute = structure.attribute(code)
    if attribute is None:
        return Change(f"[{code}]", " · ".join(places), Text(_as_text(before, looked)), Text(_as_text(after, looked)))
    channel, where = _where(places, structure, context)
    old, new = (_value_text(attribute, data, channel, looked) for data in (before, after))
    if old == new:
        # What changed is not seen by who reads: markup, a space. Show it as it is written.
        old, new = _as_text(before, looked), _as_text(after, looked)
    return Change(names.labels_in(attribute.labels, context, attribute.code), where, Text(old), Text(new))


def _value_text(attribute: Attribute, data: object, channel: str | None, looked: Looked) -> str:
    shown = values.show(attribute, data, looked, channel)
    # What cannot be shown any more, as a deleted option, is said by its code.
    return re.sub(r"\n{2,}", "\n", shown.text) if shown else _as_text(data, looked)


def _where(places: Iterable[str], structure: Structure, context: Context) -> tuple[str | None, str]:
    channel, others = None, []
    for place in places:
        if structure.locale(place):
            others.append(language.locale_name(place))
        elif found := structure.channel(place):
            channel = found.code
            others.insert(0, names.channel_name(found, context.locale))
        elif place not in ("", "null", "None"):
            others.append(place)
    return channel, " · ".join(others)


def _type_name(code: str, looked: Looked) -> str:
    kind = looked.structure.association_type(code) if code else None
    return names.labels_in(kind.labels if kind else {}, looked.context, code) if code else ""


def _links(data: Any, looked: Looked) -> str:
    """Read `{"products": […], "product_models": […], "groups": […]}` as names, each on its line: they have commas."""
    if not isinstance(data, dict):
        return _as_text(data, looked)
    return "\n".join(_link(kind, one, looked) for kind, found in data.items() for one in found)


def _counted_links(data: Any, looked: Looked) -> str:
    """Read `{"BUNDLE": {"products": […]}}` as names with their type and quantity."""
    if not isinstance(data, dict):
        return _as_text(data, looked)
    return "\n".join(
        f"{_type_name(code, looked)}: {_link(kind, one, looked)}"
        for code, kinds in data.items()
        for kind, found in kinds.items()
        for one in found
    )


def _link(kind: str, target: Any, looked: Looked) -> str:
    counted = isinstance(target, dict)
    id = str(target.get("uuid") or target.get("identifier")) if counted else str(target)
    name = names.group_name(looked.structure, id, looked.context) if kind == "groups" else looked.products.get(id, id)
    return f"{target.get('quantity')} × {name}" if counted else name


def _family(data: object, looked: Looked) -> str:
    return names.family_name(looked.structure, str(data), looked.context.locale) if data else ""


def _variant(data: object, looked: Looked) -> str:
    return names.variant_name(looked.structure, str(data), looked.context) if data else ""


def _categories(data: Any, looked: Looked) -> str:
    return ", ".join(names.category_name(looked.structure, code, looked.context) for code in data or ())


def _groups(data: Any, looked: Looked) -> str:
    return ", ".join(names.group_name(looked.structure, code, looked.context) for code in data or ())


def _yes_no(data: object, looked: Looked) -> str:
    return "" if data is None else _("Yes") if data else _("No")


def _as_text(data: object, looked: Looked) -> str:
    if data is None or data == [] or data == {}:
        return ""
    if isinstance(data, list) and all(isinstance(one, str) for one in data):
        return ", ".join(data)
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


SHOWERS: Mapping[str, Callable[[Any, Looked], str]] = {
    "family": _family,
    "family_variant": _variant,
    "categories": _categories,
    "groups": _groups,
    "enabled": _yes_no,
    "associations": _links,
    "quantified_associations": _counted_links,
}
