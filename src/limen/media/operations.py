"""Storing and removing files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from secrets import token_hex
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from limen.accounts.rules import Caller
from limen.events import operations as events
from limen.events.operations import Happening
from limen.media import previews, rules
from limen.media.models import MediaFile
from limen.media.rules import MediaRow, Owner


def store_file(
    *, file: IO[bytes] | File[bytes], filename: str, owner: Owner = "product", by: Caller, now: datetime
) -> MediaRow:
    """Keep a file under a new code. It is read once, in chunks, from where it stands.

    The bytes are stored before the row, and taken away again when the row cannot be: a row never lacks its
    file. A caller that runs this inside a transaction of its own and rolls back leaves bytes without a
    row behind, which harms nobody; better store first and call `discard_file` when the rest is refused.
    """
    name = rules.clean_filename(filename)
    passing = _Passing(file)
    code = default_storage.save(rules.code_for(token_hex(20), name), passing)
    try:
        row = MediaRow(
            code=code,
            original_filename=name,
            mime_type=rules.mime_type_of(name, passing.head),
            size=passing.passed,
            extension=rules.extension_of(name),
            hash=passing.hash.hexdigest(),
        )
        _save_row(row, owner, by=by, now=now)
    except BaseException:
        default_storage.delete(code)
        raise
    return row


def discard_file(*, code: str, by: Caller, now: datetime) -> None:
    """Take a file away again, row first: for one whose value was refused. Unknown codes are no error."""
    with transaction.atomic():
        deleted, _ = MediaFile.objects.filter(code=code).delete()
        if deleted:
            events.record(Happening("media_file.deleted", f"media_file:{code}"), by=by, now=now)
            transaction.on_commit(lambda: _delete(code))


def _delete(code: str) -> None:
    default_storage.delete(code)
    previews.forget_previews(code)


def discard_content(*, code: str) -> None:
    """Take the bytes away of a file whose row was never committed."""
    default_storage.delete(code)


def _save_row(row: MediaRow, owner: Owner, *, by: Caller, now: datetime) -> None:
    with transaction.atomic():
        MediaFile.objects.create(
            code=row.code,
            original_filename=row.original_filename,
            mime_type=row.mime_type,
            size=row.size,
            extension=row.extension,
            hash=row.hash,
            owner=owner,
            created_at=now,
        )
        events.record(Happening("media_file.created", f"media_file:{row.code}"), by=by, now=now)


class _Passing(File):  # type: ignore[type-arg]  # generic in the stubs only
    """A file on its way into the storage: what passes is hashed and counted, so that nothing is read twice.

    Deliberately without `temporary_file_path`: the storage would move an upload's file instead of reading it.
    """

    def __init__(self, file: IO[bytes] | File[bytes]) -> None:
        super().__init__(file)
        self.source = file
        self.head = b""
        self.passed = 0
        self.hash = hashlib.sha256()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while chunk := self.source.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
            if len(self.head) < rules.HEAD_SIZE:
                self.head = (self.head + chunk)[: rules.HEAD_SIZE]
            self.passed += len(chunk)
            self.hash.update(chunk)
            yield chunk
