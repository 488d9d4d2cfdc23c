"""Uploading a file straight into a value of a product."""

from __future__ import annotations

from datetime import datetime
from typing import IO

import orjson
from django.core.files import File
from django.db import transaction

from limen.accounts.rules import Caller
from limen.kit.errors import Misshaped, Refused, Unprocessable
from limen.media import operations as media
from limen.products import queries
from limen.products.operations.upsert import upsert_products
from limen.products.rules.lines import Line
from limen.products.rules.rulebook import Field, rulebook
from limen.products.rules.uploads import UploadTarget
from limen.products.rules.world import stored_data
from limen.structure import queries as structure_queries


def upload_file(
    target: UploadTarget,
    *,
    file: IO[bytes] | File[bytes],
    filename: str,
    by: Caller,
    now: datetime,
    dry_run: bool = False,
) -> str:
    """Store a file, make it the value of an existing product, and give the code that the value then has.

    That is the code of the file which was there already when its content is the same. Bytes are stored before
    the transaction that sets the value, so that no lock waits for them, and nothing is left of a file that no
    value got. Raises Unprocessable for what the target names wrongly, and the refusals of any product write.
    """
    field = _media_field(target)
    product = queries.product(flavour=target.flavour, key=target.key)
    if product is None:
        raise _unknown(target)
    row = media.store_file(file=file, filename=filename, by=by, now=now)
    code = None
    try:
        code = _set_value(product.uuid, target, field, row.code, by, now, dry_run)
    finally:
        if dry_run or code != row.code:
            media.discard_file(code=row.code, by=by, now=now)
    return code


def _media_field(target: UploadTarget) -> Field:
    field = rulebook(structure_queries.snapshot()).field(target.attribute)
    if field is None:
        raise Unprocessable(f'The attribute "{target.attribute}" does not exist.')
    if field.needs != "media":
        raise Unprocessable(f'The attribute "{field.code}" holds no files.')
    return field


def _unknown(target: UploadTarget) -> Unprocessable:
    return Unprocessable(f'The product with the {target.flavour} "{target.key}" does not exist.')


def _set_value(
    uuid: str, target: UploadTarget, field: Field, code: str, by: Caller, now: datetime, dry_run: bool
) -> str:
    entry = {"locale": target.locale, "scope": target.scope, "data": code}
    line = Line({"values": {field.code: [entry]}}, uuid)
    # One transaction with the look at what the value became: until its end nobody else writes this product.
    with transaction.atomic():
        (result,) = upsert_products([line], flavour="uuid", by=by, now=now, dry_run=dry_run)
        if isinstance(result.outcome, Misshaped):
            # About a part of a form; there is no documentation of a body to link to.
            raise Unprocessable(result.outcome.message)
        if isinstance(result.outcome, Refused):
            raise result.outcome
        if result.outcome == 201:
            # The product was deleted since we looked, and is not to come back for a file.
            raise _unknown(target)
        return code if dry_run else _held(uuid, target, field) or code


def _held(uuid: str, target: UploadTarget, field: Field) -> str | None:
    product = queries.product(flavour="uuid", key=uuid)
    slot = field.at(target.locale, target.scope)
    if product is None or slot is None:
        return None
    held: str | None = stored_data(orjson.loads(product.doc)["values"], slot)
    return held
