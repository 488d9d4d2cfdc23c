"""What an edge hands in: bodies with the key that says which product each is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from limen.kit.conditions import UNCONDITIONAL, Conditions
from limen.kit.errors import Misshaped, Refused, Unprocessable, Violation
from limen.kit.text import fold
from limen.products.rules.kinds import json_name
from limen.products.rules.reading import (
    PROPERTY,
    SHAPE,
    UUID,
    JsonObject,
    Naming,
    Patch,
    Problem,
    read_identifier,
    read_patch,
)
from limen.products.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the identifier, uuid or code of the address or the line; None where a body alone decides (POST).

    `new` says that the product or model must not exist yet (POST). `conditions` are compared under its lock.
    `full` asks for all that is wrong with it, and not only what its first stage finds.
    """

    body: JsonObject
    key: str | None = None
    new: bool = False
    conditions: Conditions = UNCONDITIONAL
    full: bool = False


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line: a status (201 created, 204 updated or unchanged, 424 good but not written because of
    others) or the refusal.

    `uuid` and `identifier` are those of the product after the line, `code` that of the model; None with a refusal.
    `ignored` counts values that were dropped because they stand on another level.
    """

    outcome: int | Refused
    uuid: str | None = None
    identifier: str | None = None
    code: str | None = None
    ignored: int = 0


def read_line(line: Line, flavour: Naming, book: Rulebook) -> tuple[Patch, str | None]:
    """Read a line into its patch and the key of its product. Raises the refusals that need no product to be known."""
    if flavour == "uuid":
        return _by_uuid(line, book)
    return _by_code(line, book) if flavour == "code" else _by_identifier(line, book)


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
        patch.problems.insert(
            0, Problem(SHAPE, Misshaped(f'The property "uuid" expects a valid uuid, and found {shown}.'))
        )
        return patch, None
    return patch, uuid.lower()


def _by_identifier(line: Line, book: Rulebook) -> tuple[Patch, str | None]:
    sent = line.body.get("identifier")
    patch = read_patch(line.body, "identifier", book)
    if line.new:
        if sent is None or (isinstance(sent, str) and not sent.strip()):
            message = 'The property "identifier" is required here. Use the endpoints by uuid for products without one.'
            patch.problems.insert(0, Problem(SHAPE, Misshaped(message, help="api.html#post_products_uuid")))
            return patch, None
    elif "identifier" in line.body and (sent is None or sent == ""):
        message = 'The property "identifier" must not be empty here. Use the endpoints by uuid to remove it.'
        patch.problems.insert(0, Problem(PROPERTY, Misshaped(message, help="api.html#patch_products_uuid__uuid_")))
        return patch, line.key
    if sent is not None and not isinstance(sent, str):
        message = f'The property "identifier" expects a string, and found {json_name(sent)}.'
        patch.problems.insert(0, Problem(PROPERTY, Misshaped(message)))
        return patch, line.key
    if isinstance(sent, str):
        read_identifier(patch, sent, book)
    return patch, line.key if line.key is not None else sent


MOST_CODE = 255


def _by_code(line: Line, book: Rulebook) -> tuple[Patch, str | None]:
    """The code of the address says which model it is; another one in the body is the one that it is to have."""
    patch = read_patch(line.body, "code", book)
    sent = line.body.get("code")
    code = line.key if line.key is not None else sent if isinstance(sent, str) else None
    # What stands in the address of an existing model has no faults, or it would not be its code.
    wanted = line.body.get("code", code)
    if wanted is None or isinstance(wanted, str):
        patch.code_faults.extend(Violation("code", *fault) for fault in _code_faults(wanted))
    return patch, code if code is not None and code.strip() else None


def wanted_code(line: Line) -> str | None:
    """Give the code that a line wants a product model to have instead of its own; case does not count."""
    sent = line.body.get("code")
    if not isinstance(sent, str) or not sent.strip() or line.key is None:
        return None
    return sent if fold(sent) != fold(line.key) else None


def _code_faults(code: str | None) -> list[tuple[str, str]]:
    if code is None or not code.strip():
        return [("code.blank", "The code must not be blank.")]
    faults = []
    if len(code) > MOST_CODE:
        faults.append(("code.too_long", f"The code holds at most {MOST_CODE} characters."))
    if re.search("[,;]", code):
        faults.append(("code.separator", "The code must not contain commas or semicolons."))
    if code.strip() != code:
        faults.append(("code.blanks", "The code must not start or end with a blank."))
    if re.search("[\r\n]", code):
        faults.append(("code.line_break", "The code must not contain line breaks."))
    if "\0" in code:
        faults.append(("code.nul", "The code must not contain the character U+0000."))
    return faults
