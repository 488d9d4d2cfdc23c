"""What an edge hands in: bodies with the key that says which product each is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from limen.kit.errors import Misshaped, Refused, Unprocessable
from limen.products.rules.kinds import json_name
from limen.products.rules.reading import PROPERTY, SHAPE, UUID, Flavour, JsonObject, Patch, read_identifier, read_patch
from limen.products.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the identifier or uuid of the address or the line; None where a body alone decides (POST).

    `new` says that the product must not exist yet (POST).
    """

    body: JsonObject
    key: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line: a status (201 created, 204 updated or unchanged, 424 good but not written because of
    others) or the refusal.

    `uuid` and `identifier` are those of the product after the line; None with a refusal.
    """

    outcome: int | Refused
    uuid: str | None = None
    identifier: str | None = None


def read_line(line: Line, flavour: Flavour, book: Rulebook) -> tuple[Patch, str | None]:
    """Read a line into its patch and the key of its product. Raises the refusals that need no product to be known."""
    if flavour == "uuid":
        return _by_uuid(line, book)
    return _by_identifier(line, book)


def _by_uuid(line: Line, book: Rulebook) -> tuple[Patch, str | None]:
    sent: Any = line.body.get("uuid")
    if line.key is not None and isinstance(sent, str) and sent.lower() != line.key.lower():
        raise Unprocessable(f'The uuid "{sent}" of the body must match the uuid "{line.key}" of the address.')
    patch = read_patch(line.body, "uuid", book)
    uuid = sent if sent is not None else line.key
    if uuid is None:
        return patch, None
    if not isinstance(uuid, str) or not re.fullmatch(UUID, uuid.lower()):
        shown = f'"{uuid}"' if isinstance(uuid, str) else json_name(uuid)
        patch.problems.insert(0, (SHAPE, Misshaped(f'The property "uuid" expects a valid uuid, and found {shown}.')))
        return patch, None
    return patch, uuid.lower()


def _by_identifier(line: Line, book: Rulebook) -> tuple[Patch, str | None]:
    sent = line.body.get("identifier")
    patch = read_patch(line.body, "identifier", book)
    if line.new:
        if sent is None or (isinstance(sent, str) and not sent.strip()):
            message = 'The property "identifier" is required here. Use the endpoints by uuid for products without one.'
            patch.problems.insert(0, (SHAPE, Misshaped(message, help="api.html#post_products_uuid")))
            return patch, None
    elif "identifier" in line.body and (sent is None or sent == ""):
        message = 'The property "identifier" must not be empty here. Use the endpoints by uuid to remove it.'
        patch.problems.insert(0, (PROPERTY, Misshaped(message, help="api.html#patch_products_uuid__uuid_")))
        return patch, line.key
    if sent is not None and not isinstance(sent, str):
        message = f'The property "identifier" expects a string, and found {json_name(sent)}.'
        patch.problems.insert(0, (PROPERTY, Misshaped(message)))
        return patch, line.key
    if isinstance(sent, str):
        read_identifier(patch, sent, book)
    return patch, line.key if line.key is not None else sent
