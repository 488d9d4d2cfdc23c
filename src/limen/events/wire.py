"""A change as the feed prints it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import orjson

from limen.kit.clock import iso

# What is told of a thing that is gone, as far as its event knows it: nobody can ask for it any more.
_LAST_KNOWN = ("identifier", "family", "family_variant", "parent", "categories")


# What of a thing that connectors know it by can change.
_NAMED_BY = {"product": "identifier", "product_model": "code"}


class Event(Protocol):
    """What is printed of a row of the table."""

    id: int
    kind: str
    subject: str
    author: str
    at: datetime
    data: str


def change(event: Event) -> bytes:
    """Encode one change."""
    area, _, name = event.subject.partition(":")
    operation = event.kind.rpartition(".")[2]
    data = orjson.loads(event.data)
    item: dict[str, object] = {"seq": event.id, "resource": area}
    if area == "product":
        item |= {"uuid": name, "identifier": data.get("identifier")}
    elif area == "attribute_option":
        attribute, _, code = name.partition(":")
        item |= {"attribute": attribute, "code": code}
    else:
        item["code"] = name
    item["operation"] = operation
    if operation == "deleted":
        item |= {key: data[key] for key in _LAST_KNOWN if key in data}
    elif operation == "updated":
        changes = data.get("changes", [])
        item["changed"] = [one["path"] for one in changes]
        named_by = _NAMED_BY.get(area)
        renamed = [one["before"] for one in changes if one["path"] == named_by]
        if renamed:
            item[f"previous_{named_by}"] = renamed[0]
    item |= {"at": iso(event.at), "actor": event.author}
    return orjson.dumps(item)
