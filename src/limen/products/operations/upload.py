"""Uploading a file straight into a value of a product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import IO

import orjson
from django.core.files import File
from django.db import transaction

from limen.accounts.rules import Caller
from limen.kit.errors import Invalid, Misshaped, Refused, Unprocessable, Violation
from limen.media import operations as media
from limen.products import queries
from limen.products.operations.upsert import upsert_models, upsert_products
from limen.products.rules.lines import Line
from limen.products.rules.rulebook import Field, rulebook
from limen.products.rules.uploads import UploadTarget
from limen.products.rules.world import Row, stored_data
from limen.structure import queries as structure_queries


class Upload:
    """A file that has been stored, on its way into a value. `set_value` gives the code that the value then has: that
    of the file which was there already when its content is the same."""

    def __init__(self, target: UploadTarget, field: Field, code: str, by: Caller, now: datetime, dry_run: bool) -> None:
        self.target = target
        self.field = field
        self.code = code
        self.by = by
        self.now = now
        self.dry_run = dry_run
        self.kept = False

    def set_value(self) -> str:
        code = _set_value(self.target, self.field, self.code, self.by, self.now, self.dry_run)
        self.kept = code == self.code and not self.dry_run
        return code


@contextmanager
def uploading(
    target: UploadTarget,
    *,
    file: IO[bytes] | File[bytes],
    filename: str,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
) -> Iterator[Upload]:
    """Store a file that is to be the value of an existing product, and take it away again unless it has become that.

    Bytes are stored before the transaction that sets the value, so that no lock waits for them. Raises Unprocessable
    for what the target names wrongly; `set_value` also the refusals of any product write.
    """
    field = _media_field(target)
    found = _find(target)
    if found is None:
        raise _unknown(target)
    if target.flavour != "code":
        # Whatever becomes of its identifier meanwhile.
        target = replace(target, flavour="uuid", key=found.uuid)
    row = media.store_file(file=file, filename=filename, by=by, now=now)
    upload = Upload(target, field, row.code, by, now, dry_run)
    kept = False
    try:
        yield upload
        # What was set is only so when nothing broke afterwards, in the transaction around it.
        kept = upload.kept
    finally:
        if not kept:
            media.discard_file(code=row.code, by=by, now=now)


def _media_field(target: UploadTarget) -> Field:
    field = rulebook(structure_queries.snapshot()).field(target.attribute)
    if field is None:
        raise Unprocessable(f'The attribute "{target.attribute}" does not exist.')
    if field.needs != "media":
        raise Unprocessable(f'The attribute "{field.code}" holds no files.')
    return field


def _find(target: UploadTarget) -> Row | None:
    return queries.product(flavour="model" if target.flavour == "code" else target.flavour, key=target.key)


def _unknown(target: UploadTarget) -> Unprocessable:
    what = "product model" if target.flavour == "code" else "product"
    return Unprocessable(f'The {what} with the {target.flavour} "{target.key}" does not exist.')


def _set_value(target: UploadTarget, field: Field, code: str, by: Caller, now: datetime, dry_run: bool) -> str:
    entry = {"locale": target.locale, "scope": target.scope, "data": code}
    line = Line({"values": {field.code: [entry]}}, target.key)
    # One transaction with the look at what the value became: until its end nobody else writes this product.
    with transaction.atomic():
        if target.flavour == "code":
            (result,) = upsert_models([line], by=by, now=now, dry_run=dry_run)
        else:
            (result,) = upsert_products([line], flavour=target.flavour, by=by, now=now, dry_run=dry_run)
        if isinstance(result.outcome, Misshaped):
            # About a part of a form; there is no documentation of a body to link to.
            raise Unprocessable(result.outcome.message)
        if result.outcome == 201:
            # It was deleted since we looked, and is not to come back for a file.
            raise _unknown(target)
        if isinstance(result.outcome, Refused):
            raise result.outcome
        if result.ignored:
            message = f'The attribute "{field.code}" is not in the attribute set of "{target.key}".'
            raise Invalid([Violation("attribute", "attribute.level", message)])
        return code if dry_run else _held(target, field) or code


def _held(target: UploadTarget, field: Field) -> str | None:
    row = _find(target)
    slot = field.at(target.locale, target.scope)
    if row is None or slot is None:
        return None
    held: str | None = stored_data(orjson.loads(row.doc)["values"], slot)
    return held
